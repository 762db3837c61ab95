package main

import (
	"context"
	"fmt"
	"strings"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// adminCaseCmd is about disagreements over a counter.
type adminCaseCmd struct {
	List   caseListCmd   `cmd:"" help:"Show the cases that wait for a decision, the oldest first."`
	Show   caseShowCmd   `cmd:"" help:"Show a case, and what is there to give back."`
	Decide caseDecideCmd `cmd:"" help:"Ask for a case to be decided."`
}

type caseListCmd struct {
	deskFlags
	Overdue bool `help:"Only those that are open for too long."`
	Limit   int  `help:"At most so many." default:"50"`
}

// Run lists open cases.
func (c caseListCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		read := d.agents.OpenCases
		if c.Overdue {
			read = d.agents.OverdueCases
		}
		all, err := read(ctx, c.Limit)
		if err != nil {
			return err
		}
		rows := [][]string{{"CASE", "ABOUT", "OPENED", "SHOP", "CUSTOMER", "AMOUNT", "HELD", ""}}
		for _, v := range all {
			late := ""
			if v.Overdue {
				late = "OVERDUE"
			}
			rows = append(rows, []string{v.ID.String()[:8], v.Kind.String(), d.when(v.OpenedAt), v.Shop, v.Of.Name, d.money(v.Amount), d.money(v.Held), late})
		}
		return d.table(rows...)
	})
}

type caseShowCmd struct {
	deskFlags
	Case string `arg:"" help:"The case, as case list shows it; a closed one by its whole ID."`
}

// Run shows a case.
func (c caseShowCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		v, err := d.caseNamed(ctx, c.Case)
		if err != nil {
			return err
		}
		place, err := d.agents.Places().ByTill(ctx, v.Till)
		if err != nil {
			return err
		}
		float, err := d.ledger.Account(ctx, place.Till.Float)
		if err != nil {
			return err
		}
		return d.table(
			[]string{"case", v.ID.String()},
			[]string{"about", v.Kind.String() + ": " + v.Evidence},
			[]string{"state", v.State.String() + " " + v.Note},
			[]string{"opened", d.when(v.OpenedAt)},
			[]string{"closed", d.when(v.ClosedAt)},
			[]string{"shop", v.Shop + ", " + v.Code},
			[]string{"customer", v.Of.Name + " " + v.Of.Phone.Masked()},
			[]string{"deal", v.Of.Receipt + " " + d.when(v.Of.AskedAt) + ", " + v.Of.State.String()},
			[]string{"said", saysOf(v)},
			[]string{"amount", d.money(v.Amount) + ", fee " + d.money(v.Of.Fee)},
			[]string{"held", d.money(v.Held)},
			[]string{"float", d.money(float.Balance) + ", free " + d.money(float.Available())},
		)
	})
}

// saysOf is what somebody says to it: the customer, or, about what a till does again and again, customers who were asked.
func saysOf(v agents.CaseView) string {
	switch {
	case v.Kind == deal.NotPaid:
		return "the customer: not paid"
	case v.Kind == deal.Overcharged:
		return "customers who were asked: the agent took more than the fee"
	case v.Kind == deal.SplitDeposits:
		return "nobody: see walletd admin agent splits"
	case v.Of.Marks.Has(deal.Kept):
		return "the customer: it is mine"
	}
	return "the customer: nothing yet"
}

type caseDecideCmd struct {
	deskFlags
	Case string `arg:"" help:"The case, as case list shows it."`
	For  string `arg:"" help:"Who was right: the customer or the shop; about split deposits senti or the shop." enum:"customer,shop,senti"`
}

// Run asks for the decision.
func (c caseDecideCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		v, err := d.caseNamed(ctx, c.Case)
		if err != nil {
			return err
		}
		err = d.asks(ctx, agents.RequestCase, agents.CaseArgs{Case: v.ID, For: c.For})
		if fault.HasCode(err, fault.BadRequest) {
			err = fmt.Errorf("nothing was done: a case about %q is decided for %s", v.Kind, strings.Join(agents.DecideFor(v.Kind), " or "))
		}
		return err
	})
}

// caseNamed finds a case by its ID, or an open one by how the ID begins.
func (d *desk) caseNamed(ctx context.Context, text string) (agents.CaseView, error) {
	if which, err := id.Parse(text); err == nil {
		return d.agents.Case(ctx, which)
	}
	open, err := d.agents.OpenCases(ctx, caseNamedMost)
	if err != nil {
		return agents.CaseView{}, err
	}
	var found []agents.CaseView
	for _, v := range open {
		if strings.HasPrefix(v.ID.String(), strings.ToLower(text)) {
			found = append(found, v)
		}
	}
	switch {
	case text == "" || len(found) == 0:
		return agents.CaseView{}, fault.New(fault.CaseNotFound)
	case len(found) > 1:
		return agents.CaseView{}, fmt.Errorf("%d cases begin with %s: write more of it", len(found), text)
	}
	return found[0], nil
}

// caseNamedMost bounds how many open cases are looked through.
const caseNamedMost = 10_000
