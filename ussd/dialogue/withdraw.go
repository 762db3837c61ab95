package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
	"senti/wallet/voucher"
)

// withdraw is the operator's side of a cash-out that does not begin on the customer's phone: either the customer is asked there, or
// has made a code beforehand and reads it out. Cash is paid on what Recent shows, or on the last page after the code.
var withdraw = flow{ID: "withdraw", Says: fault.PayingOut, Texts: map[string]string{"see": "See the ID."}, Steps: []step{
	{ID: "from", Ask: "Customer's phone number", Take: drawer},
	{ID: "how", Choose: "Withdrawal", Options: []option{
		{Key: "1", Text: "Ask the customer", Go: "amount"},
		{Key: "2", Text: "Customer has a code", Go: "code"},
	}},
	{ID: "amount", Ask: "How much cash?", With: beginsAtCounter(switches.Withdraw), Take: askAmount},
	{ID: "ask", Confirm: "Ask {name}\n{phone}\nfor {amount}? Customer's fee {fee}.\nPay nothing yet.", With: quoteAsk, Moves: true, Options: []option{
		{Key: "1", Text: "Ask", Do: ask, Go: "over"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "mine", Confirm: "No money has moved. You have asked {name} before and wait for the answer.", Moves: true, Options: []option{
		{Key: "1", Text: "Take it back", Do: takeBack, Go: "over"},
		{Key: "0", Text: "Wait", Go: "waits"},
	}},
	{ID: "waits", End: "Pay nothing until Recent shows OK.", With: keepEnd("waits")},
	{ID: "code", Ask: "Customer's withdrawal code", Take: cashCodeTyped},
	{ID: "pin", Secret: "Pay {amount} cash to\n{name}\n{phone}\n{earns}{see}\nEnter PIN, then pay", With: sayPayout, Take: payOut, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: payOutAgain, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. Nothing was taken out. Pay no cash.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message ask.sent, ask.cancelled or payout.done, as the intent keeps it
}}

var (
	drawer    = take{Do: takeDrawer, Faults: []fault.Code{fault.BadNumber, fault.NotRegistered}}
	askAmount = take{Do: takeCash, Faults: []fault.Code{fault.BadAmount, fault.AmountTooSmall, fault.AmountTooBig}}

	cashCodeTyped = take{Do: quotePayout, Faults: []fault.Code{fault.BadCode, fault.WrongCode, fault.CodeUnknown, fault.CodeGone}}

	payOut      = take{Do: movePayout}
	payOutAgain = take{Do: movePayout, Faults: pinFaults}
)

const keptSee = "see"

func takeDrawer(t *turn, typed string) error {
	from, err := t.Env.wallet.ParsePhone(typed)
	if err != nil {
		return err
	}
	if _, err := t.Env.wallet.Customer(t.Ctx, from); err != nil {
		return err
	}
	t.Keep(keptTo, string(from))
	return nil
}

func askRequest(t *turn) agents.AskRequest {
	return agents.AskRequest{
		Operator: t.Env.caller.Phone, From: msisdn.Number(t.Kept(keptTo)), Amount: t.KeptNumber(keptAmount), Origin: t.Env.caller.Origin,
	}
}

// quoteAsk says whom would be asked, or that somebody is being asked already.
func quoteAsk(t *turn) error {
	q, err := t.Env.agents.QuoteAsk(t.Ctx, askRequest(t))
	switch fault.CodeOf(err) {
	case "":
	case fault.AmountTooSmall, fault.AmountTooBig:
		return t.AskAgain("amount", err)
	default:
		return err
	}
	t.Say("name", q.Name)
	t.Say("phone", q.Phone.National())
	t.Say("amount", fault.Minor(q.Amount))
	sayBare(t, "fee", q.Fee)
	if q.Mine {
		t.Go("mine")
	}
	return nil
}

func ask(t *turn) error {
	end, err := t.Env.agents.Ask(t.Ctx, askRequest(t))
	t.Say("end", end)
	return err
}

func takeBack(t *turn) error {
	end, err := t.Env.agents.TakeBack(t.Ctx, t.Env.caller.Phone, msisdn.Number(t.Kept(keptTo)), t.Env.caller.Origin)
	t.Say("end", end)
	return err
}

// quotePayout compares the code at once, so that it need not be kept.
func quotePayout(t *turn, typed string) error {
	code, err := voucher.Parse(typed)
	if err != nil {
		return err
	}
	q, err := t.Env.agents.QuotePayout(t.Ctx, agents.PayoutRequest{
		Operator: t.Env.caller.Phone, From: msisdn.Number(t.Kept(keptTo)), Code: code, Origin: t.Env.caller.Origin,
	})
	if err != nil {
		return err
	}
	t.Keep(keptIntent, q.Intent.String())
	t.Keep(keptName, q.Name)
	t.KeepNumber(keptAmount, q.Amount)
	t.KeepNumber(keptEarned, q.Earned)
	t.KeepNumber(keptSee, 0)
	if q.SeeID {
		t.KeepNumber(keptSee, 1)
	}
	return nil
}

func sayPayout(t *turn) error {
	t.Say("amount", fault.Minor(t.KeptNumber(keptAmount)))
	t.Say("name", t.Kept(keptName))
	t.Say("phone", msisdn.Number(t.Kept(keptTo)).National())
	sayEarns(t)
	t.Say("see", "")
	if t.KeptNumber(keptSee) == 1 {
		t.Say("see", "\n"+t.Text("see"))
	}
	return nil
}

// movePayout takes what stands behind the code. A refusal spends the intent, so each further try is a new one with the same terms.
func movePayout(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	receipt, err := t.Env.agents.Payout(t.Ctx, intent, p)
	t.Env.intent = intent
	switch fault.CodeOf(err) {
	case "":
		t.Say("end", receipt.End)
		t.Go("over")
		return nil
	case fault.WrongPIN:
		return tryIntentAgain(t, intent, err)
	case fault.CodeGone:
		return t.AskAgain("code", err)
	}
	return err
}
