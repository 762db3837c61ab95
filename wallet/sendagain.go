package wallet

import (
	"context"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/tariff"
)

// Requote opens a new intent at the same price for one that a wrong PIN has spent; turn is that of the session now. The fault
// is intent_closed for one whose money has moved.
func (w *Wallet) Requote(ctx context.Context, intentID id.ID, turn int) (SendQuote, error) {
	q, err := w.quoted(ctx, intentID)
	if err != nil {
		return SendQuote{}, err
	}
	record, err := w.intents.Get(ctx, intentID)
	if err != nil {
		return SendQuote{}, err
	}
	if record.State == intent.Accepted {
		return SendQuote{}, fault.New(fault.IntentClosed)
	}
	next := q.Intent
	next.ID, next.Turn = w.ids.New(), turn
	return w.openSend(ctx, next, q.terms)
}

// OfferLess returns the greatest amount that fits with its fee into what is available, and false when none does.
func (w *Wallet) OfferLess(available int64) (amount int64, ok bool) {
	return tariff.LargestSendable(w.market, w.clock.Now(), available)
}

// again is how soon the same amount to the same person looks like a mistake.
const again = 2 * time.Minute

// SentLately reports when the same amount was sent to the same person, if that was within the last two minutes.
func (w *Wallet) SentLately(ctx context.Context, from, to msisdn.Number, amount int64) (at time.Time, ok bool, err error) {
	since := w.clock.Now().Add(-again)
	records, err := w.intents.Latest(ctx, from, since.Add(-intent.Life), latestMost)
	for _, r := range records {
		if r.Kind != ledger.Send || r.State != intent.Accepted || r.ClosedAt.Before(since) {
			continue
		}
		if t, err := decodeSendTerms(r.Terms); err == nil && t.To.Phone == to && t.Amount == amount {
			return r.ClosedAt, true, nil
		}
	}
	return time.Time{}, false, err
}

// withOffer adds to "not enough money" what would fit instead.
func (w *Wallet) withOffer(t SendTerms, err error) error {
	e := fault.As(err)
	if e == nil || e.Code != fault.Insufficient {
		return err
	}
	pairs := []any{"available", fault.Minor(e.Int("available")), "needed", fault.Minor(t.Total), "fee", fault.Minor(t.Fee)}
	if offer, ok := w.OfferLess(e.Int("available")); ok {
		pairs = append(pairs, "offer", fault.Minor(offer))
	}
	return fault.New(fault.Insufficient, pairs...)
}
