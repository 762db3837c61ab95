package dialogue

import (
	"context"
	"slices"

	"senti/agents"
	"senti/ussd/menu"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/pin"
)

// asked puts to a customer what somebody else says about his money, before his own menu: a deposit that waits for his yes, a
// cash-out that an operator asks for, a deposit that a shop says was meant for another. There is never a PIN in it for money
// that arrives.
var asked = flow{ID: "asked", Says: fault.Answering, Steps: []step{
	{ID: "cashin", Confirm: "{shop} says you gave {amount} cash to put in YOUR wallet. Free.", With: askedCashIn, Moves: true, Options: []option{
		{Key: "1", Text: "Yes, I gave it", Do: answer(true), Go: "done"},
		{Key: "2", Text: "No, not me", Do: answer(false), Go: "done"},
		{Key: "3", Text: "Menu", Do: toHome, Start: "menu"},
	}},
	{ID: "cashout", Secret: "{shop} asks: take out {amount}?\nFee {fee}. Total {total}\nType PIN for yes", With: askedCashOut, Take: approve, Moves: true,
		Options: refusals},
	{ID: "claim", Confirm: "{shop} says {amount} came to you by mistake. Set aside: {held}", With: askedClaim, Moves: true, Options: []option{
		{Key: "1", Text: "Not mine, give back", Start: "giveback"},
		{Key: "2", Text: "It is mine", Do: keepDeposit, Go: "done"},
		{Key: "3", Text: "Menu", Do: toHome, Start: "menu"},
	}},
	{ID: "none", End: "{end}", With: toHome}, // what was asked has been answered, or its time is over

	// From here on only if something was not right.
	{ID: "again", Secret: "Enter PIN again", Take: approveAgain, Moves: true, Options: append([]option{forgotExit}, refusals...)},
	{ID: "short", End: "Not enough money. Nothing was taken out.\nYou have {available}. You need {needed} (fee {fee}).", With: keepEnd("short")},

	{ID: "done", End: "{end}"}, // message cashin.yes, cashin.no, cashout.done, ask.no or giveback.no, as the intent keeps it
}}

var refusals = []option{
	{Key: "2", Text: "No", Do: refuse, Go: "done"},
	{Key: "0", Text: "Menu", Do: leaveAsk, Start: "menu"},
}

var (
	approve      = take{Do: moveApproved}
	approveAgain = take{Do: moveApproved, Faults: pinFaults}
)

const keptDeal = "deal"

// isAsked reports whether somebody waits for the caller's answer. If that cannot be seen now, the menu is better than nothing.
func (e *env) isAsked(ctx context.Context) bool {
	waiting, err := e.agents.AskedOf(ctx, e.caller.Phone)
	if err == nil && len(waiting) > 0 {
		return true
	}
	_, pending, err := e.agents.PendingFor(ctx, e.caller.Phone)
	return err == nil && pending
}

// isAskedNow reports whether a page may be pushed to the caller.
func (e *env) isAskedNow(ctx context.Context) bool {
	waiting, err := e.agents.AskedOf(ctx, e.caller.Phone)
	if err == nil && len(waiting) > 0 {
		return true
	}
	_, pending, err := e.agents.PendingFor(ctx, e.caller.Phone)
	if err != nil || !pending {
		return false
	}
	last, ok, err := e.wallet.LastAct(ctx, e.caller.Phone)
	return err == nil && (!ok || !last.Untold())
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

// askedCashOut shows the request: who asks, for how much, and what it costs. It opens the intent, so that whatever happens from here on
// there is a record of what was about to be done.
func askedCashOut(t *turn) error {
	p, pending, err := t.Env.agents.QuoteApproval(t.Ctx, t.Env.caller.Phone, t.Env.caller.Origin)
	if err != nil {
		return err
	}
	if !pending {
		return menu.ErrSkip
	}
	t.Keep(keptIntent, p.Intent.String())
	t.Say("shop", p.Shop)
	t.Say("amount", fault.Minor(p.Amount))
	sayBare(t, "fee", p.Fee)
	sayBare(t, "total", p.Total)
	return nil
}

// toHome leads to the caller's own menu: an operator's, or a customer's.
func toHome(t *turn) error {
	t.Start(mainMenu.ID)
	if _, err := t.Env.works(t); err == nil {
		t.Start(counter.ID)
	}
	return nil
}

// toAsked leads to what somebody asks of the caller, or to the caller's own menu.
func toAsked(t *turn) error {
	if t.Env.isAsked(t.Ctx) {
		t.Start(asked.ID)
		return nil
	}
	return toHome(t)
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

// leaveAsk goes to the caller's own menu: he has seen what is asked, and that nothing came of it.
func leaveAsk(t *turn) error {
	if err := dropQuote(t); err != nil {
		return err
	}
	return toHome(t)
}

// moveApproved takes the money out. A refusal spends the intent and leaves the request as it was, so each further try is a new one with
// the same terms.
func moveApproved(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return t.AskAgain("again", err)
	}
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	receipt, err := t.Env.agents.Approve(t.Ctx, intent, p)
	t.Env.intent = intent
	switch fault.CodeOf(err) {
	case "":
		t.Env.intent = receipt.Intent // that of the page before, if the request was approved there
		t.Say("end", receipt.End)
		t.Go("done")
		return nil
	case fault.WrongPIN:
		t.KeepNumber(keptWrong, 1)
		return tryIntentAgain(t, intent, err)
	case fault.Insufficient:
		f := fault.As(err)
		t.Say("available", fault.Minor(f.Int("available")))
		sayBare(t, "needed", f.Int("needed"))
		sayBare(t, "fee", f.Int("fee"))
		t.Go("short")
		return nil
	}
	return refusedPIN(t, err)
}

func refuse(t *turn) error {
	intent, err := id.Parse(t.Kept(keptIntent))
	if err != nil {
		return err
	}
	end, err := t.Env.agents.Refuse(t.Ctx, intent, t.Env.caller.Origin)
	t.Say("end", end)
	return err
}
