package agents

import (
	"context"
	"slices"
	"strings"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
	"senti/wallet/proof"
)

// An operator's PIN is for the counter; the same person's wallet has one of its own. The PIN is chosen on the operator's own phone,
// by whoever has answered two questions there: a code that was sent to it, and the ID number, which the owner of the phone knows and
// a thief does not (the shop code stands on the wall). Three wrong answers in all end this way for a day; then a manager of the
// agent helps, or staff.

// ForgotMenu is how the page of an operator's forgotten PIN is dialled: "*384*7*7*2#". The menu's numbers are fixed for good.
func (a *Agents) ForgotMenu() string {
	return strings.TrimSuffix(a.market.ServiceCode, "#") + "*7*7*2#"
}

// HasPIN reports whether the operator has chosen a PIN.
func (a *Agents) HasPIN(ctx context.Context, o network.Operator) (bool, error) {
	if _, ok := a.chosen.Get(o.ID); ok {
		return true, nil
	}
	_, has, err := a.wallet.PINs().SetAt(ctx, wallet.OperatorPIN(o.ID))
	if has {
		a.chosen.Put(o.ID, struct{}{}) // and will have one as long as there is this operator
	}
	return has, err
}

// Proving tells how far an operator has come in proving who he is, so that a call that was cut goes on where it stood. The fault is
// operator_proof_locked after too many wrong answers.
func (a *Agents) Proving(ctx context.Context, phone msisdn.Number) (proof.Step, error) {
	post, err := a.employed(ctx, phone)
	if err != nil {
		return proof.Nothing, err
	}
	state, err := a.wallet.Proofs().State(ctx, operatorProof(post.Operator.ID))
	if err != nil {
		return proof.Nothing, err
	}
	if state.Locked(a.now()) {
		return proof.Nothing, fault.New(fault.OperatorProofLocked)
	}
	return state.At(a.now()), nil
}

// MayResetPIN tells before anything is typed whether the operator can get a new PIN without the old one. Faults: not_operator,
// operator_suspended, no_document.
func (a *Agents) MayResetPIN(ctx context.Context, phone msisdn.Number) error {
	post, err := a.employed(ctx, phone)
	if err != nil {
		return err
	}
	_, err = a.documentOf(ctx, post.Operator.ID)
	return err
}

// IDOf is the document that the operator with that phone was taken on with, or, if none was kept, the national ID. Faults: not_operator,
// operator_suspended.
func (a *Agents) IDOf(ctx context.Context, phone msisdn.Number) (market.Document, error) {
	post, err := a.employed(ctx, phone)
	if err != nil {
		return market.Document{}, err
	}
	d, err := a.documentOf(ctx, post.Operator.ID)
	if err != nil && !fault.HasCode(err, fault.NoDocument) {
		return market.Document{}, err
	}
	return a.wallet.IDNamed(d.Type), nil
}

// ForgotPIN begins a new PIN for an operator who types the ID number he was taken on with: a code is sent to the phone, for ProveCode.
// ResetPIN ends it. Faults: not_operator, operator_suspended, no_document, bad_id_number, wrong_id_number (left),
// operator_proof_locked, operator_codes_spent.
func (a *Agents) ForgotPIN(ctx context.Context, phone msisdn.Number, typedID string, o wallet.Origin) error {
	post, err := a.employed(ctx, phone)
	if err != nil {
		return err
	}
	document, err := a.documentOf(ctx, post.Operator.ID)
	if err != nil {
		return err
	}
	right, err := a.wallet.IsID(document, typedID)
	if err != nil {
		return err
	}
	with := []ledger.Companion{a.wallet.Proofs().Compared(operatorProof(post.Operator.ID), right)}
	if right {
		code, err := a.pinCode(post, proof.OwnPhone, "sms.counterpin.code")
		if err != nil {
			return err
		}
		with = append(with, code...)
	}
	return a.reply(ctx, post, o, with...)
}

// SendFirstCode sends an operator who has no PIN yet another code, because the first was lost or has run out. Faults: not_operator,
// operator_suspended, no_document, operator_codes_spent, operator_proof_locked.
func (a *Agents) SendFirstCode(ctx context.Context, phone msisdn.Number, o wallet.Origin) error {
	post, err := a.employed(ctx, phone)
	if err != nil {
		return err
	}
	if _, err := a.documentOf(ctx, post.Operator.ID); err != nil {
		return err
	}
	code, err := a.pinCode(post, proof.Opening, "sms.counterpin.first")
	if err != nil {
		return err
	}
	return a.reply(ctx, post, o, code...)
}

// ProveCode takes the code that was sent to the operator's phone. Faults: bad_sms_code, wrong_sms_code (left), sms_code_expired,
// operator_proof_locked.
func (a *Agents) ProveCode(ctx context.Context, phone msisdn.Number, typed string, o wallet.Origin) error {
	code, err := proof.ParseCode(typed)
	if err != nil {
		return err
	}
	post, err := a.employed(ctx, phone)
	if err != nil {
		return err
	}
	return a.reply(ctx, post, o, a.wallet.Proofs().Typed(operatorProof(post.Operator.ID), code))
}

// ProveIDEnd takes the last four characters of the operator's ID number, after the code. Faults: bad_id_end, wrong_id_end (left),
// sms_code_expired, operator_proof_locked.
func (a *Agents) ProveIDEnd(ctx context.Context, phone msisdn.Number, typed string, o wallet.Origin) error {
	post, err := a.employed(ctx, phone)
	if err != nil {
		return err
	}
	document, err := a.documentOf(ctx, post.Operator.ID)
	if err != nil {
		return err
	}
	right, err := a.wallet.EndsID(document, phone, typed)
	if err != nil {
		return err
	}
	return a.reply(ctx, post, o, a.wallet.Proofs().Ended(operatorProof(post.Operator.ID), right))
}

// DraftNewPIN takes the first typing of a new PIN for the counter; the draft may be kept in a session until the second. A PIN that
// stands in the operator's phone number or ID number is too easy to guess. The fault is weak_pin.
func (a *Agents) DraftNewPIN(ctx context.Context, phone msisdn.Number, typed pin.PIN) (pin.Draft, error) {
	post, err := a.employed(ctx, phone)
	if err != nil {
		return "", err
	}
	if err := a.strong(ctx, post.Operator, typed); err != nil {
		return "", err
	}
	return pin.NewDraft(a.wallet.Keys(), phone.Plain(), typed)
}

// ResetPIN sets a PIN for an operator who has proven who he is, the first one too, and unlocks it. He may work with it at once: a shop
// must not stand still. That it was set is told to him, and of one that is not the first to the managers of the agent, who know
// whether he is there. It returns the text that the conversation ends with.
//
// Faults: not_operator, operator_suspended, pin_mismatch, weak_pin, sms_code_expired (nothing is proven, or no longer).
func (a *Agents) ResetPIN(ctx context.Context, r wallet.NewPIN) (end string, err error) {
	post, set, err := a.newPIN(ctx, r, func(s pin.Subject) (ledger.Companion, error) { return a.wallet.PINs().Set(s, r.Again) })
	if err != nil {
		return "", err
	}
	state, err := a.wallet.Proofs().State(ctx, operatorProof(post.Operator.ID))
	if err != nil {
		return "", err
	}
	key, with := "counterpin.chosen", []ledger.Companion{a.tellPIN(post, post.Operator, "sms.counterpin.set")}
	had, err := a.HasPIN(ctx, post.Operator)
	if err != nil {
		return "", err
	}
	if had {
		key = "counterpin.anew"
		if with, err = a.tellManagers(ctx, post, with); err != nil {
			return "", err
		}
	}
	end = a.texts.Say(post.Operator.Language, key)
	err = a.setPIN(ctx, post, r.Origin, end, append(with, a.wallet.Proofs().Use(operatorProof(post.Operator.ID), state.Way, 0), set))
	return end, err
}

// ProvePIN compares an operator's PIN and returns the proof that ChangePIN asks for. Faults: not_operator, wrong_pin (left),
// operator_pin_locked, no_pin.
func (a *Agents) ProvePIN(ctx context.Context, phone msisdn.Number, typed pin.PIN) (wallet.PINProof, error) {
	post, err := a.employed(ctx, phone)
	if err != nil {
		return "", err
	}
	// Read before the comparison: if the PIN is changed in between, the proof is of the older one and proves nothing.
	setAt, _, err := a.wallet.PINs().SetAt(ctx, wallet.OperatorPIN(post.Operator.ID))
	if err != nil {
		return "", err
	}
	if err := a.prove(ctx, post, typed); err != nil {
		return "", err
	}
	return wallet.ProofOf(setAt), nil
}

// ChangePIN sets a new PIN for an operator who proved the old one, and returns the text the conversation ends with. Faults:
// not_operator, operator_suspended, pin_mismatch, weak_pin, unauthorised (no proof), operator_pin_locked, conflict (the PIN was
// changed since the proof).
func (a *Agents) ChangePIN(ctx context.Context, r wallet.PINChange) (end string, err error) {
	setAt, err := r.Proof.SetAt()
	if err != nil {
		return "", err
	}
	twice := wallet.NewPIN{Phone: r.Phone, First: r.First, Again: r.Again, Origin: r.Origin}
	post, set, err := a.newPIN(ctx, twice, func(s pin.Subject) (ledger.Companion, error) { return a.wallet.PINs().Replace(s, setAt, r.Again) })
	if err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "counterpin.changed")
	err = a.setPIN(ctx, post, r.Origin, end, []ledger.Companion{set, a.tellPIN(post, post.Operator, "sms.counterpin.set")})
	return end, err
}

// newPIN looks at a PIN typed twice and returns whose it is, and the companion that sets it.
func (a *Agents) newPIN(ctx context.Context, r wallet.NewPIN, set func(pin.Subject) (ledger.Companion, error)) (network.Post, ledger.Companion, error) {
	post, err := a.employed(ctx, r.Phone)
	if err != nil {
		return post, nil, err
	}
	if err := a.wallet.SamePIN(r.Phone, r.First, r.Again); err != nil {
		return post, nil, err
	}
	if err := a.strong(ctx, post.Operator, r.Again); err != nil {
		return post, nil, err
	}
	c, err := set(wallet.OperatorPIN(post.Operator.ID))
	return post, c, err
}

// setPIN commits that an operator has another PIN.
func (a *Agents) setPIN(ctx context.Context, post network.Post, o wallet.Origin, end string, with []ledger.Companion) error {
	by := audit.Operator(post.Operator.ID)
	_, err := a.ledger.Commit(ctx, &ledger.Plan{Companions: slices.Concat(
		[]ledger.Companion{a.places.Stands(post.Operator)}, with,
		a.wallet.Noted(actor(post), post.Operator.Language, o, end),
		a.audit.Add(act(by, "operator.pin", "operator", post.Operator.ID, struct{}{})))})
	if err == nil {
		a.wallet.Wake()
	}
	return err
}

// employed is the operator with that phone, who need not be at a shop that serves. Faults: not_operator, operator_suspended.
func (a *Agents) employed(ctx context.Context, phone msisdn.Number) (network.Post, error) {
	post, err := a.Post(ctx, phone)
	if err == nil && post.Operator.Status != network.Active {
		err = fault.New(fault.OperatorSuspended)
	}
	return post, err
}

// strong refuses a PIN that stands in what a thief may know of the operator. The fault is weak_pin.
func (a *Agents) strong(ctx context.Context, o network.Operator, typed pin.PIN) error {
	document, err := a.documentOf(ctx, o.ID)
	if err != nil && !fault.HasCode(err, fault.NoDocument) {
		return err
	}
	if fault.HasCode(err, fault.NoDocument) {
		document = customer.Document{}
	}
	return a.wallet.StrongPIN(o.Phone, document, typed)
}

// reply commits one answer, and keeps the page that ends the conversation if that was one wrong answer too many.
func (a *Agents) reply(ctx context.Context, post network.Post, o wallet.Origin, with ...ledger.Companion) error {
	_, err := a.ledger.Commit(ctx, &ledger.Plan{Companions: append(with, a.wallet.Noted(actor(post), post.Operator.Language, o, "")...)})
	if err == nil {
		a.wallet.Wake()
	}
	return err
}

// tellPIN sends an operator a message about the PIN of whoever stands at that post: {name} at {shop}, {when} it was done.
func (a *Agents) tellPIN(post network.Post, to network.Operator, key string, args ...i18n.Arg) ledger.Companion {
	args = append(args, i18n.Text("name", post.Operator.Name), i18n.Text("shop", a.shop(post.Place)))
	return a.wallet.Messages().Add(outbox.Notice, a.wallet.IDs().New(), to.Phone, a.wallet.Afterwards(to.Language, key, post.Till.Float, args...))
}

// managersTold bounds how many managers hear of one thing.
const managersTold = 3

// tellManagers tells other managers of the agent that somebody has got a new PIN without the old one.
func (a *Agents) tellManagers(ctx context.Context, post network.Post, with []ledger.Companion) ([]ledger.Companion, error) {
	managers, err := a.places.Managers(ctx, post.Agent.ID)
	if err != nil {
		return nil, err
	}
	told := 0
	for _, m := range managers {
		if m.ID != post.Operator.ID && told < managersTold {
			with = append(with, a.tellPIN(post, m, "sms.counterpin.manager"))
			told++
		}
	}
	return with, nil
}
