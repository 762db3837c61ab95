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
	"senti/wallet/msisdn"
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
	w, err := a.together(ctx, t.deal(id.ID{}, deal.Waiting), a.now())
	if err != nil || w.Deposits < 2 || w.Gain == 0 {
		return nil, err
	}
	t.Marks |= deal.Split
	return &w, nil
}

// together is what a deposit at that time looks like beside those that went before it.
func (a *Agents) together(ctx context.Context, deposit deal.Deal, at time.Time) (Warning, error) {
	rules := a.market.At(at)
	deals, err := a.deals.OfCustomer(ctx, deposit.Customer, at.Add(-rules.Agents.SplitWindow), splitsMost)
	if err != nil {
		return Warning{}, err
	}
	amounts := []int64{deposit.Amount}
	w := Warning{Sum: deposit.Amount}
	for _, d := range deals {
		if d.Kind == ledger.CashIn && d.Agent == deposit.Agent && d.ID != deposit.ID && !d.AskedAt.After(at) && (d.State.Stands() || d.State == deal.Waiting) {
			amounts = append(amounts, d.Amount)
			w.Sum += d.Amount
		}
	}
	w.Deposits = len(amounts)
	w.Gain = commission.Gain(rules.Pay, commission.Deposit, amounts...)
	return w, nil
}

// splitsMost bounds how far back a customer's deposits are looked at: of more nobody keeps count.
const splitsMost = 50

// Warned is a deposit that was made although it looked like one of several parts: what the operator was warned of, and can show.
type Warned struct {
	At     time.Time
	Name   string // the customer's, as an operator sees it
	Amount int64  // minor units
	Warning
}

// Warnings returns the deposits of the last thirty days at the operator's till that were made against a warning, newest first: the evidence
// on which an agent may be spoken to, for the agent to read. The fault is not_operator.
func (a *Agents) Warnings(ctx context.Context, operator msisdn.Number, most int) ([]Warned, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return nil, err
	}
	deals, err := a.deals.Marked(ctx, post.Till.ID, deal.Split, a.now().Add(-warnedWithin), most)
	if err != nil {
		return nil, err
	}
	var out []Warned
	for _, d := range deals {
		w, err := a.together(ctx, d, d.AskedAt)
		if err != nil {
			return nil, err
		}
		out = append(out, Warned{d.AskedAt, d.Name, d.Amount, w})
	}
	return out, nil
}

const warnedWithin = 30 * 24 * time.Hour
