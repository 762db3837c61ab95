package main

import (
	"context"
	"errors"

	"senti/agents"
	"senti/agents/network"
)

// What is kept of agents, stores and tills is put right here; of operators in admin_operator.go.

type agentRenameCmd struct {
	deskFlags
	Agent string `arg:"" help:"Which agent."`
	Name  string `arg:"" help:"What the business is called, up to 22 letters."`
	Why   string `help:"The reason, for the audit chain." required:""`
}

// Run renames the agent.
func (c agentRenameCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		return d.mends(ctx, network.AnAgent, c.Agent, c.Why, func(agent int64) error {
			return d.agents.RenameAgent(ctx, d.me(), agent, c.Name, c.Why, d.may(whoRuns))
		})
	})
}

type agentClassCmd struct {
	deskFlags
	Agent string `arg:"" help:"Which agent."`
	Class int16  `arg:"" help:"The market's class, which says how much float a till may hold."`
	Why   string `help:"The reason, for the checker and the audit chain." required:""`
}

// Run asks for it.
func (c agentClassCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		agent, err := d.findA(ctx, network.AnAgent, c.Agent)
		if err != nil {
			return err
		}
		return d.classes(d.asks(ctx, agents.RequestClass, agents.ClassArgs{Agent: agent, Class: c.Class, Why: c.Why}))
	})
}

type agentStoreChangeCmd struct {
	deskFlags
	Store    string  `arg:"" help:"Which store."`
	Name     *string `help:"What it is called, up to 20 letters."`
	Ward     *string `help:"The code of its ward (walletd admin agent wards)."`
	Landmark *string `help:"What it is found by, up to 24 letters; empty for nothing."`
	Why      string  `help:"The reason, for the audit chain." required:""`
}

// Run changes the store.
func (c agentStoreChangeCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if c.Name == nil && c.Ward == nil && c.Landmark == nil {
			return errors.New("nothing was done: say what is to be another, with --name, --ward or --landmark")
		}
		return d.mends(ctx, network.AStore, c.Store, c.Why, func(store int64) error {
			return d.agents.ChangeStore(ctx, d.me(), store, agents.StoreChange{Name: c.Name, Ward: c.Ward, Landmark: c.Landmark}, c.Why, d.may(whoRuns))
		})
	})
}

type agentTillLabelCmd struct {
	deskFlags
	Till  string `arg:"" help:"Which till: a number or a shop code."`
	Label string `arg:"" help:"What the store calls it, up to 10 letters."`
	Why   string `help:"The reason, for the audit chain." required:""`
}

// Run labels the till.
func (c agentTillLabelCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		return d.mends(ctx, network.ATill, c.Till, c.Why, func(till int64) error {
			return d.agents.LabelTill(ctx, d.me(), till, c.Label, c.Why, d.may(whoRuns))
		})
	})
}

// mends puts something right that one person may, and says what it is from then on.
func (d *desk) mends(ctx context.Context, kind network.RefKind, typed, reason string, mend func(number int64) error) error {
	if err := why(reason); err != nil {
		return err
	}
	number, err := d.findA(ctx, kind, typed)
	if err != nil {
		return err
	}
	if err := mend(number); err != nil {
		return err
	}
	return d.did(ctx, network.Ref{Kind: kind, ID: number}, "is put right")
}
