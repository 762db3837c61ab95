package tally

import (
	"context"
	"sync"
	"sync/atomic"
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
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	rule = Rule{What: "test", Most: 3, Per: time.Hour, Apart: time.Minute, Over: fault.ChecksSpent, Soon: fault.ResentJustNow}
)

func TestCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		s, l := newStore(t, d, c)
		hears := func(companion ledger.Companion, want fault.Code) {
			t.Helper()
			_, err := l.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{companion}})
			if got := fault.CodeOf(err); got != want {
				t.Errorf("after %v: %q, want %q", c.Now().Sub(noon), got, want)
			}
		}
		hears(s.Look(rule, "a"), "")
		hears(s.Count(rule, "a"), "")
		hears(s.Count(rule, "a"), fault.ResentJustNow)
		hears(s.Count(rule, "b"), "")
		c.Advance(time.Minute)
		hears(s.Count(rule, "a"), "")
		c.Advance(time.Minute)
		hears(s.Look(rule, "a"), "")
		hears(s.Count(rule, "a"), "")
		c.Advance(time.Minute)
		hears(s.Look(rule, "a"), fault.ChecksSpent)
		hears(s.Count(rule, "a"), fault.ChecksSpent)
		c.Advance(57*time.Minute - time.Microsecond)
		hears(s.Count(rule, "a"), fault.ChecksSpent)
		if n, err := s.Forget(ctx, c.Now(), 10); n != 0 || err != nil {
			t.Errorf("%d counts that go on were forgotten, %v", n, err)
		}
		c.Advance(time.Microsecond)
		hears(s.Count(rule, "a"), "")
		if n, err := s.Forget(ctx, c.Now(), 10); n != 1 || err != nil {
			t.Errorf("%d counts were forgotten, want that of b; %v", n, err)
		}
		hears(s.Count(rule, "a"), fault.ResentJustNow)
		hears(s.Count(rule, "b"), "")
	})
}

// However many ask at once, and at whatever node, exactly as many get through as may; and what was refused for another reason is not counted.
func TestCountIsExact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		quick := rule
		quick.Apart = 0
		one, first := newStore(t, d, c)
		two, second := newStore(t, d, c)
		if _, err := first.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{one.Count(quick, "a"), refuses{one.table}}}); !fault.HasCode(err, fault.Conflict) {
			t.Fatal(err)
		}
		var through atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			for store, l := range map[*Store]*ledger.Ledger{one: first, two: second} {
				all.Go(func() {
					if _, err := l.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{store.Count(quick, "a")}}); err == nil {
						through.Add(1)
					}
				})
			}
		}
		all.Wait()
		if through.Load() != quick.Most {
			t.Errorf("%d came through, want %d", through.Load(), quick.Most)
		}
	})
}

// refuses is a companion that refuses its plan.
type refuses struct{ table *table }

func (r refuses) Table() ledger.Table { return r.table }
func (refuses) Key() id.ID            { return id.ID{} }
func (refuses) Check(any, time.Time) (any, *fault.Error) {
	return nil, fault.New(fault.Conflict)
}
func (refuses) Finish(any, *ledger.Outcome) any { return nil }

func newStore(t *testing.T, d *db.DB, c *clock.Fake) (*Store, *ledger.Ledger) {
	t.Helper()
	l, err := ledger.Open(ctx, ledger.Options{DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return NewStore(d), l
}
