package dialogue

import (
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// forgot sets a new PIN without the old one: the ID number and a code by SMS, or, if the ID was shown at a counter, the code and the
// end of the ID number. Many phones cannot show an SMS during a call, so it goes on where it stood when the caller dials again.
//
// All of it is asked as a secret, which nobody can dial in advance: what is dialled stays in the phone's list of calls.
var forgot = flow{ID: "forgot", Steps: []step{
	{ID: "id", Secret: "For a new PIN type your {document} number", With: ofWallet.goOn, Take: take{Do: ofWallet.takeForgotID, Faults: []fault.Code{
		fault.BadIDNumber, fault.WrongIDNumber}}},
	{ID: "sent", Secret: "We sent a code by SMS. Type it here, or hang up, read it and dial {menu}", With: ofWallet.sayMenu,
		Take: take{Do: ofWallet.takeCode}},
	{ID: "code", Secret: "Type the code from the SMS", Take: smsCode, Options: []option{
		{Key: "1", Text: "I have no code", Do: anew, Go: "id"},
	}},
	{ID: "end", Secret: "Type the last 4 of your {document} number", With: ofWallet.ending, Take: take{Do: ofWallet.takeIDEnd, Faults: []fault.Code{
		fault.BadIDEnd, fault.WrongIDEnd}}},
	{ID: "new", Secret: "Choose a new PIN: 4 digits that nobody can guess", Take: provenPIN},
	{ID: "repeat", Secret: "Type the new PIN again", Take: take{Do: ofWallet.resetPIN, Faults: []fault.Code{fault.BadPIN}}, Moves: true},
	{ID: "done", End: "{end}"}, // message newpin.done, as the intent keeps it
}}

// locked is where three wrong PINs lead.
var locked = flow{ID: "locked", Steps: []step{
	{ID: "top", Choose: "No money has moved. Your PIN is locked after too many wrong tries.", Options: []option{
		{Key: "1", Text: "I forgot my PIN", Start: "forgot"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "stopped", End: "You stopped. No money has moved. Your PIN is locked.", With: keepEnd("stopped")},
}}

var (
	smsCode   = take{Do: ofWallet.takeCode, Faults: []fault.Code{fault.BadSMSCode, fault.WrongSMSCode}}
	provenPIN = take{Do: ofWallet.takePIN, Faults: []fault.Code{fault.BadPIN, fault.WeakPIN, fault.PINMismatch}}
)

// keptWrong is 1 once a wrong PIN was typed, keptAnew once the caller has no code.
const (
	keptWrong = "wrong"
	keptAnew  = "anew"
)

// forgotExit stands on every page that asks for a customer's PIN, once a wrong one was typed.
var forgotExit = option{Key: "1", Text: "I forgot my PIN", If: typedWrong, Start: "forgot"}

func typedWrong(t *turn) bool { return t.KeptNumber(keptWrong) == 1 }

// withPIN reads a customer's PIN and does something with it. Three wrong ones lead to where a new one is set.
func withPIN(do func(*turn, pin.PIN) error) func(*turn, string) error {
	return func(t *turn, typed string) error {
		p, err := pin.Parse(typed)
		if err != nil {
			return err
		}
		return refusedPIN(t, do(t, p))
	}
}

// refusedPIN is what follows if the error is a wrong PIN.
func refusedPIN(t *turn, err error) error {
	switch fault.CodeOf(err) {
	case fault.WrongPIN:
		t.KeepNumber(keptWrong, 1)
	case fault.PINLocked:
		t.Start(locked.ID)
		return nil
	}
	return err
}

// anew leads back to the ID number, for somebody who has no code.
func anew(t *turn) error {
	t.KeepNumber(keptAnew, 1)
	return nil
}

// typedAgain is the new PIN with its second typing.
func typedAgain(t *turn, typed string) (wallet.NewPIN, error) {
	again, err := pin.Parse(typed)
	return wallet.NewPIN{
		Phone: t.Env.caller.Phone, First: pin.Draft(t.Kept("draft")), Again: again, Origin: t.Env.caller.Origin,
	}, err
}
