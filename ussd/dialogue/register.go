package dialogue

import (
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// first is what a phone without a wallet sees: the language, an invitation, and the opening of a wallet.
//
// The first two pages are confirmations, because dialled input must neither pick a language nobody asked for nor accept terms.
var first = flow{ID: "first", Texts: map[string]string{"home": "Start", "greet": "Welcome to Senti", "welcome": "Welcome"}, Steps: []step{
	{ID: "language", Confirm: "{welcome}", With: greet, Options: []option{
		{Key: "1", Text: "{first}", Do: speak(0)},
		{Key: "2", Text: "{second}", If: offers(1), Do: speak(1)},
		{Key: "3", Text: "{third}", If: offers(2), Do: speak(2)},
	}},
	{ID: "invite", Confirm: "Open a Senti wallet. It is free.\nKeep your {document} near.", With: document, Options: []option{
		{Key: "1", Text: "Start (I accept the terms)", Do: mayRegister},
		{Key: "2", Text: "I was sent a cash code", If: vouchersOn, Go: "cashcode"},
		{Key: "3", Text: "Fees", Start: "fees"},
		// 4 Help
	}},
	{ID: "name", Ask: "Type your name as it is on your {document}", With: document, Take: name, Options: []option{
		{Key: "1", Text: "I have another ID", If: takesID(1), Go: "which"},
	}},
	{ID: "id", Ask: "Type your {document} number", With: document, Take: idNumber},
	{ID: "pin", Secret: "Choose a PIN: 4 digits that nobody can guess.\nNever tell it to anyone.", Take: newPIN},
	{ID: "repeat", Secret: "Type the same PIN again", Take: open, Moves: true},
	{ID: "open", End: "{end}"}, // message register.done, as the intent keeps it: "Welcome JANE WANJIKU. Your wallet is open. …"
	{ID: "which", Choose: "Which ID have you got?", With: whichID, Options: idChoices("name")},
	{ID: "cashcode", End: "Take the code in the SMS and your ID to any Senti agent. Tell the code to nobody else."},
}}

var open = take{Do: openWallet, Faults: []fault.Code{fault.BadPIN}}

// acceptTerms keeps which version was accepted: the one in force when the page was shown.
func acceptTerms(t *turn) error {
	t.Keep("terms", t.Env.wallet.Terms())
	t.KeepNumber(keptType, 0) // of another's, at a counter
	return nil
}

func openWallet(t *turn, typed string) error {
	again, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	draft := pin.Draft(t.Kept("draft"))
	if err := t.Env.wallet.SamePIN(t.Env.caller.Phone, draft, again); err != nil {
		return t.AskAgain("pin", err)
	}
	done, err := t.Env.wallet.Register(t.Ctx, wallet.Registration{
		Phone: t.Env.caller.Phone, Language: t.Lang(), Terms: t.Kept("terms"), Name: t.Kept("name"), ID: wallet.IDDraft(t.Kept(keptID)),
		First: draft, Again: again, Origin: t.Env.caller.Origin,
	})
	if err != nil {
		return err
	}
	t.Say("end", done.End)
	return nil
}
