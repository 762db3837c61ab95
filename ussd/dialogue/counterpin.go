package dialogue

import (
	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/proof"
)

// takeUp is what a new operator sees on dialling: the code that was sent to this phone, the end of the ID number, and a PIN for the
// counter typed twice, which leads to the operator's menu. A wallet of the same person has another PIN.
var takeUp = flow{ID: "takeup", Steps: []step{
	{ID: "top", Choose: "You work at {shop} now.", With: goOnTakeUp, Options: []option{
		{Key: "1", Text: "Choose my work PIN", Do: firstCode},
		{Key: "9", Text: "My own wallet", Start: "menu", Do: ownWallet},
	}},
	{ID: "code", Secret: "Type the code from the SMS", Take: take{Do: ofCounter.takeCode, Faults: smsCode.Faults}, Options: []option{
		{Key: "1", Text: "I have no code", Do: sendFirstCode, Go: "sent"},
	}},
	{ID: "sent", Secret: "We sent another code by SMS. Type it here, or hang up, read it and dial again", Take: take{Do: ofCounter.takeCode}},
	{ID: "end", Secret: "Type the last 4 of your {document} number", With: ofCounter.ending, Take: counterIDEnd},
	{ID: "new", Secret: "Choose your work PIN: 4 digits that nobody can guess", Take: counterPINOnce},
	{ID: "repeat", Secret: "Type the same PIN again", Take: counterPINTwice, Moves: true},
	{ID: "chosen", Choose: "{end}", Options: []option{{Key: "1", Text: "Menu", Start: "counter"}}}, // message counterpin.chosen
}}

// counterPIN is an operator's PIN for the counter.
var counterPIN = flow{ID: "counterpin", Says: fault.AtCounter, Steps: []step{
	{ID: "top", Choose: "Work PIN", Options: []option{
		{Key: "1", Text: "Change it", Start: "counterchange"},
		{Key: "2", Text: "I forgot it", Start: "counterforgot"},
		{Key: "3", Text: "Help a colleague", If: isManager, Start: "counterhelp"},
	}},
}}

// counterChange asks the old PIN once and the new one twice.
var counterChange = flow{ID: "counterchange", Says: fault.AtCounter, Steps: []step{
	{ID: "old", Secret: "Enter your old work PIN", Take: take{Do: proveCounterPIN, Faults: pinFaults}, Options: []option{counterForgotExit}},
	{ID: "new", Secret: "Choose a new work PIN: 4 digits that nobody can guess", Take: counterPINOnce},
	{ID: "repeat", Secret: "Type the new PIN again", Take: take{Do: replaceCounterPIN, Faults: []fault.Code{fault.BadPIN}}, Moves: true},
	{ID: "changed", End: "{end}"}, // message counterpin.changed, as the intent keeps it
}}

// counterForgot sets a new PIN for the counter without the old one: the ID number that the operator was taken on with and a code by
// SMS, or, once a manager or staff have helped, the code and the end of the ID number. It is forgot for the counter.
var counterForgot = flow{ID: "counterforgot", Says: fault.AtCounter, Steps: []step{
	{ID: "id", Secret: "For a new work PIN type your {document} number", With: ofCounter.goOn, Take: take{Do: ofCounter.takeForgotID, Faults: []fault.Code{
		fault.BadIDNumber, fault.WrongIDNumber}}},
	{ID: "sent", Secret: "We sent a code by SMS. Type it here, or hang up, read it and dial {menu}", With: ofCounter.sayMenu,
		Take: take{Do: ofCounter.takeCode}},
	{ID: "code", Secret: "Type the code from the SMS", Take: take{Do: ofCounter.takeCode, Faults: smsCode.Faults}, Options: []option{
		{Key: "1", Text: "I have no code", Do: anew, Go: "id"},
	}},
	{ID: "end", Secret: "Type the last 4 of your {document} number", With: ofCounter.ending, Take: counterIDEnd},
	{ID: "new", Secret: "Choose a new work PIN: 4 digits that nobody can guess", Take: counterPINOnce},
	{ID: "repeat", Secret: "Type the new PIN again", Take: counterPINTwice, Moves: true},
	{ID: "done", End: "{end}"}, // message counterpin.anew, as the intent keeps it
}}

// counterLocked is where three wrong PINs of an operator lead, whatever he was about: work goes on in a minute.
var counterLocked = flow{ID: "counterlocked", Says: fault.AtCounter, For: fault.OperatorPINLocked, Steps: []step{
	{ID: "top", Choose: "No money has moved. Your work PIN is locked after too many wrong tries.", Options: []option{
		{Key: "1", Text: "New PIN (ID and SMS)", Start: "counterforgot"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "stopped", End: "You stopped. No money has moved. Your work PIN is locked.", With: keepEnd("stopped")},
}}

// counterHelp is how a manager helps a colleague at the same agent who is locked out.
var counterHelp = flow{ID: "counterhelp", Says: fault.AtCounter, Steps: []step{
	{ID: "phone", Ask: "Colleague's phone number", Take: take{Do: takeColleague, Faults: []fault.Code{fault.BadNumber, fault.NotColleague}}},
	{ID: "pin", Secret: "Give {name} 3 tries and a code for a new PIN?\nEnter your PIN", With: sayColleague,
		Take: take{Do: helpColleague}},
	{ID: "again", Secret: "Enter PIN again", Take: take{Do: helpColleague, Faults: pinFaults}},
	{ID: "done", End: "{end}"}, // message counterpin.helped, as the intent keeps it
}}

var (
	counterIDEnd    = take{Do: ofCounter.takeIDEnd, Faults: []fault.Code{fault.BadIDEnd, fault.WrongIDEnd}}
	counterPINOnce  = take{Do: ofCounter.takePIN, Faults: provenPIN.Faults}
	counterPINTwice = take{Do: ofCounter.resetPIN, Faults: []fault.Code{fault.BadPIN}}
)

// counterForgotExit stands on pages that ask an operator's PIN for something else than a deal, once a wrong one was typed.
var counterForgotExit = option{Key: "1", Text: "I forgot my PIN", If: typedWrong, Start: "counterforgot"}

// mayWork leads an operator who has not chosen a PIN yet from the menu to where that is done.
func mayWork(t *turn) error {
	post, err := t.Env.works(t)
	if err != nil {
		return err
	}
	has, err := t.Env.agents.HasPIN(t.Ctx, post.Operator)
	if err == nil && !has {
		t.Start(takeUp.ID)
	}
	return err
}

// goOnTakeUp leads to the question that is open, if the code was typed in an earlier call.
func goOnTakeUp(t *turn) error {
	post, err := t.Env.works(t)
	if err != nil {
		return err
	}
	t.Say("shop", post.Store.Name)
	step, err := t.Env.agents.Proving(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	switch step {
	case proof.CodeGiven:
		t.Go("end")
	case proof.Proven:
		t.Go("new")
	}
	return nil
}

// firstCode sends another code if there is none to be typed.
func firstCode(t *turn) error {
	step, err := t.Env.agents.Proving(t.Ctx, t.Env.caller.Phone)
	if err == nil && step == proof.Nothing {
		err = sendFirstCode(t)
	}
	return err
}

func sendFirstCode(t *turn) error {
	return t.Env.agents.SendFirstCode(t.Ctx, t.Env.caller.Phone, t.Env.caller.Origin)
}

func isManager(t *turn) bool {
	post, err := t.Env.works(t)
	return err == nil && post.Operator.Role == network.Manager
}

func proveCounterPIN(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	known, err := t.Env.agents.ProvePIN(t.Ctx, t.Env.caller.Phone, p)
	if err != nil {
		return refusedPIN(t, err)
	}
	t.Keep("proof", string(known))
	return nil
}

func replaceCounterPIN(t *turn, typed string) error {
	twice, err := typedAgain(t, typed)
	if err != nil {
		return err
	}
	end, err := t.Env.agents.ChangePIN(t.Ctx, wallet.PINChange{
		Phone: twice.Phone, Proof: wallet.PINProof(t.Kept("proof")), First: twice.First, Again: twice.Again, Origin: twice.Origin,
	})
	if fault.HasCode(err, fault.PINMismatch) {
		return t.AskAgain("new", err)
	}
	t.Say("end", end)
	return err
}

func takeColleague(t *turn, typed string) error {
	phone, err := t.Env.wallet.ParsePhone(typed)
	if err != nil {
		return err
	}
	colleague, err := t.Env.agents.Colleague(t.Ctx, t.Env.caller.Phone, phone)
	if err != nil {
		return err
	}
	t.Keep(keptTo, string(phone))
	t.Keep(keptName, colleague.Name)
	if colleague.Status == network.Swapped {
		t.Start(simConfirm.ID)
	}
	return nil
}

func sayColleague(t *turn) error {
	t.Say("name", t.Kept(keptName))
	return nil
}

func helpColleague(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	end, err := t.Env.agents.HelpWithPIN(t.Ctx, agents.HelpRequest{
		Manager: t.Env.caller.Phone, Colleague: msisdn.Number(t.Kept(keptTo)), Origin: t.Env.caller.Origin,
	}, p)
	if err != nil {
		return t.AskAgain("again", err)
	}
	t.Say("end", end)
	t.Go("done")
	return nil
}
