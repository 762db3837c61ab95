package dialogue

import (
	"context"

	"senti/agents"
	"senti/ussd/menu"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// asked puts to a customer what somebody else says about his money, before his own menu: a deposit that waits for his yes. There is
// never a PIN in it for money that arrives.
var asked = flow{ID: "asked", Steps: []step{
	{ID: "cashin", Confirm: "{shop} says you gave {amount} cash to put in YOUR wallet. Free.", With: askedCashIn, Options: []option{
		{Key: "1", Text: "Yes, I gave it", Do: answer(true), Go: "done"},
		{Key: "2", Text: "No, not me", Do: answer(false), Go: "done"},
		{Key: "3", Text: "Menu", Start: "menu"},
	}},
	{ID: "none", End: "{end}", With: nothingAsked},
	{ID: "done", End: "{end}"}, // message cashin.yes or cashin.no, as the intent keeps it
}}

const keptDeal = "deal"

// isAsked reports whether somebody waits for the caller's answer. If that cannot be seen now, the menu is better than nothing.
func (e *env) isAsked(ctx context.Context) bool {
	waiting, err := e.agents.AskedOf(ctx, e.caller.Phone)
	return err == nil && len(waiting) > 0
}

func askedCashIn(t *turn) error {
	waiting, err := t.Env.agents.AskedOf(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	if len(waiting) == 0 {
		return menu.ErrSkip
	}
	first := waiting[len(waiting)-1]
	t.Keep(keptDeal, first.Deal.String())
	t.Say("shop", first.Shop)
	t.Say("amount", fault.Minor(first.Amount))
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
