package wallet

import (
	"context"
	"strconv"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
)

// PINProof says that a person gave the right PIN a moment ago: when that PIN was set, and nothing of the PIN. It may be kept
// in a session.
type PINProof string

// ProofOf is the proof that the PIN which was set then was given.
func ProofOf(setAt time.Time) PINProof {
	return PINProof(strconv.FormatInt(setAt.UnixMicro(), 10))
}

// SetAt tells when the PIN was set that was given. The fault is unauthorised for what is no proof.
func (p PINProof) SetAt() (time.Time, error) {
	us, err := strconv.ParseInt(string(p), 10, 64)
	if err != nil {
		return time.Time{}, fault.New(fault.Unauthorised)
	}
	return time.UnixMicro(us).UTC(), nil
}

// CheckPIN compares the PIN and returns the proof that ChangePIN asks for. Faults: not_registered, wrong_pin (left), pin_locked,
// no_pin.
func (w *Wallet) CheckPIN(ctx context.Context, phone msisdn.Number, typed pin.PIN) (PINProof, error) {
	c, err := w.Customer(ctx, phone)
	if err != nil {
		return "", err
	}
	// Read before the comparison: if the PIN is changed in between, the proof is of the older one and proves nothing.
	setAt, _, err := w.pins.SetAt(ctx, pinOf(c.ID))
	if err != nil {
		return "", err
	}
	if _, err := w.provePIN(ctx, c, typed); err != nil {
		return "", err
	}
	return ProofOf(setAt), nil
}

// DraftPIN takes the first typing of a new PIN; the draft may be kept in a session until the second. A PIN that stands in the
// person's phone number, or in an ID number just typed, is too easy to guess. The fault is weak_pin.
func (w *Wallet) DraftPIN(phone msisdn.Number, typed pin.PIN, ids ...IDDraft) (pin.Draft, error) {
	for _, d := range ids {
		_, number, err := w.idNumber(phone, d)
		if err != nil {
			return "", err
		}
		if typed.Weak(number) {
			return "", fault.New(fault.WeakPIN)
		}
	}
	return pin.NewDraft(w.keys, phone.Plain(), typed)
}

// SamePIN compares the second typing of a new PIN with the first. The fault is pin_mismatch.
func (w *Wallet) SamePIN(phone msisdn.Number, first pin.Draft, again pin.PIN) error {
	return first.Same(w.keys, phone.Plain(), again)
}

// PINChange is a new PIN, typed twice, and the proof that the old one was known.
type PINChange struct {
	Phone  msisdn.Number
	Proof  PINProof  // of CheckPIN
	First  pin.Draft // of DraftNewPIN
	Again  pin.PIN
	Origin Origin
}

// ChangePIN sets a new PIN for whoever proved the old one, tells the customer by SMS, and returns the text the conversation ends
// with. Faults: not_registered, pin_mismatch, weak_pin, unauthorised (no proof), pin_locked, conflict (the PIN was changed
// since the proof).
func (w *Wallet) ChangePIN(ctx context.Context, r PINChange) (end string, err error) {
	c, err := w.Customer(ctx, r.Phone)
	if err != nil {
		return "", err
	}
	if err := w.SamePIN(r.Phone, r.First, r.Again); err != nil {
		return "", err
	}
	if err := w.StrongPIN(c.Phone, c.Document, r.Again); err != nil {
		return "", err
	}
	setAt, err := r.Proof.SetAt()
	if err != nil {
		return "", err
	}
	set, err := w.pins.Replace(pinOf(c.ID), setAt, r.Again)
	if err != nil {
		return "", err
	}
	end = w.texts.Say(c.Language, "changepin.done")
	_, err = w.ledger.Commit(ctx, &ledger.Plan{Companions: append(w.noted(c, r.Origin, end),
		set,
		w.messages.Add(outbox.Notice, w.ids.New(), r.Phone, w.afterwards(c.Language, "sms.pin.changed", c.Account)),
	)})
	if err != nil {
		return "", err
	}
	w.wake()
	return end, nil
}
