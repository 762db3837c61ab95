package dialogue

import (
	"senti/agents"
	"senti/agents/network"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// reserve asks a shop to keep cash for a customer who is on the way: how much, near what place, which shop of those that can pay, the fee,
// and the PIN. If the shop does not say yes the others are asked, one after the other. Who has cash reserved sees it first, and can take it back.
var reserve = flow{ID: "reserve", Says: fault.Reserving, Texts: map[string]string{
	"waits": "{shop} has until {time} to say yes.", "kept": "{shop} keeps cash for you until {time}.",
}, Steps: []step{
	{ID: "have", Choose: "{what}", With: orBegins(haveReserved, begins(switches.Withdraw)), Moves: true, Options: []option{
		{Key: "1", Text: "See the codes (PIN)", If: isPromised, Go: "see"},
		{Key: "2", Text: "Cancel it", Do: cancelReserve(false), Go: "over"},
		{Key: "3", Text: "They did not pay me", If: isPromised, Go: "sure"},
	}},
	{ID: "amount", Ask: "How much cash?", Take: outAmount},
	{ID: "where", Ask: "Where? Ward code, or a place", Take: place, Options: []option{{Key: "1", Text: "See the wards", Start: "wards"}}},
	{ID: "pick", Choose: "They can pay now (% kept)", With: listReserveShops, Options: picks("pin")},
	{ID: "pin", Secret: "{amount} cash at\n{shop}\nFee {fee}. {total} is set aside.\nEnter PIN", With: quoteReserve, Take: reservePIN, Moves: true},

	// From here on only if something was not right, or was there before.
	{ID: "again", Secret: "Enter PIN again", Take: reservePINAgain, Moves: true, Options: []option{forgotExit, {Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "short", Choose: "Not enough money. Nothing was set aside.\nYou have {available}. You need {needed} (fee {fee}).", With: shortage, Options: []option{
		{Key: "1", Text: "Reserve {offer}", If: fits, Do: takeOffer, Go: "pin"},
		{Key: "2", Text: "Other amount", Go: "amount"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "see", Secret: "Enter PIN to see the codes", Take: take{Do: withPIN(seeReservation), Faults: pinFaults}, Options: []option{forgotExit}},
	{ID: "codes", Choose: "{shop}, until {time}\nYour code {secret}\nThey must show you {theirs}", Options: []option{{Key: "1", Text: "Menu", Start: "menu"}}},
	{ID: "sure", Confirm: "Did {shop} not pay you? It is noted on them, and your money is free again.", With: haveReserved, Moves: true, Options: []option{
		{Key: "1", Text: "They did not pay", Do: cancelReserve(true), Go: "over"},
		{Key: "0", Text: "Back", Go: "have"},
	}},
	{ID: "stopped", End: "You stopped. Nothing was set aside.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // messages reserve.*, as the intent keeps them
}}

var (
	reservePIN      = take{Do: moveReserve}
	reservePINAgain = take{Do: moveReserve, Faults: pinFaults}
)

const keptPromised = "promised"

// haveReserved stays on its page only if cash is reserved.
func haveReserved(t *turn) error {
	r, there, err := t.Env.agents.Reserved(t.Ctx, t.Env.caller.Phone)
	if err != nil || !there {
		return orSkip(err)
	}
	t.Keep(keptAsked, r.Offer.String())
	t.KeepNumber(keptPromised, 0)
	t.Say("shop", r.Shop)
	t.Say("time", t.Env.market.Hour(r.Until))
	what := "waits"
	if r.Agreed {
		what = "kept"
		t.KeepNumber(keptPromised, 1)
	}
	t.Say("what", t.Text(what))
	return nil
}

func isPromised(t *turn) bool { return t.KeptNumber(keptPromised) == 1 }

func cancelReserve(notPaid bool) func(*turn) error {
	return func(t *turn) error {
		which, err := id.Parse(t.Kept(keptAsked))
		if err != nil {
			return err
		}
		end, err := t.Env.agents.CancelReserve(t.Ctx, agents.Cancellation{
			Customer: t.Env.caller.Phone, Offer: which, NotPaid: notPaid, Origin: t.Env.caller.Origin,
		})
		t.Say("end", end)
		return err
	}
}

func listReserveShops(t *turn) error {
	found, err := t.Env.agents.ReserveShops(t.Ctx, t.Kept(keptWhere), t.KeptNumber(keptAmount))
	if err != nil {
		return t.AskAgain("where", err)
	}
	sayPicks(t, found)
	return nil
}

// quoteReserve opens the intent, so that whatever happens from here on there is a record of what was about to be done.
func quoteReserve(t *turn) error {
	q, err := t.Env.agents.QuoteReserve(t.Ctx, agents.CashOutRequest{
		From: t.Env.caller.Phone, Shop: network.ShopCode(t.Kept(keptCode)), Others: otherPicks(t), Amount: t.KeptNumber(keptAmount),
		Origin: t.Env.caller.Origin,
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
	t.Say("shop", q.Shop)
	sayBare(t, "fee", q.Fee)
	sayBare(t, "total", q.Total)
	return nil
}

// moveReserve sets the money aside. A refusal spends the intent, so each further try is a new one with the same terms.
func moveReserve(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	receipt, err := t.Env.agents.Reserve(t.Ctx, intent, p)
	t.Env.intent = intent
	switch fault.CodeOf(err) {
	case "":
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

func seeReservation(t *turn, p pin.PIN) error {
	r, codes, err := t.Env.agents.SeeReservation(t.Ctx, t.Env.caller.Phone, p)
	if err != nil {
		return err
	}
	t.Say("shop", r.Shop)
	t.Say("time", t.Env.market.Hour(r.Until))
	t.Say("secret", codes.Own)
	t.Say("theirs", codes.Shop)
	t.Go("codes")
	return nil
}
