package agents

import (
	"context"
	"time"

	"senti/agents/commission"
	"senti/agents/deal"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// turned looks at what the customer did at counters today, and returns the marks of one more deal. Money that goes round and round
// earns nothing, nor does an operator's own wallet at the own agent's tills: then earned is set to zero. The commit looks again.
func (a *Agents) turned(ctx context.Context, c customer.Customer, at Counter, in, out int64, e *Earned) (deal.Marks, error) {
	day, err := a.deals.DayOf(ctx, c.ID, a.now())
	if err != nil {
		return 0, err
	}
	return a.turnedOn(ctx, day, c, at, in, out, e)
}

// turnedOn is turned with the customer's day as it was read.
func (a *Agents) turnedOn(ctx context.Context, day deal.Day, c customer.Customer, at Counter, in, out int64, e *Earned) (deal.Marks, error) {
	var marks deal.Marks
	if out > 0 && day.In > day.Turned {
		marks |= deal.Loop
	}
	own, err := a.ownCounter(ctx, c, at)
	if err != nil {
		return 0, err
	}
	if own {
		marks |= deal.Own
	}
	if own || !day.Earns(in, out, a.rules().LoopsPaid) {
		*e = Earned{}
	}
	return marks, nil
}

// ownCounter reports whether the wallet belongs to somebody who works for the agent whose counter it is.
func (a *Agents) ownCounter(ctx context.Context, c customer.Customer, at Counter) (bool, error) {
	post, err := a.Post(ctx, c.Phone)
	if fault.HasCode(err, fault.NotOperator) {
		return false, nil
	}
	return err == nil && post.Agent.ID == at.Agent, err
}

// counted is a deal as the customer's day counts it in the commit.
func (a *Agents) counted(customerID, in, out int64, marks deal.Marks, e Earned, at time.Time) deal.Count {
	rules := a.market.At(at).Agents
	return deal.Count{
		Customer: customerID, In: in, Out: out, Own: marks.Has(deal.Own), OwnMax: rules.OwnWalletDay,
		Earning: e.Total() > 0, LoopsPaid: rules.LoopsPaid,
	}
}

// countedIn is counted for a deposit, which is looked at beside those before it.
func (a *Agents) countedIn(t CashInTerms, dealID id.ID) deal.Count {
	count := a.counted(t.Customer, t.Amount, 0, t.Marks, t.Earned, t.PricedAt)
	count.Part, count.Split, count.Seen = t.part(dealID), a.splitting(t), t.Seen
	return count
}

// part is the deposit as later ones are compared with it.
func (t CashInTerms) part(dealID id.ID) deal.Part {
	return deal.Part{Deal: dealID, Tree: deal.TreeOf(t.At.Agent, t.At.Super), Amount: t.Amount, Earned: t.Earned.Total()}
}

// splitting is when the market takes deposits for parts of one, seen from when the deposit was looked at.
func (a *Agents) splitting(t CashInTerms) deal.Splitting {
	rules, at := a.market.At(t.PricedAt), t.PricedAt
	if !t.LookedAt.IsZero() {
		at = t.LookedAt
	}
	return deal.Splitting{
		Since: at.Add(-rules.Agents.SplitWindow), Least: rules.Agents.SplitGain,
		InOne: func(sum int64) (int64, bool) { return commission.InOne(rules.Pay, commission.Deposit, sum) },
	}
}

// look notes in the terms what the deposit looks like beside those that the customer has made in the same tree of agents within the market's
// window. It is evidence, and the commit looks again.
func (a *Agents) look(day deal.Day, t *CashInTerms) {
	t.Seen = a.splitting(*t).Look(t.part(id.ID{}), day.Parts())
}

// splitWarning looks at a deposit before it is made, with those that wait for their customer too, and returns what the operator is to be warned
// of: nil for nothing.
func (a *Agents) splitWarning(ctx context.Context, day deal.Day, t *CashInTerms) (*deal.Seen, error) {
	a.look(day, t)
	warned, s := t.Seen, a.splitting(*t)
	waiting, err := a.deals.WaitingFor(ctx, t.Customer, s.Since)
	if err != nil {
		return nil, err
	}
	before := day.Parts()
	for _, d := range waiting {
		before = append(before, deal.Part{Deal: d.ID, At: d.AskedAt, Tree: deal.TreeOf(d.Agent, d.Super), Amount: d.Amount, Earned: d.Earned})
	}
	if with := s.Look(t.part(id.ID{}), before); with.Gain > warned.Gain {
		warned = with
	}
	if warned.Deposits == 0 {
		return nil, nil
	}
	t.Marks |= deal.Split
	return &warned, nil
}

// evidence is what keeps that a deposit was made although it looked like a part of another.
func (a *Agents) evidence(t CashInTerms, dealID id.ID) []ledger.Companion {
	if t.Seen.Deposits == 0 {
		return nil
	}
	return []ledger.Companion{a.deals.Keep(deal.Evidence{
		Deal: dealID, Till: t.At.Till, Agent: t.At.Agent, Super: t.At.Super, Operator: t.At.Operator, Customer: t.Customer,
		Seen: t.Seen, Warned: t.Marks.Has(deal.Split),
	})}
}
