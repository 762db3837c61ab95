package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"senti/jobs/lease"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/id"
)

const (
	leaseName = "jobs"
	leaseTerm = 15 * time.Second
	spare     = 10 * time.Second // renewed when less than this is left
	look      = 2 * time.Second  // for what people ask for, and for a leader that stopped
	turnLimit = 5 * time.Second  // for what a turn asks of the database
	endLimit  = 5 * time.Second  // for writing down how a run ended
	onTime    = time.Minute      // how late a tick may be that is skipped when it is missed
	leastWait = time.Minute      // before a dated tick that failed is tried again; doubles to
	mostWait  = time.Hour
)

// Options are the parts of a Runner. All are required but Observe.
type Options struct {
	DB      *db.DB
	Clock   clock.Clock
	IDs     id.Source
	Zone    *time.Location // the market's
	Jobs    []Job
	Observe func(Run) // told of every run that ended; may be nil
}

// Runner runs jobs while its process leads. One per process.
type Runner struct {
	clock   clock.Clock
	zone    *time.Location
	runs    *runs
	lease   *lease.Lease
	entries []*entry
	observe func(Run)
	fence   int64         // of the term that the entries' places were read in
	begun   int           // runs
	inTurn  bool          // no run begins before the last has ended
	wake    chan struct{} // a run has ended

	mu  sync.Mutex // for the entries' stop
	all sync.WaitGroup
}

// entry is a job with where it stands.
type entry struct {
	Job
	schedule schedule
	last     place                   // every tick up to here has its row
	stop     context.CancelCauseFunc // nil while it does not run
}

var jobName = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// New checks the list of jobs. Run runs them.
func New(o Options) (*Runner, error) {
	l := lease.New(o.DB, o.Clock, o.IDs.New(), leaseName, leaseTerm)
	r := &Runner{clock: o.Clock, zone: o.Zone, runs: &runs{o.DB, l}, lease: l, observe: o.Observe, wake: make(chan struct{}, 1)}
	if r.observe == nil {
		r.observe = func(Run) {}
	}
	var err error
	r.entries, err = check(o.Jobs, o.Zone)
	return r, err
}

// check refuses jobs that could not run, all of them at once.
func check(list []Job, zone *time.Location) ([]*entry, error) {
	var entries []*entry
	var wrong []error
	names := map[string]bool{}
	for _, j := range list {
		s, err := parse(j.Schedule, zone)
		_, byDate := s.(dated)
		switch {
		case !jobName.MatchString(j.Name), names[j.Name]:
			err = errors.New("needs a name of its own, in snake_case and of at most 40 letters")
		case err != nil:
			err = fmt.Errorf("its schedule %q %w", j.Schedule, err)
		case j.Timeout <= 0, j.Run == nil:
			err = errors.New("needs a timeout and something to run")
		case j.Missed == RunEach && !byDate:
			err = errors.New("cannot run each of the ticks it missed: only dates are that few")
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("jobs: %s: %w", j.Name, err))
		}
		names[j.Name] = true
		entries = append(entries, &entry{Job: j, schedule: s})
	}
	return entries, errors.Join(wrong...)
}

// Run leads when nobody else does, and runs what is due, until ctx is done. Then it waits for what still runs.
func (r *Runner) Run(ctx context.Context) {
	defer r.leave(ctx)
	for ctx.Err() == nil {
		next, err := r.turn(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("jobs: what is due must wait", "err", err)
		}
		wait := look
		if left := next.Sub(r.clock.Now()); err == nil && left < wait {
			wait = max(0, left)
		}
		pause(ctx, wait, r.wake)
	}
}

// Settle runs what is due now, one run after another in the order of the list, and returns when all has ended. It is for a clock that somebody
// winds on, in a simulation, where what comes of a day must not depend on which of two jobs was quicker; Run is for one that goes by itself. It
// returns when there will be more to do.
func (r *Runner) Settle(ctx context.Context) (time.Time, error) {
	r.inTurn = true
	defer func() { r.inTurn = false }()
	for {
		before := r.begun
		next, err := r.turn(ctx)
		r.all.Wait()
		if err != nil || r.begun == before {
			return next, err
		}
	}
}

// leave lets another process lead at once, when nothing of ours runs any more.
func (r *Runner) leave(ctx context.Context) {
	r.all.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
	defer cancel()
	if err := r.lease.Release(last); err != nil {
		slog.Warn("jobs: the lease runs out by itself", "err", err)
	}
}

// Leads reports whether this process leads, as far as it can know without asking.
func (r *Runner) Leads() bool { return r.lease.Held() }

// pause waits for the time to pass, for a run to end, or for ctx.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}

// turn takes the lease or keeps it, and starts what is due. It returns when there will be more to do: when the next tick comes,
// or, if another process leads, when that one's term ends.
func (r *Runner) turn(ctx context.Context) (time.Time, error) {
	asking, cancel := context.WithTimeout(ctx, turnLimit)
	defer cancel()
	held, err := r.lease.Hold(asking, spare)
	if !held {
		if !r.lease.Held() {
			r.stopAll()
		}
		return r.lease.Until(), err
	}
	if fence := r.lease.Fence(); fence != r.fence {
		if err := r.learn(asking, fence); err != nil {
			return time.Time{}, err
		}
		r.fence = fence
	}
	open, err := r.runs.open(asking)
	if err != nil {
		return time.Time{}, err
	}
	next := r.clock.Now().Add(24 * time.Hour)
	for _, e := range r.entries {
		if r.runsNow(e) {
			continue // when it ends it wakes us
		}
		a := attendance{Runner: r, entry: e, asking: asking, now: r.clock.Now(), next: next}
		run, err := a.decide(open[e.Name])
		if errors.Is(err, ErrLost) {
			r.stopAll()
		}
		if err != nil {
			return time.Time{}, err
		}
		switch run.State {
		case Running:
			r.begun++
			r.begin(ctx, e, run)
			if r.inTurn {
				r.all.Wait()
			}
		case LeftOut:
			tell(run)
			r.observe(run)
		}
		next = a.next
	}
	return next, nil
}

// learn finds out where the jobs stand, at the beginning of a term. A job that was never seen stands here and now.
func (r *Runner) learn(ctx context.Context, fence int64) error {
	for _, e := range r.entries {
		newest, found, err := r.runs.newest(ctx, e.Name)
		if err != nil {
			return err
		}
		if !found {
			p := e.schedule.from(r.clock.Now())
			newest = Run{Job: e.Name, Tick: p.key, Cause: FirstSeen, State: LeftOut, DueAt: p.at, Result: "{}", fence: fence}
			if _, err := r.runs.claim(ctx, newest); err != nil {
				return err
			}
		}
		e.last = place{newest.Tick, newest.DueAt}
	}
	slog.Info("jobs: leading", "fence", fence, "jobs", len(r.entries))
	return nil
}

func (r *Runner) runsNow(e *entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return e.stop != nil
}

// stopAll ends the contexts of all runs: another process may begin with them at any moment.
func (r *Runner) stopAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.entries {
		if e.stop != nil {
			e.stop(ErrLost)
		}
	}
}
