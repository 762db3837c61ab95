package main

import (
	"context"
	"fmt"

	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/staff"
)

// adminCustomerCmd is what staff do for and to customers, whom they have before them or on the phone.
type adminCustomerCmd struct {
	Show      customerShowCmd      `cmd:"" help:"Show a customer's wallet; that you looked is recorded."`
	Block     customerBlockCmd     `cmd:"" help:"Stop a wallet at once: it neither pays nor receives."`
	Unblock   customerUnblockCmd   `cmd:"" help:"Let a blocked wallet go on."`
	UnlockPIN customerUnlockPINCmd `cmd:"" name:"unlock-pin" help:"Give a customer three tries again with the PIN the wallet has."`
	ResetPIN  customerResetPINCmd  `cmd:"" name:"reset-pin" help:"Send a customer who forgot the PIN, and whose ID you have compared, a code for a new one."`
	SIMCheck  customerSIMCheckCmd  `cmd:"" name:"sim-check" help:"Ask for money to leave a wallet again whose number another SIM has, with the ID in hand."`
	Detach    customerDetachCmd    `cmd:"" help:"Ask for a wallet to be taken off a number that somebody else has."`
	Claim     customerClaimCmd     `cmd:"" help:"Ask for a wallet without a number to be put on its owner's new one, with the ID in hand."`
}

type customerShowCmd struct {
	deskFlags
	Phone string `arg:"" help:"The customer's number."`
}

// Run shows a customer, and records who looked.
func (c customerShowCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		phone, err := d.wallet.ParsePhone(c.Phone)
		if err != nil {
			return err
		}
		found, err := d.wallet.Customers().ByPhone(ctx, phone)
		if err != nil {
			return err
		}
		plan := &ledger.Plan{Companions: append(
			d.office.Audit().Add(audit.Act{Actor: d.me(), Act: "customer.show", Object: fmt.Sprintf("customer:%d", found.ID)}),
			d.may(staff.Maker|staff.Checker|staff.Support|staff.Auditor))}
		if _, err := d.ledger.Commit(ctx, plan); err != nil {
			return err
		}
		account, err := d.ledger.Account(ctx, found.Account)
		if err != nil {
			return err
		}
		secret, err := d.wallet.PINs().State(ctx, wallet.CustomerPIN(found.ID))
		if err != nil {
			return err
		}
		id := "none on record"
		if found.Document.Type != customer.NoDocument {
			id = found.Document.Type.String() + ", on record, sealed"
		}
		return d.table(
			[]string{"customer", fmt.Sprint(found.ID)},
			[]string{"name", found.Name + seen(found.NameVerified, ", compared with the ID", ", as typed by its owner")},
			[]string{"phone", found.Phone.National()},
			[]string{"status", string(found.Status)},
			[]string{"tier", fmt.Sprint(found.Tier) + seen(found.Shared, ", limits shared with other wallets of the same ID", "")},
			[]string{"language", found.Language},
			[]string{"ID document", id},
			[]string{"since", d.when(found.CreatedAt)},
			[]string{"PIN", d.pinState(secret.Set, secret.Locked)},
			[]string{"SIM", d.simState(found)},
			[]string{"balance", d.money(account.Balance)},
			[]string{"held", d.money(account.Held)},
		)
	})
}

// seen is one of two texts.
func seen(yes bool, then, otherwise string) string {
	if yes {
		return then
	}
	return otherwise
}

// pinState is what can be said of a PIN.
func (*desk) pinState(set, locked bool) string {
	switch {
	case !set:
		return "none yet"
	case locked:
		return "LOCKED"
	}
	return "set"
}

// customerAct is what one person may do to a customer, with a reason.
type customerAct func(w *wallet.Wallet, ctx context.Context, phone msisdn.Number, by, why string, with ...ledger.Companion) error

// does lets who sits at the desk do it, with one of the roles.
func (f deskFlags) does(ctx context.Context, act customerAct, roles staff.Roles, typed, reason, deed string) error {
	return f.prove(ctx, func(d *desk) error {
		if err := why(reason); err != nil {
			return err
		}
		phone, err := d.wallet.ParsePhone(typed)
		if err != nil {
			return err
		}
		if err := act(d.wallet, ctx, phone, d.me(), reason, d.may(roles)); err != nil {
			return err
		}
		d.say("done: %s %s", phone.National(), deed)
		return nil
	})
}

type customerBlockCmd struct {
	deskFlags
	Phone string `arg:"" help:"The customer's number."`
	Why   string `help:"The reason, for the audit chain." required:""`
}

// Run blocks the wallet.
func (c customerBlockCmd) Run(ctx context.Context) error {
	return c.does(ctx, (*wallet.Wallet).BlockCustomer, whoStops, c.Phone, c.Why, "is blocked: it neither pays nor receives")
}

type customerUnblockCmd struct {
	deskFlags
	Phone string `arg:"" help:"The customer's number."`
	Why   string `help:"The reason, for the audit chain." required:""`
}

// Run lets the wallet go on.
func (c customerUnblockCmd) Run(ctx context.Context) error {
	return c.does(ctx, (*wallet.Wallet).UnblockCustomer, staff.Maker|staff.Checker, c.Phone, c.Why, "goes on")
}

type customerUnlockPINCmd struct {
	deskFlags
	Phone string `arg:"" help:"The customer's number."`
	Why   string `help:"How you know that it is the customer, for the audit chain." required:""`
}

// Run gives the customer three tries again, and the customer hears of it.
func (c customerUnlockPINCmd) Run(ctx context.Context) error {
	return c.does(ctx, (*wallet.Wallet).UnlockPIN, whoHelps, c.Phone, c.Why, "has three tries again with the PIN the wallet has")
}

type customerResetPINCmd struct {
	deskFlags
	Phone string `arg:"" help:"The customer's number."`
	Why   string `help:"How you know that it is the customer, for the audit chain." required:""`
}

// Run has a code sent to the customer's own phone, where the new PIN is set and nowhere else. The ID number comes from SENTI_ID_NUMBER
// or is asked for at the terminal, and must be the one the wallet has.
func (c customerResetPINCmd) Run(ctx context.Context) error {
	reset := func(w *wallet.Wallet, ctx context.Context, phone msisdn.Number, by, why string, with ...ledger.Companion) error {
		known, err := w.IDOf(ctx, phone)
		if err != nil {
			return err
		}
		id, err := typedID(w, phone, known.Type)
		if err != nil {
			return err
		}
		return w.StartResetByStaff(ctx, wallet.ShownDocument{Phone: phone, ID: id, Why: why}, by, with...)
	}
	return c.does(ctx, reset, whoHelps, c.Phone, c.Why, "gets a code by SMS, and sets the new PIN on that phone with the end of the ID number")
}
