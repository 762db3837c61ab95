package dialogue

import (
	"senti/agents"
	"senti/agents/network"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// cash is all that a customer can do with cash.
var cash = flow{ID: "cash", Says: fault.WithCash, Steps: []step{
	{ID: "top", Choose: "Cash", Options: []option{
		{Key: "1", Text: "Withdraw at an agent", Start: "cashout"},
		{Key: "2", Text: "Get a withdrawal code", Start: "cashcode"},
		{Key: "3", Text: "Deposit: get a code", Start: "depositcode"},
		{Key: "4", Text: "Find an agent", Start: "find"},
		{Key: "5", Text: "Reserve cash", Start: "reserve"},
		{Key: "6", Text: "I was not paid", Start: "notpaid"},
		{Key: "7", Text: "Cash codes I sent", Start: "mycodes", If: vouchersOn},
	}},
}}

// cashOut takes cash at a shop: which, how much, its name and the fee, and the customer's PIN.
var cashOut = flow{ID: "cashout", Says: fault.TakingCash, Steps: []step{
	{ID: "shop", Ask: "Enter shop code", With: begins(switches.Withdraw), Take: shopCode},
	{ID: "amount", Ask: "Enter amount", With: dropQuote, Take: outAmount},
	{ID: "pin", Secret: "Take {amount} at\n{shop}\n{code}\nFee {fee}. Total {total}\nCash there?\nEnter PIN",
		With: quoteCashOut, Take: takeOut, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: takeOutAgain, Moves: true, Options: []option{forgotExit, {Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "short", Choose: "Not enough money. Nothing was taken out.\nYou have {available}. You need {needed} (fee {fee}).", With: shortage, Options: []option{
		{Key: "1", Text: "Withdraw {offer}", If: fits, Do: takeOffer, Go: "pin"},
		{Key: "2", Text: "Other amount", Go: "amount"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "stopped", End: "You stopped. Nothing was taken out.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message cashout.done, as the intent keeps it
}}

var (
	shopCode  = take{Do: takeShopCode, Faults: []fault.Code{fault.BadShopCode, fault.ShopNotFound}}
	outAmount = take{Do: takeCash, Faults: []fault.Code{
		fault.BadAmount, fault.AmountTooSmall, fault.AmountTooBig, fault.LimitSingle, fault.LimitDay, fault.LimitMonth,
	}}
	takeOut      = take{Do: moveCashOut}
	takeOutAgain = take{Do: moveCashOut, Faults: pinFaults}
)

const keptCode = "code"

func takeShopCode(t *turn, typed string) error {
	code, err := network.ParseCode(typed)
	if err != nil {
		return err
	}
	if _, err := t.Env.agents.Shop(t.Ctx, code); err != nil {
		return err
	}
	t.Keep(keptCode, string(code))
	return nil
}

// quoteCashOut opens the intent, so that whatever happens from here on there is a record of what was about to be done.
func quoteCashOut(t *turn) error {
	q, err := cashOutQuote(t)
	switch fault.CodeOf(err) {
	case "":
	case fault.AmountTooSmall, fault.AmountTooBig:
		return t.AskAgain("amount", err)
	case fault.ShopNotFound:
		return t.AskAgain("shop", err)
	default:
		return err
	}
	t.Keep(keptIntent, q.Intent.String())
	t.Say("amount", fault.Minor(q.Amount))
	t.Say("shop", q.Shop)
	t.Say("code", q.Code)
	sayBare(t, "fee", q.Fee)
	sayBare(t, "total", q.Total)
	return nil
}

func cashOutQuote(t *turn) (agents.CashOutQuote, error) {
	if begun, ok := takeBegun(t); ok {
		q, err := t.Env.agents.CashOutQuoted(t.Ctx, begun)
		t.Keep(keptCode, q.Code)
		t.KeepNumber(keptAmount, q.Amount)
		return q, err
	}
	return t.Env.agents.QuoteCashOut(t.Ctx, agents.CashOutRequest{
		From: t.Env.caller.Phone, Shop: network.ShopCode(t.Kept(keptCode)), Amount: t.KeptNumber(keptAmount), Origin: t.Env.caller.Origin,
	})
}

// moveCashOut takes the money out. A refusal spends the intent, so each further try is a new one with the same terms.
func moveCashOut(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	receipt, err := t.Env.agents.CashOut(t.Ctx, intent, p)
	t.Env.intent = intent
	switch fault.CodeOf(err) {
	case "":
		endTexted(t, receipt.End)
		t.Say("end", receipt.End)
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
