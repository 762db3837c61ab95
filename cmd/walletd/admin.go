package main

import (
	"context"
	"fmt"
	"time"

	"senti/wallet"
)

// adminCmd is what staff do at a terminal: one field for each word, and one file admin_WORD.go for those that have more to say.
// Every command opens a desk (desk.go), and all but enrol, bootstrap, verify and the lists of jobs and switches want
// to know who sits there.
type adminCmd struct {
	SignIn    adminSignInCmd    `cmd:"" help:"Prove who you are once, for a quarter of an hour of commands."`
	Staff     adminStaffCmd     `cmd:"" help:"Who works here, and what they may do."`
	Requests  adminRequestsCmd  `cmd:"" help:"What was asked for and waits for another person."`
	Approve   adminApproveCmd   `cmd:"" help:"Do what somebody else asked for."`
	Reject    adminRejectCmd    `cmd:"" help:"Turn down what somebody else asked for."`
	Withdraw  adminWithdrawCmd  `cmd:"" help:"Take back what you asked for."`
	Bank      adminBankCmd      `cmd:"" help:"The trust banks, and the accounts that money may be paid to."`
	Statement adminStatementCmd `cmd:"" help:"The banks' statements, and what the books say of the same money."`
	Issue     adminIssueCmd     `cmd:"" help:"Ask for e-money to be made against a line of a statement."`
	Destroy   adminDestroyCmd   `cmd:"" help:"Ask for e-money to be paid out to a nominated account; it is unmade when the bank has paid."`
	Sweep     adminSweepCmd     `cmd:"" help:"Ask for fees or tax to be paid out of trust."`
	Move      adminMoveCmd      `cmd:"" help:"Ask for money to be moved from one trust bank to another."`
	Check     adminCheckCmd     `cmd:"" help:"Compare what is owed with trust, and the books with the statements."`
	Case      adminCaseCmd      `cmd:"" help:"Disagreements over a counter: cash that was not paid, deposits to a wrong number."`
	Agent     adminAgentCmd     `cmd:"" help:"Agents, stores, tills and operators: taken on, shown, stopped, closed."`
	Customer  adminCustomerCmd  `cmd:"" help:"Show, block and help a customer."`
	Switch    adminSwitchCmd    `cmd:"" help:"Stop a service, gateway, route, tier or range of numbers, or limit it to a pilot."`
	Messages  adminMessagesCmd  `cmd:"" help:"The SMS that Senti sends: what became of them, and sending one once more."`
	Audit     adminAuditCmd     `cmd:"" help:"Who did what, newest first."`
	Jobs      adminJobsCmd      `cmd:"" help:"What the clock does, how that went, and doing it now."`
	Verify    verifyCmd         `cmd:"" help:"Prove the books and the audit chain; the same as walletd verify."`
}

type adminSignInCmd struct{ deskFlags }

// Run prints what a shell sets so that the next commands know who sits there.
func (c adminSignInCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		session, err := d.office.Session(d.who)
		if err != nil {
			return err
		}
		d.say("export %s=%s", sessionEnv, session)
		return nil
	})
}

// asks makes a request and says how it goes on.
func (d *desk) asks(ctx context.Context, kind string, args any) error {
	r, err := d.office.Ask(ctx, d.who, kind, args)
	if err != nil {
		return err
	}
	d.say("request %d: %s", r.No, r.Text)
	d.say("Nothing is done yet. Somebody else says within %d days: walletd admin approve %d", int(r.ExpiresAt.Sub(r.MadeAt)/(24*time.Hour)), r.No)
	var about wallet.StaffArgs
	if r.Hand != "" && wallet.DecodeArgs(r.Request, &about) == nil {
		d.half(about.Name, r.Hand, "the other half from whoever approves")
	}
	return nil
}

// when writes a moment in the market's time, with seconds.
func (d *desk) when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(d.market.Zone).Format("2006-01-02 15:04:05")
}

// dayText writes yyyymmdd as a date.
func dayText(day int32) string {
	if day == 0 {
		return "-"
	}
	return fmt.Sprintf("%04d-%02d-%02d", day/10_000, day/100%100, day%100)
}

// asked writes requests in columns.
func (d *desk) asked(all []wallet.Asked) error {
	rows := [][]string{{"NO", "STATE", "ASKED BY", "AT", "DECIDED BY", "WHAT"}}
	for _, r := range all {
		state := r.State.String()
		if r.Refusal != "" && r.DecidedAt.IsZero() {
			state += " (refused: " + string(r.Refusal) + ")"
		}
		decided := "-"
		if r.Checker != "" {
			decided = r.Checker
		}
		what := r.Text
		if r.Note != "" {
			what += " [" + r.Note + "]"
		}
		rows = append(rows, []string{fmt.Sprint(r.No), state, r.Maker, d.when(r.MadeAt), decided, what})
	}
	return d.table(rows...)
}
