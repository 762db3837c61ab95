package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/market"
)

type agentShowCmd struct {
	deskFlags
	What string `arg:"" help:"A number, a shop code, or an operator's phone."`
}

// Run shows what it is, and all under it.
func (c agentShowCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		what, err := d.find(ctx, c.What)
		if err != nil {
			return err
		}
		if what.Kind == network.AnOperator {
			return d.showOperator(ctx, what.ID)
		}
		agent, err := d.agentOf(ctx, what)
		if err != nil {
			return err
		}
		tree, err := d.agents.Places().Tree(ctx, agent)
		if err != nil {
			return err
		}
		f, err := d.plant(ctx, tree)
		if err != nil {
			return err
		}
		d.grow(f.part(tree, what), "", "")
		return nil
	})
}

// agentOf is the agent that has it.
func (d *desk) agentOf(ctx context.Context, what network.Ref) (int64, error) {
	switch what.Kind {
	case network.AStore:
		s, err := d.agents.Places().Store(ctx, what.ID)
		return s.Agent, err
	case network.ATill:
		p, err := d.agents.Places().ByTill(ctx, what.ID)
		return p.Agent.ID, err
	}
	return what.ID, nil
}

// showOperator shows all that is kept of an operator but secrets.
func (d *desk) showOperator(ctx context.Context, number int64) error {
	post, err := d.agents.Places().ByOperator(ctx, number)
	if err != nil {
		return err
	}
	o := post.Operator
	there, err := d.agents.Describe(ctx, network.Ref{Kind: network.ATill, ID: post.Till.ID})
	if err != nil {
		return err
	}
	secret, err := d.wallet.PINs().State(ctx, wallet.OperatorPIN(o.ID))
	if err != nil {
		return err
	}
	document, err := d.agents.Places().Document(ctx, o.ID)
	if err != nil {
		return err
	}
	now := clock.System{}.Now()
	rules, today := d.market.At(now).Agents, o.Today.On(d.market.Day(now))
	most := func(own, markets int64) string {
		return d.money(seenLimit(own, markets)) + seen(own == 0, " (the market's)", "")
	}
	barred := "no"
	if o.Barred(now) {
		barred = "until " + d.when(o.BarredUntil)
	}
	return d.table(
		[]string{"operator", fmt.Sprint(o.ID)},
		[]string{"name", o.Name},
		[]string{"phone", o.Phone.National()},
		[]string{"status", string(o.Status)},
		[]string{"role", string(o.Role)},
		[]string{"language", o.Language},
		[]string{"works at", there + ", shop " + post.Till.Code.Painted()},
		[]string{"agent", fmt.Sprintf("%d %s", post.Agent.ID, post.Agent.Name)},
		[]string{"takes in a day", most(o.DayIn, rules.OperatorDayIn) + ", today " + d.money(today.In)},
		[]string{"pays out a day", most(o.DayOut, rules.OperatorDayOut) + ", today " + d.money(today.Out)},
		[]string{"barred from asking", barred},
		[]string{"ID document", seen(document.Operator != 0, market.IDType(document.Type).String()+", on record, sealed", "none on record")},
		[]string{"PIN", d.pinState(secret.Set, secret.Locked)},
		[]string{"since", d.when(o.CreatedAt)},
	)
}

func seenLimit(own, markets int64) int64 {
	if own == 0 {
		return markets
	}
	return own
}

type agentListCmd struct {
	deskFlags
	After int64 `help:"Only numbers above this one: the next page." placeholder:"NUMBER"`
	Limit int   `help:"At most so many." default:"100"`
}

// Run lists the agents.
func (c agentListCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		all, err := d.agents.Places().Agents(ctx, c.After, c.Limit)
		if err != nil {
			return err
		}
		listed := make([]int64, len(all))
		for i, g := range all {
			listed[i] = g.ID
		}
		tills, err := d.agents.Places().OpenTills(ctx, listed)
		if err != nil {
			return err
		}
		rows := [][]string{{"AGENT", "NAME", "KIND", "CLASS", "UNDER", "STATUS", "TILLS", "FLOAT", "OWED"}}
		for _, g := range all {
			numbers := []int64{g.Payable}
			for _, t := range tills[g.ID] {
				numbers = append(numbers, t.Float)
			}
			accounts, err := d.ledger.Accounts(ctx, numbers)
			if err != nil {
				return err
			}
			float, under := int64(0), "-"
			for _, number := range numbers[1:] {
				float += accounts[number].Balance
			}
			if g.Parent != 0 {
				under = fmt.Sprint(g.Parent)
			}
			rows = append(rows, []string{fmt.Sprint(g.ID), g.Name, agentKind(g), fmt.Sprint(g.Class), under, string(g.Status),
				fmt.Sprint(len(tills[g.ID])), d.money(float), d.money(accounts[g.Payable].Balance)})
		}
		return d.table(rows...)
	})
}

type agentFindCmd struct {
	deskFlags
	Ward     string `help:"The code of the ward." placeholder:"CODE"`
	Landmark string `help:"Part of a store's name or landmark, however written." placeholder:"TEXT"`
	Serving  bool   `help:"Only those that a customer would be sent to: open, and not stopped."`
	Limit    int    `help:"At most so many." default:"50"`
}

// Run lists the tills that are there.
func (c agentFindCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		s := network.Search{Landmark: c.Landmark, Serving: c.Serving, Limit: c.Limit}
		if c.Ward == "" && c.Landmark == "" {
			return errors.New("nothing was looked for: give --ward or --landmark")
		}
		if c.Ward != "" {
			code, err := network.WardCode(c.Ward)
			if err != nil {
				return err
			}
			s.Ward = code
		}
		found, err := d.agents.Places().Find(ctx, s)
		if err != nil {
			return err
		}
		rows := [][]string{{"TILL", "SHOP", "STORE", "LANDMARK", "AGENT", "STATE", "FLOAT"}}
		for _, p := range found {
			float, err := d.ledger.Account(ctx, p.Till.Float)
			if err != nil {
				return err
			}
			ward, _ := d.market.Ward(p.Store.Ward)
			rows = append(rows, []string{fmt.Sprint(p.Till.ID), p.Till.Code.Painted(), p.Shop(ward.Name), p.Store.Landmark,
				fmt.Sprintf("%d %s", p.Agent.ID, p.Agent.Name), stateOf(p), d.money(float.Balance)})
		}
		return d.table(rows...)
	})
}

// stateOf is how a customer finds a till.
func stateOf(p network.Place) string {
	switch {
	case p.Till.Status == network.Closed:
		return "closed for good"
	case !p.Serving():
		return "suspended"
	case p.Attendant == 0:
		return "nobody there"
	case !p.Till.Open:
		return "not open"
	}
	return "open"
}

type agentWardsCmd struct{ deskFlags }

// Run lists the wards. Nobody need say who they are.
func (c agentWardsCmd) Run(ctx context.Context) error {
	return c.sit(ctx, func(d *desk) error {
		rows := [][]string{{"WARD", "NAME"}}
		for _, w := range d.market.Wards {
			rows = append(rows, []string{w.Code, w.Name})
		}
		return d.table(rows...)
	})
}

type agentStatementCmd struct {
	deskFlags
	Agent string `arg:"" help:"Whose commission."`
	Month string `help:"The month, as 2026-12; this one unless given." placeholder:"YYYY-MM"`
}

// Run explains what the agent is owed, posting by posting.
func (c agentStatementCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		agent, err := d.findA(ctx, network.AnAgent, c.Agent)
		if err != nil {
			return err
		}
		from, to, err := d.month(c.Month)
		if err != nil {
			return err
		}
		s, err := d.agents.EarningsStatement(ctx, agent, from, to)
		if err != nil {
			return err
		}
		d.say("agent %d %s, %s to %s", s.Agent.ID, s.Agent.Name, d.when(from), d.when(to))
		rows := [][]string{{"AT", "WHAT", "RECEIPT", "SHOP", "DEAL", "EARNED", "OWED"}, {"", "owed before", "", "", "", "", d.money(s.Opening)}}
		for _, l := range s.Lines {
			rows = append(rows, []string{d.when(l.At), l.Kind.String(), l.Receipt, d.shopOf(l), d.dealt(l), d.money(l.Amount), d.money(l.Balance)})
		}
		rows = append(rows, []string{"", "owed after", "", "", "", "", d.money(s.Closing)})
		if err := d.table(rows...); err != nil {
			return err
		}
		d.say("earned %s, taken back with deals undone %s, paid out %s (of it %s withheld as tax)",
			d.money(s.Earned), d.money(s.Taken), d.money(s.Released), d.money(s.Tax))
		if s.Corrected != 0 {
			d.say("corrected by hand %s", d.money(s.Corrected))
		}
		return nil
	})
}

func (d *desk) shopOf(l agents.StatementLine) string {
	if l.Place.Till.ID == 0 {
		return "-"
	}
	ward, _ := d.market.Ward(l.Place.Store.Ward)
	return l.Place.Shop(ward.Name)
}

// dealt is the amount of the deal that a line is about.
func (d *desk) dealt(l agents.StatementLine) string {
	if l.Deal.ID.IsZero() {
		return "-"
	}
	return d.money(l.Deal.Amount)
}

// month is a month of the market, from its first moment to that of the next.
func (d *desk) month(typed string) (from, to time.Time, err error) {
	day := d.market.Day(clock.System{}.Now())
	first := day - day%100 + 1
	if typed != "" {
		at, err := time.Parse("2006-01", typed)
		if err != nil {
			return from, to, fmt.Errorf("%q is no month: write it like 2026-12", typed)
		}
		first = int32(at.Year()*10_000 + int(at.Month())*100 + 1)
	}
	next := first + 100
	if next/100%100 == 13 {
		next += 10_000 - 1_200
	}
	return d.market.Begins(first), d.market.Begins(next), nil
}
