package books

import (
	"context"
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

var noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// office is a store with a ledger to commit through.
type office struct {
	*Store
	t      testing.TB
	ledger *ledger.Ledger
	clock  *clock.Fake
}

func join(t testing.TB, d *db.DB) *office {
	t.Helper()
	c := clock.NewFake(noon)
	l, err := ledger.Open(context.Background(), ledger.Options{DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC,
		Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &office{NewStore(d), t, l, c}
}

// ends writes a day and returns what the operator hears.
func (o *office) ends(last *Day, next Day) fault.Code {
	_, err := o.ledger.Commit(context.Background(), &ledger.Plan{Companions: o.End(last, next)})
	return fault.CodeOf(err)
}

func (o *office) last(till int64) *Day {
	o.t.Helper()
	d, found, err := o.Last(context.Background(), till)
	if err != nil {
		o.t.Fatal(err)
	}
	if !found {
		return nil
	}
	return &d
}

func TestDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := join(t, d)
		if o.last(70) != nil {
			t.Fatal("a day before the first")
		}
		first := Day{Till: 70, Date: 20260312, Operator: 5, After: 3, UpTo: 90, FloatBefore: 1000_00, FloatAfter: 700_00, In: 400_00, Out: 150_00,
			Other: -50_00, Opening: Cash{200_00, true}, CashIn: 400_00, CashOut: 150_00, Brought: 20_00, Removed: 300_00, Counted: Cash{160_00, true}}
		if got := o.ends(nil, first); got != "" {
			t.Fatal(got)
		}
		first.No, first.EndedAt = 1, noon
		if got := o.last(70); got == nil || *got != first {
			t.Fatalf("kept %+v, want %+v", got, first)
		}
		if e, d := first.Expected(), first.Difference(); e != (Cash{170_00, true}) || d != (Cash{-10_00, true}) {
			t.Errorf("expected %+v, difference %+v", e, d)
		}
		if got := o.ends(nil, first); got != fault.CounterChanged {
			t.Errorf("a second first day: %q", got)
		}
		o.clock.Advance(time.Hour)
		later := first
		later.UpTo, later.Counted = 95, Cash{}
		if got := o.ends(&first, later); got != "" || o.last(70).No != 1 || o.last(70).Difference().Known {
			t.Errorf("the day goes on: %q, %+v", got, o.last(70))
		}
		next := Day{Till: 70, Date: 20260313, After: 95, UpTo: 120, FloatBefore: 700_00, FloatAfter: 700_00}
		if got := o.ends(&first, next); got != fault.CounterChanged {
			t.Errorf("a day after what was read before it went on: %q", got)
		}
		if got := o.ends(o.last(70), next); got != "" || o.last(70).No != 2 {
			t.Errorf("the next day: %q, %+v", got, o.last(70))
		}
		if all, err := o.OfTill(context.Background(), 70, 5); err != nil || len(all) != 2 || all[0].Date != 20260313 {
			t.Errorf("%+v, %v", all, err)
		}
		if newest, err := o.Newest(context.Background(), []int64{70, 71}); err != nil || len(newest) != 1 || newest[70] != *o.last(70) {
			t.Errorf("newest %+v, %v", newest, err)
		}
		if o.last(71) != nil {
			t.Error("another till's day")
		}
	})
}

// However many end a day at once, from two processes, the days of a till meet.
func TestDaysEndedAtOnce(t *testing.T) {
	a, b := dbtest.Two(t)
	one, two := join(t, a), join(t, b)
	for round := range int64(10) {
		last := one.last(70)
		var group sync.WaitGroup
		codes := make([]fault.Code, 4)
		for i := range codes {
			group.Go(func() {
				o := []*office{one, two}[i%2]
				next := Day{Till: 70, Date: int32(20260312 + round*2 + int64(i/2)), UpTo: 10 * (round + 1)}
				if last != nil {
					next.After = last.UpTo
				}
				codes[i] = o.ends(last, next)
			})
		}
		group.Wait()
		done := 0
		for _, c := range codes {
			if c == "" {
				done++
			} else if c != fault.CounterChanged {
				t.Error(c)
			}
		}
		if now := one.last(70); done != 1 || now.No != round+1 || last != nil && now.After != last.UpTo {
			t.Fatalf("round %d: %d won, %+v", round, done, now)
		}
	}
}
