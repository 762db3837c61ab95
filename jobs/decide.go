package jobs

import (
	"context"
	"time"
)

// attendance is the leader looking at one job that does not run at the moment.
type attendance struct {
	*Runner
	*entry
	asking context.Context
	now    time.Time
	next   time.Time // when to look again, at the latest
}

// decide claims the run that is to begin now, whose State then is Running: one that somebody must still do something about, or the
// tick that is due.
func (a *attendance) decide(open []Run) (Run, error) {
	for _, o := range open {
		if o.Cause == Scheduled && o.DueAt.After(a.last.at) {
			a.last = place{o.Tick, o.DueAt} // we claimed it and never heard that we had
		}
	}
	due, isDue := a.due()
	for _, o := range open {
		run, err := a.takeUp(o, isDue)
		if err != nil || run.State == Running {
			return run, err
		}
	}
	if isDue {
		return a.claim(due)
	}
	a.notAfter(a.schedule.after(a.last).at)
	return Run{}, nil
}

// due returns the tick that is to run now, of all that are due.
func (a *attendance) due() (place, bool) {
	if a.Missed == RunEach {
		next := a.schedule.after(a.last)
		return next, !next.at.After(a.now)
	}
	return a.schedule.newest(a.last, a.now)
}

// takeUp begins a run that was asked for, was cut off or failed; or closes it, if it is not to be begun again.
func (a *attendance) takeUp(was Run, overtaken bool) (Run, error) {
	run := was
	run.fence = a.fence
	switch byHand := was.Cause == ByHand; {
	case byHand && was.State != Asked, !byHand && (a.Missed == Skip || a.Missed == RunOnce && overtaken):
		run.State = Failed
		if was.State != Again {
			run.EndedAt, run.Error = a.now, "its process stopped before it had ended"
		}
	case was.State == Again && a.now.Before(again(was)):
		a.notAfter(again(was))
		return Run{}, nil
	default:
		run.State, run.StartedAt, run.EndedAt, run.Error = Running, a.now, time.Time{}, ""
		run.Tries++
	}
	won, err := a.runs.change(a.asking, was, run)
	if err != nil || !won {
		return Run{}, err // if not won it has ended meanwhile
	}
	return run, nil
}

// again is when a run that failed is tried again.
func again(r Run) time.Time {
	wait := leastWait
	for n := 1; n < r.Tries && wait < mostWait; n++ {
		wait *= 2
	}
	return r.EndedAt.Add(min(wait, mostWait))
}

// claim begins a tick, or leaves it out if it comes too late.
func (a *attendance) claim(p place) (Run, error) {
	run := Run{Job: a.Name, Tick: p.key, Cause: Scheduled, State: Running, DueAt: p.at, Tries: 1,
		StartedAt: a.now, Result: "{}", fence: a.fence}
	if a.Missed == Skip && a.now.Sub(p.at) > onTime {
		run.State, run.Tries, run.EndedAt, run.Error = LeftOut, 0, a.now, "nobody was there to run it in time"
	}
	won, err := a.runs.claim(a.asking, run)
	if err != nil {
		return Run{}, err
	}
	a.last = p
	a.notAfter(a.schedule.after(p).at)
	if !won {
		return Run{}, nil // there is a row of it: if somebody must still do something about it, the next turn will see
	}
	return run, nil
}

func (a *attendance) notAfter(t time.Time) {
	if t.Before(a.next) {
		a.next = t
	}
}
