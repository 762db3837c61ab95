package dialogue

import (
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// balance tells what is in the wallet, behind the PIN.
var balance = flow{ID: "balance", Steps: []step{
	{ID: "pin", Secret: "Enter PIN to see your balance", Take: take{Do: withPIN(readBalance), Faults: pinFaults}, Options: []option{forgotExit}},
	{ID: "shown", End: "{end}"}, // message balance.all, as the intent keeps it: "Your balance is Ksh 5,000."
}}

// pinFaults are the mistakes after which a PIN is asked again.
var pinFaults = []fault.Code{fault.BadPIN, fault.WrongPIN}

func readBalance(t *turn, p pin.PIN) error {
	b, err := t.Env.wallet.Balance(t.Ctx, t.Env.caller.Phone, p, t.Env.caller.Origin)
	if err != nil {
		return err
	}
	t.Say("end", b.End)
	return nil
}
