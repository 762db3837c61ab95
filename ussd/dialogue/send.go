package dialogue

import (
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// send asks to whom and how much, shows the name, the fee and the total, and moves the money on the right PIN.
var send = flow{ID: "send", Texts: map[string]string{"taxed": "Fee {fee} (tax incl.)"}, Steps: []step{
	{ID: "to", Ask: "Enter phone number", With: begins(switches.Send), Take: recipient},
	{ID: "amount", Ask: "Enter amount", With: dropQuote, Take: amount},
	{ID: "same", Confirm: "You sent {amount} to {to} just now. Again?", With: sentLately, Options: []option{
		{Key: "1", Text: "Yes, send it again", Go: "pin"},
		{Key: "2", Text: "Other amount", Go: "amount"},
		{Key: "0", Text: "Stop", Go: "once"},
	}},
	{ID: "maybe", Confirm: "It is not certain yet if your {amount} went to {to}. Send it again?", Options: []option{
		{Key: "1", Text: "Yes, send it again"},
		{Key: "2", Text: "Other amount", Go: "amount"},
		{Key: "0", Text: "Stop", Go: "once"},
	}},
	{ID: "pin", Secret: "Send {amount} to\n{name}\n{to}\n{cost}\nTotal {total}\nEnter PIN to send",
		With: quote, Take: pay, Moves: true},
	{ID: "unchecked", Secret: "Send {amount} to\n{name}\n(name not checked)\n{to}\n{brief}\nTotal {total}\nEnter PIN",
		Take: pay, Moves: true}, // the same, to somebody whose name nobody has compared with an ID

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: payAgain, Moves: true, Options: []option{
		forgotExit,
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "short", Choose: "Not enough money. Nothing was sent.\nYou have {available}. You need {needed} (fee {fee}).", With: shortage, Options: []option{
		{Key: "1", Text: "Send {offer}", If: fits, Do: takeOffer, Go: "pin"},
		{Key: "2", Text: "Other amount", Go: "amount"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "stopped", End: "You stopped. Nothing was sent.", With: keepEnd("stopped")},
	{ID: "once", End: "You stopped. It was not sent again.", With: keepEnd("once")},
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
	t.Keep(keptTexted, "")
	if dropped, err := id.Parse(t.Kept(keptIntent)); err == nil {
		t.Keep(keptIntent, "")
		t.Env.wallet.EndShown(dropped)
	}
	return nil
}

// sentLately asks only if the same amount went to the same person within two minutes, or may have.
func sentLately(t *turn) error {
	to, minor := msisdn.Number(t.Kept(keptTo)), t.KeptNumber(keptAmount)
	state, err := t.Env.wallet.SentLately(t.Ctx, t.Env.caller.Phone, to, minor)
	if err != nil {
		return err
	}
	t.Say("amount", fault.Minor(minor))
	t.Say("to", to.National())
	switch state {
	case wallet.Done:
		return nil
	case wallet.CannotTell:
		t.Go("maybe")
		return nil
	}
	t.Go("pin")
	return nil
}

// quote opens the intent, so that whatever happens from here on there is a record of what was about to be done.
func quote(t *turn) error {
	q, err := sendQuote(t)
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
	t.Say("cost", costText(t, q, "taxed"))
	t.Say("brief", costText(t, q, "fee"))
	if q.Unchecked {
		t.Go("unchecked")
	}
	return nil
}

func sendQuote(t *turn) (wallet.SendQuote, error) {
	if begun, ok := takeBegun(t); ok {
		q, err := t.Env.wallet.SendQuoted(t.Ctx, begun)
		t.Keep(keptTo, string(q.To))
		t.KeepNumber(keptAmount, q.Amount)
		return q, err
	}
	return t.Env.wallet.QuoteSend(t.Ctx, wallet.SendRequest{
		From: t.Env.caller.Phone, To: msisdn.Number(t.Kept(keptTo)), Amount: t.KeptNumber(keptAmount), Origin: t.Env.caller.Origin,
	})
}

// costText says the fee with that text, or that there is none. Messages send.fee and send.free are those of the receipt.
func costText(t *turn, q wallet.SendQuote, name string) string {
	if q.Fee == 0 {
		name = "free"
	}
	return t.Text(name)
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
		endTexted(t, receipt.End)
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
	return refusedPIN(t, err)
}

func tryAgain(t *turn, spent id.ID, wrong error) error {
	q, err := t.Env.wallet.Requote(t.Ctx, spent, t.Env.caller.Origin.Turn)
	if err != nil {
		return wrong // no further try can be offered, but the wrong PIN is what the person must hear of
	}
	t.Keep(keptIntent, q.Intent.String())
	t.KeepNumber(keptWrong, 1)
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
	t.Keep(keptTexted, "")
	t.KeepNumber(keptAmount, t.KeptNumber(keptOffer))
	return nil
}

// otherAmount asks for another amount, if the limit leaves any.
func otherAmount(t *turn, f *fault.Error) error {
	t.Keep(keptTexted, "")
	if wallet.NothingLeft(f) {
		return f
	}
	return t.AskAgain("amount", f)
}
