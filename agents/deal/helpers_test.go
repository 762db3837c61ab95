package deal

import (
	"context"
	"log/slog"
	"os"
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

var (
	ctx  = context.Background()
	ids  id.Random
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC) // Thursday, 12:00 in Nairobi
)

// TestMain keeps the ledger's log out of the tests' output.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// counter is a store with a ledger to commit through, with a till's float and a wallet.
type counter struct {
	*Store
	t      testing.TB
	ledger *ledger.Ledger
	clock  *clock.Fake
}

const (
	trust  = 10
	wallet = 1000
	float  = 1001
)

func nairobi(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Africa/Nairobi")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// newCounter opens the first ledger of a database, at noon in Nairobi.
func newCounter(t testing.TB, d *db.DB) *counter {
	t.Helper()
	c := join(t, d, clock.NewFake(noon))
	c.must(&ledger.Plan{ID: ids.New(), Kind: ledger.Issue, Open: []ledger.NewAccount{
		{ID: trust, Type: ledger.Trust, Currency: "KES"},
		{ID: wallet, Type: ledger.Wallet, Currency: "KES"},
		{ID: float, Type: ledger.Float, Currency: "KES"},
	}, Legs: []ledger.Leg{{Account: trust, Amount: -2_000_000}, {Account: wallet, Amount: 1_000_000}, {Account: float, Amount: 1_000_000}}})
	return c
}

// join opens another ledger of the same database.
func join(t testing.TB, d *db.DB, c *clock.Fake) *counter {
	t.Helper()
	l, err := ledger.Open(ctx, ledger.Options{DB: d, Clock: c, IDs: ids, Zone: nairobi(t), Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &counter{NewStore(d, nairobi(t)), t, l, c}
}

// eachPair runs fn on both databases with two handles on one database, as two processes would have.
func eachPair(t *testing.T, fn func(t *testing.T, a, b *db.DB)) {
	t.Helper()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		var handles [2]*db.DB
		for i := range handles {
			d, err := db.Open(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			handles[i] = d
		}
		if _, err := db.Migrate(ctx, handles[0]); err != nil {
			t.Fatal(err)
		}
		fn(t, handles[0], handles[1])
	})
}

// must commits a plan that has to be accepted. It may be called from any goroutine.
func (c *counter) must(p *ledger.Plan) *ledger.Outcome {
	c.t.Helper()
	o, err := c.ledger.Commit(ctx, p)
	if err != nil {
		c.t.Errorf("%s %s: %v", p.Kind, p.ID.Short(), err)
		return &ledger.Outcome{}
	}
	return o
}

// commit commits companions that move nothing, and returns what the person hears.
func (c *counter) commit(companions ...ledger.Companion) fault.Code {
	_, err := c.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	return fault.CodeOf(err)
}

// cashOut is the plan of a withdrawal of that much, with its deal.
func (c *counter) cashOut(amount int64) *ledger.Plan {
	d := someDeal(ledger.CashOut, Done, amount)
	return &ledger.Plan{ID: d.ID, Kind: ledger.CashOut, Companions: []ledger.Companion{c.Add(d)},
		Legs: []ledger.Leg{{Account: wallet, Amount: -amount}, {Account: float, Amount: amount}}}
}

// cashInWait is the plan of a deposit that waits for its customer until then, with its deal.
func (c *counter) cashInWait(amount int64, until time.Time) *ledger.Plan {
	d := someDeal(ledger.CashIn, Waiting, amount)
	d.Hold, d.ExpiresAt = id.Derive(d.ID, "hold"), until
	return &ledger.Plan{ID: d.ID, Kind: ledger.HoldTake, Companions: []ledger.Companion{c.Add(d)},
		Holds: []ledger.HoldAct{{Verb: ledger.TakeHold, Hold: d.Hold, Account: float, Amount: amount, ExpiresAt: until}}}
}

// answered is the plan that ends a wait, with the money or without it.
func (c *counter) answered(wait *ledger.Plan, state State) *ledger.Plan {
	h := wait.Holds[0]
	p := &ledger.Plan{ID: ids.New(), Kind: ledger.HoldEnd}
	switch state {
	case Done:
		p.Kind = ledger.CashIn
		p.Holds = []ledger.HoldAct{{Verb: ledger.CaptureHold, Hold: h.Hold, Account: float, Amount: h.Amount, Final: true}}
		p.Legs = []ledger.Leg{{Account: float, Amount: -h.Amount}, {Account: wallet, Amount: h.Amount}}
	case Expired:
		p.Holds = []ledger.HoldAct{{Verb: ledger.ExpireHold, Hold: h.Hold, Account: float}}
	default:
		p.Holds = []ledger.HoldAct{{Verb: ledger.ReleaseHold, Hold: h.Hold, Account: float}}
	}
	p.Companions = []ledger.Companion{c.Change(wait.ID, To(state, p.ID))}
	return p
}

func someDeal(kind ledger.Kind, state State, amount int64) Deal {
	return Deal{ID: ids.New(), Kind: kind, State: state, Till: 70, Operator: 80, Agent: 90, Super: 91, Customer: 1000,
		Phone: "+254712000001", Name: "JANE WANJIKU", Amount: amount, Fee: 29, Tax: 4, Earned: 15, EarnedSuper: 3, Marks: Loop | Sampled}
}

// both does two things at the same moment.
func both(one, other func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, do := range []func(){one, other} {
		wg.Go(func() { <-start; do() })
	}
	close(start)
	wg.Wait()
}
