package agents

import (
	"context"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/i18n"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// ResetRequest is a customer who forgot the PIN and shows the ID at a counter, and the operator's own PIN.
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
// Faults: not_operator, operator_suspended, wrong_pin (left), pin_locked, not_registered, wallet_pending, sender_blocked, no_document,
// wrong_id_number (left), proof_locked, sms_codes_spent.
func (a *Agents) StartReset(ctx context.Context, r ResetRequest) (end string, err error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return "", err
	}
	at := a.counterAt(post)
	end = a.texts.Say(at.Language, "counter.reset", i18n.Text("phone", r.Phone.National()))
	with := append(a.places.Works(at.operator(), 0, 0, network.Most{}),
		a.wallet.PINs().Check(wallet.OperatorPIN(at.Operator), r.PIN))
	with = append(with, a.wallet.Noted(actor(post), at.Language, r.Origin, end)...)
	shown := wallet.ShownDocument{Phone: r.Phone, ID: r.ID, Where: at.Shop}
	return end, a.wallet.StartReset(ctx, shown, audit.Operator(at.Operator), with...)
}
