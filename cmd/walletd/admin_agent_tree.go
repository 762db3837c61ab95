package main

import (
	"context"
	"fmt"
	"strings"

	"senti/agents/network"
	"senti/agents/survey"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/ledger"
	"senti/wallet/pin"
)

// branch is a line of a tree, with the lines under it.
type branch struct {
	text  string
	under []branch
}

// grow writes a tree, each line behind what joins it to the line above.
func (d *desk) grow(b branch, first, rest string) {
	d.say("%s%s", first, b.text)
	for i, u := range b.under {
		if i == len(b.under)-1 {
			d.grow(u, rest+"└─ ", rest+"   ")
			continue
		}
		d.grow(u, rest+"├─ ", rest+"│  ")
	}
}

// forest is what a tree's lines are made from.
type forest struct {
	*desk
	accounts map[int64]ledger.Account
	pins     map[int64]pin.State     // by operator
	said     map[int64]survey.Record // by till: what customers say
}

// plant reads what the lines of a tree tell besides the tree.
func (d *desk) plant(ctx context.Context, t network.Tree) (*forest, error) {
	f := &forest{d, nil, map[int64]pin.State{}, nil}
	accounts, err := f.visit(ctx, t)
	if err != nil {
		return nil, err
	}
	if f.said, err = d.agents.Surveys().Records(ctx, tillsOf(t)); err != nil {
		return nil, err
	}
	f.accounts, err = d.ledger.Accounts(ctx, accounts)
	return f, err
}

// tillsOf are all tills of a tree.
func tillsOf(t network.Tree) (tills []int64) {
	for _, s := range t.Stores {
		for _, till := range s.Tills {
			tills = append(tills, till.Till.ID)
		}
	}
	for _, u := range t.Under {
		tills = append(tills, tillsOf(u)...)
	}
	return tills
}

// visit reads the operators' PINs and returns the accounts of a tree.
func (f *forest) visit(ctx context.Context, t network.Tree) (accounts []int64, err error) {
	accounts = append(accounts, t.Agent.Payable)
	for _, s := range t.Stores {
		for _, till := range s.Tills {
			accounts = append(accounts, till.Till.Float)
			for _, o := range till.Operators {
				if f.pins[o.ID], err = f.wallet.PINs().State(ctx, wallet.OperatorPIN(o.ID)); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, u := range t.Under {
		more, err := f.visit(ctx, u)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, more...)
	}
	return accounts, nil
}

// unusual says what is not as usual.
func unusual(s network.Status) string {
	if s == network.Active {
		return ""
	}
	return "  " + strings.ToUpper(string(s))
}

func (f *forest) agent(t network.Tree) branch {
	g := t.Agent
	b := branch{text: fmt.Sprintf("%s %d %s  class %d  owed %s%s", agentKind(g), g.ID, g.Name, g.Class, f.money(f.accounts[g.Payable].Balance), unusual(g.Status))}
	for _, s := range t.Stores {
		b.under = append(b.under, f.store(s, g.Nominated))
	}
	for _, u := range t.Under {
		b.under = append(b.under, f.agent(u))
	}
	return b
}

func agentKind(g network.Agent) string {
	if g.Kind == network.Super {
		return "super-agent"
	}
	return "agent"
}

func (f *forest) store(t network.StoreTree, nominated int64) branch {
	s := t.Store
	ward, _ := f.market.Ward(s.Ward)
	where := s.Ward + " " + ward.Name
	if s.Landmark != "" {
		where += ", " + s.Landmark
	}
	b := branch{text: fmt.Sprintf("store %d %s  (%s)%s", s.ID, s.Name, where, unusual(s.Status))}
	for _, till := range t.Tills {
		b.under = append(b.under, f.till(till, till.Till.ID == nominated))
	}
	return b
}

func (f *forest) till(t network.TillTree, nominated bool) branch {
	c, float := t.Till, f.accounts[t.Till.Float]
	text := fmt.Sprintf("till %d %q  shop %s  float %s", c.ID, c.Label, c.Code.Painted(), f.money(float.Balance))
	if float.Held > 0 {
		text += ", held " + f.money(float.Held)
	}
	if nominated {
		text += "  commission is paid here"
	}
	b := branch{text: text + seen(c.Open, "  open", seen(c.Status == network.Active, "  not open", "")) + unusual(c.Status)}
	if r, asked := f.said[c.ID]; asked {
		b.under = append(b.under, branch{text: f.record(r)})
	}
	for _, o := range t.Operators {
		b.under = append(b.under, branch{text: f.operator(o)})
	}
	return b
}

// record is what customers say of a till who were asked what the agent took.
func (f *forest) record(r survey.Record) string {
	now := r.At(clock.System{}.Now())
	return fmt.Sprintf("customers say that more than the fee was taken: %d of %d in 30 days, %d of %d in all (%d asked, %d cases)%s",
		now.Yes, now.Yes+now.No, r.AllYes, r.AllYes+r.AllNo, r.AllAsked, r.AllCases, seen(now.Bad(), "  TOO MANY", ""))
}

func (f *forest) operator(o network.Operator) string {
	state := ""
	if p := f.pins[o.ID]; !p.Set || p.Locked {
		state = "  PIN " + f.pinState(p.Set, p.Locked)
	}
	return fmt.Sprintf("operator %d %s  %s  %s  %s%s%s", o.ID, o.Name, o.Phone.National(), o.Role, o.Language, state, unusual(o.Status))
}

// part is the part of an agent's tree that was asked for, under the agent's own line.
func (f *forest) part(t network.Tree, what network.Ref) branch {
	whole := f.agent(t)
	if what.Kind == network.AnAgent {
		return whole
	}
	top := branch{text: whole.text}
	for i, s := range t.Stores {
		if what.Kind == network.AStore && s.Store.ID == what.ID {
			top.under = []branch{whole.under[i]}
		}
		for j, c := range s.Tills {
			if what.Kind == network.ATill && c.Till.ID == what.ID {
				top.under = []branch{{text: whole.under[i].text, under: []branch{whole.under[i].under[j]}}}
			}
		}
	}
	return top
}
