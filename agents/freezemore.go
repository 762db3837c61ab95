package agents

import (
	"context"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/sweep"
)

// When a customer says that the cash was not paid, the till may not have the sum any more. What comes to its float afterwards is then
// frozen too, until the sum is reached: what a till owes it does not lend or pay in elsewhere first.

// FreezeMore freezes of each float what cases about cash that was not paid still lack of it, the oldest case first, and tells the
// operators; the customer is told when the sum is whole. It returns how many cases got something; page is how many are read at once.
// It may run twice at the same time.
func (a *Agents) FreezeMore(ctx context.Context, page int) (int, error) {
	return sweep.All(ctx, func(after deal.Case) ([]deal.Case, error) {
		return a.deals.ShortCases(ctx, deal.NotPaid, after, page)
	}, func(c deal.Case) (bool, error) { return a.freezeMore(ctx, c) })
}

// freezeMore freezes what one case lacks, as far as it is there. What somebody else does to the case meanwhile counts.
func (a *Agents) freezeMore(ctx context.Context, c deal.Case) (bool, error) {
	place, err := a.places.ByTill(ctx, c.Till)
	if err != nil {
		return false, err
	}
	float, err := a.ledger.Account(ctx, place.Till.Float)
	if err != nil || float.Available() <= 0 {
		return false, err
	}
	_, t, err := a.mend(ctx, c.Deal)
	if err != nil {
		return false, err
	}
	operators, err := a.whoWorks(ctx, c.Till)
	if err != nil {
		return false, err
	}
	plan, hold := a.freezePlan(c, t, operators)
	outcome, err := a.ledger.Commit(ctx, plan)
	switch {
	case fault.HasCode(err, fault.Conflict), fault.HasCode(err, fault.HoldClosed):
		return false, nil
	case err != nil:
		return false, err
	}
	a.wallet.Wake()
	return outcome.Taken(hold) > c.Held, nil
}

// freezePlan takes a greater hold in place of the one the case has.
func (a *Agents) freezePlan(c deal.Case, t MendTerms, operators []network.Operator) (plan *ledger.Plan, hold id.ID) {
	plan = &ledger.Plan{ID: a.wallet.IDs().New(), Kind: ledger.HoldTake, Corrects: c.Deal, Rules: t.Rules}
	hold = id.Derive(plan.ID, "senti.case.float.v1:"+c.ID.String())
	if !c.FloatHold.IsZero() {
		plan.Holds = append(plan.Holds, ledger.HoldAct{Verb: ledger.ReleaseHold, Hold: c.FloatHold, Account: t.At.Float})
	}
	plan.Holds = append(plan.Holds, freeze(hold, t.At.Float, c.Amount, a.now()))
	whole := a.saidNotPaid(t, hold)
	plan.Companions = append([]ledger.Companion{
		a.deals.HoldMore(c.ID, c.Held, id.ID{}, hold),
		a.message(plan, toCustomer, t.Party.Phone, func(o *ledger.Outcome) string {
			if o.Taken(hold) < c.Amount {
				return ""
			}
			return whole(o)
		}),
	}, a.tell(plan, operators, func(language string) text { return a.frozeMore(language, hold, c, t) })...)
	return plan, hold
}

// frozeMore tells an operator how much of new float is frozen; nothing, if it was none.
func (a *Agents) frozeMore(language string, hold id.ID, c deal.Case, t MendTerms) text {
	return func(o *ledger.Outcome) string {
		more := o.Taken(hold) - c.Held
		if more <= 0 {
			return ""
		}
		return a.frozen(language, "sms.notpaid.more", hold, append(a.ofMend(t), a.wallet.Money("more", more)))(o)
	}
}
