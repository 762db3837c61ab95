package dialogue

import (
	"context"
	"slices"

	"senti/agents"
	"senti/ussd/menu"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// asked puts to a customer what somebody else says about his money, before his own menu: a deposit that waits for his yes, or one that
// a shop says was meant for another. There is never a PIN in it for money that arrives.
var asked = flow{ID: "asked", Steps: []step{
	{ID: "cashin", Confirm: "{shop} says you gave {amount} cash to put in YOUR wallet. Free.", With: askedCashIn, Options: []option{
		{Key: "1", Text: "Yes, I gave it", Do: answer(true), Go: "done"},
		{Key: "2", Text: "No, not me", Do: answer(false), Go: "done"},
		{Key: "3", Text: "Menu", Start: "menu"},
	}},
	{ID: "claim", Confirm: "{shop} says {amount} came to you by mistake. Set aside: {held}", With: askedClaim, Options: []option{
		{Key: "1", Text: "Not mine, give back", Start: "giveback"},
		{Key: "2", Text: "It is mine", Do: keepDeposit, Go: "done"},
		{Key: "3", Text: "Menu", Start: "menu"},
	}},
	{ID: "none", End: "{end}", With: nothingAsked},
	{ID: "done", End: "{end}"}, // message cashin.yes, cashin.no or giveback.no, as the intent keeps it
}}

const keptDeal = "deal"

// isAsked reports whether somebody waits for the caller's answer. If that cannot be seen now, the menu is better than nothing.
func (e *env) isAsked(ctx context.Context) bool {
	waiting, err := e.agents.AskedOf(ctx, e.caller.Phone)
	return err == nil && len(waiting) > 0
}

func askedCashIn(t *turn) error { return askedFirst(t, false) }

func askedClaim(t *turn) error { return askedFirst(t, true) }

// askedFirst says the oldest question of that sort, or leaves the row out.
func askedFirst(t *turn, wrong bool) error {
	all, err := t.Env.agents.AskedOf(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	for _, ask := range slices.Backward(all) {
		if ask.Wrong == wrong {
			t.Keep(keptDeal, ask.Deal.String())
			t.Say("shop", ask.Shop)
			t.Say("amount", fault.Minor(ask.Amount))
			t.Say("held", fault.Minor(ask.Held))
			return nil
		}
	}
	return menu.ErrSkip
}

// keepDeposit says that the money is the caller's own.
func keepDeposit(t *turn) error {
	dealID, err := id.Parse(t.Kept(keptDeal))
	if err != nil {
		return err
	}
	end, err := t.Env.agents.KeepDeposit(t.Ctx, agents.MendRequest{Who: t.Env.caller.Phone, Deal: dealID, Origin: t.Env.caller.Origin})
	if err != nil {
		return err
	}
	t.Say("end", end)
	return nil
}

// nothingAsked leads on to the menu: what was asked has been answered, or its time is over.
func nothingAsked(t *turn) error {
	t.Start(mainMenu.ID)
	return nil
}

// answer says yes or no. It moves money, so an unclear failure must not say that nothing happened.
func answer(yes bool) func(*turn) error {
	return func(t *turn) error {
		dealID, err := id.Parse(t.Kept(keptDeal))
		if err != nil {
			return err
		}
		receipt, err := t.Env.agents.Answer(t.Ctx, agents.AnswerRequest{
			Customer: t.Env.caller.Phone, Deal: dealID, Yes: yes, Origin: t.Env.caller.Origin,
		})
		if err != nil {
			return err
		}
		t.Env.intent = receipt.Intent
		t.Say("end", receipt.End)
		return nil
	}
}
