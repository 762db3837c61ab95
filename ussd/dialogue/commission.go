package dialogue

import (
	"strconv"
	"strings"
	"time"

	"senti/agents"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// agentCommission is what a manager reads of the agent's commission, this month's and the last one's: what was earned, by shop, by day and deal
// by deal. A super-agent's manager reads its share of what the shops of the agents under it did.
var agentCommission = flow{ID: "commission", Says: fault.AtCounter, Texts: map[string]string{
	"shop": "{shop} {earned} ({count})", "share": "{shop} share {earned} ({count})", "byday": "{day} {earned} ({count})",
	"in": "{time} {shop} IN {amount} {earned}", "out": "{time} {shop} OUT {amount} {earned}",
	"voucher": "{time} {shop} CODE {amount} {earned}", "customer": "{time} {shop} CUSTOMER {earned}",
	"nothing": "Nothing was earned.", "more": "There are more shops: ask us for the list.",
}, Steps: []step{
	{ID: "pin", Secret: "Enter PIN to see commission", Take: take{Do: withPIN(proveManager), Faults: pinFaults}, Options: []option{counterForgotExit}},
	{ID: "month", Choose: "Commission", Options: []option{
		{Key: "1", Text: "This month", Do: ofMonth(0), Go: "sum"},
		{Key: "2", Text: "Last month", Do: ofMonth(1), Go: "sum"},
	}},
	{ID: "sum", Choose: "{month}: earned {earned}, taken back {taken}, paid {paid}. Owed {owed}", With: sayCommission, Options: []option{
		{Key: "1", Text: "By shop", Go: "shops"},
		{Key: "2", Text: "By day", Go: "days"},
		{Key: "3", Text: "One day", Go: "day"},
	}},
	{ID: "day", Ask: "Which day of {month}? Type it like 3", With: sayCommission, Take: take{Do: takeDay, Faults: []fault.Code{fault.BadChoice}}},
	{ID: "deals", List: "{day}", With: listCommissionDeals, PerPage: 4},

	// Lists that the sum leads to.
	{ID: "shops", List: "{month} by shop (deals)", With: listCommissionShops, PerPage: 4},
	{ID: "days", List: "{month} by day (deals)", With: listCommissionDays, PerPage: 4},
}}

// What a manager has chosen.
const (
	keptAgo = "ago"
	keptDay = "day"
)

// dealsMost is how many deals of one day are listed.
const dealsMost = 60

func proveManager(t *turn, p pin.PIN) error {
	return t.Env.agents.ProveManager(t.Ctx, t.Env.caller.Phone, p)
}

func ofMonth(ago int64) func(*turn) error {
	return func(t *turn) error {
		t.KeepNumber(keptAgo, ago)
		return nil
	}
}

// readCommission reads the month that was chosen, and says which it is.
func readCommission(t *turn) (agents.Commission, error) {
	c, err := t.Env.agents.Commission(t.Ctx, t.Env.caller.Phone, int(t.KeptNumber(keptAgo)))
	if err == nil {
		last := c.To.Add(-12 * time.Hour)
		if t.KeptNumber(keptAgo) == 0 {
			last = c.To.Add(-time.Hour) // now
		}
		t.Say("month", t.Env.market.DayMonth(c.From)+"-"+t.Env.market.DayMonth(last))
	}
	return c, err
}

func sayCommission(t *turn) error {
	c, err := readCommission(t)
	t.Say("earned", fault.Minor(c.Earned))
	sayBare(t, "taken", c.Taken)
	sayBare(t, "paid", c.Paid)
	t.Say("owed", fault.Minor(c.Closing))
	return err
}

func listCommissionShops(t *turn) error {
	c, err := readCommission(t)
	for _, s := range c.Shops {
		t.Say("shop", s.Place.Store.Name)
		t.Say("count", s.Deals)
		t.Say("earned", signed(t, s.Earned))
		line := "shop"
		if s.Share {
			line = "share"
		}
		t.Line(line)
	}
	if len(c.Shops) == 0 {
		t.Line("nothing")
	}
	if c.More {
		t.Line("more")
	}
	return err
}

func listCommissionDays(t *turn) error {
	c, err := readCommission(t)
	for _, d := range c.Days {
		t.Say("day", t.Env.market.DayMonth(t.Env.market.Begins(d.Day)))
		t.Say("count", d.Deals)
		t.Say("earned", signed(t, d.Earned))
		t.Line("byday")
	}
	if len(c.Days) == 0 {
		t.Line("nothing")
	}
	return err
}

func takeDay(t *turn, typed string) error {
	day, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(typed), "#"))
	if err != nil || day < 1 || day > 31 {
		return fault.New(fault.BadChoice)
	}
	t.KeepNumber(keptDay, int64(day))
	return nil
}

func listCommissionDeals(t *turn) error {
	day := t.KeptNumber(keptDay)
	lines, err := t.Env.agents.CommissionOn(t.Ctx, t.Env.caller.Phone, int(t.KeptNumber(keptAgo)), int32(day), dealsMost)
	for _, l := range lines {
		t.Say("shop", l.Shop)
		t.Say("time", t.Env.market.Hour(l.At))
		sayBare(t, "amount", l.Amount)
		t.Say("earned", signed(t, l.Earned))
		t.Line(ways[l.Kind])
	}
	if len(lines) == 0 {
		t.Line("nothing")
	}
	t.Say("day", strconv.FormatInt(day, 10))
	if len(lines) > 0 {
		t.Say("day", t.Env.market.DayMonth(lines[0].At))
	}
	return err
}
