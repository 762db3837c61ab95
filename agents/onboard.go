package agents

import (
	"context"
	"strconv"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/pin"
)

// AddAgent takes on an agent, with the account of what it will earn. By is who does it, as the audit names people. Faults: bad_name,
// agent_not_found (the parent), bad_request (class).
func (a *Agents) AddAgent(ctx context.Context, by string, n network.Agent) (network.Agent, error) {
	if _, ok := a.rules().Class(n.Class); !ok {
		return network.Agent{}, fault.New(fault.BadRequest, "field", "class")
	}
	numbers, err := a.numbers(ctx, 2)
	if err != nil {
		return network.Agent{}, err
	}
	n.ID, n.Payable, n.Status = numbers[0], numbers[1], network.Active
	outcome, err := a.register(ctx, act(by, "agent.add", "agent", n.ID, n),
		&ledger.NewAccount{ID: n.Payable, Type: ledger.Payable}, a.places.CreateAgent(n))
	if err != nil {
		return network.Agent{}, err
	}
	n.CreatedAt = outcome.At
	return n, nil
}

// AddStore opens a store of an agent. Faults: agent_not_found, bad_store_name, bad_ward.
func (a *Agents) AddStore(ctx context.Context, by string, n network.Store) (network.Store, error) {
	if _, ok := a.market.Ward(n.Ward); !ok {
		return network.Store{}, fault.New(fault.BadWard)
	}
	numbers, err := a.numbers(ctx, 1)
	if err != nil {
		return network.Store{}, err
	}
	n.ID, n.Status = numbers[0], network.Active
	outcome, err := a.register(ctx, act(by, "store.add", "store", n.ID, n), nil, a.places.CreateStore(n))
	if err != nil {
		return network.Store{}, err
	}
	n.CreatedAt = outcome.At
	return n, nil
}

// AddTill opens a till of a store, with its float account and the shop code that is painted on the wall. Faults: store_not_found,
// shop_code_taken.
func (a *Agents) AddTill(ctx context.Context, by string, n network.Till) (network.Till, error) {
	store, err := a.places.Store(ctx, n.Store)
	if err != nil {
		return network.Till{}, err
	}
	agent, err := a.places.Agent(ctx, store.Agent)
	if err != nil {
		return network.Till{}, err
	}
	numbers, err := a.numbers(ctx, 2)
	if err != nil {
		return network.Till{}, err
	}
	n.ID, n.Float, n.Agent, n.Status = numbers[0], numbers[1], agent.ID, network.Active
	n.Code = network.CodeOf(n.ID)
	outcome, err := a.register(ctx, act(by, "till.add", "till", n.ID, n),
		&ledger.NewAccount{ID: n.Float, Type: ledger.Float, Class: agent.Class}, a.places.CreateTill(n))
	if err != nil {
		return network.Till{}, err
	}
	n.CreatedAt = outcome.At
	return n, nil
}

// AddOperator puts somebody at a till, with a PIN for the counter if one is given. Faults: operator_taken, till_not_found,
// bad_name, weak_pin.
func (a *Agents) AddOperator(ctx context.Context, by string, n network.Operator, p *pin.PIN) (network.Operator, error) {
	place, err := a.places.ByTill(ctx, n.Till)
	if err != nil {
		return network.Operator{}, err
	}
	numbers, err := a.numbers(ctx, 1)
	if err != nil {
		return network.Operator{}, err
	}
	n.ID, n.Agent, n.Status = numbers[0], place.Agent.ID, network.Active
	companions := a.places.CreateOperator(n)
	if p != nil {
		if p.Weak(n.Phone.Plain()) {
			return network.Operator{}, fault.New(fault.WeakPIN)
		}
		set, err := a.wallet.PINs().Set(wallet.OperatorPIN(n.ID), *p)
		if err != nil {
			return network.Operator{}, err
		}
		companions = append(companions, set)
	}
	outcome, err := a.register(ctx, act(by, "operator.add", "operator", n.ID, n), nil, companions)
	if err != nil {
		return network.Operator{}, err
	}
	a.posts.Forget(n.Phone)
	n.CreatedAt = outcome.At
	return n, nil
}

// register commits that something came to be: its account, its rows, and the record of who did it.
func (a *Agents) register(ctx context.Context, what audit.Act, account *ledger.NewAccount, rows []ledger.Companion) (*ledger.Outcome, error) {
	plan := &ledger.Plan{ID: a.wallet.IDs().New(), Kind: ledger.Register, Companions: append(rows, a.audit.Add(what)...)}
	if account != nil {
		account.Currency = a.market.Currency.Code
		plan.Open = []ledger.NewAccount{*account}
	}
	return a.ledger.Commit(ctx, plan)
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
