package main

import (
	"context"
	"fmt"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/customer"
)

type customerSIMCheckCmd struct {
	deskFlags
	Phone string `arg:"" help:"The customer's number, which another SIM has."`
	Why   string `help:"How you know that it is the customer, for the checker and the audit chain." required:""`
}

// Run asks for money to leave the wallet again. The ID number comes from SENTI_ID_NUMBER or is asked for at the terminal; it is sealed at
// once. A customer who named none when the wallet was opened is for the two of the staff to judge.
func (c customerSIMCheckCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		args, found, err := d.simArgs(ctx, c.Phone, c.Why)
		if err != nil {
			return err
		}
		if found.Document.Type != customer.NoDocument {
			if args.Document, err = typedID(d.wallet, found.Phone, found.Document.Type); err != nil {
				return err
			}
		}
		return d.asks(ctx, wallet.RequestSIM, args)
	})
}

type customerDetachCmd struct {
	deskFlags
	Phone string `arg:"" help:"The number, which is somebody else's by now."`
	Why   string `help:"How you know, for the checker and the audit chain." required:""`
}

// Run asks for the wallet to be taken off its number.
func (c customerDetachCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		args, _, err := d.simArgs(ctx, c.Phone, c.Why)
		if err != nil {
			return err
		}
		return d.asks(ctx, wallet.RequestDetach, args)
	})
}

// simArgs reads whose SIM it is.
func (d *desk) simArgs(ctx context.Context, typed, reason string) (wallet.SIMArgs, customer.Customer, error) {
	phone, err := d.wallet.ParsePhone(typed)
	if err != nil {
		return wallet.SIMArgs{}, customer.Customer{}, err
	}
	found, err := d.wallet.Customers().ByPhone(ctx, phone)
	return wallet.SIMArgs{Customer: found.ID, Phone: phone, Why: reason}, found, err
}

type customerClaimCmd struct {
	deskFlags
	Phone    string `arg:"" help:"The number that the owner of a wallet without one has now."`
	Customer int64  `help:"Which wallet, if the ID has several." placeholder:"NUMBER"`
	IDType   string `help:"What is shown: national, passport or what else the market takes." default:"national"`
	Why      string `help:"How you know that it is the owner, for the checker and the audit chain." required:""`
}

// Run finds the wallets without a number that were opened with an ID, and asks for one of them to be put on that number. The ID number comes
// from SENTI_ID_NUMBER or is asked for at the terminal; it is sealed at once.
func (c customerClaimCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		phone, err := d.wallet.ParsePhone(c.Phone)
		if err != nil {
			return err
		}
		draft, err := d.shownID(phone, c.IDType)
		if err != nil {
			return err
		}
		found, err := d.wallet.Unclaimed(ctx, phone, draft)
		if err != nil {
			return err
		}
		which, err := d.oneOf(found, c.Customer)
		if err != nil {
			return err
		}
		return d.asks(ctx, wallet.RequestClaim, wallet.ClaimArgs{Customer: which, To: phone, Document: draft, Why: c.Why})
	})
}

// oneOf is the wallet that is meant, or says which there are.
func (d *desk) oneOf(found []customer.Customer, number int64) (int64, error) {
	for _, c := range found {
		if len(found) == 1 && number == 0 || c.ID == number {
			return c.ID, nil
		}
	}
	if len(found) == 0 {
		return 0, fmt.Errorf("nothing was done: no wallet without a number was opened with this ID")
	}
	rows := [][]string{{"CUSTOMER", "NAME", "SINCE", "WITHOUT A NUMBER SINCE"}}
	for _, c := range found {
		rows = append(rows, []string{fmt.Sprint(c.ID), c.Name, d.when(c.CreatedAt), d.when(c.SIMChanged)})
	}
	if err := d.table(rows...); err != nil {
		return 0, err
	}
	return 0, fmt.Errorf("nothing was done: say which, with --customer")
}

// simState is what can be said of a customer's SIM.
func (d *desk) simState(c customer.Customer) string {
	switch {
	case !c.SIMChanged.IsZero():
		return "CHANGED " + d.when(c.SIMChanged) + ": nothing leaves until the ID is checked, at a counter or with sim-check"
	case !c.SIMChecked.IsZero():
		return "changed once; the ID was checked " + d.when(c.SIMChecked)
	case c.SIM.IsZero():
		return "none was told yet"
	}
	return "as first seen"
}

type operatorConfirmSIMCmd struct{ operatorWhyCmd }

// Run lets an operator work again who was stopped for nothing but another SIM.
func (c operatorConfirmSIMCmd) Run(ctx context.Context) error {
	return c.run(ctx, func(d *desk, post network.Post) error {
		if err := d.agents.ConfirmSIMByStaff(ctx, d.me(), post.Operator.Phone, c.Why, d.may(whoRuns)); err != nil {
			return err
		}
		return d.did(ctx, refOf(post), "can work again, with the new SIM")
	})
}
