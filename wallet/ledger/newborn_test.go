package ledger_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// newborn is a mark on a row that its plan brings into being.
type newborn struct{ *companion }

func (newborn) BornWithPlan() {}

// birth is a plan that makes a tally of one under its own ID.
func birth(table ledger.Table) *ledger.Plan {
	p := &ledger.Plan{ID: ids.New(), Kind: ledger.Register}
	p.Companions = []ledger.Companion{newborn{mark(table, p.ID)}}
	return p
}

// aheadOf makes a ledger decide ahead from now on.
func aheadOf(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	for n := range int64(3) {
		must(t, l, openWallet(900+n))
	}
}

// TestANewbornCostsNoRead counts what the database is asked for.
func TestANewbornCostsNoRead(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, table := open(t, d, clock.NewFake(noon)), newTallies(t, d)
		aheadOf(t, l)
		var loads atomic.Int64
		table.load = func() { loads.Add(1) }
		p := birth(table)
		must(t, l, p)
		must(t, l, &ledger.Plan{Companions: []ledger.Companion{mark(table, p.ID)}})
		if n := loads.Load(); n != 0 {
			t.Errorf("%d reads for a row that was just made", n)
		}
		other := birth(table)
		other.Companions = []ledger.Companion{newborn{mark(table, p.ID)}} // not under its own ID: it is read or remembered
		must(t, l, other)
		if got := table.read(t, d, p.ID); got != 3 {
			t.Errorf("%d marks, want 3", got)
		}
		nobody := birth(table)
		nobody.Companions = []ledger.Companion{newborn{mark(table, ids.New())}}
		loads.Store(0)
		must(t, l, nobody)
		if n := loads.Load(); n != 1 {
			t.Errorf("%d reads for a row under another ID than the plan's, want 1", n)
		}
	})
}

// TestANewbornWhileItIsWritten has the next batch name a row that the batch under way is still writing: the database does not
// show it yet, so memory must.
func TestANewbornWhileItIsWritten(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, da, other *db.DB) {
		l, table := open(t, da, clock.NewFake(noon)), newTallies(t, da)
		aheadOf(t, l)
		born := birth(table)
		decided, seen := make(chan struct{}), make(chan struct{})
		var once, twice sync.Once
		born.Companions = append(born.Companions, &companion{table: table, check: func(any, time.Time) (any, *fault.Error) {
			once.Do(func() { close(decided) })
			return nil, nil
		}})
		look := mark(table, born.ID)
		look.check = func(row any, _ time.Time) (any, *fault.Error) {
			twice.Do(func() { close(seen) })
			if row == nil {
				return nil, fault.New(fault.HoldNotFound)
			}
			return nil, nil
		}
		var wg sync.WaitGroup
		err := other.TransactOnce(bg, func(tx *db.DB) error {
			// While this transaction has the sequencer, batches are decided and none is written.
			if _, err := tx.Exec(bg, `UPDATE sequencer SET batch = batch WHERE id = 1`); err != nil {
				return err
			}
			wg.Add(2)
			go func() { defer wg.Done(); must(t, l, born) }()
			<-decided
			go func() { defer wg.Done(); must(t, l, &ledger.Plan{Companions: []ledger.Companion{look}}) }()
			<-seen
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if got := table.read(t, da, born.ID); got != 2 {
			t.Errorf("%d marks, want 2", got)
		}
	})
}

// TestANewbornThatIsOld repeats, in a process that has forgotten it, the plan that made a row, together with a plan that
// changes the row: the repeat must hide neither the row nor the change.
func TestANewbornThatIsOld(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, da, other *db.DB) {
		a, table := open(t, da, clock.NewFake(noon)), newTallies(t, da)
		old := birth(table)
		must(t, a, old)
		must(t, a, &ledger.Plan{Companions: []ledger.Companion{mark(table, old.ID)}})
		a.Close()

		var rejected atomic.Int64
		b := open(t, other, clock.NewFake(noon), func(o *ledger.Options) {
			o.OnBatch = func(s ledger.BatchStats) {
				if s.Rejected {
					rejected.Add(1)
				}
			}
		})
		aheadOf(t, b)
		g := newGate(table)
		look := mark(table, old.ID)
		look.check = func(row any, _ time.Time) (any, *fault.Error) {
			if row == nil {
				return nil, fault.New(fault.HoldNotFound)
			}
			return nil, nil
		}
		var wg sync.WaitGroup
		commit := func(p *ledger.Plan) {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if o := must(t, b, p); p == old && !o.Replayed {
					t.Error("the repeat was taken for new")
				}
			}()
		}
		commit(g.plan)
		<-g.entered
		for n, p := range []*ledger.Plan{old, {Companions: []ledger.Companion{look}}} {
			commit(p)
			for b.Waiting() <= n {
				yield()
			}
		}
		close(g.leave)
		wg.Wait()
		if rejected.Load() == 0 {
			t.Error("nothing was decided ahead, so nothing was put to the test")
		}
		if got := table.read(t, other, old.ID); got != 3 {
			t.Errorf("%d marks, want 3", got)
		}
	})
}
