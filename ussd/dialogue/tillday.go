package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
)

// tillDay opens the till for the day, with the cash that lies in its drawer, or closes it. Customers are sent to open tills only.
var tillDay = flow{ID: "tillday", Steps: []step{
	{ID: "shut", Choose: "{shop} {till} is closed.", With: tillIs(false), Options: []option{
		{Key: "1", Text: "Open it", Go: "cash"},
	}},
	{ID: "open", Choose: "{shop} {till} is open.", With: tillIs(true), Moves: true, Options: []option{
		{Key: "1", Text: "Close it", Do: shutTill, Go: "over"},
		{Key: "2", Text: "Count the cash anew", Go: "cash"},
	}},
	{ID: "cash", Ask: "How much cash is in the drawer?", Take: take{Do: takeDrawerCash, Faults: []fault.Code{fault.BadAmount}}, Moves: true, Options: []option{
		{Key: "0", Text: "None", Do: openTill(0), Go: "over"},
	}},
	{ID: "over", End: "{end}"}, // message till.opened or till.shut, as the intent keeps it
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

func takeDrawerCash(t *turn, typed string) error {
	minor, err := t.Env.wallet.ParseAmount(typed)
	if err != nil {
		return err
	}
	return openTill(minor)(t)
}

func openTill(cash int64) func(*turn) error {
	return func(t *turn) error {
		end, err := t.Env.agents.OpenDay(t.Ctx, agents.SwitchRequest{Operator: t.Env.caller.Phone, Cash: cash, Origin: t.Env.caller.Origin})
		t.Say("end", end)
		return err
	}
}

func shutTill(t *turn) error {
	end, err := t.Env.agents.ShutDay(t.Ctx, agents.SwitchRequest{Operator: t.Env.caller.Phone, Origin: t.Env.caller.Origin})
	t.Say("end", end)
	return err
}
