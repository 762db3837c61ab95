package dialogue

import (
	"senti/agents"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/voucher"
)

// payCode pays out a voucher over the counter: the number it was sent to, the secret word if there is one, the code and the ID, and
// the operator's PIN.
var payCode = flow{ID: "paycode", Says: fault.Redeeming, Steps: []step{
	{ID: "phone", Ask: "Phone number the code was sent to", Take: take{Do: takeHolder, Faults: []fault.Code{fault.BadNumber, fault.CodeUnknown}}},
	{ID: "word", Ask: "Ask for the secret word. Type it", With: wordAsked, Take: theWord, Options: []option{
		{Key: "1", Text: "No word", Do: noWord},
	}},
	{ID: "which", Choose: "Which ID is shown?", With: whichID, Options: idChoices("id")},
	{ID: "id", Ask: "Look at the {document}. Type its number", With: document, Take: take{Do: takeHolderID, Faults: []fault.Code{fault.BadIDNumber}}},
	{ID: "code", Secret: "Type the cash code", Take: take{Do: takePayCode, Faults: []fault.Code{fault.BadCode, fault.WrongCode}}},
	{ID: "pin", Secret: "Pay {amount} cash to the holder of\n{phone}\n{earns}\nEnter PIN first, then pay", With: sayPayCode, Take: take{Do: movePayCode}, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: take{Do: movePayCode, Faults: pinFaults}, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. Do not pay: no money has moved.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message voucher.paid, as the intent keeps it
}}

func takeHolder(t *turn, typed string) error {
	phone, err := t.Env.wallet.ParsePhone(typed)
	if err != nil {
		return err
	}
	worded, err := t.Env.agents.WordNeeded(t.Ctx, phone)
	if err != nil {
		return err
	}
	t.Keep(keptTo, string(phone))
	t.Keep(keptWord, "")
	t.KeepNumber("worded", 0)
	if worded {
		t.KeepNumber("worded", 1)
	}
	return nil
}

func wordAsked(t *turn) error {
	if t.KeptNumber("worded") == 0 {
		t.Go("which")
	}
	return nil
}

// takeHolderID keeps the number sealed: a session must not hold one in the clear.
func takeHolderID(t *turn, typed string) error {
	sealed, err := t.Env.wallet.ParseID(msisdn.Number(t.Kept(keptTo)), chosenID(t), typed)
	if err != nil {
		return err
	}
	t.Keep(keptID, string(sealed))
	return nil
}

// takePayCode compares the code, which is never kept: a wrong one is counted.
func takePayCode(t *turn, typed string) error {
	code, err := voucher.Parse(typed)
	if err != nil {
		return err
	}
	word, err := typedWord(t)
	if err != nil {
		return err
	}
	q, err := t.Env.agents.QuoteRedeem(t.Ctx, agents.RedeemRequest{Operator: t.Env.caller.Phone, Phone: msisdn.Number(t.Kept(keptTo)),
		Code: code, Word: word, ID: wallet.IDDraft(t.Kept(keptID)), Origin: t.Env.caller.Origin})
	if err != nil {
		return err
	}
	t.Keep(keptIntent, q.Intent.String())
	t.KeepNumber(keptAmount, q.Amount)
	t.KeepNumber(keptEarned, q.Earned)
	return nil
}

func sayPayCode(t *turn) error {
	t.Say("amount", fault.Minor(t.KeptNumber(keptAmount)))
	t.Say("phone", msisdn.Number(t.Kept(keptTo)).National())
	sayEarns(t)
	return nil
}

func movePayCode(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	end, err := t.Env.agents.Redeem(t.Ctx, intent, p)
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
