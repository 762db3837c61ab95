package main

import (
	"context"
	"slices"

	"senti/agents"
	"senti/agents/network"
	"senti/ussd/simulator"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// demoShop is a store with one till and its operator.
type demoShop struct {
	super    bool // of the bank itself
	store    string
	ward     int // by its place in the market's list
	landmark string
	phone    msisdn.Number
	pin      string
	id       string // number of the ID document
	name     string
	language string
	float    int64 // whole units
}

// demoShops are the counters of the demo: a bank that is the super-agent, and an agent under it with two stores in different wards.
var demoShops = []demoShop{
	{true, "SIMBA BANK", 0, "GPO", "+254712000010", "7406", "25530188", "ESTHER CHEBET", "en", 1_000_000},
	{false, "MAMA NJERI", 1, "STAGE", "+254712000011", "6284", "30117745", "NJERI WAIRIMU", "en", 50_000},
	{false, "OTIENO KIOSK", 0, "MARKET GATE", "+254712000012", "3957", "27664018", "PAUL OTIENO", "sw", 800},
}

// The businesses of the demo.
const (
	demoBank = "SIMBA BANK"
	demoHead = "NJERI TRADERS"
)

// seedAgents takes on the agents of the demo. It goes on where a start was cut off, and leaves alone what is there, whatever became of it.
func (a *app) seedAgents(ctx context.Context) error {
	for _, step := range a.agentSeeds() {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// agentSeeds are the steps of that, in order: each commits once or finds that it has nothing to do.
func (a *app) agentSeeds() []func(context.Context) error {
	steps := []func(context.Context) error{a.seedBank, a.seedHead}
	for _, s := range demoShops {
		for _, step := range []func(context.Context, demoShop) error{a.seedStore, a.seedTill, a.seedOperator, a.seedOpening, a.seedFloat, a.seedNominated} {
			steps = append(steps, func(ctx context.Context) error { return step(ctx, s) })
		}
	}
	return steps
}

func (a *app) seedBank(ctx context.Context) error {
	classes := a.market.At(a.wallet.Clock().Now()).Agents.Classes
	return a.seedAgent(ctx, network.Agent{Kind: network.Super, Name: demoBank, Class: classes[len(classes)-1].Number})
}

func (a *app) seedHead(ctx context.Context) error {
	bank, err := a.demoAgent(ctx, demoBank)
	if err != nil {
		return err
	}
	return a.seedAgent(ctx, network.Agent{Kind: network.Head, Parent: bank.ID, Name: demoHead,
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
	name := demoHead
	if s.super {
		name = demoBank
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
func (a *app) counterPhones(ctx context.Context) ([]simulator.Seed, error) {
	var out []simulator.Seed
	for _, s := range demoShops {
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
