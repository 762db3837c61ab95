package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"senti/jobs/lease"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Board shows the jobs to people, beside the processes that run them, and takes what they ask for. It runs nothing itself.
type Board struct {
	clock   clock.Clock
	runs    *runs
	table   *table
	entries []*entry
}

// NewBoard returns the board of a list of jobs; their functions may be missing.
func NewBoard(d *db.DB, c clock.Clock, zone *time.Location, list []Job) (*Board, error) {
	entries, err := check(list, zone)
	return &Board{c, &runs{db: d}, &table{}, entries}, err
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

// Ask returns the companion that asks the leader to run a job now, and the tick that will name the run.
func (b *Board) Ask(name string) (tick string, ask ledger.Companion, err error) {
	var names []string
	for _, e := range b.entries {
		if e.Name == name {
			now := b.clock.Now()
			tick = now.Format(askedKey)
			return tick, asking{b.table, Run{Job: name, Tick: tick, Cause: ByHand, State: Asked, DueAt: now, Result: "{}"}}, nil
		}
		names = append(names, e.Name)
	}
	return "", nil, fmt.Errorf("there is no job %q, only %s", name, strings.Join(names, ", "))
}

// askedKey is exact enough for two people not to meet.
const askedKey = "2006-01-02T15:04:05.000000Z"

type asking struct {
	table *table
	run   Run
}

// Table is the runs' table.
func (a asking) Table() ledger.Table { return a.table }

// Key is zero: nothing else can name the row.
func (asking) Key() id.ID { return id.ID{} }

// Check never refuses.
func (asking) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes the run if its plan was accepted.
func (a asking) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return a.run
}

// table is the runs as the ledger writes them: it adds those that people ask for.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*table) Name() string { return "job_runs" }

// Load is never called, as no companion names a row.
func (*table) Load(context.Context, *db.DB, []id.ID) (map[id.ID]any, error) {
	return nil, errors.New("jobs: runs are added, never locked")
}

// Write inserts runs.
func (*table) Write(_ *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, runColumns*len(rows))
	for _, r := range rows {
		args = append(args, r.(Run).values()...)
	}
	return db.InsertMany(insertRun, runColumns, args, "")
}

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
