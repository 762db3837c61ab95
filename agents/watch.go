package agents

import (
	"context"
	"time"

	"senti/agents/commission"
	"senti/agents/deal"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// turned looks at what the customer did at counters today, and returns the marks of one more deal. Money that goes round and round
// earns nothing, nor does an operator's own wallet at the own agent's tills: then earned is set to zero. The commit looks again.
func (a *Agents) turned(ctx context.Context, c customer.Customer, at Counter, in, out int64, e *Earned) (deal.Marks, error) {
	var marks deal.Marks
	day, err := a.deals.DayOf(ctx, c.ID, a.now())
	if err != nil {
		return 0, err
	}
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

// Warning says to an operator what a deposit looks like, before it is made: the deposits that the same customer has just made
// with the same agent, which in one would have earned less. It is evidence the operator can read, and is kept with the deal.
type Warning struct {
	Deposits int   // how many, this one included
	Sum      int64 // of all of them, minor units
	Gain     int64 // what they earn more apart, minor units
}

// splits looks for deposits of that customer at the same agent's tills within the market's window whose sum, with this one, would
// have earned less.
func (a *Agents) splits(ctx context.Context, t *CashInTerms) (*Warning, error) {
	since := a.now().Add(-a.rules().SplitWindow)
	deals, err := a.deals.OfCustomer(ctx, t.Customer, since, splitsMost)
	if err != nil {
		return nil, err
	}
	amounts := []int64{t.Amount}
	w := Warning{Sum: t.Amount}
	for _, d := range deals {
		if d.Kind == ledger.CashIn && d.Agent == t.At.Agent && (d.State.Stands() || d.State == deal.Waiting) {
			amounts = append(amounts, d.Amount)
			w.Sum += d.Amount
		}
	}
	w.Deposits = len(amounts)
	w.Gain = commission.Gain(a.market.At(t.PricedAt).Pay, commission.Deposit, amounts...)
	if w.Deposits < 2 || w.Gain == 0 {
		return nil, nil //nolint:nilnil // no warning is no error
	}
	t.Marks |= deal.Split
	return &w, nil
}

// splitsMost bounds how far back a customer's deposits are looked at: of more nobody keeps count.
const splitsMost = 50
