package agents

import (
	"context"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// ResetRequest is a customer who shows the ID at a counter, having forgotten the PIN or got another SIM, and the operator's own PIN.
type ResetRequest struct {
	Operator msisdn.Number
	Phone    msisdn.Number
	ID       wallet.IDDraft // of ParseIDNumber for Phone: what the document says
	PIN      pin.PIN        // the operator's
	Origin   wallet.Origin
}

// StartReset sends the customer a code, with which a new PIN is set on the customer's own phone and nowhere else; it returns the
// text that the operator's conversation ends with. No money moves, and the operator learns nothing.
//
// Faults: not_operator, operator_suspended, wrong_pin (left), pin_locked, not_registered, customer_pending, customer_to_office,
// wrong_id_number (left), counter_proof_locked, counter_codes_spent.
func (a *Agents) StartReset(ctx context.Context, r ResetRequest) (end string, err error) {
	return a.documentShown(ctx, r, "counter.reset", a.wallet.StartReset)
}

// documentShown does for a customer whose document an operator has seen what that allows, with the operator's PIN and day checked in the
// same commit, and returns the text of that key, which the operator's conversation ends with.
func (a *Agents) documentShown(ctx context.Context, r ResetRequest, key string,
	do func(ctx context.Context, d wallet.ShownDocument, by string, with ...ledger.Companion) error) (end string, err error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return "", err
	}
	at := a.counterAt(post)
	end = a.texts.Say(at.Language, key, i18n.Text("phone", r.Phone.National()))
	with := append(a.places.Works(at.operator(), 0, 0, network.Most{}),
		a.wallet.PINs().Check(wallet.OperatorPIN(at.Operator), r.PIN))
	in := a.wallet.NewIntent(ledger.Enquiry, actor(post), r.Origin, struct{}{})
	with = append(with, a.wallet.Intents().Note(in, a.ended(at.Language, fault.AtCounter, func(*ledger.Outcome) string { return end }, ofHelped))...)
	shown := wallet.ShownDocument{Phone: r.Phone, ID: r.ID, Where: at.Shop}
	return end, ofHelped(do(ctx, shown, audit.Operator(at.Operator), with...))
}
