package dialogue

import (
	"senti/agents"
	"senti/agents/books"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// dayEnd is the end of a till's day: what went over the counter, and the cash that is counted before anybody hears how much it should
// be.
var dayEnd = flow{ID: "dayend", Says: fault.CountingDay, Steps: []step{
	{ID: "pin", Secret: "Enter PIN to see the day of this till", Take: take{Do: withPIN(provedDay), Faults: pinFaults}, Options: []option{counterForgotExit}},
	{ID: "books", Choose: "{day}: float {before} to {after}\nCash in {in}, out {out}", With: sayDay, Options: []option{
		{Key: "1", Text: "End the day", Go: "removed"},
	}},
	{ID: "removed", Ask: "Cash taken out since {since}, not for customers?", With: sayCounting, Take: cashOf(keptRemoved),
		Options: []option{{Key: "0", Text: "None", Do: noCash(keptRemoved), Go: "brought"}}},
	{ID: "brought", Ask: "Cash put in since {since}, not from customers?", With: sayCounting, Take: cashOf(keptBrought),
		Options: []option{{Key: "0", Text: "None", Do: noCash(keptBrought), Go: "counted"}}},
	{ID: "counted", Ask: "Count the cash in the drawer. How much is it?", Take: cashOf(keptCounted),
		Options: []option{{Key: "0", Text: "Nothing", Do: noCash(keptCounted), Go: "result"}}},
	{ID: "result", Confirm: "Cash {counted}:\n{difference}", With: sayCounted, Moves: true, Options: []option{
		{Key: "1", Text: "End the day", Do: endDay, Go: "over"},
		{Key: "2", Text: "Count again", Go: "counted"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "stopped", End: "You stopped. The day of the till is not ended.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message dayend.done, as the intent keeps it
}}

// What the end of a day keeps between turns.
const (
	keptRemoved = "removed"
	keptBrought = "brought"
	keptCounted = "counted"
)

// cashOf takes an amount of cash.
func cashOf(kept string) take {
	return take{Faults: []fault.Code{fault.BadAmount}, Do: func(t *turn, typed string) error {
		minor, err := t.Env.wallet.ParseAmount(typed)
		if err == nil {
			t.KeepNumber(kept, minor)
		}
		return err
	}}
}

// noCash keeps that there was none, which is no amount.
func noCash(kept string) func(*turn) error {
	return func(t *turn) error {
		t.KeepNumber(kept, 0)
		return nil
	}
}

func provedDay(t *turn, p pin.PIN) error {
	_, err := t.Env.agents.TillDay(t.Ctx, t.Env.caller.Phone, p)
	return err
}

// dayRequest is what was typed so far.
func dayRequest(t *turn) agents.DayRequest {
	return agents.DayRequest{
		Operator: t.Env.caller.Phone, Counted: t.KeptNumber(keptCounted), Brought: t.KeptNumber(keptBrought),
		Removed: t.KeptNumber(keptRemoved), Origin: t.Env.caller.Origin,
	}
}

func checkDay(t *turn) (books.Day, error) {
	day, err := t.Env.agents.CheckDay(t.Ctx, dayRequest(t))
	t.Say("day", t.Env.market.DayMonth(t.Env.market.Begins(day.Date)))
	return day, err
}

// sayDay says the day so far; behind the PIN there is no other way to this page.
func sayDay(t *turn) error {
	day, err := checkDay(t)
	t.Say("before", fault.Minor(day.FloatBefore))
	sayBare(t, "after", day.FloatAfter)
	sayBare(t, "in", day.In)
	sayBare(t, "out", day.Out)
	return err
}

// sayCounting says since when cash may have moved that the books do not know of. Where nobody has counted yet it makes no difference.
func sayCounting(t *turn) error {
	since, counted, err := t.Env.agents.LastCounted(t.Ctx, t.Env.caller.Phone)
	if err != nil || !counted {
		return orSkip(err)
	}
	t.Say("since", t.Env.agents.Since(since))
	return nil
}

func sayCounted(t *turn) error {
	day, err := checkDay(t)
	t.Say("counted", fault.Minor(day.Counted.Amount))
	t.Say("difference", t.Env.agents.Difference(t.Lang(), day))
	return err
}

func endDay(t *turn) error {
	end, err := t.Env.agents.EndDay(t.Ctx, dayRequest(t))
	t.Say("end", end)
	return err
}
