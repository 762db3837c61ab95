package lease

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	ids  id.Random
)

const term = 15 * time.Second

// eachPair runs fn on both databases with two handles on one database, as two processes would have.
func eachPair(t *testing.T, fn func(t *testing.T, a, b *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		dsn := "sqlite:" + filepath.Join(t.TempDir(), "senti.db")
		var both [2]*db.DB
		for i := range both {
			d, err := db.Open(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			if _, err := db.Migrate(ctx, d); err != nil {
				t.Fatal(err)
			}
			both[i] = d
		}
		fn(t, both[0], both[1])
	})
	t.Run("mysql", func(t *testing.T) {
		a, b := dbtest.Two(t)
		fn(t, a, b)
	})
}

func hold(t *testing.T, l *Lease, least time.Duration, want bool) {
	t.Helper()
	held, err := l.Hold(ctx, least)
	if err != nil || held != want {
		t.Fatalf("held %v, %v; want %v", held, err, want)
	}
}

// A dead holder is replaced when its term is over: not a microsecond sooner, and with a higher fence.
func TestDeadHolderIsReplacedWithinItsTerm(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		c := clock.NewFake(noon)
		a, b := New(da, c, ids.New(), "test", term), New(db, c, ids.New(), "test", term)
		if a.Held() || a.Fence() != 0 {
			t.Error("held before it was asked for")
		}
		hold(t, a, 0, true)
		first := a.Fence()
		hold(t, b, 0, false)
		if !b.Until().Equal(noon.Add(term)) {
			t.Errorf("the other knows of a term until %v", b.Until())
		}
		c.Set(noon.Add(term - time.Microsecond))
		hold(t, b, 0, false)
		if !a.Held() {
			t.Error("not held a microsecond before the end")
		}
		c.Advance(time.Microsecond)
		if a.Held() {
			t.Error("held at the end, by its own clock")
		}
		hold(t, b, 0, true)
		if b.Fence() <= first {
			t.Errorf("fence %d after %d", b.Fence(), first)
		}
		hold(t, a, 0, false)
		if a.Fence() != first {
			t.Errorf("who lost it says its fence is %d, want %d", a.Fence(), first)
		}
	})
}

// Renewing keeps the fence, and asks the database only when less is left than was wanted.
func TestRenewal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		a := New(d, c, ids.New(), "test", term)
		hold(t, a, 10*time.Second, true)
		fence := a.Fence()
		for range 50 {
			c.Advance(4 * time.Second)
			hold(t, a, 10*time.Second, true)
			if left := a.Until().Sub(c.Now()); left < 10*time.Second {
				t.Fatalf("only %v are left", left)
			}
		}
		if a.Fence() != fence {
			t.Errorf("fence %d, want %d", a.Fence(), fence)
		}
		before := a.Until()
		c.Advance(time.Second)
		hold(t, a, 5*time.Second, true)
		if !a.Until().Equal(before) {
			t.Error("renewed although enough was left")
		}
		c.Advance(time.Hour) // asleep, and nobody took it
		hold(t, a, 0, true)
		if a.Fence() != fence {
			t.Errorf("nobody had it in between, and yet the fence is %d", a.Fence())
		}
		hold(t, a, term, false) // a term can never last longer than itself
	})
}

// Who stops lets another in at once. Names do not get into each other's way.
func TestRelease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		a, b := New(d, c, ids.New(), "test", term), New(d, c, ids.New(), "test", term)
		other := New(d, c, ids.New(), "other", term)
		hold(t, a, 0, true)
		hold(t, other, 0, true)
		if err := b.Release(ctx); err != nil {
			t.Fatal(err)
		}
		hold(t, b, 0, false) // releasing what one has not got frees nothing
		if err := a.Release(ctx); err != nil {
			t.Fatal(err)
		}
		if a.Held() {
			t.Error("held after it was released")
		}
		hold(t, b, 0, true)
		if r, found, err := Look(ctx, d, "test"); !found || err != nil || r.Fence != 2 || !r.Until.Equal(noon.Add(term)) {
			t.Errorf("the row says %+v, %v, %v", r, found, err)
		}
		if _, found, err := Look(ctx, d, "nobody's"); found || err != nil {
			t.Errorf("a lease nobody ever held: %v, %v", found, err)
		}
	})
}

// A holder that slept through its end cannot write: the row knows better than its clock.
func TestFormerHolderCannotWrite(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		c := clock.NewFake(noon)
		asleep := clock.NewFake(noon) // a clock that stands still
		a, b := New(da, asleep, ids.New(), "test", term), New(db2, c, ids.New(), "test", term)
		hold(t, a, 0, true)
		fence := a.Fence()
		keep := func(l *Lease, d *db.DB, fence int64) (kept bool) {
			t.Helper()
			if err := d.Transact(ctx, func(tx *db.DB) (err error) {
				kept, err = l.Keep(ctx, tx, fence)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return kept
		}
		if !keep(a, da, fence) {
			t.Error("the holder may not write")
		}
		c.Advance(term)
		if !keep(a, da, fence) {
			t.Error("the term is over, but nobody else has it")
		}
		hold(t, b, 0, true)
		if !a.Held() {
			t.Error("a clock that stands still cannot know")
		}
		if keep(a, da, fence) {
			t.Error("a former holder wrote")
		}
		if a.Held() {
			t.Error("who was told that its term is over believes that it goes on")
		}
		if !keep(b, db2, b.Fence()) || keep(b, db2, fence) {
			t.Error("the holder's own fence counts, and no other")
		}
	})
}

// While a write of the holder is under way the lease cannot change hands.
func TestKeepHoldsOthersOff(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		c := clock.NewFake(noon)
		a, b := New(da, c, ids.New(), "test", term), New(db2, c, ids.New(), "test", term)
		hold(t, a, 0, true)
		c.Advance(term)
		taken := make(chan bool, 1)
		var during bool
		err := da.Transact(ctx, func(tx *db.DB) error {
			if kept, err := a.Keep(ctx, tx, a.Fence()); err != nil || !kept {
				return errors.Join(err, errors.New("not kept"))
			}
			go func() {
				held, err := b.Hold(ctx, 0)
				taken <- held && err == nil
			}()
			// Whatever the other does meanwhile, the row is ours to the end of the transaction.
			for range 20 {
				select {
				case during = <-taken:
					return nil
				default:
				}
				kept, err := a.Keep(ctx, tx, a.Fence())
				if err != nil || !kept {
					return errors.Join(err, errors.New("taken in the middle of a write"))
				}
			}
			return nil
		})
		if err != nil || during {
			t.Fatalf("%v, taken during the transaction: %v", err, during)
		}
		if !<-taken {
			t.Error("not taken after it")
		}
	})
}

// Of many who reach for a free lease at once, one gets it.
func TestOneWins(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		c := clock.NewFake(noon)
		for round := range 5 {
			const many = 16
			won := make(chan int64, many)
			var all sync.WaitGroup
			for i := range many {
				l := New([]*db.DB{da, db2}[i%2], c, ids.New(), "test", term)
				all.Go(func() {
					held, err := l.Hold(ctx, 0)
					if err != nil {
						t.Error(err)
					}
					if held {
						won <- l.Fence()
					}
				})
			}
			all.Wait()
			if n := len(won); n != 1 {
				t.Fatalf("round %d: %d holders", round, n)
			}
			if fence := <-won; fence != int64(round+1) {
				t.Errorf("round %d: fence %d", round, fence)
			}
			c.Advance(term)
		}
	})
}
