package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// sendCode sends money to a number without a wallet: a code by SMS, which any agent pays out to who shows it with an ID. It begins
// where sending found that there is no wallet.
var sendCode = flow{ID: "sendcode", Says: fault.SendingVoucher, Texts: map[string]string{
	"back": "Not fetched by {until}: it comes back, the fee does not.", "allback": "Not fetched by {until}: it comes back with the fee.",
}, Steps: []step{
	{ID: "offer", Confirm: "{to} has no Senti wallet. Send a cash code by SMS? Any agent pays it out with an ID.", With: sayTo, Options: []option{
		{Key: "1", Text: "Yes"},
		{Key: "2", Text: "Other number", Start: "send"},
	}},
	{ID: "amount", Ask: "Enter amount", Take: giftAmount},
	{ID: "word", Ask: "A secret word that only the receiver knows? Type it", Take: theWord, Options: []option{
		{Key: "1", Text: "No word", Do: noWord},
	}},
	{ID: "late", Confirm: "{late}", With: quoteCode, Options: []option{
		{Key: "1", Text: "Go on"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "pin", Secret: "Send {amount} as a cash code to\n{to}\nFee {fee}. Total {total}\nEnter PIN to send", With: sayCode, Take: take{Do: moveCode}, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: take{Do: moveCode, Faults: pinFaults}, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "short", Choose: "Not enough money. Nothing was sent.\nYou have {available}. You need {needed} (fee {fee}).", With: shortage, Options: []option{
		{Key: "1", Text: "Send {offer}", If: fits, Do: takeOffer, Go: "late"},
		{Key: "2", Text: "Other amount", Go: "amount"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "stopped", End: "You stopped. Nothing was sent.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message voucher.sent, as the intent keeps it
}}

var giftAmount = take{Do: takeCash, Faults: []fault.Code{
	fault.BadAmount, fault.AmountTooSmall, fault.AmountTooBig, fault.LimitSingle, fault.LimitDay, fault.LimitMonth,
}}

func vouchersOn(t *turn) bool { return t.Env.agents.Vouchers() }

func sayTo(t *turn) error {
	t.Say("to", msisdn.Number(t.Kept(keptTo)).National())
	return begins(switches.Voucher)(t)
}

const keptWord = "word"

var theWord = take{Do: takeWord, Faults: []fault.Code{fault.BadWord}}

// takeWord keeps the word sealed.
func takeWord(t *turn, typed string) error {
	sealed, err := t.Env.agents.DraftWord(msisdn.Number(t.Kept(keptTo)), typed)
	if err != nil {
		return err
	}
	t.Keep(keptWord, sealed)
	return nil
}

// noWord takes back one that was typed before.
func noWord(t *turn) error {
	t.Keep(keptWord, "")
	return nil
}

// typedWord is what takeWord has kept, "" for no word.
func typedWord(t *turn) (string, error) {
	return t.Env.agents.DraftedWord(msisdn.Number(t.Kept(keptTo)), t.Kept(keptWord))
}

// quoteCode opens the intent. The page says first what becomes of the money if nobody fetches it.
func quoteCode(t *turn) error {
	word, err := typedWord(t)
	if err != nil {
		return err
	}
	q, err := t.Env.agents.QuoteVoucher(t.Ctx, agents.VoucherRequest{From: t.Env.caller.Phone, To: msisdn.Number(t.Kept(keptTo)),
		Amount: t.KeptNumber(keptAmount), Word: word, Origin: t.Env.caller.Origin})
	switch fault.CodeOf(err) {
	case "":
	case fault.AmountTooSmall, fault.AmountTooBig:
		return t.AskAgain("amount", err)
	default:
		return err
	}
	t.Keep(keptIntent, q.Intent.String())
	t.KeepNumber("fee", q.Fee)
	t.KeepNumber("total", q.Total)
	t.Say("until", t.Env.market.DayMonth(q.Until))
	late := "back"
	if q.FeeBack {
		late = "allback"
	}
	t.Say("late", t.Text(late))
	return nil
}

func sayCode(t *turn) error {
	if begun, ok := takeBegun(t); ok {
		q, err := t.Env.agents.VoucherQuoted(t.Ctx, begun)
		if err != nil {
			return err
		}
		t.Keep(keptIntent, q.Intent.String())
		t.Keep(keptTo, string(q.To))
		t.KeepNumber(keptAmount, q.Amount)
		t.KeepNumber("fee", q.Fee)
		t.KeepNumber("total", q.Total)
	}
	t.Say("amount", fault.Minor(t.KeptNumber(keptAmount)))
	sayBare(t, "fee", t.KeptNumber("fee"))
	sayBare(t, "total", t.KeptNumber("total"))
	return sayTo(t)
}

func moveCode(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	receipt, err := t.Env.agents.SendVoucher(t.Ctx, intent, p)
	t.Env.intent = intent
	switch fault.CodeOf(err) {
	case "":
		t.Say("end", receipt.End)
		t.Go("over")
		return nil
	case fault.WrongPIN:
		return tryIntentAgain(t, intent, err)
	case fault.Insufficient:
		return offerLess(t, fault.As(err))
	case fault.LimitSingle, fault.LimitDay, fault.LimitMonth:
		return otherAmount(t, fault.As(err))
	}
	return err
}

// myCodes are the cash codes that were sent and not fetched: each can be taken back.
var myCodes = flow{ID: "mycodes", Says: fault.VoucherBack, Texts: map[string]string{"line": "{amount} {to} {until}"}, Steps: []step{
	{ID: "which", Choose: "Not fetched. Take back:", With: listCodes, Options: choosing},
	{ID: "pin", Secret: "Take back the money for {to}? {back} comes back.\nEnter PIN", With: quoteBack, Take: take{Do: moveBack}, Moves: true},
	{ID: "again", Secret: "Enter PIN again", Take: take{Do: moveBack, Faults: pinFaults}, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. The cash code still works.", With: keepEnd("stopped")},
	{ID: "none", End: "There is no cash code of yours that was not fetched.", With: keepEnd("none")},
	{ID: "over", End: "{end}"}, // message voucher.cancelled, as the intent keeps it
}}

// listCodes shows them with the day on which they come back by themselves.
func listCodes(t *turn) error {
	open, err := t.Env.agents.VouchersOf(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	list(t, len(open), func(i int) (id.ID, string) {
		t.Say("amount", fault.Minor(open[i].Amount))
		t.Say("to", open[i].Phone.Plain())
		t.Say("until", t.Env.market.DayMonth(open[i].ExpiresAt))
		return open[i].ID, t.Text("line")
	})
	return nil
}

func quoteBack(t *turn) error {
	sent, err := id.Parse(t.Kept(keptDeal))
	if err != nil {
		return err
	}
	q, err := t.Env.agents.QuoteVoucherBack(t.Ctx, agents.CancelVoucherRequest{From: t.Env.caller.Phone, Voucher: sent, Origin: t.Env.caller.Origin})
	if err != nil {
		return err
	}
	t.Keep(keptIntent, q.Intent.String())
	t.Say("back", fault.Minor(q.Amount))
	t.Say("to", q.To.National())
	return nil
}

func moveBack(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	end, err := t.Env.agents.CancelVoucher(t.Ctx, intent, p)
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
