package jobs

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/staff"
	"senti/wallet/trust"
)

// bank is a trust bank, the people who look after it, and a float of 900.
type bank struct {
	Parts
	t          *testing.T
	clock      *clock.Fake
	market     *market.Market
	alice, bob staff.Staff
}

const shopFloat int64 = 900

func newBank(t *testing.T, d *db.DB) *bank {
	t.Helper()
	b := &bank{t: t, clock: clock.NewFake(noon)}
	m, err := market.Load("ke")
	b.must(err)
	b.market = m
	b.Parts = b.beside(d)
	b.must(b.Wallet.EnsureSystemAccounts(bg))
	for p, who := range map[*staff.Staff]staff.Staff{&b.alice: {Name: "alice", Roles: staff.Maker}, &b.bob: {Name: "bob", Roles: staff.Checker}} {
		*p = who
		_, err := d.Exec(bg, `INSERT INTO staff (id, name, roles, status, password, totp, step, tries, locked_until, created_at,
			password_at, proved_at) VALUES (?, ?, ?, ?, ?, NULL, 0, 0, 0, 0, 0, 0)`,
			id.Derive(id.ID{}, "senti.staff.v1:"+p.Name), p.Name, int64(p.Roles), int64(staff.Active), []byte("none"))
		b.must(err)
	}
	_, err = b.Ledger.Commit(bg, &ledger.Plan{ID: ids.New(), Kind: ledger.Register,
		Open: []ledger.NewAccount{{ID: shopFloat, Type: ledger.Float, Currency: "KES", Class: 1}}})
	b.must(err)
	b.approved(wallet.RequestBankAdd, wallet.BankArgs{Account: wallet.Trust, Name: "KCB", Number: "1107"})
	return b
}

// beside is the parts of one more process.
func (b *bank) beside(d *db.DB) Parts {
	b.t.Helper()
	texts, err := i18n.Load()
	b.must(err)
	l, err := ledger.Open(bg, ledger.Options{DB: d, Clock: b.clock, IDs: ids, Zone: b.market.Zone, Receipts: ledger.NewReceiptCoder([32]byte{1})})
	b.must(err)
	b.t.Cleanup(l.Close)
	w := wallet.New(wallet.Parts{DB: d, Ledger: l, Market: b.market, Texts: texts, Keys: key.Demo(), Clock: b.clock, IDs: ids})
	return Parts{DB: d, Clock: b.clock, Zone: b.market.Zone, Ledger: l, Wallet: w, Office: wallet.NewOffice(w, d)}
}

func (b *bank) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bank) approved(kind string, args any) {
	b.t.Helper()
	asked, err := b.Office.Ask(bg, b.alice, kind, args)
	b.must(err)
	_, err = b.Office.Approve(bg, b.bob, asked.No)
	b.must(err)
}

// says is one more line of the bank's statement.
func (b *bank) says(reference string, amount int64) trust.Line {
	b.t.Helper()
	before, err := b.Office.Banks().Head(bg, wallet.Trust)
	b.must(err)
	s := &trust.Statement{Opening: before.Balance, Lines: []trust.StatementLine{
		{Day: b.market.Day(b.clock.Now()), Reference: reference, Amount: amount, Balance: before.Balance + amount}}}
	_, err = b.Office.ImportStatement(bg, b.alice, wallet.Import{Bank: wallet.Trust, File: "test.csv", Statement: s})
	b.must(err)
	lines, err := b.Office.Banks().LastLines(bg, wallet.Trust, 1000)
	b.must(err)
	for _, l := range lines {
		if l.Reference == reference {
			return l
		}
	}
	b.t.Fatalf("no line %s", reference)
	return trust.Line{}
}

// run runs a job by itself and wants it to fail with that text, or "" for not at all.
func (b *bank) run(j Job, says string) Result {
	b.t.Helper()
	r, err := j.Run(context.Background(), Tick{Job: j.Name, At: b.clock.Now()})
	if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
		b.t.Errorf("%s: %v, %v; want %q", j.Name, r, err, says)
	}
	return r
}

// While money is missing the run has failed, so that whoever watches the metric of failed runs hears of it, and is tried again.
func TestReconcileTrustFailsWhileMoneyIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		in := b.says("A", 1000_00)
		b.approved(wallet.RequestIssue, wallet.IssueArgs{Line: in.ID, To: []wallet.IssueTo{{Account: shopFloat, Amount: 900_00}}})
		b.run(reconcileTrust(b.Parts), "")
		theft := b.says("THEFT", -300_00)
		if r := b.run(reconcileTrust(b.Parts), "short 30000"); r["short"] != int64(300_00) || r["surplus"] != int64(100_00) {
			t.Errorf("it says %v", r)
		}
		runner, err := New(Options{DB: d, Clock: b.clock, IDs: ids, Zone: b.Zone, Jobs: []Job{reconcileTrust(b.Parts)}})
		b.must(err)
		turn := func(want State) {
			t.Helper()
			_, err := runner.turn(bg)
			b.must(err)
			runner.all.Wait()
			run, found, err := runner.runs.newest(bg, "reconcile_trust")
			if err != nil || !found || run.State != want {
				t.Errorf("the run is %s, %v; want %s", run.State, err, want)
			}
		}
		_, err = runner.turn(bg)
		b.must(err)
		b.clock.Advance(day)
		turn(Again)
		b.approved(wallet.RequestCancel, wallet.CancelArgs{A: theft.ID, B: b.says("PAIDIN", 300_00).ID})
		b.clock.Advance(time.Hour)
		turn(Done)
	})
}

func TestCheckLiabilitiesFailsWhileMoneyIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		b.approved(wallet.RequestIssue, wallet.IssueArgs{Line: b.says("A", 1000_00).ID, To: []wallet.IssueTo{{Account: shopFloat, Amount: 1000_00}}})
		if r := b.run(checkLiabilities(b.Parts), ""); r != nil {
			t.Errorf("nothing is wrong, and it says %v", r)
		}
		if _, err := d.Exec(bg, `UPDATE accounts SET balance = balance + 1 WHERE id = ?`, shopFloat); err != nil {
			t.Fatal(err)
		}
		r := b.run(checkLiabilities(b.Parts), "short 1,")
		if fmt.Sprint(r) != fmt.Sprint(Result{"owed": int64(1000_01), "trust": int64(1000_00)}) {
			t.Errorf("it says %v", r)
		}
		line := b.says("B", 5_00)
		asked, err := b.Office.Ask(bg, b.alice, wallet.RequestIssue, wallet.IssueArgs{Line: line.ID, To: []wallet.IssueTo{{Account: shopFloat, Amount: 5_00}}})
		b.must(err)
		if _, err := b.Office.Approve(bg, b.bob, asked.No); err == nil {
			t.Error("issued all the same")
		}
	})
}

// A line that cannot be booked is told of, and keeps none of those after it waiting.
func TestOneBadLineDoesNotStopTheOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBank(t, d)
		bad := b.says("A", 1000_00)
		b.says("B", 70_00)
		if _, err := d.Exec(bg, `UPDATE trust_lines SET used = amount WHERE id = ?`, bad.ID); err != nil { // and yet not settled
			t.Fatal(err)
		}
		b.clock.Advance(31 * day)
		if r := b.run(surplusToSuspense(b.Parts), "line "+bad.ID.String()); fmt.Sprint(r) != fmt.Sprint(Result{"lines": 1}) {
			t.Errorf("it says %v", r)
		}
		if a, err := b.Ledger.Account(bg, wallet.Suspense); err != nil || a.Balance != 70_00 {
			t.Errorf("%d on suspense, %v", a.Balance, err)
		}
	})
}

// What came in and nobody was issued anything for goes to suspense when its time is over, the rest of a line too, and once.
func TestSurplusToSuspense(t *testing.T) {
	dbtest.EachPair(t, func(t *testing.T, d, e *db.DB) {
		b := newBank(t, d)
		other := b.beside(e)
		job := surplusToSuspense(b.Parts)
		in := b.says("A", 1000_00)
		b.says("B", 70_00)
		b.approved(wallet.RequestIssue, wallet.IssueArgs{Line: in.ID, To: []wallet.IssueTo{{Account: shopFloat, Amount: 900_00}}})
		suspense := func(when string, want int64) {
			t.Helper()
			a, err := b.Ledger.Account(bg, wallet.Suspense)
			if err != nil || a.Balance != want {
				t.Errorf("%s: %d on suspense, want %d: %v", when, a.Balance, want, err)
			}
		}
		b.clock.Advance(30 * day)
		if r := b.run(job, ""); r != nil {
			t.Errorf("in time: %v", r)
		}
		late := b.says("C", 5_00)
		b.clock.Advance(day)
		theft := b.says("THEFT", -1_00)
		if r := b.run(job, ""); r != nil {
			t.Errorf("while money is missing: %v", r)
		}
		suspense("while money is missing", 0)
		b.approved(wallet.RequestCancel, wallet.CancelArgs{A: theft.ID, B: b.says("BACK", 1_00).ID})
		var wg sync.WaitGroup
		for _, p := range []Parts{b.Parts, other} {
			wg.Go(func() {
				if _, err := surplusToSuspense(p).Run(bg, Tick{At: b.clock.Now()}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		suspense("by two processes at once", 170_00)
		if r := b.run(job, ""); r != nil {
			t.Errorf("again: %v", r)
		}
		report, err := b.Office.ReconcileTrust(bg)
		if err != nil || report.Surplus != 5_00 || report.Short != 0 || report.Books != report.Statements-5_00 {
			t.Errorf("%s, %v", report, err)
		}
		owed, err := b.Office.CheckLiabilities(bg)
		if err != nil || !owed.OK() {
			t.Errorf("%s, %v", owed, err)
		}
		b.approved(wallet.RequestIssue, wallet.IssueArgs{Line: late.ID, To: []wallet.IssueTo{{Account: shopFloat, Amount: 5_00}}})
		b.clock.Advance(40 * day)
		if r := b.run(job, ""); r != nil {
			t.Errorf("when its owner was found: %v", r)
		}
	})
}
