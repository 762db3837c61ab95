package jobs

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
)

var (
	bg = context.Background()
	// noon is where fake clocks begin: Thursday 12 March 2026, 12:00 in Nairobi.
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	ids  id.Random
)

// TestMain keeps the log of the jobs out of the tests' output.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// eachPair runs fn on both databases with two handles on one database, as two processes would have.
func eachPair(t *testing.T, fn func(t *testing.T, a, b *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		both := sqlitePair(t)
		fn(t, both[0], both[1])
	})
	t.Run("mysql", func(t *testing.T) {
		a, b := dbtest.Two(t)
		fn(t, a, b)
	})
}

// sqlitePair opens one new database twice.
func sqlitePair(t *testing.T) (both [2]*db.DB) {
	t.Helper()
	dsn := "sqlite:" + filepath.Join(t.TempDir(), "senti.db")
	for i := range both {
		d, err := db.Open(bg, dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		if _, err := db.Migrate(bg, d); err != nil {
			t.Fatal(err)
		}
		both[i] = d
	}
	return both
}

// town is where the jobs of a test run: a clock to wind on, and a record of every time a job began.
type town struct {
	t     *testing.T
	clock *clock.Fake
	zone  *time.Location
	jobs  []Job

	mu    sync.Mutex
	began map[string][]string // by job: the ticks, in their order
}

func newTown(t *testing.T, zone string, start time.Time, list ...Job) *town {
	t.Helper()
	w := &town{t: t, clock: clock.NewFake(start), zone: zoneOf(t, zone), began: map[string][]string{}}
	for _, j := range list {
		w.jobs = append(w.jobs, w.noting(j))
	}
	return w
}

// noting makes a job note that it began, before it does what it does.
func (w *town) noting(j Job) Job {
	does := j.Run
	if j.Timeout == 0 {
		j.Timeout = time.Minute
	}
	j.Run = func(ctx context.Context, t Tick) (Result, error) {
		w.mu.Lock()
		w.began[t.Job] = append(w.began[t.Job], t.Key)
		w.mu.Unlock()
		if does == nil {
			return Result{"day": t.Day}, nil
		}
		return does(ctx, t)
	}
	return j
}

// ran returns the ticks of a job that began, in their order.
func (w *town) ran(job string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.began[job])
}

// process is a runner as one process has it.
func (w *town) process(d *db.DB) *Runner {
	w.t.Helper()
	r, err := New(Options{DB: d, Clock: w.clock, IDs: ids, Zone: w.zone, Jobs: w.jobs})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// turn lets a process look at the clock once, and waits for what it began. It returns when there is more to do.
func (w *town) turn(r *Runner) time.Time {
	w.t.Helper()
	next, err := r.turn(bg)
	if err != nil {
		w.t.Fatal(err)
	}
	r.all.Wait()
	return next
}

// settle lets a process do all that is due.
func (w *town) settle(r *Runner) {
	w.t.Helper()
	if _, err := r.Settle(bg); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) count() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ticks := range w.began {
		n += len(ticks)
	}
	return n
}

// run returns the row of a tick.
func (w *town) run(r *Runner, job, tick string) Run {
	w.t.Helper()
	all, err := r.runs.read(bg, `WHERE job = ? AND tick = ?`, job, tick)
	if err != nil || len(all) != 1 {
		w.t.Fatalf("%s %s: %d rows, %v", job, tick, len(all), err)
	}
	return all[0]
}

func (w *town) want(r *Runner, job, tick string, state State, tries int) Run {
	w.t.Helper()
	run := w.run(r, job, tick)
	if run.State != state || run.Tries != tries {
		w.t.Errorf("%s %s is %s after %d tries (%s), want %s after %d", job, tick, run.State, run.Tries, run.Error, state, tries)
	}
	return run
}

// wantRan checks which ticks of a job began, one by one.
func (w *town) wantRan(job string, want ...string) {
	w.t.Helper()
	if got := w.ran(job); !slices.Equal(got, want) {
		w.t.Errorf("%s ran %q, want %q", job, got, want)
	}
}

var errBroken = errors.New("broken")
