package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet/fault"
)

// idNumberEnv is where a person may leave an ID number for the length of one command: as a flag it would show in ps.
const idNumberEnv = "SENTI_ID_NUMBER"

// agentOperatorCmd is about the people at the tills.
type agentOperatorCmd struct {
	Add      operatorAddCmd        `cmd:"" help:"Ask for somebody to be put at a till, with the ID document in hand."`
	ID       operatorIDCmd         `cmd:"" name:"id" help:"Ask for the ID number of an operator to be kept, of whom none was or a wrong one."`
	Name     operatorNameCmd       `cmd:"" help:"Put an operator's name right."`
	Move     operatorMoveCmd       `cmd:"" help:"Move an operator to another till of the same agent."`
	Limits   operatorLimitsCmd     `cmd:"" help:"Set what an operator may handle a day; to raise it takes an approval."`
	Language operatorLanguageCmd   `cmd:"" help:"Set the language an operator is spoken to in."`
	Role     operatorRoleCmd       `cmd:"" help:"Make an operator a manager, who may help colleagues with their PINs, or a cashier."`
	Unlock   operatorUnlockCmd     `cmd:"" help:"Give an operator who is locked out three tries again, and a code for a new PIN."`
	Pardon   operatorPardonCmd     `cmd:"" help:"Let an operator ask customers again whom refusals had stopped."`
	SIM      operatorConfirmSIMCmd `cmd:"" name:"confirm-sim" help:"Say that an operator with another SIM is still the same person."`
	Suspend  operatorSuspendCmd    `cmd:"" help:"Stop an operator at once."`
	Resume   operatorResumeCmd     `cmd:"" help:"Ask for a suspended operator to work again."`
	Close    operatorCloseCmd      `cmd:"" help:"Let an operator leave; the phone is free for another."`
}

type operatorAddCmd struct {
	deskFlags
	Till     string `arg:"" help:"Where: the till's number or shop code."`
	Phone    string `arg:"" help:"The operator's own phone."`
	Name     string `arg:"" help:"As on the ID document."`
	Role     string `help:"What the operator is to the till." enum:"manager,cashier" default:"cashier"`
	Language string `help:"The language to be spoken to in; the market's first unless given."`
	IDType   string `help:"What is shown: national, passport or what else the market takes." default:"national"`
}

// Run asks for it. The ID number comes from SENTI_ID_NUMBER or is asked for at the terminal; it is sealed at once.
func (c operatorAddCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		till, err := d.findA(ctx, network.ATill, c.Till)
		if err != nil {
			return err
		}
		phone, err := d.wallet.ParsePhone(c.Phone)
		if err != nil {
			return err
		}
		args := agents.OperatorArgs{Till: till, Phone: phone, Name: c.Name, Role: network.Role(c.Role), Language: c.Language}
		if args.Language == "" {
			args.Language = d.market.Languages[0]
		}
		if args.Document, err = d.shownID(phone, c.IDType); err != nil {
			return err
		}
		if args, err = d.agents.NumberOperator(ctx, args); err != nil {
			return err
		}
		return d.languages(d.asks(ctx, agents.RequestOperatorAdd, args))
	})
}

// languages tells which languages there are, to somebody who named another.
func (d *desk) languages(err error) error {
	if !fault.HasCode(err, fault.BadChoice) {
		return err
	}
	return fmt.Errorf("nothing was done: the market's languages are %s", strings.Join(d.market.Languages, ", "))
}

type operatorIDCmd struct {
	deskFlags
	Phone  string `arg:"" help:"The operator's phone."`
	IDType string `help:"What is shown: national, passport or what else the market takes." default:"national"`
	Why    string `help:"The reason, for the checker and the audit chain." required:""`
}

// Run asks for it. The ID number comes from SENTI_ID_NUMBER or is asked for at the terminal; it is sealed at once.
func (c operatorIDCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		post, err := d.operator(ctx, c.Phone)
		if err != nil {
			return err
		}
		draft, err := d.shownID(post.Operator.Phone, c.IDType)
		if err != nil {
			return err
		}
		return d.asks(ctx, agents.RequestOperatorID, agents.OperatorIDArgs{Operator: post.Operator.ID, Document: draft, Why: c.Why})
	})
}

// operator reads what somebody typed for an operator.
func (d *desk) operator(ctx context.Context, typed string) (network.Post, error) {
	number, err := d.findA(ctx, network.AnOperator, typed)
	if err != nil {
		return network.Post{}, err
	}
	return d.agents.Places().ByOperator(ctx, number)
}

func refOf(post network.Post) network.Ref {
	return network.Ref{Kind: network.AnOperator, ID: post.Operator.ID}
}

type operatorMoveCmd struct {
	deskFlags
	Phone string `arg:"" help:"The operator's phone."`
	Till  string `arg:"" help:"Where to: a number or a shop code."`
	Why   string `help:"The reason, for the audit chain." required:""`
}

// Run moves the operator, who keeps the PIN and gets a message.
func (c operatorMoveCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		post, err := d.operator(ctx, c.Phone)
		if err != nil {
			return err
		}
		till, err := d.findA(ctx, network.ATill, c.Till)
		if err != nil {
			return err
		}
		if err := d.agents.MoveOperator(ctx, d.me(), post.Operator.ID, till, c.Why, d.may(whoRuns)); err != nil {
			return err
		}
		there, err := d.agents.Describe(ctx, network.Ref{Kind: network.ATill, ID: till})
		if err != nil {
			return err
		}
		return d.did(ctx, refOf(post), "works at "+there)
	})
}

type operatorLimitsCmd struct {
	deskFlags
	Phone  string `arg:"" help:"The operator's phone."`
	DayIn  string `help:"The most that customers may deposit with the operator a day, or market." placeholder:"AMOUNT"`
	DayOut string `help:"The same for withdrawals." placeholder:"AMOUNT"`
}

// Run lowers the limits, or asks for higher ones.
func (c operatorLimitsCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		post, err := d.operator(ctx, c.Phone)
		if err != nil {
			return err
		}
		if c.DayIn == "" && c.DayOut == "" {
			return errors.New("nothing was done: say which limit, with --day-in or --day-out")
		}
		in, err := d.limit(c.DayIn, post.Operator.DayIn)
		if err != nil {
			return err
		}
		out, err := d.limit(c.DayOut, post.Operator.DayOut)
		if err != nil {
			return err
		}
		change := agents.OperatorChange{DayIn: &in, DayOut: &out}
		raises, err := d.agents.Raises(ctx, post.Operator.ID, change)
		if err != nil {
			return err
		}
		if raises {
			return d.asks(ctx, agents.RequestOperatorRaise, agents.LimitArgs{Operator: post.Operator.ID, DayIn: in, DayOut: out})
		}
		return d.changes(ctx, post, change, "has other limits")
	})
}

// limit reads an operator's limit: nothing leaves it, and "market" is the market's.
func (d *desk) limit(typed string, now int64) (int64, error) {
	switch typed {
	case "":
		return now, nil
	case "market":
		return 0, nil
	}
	return d.amount(typed)
}

// changes makes an operator another in some way that one person may decide.
func (d *desk) changes(ctx context.Context, post network.Post, c agents.OperatorChange, deed string) error {
	if err := d.agents.ChangeOperator(ctx, d.me(), post.Operator.ID, c, false, d.may(whoRuns)); err != nil {
		return err
	}
	return d.did(ctx, refOf(post), deed)
}

type operatorNameCmd struct {
	deskFlags
	Phone string `arg:"" help:"The operator's phone."`
	Name  string `arg:"" help:"As on the ID document."`
	Why   string `help:"The reason, for the audit chain." required:""`
}

// Run puts the name right.
func (c operatorNameCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		post, err := d.operator(ctx, c.Phone)
		if err != nil {
			return err
		}
		return d.changes(ctx, post, agents.OperatorChange{Name: &c.Name, Why: c.Why}, "is called so from now on")
	})
}

type operatorLanguageCmd struct {
	deskFlags
	Phone    string `arg:"" help:"The operator's phone."`
	Language string `arg:"" help:"Such as en or sw."`
}

// Run sets the language.
func (c operatorLanguageCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		post, err := d.operator(ctx, c.Phone)
		if err != nil {
			return err
		}
		return d.languages(d.changes(ctx, post, agents.OperatorChange{Language: &c.Language}, "is spoken to in "+c.Language))
	})
}

type operatorRoleCmd struct {
	deskFlags
	Phone string `arg:"" help:"The operator's phone."`
	Role  string `arg:"" help:"manager or cashier." enum:"manager,cashier"`
}

// Run sets the role.
func (c operatorRoleCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		post, err := d.operator(ctx, c.Phone)
		if err != nil {
			return err
		}
		role := network.Role(c.Role)
		return d.changes(ctx, post, agents.OperatorChange{Role: &role}, "is a "+c.Role)
	})
}

type operatorUnlockCmd struct {
	deskFlags
	Phone string `arg:"" help:"The operator's phone."`
	Why   string `help:"How you know that it is the operator, for the audit chain." required:""`
}

// Run unlocks the PIN and has a code sent to the operator's phone.
func (c operatorUnlockCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		post, err := d.operator(ctx, c.Phone)
		if err != nil {
			return err
		}
		if err := d.agents.UnlockOperator(ctx, d.me(), post.Operator.Phone, c.Why, d.may(whoHelps)); err != nil {
			return err
		}
		return d.did(ctx, refOf(post), fmt.Sprintf("has three tries again. A code for a new PIN goes to %s, to be typed with the end of the ID number on %s",
			post.Operator.Phone.National(), d.agents.ForgotMenu()))
	})
}

type operatorPardonCmd struct{ operatorWhyCmd }

// Run pardons the operator.
func (c operatorPardonCmd) Run(ctx context.Context) error {
	return c.run(ctx, func(d *desk, post network.Post) error {
		if err := d.agents.Pardon(ctx, d.me(), post.Operator.ID, c.Why, d.may(whoHelps)); err != nil {
			return err
		}
		return d.did(ctx, refOf(post), "may ask customers again")
	})
}

// operatorWhyCmd names an operator and says why. A till's number does not stop the till here: that is for walletd admin agent suspend.
type operatorWhyCmd struct {
	deskFlags
	Phone string `arg:"" help:"The operator's phone, or number."`
	Why   string `help:"The reason, for the audit chain." required:""`
}

func (c operatorWhyCmd) run(ctx context.Context, do func(d *desk, post network.Post) error) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		post, err := d.operator(ctx, c.Phone)
		if err != nil {
			return err
		}
		return do(d, post)
	})
}

type operatorSuspendCmd struct{ operatorWhyCmd }

// Run stops an operator.
func (c operatorSuspendCmd) Run(ctx context.Context) error {
	return c.run(ctx, func(d *desk, post network.Post) error { return d.suspends(ctx, refOf(post), c.Why) })
}

type operatorResumeCmd struct{ operatorWhyCmd }

// Run asks for an operator to work again.
func (c operatorResumeCmd) Run(ctx context.Context) error {
	return c.run(ctx, func(d *desk, post network.Post) error { return d.resumes(ctx, refOf(post), c.Why) })
}

type operatorCloseCmd struct{ operatorWhyCmd }

// Run lets an operator leave.
func (c operatorCloseCmd) Run(ctx context.Context) error {
	return c.run(ctx, func(d *desk, post network.Post) error { return d.closes(ctx, refOf(post), c.Why) })
}
