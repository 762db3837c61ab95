package agents

import (
	"context"
	"fmt"
	"strings"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/approval"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/staff"
)

// What two people of the staff decide about agents: what lets somebody hold or move more money, and what ends or takes up a contract
// again. To stop somebody, one person is enough.
const (
	RequestAgentAdd      = "agent.add"       // AgentArgs of NumberAgent
	RequestTillAdd       = "till.add"        // TillArgs of NumberTill
	RequestOperatorAdd   = "operator.add"    // OperatorArgs of NumberOperator
	RequestOperatorRaise = "operator.limits" // LimitArgs
	RequestOperatorID    = "operator.id"     // OperatorIDArgs
	RequestClass         = "agent.class"     // ClassArgs
	RequestNominate      = "agent.nominate"  // NominateArgs
	RequestClose         = "agent.close"     // PlaceArgs: an agent, a store or a till
	RequestResume        = "agent.resume"    // PlaceArgs: an agent, a store, a till or an operator
)

// AgentArgs is an agent to be taken on. Its numbers are drawn when it is asked for, so that the request can name them.
type AgentArgs struct {
	ID      int64             `json:"id"`
	Payable int64             `json:"payable"`
	Kind    network.AgentKind `json:"kind"`
	Name    string            `json:"name"`
	Class   int16             `json:"class"`
	Parent  int64             `json:"parent,omitempty"`
}

// TillArgs is a till to be opened in a store.
type TillArgs struct {
	ID    int64  `json:"id"`
	Float int64  `json:"float"`
	Store int64  `json:"store"`
	Label string `json:"label"`
}

// OperatorArgs is somebody to be taken on for a till. The ID number in it is sealed.
type OperatorArgs struct {
	ID       int64          `json:"id"`
	Till     int64          `json:"till"`
	Phone    msisdn.Number  `json:"phone"`
	Name     string         `json:"name"`
	Language string         `json:"language"`
	Role     network.Role   `json:"role"`
	Document wallet.IDDraft `json:"document"`
}

// LimitArgs are limits of an operator's own, at least one of them higher than before; 0 is the market's.
type LimitArgs struct {
	Operator int64 `json:"operator"`
	DayIn    int64 `json:"day_in"` // minor units
	DayOut   int64 `json:"day_out"`
}

// NominateArgs is the till that an agent's commission is to be released to.
type NominateArgs struct {
	Agent int64 `json:"agent"`
	Till  int64 `json:"till"`
}

// PlaceArgs is what is to be closed, or to work again, and why.
type PlaceArgs struct {
	Kind network.RefKind `json:"kind"`
	ID   int64           `json:"id"`
	Why  string          `json:"why"`
	Owed int64           `json:"owed,omitempty"` // what an agent that is to be closed owes and will not pay, minor units; filled in
}

func (p PlaceArgs) ref() network.Ref { return network.Ref{Kind: p.Kind, ID: p.ID} }

// NumberAgent draws the numbers of an agent that is to be asked for.
func (a *Agents) NumberAgent(ctx context.Context, args AgentArgs) (AgentArgs, error) {
	numbers, err := a.numbers(ctx, 2)
	if err == nil {
		args.ID, args.Payable = numbers[0], numbers[1]
	}
	return args, err
}

// NumberTill draws the numbers of a till that is to be asked for.
func (a *Agents) NumberTill(ctx context.Context, args TillArgs) (TillArgs, error) {
	numbers, err := a.numbers(ctx, 2)
	if err == nil {
		args.ID, args.Float = numbers[0], numbers[1]
	}
	return args, err
}

// NumberOperator draws the number of an operator who is to be asked for.
func (a *Agents) NumberOperator(ctx context.Context, args OperatorArgs) (OperatorArgs, error) {
	numbers, err := a.numbers(ctx, 1)
	if err == nil {
		args.ID = numbers[0]
	}
	return args, err
}

// Approvables are what one person of the staff asks for about agents and another approves, for wallet.NewOffice.
func (a *Agents) Approvables() []wallet.Approvable {
	return []wallet.Approvable{
		{Kind: RequestCase, Asks: staff.Maker, Checks: staff.Checker, Say: a.sayDecision, Plan: a.planDecision},
		approvable(RequestAgentAdd, a.sayAgent, func(_ context.Context, by string, args AgentArgs) (ledger.Plan, error) {
			return a.agentPlan(by, network.Agent{ID: args.ID, Payable: args.Payable, Kind: args.Kind, Name: args.Name, Class: args.Class,
				Parent: args.Parent, Status: network.Active}), nil
		}),
		approvable(RequestTillAdd, a.sayTill, func(ctx context.Context, by string, args TillArgs) (ledger.Plan, error) {
			_, plan, err := a.tillPlan(ctx, by, network.Till{ID: args.ID, Float: args.Float, Store: args.Store, Label: args.Label})
			return plan, err
		}),
		sealed("document", approvable(RequestOperatorAdd, a.sayOperator, func(ctx context.Context, by string, args OperatorArgs) (ledger.Plan, error) {
			_, plan, err := a.hirePlan(ctx, by, args.hiring())
			return plan, err
		})),
		approvable(RequestOperatorRaise, a.sayLimits, func(ctx context.Context, by string, args LimitArgs) (ledger.Plan, error) {
			return a.changePlan(ctx, by, args.Operator, OperatorChange{DayIn: &args.DayIn, DayOut: &args.DayOut}, true)
		}),
		sealed("document", approvable(RequestOperatorID, a.sayID, a.planID)),
		approvable(RequestClass, a.sayClass, a.planClass),
		approvable(RequestNominate, a.sayNominate, func(_ context.Context, by string, args NominateArgs) (ledger.Plan, error) {
			return a.nominatePlan(by, args.Agent, args.Till), nil
		}),
		filled(approvable(RequestClose, a.sayClose, a.planClose), a.fillClose),
		approvable(RequestResume, a.sayResume, func(ctx context.Context, by string, args PlaceArgs) (ledger.Plan, error) {
			return a.statusPlan(ctx, by, args.ref(), network.Active, args.Why)
		}),
	}
}

// approvable is a kind that a maker asks for and a checker approves. The act is the checker's, whose approval commits it.
func approvable[T any](kind string, say func(ctx context.Context, args T, asking bool) (string, error), plan func(context.Context, string, T) (ledger.Plan, error)) wallet.Approvable {
	return wallet.Approvable{
		Kind: kind, Asks: staff.Maker, Checks: staff.Checker,
		Say: func(ctx context.Context, r approval.Request) (string, error) {
			var args T
			if err := wallet.DecodeArgs(r, &args); err != nil {
				return "", err
			}
			return say(ctx, args, r.MadeAt.IsZero())
		},
		Plan: func(ctx context.Context, r approval.Request) (wallet.Deed, error) {
			var args T
			if err := wallet.DecodeArgs(r, &args); err != nil {
				return wallet.Deed{}, err
			}
			p, err := plan(ctx, audit.Staff(r.Checker), args)
			return wallet.Deed{Plan: p}, err
		},
	}
}

// filled is a kind whose arguments are completed when it is asked for.
func filled[T any](k wallet.Approvable, fill func(context.Context, T) (T, error)) wallet.Approvable {
	k.Fill = func(ctx context.Context, r approval.Request) (any, string, error) {
		var args T
		if err := wallet.DecodeArgs(r, &args); err != nil {
			return nil, "", err
		}
		args, err := fill(ctx, args)
		return args, "", err
	}
	return k
}

// sealed is a kind with an argument that is not for reading.
func sealed(field string, k wallet.Approvable) wallet.Approvable {
	k.Sealed = append(k.Sealed, field)
	return k
}

func (o OperatorArgs) hiring() Hiring {
	return Hiring{ID: o.Document, Operator: network.Operator{ID: o.ID, Till: o.Till, Phone: o.Phone, Name: o.Name, Language: o.Language, Role: o.Role}}
}

func (a *Agents) sayAgent(ctx context.Context, args AgentArgs, _ bool) (string, error) {
	name, err := network.Name(args.Name)
	if err != nil {
		return "", err
	}
	if args.Kind != network.Super && args.Kind != network.Head || args.Kind == network.Super && args.Parent != 0 {
		return "", fault.New(fault.BadRequest, "field", "kind")
	}
	class, ok := a.rules().Class(args.Class)
	if !ok {
		return "", fault.New(fault.BadRequest, "field", "class")
	}
	under := ""
	if args.Parent != 0 {
		parent, err := a.places.Agent(ctx, args.Parent)
		if err != nil {
			return "", err
		}
		if parent.Kind != network.Super {
			return "", fault.New(fault.OtherAgent)
		}
		under = fmt.Sprintf(" under %d %s", parent.ID, parent.Name)
	}
	kind := map[network.AgentKind]string{network.Super: "super-agent", network.Head: "agent"}[args.Kind]
	return fmt.Sprintf("take on %s %d %s%s, class %d, with up to %s float a till", kind, args.ID, name, under, args.Class,
		a.market.Style.Format(class.FloatMax)), nil
}

func (a *Agents) sayTill(ctx context.Context, args TillArgs, _ bool) (string, error) {
	p, err := a.storeAbove(ctx, args.Store)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("open till %d %q of store %d %s of %d %s, shop code %s", args.ID, args.Label, p.Store.ID, a.shop(p),
		p.Agent.ID, p.Agent.Name, network.CodeOf(args.ID).Painted()), nil
}

func (a *Agents) sayOperator(ctx context.Context, args OperatorArgs, asking bool) (string, error) {
	name, err := network.Name(strings.ToUpper(args.Name))
	if err != nil {
		return "", err
	}
	if err := a.mayBe(args.hiring().Operator); err != nil {
		return "", err
	}
	p, err := a.places.ByTill(ctx, args.Till)
	if err != nil {
		return "", err
	}
	if _, err := a.places.ByPhone(ctx, args.Phone); err == nil && asking {
		return "", fault.New(fault.OperatorTaken)
	}
	known, err := a.knownBy(ctx, network.Operator{ID: args.ID, Phone: args.Phone}, args.Document)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("put operator %d %s %s as %s at till %d %s %s%s", args.ID, name, args.Phone.National(), args.Role, p.Till.ID,
		a.shop(p), p.Till.Label, known), nil
}

// knownBy tells of which other operators that ID was shown before.
func (a *Agents) knownBy(ctx context.Context, of network.Operator, id wallet.IDDraft) (known string, err error) {
	before, err := a.WorkedBefore(ctx, of.Phone, id)
	for _, o := range before {
		if o.ID != of.ID {
			known += fmt.Sprintf("; the same ID was shown by operator %d %s of agent %d, %s", o.ID, o.Name, o.Agent, o.Status)
		}
	}
	return known, err
}

func (a *Agents) sayLimits(ctx context.Context, args LimitArgs, _ bool) (string, error) {
	p, err := a.places.ByOperator(ctx, args.Operator)
	if err != nil {
		return "", err
	}
	if args.DayIn < 0 || args.DayOut < 0 {
		return "", fault.New(fault.BadRequest, "field", "limit")
	}
	most := a.most()
	return fmt.Sprintf("let operator %d %s take in %s a day and pay out %s", p.Operator.ID, p.Operator.Name,
		a.market.Style.Format(own(args.DayIn, most.In)), a.market.Style.Format(own(args.DayOut, most.Out))), nil
}

func (a *Agents) sayNominate(ctx context.Context, args NominateArgs, _ bool) (string, error) {
	g, err := a.places.Agent(ctx, args.Agent)
	if err != nil {
		return "", err
	}
	p, err := a.places.ByTill(ctx, args.Till)
	if err != nil {
		return "", err
	}
	if p.Agent.ID != g.ID {
		return "", fault.New(fault.OtherAgent)
	}
	return fmt.Sprintf("release the commission of agent %d %s to the float of till %d %s %s", g.ID, g.Name, p.Till.ID, a.shop(p), p.Till.Label), nil
}

func (a *Agents) sayResume(ctx context.Context, args PlaceArgs, _ bool) (string, error) {
	what, err := a.Describe(ctx, args.ref())
	return fmt.Sprintf("let %s work again: %s", what, args.Why), err
}

// Describe names an agent, a store, a till or an operator to staff: "till 1006 OTIENO KIOSK, Kangemi, till 1". Faults:
// agent_not_found, store_not_found, till_not_found, not_operator, bad_request (kind).
func (a *Agents) Describe(ctx context.Context, what network.Ref) (string, error) {
	var name string
	var err error
	switch what.Kind {
	case network.AnAgent:
		var g network.Agent
		g, err = a.places.Agent(ctx, what.ID)
		name = g.Name
	case network.AStore:
		var p network.Place
		p, err = a.storeAbove(ctx, what.ID)
		name = a.shop(p)
	case network.ATill:
		var p network.Place
		p, err = a.places.ByTill(ctx, what.ID)
		name = a.shop(p) + ", " + p.Till.Label
	case network.AnOperator:
		var p network.Post
		p, err = a.places.ByOperator(ctx, what.ID)
		name = p.Operator.Name + " " + p.Operator.Phone.National()
	default:
		err = fault.New(fault.BadRequest, "field", "kind")
	}
	return fmt.Sprintf("%s %d %s", what.Kind, what.ID, name), err
}
