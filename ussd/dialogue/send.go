package dialogue

import (
	"senti/ussd/menu"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// send asks to whom and how much, shows the name, the fee and the total, and moves the money on the right PIN.
var send = flow{ID: "send", Steps: []step{
	{ID: "to", Ask: "Enter phone number", Take: recipient},
	{ID: "amount", Ask: "Enter amount", With: dropQuote, Take: amount},
	{ID: "same", Confirm: "You sent {amount} to {to} just now. Again?", With: sentLately, Options: []option{
		{Key: "1", Text: "Yes, send it again"},
		{Key: "2", Text: "Other amount", Go: "amount"},
		{Key: "0", Text: "Stop", Go: "once"},
	}},
	{ID: "pin", Secret: "Send {amount} to\n{name}\n{to}\nFee {fee} (with tax)\nTotal {total}\nEnter PIN to send",
		With: quote, Take: pay, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: payAgain, Moves: true, Options: []option{
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "short", Choose: "Not enough money. Nothing was sent.\nYou have {available}. You need {needed} (fee {fee}).", With: shortage, Options: []option{
		{Key: "1", Text: "Send {offer}", If: fits, Do: takeOffer, Go: "pin"},
		{Key: "2", Text: "Other amount", Go: "amount"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "stopped", End: "You stopped. Nothing was sent."},
	{ID: "once", End: "You stopped. It was not sent again."},
	{ID: "sent", End: "{end}"}, // message send.done, as the intent keeps it: "SENT Ksh 500 to JANE WANJIKU. Fee 7. Balance …"
}}

// A PIN that was not right is asked for on a page of its own: above the price there is no room to say so.
var (
	pay      = take{Do: paySend}
	payAgain = take{Do: paySend, Faults: pinFaults}
)

// What the send dialogue keeps between turns.
const (
	keptTo     = "to"
	keptAmount = "amount"
	keptOffer  = "offer"
	keptIntent = "intent"
)

// dropQuote forgets a price that was gone back from or refused: the person knows that nothing came of it.
func dropQuote(t *turn) error {
	if dropped, err := id.Parse(t.Kept(keptIntent)); err == nil {
		t.Keep(keptIntent, "")
		t.Env.wallet.EndShown(dropped)
	}
	return nil
}

// sentLately leaves its page out unless the same amount went to the same person within two minutes.
func sentLately(t *turn) error {
	to, minor := msisdn.Number(t.Kept(keptTo)), t.KeptNumber(keptAmount)
	_, lately, err := t.Env.wallet.SentLately(t.Ctx, t.Env.caller.Phone, to, minor)
	if err != nil {
		return err
	}
	if !lately {
		return menu.ErrSkip
	}
	t.Say("amount", fault.Minor(minor))
	t.Say("to", to.National())
	return nil
}

// quote opens the intent, so that whatever happens from here on there is a record of what was about to be done.
func quote(t *turn) error {
	q, err := t.Env.wallet.QuoteSend(t.Ctx, wallet.SendRequest{
		From: t.Env.caller.Phone, To: msisdn.Number(t.Kept(keptTo)), Amount: t.KeptNumber(keptAmount), Origin: t.Env.caller.Origin,
	})
	switch fault.CodeOf(err) {
	case "":
	case fault.AmountTooSmall, fault.AmountTooBig:
		return t.AskAgain("amount", err)
	case fault.NotRegistered, fault.OwnNumber:
		return t.AskAgain("to", err)
	default:
		return err
	}
	t.Keep(keptIntent, q.Intent.String())
	t.Say("amount", fault.Minor(q.Amount))
	t.Say("name", q.Name)
	t.Say("to", q.To.National())
	sayBare(t, "fee", q.Fee)
	sayBare(t, "total", q.Total)
	return nil
}

// paySend moves the money. A refusal spends the intent, so each further try is a new quote with the same terms.
func paySend(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	receipt, err := t.Env.wallet.Send(t.Ctx, intent, p)
	t.Env.intent = intent
	switch fault.CodeOf(err) {
	case "":
		t.Say("end", receipt.End)
		t.Go("sent")
		return nil
	case fault.WrongPIN:
		return tryAgain(t, intent, err)
	case fault.Insufficient:
		return offerLess(t, fault.As(err))
	case fault.LimitSingle, fault.LimitDay, fault.LimitMonth:
		return otherAmount(t, fault.As(err))
	}
	return err
}

func tryAgain(t *turn, spent id.ID, wrong error) error {
	q, err := t.Env.wallet.Requote(t.Ctx, spent, t.Env.caller.Origin.Turn)
	if err != nil {
		return wrong // no further try can be offered, but the wrong PIN is what the person must hear of
	}
	t.Keep(keptIntent, q.Intent.String())
	return t.AskAgain("again", wrong)
}

// offerLess goes to the page that says what would fit. Only who knows the PIN gets there: it tells the balance.
func offerLess(t *turn, f *fault.Error) error {
	for _, name := range []string{"available", "needed", "fee", keptOffer} {
		t.KeepNumber(name, f.Int(name))
	}
	t.Go("short")
	return nil
}

func shortage(t *turn) error {
	t.Say("available", fault.Minor(t.KeptNumber("available")))
	for _, name := range []string{"needed", "fee", keptOffer} {
		sayBare(t, name, t.KeptNumber(name))
	}
	return nil
}

func fits(t *turn) bool { return t.KeptNumber(keptOffer) > 0 }

func takeOffer(t *turn) error {
	t.KeepNumber(keptAmount, t.KeptNumber(keptOffer))
	return nil
}

// otherAmount asks for another amount, if the limit leaves any.
func otherAmount(t *turn, f *fault.Error) error {
	if f.Arg("left") != nil && f.Int("left") <= 0 {
		return f
	}
	return t.AskAgain("amount", f)
}
