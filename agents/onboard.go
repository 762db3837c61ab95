package agents

import (
	"context"
	"strconv"

	"senti/agents/network"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// AddAgent takes on an agent, with the account of what it will earn. By is who does it, as the audit names people; what comes with it,
// such as whether that person may, is decided first. Faults: bad_name, agent_not_found (the parent), other_agent (it is none to be
// under), place_closed, bad_request (class).
func (a *Agents) AddAgent(ctx context.Context, by string, n network.Agent, with ...ledger.Companion) (network.Agent, error) {
	if _, ok := a.rules().Class(n.Class); !ok {
		return network.Agent{}, fault.New(fault.BadRequest, "field", "class")
	}
	numbers, err := a.numbers(ctx, 2)
	if err != nil {
		return network.Agent{}, err
	}
	n.ID, n.Payable, n.Status = numbers[0], numbers[1], network.Active
	outcome, err := a.register(ctx, a.agentPlan(by, n), with)
	if err != nil {
		return network.Agent{}, err
	}
	n.CreatedAt = outcome.At
	return n, nil
}

// agentPlan is what taking on an agent commits.
func (a *Agents) agentPlan(by string, n network.Agent) ledger.Plan {
	return a.registration(act(by, "agent.add", "agent", n.ID, n), &ledger.NewAccount{ID: n.Payable, Type: ledger.Payable}, a.places.CreateAgent(n))
}

// AddStore opens a store of an agent. Faults: agent_not_found, bad_store_name, bad_ward, place_closed.
func (a *Agents) AddStore(ctx context.Context, by string, n network.Store, with ...ledger.Companion) (network.Store, error) {
	if _, ok := a.market.Ward(n.Ward); !ok {
		return network.Store{}, fault.New(fault.BadWard)
	}
	numbers, err := a.numbers(ctx, 1)
	if err != nil {
		return network.Store{}, err
	}
	n.ID, n.Status = numbers[0], network.Active
	outcome, err := a.register(ctx, a.registration(act(by, "store.add", "store", n.ID, n), nil, a.places.CreateStore(n)), with)
	if err != nil {
		return network.Store{}, err
	}
	n.CreatedAt = outcome.At
	return n, nil
}

// AddTill opens a till of a store, with its float account and the shop code that is painted on the wall. Faults: store_not_found,
// place_closed, shop_code_taken.
func (a *Agents) AddTill(ctx context.Context, by string, n network.Till, with ...ledger.Companion) (network.Till, error) {
	numbers, err := a.numbers(ctx, 2)
	if err != nil {
		return network.Till{}, err
	}
	n.ID, n.Float = numbers[0], numbers[1]
	for try := 1; ; try++ {
		opened, plan, err := a.tillPlan(ctx, by, n)
		if err != nil {
			return network.Till{}, err
		}
		outcome, err := a.register(ctx, plan, with)
		if err == nil {
			opened.CreatedAt = outcome.At
			return opened, nil
		}
		if try == decidedMost || !fault.HasCode(err, fault.Conflict) {
			return network.Till{}, err
		}
	}
}

// tillPlan is the till of those numbers as it will be, and what opening it commits. Under what is suspended its float is stopped.
func (a *Agents) tillPlan(ctx context.Context, by string, n network.Till) (network.Till, ledger.Plan, error) {
	p, err := a.storeAbove(ctx, n.Store)
	if err != nil {
		return n, ledger.Plan{}, err
	}
	n.Agent, n.Status, n.Code = p.Agent.ID, network.Active, network.CodeOf(n.ID)
	p.Till = n
	plan := a.registration(act(by, "till.add", "till", n.ID, n),
		&ledger.NewAccount{ID: n.Float, Type: ledger.Float, Class: p.Agent.Class}, append(a.places.Above(p), a.places.CreateTill(n)...))
	plan.Change = floats([]network.Place{p})
	return n, plan, nil
}

// storeAbove is a place that has a store, and no till yet.
func (a *Agents) storeAbove(ctx context.Context, store int64) (p network.Place, err error) {
	if p.Store, err = a.places.Store(ctx, store); err != nil {
		return p, err
	}
	if p.Agent, err = a.places.Agent(ctx, p.Store.Agent); err != nil || p.Agent.Parent == 0 {
		return p, err
	}
	p.Super, err = a.places.Agent(ctx, p.Agent.Parent)
	return p, err
}

// registration is the plan by which something comes to be: its account, its rows, and the record of who did it.
func (a *Agents) registration(what audit.Act, account *ledger.NewAccount, rows []ledger.Companion) ledger.Plan {
	plan := ledger.Plan{Kind: ledger.Register, Companions: append(rows, a.audit.Add(what)...)}
	if account != nil {
		account.Currency = a.market.Currency.Code
		plan.Open = []ledger.NewAccount{*account}
	}
	return plan
}

// register commits a registration, under an ID of its own.
func (a *Agents) register(ctx context.Context, plan ledger.Plan, with []ledger.Companion) (*ledger.Outcome, error) {
	plan.ID = a.wallet.IDs().New()
	plan.Companions = append(with, plan.Companions...)
	return a.ledger.Commit(ctx, &plan)
}

func (a *Agents) numbers(ctx context.Context, count int) ([]int64, error) {
	out := make([]int64, count)
	for i := range out {
		n, err := a.ledger.Numbers(ctx)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

func act(by, what, object string, number int64, detail any) audit.Act {
	return audit.Act{Actor: by, Act: what, Object: object + ":" + strconv.FormatInt(number, 10), Detail: audit.Detail(detail)}
}
