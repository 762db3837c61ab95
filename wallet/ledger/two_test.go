package ledger_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// answer is what one of two ledgers said to a plan.
type answer struct {
	outcome *ledger.Outcome
	err     error
}

// both sends a plan to one ledger and another to the other at the same moment.
func both(a, b *ledger.Ledger, pa, pb *ledger.Plan) (x, y answer) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	wg.Add(2)
	go func() { defer wg.Done(); <-start; x.outcome, x.err = a.Commit(bg, pa) }()
	go func() { defer wg.Done(); <-start; y.outcome, y.err = b.Commit(bg, pb) }()
	close(start)
	wg.Wait()
	return x, y
}

// TestTwoLedgersOneDatabase sends 1,000 posting IDs to both of two ledgers at once, one in ten with another request, over
// few accounts that cannot pay for all of them.
func TestTwoLedgersOneDatabase(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		t.Parallel()
		const postings = 1000
		a, b := open(t, da, clock.System{}), open(t, db, clock.System{})
		w := seed(t, a, 6, 300)
		counts := map[string]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for n := range postings {
			wg.Add(1)
			go func() {
				defer wg.Done()
				p := send(w[n%6], w[(n+1+n/6%5)%6], int64(1+n%97), 5, 2)
				q := *p
				if n%10 == 0 {
					q = *send(w[n%6], w[(n+1+n/6%5)%6], int64(101+n%97), 5, 2)
					q.ID = p.ID
				}
				x, y := both(a, b, p, &q)
				mu.Lock()
				defer mu.Unlock()
				counts[compareAnswers(t, x, y, n%10 == 0)]++
			}()
		}
		wg.Wait()
		for _, kind := range []string{"accepted", "refused", "conflict"} {
			if counts[kind] == 0 {
				t.Errorf("none was %s: %v", kind, counts)
			}
		}
		if r := wantBooksRight(t, da); r.Postings != postings+1+2*6 {
			t.Errorf("%d postings for %d IDs", r.Postings, postings)
		}
	})
}

// compareAnswers checks that the two answers tell one story: one of them first, the other its repeat or a conflict.
func compareAnswers(t *testing.T, x, y answer, differ bool) string {
	t.Helper()
	if x.outcome == nil || (!differ && y.outcome != nil && x.outcome.Replayed) {
		x, y = y, x
	}
	switch {
	case x.outcome == nil || x.outcome.Replayed:
		t.Errorf("neither was first: %v, %v", x, y)
	case differ:
		if y.outcome != nil || !fault.HasCode(y.err, fault.Conflict) {
			t.Errorf("another request under the same ID: %v, %v", y.outcome, y.err)
		}
		return "conflict"
	case y.outcome == nil || !y.outcome.Replayed:
		t.Errorf("the repeat got %v, %v", y.outcome, y.err)
	case fmt.Sprint(normal(x.outcome)) != fmt.Sprint(replayedAs(y.outcome)):
		t.Errorf("one ID, two outcomes:\n%+v\n%+v", *x.outcome, *y.outcome)
	case !x.outcome.Accepted:
		if !fault.HasCode(x.err, fault.Insufficient) {
			t.Errorf("refused with %v", x.err)
		}
		return "refused"
	}
	return "accepted"
}

// replayedAs is the first outcome as a repeat shows it.
func replayedAs(o *ledger.Outcome) any {
	first := *o
	first.Replayed = false
	return normal(&first)
}

// TestCaptureRacesExpiry lets one ledger capture a hold while the other expires it, with the clock at the very microsecond
// of the expiry or moving there in between. Exactly one of them may have the money.
func TestCaptureRacesExpiry(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		t.Parallel()
		c := clock.NewFake(noon)
		a, b := open(t, da, c), open(t, db, c)
		w := seed(t, a, 2, 100_000)
		won := map[string]int{}
		for n := range 100 {
			hold, until := ids.New(), c.Now().Add(time.Second)
			must(t, a, take(hold, w[0], 100, until))
			c.Set(until.Add(-time.Microsecond))
			if n%4 == 0 {
				c.Set(until) // too late for the capture, whoever is first
			}
			captured := capture(hold, w[0], w[1], 100)
			expired := &ledger.Plan{ID: ids.New(), Kind: ledger.HoldEnd,
				Holds: []ledger.HoldAct{{Verb: ledger.ExpireHold, Hold: hold, Account: w[0]}}}
			moved := make(chan struct{})
			go func() {
				if n%4 != 1 { // in one round of four it stays just before
					c.Set(until)
				}
				close(moved)
			}()
			x, y := both(a, b, captured, expired)
			<-moved
			won[raceWinner(t, x, y, n%4 == 0)]++
			if x.err != nil && y.err != nil { // the expiry came before the microsecond, the capture at it
				if n, err := b.Expire(bg, c.Now(), 10); n != 1 || err != nil {
					t.Fatalf("%d swept, %v", n, err)
				}
			}
		}
		if won["expiry"] < 25 || won["capture"] < 25 {
			t.Errorf("not even those who had to win did: %v", won)
		}
		wantBalance(t, a, w[0], 100_000-100*int64(won["capture"]), 0)
		wantBalance(t, a, w[1], 100_000+100*int64(won["capture"]), 0)
		wantBooksRight(t, da)
	})
}

func raceWinner(t *testing.T, captured, expired answer, late bool) string {
	t.Helper()
	c, e := fault.CodeOf(captured.err), fault.CodeOf(expired.err)
	switch {
	case c == "" && (e == fault.HoldClosed || e == fault.HoldNotExpired) && !late:
		return "capture"
	case e == "" && (c == fault.HoldClosed || c == fault.HoldExpired):
		return "expiry"
	case c == fault.HoldExpired && e == fault.HoldNotExpired && !late:
		return "nobody yet"
	}
	t.Errorf("capture: %v; expiry: %v", captured.err, expired.err)
	return "both"
}

// TestTwoSweepsAtOnce lets both ledgers expire the same holds: each is freed once.
func TestTwoSweepsAtOnce(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		const holds = 60
		c := clock.NewFake(noon)
		a, b := open(t, da, c), open(t, db, c)
		w := seed(t, a, 1, 100_000)
		for range holds {
			must(t, a, take(ids.New(), w[0], 100, c.Now().Add(time.Second)))
		}
		wantBalance(t, b, w[0], 100_000, 100*holds)
		before := wantBooksRight(t, da)
		c.Advance(time.Second)
		var wg sync.WaitGroup
		for _, l := range []*ledger.Ledger{a, b, a, b} {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if _, err := l.Expire(bg, c.Now(), 2*holds); err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		wantBalance(t, b, w[0], 100_000, 0)
		if r := wantBooksRight(t, da); r.Postings != before.Postings+holds {
			t.Errorf("%d postings for %d holds", r.Postings-before.Postings, holds)
		}
	})
}

// TestRepeatsAfterARestart asks a new process, which has forgotten every posting, for old ones in the middle of new ones.
func TestRepeatsAfterARestart(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		a := open(t, da, clock.System{})
		w := seed(t, a, 2, 20_000)
		firsts := map[*ledger.Plan]*ledger.Outcome{}
		for n := range int64(40) {
			p := send(w[0], w[1], 1+n*30, 1, 1)
			firsts[p], _ = a.Commit(bg, p)
		}
		a.Close()
		var rejected atomic.Int64
		b := open(t, db, clock.System{}, func(o *ledger.Options) {
			o.OnBatch = func(s ledger.BatchStats) {
				if s.Rejected {
					rejected.Add(1)
				}
			}
		})
		for range 5 {
			must(t, b, send(w[1], w[0], 1, 1, 1)) // from now on it decides ahead
		}
		var wg sync.WaitGroup
		for p, first := range firsts {
			wg.Add(2)
			go func() { defer wg.Done(); must(t, b, send(w[1], w[0], 1, 1, 1)) }()
			go func() {
				defer wg.Done()
				o, err := b.Commit(bg, p)
				if o == nil || !o.Replayed || fmt.Sprint(replayedAs(o)) != fmt.Sprint(normal(first)) {
					t.Errorf("repeated: %+v, %v\nat first: %+v", o, err, first)
				}
			}()
		}
		wg.Wait()
		if rejected.Load() == 0 {
			t.Error("no batch was decided in vain, so the unique key was not put to the test")
		}
		wantBooksRight(t, da)
	})
}

// TestALargeBatch decides thousands of plans at once that touch thousands of accounts, none of which is in memory.
func TestALargeBatch(t *testing.T) {
	t.Parallel()
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		const wallets = 2500
		a := open(t, da, clock.System{}, func(o *ledger.Options) { o.MaxBatch = 3000 })
		w := seed(t, a, wallets, 1000)
		a.Close()
		table := newTallies(t, db)
		b := open(t, db, clock.System{}, func(o *ledger.Options) { o.MaxBatch = 3000 })
		g := newGate(table)
		var wg sync.WaitGroup
		commit := func(p *ledger.Plan) {
			wg.Add(1)
			go func() { defer wg.Done(); must(t, b, p) }()
		}
		must(t, b, openWallet(5)) // from now on it decides ahead
		commit(g.plan)
		<-g.entered
		for n := range w {
			commit(send(w[n], w[(n+1)%wallets], 10, 1, 1))
		}
		for b.Waiting() < wallets {
			yield()
		}
		close(g.leave)
		wg.Wait()
		wantBalance(t, b, w[7], 998, 0)
		wantBooksRight(t, da)
	})
}
