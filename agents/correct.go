package agents

import (
	"context"
	"fmt"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// What is kept of agents, stores, tills and operators is put right here. Names and places one person of the staff may mend. Two it takes for
// what lets somebody hold more money (an agent's class), or get at a PIN (an operator's ID number).

// change is what the audit keeps of something that was put right.
type change struct {
	Why  string `json:"why"`
	From any    `json:"from"`
	To   any    `json:"to"`
}

// RenameAgent gives a business another name. Faults: agent_not_found, bad_name, place_closed.
func (a *Agents) RenameAgent(ctx context.Context, by string, agent int64, name, why string, with ...ledger.Companion) error {
	was, err := a.places.Agent(ctx, agent)
	if err != nil {
		return err
	}
	if name, err = network.Name(name); err != nil {
		return err
	}
	row := a.places.ChangeAgent(agent, func(row *network.Agent) *fault.Error { row.Name = name; return nil })
	return a.putRight(ctx, act(by, "agent.rename", "agent", agent, change{why, was.Name, name}), row, with)
}

// StoreChange is what of a store is to be another; nil leaves it.
type StoreChange struct {
	Name     *string `json:"name,omitempty"`
	Ward     *string `json:"ward,omitempty"`
	Landmark *string `json:"landmark,omitempty"`
}

// ChangeStore puts right what a store is called and where it is found. Faults: store_not_found, bad_store_name, bad_ward, place_closed.
func (a *Agents) ChangeStore(ctx context.Context, by string, store int64, c StoreChange, why string, with ...ledger.Companion) error {
	was, err := a.places.Store(ctx, store)
	if err != nil {
		return err
	}
	if c.Ward != nil {
		code, err := network.WardCode(*c.Ward)
		if _, there := a.market.Ward(code); err != nil || !there {
			return fault.New(fault.BadWard)
		}
		c.Ward = &code
	}
	row := a.places.ChangeStore(store, func(row *network.Store) *fault.Error {
		set(&row.Name, c.Name)
		set(&row.Ward, c.Ward)
		set(&row.Landmark, c.Landmark)
		return nil
	})
	return a.putRight(ctx, act(by, "store.change", "store", store, change{why, StoreChange{&was.Name, &was.Ward, &was.Landmark}, c}), row, with)
}

// LabelTill gives a till another label. Faults: till_not_found, place_closed.
func (a *Agents) LabelTill(ctx context.Context, by string, till int64, label, why string, with ...ledger.Companion) error {
	was, err := a.places.ByTill(ctx, till)
	if err != nil {
		return err
	}
	row := a.places.ChangeTill(till, func(row *network.Till) *fault.Error { row.Label = label; return nil })
	return a.putRight(ctx, act(by, "till.label", "till", till, change{why, was.Till.Label, label}), row, with)
}

// ClassArgs is the class an agent is to be in.
type ClassArgs struct {
	Agent int64  `json:"agent"`
	Class int16  `json:"class"`
	Why   string `json:"why"`
}

func (a *Agents) sayClass(ctx context.Context, args ClassArgs, _ bool) (string, error) {
	g, err := a.places.Agent(ctx, args.Agent)
	if err != nil {
		return "", err
	}
	class, ok := a.rules().Class(args.Class)
	if !ok {
		return "", fault.New(fault.BadRequest, "field", "class")
	}
	return fmt.Sprintf("put agent %d %s into class %d, with up to %s float a till: %s", g.ID, g.Name, args.Class,
		a.market.Style.Format(class.FloatMax), args.Why), nil
}

// planClass puts an agent into a class, and the floats of all its tills.
func (a *Agents) planClass(ctx context.Context, by string, args ClassArgs) (ledger.Plan, error) {
	branch, err := a.places.Branch(ctx, network.Ref{Kind: network.AnAgent, ID: args.Agent})
	if err != nil {
		return ledger.Plan{}, err
	}
	was, err := a.places.Agent(ctx, args.Agent)
	if err != nil {
		return ledger.Plan{}, err
	}
	row := a.places.ChangeAgent(args.Agent, func(row *network.Agent) *fault.Error { row.Class = args.Class; return nil })
	plan := ledger.Plan{Companions: append(append(a.places.Unchanged(branch), row),
		a.audit.Add(act(by, "agent.class", "agent", args.Agent, change{args.Why, was.Class, args.Class}))...)}
	for _, p := range branch.Places(was.Status) {
		if p.Agent.ID == args.Agent {
			plan.Change = append(plan.Change, ledger.AccountChange{Account: p.Till.Float, Class: &args.Class})
		}
	}
	return plan, nil
}

// OperatorIDArgs is an ID number to be kept of an operator of whom none was kept, or a wrong one. It is sealed.
type OperatorIDArgs struct {
	Operator int64          `json:"operator"`
	Document wallet.IDDraft `json:"document"`
	Why      string         `json:"why"`
}

func (a *Agents) sayID(ctx context.Context, args OperatorIDArgs, asking bool) (string, error) {
	post, err := a.places.ByOperator(ctx, args.Operator)
	if err != nil {
		return "", err
	}
	if asking && post.Operator.Status == network.Closed {
		return "", fault.New(fault.PlaceClosed)
	}
	known, err := a.knownBy(ctx, post.Operator, args.Document)
	return fmt.Sprintf("keep another ID number of operator %d %s %s: %s%s", post.Operator.ID, post.Operator.Name,
		post.Operator.Phone.National(), args.Why, known), err
}

// planID keeps the number, with the end of which a PIN is chosen anew, and tells the operator.
func (a *Agents) planID(ctx context.Context, by string, args OperatorIDArgs) (ledger.Plan, error) {
	post, err := a.places.ByOperator(ctx, args.Operator)
	if err != nil {
		return ledger.Plan{}, err
	}
	if post.Operator.Status == network.Closed {
		return ledger.Plan{}, fault.New(fault.PlaceClosed)
	}
	document, err := a.wallet.SealedID(post.Operator.Phone, args.Document)
	if err != nil {
		return ledger.Plan{}, err
	}
	return ledger.Plan{Companions: append([]ledger.Companion{
		a.places.KeepDocument(kept(post.Operator.ID, document)),
		a.tellPIN(post, post.Operator, "sms.operator.id"),
	}, a.audit.Add(act(by, "operator.id", "operator", post.Operator.ID, reason{args.Why}))...)}, nil
}

// putRight commits one row that was put right, and the record of it.
func (a *Agents) putRight(ctx context.Context, what audit.Act, row ledger.Companion, with []ledger.Companion) error {
	return a.changed(ctx, ledger.Plan{Companions: append([]ledger.Companion{row}, a.audit.Add(what)...)}, nil, with)
}
