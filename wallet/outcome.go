package wallet

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

// LastState is what can be said of a customer's last act.
type LastState int

// The states.
const (
	StillOpen  LastState = iota // nobody gave the PIN yet, as far as this node knows
	Done                        // the money has moved
	NotDone                     // it has not, and will not
	CannotTell                  // it is on its way; ask again
)

// Last is a customer's last act, for the page that a redial begins with. It names no balance, and its texts are for those
// who may see them: End was shown to the person before.
type Last struct {
	Intent        id.ID
	Actor         int64 // whose act it was: the customer's number, or the operator's
	Kind          ledger.Kind
	What          string // how to speak of it: the name of the kind, or what says more
	State         LastState
	At            time.Time // when it was done, or when it was tried
	Gateway       string
	Session       [16]byte
	Turn          int
	Whom          string        // the other side, as whoever holds the phone may see it
	To            msisdn.Number // of a send
	Amount        int64         // minor units; not for the page before the PIN
	Code          fault.Code    // why it was refused
	End           string        // the text the conversation ended with; "" if it did not
	Shown         intent.Shown
	Message       id.ID // its SMS
	MessageFailed bool  // it was given up, or the phone did not get it, and nobody has told of it
}

// Untold reports whether the customer may not know what became of it: the end was never shown, or did not arrive, or its SMS
// was lost.
func (l Last) Untold() bool { return l.Shown != intent.WasShown || l.MessageFailed }

// WaitsByText reports whether it was asked for by SMS and waits for the PIN.
func (l Last) WaitsByText() bool { return l.State == StillOpen && l.Gateway == ByText }

// lastWithin is how long a call is remembered.
const lastWithin = 24 * time.Hour

// told are the acts that a redial tells of: those that move money, and those that set it aside.
var told = []ledger.Kind{ledger.Send, ledger.CashIn, ledger.CashOut, ledger.CashOutReturn, ledger.CashInReversal,
	ledger.VoucherSend, ledger.VoucherRedeem, ledger.VoucherReturn, ledger.FloatMove, ledger.Reserve, ledger.HoldTake, ledger.Commission}

// LastOutcome returns the last act on that phone within a day, as a customer or as an operator; false if there is none. One that
// is still open is settled first: its ID is spent, so that "not done" stays true even if its money was on its way on another
// node. Only the last one is told of: "done" about an earlier one would be taken for the one just tried. An act that came by no
// gateway had no page that a redial could owe; one that was asked for by SMS waits for its PIN until its time is over, is not settled, and
// not spoken of then. The fault is look_again when it cannot be seen.
func (w *Wallet) LastOutcome(ctx context.Context, phone msisdn.Number) (Last, bool, error) {
	last, ok, err := w.LastAct(ctx, phone)
	if ok && last.State == StillOpen && !last.WaitsByText() {
		err = w.settle(ctx, &last)
	}
	return last, ok && err == nil, unseen(err)
}

// LastAct is LastOutcome that settles nothing: what is open stays open.
func (w *Wallet) LastAct(ctx context.Context, phone msisdn.Number) (Last, bool, error) {
	records, err := w.intents.Latest(ctx, phone, told, w.clock.Now().Add(-lastWithin), 1)
	if err != nil || len(records) == 0 || records[0].Gateway == "" || w.lapsed(records[0]) {
		return Last{}, false, unseen(err)
	}
	if before, err := w.beforeHolder(ctx, phone, records[0]); err != nil || before {
		return Last{}, false, unseen(err)
	}
	last, err := w.last(ctx, records[0])
	return last, err == nil, unseen(err)
}

// beforeHolder reports whether an act on a phone was somebody else's, who had the number before its wallet was opened. So it is taken also of
// what an operator did there on the day the own wallet was opened later; the counter shows that.
func (w *Wallet) beforeHolder(ctx context.Context, phone msisdn.Number, r intent.Record) (bool, error) {
	c, err := w.Customer(ctx, phone)
	if fault.HasCode(err, fault.NotRegistered) {
		return false, nil
	}
	return r.Customer != c.ID && r.OpenedAt.Before(c.CreatedAt), err
}

// GatewayOf returns the gateway that a phone dialled by last, "" when it has not for long.
func (w *Wallet) GatewayOf(ctx context.Context, phone msisdn.Number) (string, error) {
	return w.intents.GatewayOf(ctx, phone, ByText, w.clock.Now().Add(-dialsWithin))
}

// dialsWithin is for how long it is believed that a phone is with the network it dialled by.
const dialsWithin = 90 * 24 * time.Hour

// Outcome returns what became of an act as it is. The fault is bad_request for one that there is not.
func (w *Wallet) Outcome(ctx context.Context, intentID id.ID) (Last, error) {
	r, err := w.intents.Get(ctx, intentID)
	if err != nil {
		return Last{}, err
	}
	return w.last(ctx, r)
}

// SessionOutcome returns the newest act of one session of the customer, as it is; false if there is none. It is for a call-back
// of a session that this node does not know: closed, it ended with End; open, the customer is to be asked anew. The fault is look_again when
// it cannot be seen.
func (w *Wallet) SessionOutcome(ctx context.Context, phone msisdn.Number, gateway string, session [16]byte) (Last, bool, error) {
	r, ok, err := w.intents.LatestOfSession(ctx, phone, gateway, session, w.clock.Now().Add(-lastWithin))
	if err != nil || !ok {
		return Last{}, false, unseen(err)
	}
	last, err := w.last(ctx, r)
	return last, err == nil, unseen(err)
}

// unseen makes a look-up that failed say so: whoever asked may have money under way, and must not hear that none has moved.
func unseen(err error) error {
	if err == nil || fault.As(err) != nil {
		return err
	}
	return fault.Wrap(err, fault.LookAgain)
}

// KeepEnd keeps the last page of a conversation that left no other record, for repeated call-backs of its session. The page is
// true without that, so a failure is for the log alone.
func (w *Wallet) KeepEnd(ctx context.Context, who Actor, o Origin, end string) {
	in := w.NewIntent(ledger.Enquiry, who, o, struct{}{})
	_, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: w.intents.Note(in, func(*ledger.Outcome) string { return end })})
	if err != nil {
		slog.Error("wallet: a last page was not kept", "error", err)
	}
}

// noted is what keeps how a conversation ended that moves no money, so that a repeated call-back hears the same from any node.
func (w *Wallet) noted(c customer.Customer, o Origin, done string) []ledger.Companion {
	in := w.newIntent(ledger.Enquiry, c, o, []byte{})
	return w.intents.Note(in, w.ended(c.Language, fault.General, func(*ledger.Outcome) string { return done }))
}

// EndShown notes that the end of the intent's conversation was written to the gateway, or that a redial has told the customer.
func (w *Wallet) EndShown(intentID id.ID) { w.ends.Set(intentID, intent.WasShown) }

// EndFailed notes that the gateway could not show the end.
func (w *Wallet) EndFailed(intentID id.ID) { w.ends.Set(intentID, intent.ShowFailed) }

// ToldInstead notes that somebody was told what a lost SMS would have said. The page is true without that, so a failure is for the log
// alone.
func (w *Wallet) ToldInstead(ctx context.Context, message id.ID) {
	if err := w.messages.Told(ctx, message); err != nil {
		slog.Error("wallet: who was told was not kept", "error", err)
	}
}

func (w *Wallet) last(ctx context.Context, r intent.Record) (Last, error) {
	l := Last{
		Intent: r.ID, Actor: r.Customer, Kind: r.Kind, What: r.Kind.String(), At: r.OpenedAt, Gateway: r.Gateway, Session: r.Session, Turn: r.Turn,
		Code: r.Code, End: r.End, Shown: w.ends.Latest(r.ID, r.Shown),
	}
	switch r.State {
	case intent.Accepted:
		l.State, l.At = Done, r.ClosedAt
	case intent.Refused:
		l.State = NotDone
	}
	if err := l.tell(r); err != nil {
		return Last{}, err
	}
	if l.State != Done {
		return l, nil
	}
	var err error
	l.MessageFailed, err = w.messages.IsLost(ctx, l.Message)
	return l, err
}

// tell reads what an intent was about.
func (l *Last) tell(r intent.Record) error {
	l.Message = outbox.MessageID(r.ID, toSender)
	switch {
	case r.Kind == ledger.Send:
		t, err := decodeSendTerms(r.Terms)
		if err != nil {
			return fmt.Errorf("wallet: the terms of intent %s: %w", r.ID.Short(), err)
		}
		l.Whom, l.To, l.Amount = t.To.Phone.Masked(), t.To.Phone, t.Amount
	case slices.Contains(told, r.Kind):
		b, err := briefOf(r.Intent)
		if err != nil {
			return err
		}
		l.Whom, l.Amount, l.What = b.Whom, b.Amount, cmp.Or(b.What, l.What)
		l.Message = outbox.MessageID(r.ID, cmp.Or(b.Mine, toSender))
	}
	return nil
}

// settle spends the ID of an open act. If its money moved meanwhile, that is what the ledger answers.
func (w *Wallet) settle(ctx context.Context, l *Last) error {
	r, err := w.intents.Get(ctx, l.Intent)
	if err != nil {
		return err
	}
	outcome, err := w.ledger.Commit(ctx, &ledger.Plan{
		ID: r.ID, Request: request(r.Intent), Kind: r.Kind, Void: true, Companions: []ledger.Companion{w.intents.Cancel(r.Intent)},
	})
	switch {
	case outcome != nil && outcome.Accepted:
		l.State, l.At = Done, outcome.At
	case outcome != nil:
		l.State, l.Code = NotDone, outcome.Refusal.Code
	case fault.HasCode(err, fault.OutcomeUnknown), fault.HasCode(err, fault.Busy):
		l.State = CannotTell
	default:
		return err
	}
	return nil
}
