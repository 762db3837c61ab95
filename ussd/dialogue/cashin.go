package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
	"senti/wallet/voucher"
)

// cashIn is the operator's side of a deposit: whose wallet, how much cash, the name to compare with the person at the counter, and
// the operator's PIN. Who reads out a code of four to six digits is there; of one whose number was typed that is not certain, so above
// an amount, and by lot below it, the customer is asked before the money is there.
var cashIn = flow{ID: "cashin", Says: fault.Depositing, Steps: []step{
	{ID: "to", Ask: "Customer's code or phone", With: beginsAtCounter(switches.Deposit), Take: depositor},
	{ID: "amount", Ask: "How much cash?", Take: cashAmount},
	{ID: "split", Confirm: "{count} deposits, {sum} in all: it may be seen as a split deposit, which is not allowed. No money has moved.", With: quoteCashIn,
		Options: []option{
			{Key: "1", Text: "It is right, go on"},
			{Key: "0", Text: "Stop", Go: "stopped"},
		}},
	{ID: "pin", Secret: "Take {amount} cash from\n{name}\n{phone}\n{earns}\nEnter PIN to deposit", With: sayCashIn, Take: payIn, Moves: true},
	{ID: "asks", Secret: "Take {amount} cash from\n{name}\n{phone}\n{earns}\nCustomer is asked.\nEnter PIN", Take: payIn, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: payInAgain, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. Nothing was deposited. Give any cash back.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message cashin.done or cashin.waits, as the intent keeps it
}}

var (
	depositor = take{Do: takeDepositor, Faults: []fault.Code{
		fault.BadNumber, fault.NotRegistered, fault.CannotReceive, fault.CodeUnknown, fault.CodeGone, fault.CodesBarred,
	}}
	cashAmount = take{Do: takeCash, Faults: []fault.Code{
		fault.BadAmount, fault.AmountTooSmall, fault.AmountTooBig, fault.TillShort, fault.TillLimit, fault.OperatorLimit,
	}}
	payIn      = take{Do: moveCashIn}
	payInAgain = take{Do: moveCashIn, Faults: pinFaults}
)

// What the cash dialogues keep between turns.
const (
	keptName   = "name"
	keptEarned = "earned"
	keptWaits  = "waits"
)

// takeDepositor takes a code for a code and everything else for a number. A code is no secret, and may be kept until it is used.
func takeDepositor(t *turn, typed string) error {
	t.Keep(keptCode, "")
	code, err := voucher.Parse(typed)
	if err == nil {
		to, err := t.Env.agents.Depositor(t.Ctx, t.Env.caller.Phone, code)
		if err != nil {
			return err
		}
		t.Keep(keptCode, code.Show())
		t.Keep(keptTo, string(to))
		return nil
	}
	to, err := t.Env.wallet.ParsePhone(typed)
	if err != nil {
		return err
	}
	if _, err := t.Env.wallet.Customer(t.Ctx, to); err != nil {
		return err
	}
	t.Keep(keptTo, string(to))
	return nil
}

func takeCash(t *turn, typed string) error {
	minor, err := t.Env.wallet.ParseAmount(typed)
	if err != nil {
		return err
	}
	t.KeepNumber(keptAmount, minor)
	return nil
}

// quoteCashIn opens the intent, and stays on the page of the warning only if there is one.
func quoteCashIn(t *turn) error {
	request := agents.CashInRequest{
		Operator: t.Env.caller.Phone, To: msisdn.Number(t.Kept(keptTo)), Amount: t.KeptNumber(keptAmount), Origin: t.Env.caller.Origin,
	}
	if code, err := voucher.Parse(t.Kept(keptCode)); err == nil {
		request.Code = code
	}
	q, err := cashInQuote(t, request)
	switch fault.CodeOf(err) {
	case "":
	case fault.AmountTooSmall, fault.AmountTooBig:
		return t.AskAgain("amount", err)
	case fault.NotRegistered, fault.CannotReceive, fault.CodeUnknown, fault.CodesBarred:
		return t.AskAgain("to", err)
	default:
		return err
	}
	t.Keep(keptIntent, q.Intent.String())
	t.Keep(keptName, q.Name)
	t.KeepNumber(keptEarned, q.Earned)
	t.KeepNumber(keptWaits, 0)
	if q.Waits {
		t.KeepNumber(keptWaits, 1)
	}
	if q.Warn == nil {
		t.Go("pin")
		return nil
	}
	t.Say("count", int64(q.Warn.Deposits))
	t.Say("sum", fault.Minor(q.Warn.Sum))
	return nil
}

func cashInQuote(t *turn, r agents.CashInRequest) (agents.CashInQuote, error) {
	begun, ok := takeBegun(t)
	if !ok {
		return t.Env.agents.QuoteCashIn(t.Ctx, r)
	}
	q, err := t.Env.agents.CashInQuoted(t.Ctx, begun)
	t.Keep(keptTo, string(q.To))
	t.Keep(keptCode, q.Code)
	t.KeepNumber(keptAmount, q.Amount)
	return q, err
}

func sayCashIn(t *turn) error {
	t.Say("amount", fault.Minor(t.KeptNumber(keptAmount)))
	t.Say("name", t.Kept(keptName))
	t.Say("phone", msisdn.Number(t.Kept(keptTo)).National())
	if t.Kept(keptCode) != "" { // the operator has typed no number, and learns none
		t.Say("phone", msisdn.Number(t.Kept(keptTo)).Masked())
	}
	sayEarns(t)
	if t.KeptNumber(keptWaits) == 1 {
		t.Go("asks")
	}
	return nil
}

// sayEarns says what the agent earns with it.
func sayEarns(t *turn) {
	key := "counter.earn"
	if t.KeptNumber(keptEarned) == 0 {
		key = "counter.nothing"
	}
	t.Say("earns", t.Env.texts.Say(t.Lang(), key, i18n.Text("earned", t.Env.market.Style.Format(t.KeptNumber(keptEarned)))))
}

// moveCashIn moves the money, or sets it aside until the customer says yes.
func moveCashIn(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	receipt, err := t.Env.agents.CashIn(t.Ctx, intent, p)
	t.Env.intent = intent
	switch fault.CodeOf(err) {
	case "":
		endTexted(t, receipt.End)
		t.Say("end", receipt.End)
		t.Go("over")
		return nil
	case fault.WrongPIN:
		return tryIntentAgain(t, intent, err)
	case fault.TillShort, fault.TillLimit, fault.OperatorLimit:
		t.Keep(keptTexted, "")
		return t.AskAgain("amount", err)
	case fault.CodeGone:
		return t.AskAgain("to", err)
	}
	return err
}

// tryIntentAgain asks for the PIN once more, on the same terms under a new intent: a refusal has spent the old one.
func tryIntentAgain(t *turn, spent id.ID, wrong error) error {
	next, err := t.Env.wallet.Reopen(t.Ctx, spent, t.Env.caller.Origin.Turn)
	if err != nil {
		return wrong // no further try can be offered, but the wrong PIN is what the person must hear of
	}
	t.Keep(keptIntent, next.ID.String())
	return t.AskAgain("again", wrong)
}
