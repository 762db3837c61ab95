package dialogue

import (
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/pin"
	"senti/wallet/proof"
)

// opening is what the owner of a wallet sees that was registered at a counter. It can only receive until the owner, on this phone,
// has typed the code from the SMS and the end of the ID number, and chosen a PIN.
//
// The first page is a confirmation, because dialled input must not accept terms.
var opening = flow{ID: "opening", Steps: []step{
	{ID: "top", Confirm: "An agent registered you. Your wallet can receive. To use it finish here.", With: sayLanguage, Options: []option{
		{Key: "2", Text: "Finish (I accept the terms)", Do: acceptTerms},
		{Key: "3", Text: "Fees", Start: "fees"},
		{Key: "7", Text: "{language}", Start: "language"},
	}},
	{ID: "code", Secret: "Type the code from the SMS", With: goOnOpening, Take: take{Do: takeOpeningCode, Faults: smsCode.Faults}},
	{ID: "end", Secret: "Type the last 4 of your {document} number", With: ofWallet.document, Take: take{Do: ofWallet.takeIDEnd, Faults: []fault.Code{
		fault.BadIDEnd, fault.WrongIDEnd}}},
	{ID: "pin", Secret: "Choose a PIN: 4 digits that nobody can guess.\nNever tell it to anyone.", Take: provenPIN},
	{ID: "repeat", Secret: "Type the same PIN again", Take: take{Do: activate, Faults: []fault.Code{fault.BadPIN}}, Moves: true},
	{ID: "open", End: "{end}"}, // message register.done, as the intent keeps it
}}

// asleep is what the owner of a wallet sees that was not used for long.
var asleep = flow{ID: "asleep", Steps: []step{
	{ID: "top", Choose: "Your wallet sleeps: you did not use it for long. Your money is safe. It can receive, not send.", Options: []option{
		{Key: "1", Text: "Wake it (ID and PIN)"},
		{Key: "2", Text: "Menu", Start: "menu"},
	}},
	{ID: "id", Secret: "Type your {document} number", With: ofWallet.document, Take: take{Do: takeIDNumber, Faults: []fault.Code{
		fault.BadIDNumber, fault.WrongIDNumber}}},
	{ID: "pin", Secret: "Enter PIN to wake your wallet", Take: take{Do: withPIN(wakeUp), Faults: pinFaults}, Options: []option{forgotExit}},
	{ID: "awake", End: "{end}"}, // message wake.done, as the intent keeps it
}}

// ownMenu leads who has not opened the wallet yet from the menu to where that is done.
func ownMenu(t *turn) error {
	noticed(t)
	c, err := t.Env.wallet.Customer(t.Ctx, t.Env.caller.Phone)
	if err == nil && c.Status == customer.Pending {
		t.Start(opening.ID)
	}
	if err != nil {
		return err
	}
	return sayLanguage(t)
}

// goOnOpening leads to the question that is open, and sends another code if there is none to answer.
func goOnOpening(t *turn) error {
	step, err := t.Env.wallet.Proving(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	switch step {
	case proof.CodeGiven:
		t.Go("end")
	case proof.Proven:
		t.Go("pin")
	case proof.Nothing:
		return t.Env.wallet.SendOpeningCode(t.Ctx, t.Env.caller.Phone, t.Env.caller.Origin)
	}
	return nil
}

func takeOpeningCode(t *turn, typed string) error {
	return t.Env.wallet.ProveCode(t.Ctx, t.Env.caller.Phone, typed, t.Env.caller.Origin)
}

func activate(t *turn, typed string) error {
	p, err := typedAgain(t, typed)
	if err != nil {
		return err
	}
	end, err := t.Env.wallet.Activate(t.Ctx, p, t.Kept("terms"))
	if fault.HasCode(err, fault.PINMismatch) {
		return t.AskAgain("pin", err)
	}
	t.Say("end", end)
	return err
}

func wakeUp(t *turn, p pin.PIN) error {
	end, err := t.Env.wallet.WakeUp(t.Ctx, wallet.Waking{
		Phone: t.Env.caller.Phone, ID: wallet.IDDraft(t.Kept(keptID)), PIN: p, Origin: t.Env.caller.Origin,
	})
	if fault.HasCode(err, fault.WrongIDNumber) {
		return t.AskAgain("id", err)
	}
	t.Say("end", end)
	return err
}
