package wallet

import (
	"context"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/proof"
	"senti/wallet/reply"
	"senti/wallet/switches"
)

// ReplyCaps are what may be confirmed by a one-time code now. Where the market has none, nothing.
func (w *Wallet) ReplyCaps() reply.Caps {
	p := w.market.At(w.clock.Now()).Limits.Pinless
	return reply.Caps{Single: p.Single, Day: p.Day}
}

// AgreesToCodes reports whether a customer confirms small payments by a one-time code. The fault is not_registered.
func (w *Wallet) AgreesToCodes(ctx context.Context, phone msisdn.Number) (bool, error) {
	c, err := w.Customer(ctx, phone)
	if err != nil {
		return false, err
	}
	s, err := w.replies.Get(ctx, c.ID, w.clock.Now())
	return s.Agreed, err
}

// AgreeToCodes notes whether a customer, who knows the PIN, wants to confirm small payments by a one-time code from now on. Faults:
// not_registered, wrong_pin (left), pin_locked, no_pin.
func (w *Wallet) AgreeToCodes(ctx context.Context, phone msisdn.Number, yes bool, typed pin.PIN, o Origin) (end string, err error) {
	c, err := w.Customer(ctx, phone)
	if err != nil {
		return "", err
	}
	key := "replycode.off"
	if yes {
		key = "replycode.on"
	}
	caps := w.ReplyCaps()
	end = w.texts.Say(c.Language, key, w.money("single", caps.Single), w.money("day", caps.Day))
	_, err = w.provePIN(ctx, c, typed, append(w.noted(c, o, end), w.replies.Agree(c.ID, yes))...)
	return end, err
}

// OfferCode draws a code with which a payment that was asked for by SMS may be confirmed, and the companion that keeps it; false when the
// customer has not agreed to that, or the payment is too large for it.
func (w *Wallet) OfferCode(ctx context.Context, c customer.Customer, intentID id.ID, total int64) (digits string, keeps ledger.Companion, err error) {
	caps := w.ReplyCaps()
	if total > caps.Single {
		return "", nil, nil
	}
	s, err := w.replies.Get(ctx, c.ID, w.clock.Now())
	if err != nil || !s.Allows(total, caps) {
		return "", nil, err
	}
	digits = proof.NewCode().Tell()
	keeps, err = w.replies.Send(c.ID, intentID, digits)
	return digits, keeps, err
}

// SendByCode moves the money of the payment that a code was sent for, as Send does on the PIN; both are told by SMS. A wrong code spends a
// try, and not the intent.
//
// Faults: sms_code_expired (also when no code waits), wrong_sms_code (left), code_locked, limit_single (max), limit_day (max, left) and
// those of Send but for the PIN's.
func (w *Wallet) SendByCode(ctx context.Context, phone msisdn.Number, digits string) error {
	c, err := w.Payer(ctx, phone)
	if err != nil {
		return err
	}
	s, err := w.replies.Get(ctx, c.ID, w.clock.Now())
	switch {
	case err != nil:
		return err
	case s.Locked:
		return fault.New(fault.CodeLocked)
	case s.Intent.IsZero():
		return fault.New(fault.SMSCodeExpired)
	}
	_, err = w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{w.replies.Try(c.ID, s.Intent, digits)}})
	if err != nil {
		return err
	}
	q, err := w.quoted(ctx, s.Intent)
	if err != nil {
		return err
	}
	plan := w.sendPlan(q.Intent, q.terms, w.replies.Spend(c.ID, q.ID, digits, q.terms.Total, w.ReplyCaps()))
	plan.Stopped = w.Stopped(ctx, switches.Send, phone, q.terms.From.Language)
	if _, err = w.ledger.Commit(ctx, plan); err != nil {
		return err
	}
	w.quotes.Forget(q.ID)
	w.EndShown(q.ID) // the answer is the receipt: no page is owed
	w.wake()
	return nil
}
