package wallet

import (
	"context"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// SendRequest is who wants to send how much (minor units) to whom.
type SendRequest struct {
	From, To msisdn.Number
	Amount   int64
	Origin   Origin
}

// QuoteSend says what sending would cost and who would get it, and opens the intent that Send goes through with. It tells
// nothing about balance and limits: before the PIN the phone may be in anyone's hands.
//
// Faults: not_registered, own_number, sender_blocked, wallet_pending, wallet_dormant, sim_changed, stopped, cannot_receive, amount_too_small (min),
// amount_too_big (max).
func (w *Wallet) QuoteSend(ctx context.Context, r SendRequest) (SendQuote, error) {
	in, terms, err := w.newSend(ctx, r)
	if err != nil {
		return SendQuote{}, err
	}
	return w.openSend(ctx, in, terms)
}

// newSend is the intent of a send and its terms, not yet written.
func (w *Wallet) newSend(ctx context.Context, r SendRequest) (intent.Intent, SendTerms, error) {
	if r.From == r.To {
		return intent.Intent{}, SendTerms{}, fault.New(fault.OwnNumber)
	}
	sender, err := w.Payer(ctx, r.From)
	if err != nil {
		return intent.Intent{}, SendTerms{}, err
	}
	if err := w.MayBegin(ctx, switches.Send, r.From, sender.Language); err != nil {
		return intent.Intent{}, SendTerms{}, err
	}
	receiver, err := w.Payee(ctx, r.To)
	if err != nil {
		return intent.Intent{}, SendTerms{}, err
	}
	terms, err := w.PriceSend(sender, receiver, r.Amount, w.clock.Now())
	if err != nil {
		return intent.Intent{}, SendTerms{}, err
	}
	return w.newIntent(ledger.Send, sender, r.Origin, terms.encode()), terms, nil
}

// Send moves the money of a quote, if the PIN is right and the ledger allows it, and returns the receipt; sent again it
// returns the same receipt and moves nothing. A refusal spends the intent: Requote makes another.
//
// Faults: wrong_pin (left), pin_locked, no_pin, insufficient (available, needed, fee, offer if anything fits), limit_single
// (max), limit_day and limit_month (max, left), cannot_receive, sender_blocked, sim_changed, stopped, intent_expired, busy; outcome_unknown means
// that the SMS, a redial or Send again will tell.
func (w *Wallet) Send(ctx context.Context, intentID id.ID, typed pin.PIN) (SendReceipt, error) {
	q, err := w.quoted(ctx, intentID)
	if err != nil {
		return SendReceipt{}, err
	}
	plan := w.SendPlan(q.Intent, q.terms, typed)
	plan.Stopped = w.Stopped(ctx, switches.Send, q.terms.From.Phone, q.terms.From.Language)
	outcome, err := w.ledger.Commit(ctx, plan)
	if err != nil {
		if fault.HasCode(err, fault.Conflict) || fault.HasCode(err, fault.SIMChanged) {
			w.forgetParties(q.terms.From, q.terms.To)
		}
		return SendReceipt{}, w.withOffer(q.terms, err)
	}
	w.quotes.Forget(intentID)
	w.wake()
	return w.sendReceipt(q.terms, outcome), nil
}

// SendPlan is all that one send commits: the PIN compared, the money moved, the intent closed, both people told.
func (w *Wallet) SendPlan(in intent.Intent, t SendTerms, typed pin.PIN) *ledger.Plan {
	return w.sendPlan(in, t, w.pins.Check(pinOf(in.Customer), typed))
}

// sendPlan is SendPlan with what proves that the sender wants it.
func (w *Wallet) sendPlan(in intent.Intent, t SendTerms, proven ledger.Companion) *ledger.Plan {
	return w.Jointly(&ledger.Plan{
		ID:      in.ID,
		Request: request(in),
		Kind:    ledger.Send,
		Rules:   t.Rules,
		Legs: withoutZero([]ledger.Leg{
			{Account: t.From.Account, Amount: -t.Total, Counted: t.Amount, Rule: limit.Sender(w.market, t.PricedAt, t.Amount)},
			{Account: t.To.Account, Amount: t.Amount, Counted: t.Amount, Rule: limit.Receiver(w.market, t.PricedAt, t.Amount)},
			{Account: FeeIncome, Amount: t.NetFee},
			{Account: TaxPayable, Amount: t.Tax},
		}),
		Companions: []ledger.Companion{
			w.intents.Close(in, w.ended(t.From.Language, fault.General, w.sentEnd(t))),
			proven,
			w.messages.Add(outbox.Receipt, outbox.MessageID(in.ID, toSender), t.From.Phone, w.sentMessage(t)),
			w.messages.Add(outbox.Receipt, outbox.MessageID(in.ID, toReceiver), t.To.Phone, w.receivedMessage(t)),
		},
	}, t.From, t.To)
}
