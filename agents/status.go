package agents

import (
	"context"
	"slices"

	"senti/agents/network"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/outbox"
)

// Suspend stops an agent, a store, a till or an operator, and Resume lets them work again. A till that may not work is stopped where
// nobody gets past it: the flags of its float account, in the same commit as the status. By is who does it, why is kept in the
// audit, and what comes with it is decided first. Faults: agent_not_found, store_not_found, till_not_found, not_operator,
// place_closed.
func (a *Agents) Suspend(ctx context.Context, by string, what network.Ref, why string, with ...ledger.Companion) error {
	return a.decidedOn(ctx, with, func() (ledger.Plan, error) { return a.statusPlan(ctx, by, what, network.Suspended, why) })
}

// Resume undoes Suspend. What is suspended above or below stays so.
func (a *Agents) Resume(ctx context.Context, by string, what network.Ref, why string, with ...ledger.Companion) error {
	return a.decidedOn(ctx, with, func() (ledger.Plan, error) { return a.statusPlan(ctx, by, what, network.Active, why) })
}

// decidedOn commits what was decided on what was read, and decides anew when that was changed meanwhile.
func (a *Agents) decidedOn(ctx context.Context, with []ledger.Companion, decide func() (ledger.Plan, error)) error {
	for try := 1; ; try++ {
		plan, err := decide()
		err = a.changed(ctx, plan, err, with)
		if try == decidedMost || !fault.HasCode(err, fault.Conflict) {
			return err
		}
	}
}

// decidedMost is how often something is decided that others change all the while.
const decidedMost = 5

// changed commits what was decided about somebody or some place, and forgets who works where.
func (a *Agents) changed(ctx context.Context, plan ledger.Plan, err error, with []ledger.Companion) error {
	if err != nil {
		return err
	}
	plan.Companions = slices.Concat(with, plan.Companions)
	if _, err := a.ledger.Commit(ctx, &plan); err != nil {
		return err
	}
	a.posts.Clear()
	return nil
}

// statusPlan is what Suspend and Resume commit: which floats may move follows from statuses that were read, so the commit sees to it that
// those are still the same.
func (a *Agents) statusPlan(ctx context.Context, by string, what network.Ref, to network.Status, why string) (plan ledger.Plan, err error) {
	row, err := a.statusRow(what, to)
	if err != nil {
		return ledger.Plan{}, err
	}
	if what.Kind != network.AnOperator {
		branch, err := a.places.Branch(ctx, what)
		if err != nil {
			return ledger.Plan{}, err
		}
		plan.Companions, plan.Change = a.places.Unchanged(branch), floats(branch.Places(to))
	}
	done := map[network.Status]string{network.Active: ".resume", network.Suspended: ".suspend"}[to]
	plan.Companions = append(plan.Companions, row)
	plan.Companions = append(plan.Companions, a.audit.Add(act(by, string(what.Kind)+done, string(what.Kind), what.ID, reason{why}))...)
	return plan, nil
}

type reason struct {
	Why string `json:"why"`
}

// statusRow is the companion that changes the status of the thing itself.
func (a *Agents) statusRow(what network.Ref, to network.Status) (ledger.Companion, error) {
	switch what.Kind {
	case network.AnAgent:
		return a.places.ChangeAgent(what.ID, func(r *network.Agent) *fault.Error { r.Status = to; return nil }), nil
	case network.AStore:
		return a.places.ChangeStore(what.ID, func(r *network.Store) *fault.Error { r.Status = to; return nil }), nil
	case network.ATill:
		return a.places.ChangeTill(what.ID, func(r *network.Till) *fault.Error { r.Status = to; return nil }), nil
	case network.AnOperator:
		return a.places.ChangeOperator(what.ID, func(r *network.Operator) *fault.Error { r.Status = to; return nil }), nil
	}
	return nil, fault.New(fault.BadRequest, "field", "kind")
}

// stopped are the flags of a float account that nothing goes out of or into.
const stopped = ledger.DebitBlocked | ledger.CreditBlocked

// floats are the changes to the float accounts of tills: free where all may do business, else stopped.
func floats(places []network.Place) []ledger.AccountChange {
	out := make([]ledger.AccountChange, len(places))
	for i, p := range places {
		out[i] = ledger.AccountChange{Account: p.Till.Float, Raise: stopped}
		if p.Serving() {
			out[i] = ledger.AccountChange{Account: p.Till.Float, Lower: stopped}
		}
	}
	return out
}

// MoveOperator moves an operator to another till of the same agent, and tells where. Faults: not_operator, till_not_found, other_agent,
// place_closed.
func (a *Agents) MoveOperator(ctx context.Context, by string, operator, till int64, why string, with ...ledger.Companion) error {
	err := a.decidedOn(ctx, with, func() (ledger.Plan, error) { return a.movePlan(ctx, by, operator, till, why) })
	if err == nil {
		a.wallet.Wake()
	}
	return err
}

func (a *Agents) movePlan(ctx context.Context, by string, operator, till int64, why string) (ledger.Plan, error) {
	from, err := a.places.ByOperator(ctx, operator)
	if err != nil {
		return ledger.Plan{}, err
	}
	to, err := a.places.ByTill(ctx, till)
	if err != nil {
		return ledger.Plan{}, err
	}
	said := a.texts.Say(from.Operator.Language, "sms.operator.moved", i18n.Text("shop", a.shop(to)), i18n.Text("label", to.Till.Label))
	plan := ledger.Plan{Companions: append(a.places.MoveOperator(from.Operator, till),
		a.wallet.Messages().Add(outbox.Notice, a.wallet.IDs().New(), from.Operator.Phone, func(*ledger.Outcome) string { return said }))}
	plan.Companions = append(plan.Companions, a.audit.Add(act(by, "operator.move", "operator", operator, change{why, from.Till.ID, till}))...)
	return plan, nil
}
