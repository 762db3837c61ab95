package dialogue

import (
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// changePIN asks the old PIN once and the new one twice.
var changePIN = flow{ID: "changepin", Steps: []step{
	{ID: "old", Secret: "Enter your old PIN", Take: take{Do: provePIN, Faults: pinFaults}},
	{ID: "new", Secret: "Choose a new PIN: 4 digits that nobody can guess", Take: newPIN},
	{ID: "repeat", Secret: "Type the new PIN again", Take: take{Do: replacePIN, Faults: []fault.Code{fault.BadPIN}}, Moves: true},
	{ID: "changed", End: "Your PIN is changed. Never tell it to anyone."},
}}

func provePIN(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	proof, err := t.Env.wallet.CheckPIN(t.Ctx, t.Env.caller.Phone, p)
	if err != nil {
		return err
	}
	t.Keep("proof", string(proof))
	return nil
}

func replacePIN(t *turn, typed string) error {
	again, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	proof, draft := wallet.PINProof(t.Kept("proof")), pin.Draft(t.Kept("draft"))
	err = t.Env.wallet.ChangePIN(t.Ctx, t.Env.caller.Phone, proof, draft, again)
	if fault.HasCode(err, fault.PINMismatch) {
		return t.AskAgain("new", err)
	}
	return err
}
