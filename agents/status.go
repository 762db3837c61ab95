package agents

import (
	"context"

	"senti/agents/network"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// Suspend stops an agent, a store, a till or an operator, and Resume lets them work again. A till that may not work is stopped where
// nobody gets past it: the flags of its float account, in the same commit as the status. By is who does it, why is kept in the
// audit, and what comes with it is decided first. Faults: agent_not_found, store_not_found, till_not_found, not_operator,
// place_closed.
func (a *Agents) Suspend(ctx context.Context, by string, what network.Ref, why string, with ...ledger.Companion) error {
	plan, err := a.statusPlan(ctx, by, what, network.Suspended, why)
	return a.changed(ctx, plan, err, with)
}

// Resume undoes Suspend. What is suspended above or below stays so.
func (a *Agents) Resume(ctx context.Context, by string, what network.Ref, why string, with ...ledger.Companion) error {
	plan, err := a.statusPlan(ctx, by, what, network.Active, why)
	return a.changed(ctx, plan, err, with)
}

// changed commits what was decided about somebody or some place, and forgets who works where.
func (a *Agents) changed(ctx context.Context, plan ledger.Plan, err error, with []ledger.Companion) error {
	if err != nil {
		return err
	}
	plan.Companions = append(with, plan.Companions...)
	if _, err := a.ledger.Commit(ctx, &plan); err != nil {
		return err
	}
	a.posts.Clear()
	return nil
}

func (a *Agents) statusPlan(ctx context.Context, by string, what network.Ref, to network.Status, why string) (ledger.Plan, error) {
	row, err := a.statusRow(what, to)
	if err != nil {
		return ledger.Plan{}, err
	}
	floats, err := a.floatsUnder(ctx, what, to)
	if err != nil {
		return ledger.Plan{}, err
	}
	done := map[network.Status]string{network.Active: ".resume", network.Suspended: ".suspend"}[to]
	return ledger.Plan{Change: floats, Companions: append([]ledger.Companion{row},
		a.audit.Add(audit.Act{Actor: by, Act: string(what.Kind) + done, Object: what.String(), Detail: audit.Detail(reason{why})})...)}, nil
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

// floatsUnder are the changes to the float accounts of all tills under it: stopped, or free again where nothing else about the till is
// stopped.
func (a *Agents) floatsUnder(ctx context.Context, what network.Ref, to network.Status) ([]ledger.AccountChange, error) {
	var tills []network.Place
	var err error
	switch what.Kind {
	case network.AnAgent:
		tills, err = a.places.Find(ctx, network.Search{Tree: what.ID})
	case network.AStore:
		tills, err = a.places.Find(ctx, network.Search{Store: what.ID})
	case network.ATill:
		var p network.Place
		p, err = a.places.ByTill(ctx, what.ID)
		tills = []network.Place{p}
	case network.AnOperator:
	}
	if err != nil {
		return nil, err
	}
	var out []ledger.AccountChange
	for _, p := range tills {
		switch {
		case p.Till.Status == network.Closed:
		case to == network.Suspended:
			out = append(out, ledger.AccountChange{Account: p.Till.Float, Raise: stopped})
		case p.With(what, to).Serving():
			out = append(out, ledger.AccountChange{Account: p.Till.Float, Lower: stopped})
		}
	}
	return out, nil
}

// Close ends it for good, from below: an operator, whose phone is then free for another; a till without operators, whose float was
// paid out (destroyed against the bank, or sold to another till); a store without tills; an agent without stores and agents under it,
// whose commission was paid out. Faults: agent_not_found, store_not_found, till_not_found, not_operator, place_not_empty (left),
// account_not_empty (left), place_closed, conflict (moved meanwhile).
func (a *Agents) Close(ctx context.Context, by string, what network.Ref, why string, with ...ledger.Companion) error {
	plan, err := a.closePlan(ctx, by, what, why)
	return a.changed(ctx, plan, err, with)
}

func (a *Agents) closePlan(ctx context.Context, by string, what network.Ref, why string) (plan ledger.Plan, err error) {
	last := struct { // what was closed, as it was
		Why string `json:"why"`
		Was any    `json:"was"`
	}{Why: why}
	switch what.Kind {
	case network.AnAgent:
		var g network.Agent
		g, err = a.places.Agent(ctx, what.ID)
		last.Was, plan.Companions = g, a.places.CloseAgent(g)
		plan.Change = []ledger.AccountChange{{Account: g.Payable, Raise: ledger.Closed, Empty: true}}
	case network.AStore:
		var s network.Store
		s, err = a.places.Store(ctx, what.ID)
		last.Was, plan.Companions = s, a.places.CloseStore(s)
	case network.ATill:
		var p network.Place
		p, err = a.places.ByTill(ctx, what.ID)
		last.Was, plan.Companions = p.Till, a.places.CloseTill(p.Till)
		plan.Change = []ledger.AccountChange{{Account: p.Till.Float, Raise: ledger.Closed, Empty: true}}
	case network.AnOperator:
		var p network.Post
		p, err = a.places.ByOperator(ctx, what.ID)
		last.Was, plan.Companions = p.Operator, a.places.CloseOperator(p.Operator)
	default:
		err = fault.New(fault.BadRequest, "field", "kind")
	}
	if err != nil {
		return ledger.Plan{}, err
	}
	plan.Companions = append(plan.Companions, a.audit.Add(act(by, string(what.Kind)+".close", string(what.Kind), what.ID, last))...)
	return plan, nil
}

// MoveOperator moves an operator to another till of the same agent. Faults: not_operator, till_not_found, other_agent, place_closed,
// conflict.
func (a *Agents) MoveOperator(ctx context.Context, by string, operator, till int64, with ...ledger.Companion) error {
	p, err := a.places.ByOperator(ctx, operator)
	if err != nil {
		return err
	}
	moved := struct{ From, To int64 }{p.Till.ID, till}
	plan := ledger.Plan{Companions: append(a.places.MoveOperator(p.Operator, till),
		a.audit.Add(act(by, "operator.move", "operator", operator, moved))...)}
	return a.changed(ctx, plan, nil, with)
}
