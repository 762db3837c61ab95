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
// audit. Faults: agent_not_found, store_not_found, till_not_found, not_operator, place_closed.
func (a *Agents) Suspend(ctx context.Context, by string, what network.Ref, why string) error {
	return a.setStatus(ctx, by, what, network.Suspended, why)
}

// Resume undoes Suspend. What is suspended above or below stays so.
func (a *Agents) Resume(ctx context.Context, by string, what network.Ref, why string) error {
	return a.setStatus(ctx, by, what, network.Active, why)
}

func (a *Agents) setStatus(ctx context.Context, by string, what network.Ref, to network.Status, why string) error {
	row, err := a.statusRow(what, to)
	if err != nil {
		return err
	}
	floats, err := a.floatsUnder(ctx, what, to)
	if err != nil {
		return err
	}
	done := map[network.Status]string{network.Active: ".resume", network.Suspended: ".suspend"}[to]
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Change: floats, Companions: append([]ledger.Companion{row},
		a.audit.Add(audit.Act{Actor: by, Act: string(what.Kind) + done, Object: what.String(), Detail: audit.Detail(reason{why})})...)})
	if err == nil {
		a.posts.Clear()
	}
	return err
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
	const stopped = ledger.DebitBlocked | ledger.CreditBlocked
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

// CloseTill closes a till for good. Its float must have been paid out: destroyed against the bank, or sold to another till. Faults:
// till_not_found, account_not_empty (left), place_not_empty (left: operators), place_closed.
func (a *Agents) CloseTill(ctx context.Context, by string, till int64) error {
	p, err := a.places.ByTill(ctx, till)
	if err != nil {
		return err
	}
	return a.closed(ctx, act(by, "till.close", "till", till, p.Till), a.places.CloseTill(p.Till),
		ledger.AccountChange{Account: p.Till.Float, Raise: ledger.Closed, Empty: true})
}

// CloseStore closes a store all of whose tills are closed. Faults: store_not_found, place_not_empty (left), place_closed.
func (a *Agents) CloseStore(ctx context.Context, by string, store int64) error {
	s, err := a.places.Store(ctx, store)
	if err != nil {
		return err
	}
	return a.closed(ctx, act(by, "store.close", "store", store, s), a.places.CloseStore(s))
}

// CloseAgent closes an agent all of whose stores and agents are closed, and whose commission is paid out. Faults: agent_not_found,
// account_not_empty (left: commission), place_not_empty (left), place_closed.
func (a *Agents) CloseAgent(ctx context.Context, by string, agent int64) error {
	g, err := a.places.Agent(ctx, agent)
	if err != nil {
		return err
	}
	return a.closed(ctx, act(by, "agent.close", "agent", agent, g), a.places.CloseAgent(g),
		ledger.AccountChange{Account: g.Payable, Raise: ledger.Closed, Empty: true})
}

// CloseOperator ends somebody's work at a counter; the phone is free for another. Faults: not_operator, conflict (moved meanwhile).
func (a *Agents) CloseOperator(ctx context.Context, by string, operator int64) error {
	p, err := a.places.ByOperator(ctx, operator)
	if err != nil {
		return err
	}
	return a.closed(ctx, act(by, "operator.close", "operator", operator, p.Operator), a.places.CloseOperator(p.Operator))
}

// MoveOperator moves an operator to another till of the same agent. Faults: not_operator, till_not_found, other_agent, place_closed,
// conflict.
func (a *Agents) MoveOperator(ctx context.Context, by string, operator, till int64) error {
	p, err := a.places.ByOperator(ctx, operator)
	if err != nil {
		return err
	}
	moved := struct{ From, To int64 }{p.Till.ID, till}
	return a.closed(ctx, act(by, "operator.move", "operator", operator, moved), a.places.MoveOperator(p.Operator, till))
}

// closed commits the rows and accounts of an act and the record of who did it.
func (a *Agents) closed(ctx context.Context, what audit.Act, rows []ledger.Companion, accounts ...ledger.AccountChange) error {
	_, err := a.ledger.Commit(ctx, &ledger.Plan{Change: accounts, Companions: append(rows, a.audit.Add(what)...)})
	if err == nil {
		a.posts.Clear()
	}
	return err
}
