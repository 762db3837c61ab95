package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/staff"
	"senti/wallet/trust"
)

// adminAgentCmd is about the people and places of the agent network. What lets somebody hold or move more money, or ends or takes up a
// contract again, takes two people; the rest is done at once, and all of it is in the audit chain.
type adminAgentCmd struct {
	List      agentListCmd      `cmd:"" help:"Show every agent, with what its tills hold and what it is owed."`
	Show      agentShowCmd      `cmd:"" aliases:"tree" help:"Show an agent and all under it, or a store, a till, an operator."`
	Find      agentFindCmd      `cmd:"" help:"Find tills by ward or landmark."`
	Wards     agentWardsCmd     `cmd:"" help:"Show the market's wards and their codes."`
	Statement agentStatementCmd `cmd:"" help:"Explain what an agent is owed by the deals it earned it with."`
	Shares    agentSharesCmd    `cmd:"" help:"Show what an agent earned, by shop and day, and its share of the shops under it."`
	Days      agentDaysCmd      `cmd:"" help:"Show how a till's days ended, and every count of its cash."`
	Splits    agentSplitsCmd    `cmd:"" help:"Show deposits that look like parts of one."`
	Add       agentAddCmd       `cmd:"" help:"Ask for an agent to be taken on."`
	Store     agentStoreCmd     `cmd:"" help:"Open a store of an agent."`
	Till      agentTillCmd      `cmd:"" help:"Ask for a till to be opened in a store."`
	Operator  agentOperatorCmd  `cmd:"" help:"The people at the tills."`
	Rename    agentRenameCmd    `cmd:"" help:"Put an agent's name right."`
	Class     agentClassCmd     `cmd:"" help:"Ask for an agent to be put into another class, with all its tills."`
	Nominate  agentNominateCmd  `cmd:"" help:"Ask for an agent's commission to be paid to one of its tills."`
	Suspend   agentSuspendCmd   `cmd:"" help:"Stop an agent, a store, a till or an operator at once."`
	Resume    agentResumeCmd    `cmd:"" help:"Ask for what was suspended to work again."`
	Close     agentCloseCmd     `cmd:"" help:"Ask for an agent, a store or a till to be closed for good; an operator leaves at once."`
}

// Who may do alone what is not asked for: stop somebody; help; change what moves no money.
const (
	whoStops = staff.Maker | staff.Checker | staff.Support
	whoHelps = staff.Maker | staff.Support
	whoRuns  = staff.Maker
)

// me is who sits at the desk, as the audit chain names people.
func (d *desk) me() string { return audit.Staff(d.who.Name) }

// may lets a plan through only if who sits at the desk has one of the roles.
func (d *desk) may(roles staff.Roles) ledger.Companion {
	return d.office.Staff().Acts(d.who.Name, roles)
}

// find reads what somebody typed for an agent, a store, a till or an operator: its number, a shop code, or an operator's phone.
func (d *desk) find(ctx context.Context, typed string) (network.Ref, error) {
	places := d.agents.Places()
	kind, digits, named := strings.Cut(typed, ":")
	if !named {
		kind, digits = "", typed
	}
	var found []network.Ref
	if number, err := strconv.ParseInt(digits, 10, 64); err == nil && digits[0] != '0' && digits[0] != '+' {
		what, err := places.What(ctx, number)
		if err != nil {
			return network.Ref{}, err
		}
		if what.ID != 0 && (kind == "" || kind == string(what.Kind)) {
			found = append(found, what)
		}
	}
	if code, err := network.ParseCode(digits); err == nil && (kind == "" || kind == "shop") {
		if place, err := places.ByCode(ctx, code); err == nil {
			found = append(found, network.Ref{Kind: network.ATill, ID: place.Till.ID})
		} else if !fault.HasCode(err, fault.ShopNotFound) {
			return network.Ref{}, err
		}
	}
	if phone, err := d.wallet.ParsePhone(digits); err == nil && kind == "" {
		if post, err := places.ByPhone(ctx, phone); err == nil {
			found = append(found, network.Ref{Kind: network.AnOperator, ID: post.Operator.ID})
		} else if !fault.HasCode(err, fault.NotOperator) {
			return network.Ref{}, err
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return network.Ref{}, fmt.Errorf("nothing was done: %q is no agent, store, till or operator: give a number, a shop code or an operator's phone (see walletd admin agent list)", typed)
	}
	return network.Ref{}, fmt.Errorf("nothing was done: %q may be %s or a shop code: write %s or shop:%s", typed, found[0], found[0], typed)
}

// findA is find for one kind of thing, and returns its number.
func (d *desk) findA(ctx context.Context, kind network.RefKind, typed string) (int64, error) {
	what, err := d.find(ctx, typed)
	if err == nil && what.Kind != kind {
		err = fmt.Errorf("nothing was done: %q is the %s %d, and here belongs the %s", typed, what.Kind, what.ID, kind)
	}
	return what.ID, err
}

// did says that something was done to an agent, a store, a till or an operator.
func (d *desk) did(ctx context.Context, what network.Ref, deed string) error {
	name, err := d.agents.Describe(ctx, what)
	if err != nil {
		return err
	}
	d.say("done: %s %s", name, deed)
	return nil
}

// why refuses an empty reason.
func why(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("nothing was done: say why, with --why")
	}
	return nil
}

type agentAddCmd struct {
	deskFlags
	Name  string `arg:"" help:"What the business is called, up to 22 letters."`
	Super bool   `help:"A super-agent: a bank or dealer, with agents under it."`
	Class int16  `help:"The market's class, which says how much float a till may hold." required:""`
	Under string `help:"The super-agent it is under." placeholder:"AGENT"`
}

// Run asks for it.
func (c agentAddCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) (err error) {
		args := agents.AgentArgs{Kind: network.Head, Name: c.Name, Class: c.Class}
		if c.Super {
			args.Kind = network.Super
		}
		if c.Super && c.Under != "" {
			return errors.New("nothing was done: a super-agent is under nobody: leave out --super or --under")
		}
		if c.Under != "" {
			if args.Parent, err = d.findA(ctx, network.AnAgent, c.Under); err != nil {
				return err
			}
		}
		if args, err = d.agents.NumberAgent(ctx, args); err != nil {
			return err
		}
		return d.classes(d.asks(ctx, agents.RequestAgentAdd, args))
	})
}

// classes tells which classes there are, to somebody who named another.
func (d *desk) classes(err error) error {
	if f := fault.As(err); f == nil || f.Code != fault.BadRequest {
		return err
	}
	lines := []string{"nothing was done: there is no such class; the market's are"}
	for _, class := range d.market.At(d.wallet.Clock().Now()).Agents.Classes {
		lines = append(lines, fmt.Sprintf("  %d %s: a till opens with %s and holds up to %s", class.Number, class.Name[i18n.Source],
			d.money(class.FloatMin), d.money(class.FloatMax)))
	}
	return errors.New(strings.Join(lines, "\n"))
}

type agentStoreCmd struct {
	Add    agentStoreAddCmd    `cmd:"" help:"Open a store."`
	Change agentStoreChangeCmd `cmd:"" help:"Put right what a store is called and where it is found."`
}

type agentStoreAddCmd struct {
	deskFlags
	Agent    string `arg:"" help:"Whose store."`
	Name     string `arg:"" help:"What it is called, up to 20 letters."`
	Ward     string `help:"The code of its ward (walletd admin agent wards)." required:""`
	Landmark string `help:"What it is found by, up to 24 letters."`
}

// Run opens it.
func (c agentStoreAddCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		agent, err := d.findA(ctx, network.AnAgent, c.Agent)
		if err != nil {
			return err
		}
		ward, err := network.WardCode(c.Ward)
		if err != nil {
			return err
		}
		s, err := d.agents.AddStore(ctx, d.me(), network.Store{Agent: agent, Name: c.Name, Ward: ward, Landmark: c.Landmark}, d.may(whoRuns))
		if err != nil {
			return err
		}
		if err := d.did(ctx, network.Ref{Kind: network.AStore, ID: s.ID}, "is open"); err != nil {
			return err
		}
		d.say("Next, a till: walletd admin agent till add %d", s.ID)
		return nil
	})
}

type agentTillCmd struct {
	Add   agentTillAddCmd   `cmd:"" help:"Ask for a till; its shop code is known at once."`
	Label agentTillLabelCmd `cmd:"" help:"Put right what a store calls a till."`
}

type agentTillAddCmd struct {
	deskFlags
	Store string `arg:"" help:"Where."`
	Label string `help:"What the store calls it, up to 10 letters." default:"till 1"`
}

// Run asks for it.
func (c agentTillAddCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		store, err := d.findA(ctx, network.AStore, c.Store)
		if err != nil {
			return err
		}
		args, err := d.agents.NumberTill(ctx, agents.TillArgs{Store: store, Label: c.Label})
		if err != nil {
			return err
		}
		return d.asks(ctx, agents.RequestTillAdd, args)
	})
}

type agentNominateCmd struct {
	deskFlags
	Agent string `arg:"" help:"Whose commission."`
	Till  string `arg:"" help:"One of its tills: a number or a shop code."`
}

// Run asks for it.
func (c agentNominateCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		agent, err := d.findA(ctx, network.AnAgent, c.Agent)
		if err != nil {
			return err
		}
		till, err := d.findA(ctx, network.ATill, c.Till)
		if err != nil {
			return err
		}
		return d.asks(ctx, agents.RequestNominate, agents.NominateArgs{Agent: agent, Till: till})
	})
}

type agentSuspendCmd struct {
	deskFlags
	What string `arg:"" help:"A number, a shop code, or an operator's phone."`
	Why  string `help:"The reason, for the audit chain." required:""`
}

// Run suspends it, with all tills under it.
func (c agentSuspendCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		what, err := d.find(ctx, c.What)
		if err != nil {
			return err
		}
		return d.suspends(ctx, what, c.Why)
	})
}

// suspends stops it, with all tills under it.
func (d *desk) suspends(ctx context.Context, what network.Ref, why string) error {
	if err := d.agents.Suspend(ctx, d.me(), what, why, d.may(whoStops)); err != nil {
		return err
	}
	return d.did(ctx, what, fmt.Sprintf("is suspended, from now on. To let it work again: walletd admin agent resume %s --why …", what))
}

type agentResumeCmd struct {
	deskFlags
	What string `arg:"" help:"A number, a shop code, or an operator's phone."`
	Why  string `help:"The reason, for the checker and the audit chain." required:""`
}

// Run asks for it.
func (c agentResumeCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		what, err := d.find(ctx, c.What)
		if err != nil {
			return err
		}
		return d.resumes(ctx, what, c.Why)
	})
}

// resumes asks for it to work again.
func (d *desk) resumes(ctx context.Context, what network.Ref, why string) error {
	return d.asks(ctx, agents.RequestResume, agents.PlaceArgs{Kind: what.Kind, ID: what.ID, Why: why})
}

type agentCloseCmd struct {
	deskFlags
	What string `arg:"" help:"A number, a shop code, or an operator's phone."`
	Why  string `help:"The reason, for the checker and the audit chain." required:""`
}

// Run asks for it, or lets an operator leave.
func (c agentCloseCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		what, err := d.find(ctx, c.What)
		if err != nil {
			return err
		}
		return d.closes(ctx, what, c.Why)
	})
}

// closes asks for its end, or lets an operator leave.
func (d *desk) closes(ctx context.Context, what network.Ref, why string) error {
	if what.Kind != network.AnOperator {
		return d.asks(ctx, agents.RequestClose, agents.PlaceArgs{Kind: what.Kind, ID: what.ID, Why: why})
	}
	if err := d.agents.Close(ctx, d.me(), what, why, d.may(whoRuns)); err != nil {
		return err
	}
	return d.did(ctx, what, "has left; the phone is free for another")
}

// next says what follows from an approval that took somebody or something on.
func (d *desk) next(r wallet.Decided) {
	switch r.Kind {
	case wallet.RequestDestroy, wallet.RequestSweep:
		var args wallet.PayArgs
		if wallet.DecodeArgs(r.Request, &args) == nil && args.Line.IsZero() {
			order := trust.Payout{No: r.No}
			d.say("The money is held. Have bank %d pay it with the reference %s: it is unmade when the statement tells of it.", args.Bank, order.Reference())
		}
	case agents.RequestAgentAdd:
		var args agents.AgentArgs
		if wallet.DecodeArgs(r.Request, &args) == nil {
			d.say("Next, a store: walletd admin agent store add %d NAME --ward CODE", args.ID)
		}
	case agents.RequestTillAdd:
		var args agents.TillArgs
		if wallet.DecodeArgs(r.Request, &args) == nil {
			d.say("To be painted on the wall:  SENTI %s", network.CodeOf(args.ID).Painted())
			d.say("Next, who works there: walletd admin agent operator add %d PHONE NAME", args.ID)
		}
	case agents.RequestOperatorAdd:
		var args agents.OperatorArgs
		if wallet.DecodeArgs(r.Request, &args) == nil {
			d.say("A code goes to %s, who dials %s and chooses a PIN.", args.Phone.National(), d.market.ServiceCode)
		}
	}
}
