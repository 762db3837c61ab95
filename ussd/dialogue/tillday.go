package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// tillDay opens the till for the day, with the cash that lies in its drawer, counts that cash anew, or closes the till. Customers are
// sent to open tills only. Nobody hears how much there should be before it is counted, and what differs can be counted again.
var tillDay = flow{ID: "tillday", Says: fault.CountingDay, Steps: []step{
	{ID: "shut", Choose: "{shop} {till} is closed.", With: tillIs(false), Options: []option{
		{Key: "1", Text: "Open it", Go: "pin"},
	}},
	{ID: "open", Choose: "{shop} {till} is open.", With: tillIs(true), Moves: true, Options: []option{
		{Key: "1", Text: "Close it", Do: shutTill, Go: "over"},
		{Key: "2", Text: "Count the cash anew", Go: "pin"},
	}},
	{ID: "pin", Secret: "Enter PIN to count the cash", Take: take{Do: withPIN(proveCount), Faults: pinFaults}, Options: []option{counterForgotExit}},
	{ID: "cash", Ask: "How much cash is in the drawer?", Take: take{Do: takeDrawerCash, Faults: []fault.Code{fault.BadAmount}}, Moves: true, Options: []option{
		{Key: "0", Text: "None", Do: drawerCash(0)},
	}},
	{ID: "result", Confirm: "Cash {counted}:\n{difference}", With: sayCash, Moves: true, Options: []option{
		{Key: "1", Text: "It is so", Do: openTill(false), Go: "over"},
		{Key: "2", Text: "Count again", Go: "cash"},
		{Key: "3", Text: "Moved by hand (bank, owner)", Do: openTill(true), Go: "over"},
		{Key: "0", Text: "Stop", Go: "stopped"},
	}},
	{ID: "stopped", End: "You stopped. No count was noted, and the till is as it was.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message till.opened, till.opened.differs or till.shut, as the intent keeps it
}}

// tillIs leaves its page out unless the till is as it says.
func tillIs(open bool) func(*turn) error {
	return func(t *turn) error {
		is, err := t.Env.agents.TillOpen(t.Ctx, t.Env.caller.Phone)
		if err != nil || is != open {
			return orSkip(err)
		}
		return sayTill(t)
	}
}

func proveCount(t *turn, p pin.PIN) error { return t.Env.agents.Prove(t.Ctx, t.Env.caller.Phone, p) }

func takeDrawerCash(t *turn, typed string) error {
	minor, err := t.Env.wallet.ParseAmount(typed)
	if err != nil {
		return err
	}
	return drawerCash(minor)(t)
}

// drawerCash opens the till at once when the cash is as it should be, and shows first what differs.
func drawerCash(minor int64) func(*turn) error {
	return func(t *turn) error {
		t.KeepNumber(keptCounted, minor)
		count, err := t.Env.agents.CheckCash(t.Ctx, switchRequest(t))
		if err != nil || count.Difference().Amount != 0 {
			return err
		}
		t.Go("over")
		return openTill(false)(t)
	}
}

func switchRequest(t *turn) agents.SwitchRequest {
	return agents.SwitchRequest{Operator: t.Env.caller.Phone, Cash: t.KeptNumber(keptCounted), Origin: t.Env.caller.Origin}
}

func sayCash(t *turn) error {
	count, err := t.Env.agents.CheckCash(t.Ctx, switchRequest(t))
	t.Say("counted", fault.Minor(count.Counted))
	t.Say("difference", t.Env.agents.CountDifference(t.Lang(), count))
	return err
}

func openTill(byHand bool) func(*turn) error {
	return func(t *turn) error {
		r := switchRequest(t)
		r.ByHand = byHand
		end, err := t.Env.agents.OpenDay(t.Ctx, r)
		t.Say("end", end)
		return err
	}
}

func shutTill(t *turn) error {
	end, err := t.Env.agents.ShutDay(t.Ctx, agents.SwitchRequest{Operator: t.Env.caller.Phone, Origin: t.Env.caller.Origin})
	t.Say("end", end)
	return err
}
