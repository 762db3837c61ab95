package dialogue

import (
	"context"
	"time"

	"senti/agents"
	"senti/agents/offer"
	"senti/ussd/menu"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/pin"
)

// tillAsked puts to an operator what somebody asks of the till, before the menu: float for another till, a swap, cash for a customer who
// is on the way. A customer comes first, and then what must be answered soonest; the operator can look at all of it before answering.
var tillAsked = flow{ID: "tillasked", Says: fault.AtCounter, Texts: map[string]string{"came": "Came {came} of {of} times.", "new": "First time."}, Steps: []step{
	{ID: "float", Confirm: "{shop} asks you for {amount} float.", With: tillAskedFor(offer.Float), Moves: true, Options: []option{
		{Key: "1", Text: "Give it (PIN)", Start: "floatyes"},
		{Key: "2", Text: "No", Do: refuseOffer, Go: "over"},
		{Key: "3", Text: "Menu", Start: "counter"},
		{Key: "4", Text: "Next", If: moreToSee, Do: seeNext, Go: "float"},
		{Key: "0", Text: "Back", If: askedBefore, Do: seePrevious, Go: "float"},
	}},
	{ID: "swap", Confirm: "{shop} brings {amount} cash and asks for as much float.", With: tillAskedFor(offer.Swap), Moves: true, Options: []option{
		{Key: "1", Text: "Yes (PIN)", Start: "swapyes"},
		{Key: "2", Text: "No", Do: refuseOffer, Go: "over"},
		{Key: "3", Text: "Menu", Start: "counter"},
		{Key: "4", Text: "Next", If: moreToSee, Do: seeNext, Go: "float"},
		{Key: "0", Text: "Back", If: askedBefore, Do: seePrevious, Go: "float"},
	}},
	{ID: "cash", Confirm: "{name} asks: keep {amount} cash for {minutes} min? {record}", With: tillAskedFor(offer.Cash), Moves: true, Options: []option{
		{Key: "1", Text: "Yes, I keep it", Do: promiseCash, Start: "reservations"},
		{Key: "2", Text: "No", Do: refuseOffer, Go: "over"},
		{Key: "3", Text: "Menu", Start: "counter"},
		{Key: "4", Text: "Next", If: moreToSee, Do: seeNext, Go: "float"},
		{Key: "0", Text: "Back", If: askedBefore, Do: seePrevious, Go: "float"},
	}},
	{ID: "none", End: "{end}", With: toHome}, // what was asked has been answered, or its time is over

	{ID: "over", End: "{end}"}, // message offer.refused, as the intent keeps it
}}

// floatYes gives float that was asked for.
var floatYes = flow{ID: "floatyes", Says: fault.InFloat, Steps: []step{
	{ID: "pin", Secret: "Give {amount} float to\n{shop}\n{code}\nEnter PIN", With: quoteGive, Take: sellFloat, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: sellFloatAgain, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. No float has moved.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message float.moved, as the intent keeps it
}}

// swapYes agrees to a swap, and goes on where it is gone through with.
var swapYes = flow{ID: "swapyes", Says: fault.Swapping, Steps: []step{
	{ID: "pin", Secret: "Set {amount} float aside for\n{shop}\n{code}\nwho brings cash.\nEnter PIN", With: quoteSwap, Take: agreeSwap, Moves: true},

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: agreeSwapAgain, Moves: true, Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. No float was set aside.", With: keepEnd("stopped")},
}}

var (
	agreeSwap      = take{Do: moveAgreement}
	agreeSwapAgain = take{Do: moveAgreement, Faults: pinFaults}
)

// isTillAsked reports whether somebody waits for an answer of the caller's till. If that cannot be seen now, the menu is better than
// nothing.
func (e *env) isTillAsked(ctx context.Context) bool {
	if e.post == nil || e.post.Operator.ID == 0 {
		return false
	}
	all, err := e.agents.Asked(ctx, e.caller.Phone)
	return err == nil && len(all) > 0
}

func somethingAsked(t *turn) bool {
	_, err := t.Env.works(t)
	return err == nil && t.Env.isTillAsked(t.Ctx)
}

// tillAskedFor stays on its page only if that is what is looked at.
func tillAskedFor(kind offer.Kind) func(*turn) error {
	return func(t *turn) error {
		all, err := t.Env.agents.Asked(t.Ctx, t.Env.caller.Phone)
		if err != nil || len(all) == 0 {
			return orSkip(err)
		}
		o := all[lookAt(t, len(all))]
		if o.Kind != kind {
			return menu.ErrSkip
		}
		sayOffer(t, o)
		t.Say("minutes", int64(t.Env.agents.ReserveFor()/time.Minute))
		record := "new"
		if came := o.Came; came.Of > 0 {
			record = "came"
			t.Say("came", int64(came.Kept))
			t.Say("of", int64(came.Of))
		}
		t.Say("record", t.Text(record))
		return nil
	}
}

// fromMenu notes that the operator looks at what is asked of his own accord, and to which menu he can go back.
func fromMenu(flow string) func(*turn) error {
	return func(t *turn) error {
		t.Keep(keptMenu, flow)
		return nil
	}
}

const keptMenu = "menu"

// askedBefore reports whether there is something to go back to: another page of what is asked, or the menu.
func askedBefore(t *turn) bool { return t.KeptNumber(keptNext) > 0 || t.Kept(keptMenu) != "" }

func seePrevious(t *turn) error {
	if t.KeptNumber(keptNext) == 0 {
		t.Start(t.Kept(keptMenu))
		return nil
	}
	t.KeepNumber(keptNext, t.KeptNumber(keptNext)-1)
	return nil
}

func refuseOffer(t *turn) error { return onOffer(t, t.Env.agents.RefuseOffer) }

func promiseCash(t *turn) error {
	if err := onOffer(t, t.Env.agents.PromiseCash); err != nil {
		return err
	}
	all, err := t.Env.agents.Reservations(t.Ctx, t.Env.caller.Phone)
	seeSame(t, all)
	return err
}

func quoteGive(t *turn) error { return quoteAnswer(t, t.Env.agents.QuoteGive) }

func quoteSwap(t *turn) error { return quoteAnswer(t, t.Env.agents.QuoteSwap) }

func quoteAnswer(t *turn, quote func(context.Context, agents.OfferRequest) (agents.FloatQuote, error)) error {
	r, err := offerRequest(t)
	if err != nil {
		return err
	}
	q, err := quote(t.Ctx, r)
	if err != nil {
		return err
	}
	sayFloat(t, q)
	return nil
}

// moveAgreement sets the float aside. The page that follows shows the code, so nobody need be told of it on the next call.
func moveAgreement(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	_, err = t.Env.agents.AgreeSwap(t.Ctx, intent, p)
	switch fault.CodeOf(err) {
	case "":
		t.Env.wallet.EndShown(intent)
		t.Keep(keptIntent, "")
		t.Start(floatSwap.ID)
		all, err := agreedSwaps(t)
		seeSame(t, all)
		return err
	case fault.WrongPIN:
		return tryIntentAgain(t, intent, err)
	}
	t.Env.intent = intent
	return err
}
