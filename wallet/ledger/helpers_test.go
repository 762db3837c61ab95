package ledger_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// The system accounts of every test.
const (
	feeIncome  = 1
	taxPayable = 2
	trust      = 10
)

var (
	ids id.Random
	bg  = context.Background()
	// noon is where fake clocks begin: Thursday 12 March 2026, 12:00 in Nairobi.
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

// TestMain keeps the ledger's log out of the tests' output, and rapid from writing down failures: its checks go on with the
// database of the checks before them, so that only the seed that it prints brings one back.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.steps": "40"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func nairobi(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Africa/Nairobi")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// open starts a ledger that stops with the test. Changes are made to its options first.
func open(t testing.TB, d *db.DB, c clock.Clock, changes ...func(*ledger.Options)) *ledger.Ledger {
	t.Helper()
	o := ledger.Options{DB: d, Clock: c, IDs: ids, Zone: nairobi(t), Receipts: ledger.NewReceiptCoder([32]byte{1})}
	for _, change := range changes {
		change(&o)
	}
	l, err := ledger.Open(bg, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// eachPair runs fn on both databases with two handles on one database, as two processes would have.
func eachPair(t *testing.T, fn func(t *testing.T, a, b *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		dsn := "sqlite:" + filepath.Join(t.TempDir(), "senti.db")
		fn(t, openDSN(t, dsn), openDSN(t, dsn))
	})
	t.Run("mysql", func(t *testing.T) {
		a, b := dbtest.Two(t)
		fn(t, a, b)
	})
}

func openDSN(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(bg, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := db.Migrate(bg, d); err != nil {
		t.Fatal(err)
	}
	return d
}

func request(n ...int64) [32]byte {
	var b []byte
	for _, v := range n {
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	return sha256.Sum256(b)
}

// seed opens the system accounts and n wallets with the same balance, and returns the wallets' numbers.
func seed(t testing.TB, l *ledger.Ledger, n int, balance int64) []int64 {
	t.Helper()
	must(t, l, &ledger.Plan{ID: ids.New(), Kind: ledger.Register, Open: []ledger.NewAccount{
		{ID: feeIncome, Type: ledger.FeeIncome, Currency: "KES"},
		{ID: taxPayable, Type: ledger.TaxPayable, Currency: "KES"},
		{ID: trust, Type: ledger.Trust, Currency: "KES"},
	}})
	wallets := make([]int64, n)
	var wg sync.WaitGroup
	for i := range wallets {
		wallets[i] = number(t, l)
		wg.Add(1)
		go func() {
			defer wg.Done()
			must(t, l, openWallet(wallets[i]))
			if balance > 0 {
				must(t, l, issue(wallets[i], balance))
			}
		}()
		if i%2000 == 1999 {
			wg.Wait()
		}
	}
	wg.Wait()
	return wallets
}

func number(t testing.TB, l *ledger.Ledger) int64 {
	t.Helper()
	n, err := l.Numbers(bg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func openWallet(number int64) *ledger.Plan {
	return &ledger.Plan{ID: ids.New(), Kind: ledger.Register,
		Open: []ledger.NewAccount{{ID: number, Type: ledger.Wallet, Currency: "KES", Class: 2}}}
}

func issue(to, amount int64) *ledger.Plan {
	return &ledger.Plan{ID: ids.New(), Kind: ledger.Issue,
		Legs: []ledger.Leg{{Account: trust, Amount: -amount}, {Account: to, Amount: amount}}}
}

// send is the whole write of a send: sender, receiver, fee and tax.
func send(from, to, amount, fee, tax int64) *ledger.Plan {
	return &ledger.Plan{ID: ids.New(), Kind: ledger.Send, Request: request(from, to, amount), Rules: "ke.tariff@2023-07-01",
		Legs: []ledger.Leg{
			{Account: from, Amount: -(amount + fee + tax), Counted: amount},
			{Account: to, Amount: amount, Counted: amount},
			{Account: feeIncome, Amount: fee}, {Account: taxPayable, Amount: tax},
		}}
}

func take(hold id.ID, account, amount int64, until time.Time) *ledger.Plan {
	return &ledger.Plan{ID: ids.New(), Kind: ledger.HoldTake, Holds: []ledger.HoldAct{
		{Verb: ledger.TakeHold, Hold: hold, Account: account, Amount: amount, ExpiresAt: until}}}
}

func capture(hold id.ID, from, to, amount int64) *ledger.Plan {
	return &ledger.Plan{ID: ids.New(), Kind: ledger.Capture,
		Holds: []ledger.HoldAct{{Verb: ledger.CaptureHold, Hold: hold, Account: from, Amount: amount}},
		Legs:  []ledger.Leg{{Account: from, Amount: -amount}, {Account: to, Amount: amount}}}
}

// must commits a plan that has to be accepted. It may be called from any goroutine.
func must(t testing.TB, l *ledger.Ledger, p *ledger.Plan) *ledger.Outcome {
	t.Helper()
	o, err := l.Commit(bg, p)
	if err != nil {
		t.Errorf("%s %s: %v", p.Kind, p.ID.Short(), err)
		return &ledger.Outcome{}
	}
	return o
}

// wantCode commits a plan that has to end with this code ("" for accepted).
func wantCode(t testing.TB, l *ledger.Ledger, p *ledger.Plan, want fault.Code) *ledger.Outcome {
	t.Helper()
	o, err := l.Commit(bg, p)
	if got := fault.CodeOf(err); got != want {
		t.Errorf("%s %s ended with %q (%v), want %q", p.Kind, p.ID.Short(), got, err, want)
	}
	return o
}

// wantBalance checks an account's balance and what is held of it.
func wantBalance(t testing.TB, l *ledger.Ledger, account, balance, held int64) {
	t.Helper()
	a, err := l.Account(bg, account)
	if err != nil {
		t.Fatal(err)
	}
	if a.Balance != balance || a.Held != held {
		t.Errorf("account %d has %d, %d held; want %d, %d held", account, a.Balance, a.Held, balance, held)
	}
}

// wantBooksRight runs Verify and returns its report.
func wantBooksRight(t testing.TB, d *db.DB) *ledger.Report {
	t.Helper()
	r, err := ledger.Verify(bg, d, nairobi(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		t.Error(p)
	}
	return r
}

// yield lets other goroutines come to where they are awaited.
func yield() { runtime.Gosched() }
