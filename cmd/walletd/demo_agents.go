package main

import (
	"context"
	"slices"

	"senti/agents"
	"senti/agents/network"
	"senti/ussd/simulator"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// seedAgents takes on the agents of the demo. It goes on where a start was cut off, and leaves alone what is there, whatever became of it.
func (a *app) seedAgents(ctx context.Context, cast demoCast) error {
	for _, step := range a.agentSeeds(cast) {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// agentSeeds are the steps of that, in order: each commits once or finds that it has nothing to do.
func (a *app) agentSeeds(cast demoCast) []func(context.Context) error {
	steps := []func(context.Context) error{
		func(ctx context.Context) error { return a.seedBank(ctx, cast) }, func(ctx context.Context) error { return a.seedHead(ctx, cast) },
	}
	for _, s := range cast.shops {
		for _, step := range []func(context.Context, demoShop) error{a.seedStore, a.seedTill, a.seedOperator, a.seedOpening, a.seedFloat, a.seedNominated} {
			steps = append(steps, func(ctx context.Context) error { return step(ctx, s) })
		}
	}
	return steps
}

func (a *app) seedBank(ctx context.Context, cast demoCast) error {
	classes := a.market.At(a.wallet.Clock().Now()).Agents.Classes
	return a.seedAgent(ctx, network.Agent{Kind: network.Super, Name: cast.bank, Class: classes[len(classes)-1].Number})
}

func (a *app) seedHead(ctx context.Context, cast demoCast) error {
	bank, err := a.demoAgent(ctx, cast.bank)
	if err != nil {
		return err
	}
	return a.seedAgent(ctx, network.Agent{Kind: network.Head, Parent: bank.ID, Name: cast.head,
		Class: a.market.At(a.wallet.Clock().Now()).Agents.Classes[0].Number})
}

func (a *app) seedAgent(ctx context.Context, n network.Agent) error {
	there, err := a.demoAgent(ctx, n.Name)
	if err == nil && there.ID == 0 {
		_, err = a.agents.AddAgent(ctx, audit.System, n)
	}
	return err
}

// demoAgent is the business of that name, of ID 0 when it is not there yet.
func (a *app) demoAgent(ctx context.Context, name string) (network.Agent, error) {
	all, err := a.agents.Places().Agents(ctx, 0, agentsLooked)
	if i := slices.IndexFunc(all, func(g network.Agent) bool { return g.Name == name }); i >= 0 {
		return all[i], err
	}
	return network.Agent{}, err
}

// agentsLooked is how many agents are looked at for those of the demo, which are among the first.
const agentsLooked = 100

func (a *app) seedStore(ctx context.Context, s demoShop) error {
	owner, store, err := a.demoStore(ctx, s)
	if err == nil && store.Store.ID == 0 {
		_, err = a.agents.AddStore(ctx, audit.System, network.Store{Agent: owner.ID, Name: s.store, Ward: a.market.Wards[s.ward].Code, Landmark: s.landmark})
	}
	return err
}

// demoStore is whose a store is, and the store with its tills, of ID 0 when it is not there yet.
func (a *app) demoStore(ctx context.Context, s demoShop) (network.Agent, network.StoreTree, error) {
	cast, err := demoCastOf(a.market)
	if err != nil {
		return network.Agent{}, network.StoreTree{}, err
	}
	name := cast.head
	if s.super {
		name = cast.bank
	}
	owner, err := a.demoAgent(ctx, name)
	if err != nil {
		return owner, network.StoreTree{}, err
	}
	tree, err := a.agents.Places().Tree(ctx, owner.ID)
	if i := slices.IndexFunc(tree.Stores, func(t network.StoreTree) bool { return t.Store.Name == s.store }); i >= 0 {
		return owner, tree.Stores[i], err
	}
	return owner, network.StoreTree{}, err
}

func (a *app) seedTill(ctx context.Context, s demoShop) error {
	_, store, err := a.demoStore(ctx, s)
	if err == nil && len(store.Tills) == 0 {
		_, err = a.agents.AddTill(ctx, audit.System, network.Till{Store: store.Store.ID, Label: "till 1"})
	}
	return err
}

// seedOperator puts the operator at the till, with the ID number by which a forgotten PIN is set anew.
func (a *app) seedOperator(ctx context.Context, s demoShop) error {
	_, err := a.agents.Places().ByPhone(ctx, s.phone)
	if !fault.HasCode(err, fault.NotOperator) {
		return err
	}
	_, store, err := a.demoStore(ctx, s)
	if err != nil || len(store.Tills[0].Operators) > 0 { // whoever was taken on has left since
		return err
	}
	draft, err := a.wallet.ParseIDNumber(s.phone, s.id)
	if err != nil {
		return err
	}
	p, err := pin.Parse(s.pin)
	if err != nil {
		return err
	}
	_, err = a.agents.Hire(ctx, audit.System, agents.Hiring{ID: draft, PIN: &p, Operator: network.Operator{
		Till: store.Tills[0].Till.ID, Phone: s.phone, Name: s.name, Language: s.language, Role: network.Manager}})
	return err
}

// seedOpening opens the till, which has traded before: to open it is not its first time, for which it would need more float.
func (a *app) seedOpening(ctx context.Context, s demoShop) error {
	_, store, err := a.demoStore(ctx, s)
	if err != nil {
		return err
	}
	till := store.Tills[0].Till
	if _, before, err := a.agents.Offers().Drawer(ctx, till.ID); before || err != nil || till.Status != network.Active {
		return err
	}
	return a.agents.OpenSeed(ctx, audit.System, till.ID)
}

// seedFloat gives the till its float, once.
func (a *app) seedFloat(ctx context.Context, s demoShop) error {
	_, store, err := a.demoStore(ctx, s)
	if err != nil {
		return err
	}
	till := store.Tills[0].Till
	_, err = a.wallet.Issue(ctx, till.Float, s.float*a.market.Currency.MinorPerUnit(), "opening float of "+string(till.Code))
	return err
}

// seedNominated has the agent's commission paid to the first of its tills.
func (a *app) seedNominated(ctx context.Context, s demoShop) error {
	owner, store, err := a.demoStore(ctx, s)
	if err != nil || owner.Nominated != 0 || store.Tills[0].Till.Status == network.Closed {
		return err
	}
	return a.agents.Nominate(ctx, audit.System, owner.ID, store.Tills[0].Till.ID)
}

// counterPhones are the operators' phones. What is painted on the shop's wall stands beside them.
func (a *app) counterPhones(ctx context.Context, cast demoCast) ([]simulator.Seed, error) {
	var out []simulator.Seed
	for _, s := range cast.shops {
		post, err := a.agents.Places().ByPhone(ctx, s.phone)
		if err != nil {
			return nil, err
		}
		role := "Operator"
		if s.super {
			role = "Super-agent"
		}
		out = append(out, simulator.Seed{Phone: s.phone, PIN: s.pin, Role: role, Note: "shop " + string(post.Till.Code) + ", " + s.store})
	}
	return out, nil
}
