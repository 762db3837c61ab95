package agents

import (
	"context"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Earnings are what a till has earned its agent, as its operator sees it at once. Amounts are minor units.
type Earnings struct {
	Today, Month int64 // with the deals that stand, by the day they were made
	Manager      bool  // the operator may see what the agent is owed
	Owed         int64 // to the agent, by all its tills, until it is paid out; for a Manager
	Items        []Earning
}

// Earning is one deal as a list of earnings shows it.
type Earning struct {
	At     time.Time
	Kind   ledger.Kind
	Amount int64 // of the deal
	Earned int64 // by the agent; below zero where it was taken back
}

// Earnings returns what the operator's till has earned, with at most that many newest deals of this month, to who knows the
// operator's PIN. A deal that was undone is there twice: as it earned, and as that was taken back.
//
// Faults: not_operator, wrong_pin (left), pin_locked, no_pin.
func (a *Agents) Earnings(ctx context.Context, operator msisdn.Number, typed pin.PIN, most int) (Earnings, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return Earnings{}, err
	}
	if err := a.prove(ctx, post, typed); err != nil {
		return Earnings{}, err
	}
	now := a.now()
	today := a.market.Day(now)
	begins := a.market.Begins(today - today%100 + 1)
	e := Earnings{Manager: post.Operator.Role == network.Manager}
	if e.Today, err = a.earnedSince(ctx, post.Till.ID, a.market.Begins(today)); err != nil {
		return Earnings{}, err
	}
	if e.Month, err = a.earnedSince(ctx, post.Till.ID, begins); err != nil {
		return Earnings{}, err
	}
	if e.Manager {
		payable, err := a.ledger.Account(ctx, post.Agent.Payable)
		if err != nil {
			return Earnings{}, err
		}
		e.Owed = payable.Balance
	}
	deals, err := a.deals.OfTill(ctx, post.Till.ID, begins, most)
	for _, d := range deals {
		e.Items = append(e.Items, earningsOf(d)...)
	}
	return e, err
}

// prove compares an operator's PIN and counts it, and nothing else happens.
func (a *Agents) prove(ctx context.Context, post network.Post, typed pin.PIN) error {
	_, err := a.ledger.Commit(ctx, &ledger.Plan{
		Companions: []ledger.Companion{a.wallet.PINs().Check(wallet.OperatorPIN(post.Operator.ID), typed)},
	})
	return err
}

// earnedSince is what the deals of a till that stand have earned its own agent.
func (a *Agents) earnedSince(ctx context.Context, till int64, from time.Time) (int64, error) {
	sums, err := a.deals.Sums(ctx, till, from, a.now().Add(time.Hour)) // the books may be ahead of this clock
	return sums.Earned - sums.EarnedSuper, err
}

// earningsOf is a deal as the list shows it, newest line first: nothing while it has earned nothing yet.
func earningsOf(d deal.Deal) []Earning {
	line := Earning{At: d.AskedAt, Kind: d.Kind, Amount: d.Amount, Earned: d.Earned - d.EarnedSuper}
	switch {
	case d.State.Stands():
		return []Earning{line}
	case d.State == deal.Returned || d.State == deal.Reversed:
		undone := line
		undone.At, undone.Earned = d.EndedAt, -line.Earned
		return []Earning{undone, line}
	}
	return nil
}
