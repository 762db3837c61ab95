package dialogue

import (
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// changePIN asks the old PIN once and the new one twice.
var changePIN = flow{ID: "changepin", Steps: []step{
	{ID: "old", Secret: "Enter your old PIN", Take: take{Do: withPIN(provePIN), Faults: pinFaults}, Options: []option{forgotExit}},
	{ID: "new", Secret: "Choose a new PIN: 4 digits that nobody can guess", Take: provenPIN},
	{ID: "repeat", Secret: "Type the new PIN again", Take: take{Do: replacePIN, Faults: []fault.Code{fault.BadPIN}}, Moves: true},
	{ID: "changed", End: "{end}"}, // message changepin.done, as the intent keeps it: "Your PIN is changed. …"
}}

func provePIN(t *turn, p pin.PIN) error {
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
	end, err := t.Env.wallet.ChangePIN(t.Ctx, wallet.PINChange{
		Phone: t.Env.caller.Phone, Proof: wallet.PINProof(t.Kept("proof")), First: pin.Draft(t.Kept("draft")), Again: again,
		Origin: t.Env.caller.Origin,
	})
	if fault.HasCode(err, fault.PINMismatch) {
		return t.AskAgain("new", err)
	}
	t.Say("end", end)
	return err
}
