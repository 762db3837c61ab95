package wallet

import (
	"context"
	"strings"
	"time"

	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// Who asks for something by SMS has no page to type a PIN on: the intent waits, and the PIN is given on the page of that intent, which
// the phone dials or is shown. It is the same intent whichever way it is confirmed, and its ID that of the posting, so nothing happens twice.

// TextedKey is what is dialled after the service code to get to what was asked for by SMS and waits for the PIN.
const TextedKey = "8"

// TextedMenu is that, as it is dialled: "*384*8#".
func (w *Wallet) TextedMenu() string {
	return strings.TrimSuffix(w.market.ServiceCode, "#") + "*" + TextedKey + "#"
}

// PrepareSend is QuoteSend that opens nothing yet: the companion does, in the commit that tells of it. The faults are those of QuoteSend.
func (w *Wallet) PrepareSend(ctx context.Context, r SendRequest) (SendQuote, ledger.Companion, error) {
	in, terms, err := w.newSend(ctx, r)
	if err != nil {
		return SendQuote{}, nil, err
	}
	q := quoted{in.Opened(w.clock.Now()), terms}
	return q.shown(), w.intents.Open(in), nil
}

// Waiting is something that was asked for by SMS and waits for the PIN. Amount is minor units.
type Waiting struct {
	Intent id.ID
	Kind   ledger.Kind
	Whom   string        // the other side: a masked number or a shop code
	To     msisdn.Number // of a send
	Amount int64
	At     time.Time // when it was asked for
}

// waitingMost is how many acts of a phone are looked at.
const waitingMost = 20

// WaitingByText returns what was asked for by SMS from that phone and waits for the PIN, the newest first.
func (w *Wallet) WaitingByText(ctx context.Context, phone msisdn.Number) ([]Waiting, error) {
	records, err := w.intents.Latest(ctx, phone, told, w.clock.Now().Add(-intent.Life), waitingMost)
	if err != nil {
		return nil, unseen(err)
	}
	var out []Waiting
	for _, r := range records {
		if r.Gateway != ByText || r.State != intent.Open || w.lapsed(r) {
			continue
		}
		l := Last{Kind: r.Kind}
		if err := l.tell(r); err != nil {
			return nil, err
		}
		out = append(out, Waiting{r.ID, r.Kind, l.Whom, l.To, l.Amount, r.OpenedAt})
	}
	return out, nil
}

// lapsed reports whether it was asked for by SMS, and its time is over without the PIN.
func (w *Wallet) lapsed(r intent.Record) bool {
	return r.Gateway == ByText && r.State == intent.Open && !w.clock.Now().Before(r.ExpiresAt)
}

// AskedLately tells whether the same was asked for, or done, a short while ago on that phone, however it was asked, and when: StillOpen or
// Done; NotDone when it was not. Whom is the other side's number for a send, else as Waiting has it. Nothing is settled by looking.
func (w *Wallet) AskedLately(ctx context.Context, phone msisdn.Number, kinds []ledger.Kind, whom string, amount int64) (LastState, time.Time, error) {
	records, err := w.intents.Latest(ctx, phone, kinds, w.clock.Now().Add(-intent.Life), againMost)
	if err != nil {
		return CannotTell, time.Time{}, unseen(err)
	}
	for _, r := range records {
		l := Last{Kind: r.Kind}
		if err := l.tell(r); err != nil {
			return CannotTell, time.Time{}, err
		}
		if l.Amount != amount || l.Whom != whom && string(l.To) != whom {
			continue
		}
		switch {
		case r.State == intent.Accepted:
			return Done, r.ClosedAt, nil
		case r.State == intent.Open && w.clock.Now().Before(r.ExpiresAt):
			return StillOpen, r.OpenedAt, nil
		}
	}
	return NotDone, time.Time{}, nil
}
