package main

import (
	"context"

	"senti/agents/network"
	"senti/agents/offer"
	"senti/ussd/simulator"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// demoShops are the counters of the demo: a bank that is the super-agent, and an agent under it with two stores in different wards.
var demoShops = []struct {
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
}{
	{true, "SIMBA BANK", 0, "GPO", "+254712000010", "7406", "25530188", "ESTHER CHEBET", "en", 1_000_000},
	{false, "MAMA NJERI", 1, "STAGE", "+254712000011", "6284", "30117745", "NJERI WAIRIMU", "en", 50_000},
	{false, "OTIENO KIOSK", 0, "MARKET GATE", "+254712000012", "3957", "27664018", "PAUL OTIENO", "sw", 800},
}

// seedAgents takes on the agents of the demo; those that are there stay as they are.
func (a *app) seedAgents(ctx context.Context) error {
	var bank, head network.Agent
	for _, s := range demoShops {
		post, err := a.agents.Places().ByPhone(ctx, s.phone)
		switch {
		case err == nil && s.super:
			bank = post.Agent
			continue
		case err == nil:
			head = post.Agent
			continue
		case !fault.HasCode(err, fault.NotOperator):
			return err
		}
		agent := &head
		if s.super {
			agent = &bank
		}
		first := agent.ID == 0
		if first {
			if *agent, err = a.seedAgent(ctx, s.super, bank.ID); err != nil {
				return err
			}
		}
		p, err := pin.Parse(s.pin)
		if err != nil {
			return err
		}
		store := network.Store{Agent: agent.ID, Name: s.store, Ward: a.market.Wards[s.ward].Code, Landmark: s.landmark}
		who := network.Operator{Phone: s.phone, Name: s.name, Language: s.language, Role: network.Manager}
		till, err := a.seedShop(ctx, store, who, p, s.float*a.market.Currency.MinorPerUnit())
		if err == nil { // with which a forgotten PIN is set anew
			err = a.seedID(ctx, s.phone, s.id)
		}
		if err == nil && first { // where its commission is paid
			_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: a.agents.Places().Nominate(agent.ID, till)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) seedID(ctx context.Context, operator msisdn.Number, number string) error {
	draft, err := a.wallet.ParseIDNumber(operator, number)
	if err != nil {
		return err
	}
	return a.agents.SetOperatorID(ctx, audit.System, operator, draft)
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

func (a *app) seedAgent(ctx context.Context, super bool, parent int64) (network.Agent, error) {
	classes := a.market.At(a.wallet.Clock().Now()).Agents.Classes
	if super {
		return a.agents.AddAgent(ctx, audit.System, network.Agent{Kind: network.Super, Name: "SIMBA BANK", Class: classes[len(classes)-1].Number})
	}
	return a.agents.AddAgent(ctx, audit.System, network.Agent{Kind: network.Head, Parent: parent, Name: "NJERI TRADERS", Class: classes[0].Number})
}

// seedShop opens a store with one till, puts its operator there, opens it for the day and gives it float.
func (a *app) seedShop(ctx context.Context, s network.Store, who network.Operator, p pin.PIN, float int64) (till int64, err error) {
	store, err := a.agents.AddStore(ctx, audit.System, s)
	if err != nil {
		return 0, err
	}
	opened, err := a.agents.AddTill(ctx, audit.System, network.Till{Store: store.ID, Label: "till 1"})
	if err != nil {
		return 0, err
	}
	who.Till = opened.ID
	if _, err := a.agents.AddOperator(ctx, audit.System, who, &p); err != nil {
		return 0, err
	}
	lastWeek := a.wallet.Clock().Now().AddDate(0, 0, -7) // it has traded before: to open it is not its first time
	drawer := offer.Drawer{Till: opened.ID, OpenedAt: lastWeek, ClosedAt: lastWeek}
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{a.agents.Places().OpenTill(opened.ID, true), a.agents.Offers().Opened(drawer)}})
	if err != nil {
		return 0, err
	}
	_, err = a.wallet.Issue(ctx, opened.Float, float, "opening float of "+string(opened.Code))
	return opened.ID, err
}
