package main

import (
	"context"
	"fmt"
	"time"

	"senti/agents/books"
	"senti/agents/network"
	"senti/wallet/clock"
)

type agentDaysCmd struct {
	deskFlags
	Till  string `arg:"" help:"A till: its number, its shop code or the phone of an operator there."`
	Limit int    `help:"At most so many of each, the newest first." default:"14"`
}

// Run shows how a till's days ended, and every count of its cash.
func (c agentDaysCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		till, err := d.findTill(ctx, c.Till)
		if err != nil {
			return err
		}
		name, err := d.agents.Describe(ctx, network.Ref{Kind: network.ATill, ID: till})
		if err != nil {
			return err
		}
		days, err := d.agents.Books().OfTill(ctx, till, c.Limit)
		if err != nil {
			return err
		}
		counts, err := d.agents.Books().CountsOfTill(ctx, till, c.Limit)
		if err != nil {
			return err
		}
		d.say("%s", name)
		rows := [][]string{{"DAY", "ENDED", "BY", "FLOAT", "IN", "OUT", "CASH AT FIRST", "BY HAND", "SHOULD BE", "COUNTED", "DIFFERENCE"}}
		for _, day := range days {
			rows = append(rows, []string{d.market.DayMonth(d.market.Begins(day.Date)), d.when(day.EndedAt), d.operatorName(ctx, day.Operator), d.money(day.FloatAfter),
				d.money(day.In), d.money(day.Out), d.cash(day.Opening), d.money(day.Brought - day.Removed), d.cash(day.Expected()), d.cash(day.Counted),
				d.cash(day.Difference())})
		}
		if err := d.table(rows...); err != nil {
			return err
		}
		d.say("")
		rows = [][]string{{"COUNTED", "WHEN", "BY", "IN", "OUT", "BY HAND", "SHOULD BE", "WAS", "DIFFERENCE"}}
		for _, n := range counts {
			rows = append(rows, []string{d.when(n.At), n.Why.String(), d.operatorName(ctx, n.Operator), d.money(n.CashIn), d.money(n.CashOut),
				d.money(n.Brought - n.Removed), d.cash(n.Expected()), d.money(n.Counted), d.cash(n.Difference())})
		}
		return d.table(rows...)
	})
}

// findTill reads what somebody typed for a till.
func (d *desk) findTill(ctx context.Context, typed string) (int64, error) {
	what, err := d.find(ctx, typed)
	if err != nil || what.Kind != network.AnOperator {
		return d.findA(ctx, network.ATill, typed)
	}
	post, err := d.agents.Places().ByOperator(ctx, what.ID)
	return post.Till.ID, err
}

// operatorName is the name of an operator, or what did it when nobody has.
func (d *desk) operatorName(ctx context.Context, operator int64) string {
	if operator == 0 {
		return "the clock"
	}
	post, err := d.agents.Places().ByOperator(ctx, operator)
	if err != nil {
		return fmt.Sprint(operator)
	}
	return post.Operator.Name
}

// cash writes an amount that somebody counted, or that nobody has.
func (d *desk) cash(c books.Cash) string {
	if !c.Known {
		return "not known"
	}
	return d.money(c.Amount)
}

type agentSplitsCmd struct {
	deskFlags
	Agent string `arg:"" optional:"" help:"Only those at this agent's tills."`
	Days  int    `help:"How far back." default:"30"`
	Limit int    `help:"At most so many, the newest first." default:"50"`
}

// Run lists deposits that were made although they looked like parts of one.
func (c agentSplitsCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		var agent int64
		if c.Agent != "" {
			var err error
			if agent, err = d.findA(ctx, network.AnAgent, c.Agent); err != nil {
				return err
			}
		}
		since := clock.System{}.Now().Add(-time.Duration(c.Days) * 24 * time.Hour)
		all, err := d.agents.SplitDeposits(ctx, agent, since, c.Limit)
		if err != nil {
			return err
		}
		rows := [][]string{{"AT", "SHOP", "BY", "CUSTOMER", "DEPOSIT", "TOGETHER", "SUM", "EARNED MORE", "WARNED", "NOW"}}
		for _, w := range all {
			rows = append(rows, []string{d.when(w.At), w.Shop, d.operatorName(ctx, w.Operator), w.Of.Name + " " + w.Of.Phone.Masked(), d.money(w.Of.Amount),
				fmt.Sprint(w.Deposits), d.money(w.Sum), d.money(w.Gain), seen(w.Warned, "yes", "no"), w.Of.State.String()})
		}
		return d.table(rows...)
	})
}

type agentSharesCmd struct {
	deskFlags
	Agent string `arg:"" help:"Whose commission."`
	Month string `help:"The month, as 2026-12; this one unless given." placeholder:"YYYY-MM"`
}

// Run shows what an agent earned by shop and by day; posting by posting it is the statement.
func (c agentSharesCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		agent, err := d.findA(ctx, network.AnAgent, c.Agent)
		if err != nil {
			return err
		}
		from, to, err := d.month(c.Month)
		if err != nil {
			return err
		}
		s, err := d.agents.CommissionOf(ctx, agent, from, to)
		if err != nil {
			return err
		}
		d.say("agent %d %s, %s to %s", s.Agent.ID, s.Agent.Name, d.when(from), d.when(to))
		d.say("owed before %s, earned %s, taken back with deals undone %s, paid out %s, owed after %s",
			d.money(s.Opening), d.money(s.Earned), d.money(s.Taken), d.money(s.Paid), d.money(s.Closing))
		rows := [][]string{{"TILL", "SHOP", "AGENT", "DEALS", "EARNED", ""}}
		for _, l := range s.Shops {
			rows = append(rows, []string{fmt.Sprint(l.Place.Till.ID), l.Shop, fmt.Sprintf("%d %s", l.Place.Agent.ID, l.Place.Agent.Name),
				fmt.Sprint(l.Deals), d.money(l.Earned), seen(l.Share, "its share", "")})
		}
		if err := d.table(rows...); err != nil {
			return err
		}
		d.say("")
		rows = [][]string{{"DAY", "DEALS", "EARNED"}}
		for _, l := range s.Days {
			rows = append(rows, []string{d.market.DayMonth(d.market.Begins(l.Day)), fmt.Sprint(l.Deals), d.money(l.Earned)})
		}
		if s.More {
			d.say("There are more tills than are looked at here; the sums are of all.")
		}
		return d.table(rows...)
	})
}
