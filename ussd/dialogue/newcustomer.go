package dialogue

import (
	"senti/agents"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// newCustomer registers a person at the counter, with the ID document in hand. The person sets the PIN on the own phone.
var newCustomer = flow{ID: "newcustomer", Says: fault.AtCounter, Steps: []step{
	{ID: "phone", Ask: "Customer's phone number", With: beginsAtCounter(switches.Register), Take: take{Do: takeNewPhone, Faults: []fault.Code{fault.BadNumber}}},
	{ID: "which", Choose: "Which ID is shown?", With: whichID, Options: idChoices("name")},
	{ID: "name", Ask: "Name as it is on the {document}", With: document, Take: name},
	{ID: "id", Ask: "Number of the {document}", With: document, Take: take{Do: takeHolderID, Faults: []fault.Code{fault.BadIDNumber, fault.IDMismatch}}},
	{ID: "photo", Ask: "Reference of the photo or copy of the {document}", With: document, Take: take{Do: takePhoto, Faults: []fault.Code{fault.BadReference}}, Options: []option{
		{Key: "1", Text: "None", Do: noPhoto},
	}},
	{ID: "language", Confirm: "The customer's language", With: languageNames, Options: []option{
		{Key: "1", Text: "{first}", Do: theirs(0)},
		{Key: "2", Text: "{second}", If: offers(1), Do: theirs(1)},
		{Key: "3", Text: "{third}", If: offers(2), Do: theirs(2)},
	}},
	{ID: "pin", Secret: "Register\n{name}\n{phone}\n{earns}\nEnter PIN to register", With: quoteRegister, Take: take{Do: moveRegister}, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: take{Do: moveRegister, Faults: pinFaults}, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. Nobody was registered.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message counter.registered, as the intent keeps it
}}

const (
	keptPhoto = "photo"
	keptLang  = "theirs"
)

func takeNewPhone(t *turn, typed string) error {
	phone, err := t.Env.wallet.ParsePhone(typed)
	if err != nil {
		return err
	}
	t.Keep(keptTo, string(phone))
	return nil
}

func takePhoto(t *turn, typed string) error {
	reference, err := t.Env.wallet.ParsePhoto(typed)
	if err != nil {
		return err
	}
	t.Keep(keptPhoto, reference)
	return nil
}

func noPhoto(t *turn) error {
	t.Keep(keptPhoto, "")
	return nil
}

// theirs keeps the language that the customer will be spoken to in.
func theirs(n int) func(*turn) error {
	return func(t *turn) error {
		t.Keep(keptLang, t.Env.market.Languages[n])
		return nil
	}
}

func quoteRegister(t *turn) error {
	q, err := t.Env.agents.QuoteRegister(t.Ctx, agents.RegisterRequest{Operator: t.Env.caller.Phone, Phone: msisdn.Number(t.Kept(keptTo)),
		Name: t.Kept("name"), ID: wallet.IDDraft(t.Kept(keptID)), Photo: t.Kept(keptPhoto), Language: t.Kept(keptLang), Origin: t.Env.caller.Origin})
	switch fault.CodeOf(err) {
	case "":
	case fault.BadName:
		return t.AskAgain("name", err)
	case fault.IDMismatch, fault.BadIDNumber:
		return t.AskAgain("id", err)
	default:
		return err
	}
	t.Keep(keptIntent, q.Intent.String())
	t.KeepNumber(keptEarned, q.Earned)
	t.Say("name", q.Name)
	t.Say("phone", q.Phone.National())
	sayEarns(t)
	return nil
}

func moveRegister(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	end, err := t.Env.agents.RegisterCustomer(t.Ctx, intent, p)
	t.Env.intent = intent
	if fault.HasCode(err, fault.WrongPIN) {
		return tryIntentAgain(t, intent, err)
	}
	if err != nil {
		return err
	}
	t.Say("end", end)
	t.Go("over")
	return nil
}
