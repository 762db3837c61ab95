package deal

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// step is cash paid in (above zero) or out (below), and whether it earns when one loop a day is paid.
type step struct {
	cash  int64
	earns bool
}

func TestLoops(t *testing.T) {
	for _, c := range []struct {
		name   string
		steps  []step
		loops  int64
		turned int64
	}{
		{"money from before", []step{{-500, true}, {-500, true}}, 0, 0},
		{"in only", []step{{500, true}, {500, true}, {500, true}}, 0, 0},
		{"out, then in", []step{{-500, true}, {500, true}}, 0, 0},
		{"once round", []step{{500, true}, {-500, true}}, 1, 500},
		{"twice round", []step{{500, true}, {-500, true}, {500, true}, {-500, false}}, 2, 1000},
		{"after two loops nothing earns", []step{{500, true}, {-500, true}, {500, true}, {-500, false}, {500, false}, {-1, false}}, 3, 1001},
		{"a deposit taken out in two", []step{{500, true}, {-200, true}, {-300, false}}, 2, 500},
		{"more out than came in", []step{{500, true}, {-800, true}, {-100, true}}, 1, 500},
		{"salary, then a deposit paid out", []step{{-900, true}, {100, true}, {-50, true}, {-50, false}}, 2, 100},
	} {
		var d Day
		for n, s := range c.steps {
			in, out := max(0, s.cash), max(0, -s.cash)
			if got := d.Earns(in, out, 1); got != s.earns {
				t.Errorf("%s, step %d earns: %v, want %v", c.name, n+1, got, s.earns)
			}
			d = d.After(in, out)
		}
		if d.Loops != c.loops || d.Turned != c.turned {
			t.Errorf("%s: %d loops, %d turned; want %d, %d", c.name, d.Loops, d.Turned, c.loops, c.turned)
		}
	}
}

func TestADayIsCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		wantDay := func(want Day) {
			t.Helper()
			if got, err := c.DayOf(ctx, want.Customer, c.clock.Now()); err != nil || got != want {
				t.Errorf("%+v, %v\nwant %+v", got, err, want)
			}
		}
		count := func(want fault.Code, k Count) {
			t.Helper()
			if got := c.commit(c.Counted(k)); got != want {
				t.Errorf("%+v: %q, want %q", k, got, want)
			}
		}
		wantDay(Day{Customer: 1000, Date: 20260312})
		count("", Count{Customer: 1000, In: 500, Earning: true, LoopsPaid: 1})
		count("", Count{Customer: 1000, Out: 300, Earning: true, LoopsPaid: 1})
		wantDay(Day{Customer: 1000, Date: 20260312, In: 500, Out: 300, Turned: 300, Loops: 1})
		count(fault.CounterChanged, Count{Customer: 1000, Out: 100, Earning: true, LoopsPaid: 1})
		count("", Count{Customer: 1000, Out: 100, LoopsPaid: 1})
		count("", Count{Customer: 1000, Out: 100, Own: true, OwnMax: 100})
		count(fault.OwnWalletLimit, Count{Customer: 1000, In: 1, Own: true, OwnMax: 100})
		wantDay(Day{Customer: 1000, Date: 20260312, In: 500, Out: 500, Own: 100, Turned: 500, Loops: 3})
		wantDay(Day{Customer: 1001, Date: 20260312})

		c.clock.Set(time.Date(2026, 3, 12, 21, 0, 0, 0, time.UTC)) // midnight in Nairobi
		wantDay(Day{Customer: 1000, Date: 20260313})
		count("", Count{Customer: 1000, In: 7, Own: true, OwnMax: 100, Earning: true})
		c.clock.Advance(-time.Minute) // a day never goes backwards, nor does the ledger's time
		wantDay(Day{Customer: 1000, Date: 20260313, In: 7, Own: 7})
		count(fault.OwnWalletLimit, Count{Customer: 1000, In: 94, Own: true, OwnMax: 100})
		count("", Count{Customer: 1000, Out: 93, Own: true, OwnMax: 100})
		wantDay(Day{Customer: 1000, Date: 20260313, In: 7, Out: 93, Own: 100, Turned: 7, Loops: 1})
	})
}

// A refused plan counts nothing.
func TestARefusedPlanIsNotCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		p := c.cashOut(2_000_000)
		p.Companions = append(p.Companions, c.Counted(Count{Customer: 1000, Out: 2_000_000}))
		if _, err := c.ledger.Commit(ctx, p); !fault.HasCode(err, fault.Insufficient) {
			t.Fatal(err)
		}
		if got, err := c.DayOf(ctx, 1000, noon); err != nil || got != (Day{Customer: 1000, Date: 20260312}) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestTwoCountersAtOnce lets a customer be at two counters of two processes: the own counter's limit holds, and no more
// loops are paid than may be.
func TestTwoCountersAtOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		a := newCounter(t, da)
		b := join(t, db, a.clock)
		var own, paid atomic.Int64
		var wg sync.WaitGroup
		a.commit(a.Counted(Count{Customer: 2000, In: 1000}))
		for n := range 60 {
			c := []*counter{a, b}[n%2]
			wg.Go(func() {
				if code := c.commit(c.Counted(Count{Customer: 1000, In: 10, Own: true, OwnMax: 100})); code == "" {
					own.Add(10)
				} else if code != fault.OwnWalletLimit {
					t.Errorf("own: %q", code)
				}
				if code := c.commit(c.Counted(Count{Customer: 2000, Out: 1, Earning: true, LoopsPaid: 3})); code == "" {
					paid.Add(1)
				} else if code != fault.CounterChanged {
					t.Errorf("paid: %q", code)
				}
			})
		}
		wg.Wait()
		if own.Load() != 100 || paid.Load() != 3 {
			t.Errorf("%d over the own counter and %d paid loops, want 100 and 3", own.Load(), paid.Load())
		}
	})
}

// Customers of two different days in one store are told apart by the reader's clock.
func TestDayOfAnotherDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		c.must(&ledger.Plan{Companions: []ledger.Companion{c.Counted(Count{Customer: 1000, In: 5})}})
		if got, err := c.DayOf(ctx, 1000, noon.AddDate(0, 0, 1)); err != nil || got != (Day{Customer: 1000, Date: 20260313}) {
			t.Errorf("tomorrow: %+v, %v", got, err)
		}
	})
}
