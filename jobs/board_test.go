package jobs

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/ledger"
)

// board is the board that people look at beside the processes of a town.
func (w *town) board(d *db.DB) *Board {
	w.t.Helper()
	b, err := NewBoard(d, w.clock, w.zone, w.jobs)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// ask commits that a person asks for a job, and returns the tick of the run.
func (w *town) ask(b *Board, name string) string {
	w.t.Helper()
	tick, companion, err := b.Ask(name)
	if err != nil {
		w.t.Fatal(err)
	}
	l, err := ledger.Open(bg, ledger.Options{DB: b.runs.db, Clock: w.clock, IDs: ids, Zone: w.zone, Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Commit(bg, &ledger.Plan{Companions: []ledger.Companion{companion}}); err != nil {
		w.t.Fatal(err)
	}
	return tick
}

// What a person asks for is run by whoever leads, once, and takes nothing from the schedule.
func TestAskedFor(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		fails := false
		w := newTown(t, "Africa/Nairobi", noon, Job{Name: "daily", Schedule: "0 13 * * *", Missed: RunEach,
			Run: func(_ context.Context, k Tick) (Result, error) {
				if fails {
					return nil, errBroken
				}
				return Result{"day": k.Day, "by_hand": k.ByHand}, nil
			}})
		b := w.board(db2)
		if _, leads, err := b.Leader(bg); leads || err != nil {
			t.Errorf("before anybody was there: %v, %v", leads, err)
		}
		r, other := w.process(da), w.process(db2)
		w.turn(r)
		if until, leads, err := b.Leader(bg); !leads || err != nil || !until.Equal(noon.Add(leaseTerm)) {
			t.Errorf("the leader leads until %v, %v, %v", until, leads, err)
		}
		tick := w.ask(b, "daily")
		if run, err := b.Run(bg, "daily", tick); err != nil || run.State != Asked || run.State.Final() {
			t.Errorf("asked for: %+v, %v", run, err)
		}
		w.turn(other)
		w.wantRan("daily")
		w.turn(r)
		run, err := b.Run(bg, "daily", tick)
		if err != nil || run.State != Done || !run.State.Final() || run.Result != `{"by_hand":true,"day":20260312}` || run.Tries != 1 {
			t.Errorf("done: %+v, %v", run, err)
		}
		w.settle(r)
		w.clock.Advance(time.Hour)
		w.settle(r)
		w.wantRan("daily", tick, "2026-03-12")

		fails = true
		w.clock.Advance(time.Minute)
		tick = w.ask(b, "daily")
		w.settle(r)
		w.want(r, "daily", tick, Failed, 1) // a person sees it, and asks again
		if _, _, err := b.Ask("nightly"); err == nil || !strings.Contains(err.Error(), "only daily") {
			t.Errorf("a job that there is not: %v", err)
		}
		if _, err := b.Run(bg, "daily", "never"); err == nil {
			t.Error("a run that there is not")
		}
	})
}

// A run that a person asked for and whose process died is not run again behind that person's back.
func TestAskedForAndCutOff(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		b := newBlocking()
		w := newTown(t, "Africa/Nairobi", noon, Job{Name: "daily", Schedule: "0 13 * * *", Missed: RunOnce, Run: b.run})
		first, second := w.process(da), w.process(db2)
		w.turn(first)
		tick := w.ask(w.board(da), "daily")
		if _, err := first.turn(bg); err != nil {
			t.Fatal(err)
		}
		<-b.began
		w.clock.Advance(leaseTerm)
		w.settle(second)
		if run := w.want(second, "daily", tick, Failed, 1); !strings.Contains(run.Error, "stopped before it had ended") {
			t.Errorf("its error is %q", run.Error)
		}
		close(b.letGo)
		first.all.Wait()
		w.want(second, "daily", tick, Failed, 1)
	})
}

func TestStatuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		broken := true
		w := newTown(t, "Africa/Nairobi", noon,
			Job{Name: "never_yet", Schedule: "0 2 * * *"},
			Job{Name: "daily", Schedule: "0 13 * * *", Run: func(context.Context, Tick) (Result, error) {
				if broken {
					return nil, errors.New("the bank is closed")
				}
				return Result{"paid": 3}, nil
			}})
		b, r := w.board(d), w.process(d)
		w.settle(r)
		w.clock.Advance(time.Hour)
		w.settle(r)
		all, err := b.Statuses(bg)
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		if s := all[0]; !s.Last.StartedAt.IsZero() || !s.Next.Equal(time.Date(2026, 3, 12, 23, 0, 0, 0, time.UTC)) {
			t.Errorf("never yet: %+v", s)
		}
		if s := all[1]; s.Last.State != Again || s.Last.Error != "the bank is closed" || !s.Next.Equal(noon.Add(25*time.Hour)) {
			t.Errorf("failed: %+v", s)
		}
		broken = false
		w.clock.Advance(time.Minute)
		w.ask(b, "daily")
		w.settle(r)
		if all, err = b.Statuses(bg); err != nil || all[1].Last.State != Done {
			t.Errorf("done: %+v, %v", all, err)
		}
	})
}

// A run is told of when it has ended, and so is one that was left out.
func TestObserve(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, "Africa/Nairobi", noon, Job{Name: "daily", Schedule: "0 13 * * *", Missed: Skip})
		told := make(chan Run, 10)
		r, err := New(Options{DB: d, Clock: w.clock, IDs: ids, Zone: w.zone, Jobs: w.jobs, Observe: func(r Run) { told <- r }})
		if err != nil {
			t.Fatal(err)
		}
		w.settle(r)
		w.clock.Advance(time.Hour)
		w.settle(r)
		w.clock.Advance(25 * time.Hour)
		w.settle(r)
		for _, want := range []State{Done, LeftOut} {
			if run := <-told; run.Job != "daily" || run.State != want {
				t.Errorf("told of %+v, want %s", run, want)
			}
		}
		if len(told) > 0 {
			t.Errorf("and of %+v", <-told)
		}
	})
}
