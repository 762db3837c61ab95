package dialogue

import (
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// balance tells what is in the wallet, behind the PIN.
var balance = flow{ID: "balance", Steps: []step{
	{ID: "pin", Secret: "Enter PIN to see your balance", Take: take{Do: readBalance, Faults: pinFaults}},
	{ID: "shown", End: "Your balance is {balance}."},
	{ID: "held", End: "Your balance is {balance}. You can use {available}; the rest is set aside."},
}}

// pinFaults are the mistakes after which a PIN is asked again.
var pinFaults = []fault.Code{fault.BadPIN, fault.WrongPIN}

func readBalance(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	b, err := t.Env.wallet.Balance(t.Ctx, t.Env.caller.Phone, p)
	if err != nil {
		return err
	}
	t.Say("balance", fault.Minor(b.Balance))
	t.Say("available", fault.Minor(b.Available))
	if b.Held != 0 {
		t.Go("held")
	}
	return nil
}
