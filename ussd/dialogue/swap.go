package dialogue

import (
	"slices"

	"senti/agents"
	"senti/agents/offer"
	"senti/ussd/menu"
	"senti/wallet/fault"
	"senti/wallet/switches"
	"senti/wallet/voucher"
)

// floatSwap asks another shop to swap float for cash, and is where a swap that was agreed to is gone through with: each side reads its
// code out when the cash is counted, and types the other's.
var floatSwap = flow{ID: "floatswap", Says: fault.Swapping, Texts: map[string]string{
	"gives": "Give {amount} float to\n{shop}\nfor cash until {time}.", "gets": "Get {amount} float from\n{shop}\nfor cash until {time}.",
	"typed": "You typed theirs.",
}, Steps: []step{
	{ID: "now", Choose: "{what}\nYour code {secret}", With: swapNow, Options: []option{
		{Key: "1", Text: "Type their code", If: notTyped, Go: "code"},
		{Key: "2", Text: "Cancel the swap", Go: "off"},
		{Key: "3", Text: "Next", If: several, Do: seeNext, Go: "now"},
	}},
	{ID: "have", Choose: "You asked {shop} for {amount} float for cash.", With: orBegins(haveAsked(offer.Swap), beginsAtCounter(switches.Float)), Moves: true, Options: []option{
		{Key: "1", Text: "Take it back", Do: withdrawOffer, Go: "over"},
	}},
	{ID: "amount", Ask: "How much float do you need for cash?", Take: floatAmount},
	{ID: "shop", Ask: "Shop code of who has float", Take: swapShop, Options: []option{{Key: "1", Text: "Find one", Go: "where"}}},
	{ID: "sure", Confirm: "Ask {shop} for {amount} float for your cash?", With: sayShop, Moves: true, Options: []option{
		{Key: "1", Text: "Ask", Do: askSwap, Go: "over"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "where", Ask: "Ward code, or a place", Take: swapPlace, Options: []option{{Key: "1", Text: "See the wards", Start: "wards"}}},
	{ID: "pick", Choose: "They have float", With: listSwapShops, Options: picks("sure")},

	{ID: "code", Secret: "Cash counted? Type the other shop's code", With: saySwap, Take: swapCode, Moves: true},
	{ID: "off", Confirm: "Cancel the swap of {amount} with {shop}? Each keeps the own cash.", With: saySwap, Moves: true, Options: []option{
		{Key: "1", Text: "Cancel it", Do: cancelSwap, Go: "over"},
		{Key: "0", Text: "No", Go: "now"},
	}},
	{ID: "stopped", End: "You stopped. Nothing was asked.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // messages swap.*, as the intent keeps them
}}

var (
	swapShop  = take{Do: takeOtherShop(false), Faults: []fault.Code{fault.BadShopCode, fault.ShopNotFound, fault.OwnShop}}
	swapPlace = take{Do: takePlace, Faults: []fault.Code{fault.NoShops}}
	swapCode  = take{Do: typeSwapCode, Faults: []fault.Code{fault.BadCode, fault.WrongCode}}
)

const keptTyped = "typed"

// agreedSwaps are the swaps that the operator's till has agreed on: one that it has asked for, and any that others have.
func agreedSwaps(t *turn) ([]agents.TillOffer, error) {
	all, err := t.Env.agents.Swaps(t.Ctx, t.Env.caller.Phone)
	return slices.DeleteFunc(all, func(o agents.TillOffer) bool { return !o.Agreed }), err
}

// swapNow stays on its page only if there is a swap to go through with.
func swapNow(t *turn) error {
	all, err := agreedSwaps(t)
	if err != nil || len(all) == 0 {
		return orSkip(err)
	}
	o := all[lookAt(t, len(all))]
	sayOffer(t, o)
	what := "gets"
	if o.Side == offer.Asked {
		what = "gives"
	}
	said := t.Text(what)
	t.KeepNumber(keptTyped, 0)
	if o.Typed {
		t.KeepNumber(keptTyped, 1)
		said += "\n" + t.Text("typed")
	}
	t.Say("what", said)
	return nil
}

// orSkip leaves a row out that has nothing to show.
func orSkip(err error) error {
	if err != nil {
		return err
	}
	return menu.ErrSkip
}

func notTyped(t *turn) bool { return t.KeptNumber(keptTyped) == 0 }

// saySwap says with whom the swap is that the page before was about. One that is over leads back to what there is now.
func saySwap(t *turn) error {
	all, err := agreedSwaps(t)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Offer.String() == t.Kept(keptAsked) {
			sayOffer(t, o)
			return nil
		}
	}
	t.Go("now")
	return nil
}

func askSwap(t *turn) error {
	end, err := t.Env.agents.AskSwap(t.Ctx, floatRequest(t))
	t.Say("end", end)
	return otherShopAgain(t, err)
}

// typeSwapCode compares the code, which is never kept: a wrong one is counted.
func typeSwapCode(t *turn, typed string) error {
	code, err := voucher.Parse(typed)
	if err != nil {
		return err
	}
	r, err := offerRequest(t)
	if err != nil {
		return err
	}
	done, err := t.Env.agents.TypeSwapCode(t.Ctx, agents.TypeRequest{Operator: r, Code: code})
	if err != nil {
		return err
	}
	t.Env.intent = done.Intent
	t.Say("end", done.End)
	t.Go("over")
	return nil
}

func cancelSwap(t *turn) error { return onOffer(t, t.Env.agents.CancelSwap) }

// listSwapShops offers the shops there that can give so much float.
func listSwapShops(t *turn) error {
	found, err := t.Env.agents.SwapShops(t.Ctx, t.Env.caller.Phone, t.Kept(keptWhere), t.KeptNumber(keptAmount))
	if err != nil {
		return t.AskAgain("where", err)
	}
	sayPicks(t, found)
	return nil
}
