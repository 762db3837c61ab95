package wallet

import (
	"context"
	"strings"
	"time"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/proof"
)

// NewPIN is a PIN for somebody who has proven who they are, typed twice.
type NewPIN struct {
	Phone  msisdn.Number
	First  pin.Draft // of DraftNewPIN
	Again  pin.PIN
	Origin Origin
}

// Proving tells how far the customer has come in proving who they are, so that a call that was cut goes on where it stood. The
// fault is proof_locked after too many wrong answers.
func (w *Wallet) Proving(ctx context.Context, phone msisdn.Number) (proof.Step, error) {
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil {
		return proof.Nothing, err
	}
	state, err := w.proofs.State(ctx, ownProof(c))
	if err != nil {
		return proof.Nothing, err
	}
	now := w.clock.Now()
	if state.Locked(now) {
		return proof.Nothing, fault.New(fault.ProofLocked)
	}
	return state.At(now), nil
}

// ProveCode takes the code that was sent to the customer's phone. Faults: bad_sms_code, wrong_sms_code (left), sms_code_expired,
// proof_locked.
func (w *Wallet) ProveCode(ctx context.Context, phone msisdn.Number, typed string, o Origin) error {
	code, err := proof.ParseCode(typed)
	if err != nil {
		return err
	}
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil {
		return err
	}
	return w.answer(ctx, c, o, w.proofs.Typed(ownProof(c), code))
}

// ProveIDEnd takes the last four characters of the customer's ID number, after the code. Faults: bad_id_end, wrong_id_end (left),
// sms_code_expired, proof_locked.
func (w *Wallet) ProveIDEnd(ctx context.Context, phone msisdn.Number, typed string, o Origin) error {
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil {
		return err
	}
	right, err := w.EndsID(c.Document, phone, typed)
	if err != nil {
		return err
	}
	return w.answer(ctx, c, o, w.proofs.Ended(ownProof(c), right))
}

// IsID reports whether that is the number of the document. The fault is bad_id_number for what cannot be one of its type, which is no try.
func (w *Wallet) IsID(d customer.Document, typed string) (bool, error) {
	number := idForm(typed)
	if known, ok := w.market.ID(d.Type); ok && !known.Matches(number) {
		return false, fault.New(fault.BadIDNumber)
	}
	right, err := d.Is(w.keys, d.Type, number)
	if err != nil {
		return false, fault.Wrap(err, fault.Internal)
	}
	return right, nil
}

// EndsID reports whether those are the last characters of the number of the document of that phone's owner. The fault is bad_id_end
// for what cannot be them, which is no try.
func (w *Wallet) EndsID(d customer.Document, owner msisdn.Number, typed string) (bool, error) {
	end := idForm(typed)
	if len(end) != customer.EndLetters {
		return false, fault.New(fault.BadIDEnd)
	}
	right, err := d.EndsWith(w.keys, owner, end)
	if err != nil {
		return false, fault.Wrap(err, fault.Internal)
	}
	return right, nil
}

// answer commits one answer, and keeps the page that ends the conversation if that was one wrong answer too many.
func (w *Wallet) answer(ctx context.Context, c customer.Customer, o Origin, with ...ledger.Companion) error {
	_, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: append(with, w.noted(c, o, "")...)})
	return err
}

// DraftNewPIN takes the first typing of a new PIN; the draft may be kept in a session until the second. A PIN that stands in the
// customer's phone number or ID number is too easy to guess. The fault is weak_pin.
func (w *Wallet) DraftNewPIN(ctx context.Context, phone msisdn.Number, typed pin.PIN) (pin.Draft, error) {
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil {
		return "", err
	}
	if err := w.StrongPIN(c.Phone, c.Document, typed); err != nil {
		return "", err
	}
	return pin.NewDraft(w.keys, phone.Plain(), typed)
}

// StrongPIN refuses a PIN that stands in what a thief may know of its owner: the phone number, or the number of the document, which is
// looked at and not given out. The fault is weak_pin.
func (w *Wallet) StrongPIN(owner msisdn.Number, d customer.Document, typed pin.PIN) error {
	known := []string{owner.Plain()}
	if d.Type != customer.NoDocument {
		number, err := d.Reveal(w.keys, owner)
		if err != nil {
			return fault.Wrap(err, fault.Internal)
		}
		known = append(known, number)
	}
	if typed.Weak(known...) {
		return fault.New(fault.WeakPIN)
	}
	return nil
}

// newPIN reads the customer that a new PIN is for, and returns the companion that sets it.
func (w *Wallet) newPIN(ctx context.Context, r NewPIN) (customer.Customer, ledger.Companion, error) {
	if err := w.SamePIN(r.Phone, r.First, r.Again); err != nil {
		return customer.Customer{}, nil, err
	}
	c, err := w.customers.ByPhone(ctx, r.Phone)
	if err != nil {
		return customer.Customer{}, nil, err
	}
	if err := w.StrongPIN(c.Phone, c.Document, r.Again); err != nil {
		return customer.Customer{}, nil, err
	}
	set, err := w.pins.Set(pinOf(c.ID), r.Again)
	return c, set, err
}

// code draws a code for the customer and returns what keeps and sends it: the text has {code}, {minutes} or {hours}, {service} and
// what else is given.
func (w *Wallet) code(c customer.Customer, way proof.Way, life time.Duration, text string, args ...i18n.Arg) ([]ledger.Companion, error) {
	drawn := proof.NewCode()
	begin, err := w.proofs.Begin(ownProof(c), way, drawn, life)
	if err != nil {
		return nil, err
	}
	args = append(args, i18n.Text("code", drawn.Tell()), i18n.Text("service", w.market.ServiceCode), i18n.Text("menu", w.ForgotMenu()),
		i18n.Count("minutes", int64(life/time.Minute)), i18n.Count("hours", int64(life/time.Hour)))
	return []ledger.Companion{begin, w.messages.AddCode(w.clock.Now().Add(life), w.ids.New(), c.Phone,
		w.afterwards(c.Language, text, c.Account, args...), drawn.Tell())}, nil
}

// ForgotMenu is how the page of a forgotten PIN is dialled: "*384*5*7#". The menu's numbers are fixed for good.
func (w *Wallet) ForgotMenu() string { return strings.TrimSuffix(w.market.ServiceCode, "#") + "*5*7#" }

// ownProof is the row of a customer's own answers, shownProof that of what counters typed from documents, officeProof that of staff.
func ownProof(c customer.Customer) proof.Subject {
	return proof.Subject{Kind: proof.Customer, Number: c.ID}
}

func shownProof(c customer.Customer) proof.Subject {
	return proof.Subject{Kind: proof.AtCounters, Number: c.ID}
}

func officeProof(c customer.Customer) proof.Subject {
	return proof.Subject{Kind: proof.AtOffices, Number: c.ID}
}
