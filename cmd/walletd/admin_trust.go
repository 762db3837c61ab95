package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

type adminIssueCmd struct {
	deskFlags
	Line string   `help:"The line, as statement lines shows it." required:""`
	To   []string `help:"An account, or ACCOUNT=AMOUNT when it is not the whole line; several times for several accounts." required:"" sep:"none" placeholder:"ACCOUNT[=AMOUNT]"`
	Rest bool     `help:"What an earlier issue left over of the line, to suspense (20)."`
}

// Run asks for it.
func (c adminIssueCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		l, err := d.office.Banks().LineByPrefix(ctx, c.Line)
		if err != nil {
			return err
		}
		if l.Left() == 0 {
			return fault.New(fault.LineUsed)
		}
		args := wallet.IssueArgs{Line: l.ID, Rest: c.Rest}
		for _, text := range c.To {
			number, amount, given := strings.Cut(text, "=")
			to := wallet.IssueTo{Amount: l.Left()}
			if to.Account, err = strconv.ParseInt(strings.TrimSpace(number), 10, 64); err != nil {
				return fmt.Errorf("--to %s: write ACCOUNT or ACCOUNT=AMOUNT", text)
			}
			if given {
				if to.Amount, err = d.amount(amount); err != nil {
					return err
				}
			}
			args.To = append(args.To, to)
		}
		return d.asks(ctx, wallet.RequestIssue, args)
	})
}

// payFlags are what every payment out of trust takes.
type payFlags struct {
	Bank   int64  `help:"The trust bank that pays." default:"10"`
	Amount string `help:"How much." required:""`
}

type adminDestroyCmd struct {
	deskFlags
	payFlags
	From int64 `help:"The ledger account: a float, 32 the fund, 20 suspense." required:""`
	To   int64 `help:"Number of the payee (bank payees)." required:"" placeholder:"PAYEE"`
}

// Run asks for it.
func (c adminDestroyCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		amount, err := d.amount(c.Amount)
		if err != nil {
			return err
		}
		return d.asks(ctx, wallet.RequestDestroy, wallet.PayArgs{Bank: c.Bank, From: c.From, Amount: amount, To: c.To})
	})
}

type adminSweepCmd struct {
	deskFlags
	payFlags
	From int64  `help:"1 fees, 2 tax, 3 withholding tax." required:"" enum:"1,2,3"`
	To   int64  `help:"Number of the payee (bank payees)." placeholder:"PAYEE"`
	Line string `help:"Instead: the line of the statement by which the bank took its charges." placeholder:"LINE"`
	Rest bool   `help:"With --line: what a payment left over of it."`
}

// Run asks for it.
func (c adminSweepCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		amount, err := d.amount(c.Amount)
		if err != nil {
			return err
		}
		args := wallet.PayArgs{Bank: c.Bank, From: c.From, Amount: amount, To: c.To}
		if c.Line != "" {
			l, err := d.office.Banks().LineByPrefix(ctx, c.Line)
			if err != nil {
				return err
			}
			args.Line, args.Rest = l.ID, c.Rest
		}
		return d.asks(ctx, wallet.RequestSweep, args)
	})
}

type adminMoveCmd struct {
	deskFlags
	From   int64  `help:"The bank that pays." required:""`
	To     int64  `help:"The bank that is paid." required:""`
	Amount string `help:"How much." required:""`
}

// Run asks for it.
func (c adminMoveCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		amount, err := d.amount(c.Amount)
		if err != nil {
			return err
		}
		return d.asks(ctx, wallet.RequestMove, wallet.MoveArgs{From: c.From, To: c.To, Amount: amount})
	})
}

type adminCheckCmd struct{ deskFlags }

// Run runs both checks, as the jobs do, and fails if money is missing.
func (c adminCheckCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		owed, err := d.office.CheckLiabilities(ctx)
		if err != nil {
			return err
		}
		if err := d.owed(owed); err != nil {
			return err
		}
		r, err := d.office.ReconcileTrust(ctx)
		if err != nil {
			return err
		}
		if err := d.reconciled(r); err != nil {
			return err
		}
		if owed.Short > 0 || r.Short > 0 {
			return errors.New("trust falls SHORT of what is owed: no e-money is issued until this is mended")
		}
		return nil
	})
}

// owed shows whose e-money there is, against trust.
func (d *desk) owed(r wallet.LiabilityReport) error {
	rows := [][]string{{"OWED TO", "ACCOUNTS", "AMOUNT", "OF IT HELD"}}
	for _, t := range []ledger.AccountType{ledger.Wallet, ledger.Float, ledger.Escrow, ledger.Suspense, ledger.Fund, ledger.FeeIncome, ledger.TaxPayable} {
		s := r.Owed[t]
		rows = append(rows, []string{t.String(), fmt.Sprint(s.Accounts), d.money(s.Balance), d.money(s.Held)})
	}
	rows = append(rows, []string{"all", "", d.money(r.Total), ""}, []string{"in trust", "", d.money(r.Trust), ""})
	if r.Over > 0 {
		rows = append(rows, []string{"MORE IN TRUST", "", d.money(r.Over), ""})
	}
	if r.Short > 0 {
		rows = append(rows, []string{"MISSING", "", d.money(r.Short), ""})
	}
	return d.table(rows...)
}

// reconciled shows the books against the statements.
func (d *desk) reconciled(r wallet.TrustReport) error {
	rows := [][]string{{"BANK", "NAME", "BOOKS", "STATEMENTS", "UP TO", "UNMATCHED", "UNEXPLAINED"}}
	for _, b := range r.Banks {
		rows = append(rows, []string{fmt.Sprint(b.Account), b.Name, d.money(b.Books), d.money(b.Statement), dayText(b.LastDay),
			fmt.Sprint(len(b.Breaks)), d.money(b.Unexplained)})
	}
	rows = append(rows, []string{"all", "", d.money(r.Books), d.money(r.Statements), "", "", ""})
	d.say("")
	if err := d.table(rows...); err != nil {
		return err
	}
	lines, entries, payouts := r.Aged()
	aged := [][]string{{"UNMATCHED", wallet.Ages[0], wallet.Ages[1], wallet.Ages[2], wallet.Ages[3]}, {"lines of statements"}, {"postings of the books"}, {"payments ordered"}}
	for i := range wallet.Ages {
		aged[1], aged[2], aged[3] = append(aged[1], d.money(lines[i])), append(aged[2], d.money(entries[i])), append(aged[3], d.money(payouts[i]))
	}
	d.say("")
	if err := d.table(aged...); err != nil {
		return err
	}
	for _, b := range r.Banks {
		for _, one := range b.Breaks {
			d.say("%s", d.unmatched(b.Account, one))
		}
	}
	if r.Surplus > 0 {
		d.say("%s came in that nothing was issued against: find its owner, or it goes to suspense (20) when its time is over", d.money(r.Surplus))
	}
	if r.Transit > 0 {
		d.say("%s has left one trust bank and is awaited at another", d.money(r.Transit))
	}
	for _, missing := range []struct {
		minor int64
		why   string
	}{
		{r.Debits, "left the banks and nothing accounts for it: match or cancel the lines, or pay a charge out of the fees"},
		{r.Overdue, "left one trust bank and has not arrived at the other"},
		{r.Unexplained, "was issued without a line of a statement"},
	} {
		if missing.minor > 0 {
			d.say("MISSING: %s %s", d.money(missing.minor), missing.why)
		}
	}
	return nil
}

// unmatched tells one break in one line.
func (d *desk) unmatched(bank int64, b wallet.Break) string {
	if b.Line != nil {
		return fmt.Sprintf("  %3d days  bank %d  line %s  %s  %s %s", b.Days, bank, b.Line.ID.String()[:8], d.money(b.Amount), b.Line.Reference, b.Line.Detail)
	}
	if b.Payout != nil {
		return fmt.Sprintf("  %3d days  bank %d  payment %d  %s  ordered as %s, not paid yet", b.Days, bank, b.Payout.No, d.money(b.Amount), b.Payout.Reference())
	}
	return fmt.Sprintf("  %3d days  bank %d  receipt %s  %s  no statement tells of it", b.Days, bank, b.Entry.Receipt, d.money(b.Amount))
}
