package dialogue

import (
	"context"

	"senti/agents"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/ussd/menu"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// float is all that an operator can do about the till's float, and what it earns. Its numbers are fixed for good.
var float = flow{ID: "float", Says: fault.InFloat, Steps: []step{
	{ID: "top", Choose: "Float", Options: []option{
		{Key: "1", Text: "Float now", Start: "floatnow"},
		{Key: "2", Text: "Sell float", Start: "floatsell"},
		{Key: "3", Text: "Ask for float", Start: "floatask"},
		{Key: "4", Text: "Swap for cash", Start: "floatswap"},
		{Key: "5", Text: "Earnings", Start: "earnings"},
		{Key: "6", Text: "Commission by shop", If: isManager, Start: "commission"},
		{Key: "7", Text: "Asked of you", If: somethingAsked, Do: fromMenu("float"), Start: "tillasked"},
	}},
}}

// floatNow tells what the till holds, behind the PIN.
var floatNow = flow{ID: "floatnow", Says: fault.InFloat, Steps: []step{
	{ID: "pin", Secret: "Enter PIN to see your float", Take: take{Do: readFloat, Faults: pinFaults}},
	{ID: "over", End: "{end}"}, // message float.now, as the intent keeps it
}}

// floatSell sells float to another till of the same tree: which, how much, its name, and the operator's PIN.
var floatSell = flow{ID: "floatsell", Says: fault.InFloat, Steps: []step{
	{ID: "shop", Ask: "Shop code of who buys", With: beginsAtCounter(switches.Float), Take: otherShop},
	{ID: "amount", Ask: "How much float?", Take: floatAmount},
	{ID: "pin", Secret: "Sell {amount} float to\n{shop}\n{code}\nEnter PIN", With: quoteFloat, Take: sellFloat, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: sellFloatAgain, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. No float has moved.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message float.moved, as the intent keeps it
}}

// floatAsk asks another till of the same tree for float. Nothing moves before that says yes.
var floatAsk = flow{ID: "floatask", Says: fault.InFloat, Steps: []step{
	{ID: "have", Choose: "You asked {shop} for {amount} float.", With: orBegins(haveAsked(offer.Float), beginsAtCounter(switches.Float)), Moves: true, Options: []option{
		{Key: "1", Text: "Take it back", Do: withdrawOffer, Go: "over"},
	}},
	{ID: "shop", Ask: "Shop code of whom to ask", Take: otherShop},
	{ID: "amount", Ask: "How much float?", Take: floatAmount},
	{ID: "sure", Confirm: "Ask {shop} for {amount} float?", With: sayShop, Moves: true, Options: []option{
		{Key: "1", Text: "Ask", Do: askFloat, Go: "over"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "stopped", End: "You stopped. Nothing was asked.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message floatask.asked or offer.withdrawn
}}

var (
	otherShop      = take{Do: takeOtherShop(true), Faults: []fault.Code{fault.BadShopCode, fault.ShopNotFound, fault.OwnShop, fault.OtherAgent}}
	floatAmount    = take{Do: takeCash, Faults: []fault.Code{fault.BadAmount, fault.TillShort, fault.FloatMin, fault.FloatFull}}
	sellFloat      = take{Do: moveFloat}
	sellFloatAgain = take{Do: moveFloat, Faults: pinFaults}
)

// keptAsked is the offer that a page is about.
const keptAsked = "asked"

// takeOtherShop takes the code of a shop to deal with in float: of the own tree, or of anybody's.
func takeOtherShop(tree bool) func(*turn, string) error {
	return func(t *turn, typed string) error {
		code, err := network.ParseCode(typed)
		if err != nil {
			return err
		}
		if _, err := t.Env.agents.Dealer(t.Ctx, t.Env.caller.Phone, code, tree); err != nil {
			return err
		}
		t.Keep(keptCode, string(code))
		return nil
	}
}

func readFloat(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	f, err := t.Env.agents.Float(t.Ctx, t.Env.caller.Phone, p, t.Env.caller.Origin)
	t.Say("end", f.End)
	return err
}

func floatRequest(t *turn) agents.FloatRequest {
	return agents.FloatRequest{
		Operator: t.Env.caller.Phone, Shop: network.ShopCode(t.Kept(keptCode)), Amount: t.KeptNumber(keptAmount), Origin: t.Env.caller.Origin,
	}
}

func offerRequest(t *turn) (agents.OfferRequest, error) {
	which, err := id.Parse(t.Kept(keptAsked))
	return agents.OfferRequest{Operator: t.Env.caller.Phone, Offer: which, Origin: t.Env.caller.Origin}, err
}

// quoteFloat opens the intent, so that whatever happens from here on there is a record of what was about to be done.
func quoteFloat(t *turn) error {
	q, err := t.Env.agents.QuoteFloat(t.Ctx, floatRequest(t))
	if err != nil {
		return otherShopAgain(t, err)
	}
	sayFloat(t, q)
	return nil
}

func sayFloat(t *turn, q agents.FloatQuote) {
	t.Keep(keptIntent, q.Intent.String())
	t.Say("amount", fault.Minor(q.Amount))
	t.Say("shop", q.Shop)
	t.Say("code", q.Code)
}

// otherShopAgain asks for another shop, if that was what was wrong.
func otherShopAgain(t *turn, err error) error {
	switch fault.CodeOf(err) {
	case fault.ShopNotFound, fault.OwnShop, fault.OtherAgent:
		return t.AskAgain("shop", err)
	}
	return err
}

// moveFloat moves float that is sold or was asked for. A refusal spends the intent, so each further try is a new one with the same terms.
func moveFloat(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	receipt, err := t.Env.agents.MoveFloat(t.Ctx, intent, p)
	t.Env.intent = intent
	switch fault.CodeOf(err) {
	case "":
		t.Say("end", receipt.End)
		t.Go("over")
		return nil
	case fault.WrongPIN:
		return tryIntentAgain(t, intent, err)
	case fault.TillShort, fault.FloatMin, fault.FloatFull:
		return t.AskAgain("amount", err)
	}
	return err
}

// haveAsked stays on its page only if the till has asked something of that kind and waits for the answer.
func haveAsked(kind offer.Kind) func(*turn) error {
	return func(t *turn) error {
		own, err := t.Env.agents.Swaps(t.Ctx, t.Env.caller.Phone)
		if err != nil {
			return err
		}
		for _, o := range own {
			if o.Kind == kind && !o.Agreed {
				sayOffer(t, o)
				return nil
			}
		}
		return menu.ErrSkip
	}
}

// sayOffer keeps which offer the page is about, and says who is on its other side.
func sayOffer(t *turn, o agents.TillOffer) {
	t.Keep(keptAsked, o.Offer.String())
	t.Say("shop", o.Whom)
	t.Say("name", o.Whom)
	t.Say("amount", fault.Minor(o.Amount))
	t.Say("time", t.Env.market.Hour(o.Until))
	t.Say("secret", o.Code)
}

func sayShop(t *turn) error {
	shop, err := t.Env.agents.Shop(t.Ctx, network.ShopCode(t.Kept(keptCode)))
	t.Say("shop", shop)
	t.Say("amount", fault.Minor(t.KeptNumber(keptAmount)))
	return err
}

func askFloat(t *turn) error {
	end, err := t.Env.agents.AskFloat(t.Ctx, floatRequest(t))
	t.Say("end", end)
	return otherShopAgain(t, err)
}

func withdrawOffer(t *turn) error { return onOffer(t, t.Env.agents.WithdrawOffer) }

// onOffer does something about the offer that the page was about, and says how that ends.
func onOffer(t *turn, do func(context.Context, agents.OfferRequest) (string, error)) error {
	r, err := offerRequest(t)
	if err != nil {
		return err
	}
	end, err := do(t.Ctx, r)
	t.Say("end", end)
	return err
}
