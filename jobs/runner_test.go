package jobs

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

// blocking is a job that says when it has begun and ends when it is let go. Its context ends it too, if it listens.
type blocking struct {
	began   chan Tick
	letGo   chan struct{}
	stopped chan error // what its context said
	deaf    bool
}

func newBlocking() *blocking {
	return &blocking{began: make(chan Tick, 10), letGo: make(chan struct{}), stopped: make(chan error, 10)}
}

func (b *blocking) run(ctx context.Context, t Tick) (Result, error) {
	b.began <- t
	ended := ctx.Done()
	if b.deaf {
		ended = nil
	}
	select {
	case <-b.letGo:
		return Result{"ok": true}, nil
	case <-ended:
		b.stopped <- context.Cause(ctx)
		return nil, ctx.Err()
	}
}

// A leader that dies in the middle of a run is replaced when its term is over, not sooner; the run is taken up again as the same
// tick. If the dead one was only asleep, it can neither write what the job writes nor say how the run ended.
func TestLeaderDiesInTheMiddleOfARun(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		b := newBlocking()
		b.deaf = true
		w := newTown(t, "Africa/Nairobi", noon, Job{Name: "daily", Schedule: "0 13 * * *", Missed: RunOnce, Run: b.run})
		first, second := w.process(da), w.process(db2)
		w.turn(first)
		w.clock.Set(noon.Add(time.Hour))
		if _, err := first.turn(bg); err != nil {
			t.Fatal(err)
		}
		asleep := <-b.began
		died := w.clock.Now()
		w.clock.Set(died.Add(leaseTerm - time.Microsecond))
		if _, err := second.turn(bg); err != nil || second.Leads() {
			t.Fatalf("it leads a microsecond before the term's end: %v, %v", second.Leads(), err)
		}
		w.clock.Set(died.Add(leaseTerm))
		if _, err := second.turn(bg); err != nil || !second.Leads() {
			t.Fatalf("it leads at the term's end: %v, %v", second.Leads(), err)
		}
		again := <-b.began
		if again.Key != asleep.Key || again.Key != "2026-03-12" {
			t.Errorf("taken up again: %s after %s", again.Key, asleep.Key)
		}
		guard := func(d *db.DB, k Tick) error {
			return d.Transact(bg, func(tx *db.DB) error { return k.Guard(bg, tx) })
		}
		if err := guard(da, asleep); !errors.Is(err, ErrLost) {
			t.Errorf("the one asleep may write: %v", err)
		}
		if err := guard(db2, again); err != nil {
			t.Errorf("the leader may not write: %v", err)
		}
		close(b.letGo) // both end now
		first.all.Wait()
		second.all.Wait()
		w.want(second, "daily", "2026-03-12", Done, 2)
		w.turn(first)
		if first.Leads() {
			t.Error("it still believes that it leads")
		}
		w.settle(second)
		w.wantRan("daily", "2026-03-12", "2026-03-12")
	})
}

// Who finds that another process leads ends the contexts of its own runs.
func TestLosingTheLeaseEndsRuns(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		b := newBlocking()
		w := newTown(t, "Africa/Nairobi", noon, Job{Name: "often", Schedule: "@every 1m", Missed: RunOnce, Run: b.run})
		first, second := w.process(da), w.process(db2)
		w.turn(first)
		w.clock.Advance(time.Minute)
		if _, err := first.turn(bg); err != nil {
			t.Fatal(err)
		}
		<-b.began
		w.clock.Advance(leaseTerm)
		if _, err := second.turn(bg); err != nil {
			t.Fatal(err)
		}
		<-b.began
		if _, err := first.turn(bg); err != nil {
			t.Fatal(err)
		}
		if err := <-b.stopped; !errors.Is(err, ErrLost) {
			t.Errorf("its context ended with %v", err)
		}
		close(b.letGo)
		first.all.Wait()
		second.all.Wait()
		w.want(second, "often", "2026-03-12T09:01:00Z", Done, 2)
	})
}

// When walletd stops, what runs is told so, waited for, and taken up again by the next leader, who may lead at once.
func TestStopping(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		b := newBlocking()
		w := newTown(t, "Africa/Nairobi", noon,
			Job{Name: "daily", Schedule: "0 13 * * *", Missed: RunOnce, Run: b.run},
			Job{Name: "often", Schedule: "@every 1h", Missed: Skip})
		first, second := w.process(da), w.process(db2)
		w.turn(first)
		w.clock.Set(noon.Add(time.Hour))
		ctx, stop := context.WithCancel(bg)
		ended := make(chan struct{})
		go func() { defer close(ended); first.Run(ctx) }()
		<-b.began
		stop()
		<-ended
		if err := <-b.stopped; !errors.Is(err, context.Canceled) {
			t.Errorf("its context ended with %v", err)
		}
		w.want(second, "daily", "2026-03-12", Cut, 1)
		if _, err := second.turn(bg); err != nil || !second.Leads() {
			t.Fatalf("the next leads: %v, %v", second.Leads(), err)
		}
		<-b.began
		close(b.letGo)
		second.all.Wait()
		w.want(second, "daily", "2026-03-12", Done, 2)
	})
}

// One run of a job at a time; what came due meanwhile is dealt with when it has ended. Other jobs go on.
func TestRunsOfOneJobDoNotOverlap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBlocking()
		w := newTown(t, "Africa/Nairobi", noon,
			Job{Name: "slow", Schedule: "@every 10s", Missed: RunOnce, Run: b.run},
			Job{Name: "quick", Schedule: "@every 10s", Missed: RunOnce})
		r := w.process(d)
		w.turn(r)
		for range 5 {
			w.clock.Advance(10 * time.Second)
			if _, err := r.turn(bg); err != nil {
				t.Fatal(err)
			}
		}
		<-b.began
		b.letGo <- struct{}{}
		r.all.Wait()
		w.wantRan("slow", "2026-03-12T09:00:10Z")
		if _, err := r.turn(bg); err != nil {
			t.Fatal(err)
		}
		<-b.began
		b.letGo <- struct{}{}
		r.all.Wait()
		w.wantRan("slow", "2026-03-12T09:00:10Z", "2026-03-12T09:00:50Z")
		if n := len(w.ran("quick")); n < 2 {
			t.Errorf("the other job ran %d times", n)
		}
	})
}

// What becomes of five days in which nobody led.
func TestMissed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, "Africa/Nairobi", noon,
			Job{Name: "once", Schedule: "0 2 * * *", Missed: RunOnce},
			Job{Name: "each", Schedule: "0 2 * * *", Missed: RunEach},
			Job{Name: "skip", Schedule: "0 2 * * *", Missed: Skip},
			Job{Name: "often", Schedule: "@every 10s", Missed: RunOnce},
		)
		w.settle(w.process(d))
		if n := w.count(); n != 0 {
			t.Fatalf("new jobs ran %d times at once: %v", n, w.began)
		}
		w.clock.Advance(5*24*time.Hour + 30*time.Second)
		r := w.process(d)
		w.settle(r)
		w.wantRan("once", "2026-03-17")
		w.wantRan("each", "2026-03-13", "2026-03-14", "2026-03-15", "2026-03-16", "2026-03-17")
		w.wantRan("skip")
		w.want(r, "skip", "2026-03-17", LeftOut, 0)
		w.wantRan("often", "2026-03-17T09:00:30Z")
		w.clock.Set(time.Date(2026, 3, 17, 23, 0, 59, 0, time.UTC)) // 59 seconds late
		w.settle(r)
		w.wantRan("skip", "2026-03-18")
	})
}

// A process that never lives to see a tick does not make a job new each time.
func TestSeenBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, "Africa/Nairobi", noon, Job{Name: "daily", Schedule: "0 2 * * *", Missed: RunOnce})
		for day := range 3 {
			w.settle(w.process(d))
			if n := len(w.ran("daily")); n != day {
				t.Fatalf("on day %d it ran %d times", day, n)
			}
			w.clock.Advance(24 * time.Hour) // switched off in the evening
		}
	})
}

// A dated tick that fails is tried again, later and later; until the next one comes, or until it succeeds if each one counts. A job
// that ticks often goes on with its next tick.
func TestFailures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		broken := func(context.Context, Tick) (Result, error) { return Result{"half": 1}, errBroken }
		w := newTown(t, "Africa/Nairobi", noon,
			Job{Name: "once", Schedule: "0 2 * * *", Missed: RunOnce, Run: broken},
			Job{Name: "each", Schedule: "0 2 * * *", Missed: RunEach, Run: broken},
			Job{Name: "skip", Schedule: "0 2 * * *", Missed: Skip, Run: broken},
			Job{Name: "often", Schedule: "@every 6h", Missed: RunOnce, Run: broken},
		)
		r := w.process(d)
		w.settle(r)
		due := time.Date(2026, 3, 12, 23, 0, 0, 0, time.UTC)
		w.clock.Set(due)
		w.settle(r)
		run := w.want(r, "each", "2026-03-13", Again, 1)
		if run.Error != "broken" || run.Result != `{"half":1}` {
			t.Errorf("kept: %q, %s", run.Error, run.Result)
		}
		w.want(r, "once", "2026-03-13", Again, 1)
		w.want(r, "skip", "2026-03-13", Failed, 1)
		w.want(r, "often", "2026-03-12T18:00:00Z", Failed, 1)
		for n, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour} {
			w.clock.Advance(wait - time.Second)
			w.settle(r)
			w.want(r, "each", "2026-03-13", Again, n+1)
			w.clock.Advance(time.Second)
			w.settle(r)
			w.want(r, "each", "2026-03-13", Again, n+2)
		}
		w.clock.Set(due.Add(24 * time.Hour))
		w.settle(r)
		w.want(r, "once", "2026-03-13", Failed, 9)
		w.want(r, "once", "2026-03-14", Again, 1)
		w.want(r, "each", "2026-03-13", Again, 10)
		w.settle(r)
		w.want(r, "each", "2026-03-14", Again, 1)
	})
}

// A panic, a run that takes too long and a result that does not fit are failures, and nothing more.
func TestBadJobs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBlocking()
		w := newTown(t, "Africa/Nairobi", noon,
			Job{Name: "panics", Schedule: "@every 1m", Run: func(context.Context, Tick) (Result, error) { panic("at the disco") }},
			Job{Name: "too_long", Schedule: "@every 1m", Timeout: time.Millisecond, Run: b.run},
			Job{Name: "too_much", Schedule: "@every 1m", Run: func(context.Context, Tick) (Result, error) {
				return Result{"all": strings.Repeat("x", 2000)}, nil
			}},
			Job{Name: "long_story", Schedule: "@every 1m", Run: func(context.Context, Tick) (Result, error) {
				return nil, errors.New(strings.Repeat("é", 400) + "\xff")
			}},
			Job{Name: "good", Schedule: "@every 1m"},
		)
		r := w.process(d)
		w.settle(r)
		w.clock.Advance(time.Minute)
		w.settle(r)
		for job, want := range map[string]string{
			"panics": "panic: at the disco", "too_long": "not done within 1ms", "too_much": "a result of 2010 bytes", "long_story": "éééé",
		} {
			if run := w.want(r, job, "2026-03-12T09:01:00Z", Failed, 1); !strings.Contains(run.Error, want) {
				t.Errorf("%s: %q, want %q", job, run.Error, want)
			}
		}
		w.want(r, "good", "2026-03-12T09:01:00Z", Done, 1)
	})
}

// A claim of which the answer was lost is not lost itself: the row is there, and nobody runs it.
func TestClaimWithoutAnAnswer(t *testing.T) {
	for _, missed := range []Missed{RunOnce, RunEach} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newTown(t, "Africa/Nairobi", noon, Job{Name: "daily", Schedule: "0 13 * * *", Missed: missed})
			r := w.process(d)
			w.turn(r)
			w.clock.Advance(time.Hour)
			if _, err := r.lease.Hold(bg, spare); err != nil {
				t.Fatal(err)
			}
			run := Run{Job: "daily", Tick: "2026-03-12", Cause: Scheduled, State: Running, DueAt: noon.Add(time.Hour), Tries: 1,
				StartedAt: w.clock.Now(), Result: "{}", fence: r.lease.Fence()}
			if won, err := r.runs.claim(bg, run); !won || err != nil {
				t.Fatal(won, err)
			}
			w.settle(r)
			w.wantRan("daily", "2026-03-12")
			w.want(r, "daily", "2026-03-12", Done, 2)
		})
	}
}

func TestListsThatAreRefused(t *testing.T) {
	good := func(context.Context, Tick) (Result, error) { return nil, nil }
	_, err := New(Options{DB: dbtest.SQLite(t), IDs: ids, Zone: time.UTC, Jobs: []Job{
		{Name: "Upper", Schedule: "@every 1h", Timeout: 1, Run: good},
		{Name: "twice", Schedule: "@every 1h", Timeout: 1, Run: good},
		{Name: "twice", Schedule: "@every 1h", Timeout: 1, Run: good},
		{Name: "whenever", Schedule: "whenever", Timeout: 1, Run: good},
		{Name: "endless", Schedule: "@every 1h", Run: good},
		{Name: "idle", Schedule: "@every 1h", Timeout: 1},
		{Name: "each", Schedule: "@every 1h", Timeout: 1, Missed: RunEach, Run: good},
	}})
	for _, want := range []string{"Upper: needs a name", "twice: needs a name", "whenever: its schedule", "endless: needs a timeout",
		"idle: needs a timeout and something to run", "each: cannot run each"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %q: %v", want, err)
		}
	}
}

// By a clock that somebody winds on, one job ends before the next begins, in the order of the list: what comes of a day is the same every time.
func TestSettleRunsOneJobAfterAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		late := make(chan struct{})
		first := func(context.Context, Tick) (Result, error) {
			select {
			case <-late:
				t.Error("the second began before the first had ended")
			case <-time.After(20 * time.Millisecond):
			}
			return nil, nil
		}
		last := func(context.Context, Tick) (Result, error) {
			close(late)
			return nil, nil
		}
		w := newTown(t, "Africa/Nairobi", noon, Job{Name: "first", Schedule: "0 13 * * *", Run: first}, Job{Name: "last", Schedule: "0 13 * * *", Run: last})
		p := w.process(d)
		w.settle(p)
		w.clock.Set(noon.Add(time.Hour))
		w.settle(p)
		if len(w.ran("first")) != 1 || len(w.ran("last")) != 1 {
			t.Errorf("ran %q and %q", w.ran("first"), w.ran("last"))
		}
	})
}
