package dialogue

import (
	"context"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// resetCustomer helps a customer who forgot the PIN and shows the ID at the counter: a code goes to the customer's phone, where the
// new PIN is set.
var resetCustomer = flow{ID: "resetcustomer", Says: fault.AtCounter, Steps: []step{
	{ID: "phone", Ask: "Customer's phone number", Take: take{Do: takeNewPhone, Faults: []fault.Code{fault.BadNumber, fault.NotRegistered}}},
	{ID: "id", Ask: "Look at the {document}. Type its number", With: theirDocument,
		Take: take{Do: takeHolderID, Faults: []fault.Code{fault.BadIDNumber, fault.WrongIDNumber}}},
	{ID: "pin", Secret: "Send {phone} a code for a new PIN?\nYour PIN for yes", With: sayPhone, Take: take{Do: startReset, Faults: pinFaults}, Moves: true},
	{ID: "over", End: "{end}"}, // message counter.reset
}}

func sayPhone(t *turn) error {
	t.Say("phone", msisdn.Number(t.Kept(keptTo)).National())
	return nil
}

func startReset(t *turn, typed string) error { return documentShown(t, typed, t.Env.agents.StartReset) }

// documentShown does what an operator may do for a customer who shows the document, with the operator's PIN as typed.
func documentShown(t *turn, typed string, do func(context.Context, agents.ResetRequest) (end string, err error)) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	end, err := do(t.Ctx, agents.ResetRequest{Operator: t.Env.caller.Phone, Phone: msisdn.Number(t.Kept(keptTo)),
		ID: wallet.IDDraft(t.Kept(keptID)), PIN: p, Origin: t.Env.caller.Origin})
	switch fault.CodeOf(err) {
	case "":
	case fault.WrongIDNumber:
		return t.AskAgain("id", err)
	case fault.NotRegistered:
		return t.AskAgain("phone", err)
	default:
		return err
	}
	t.Say("end", end)
	return nil
}
