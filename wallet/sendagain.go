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

// again is how soon the same amount to the same person looks like a mistake; of more sends than againMost nobody keeps count.
const (
	again     = 2 * time.Minute
	againMost = 20
)

// SentLately tells whether the same amount went to the same person within the last two minutes: Done, CannotTell or NotDone.
//
// A quote that nothing is known of yet may be a send whose commit hangs. It is settled first: its ID is spent behind that
// commit, so that NotDone stays true.
func (w *Wallet) SentLately(ctx context.Context, from, to msisdn.Number, amount int64) (LastState, error) {
	since := w.clock.Now().Add(-again)
	records, err := w.intents.LateOf(ctx, from, ledger.Send, since, againMost)
	if err != nil {
		return CannotTell, unseen(err)
	}
	for _, r := range records {
		t, err := decodeSendTerms(r.Terms)
		if err != nil || t.To.Phone != to || t.Amount != amount {
			continue
		}
		if before, err := w.beforeHolder(ctx, from, r); err != nil || before {
			return NotDone, unseen(err)
		}
		last := Last{Intent: r.ID, State: Done}
		if r.State == intent.Open {
			if err := w.settle(ctx, &last); err != nil {
				return CannotTell, unseen(err)
			}
		}
		if last.State != NotDone {
			return last.State, nil
		}
	}
	return NotDone, nil
}

// withOffer adds to "not enough money" what would fit instead.
func (w *Wallet) withOffer(t SendTerms, err error) error {
	e := fault.As(err)
	if e == nil || e.Code != fault.Insufficient {
		return err
	}
	pairs := []any{"available", fault.Minor(e.Int("available")), "needed", fault.Minor(t.Total), "fee", fault.Minor(t.Fee)}
	if offer, ok := tariff.Largest(w.market, tariff.Send, w.clock.Now(), e.Int("available")); ok {
		pairs = append(pairs, "offer", fault.Minor(offer))
	}
	return fault.New(fault.Insufficient, pairs...)
}
