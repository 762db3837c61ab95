package dialogue

import (
	"senti/agents"
	"senti/ussd/menu"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// depositCode shows the code by which an operator finds the customer. There is no PIN in it: the code can only bring money in.
var depositCode = flow{ID: "depositcode", Says: fault.DrawingCode, Steps: []step{
	{ID: "over", End: "{end}", With: drawDepositCode}, // message depositcode.page
}}

func drawDepositCode(t *turn) error {
	d, err := t.Env.agents.DepositCode(t.Ctx, t.Env.caller.Phone, t.Env.caller.Origin)
	t.Say("end", d.End)
	return err
}

// cashCode sets money aside behind a code, which an operator pays on: how much, the fee, and the customer's PIN. Who has a code
// already can see it again or take it back.
var cashCode = flow{ID: "cashcode", Says: fault.SettingAside, Steps: []step{
	{ID: "have", Choose: "You have a withdrawal code.", With: orBegins(haveCashCode, begins(switches.Withdraw)), Moves: true, Options: []option{
		{Key: "1", Text: "See it (PIN)", Go: "see"},
		{Key: "2", Text: "Cancel it", Do: cancelCashCode, Go: "over"},
	}},
	{ID: "amount", Ask: "Enter amount", Take: cashCodeAmount},
	{ID: "pin", Secret: "Code for {amount} cash\nFee {fee}. Total {total}\nThe total is set aside.\nEnter PIN", With: quoteCashCode, Take: cashCodePIN, Moves: true},

	// From here on only if something was not right, or was there before.
	{ID: "again", Secret: "Enter PIN again", Take: cashCodePINAgain, Moves: true, Options: []option{forgotExit, {Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "short", Choose: "Not enough money. Nothing was taken out.\nYou have {available}. You need {needed} (fee {fee}).", With: shortage, Options: []option{
		{Key: "1", Text: "Withdraw {offer}", If: fits, Do: takeOffer, Go: "pin"},
		{Key: "2", Text: "Other amount", Go: "amount"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "see", Secret: "Enter PIN to see your code", Take: take{Do: withPIN(seeCashCode), Faults: pinFaults}, Options: []option{forgotExit}},
	{ID: "over", End: "{end}"}, // message cashcode.page or cashcode.cancelled
	{ID: "stopped", End: "You stopped. Nothing was taken out.", With: keepEnd("stopped")},
}}

var (
	cashCodeAmount = take{Do: takeCash, Faults: []fault.Code{
		fault.BadAmount, fault.AmountTooSmall, fault.AmountTooBig, fault.LimitSingle, fault.LimitDay, fault.LimitMonth,
	}}
	cashCodePIN      = take{Do: moveCashCode}
	cashCodePINAgain = take{Do: moveCashCode, Faults: pinFaults}
)

func haveCashCode(t *turn) error {
	have, err := t.Env.agents.HasCashCode(t.Ctx, t.Env.caller.Phone)
	if err == nil && !have {
		err = menu.ErrSkip
	}
	return err
}

func quoteCashCode(t *turn) error {
	q, err := t.Env.agents.QuoteCashCode(t.Ctx, agents.CashCodeRequest{
		From: t.Env.caller.Phone, Amount: t.KeptNumber(keptAmount), Origin: t.Env.caller.Origin,
	})
	switch fault.CodeOf(err) {
	case "":
	case fault.AmountTooSmall, fault.AmountTooBig:
		return t.AskAgain("amount", err)
	default:
		return err
	}
	t.Keep(keptIntent, q.Intent.String())
	t.Say("amount", fault.Minor(q.Amount))
	sayBare(t, "fee", q.Fee)
	sayBare(t, "total", q.Total)
	return nil
}

// moveCashCode sets the money aside. A refusal spends the intent, so each further try is a new one with the same terms.
func moveCashCode(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	made, err := t.Env.agents.CashCode(t.Ctx, intent, p)
	t.Env.intent = intent
	switch fault.CodeOf(err) {
	case "":
		t.Say("end", made.End)
		t.Go("over")
		return nil
	case fault.WrongPIN:
		t.KeepNumber(keptWrong, 1)
		return tryIntentAgain(t, intent, err)
	case fault.Insufficient:
		return offerLess(t, fault.As(err))
	case fault.LimitSingle, fault.LimitDay, fault.LimitMonth:
		return otherAmount(t, fault.As(err))
	}
	return refusedPIN(t, err)
}

func seeCashCode(t *turn, p pin.PIN) error {
	shown, err := t.Env.agents.SeeCashCode(t.Ctx, t.Env.caller.Phone, p, t.Env.caller.Origin)
	if err != nil {
		return err
	}
	t.Say("end", shown.End)
	t.Go("over")
	return nil
}

func cancelCashCode(t *turn) error {
	end, err := t.Env.agents.CancelCashCode(t.Ctx, t.Env.caller.Phone, t.Env.caller.Origin)
	t.Say("end", end)
	return err
}
