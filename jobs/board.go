package jobs

import (
	"context"
	"fmt"
	"strings"
	"time"

	"senti/jobs/lease"
	"senti/wallet/clock"
	"senti/wallet/db"
)

// Board shows the jobs to people, beside the processes that run them, and takes what they ask for. It runs nothing itself.
type Board struct {
	clock   clock.Clock
	runs    *runs
	entries []*entry
}

// NewBoard returns the board of a list of jobs; their functions may be missing.
func NewBoard(d *db.DB, c clock.Clock, zone *time.Location, list []Job) (*Board, error) {
	entries, err := check(list, zone)
	return &Board{c, &runs{db: d}, entries}, err
}

// Status is how a job stands.
type Status struct {
	Job
	Last Run       // the latest that began; the zero Run if none did
	Next time.Time // its next tick
}

// Statuses returns how all jobs stand, in the order of their list.
func (b *Board) Statuses(ctx context.Context) ([]Status, error) {
	var all []Status
	for _, e := range b.entries {
		s := Status{Job: e.Job, Next: e.schedule.after(e.schedule.from(b.clock.Now())).at}
		latest, err := b.runs.latest(ctx, e.Name)
		if err != nil {
			return nil, err
		}
		for _, r := range latest { // keys of dates and of moments do not sort exactly by time
			if r.StartedAt.After(s.Last.StartedAt) {
				s.Last = r
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// Leader returns until when the process that leads has the lease; false if none leads.
func (b *Board) Leader(ctx context.Context) (time.Time, bool, error) {
	row, _, err := lease.Look(ctx, b.runs.db, leaseName)
	return row.Until, row.Until.After(b.clock.Now()), err
}

// Ask asks the leader to run a job now, and returns the tick that names the run.
func (b *Board) Ask(ctx context.Context, name string) (tick string, err error) {
	var names []string
	for _, e := range b.entries {
		names = append(names, e.Name)
		if e.Name != name {
			continue
		}
		now := b.clock.Now()
		run := Run{Job: name, Tick: now.Format(askedKey), Cause: ByHand, State: Asked, DueAt: now, Result: "{}"}
		won, err := insert(ctx, b.runs.db, run)
		if err == nil && !won {
			err = fmt.Errorf("jobs: somebody else asks for %s in this very moment", name)
		}
		return run.Tick, err
	}
	return "", fmt.Errorf("jobs: there is no job %q, only %s", name, strings.Join(names, ", "))
}

// askedKey is exact enough for two people not to meet.
const askedKey = "2006-01-02T15:04:05.000000Z"

// Run returns how a run stands.
func (b *Board) Run(ctx context.Context, job, tick string) (Run, error) {
	all, err := b.runs.read(ctx, `WHERE job = ? AND tick = ?`, job, tick)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("jobs: there is no run %s of %s", tick, job)
	}
	if err != nil {
		return Run{}, err
	}
	return all[0], nil
}
