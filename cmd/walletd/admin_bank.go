package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"senti/wallet"
	"senti/wallet/money"
	"senti/wallet/trust"
)

// adminBankCmd is about where money lies and may go.
type adminBankCmd struct {
	List     bankListCmd     `cmd:"" help:"Show the trust banks."`
	Add      bankAddCmd      `cmd:"" help:"Ask for a trust bank to be added."`
	Payees   bankPayeesCmd   `cmd:"" help:"Show the accounts that money may be paid to."`
	Nominate bankNominateCmd `cmd:"" help:"Ask for an account to be one that money may be paid to."`
	Drop     bankDropCmd     `cmd:"" help:"Ask for nothing more to be paid to an account."`
	Payouts  bankPayoutsCmd  `cmd:"" help:"Show the payments that the banks were told to make, and what became of them."`
	CallOff  bankCallOffCmd  `cmd:"" help:"Ask for a payment to be called off that the bank will not make: what is held for it is free again."`
}

type bankListCmd struct{ deskFlags }

// Run shows the trust banks.
func (c bankListCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		banks, err := d.office.Banks().Banks(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"BANK", "NAME", "ACCOUNT", "ADDED"}}
		for _, b := range banks {
			rows = append(rows, []string{fmt.Sprint(b.Account), b.Name, b.Number, d.when(b.AddedAt)})
		}
		return d.table(rows...)
	})
}

type bankAddCmd struct {
	deskFlags
	Bank   int64  `arg:"" help:"Its ledger account: 10 for the first, up to 19."`
	Name   string `arg:"" help:"What it is called."`
	Number string `arg:"" help:"The number of the trust account there."`
}

// Run asks for it.
func (c bankAddCmd) Run(ctx context.Context) error {
	return c.asksFor(ctx, wallet.RequestBankAdd, wallet.BankArgs{Account: c.Bank, Name: c.Name, Number: c.Number})
}

type bankPayeesCmd struct{ deskFlags }

// Run shows the nominated accounts.
func (c bankPayeesCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		payees, err := d.office.Banks().Payees(ctx, 0)
		if err != nil {
			return err
		}
		rows := [][]string{{"PAYEE", "FOR", "HOLDER", "BANK", "ACCOUNT", "NOMINATED", "DROPPED"}}
		for _, p := range payees {
			rows = append(rows, []string{fmt.Sprint(p.No), fmt.Sprint(p.Account), p.Holder, p.Bank, p.Number, d.when(p.AddedAt), d.when(p.DroppedAt)})
		}
		return d.table(rows...)
	})
}

type bankNominateCmd struct {
	deskFlags
	For    int64  `help:"The ledger account whose money may go there: a float, 32 the fund, 20 suspense, 1 fees, 2 tax, 3 withholding tax." required:""`
	Bank   string `help:"The bank." required:""`
	Number string `help:"The account there." required:""`
	Holder string `help:"Whose account it is, as the bank has it." required:""`
}

// Run asks for it.
func (c bankNominateCmd) Run(ctx context.Context) error {
	return c.asksFor(ctx, wallet.RequestPayeeAdd, wallet.PayeeArgs{Account: c.For, Bank: c.Bank, Number: c.Number, Holder: c.Holder})
}

type bankDropCmd struct {
	deskFlags
	Payee int64 `arg:"" help:"Number of the payee."`
}

// Run asks for it.
func (c bankDropCmd) Run(ctx context.Context) error {
	return c.asksFor(ctx, wallet.RequestPayeeDrop, wallet.PayeeArgs{No: c.Payee})
}

type bankPayoutsCmd struct {
	deskFlags
	Limit int `help:"At most so many, the newest." default:"50"`
}

// Run shows payments.
func (c bankPayoutsCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		all, err := d.office.Banks().LastPayouts(ctx, c.Limit)
		if err != nil {
			return err
		}
		rows := [][]string{{"PAYMENT", "STATE", "REFERENCE", "BANK", "AMOUNT", "OF", "PAYEE", "ORDERED", "ENDED"}}
		for _, p := range all {
			rows = append(rows, []string{fmt.Sprint(p.No), p.State.String(), p.Reference(), fmt.Sprint(p.Bank), d.money(p.Amount), fmt.Sprint(p.Account),
				fmt.Sprint(p.Payee), d.when(p.OrderedAt), d.when(p.EndedAt)})
		}
		return d.table(rows...)
	})
}

type bankCallOffCmd struct {
	deskFlags
	Payment int64 `arg:"" help:"Number of the payment."`
}

// Run asks for it.
func (c bankCallOffCmd) Run(ctx context.Context) error {
	return c.asksFor(ctx, wallet.RequestCallOff, wallet.CallOffArgs{No: c.Payment})
}

// adminStatementCmd is about what the banks say.
type adminStatementCmd struct {
	Import statementImportCmd `cmd:"" help:"Take a bank's statement in (CSV); lines that are there already stay as they are."`
	Lines  statementLinesCmd  `cmd:"" help:"Show lines that the books do not account for yet."`
	Match  statementMatchCmd  `cmd:"" help:"Ask for a line to be taken as telling of payments or moves that it does not name."`
	Cancel statementCancelCmd `cmd:"" help:"Ask for two lines to be taken as undoing each other."`
}

type statementImportCmd struct {
	deskFlags
	File    string `arg:"" help:"The statement, in CSV, of whole days." type:"existingfile"`
	Bank    int64  `help:"Whose statement it is." default:"10"`
	Opening string `help:"The balance before the first line, for a file without balances." placeholder:"AMOUNT"`
	Closing string `help:"The balance after the last line, for a file without balances." placeholder:"AMOUNT"`
	Gap     bool   `help:"What lies between the lines that are known and this statement cannot be had: keep it as a line of its own."`
}

// Run imports a statement and says what was new.
func (c statementImportCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // only read
		var said trust.Said
		if said.Opening, err = d.balance(c.Opening); err == nil {
			said.Closing, err = d.balance(c.Closing)
		}
		if err != nil {
			return err
		}
		s, err := trust.ReadStatement(file, d.market.Style, said)
		if err != nil {
			return fmt.Errorf("nothing was imported from %s: %w", c.File, err)
		}
		found, err := d.office.ImportStatement(ctx, d.who, wallet.Import{Bank: c.Bank, File: filepath.Base(c.File), Statement: s, Gap: c.Gap})
		var misfit *trust.Misfit
		if errors.As(err, &misfit) {
			return fmt.Errorf("nothing was imported from %s: %w%s", c.File, misfit, d.orGap(misfit))
		}
		if err != nil {
			return err
		}
		d.say("bank %d, %s to %s: %d new lines (%s in, %s out), %d known before, %d matched by their receipt; balance %s", c.Bank,
			dayText(found.First), dayText(found.Last), found.New, d.money(found.In), d.money(found.Out), found.Known, found.Matched, d.money(found.Closing))
		if found.Gap != 0 {
			d.say("%s lies between, and is a line of its own now", d.money(found.Gap))
		}
		return nil
	})
}

// balance reads a balance, which may be below zero or nothing at all.
func (d *desk) balance(text string) (*int64, error) {
	plain, below := strings.CutPrefix(text, "-")
	if plain == "" {
		return nil, nil
	}
	style := d.market.Style
	style.Step = 1
	if _, err := style.Parse(plain); errors.Is(err, money.ErrZero) {
		return new(int64), nil
	}
	minor, err := d.amount(plain)
	if below {
		minor = -minor
	}
	return &minor, err
}

// orGap says what can be done about a statement that does not follow when the missing lines cannot be had.
func (d *desk) orGap(m *trust.Misfit) string {
	if m.Gap == 0 {
		return ""
	}
	return fmt.Sprintf("\n(if it cannot be had: --gap keeps the %s between as a line of its own)", d.money(m.Gap))
}

type statementLinesCmd struct {
	deskFlags
	Bank  int64 `help:"Whose statement." default:"10"`
	All   bool  `help:"The newest lines, accounted for or not."`
	Limit int   `help:"With --all: at most so many." default:"50"`
}

// Run shows lines.
func (c statementLinesCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		lines, err := d.office.Banks().OpenLines(ctx, c.Bank)
		if c.All {
			lines, err = d.office.Banks().LastLines(ctx, c.Bank, c.Limit)
		}
		if err != nil {
			return err
		}
		rows := [][]string{{"LINE", "DATE", "AMOUNT", "LEFT", "REFERENCE", "DETAIL"}}
		for _, l := range lines {
			rows = append(rows, []string{l.ID.String()[:8], dayText(l.Day), d.money(l.Amount), d.money(l.Left()), l.Reference, l.Detail})
		}
		return d.table(rows...)
	})
}

type statementMatchCmd struct {
	deskFlags
	Line string   `arg:"" help:"The line, as statement lines shows it."`
	Of   []string `arg:"" help:"Numbers of payments (bank payouts), and receipts of moves between trust banks."`
}

// Run asks for a line to be taken as telling of them.
func (c statementMatchCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		l, err := d.office.Banks().LineByPrefix(ctx, c.Line)
		if err != nil {
			return err
		}
		args := wallet.MatchArgs{Line: l.ID}
		for _, of := range c.Of {
			if no, err := strconv.ParseInt(of, 10, 64); err == nil {
				args.Payouts = append(args.Payouts, no)
				continue
			}
			args.Receipts = append(args.Receipts, of)
		}
		return d.asks(ctx, wallet.RequestMatch, args)
	})
}

type statementCancelCmd struct {
	deskFlags
	A string `arg:"" help:"One line."`
	B string `arg:"" help:"The line that undoes it."`
}

// Run asks for it.
func (c statementCancelCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		a, err := d.office.Banks().LineByPrefix(ctx, c.A)
		if err != nil {
			return err
		}
		b, err := d.office.Banks().LineByPrefix(ctx, c.B)
		if err != nil {
			return err
		}
		return d.asks(ctx, wallet.RequestCancel, wallet.CancelArgs{A: a.ID, B: b.ID})
	})
}
