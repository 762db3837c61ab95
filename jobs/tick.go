package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"senti/wallet/db"
)

// ErrLost says that another process leads by now: what this run was about to write is not for it to write any more.
var ErrLost = errors.New("jobs: another process leads now")

// Tick is one time a job runs. One made by hand, in a test, guards nothing and resumes nothing.
type Tick struct {
	Job    string
	Key    string    // names it for good: "2026-03-12" for one by date, else "2026-03-12T09:00:10Z"
	At     time.Time // when it was due; the clock may be long past it
	Day    int32     // the market's date it stands for, as yyyymmdd
	ByHand bool      // a person asked for it

	runner *Runner
	fence  int64
}

// Guard fails with ErrLost if another process leads by now, and keeps it from leading until the transaction ends.
func (t Tick) Guard(ctx context.Context, tx *db.DB) error {
	if t.runner == nil {
		return nil
	}
	kept, err := t.runner.lease.Keep(ctx, tx, t.fence)
	if err == nil && !kept {
		err = ErrLost
	}
	return err
}

// Resume reads the result of the last run that was done into a struct, for a job that goes on where it stopped; false if there
// was none.
func (t Tick) Resume(ctx context.Context, into any) (bool, error) {
	if t.runner == nil {
		return false, nil
	}
	text, found, err := t.runner.runs.lastResult(ctx, t.Job)
	if err != nil || !found {
		return false, err
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return false, fmt.Errorf("jobs: the last result of %s: %w", t.Job, err)
	}
	return true, nil
}

// tick is the Tick of a run.
func (r *Runner) tick(run Run) Tick {
	t := Tick{Job: run.Job, Key: run.Tick, At: run.DueAt, ByHand: run.Cause == ByHand, runner: r, fence: run.fence}
	date := run.DueAt.In(r.zone)
	if by, err := time.Parse(dateKey, run.Tick); err == nil {
		date = by // which late clocks may have left behind
	}
	y, m, d := date.Date()
	t.Day = int32(y*10_000 + int(m)*100 + d)
	return t
}
