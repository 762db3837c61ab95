package dialogue

import (
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// What replies must be. Each lists the mistakes a person can correct.
var (
	recipient = take{Do: takeRecipient, Faults: []fault.Code{fault.BadNumber, fault.OwnNumber, fault.NotRegistered}}
	amount    = take{Do: takeAmount, Faults: []fault.Code{
		fault.BadAmount, fault.AmountTooSmall, fault.AmountTooBig, fault.LimitSingle, fault.LimitDay, fault.LimitMonth,
	}}
	name     = take{Do: takeName, Faults: []fault.Code{fault.BadName}}
	idNumber = take{Do: takeIDNumber, Faults: []fault.Code{fault.BadIDNumber}}
	newPIN   = take{Do: takeNewPIN, Faults: []fault.Code{fault.BadPIN, fault.WeakPIN, fault.PINMismatch}}
)

// takeRecipient reads a number in any of its spellings, of somebody else who has a wallet.
func takeRecipient(t *turn, typed string) error {
	to, err := t.Env.wallet.ParsePhone(typed)
	switch {
	case err != nil:
		return err
	case to == t.Env.caller.Phone:
		return fault.New(fault.OwnNumber)
	}
	_, err = t.Env.wallet.Customer(t.Ctx, to)
	if fault.HasCode(err, fault.NotRegistered) && vouchersOn(t) {
		t.Keep(keptTo, string(to))
		t.Start(sendCode.ID)
		return nil
	}
	if err != nil {
		return err
	}
	t.Keep(keptTo, string(to))
	return nil
}

// takeAmount reads an amount as the market keys it, within the tariff. Balance and limits are looked at after the PIN.
func takeAmount(t *turn, typed string) error {
	minor, err := t.Env.wallet.ParseAmount(typed)
	if err != nil {
		return err
	}
	if _, err := t.Env.wallet.Fee(minor); err != nil {
		return err
	}
	t.KeepNumber(keptAmount, minor)
	return nil
}

func takeName(t *turn, typed string) error {
	good, err := t.Env.wallet.ParseName(typed)
	if err != nil {
		return err
	}
	t.Keep("name", good)
	return nil
}

// keptID is the ID number, sealed.
const keptID = "id"

// takeIDNumber keeps the number sealed: a session must not hold one in the clear.
func takeIDNumber(t *turn, typed string) error {
	sealed, err := t.Env.wallet.ParseID(t.Env.caller.Phone, chosenID(t), typed)
	if err != nil {
		return err
	}
	t.Keep(keptID, string(sealed))
	return nil
}

// takeNewPIN keeps of the first typing of a new PIN only what tells whether the second is the same.
func takeNewPIN(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	var own []wallet.IDDraft
	if sealed := t.Kept(keptID); sealed != "" { // a registration: the PIN must not be digits of the ID number either
		own = append(own, wallet.IDDraft(sealed))
	}
	draft, err := t.Env.wallet.DraftPIN(t.Env.caller.Phone, p, own...)
	if err != nil {
		return err
	}
	t.Keep("draft", string(draft))
	return nil
}
