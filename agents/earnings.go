package agents

import (
	"context"
	"slices"
	"time"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Earnings are what a till has earned its agent, as its operator sees it at once. Amounts are minor units.
type Earnings struct {
	Today, Month int64 // what was earned in that time, less what was taken back in it, of whatever day's deals
	Manager      bool  // the operator may see what the agent is owed
	Owed         int64 // to the agent, by all its tills, until it is paid out; for a Manager
	Items        []Earning
}

// Earning is one deal as a list of earnings shows it.
type Earning struct {
	At     time.Time // of the earning: for a deal that waited that is its customer's yes
	Kind   ledger.Kind
	Amount int64 // of the deal
	Earned int64 // by the agent; below zero where it was taken back
}

// Earnings returns what the operator's till has earned, with at most that many newest lines of this month, to who knows the
// operator's PIN. A deal that was undone is there twice: as it earned, and as that was taken back, each at its own time.
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
	e, begins, err := a.soFar(ctx, post)
	if err != nil {
		return Earnings{}, err
	}
	e.Manager = post.Operator.Role == network.Manager
	if e.Manager {
		payable, err := a.ledger.Account(ctx, post.Agent.Payable)
		if err != nil {
			return Earnings{}, err
		}
		e.Owed = payable.Balance
	}
	e.Items, err = a.earningsAt(ctx, post.Place, begins, a.soon(), most, ownPart)
	return e, err
}

// soFar is what the till has earned today and this month, which begins then.
func (a *Agents) soFar(ctx context.Context, post network.Post) (e Earnings, begins time.Time, err error) {
	today := a.market.Day(a.now())
	begins = a.market.Begins(today - today%100 + 1)
	days, err := a.deals.Earnings(ctx, []int64{post.Till.ID}, begins, a.soon())
	for _, d := range days {
		earned := d.Earned - d.EarnedSuper - d.Taken + d.TakenSuper
		if e.Month += earned; d.Day == today {
			e.Today += earned
		}
	}
	return e, begins, err
}

// soon is a moment that no posting can be after: the books may be ahead of this clock.
func (a *Agents) soon() time.Time { return a.now().Add(time.Hour) }

// prove compares an operator's PIN and counts it, and nothing else happens.
func (a *Agents) prove(ctx context.Context, post network.Post, typed pin.PIN) error {
	_, err := a.ledger.Commit(ctx, &ledger.Plan{
		Companions: []ledger.Companion{a.wallet.PINs().Check(wallet.OperatorPIN(post.Operator.ID), typed)},
	})
	return err
}

// ownPart is what of that much, with that part of the super-agent's, is the agent's own.
func ownPart(earned, super int64) int64 { return earned - super }

// earningsAt are what was earned and taken back at a till in a time, newest first: of each the part that somebody is to see.
func (a *Agents) earningsAt(ctx context.Context, p network.Place, from, to time.Time, most int, part func(earned, super int64) int64) ([]Earning, error) {
	deals, err := a.deals.EarnedOfTill(ctx, p.Till.ID, from, to, most)
	if err != nil {
		return nil, err
	}
	turns, err := a.deals.TurnsOfTill(ctx, p.Till.ID, from, to, most)
	if err != nil {
		return nil, err
	}
	var out []Earning
	for _, t := range turns { // before the deals: of one moment the later is the undoing
		out = append(out, Earning{At: t.At, Kind: t.Kind, Amount: t.Amount, Earned: part(t.Earned, t.EarnedSuper)})
	}
	for _, d := range deals {
		out = append(out, Earning{At: d.AskedAt, Kind: d.Kind, Amount: d.Amount, Earned: part(d.Earned, d.EarnedSuper)})
	}
	slices.SortStableFunc(out, func(x, y Earning) int { return y.At.Compare(x.At) })
	return out[:min(len(out), most)], nil
}
