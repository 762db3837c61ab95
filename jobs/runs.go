package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"senti/jobs/lease"
	"senti/wallet/db"
)

// Run is a row of job_runs: one tick of a job, and what became of it.
type Run struct {
	Job       string
	Tick      string
	Cause     Cause
	State     State
	DueAt     time.Time
	Tries     int
	StartedAt time.Time // the last try
	EndedAt   time.Time
	Result    string // JSON
	Error     string

	fence int64 // of the leader that runs it, or ran it last
}

// Took is how long the last try took; 0 if it has not ended.
func (r Run) Took() time.Duration {
	if r.EndedAt.IsZero() || r.StartedAt.IsZero() {
		return 0
	}
	return r.EndedAt.Sub(r.StartedAt)
}

// Cause is why there is a run. Numbers are stored.
type Cause int16

// The causes.
const (
	FirstSeen Cause = 0 // the job is new: its ticks count from here, and nothing was run
	Scheduled Cause = 1
	ByHand    Cause = 2
)

// State is how far a run got. Numbers are stored: never reuse one.
type State int16

// The states. Up to Again somebody will still do something about it.
const (
	Asked   State = 1 // by a person, and not begun
	Running State = 2
	Cut     State = 3 // its process stopped or lost the lease; it is taken up again
	Again   State = 4 // failed, and will be tried again
	Done    State = 5
	Failed  State = 6
	LeftOut State = 7
)

var stateNames = map[State]string{Asked: "asked", Running: "running", Cut: "cut", Again: "failed, again soon",
	Done: "done", Failed: "failed", LeftOut: "left out"}

// String returns the state in words.
func (s State) String() string { return stateNames[s] }

// Final reports whether nothing more will become of the run.
func (s State) Final() bool { return s >= Done }

// runs is the table of runs. What is written about a scheduled run is written only while the lease is held.
type runs struct {
	db    *db.DB
	lease *lease.Lease
}

const selectRun = `SELECT job, tick, cause, state, due_at, fence, tries, started_at, ended_at, result, error FROM job_runs `

func (s *runs) read(ctx context.Context, query string, args ...any) (all []Run, err error) {
	err = s.db.Each(ctx, selectRun+query, args, func(rows *sql.Rows) error {
		var r Run
		var due, started, ended int64
		err := rows.Scan(&r.Job, &r.Tick, &r.Cause, &r.State, &due, &r.fence, &r.Tries, &started, &ended, &r.Result, &r.Error)
		r.DueAt, r.StartedAt, r.EndedAt = fromMicros(due), fromMicros(started), fromMicros(ended)
		all = append(all, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: read runs: %w", err)
	}
	return all, nil
}

// open returns the runs that somebody must still do something about, by job, the oldest first.
func (s *runs) open(ctx context.Context) (map[string][]Run, error) {
	all, err := s.read(ctx, `WHERE state <= ? ORDER BY job, tick`, int64(Again))
	byJob := map[string][]Run{}
	for _, r := range all {
		byJob[r.Job] = append(byJob[r.Job], r)
	}
	return byJob, err
}

// newest returns the last tick of a job's schedule that there is a row of.
func (s *runs) newest(ctx context.Context, job string) (Run, bool, error) {
	all, err := s.read(ctx, `WHERE job = ? AND cause <> ? ORDER BY tick DESC LIMIT 1`, job, int64(ByHand))
	if err != nil || len(all) == 0 {
		return Run{}, false, err
	}
	return all[0], true, nil
}

// latest returns the last few runs of a job that began.
func (s *runs) latest(ctx context.Context, job string) ([]Run, error) {
	return s.read(ctx, `WHERE job = ? AND started_at > 0 ORDER BY tick DESC LIMIT 5`, job)
}

// lastResult returns the result of the last run that was done.
func (s *runs) lastResult(ctx context.Context, job string) (string, bool, error) {
	all, err := s.read(ctx, `WHERE job = ? AND state = ? ORDER BY tick DESC LIMIT 1`, job, int64(Done))
	if err != nil || len(all) == 0 {
		return "", false, err
	}
	return all[0].Result, true, nil
}

const (
	insertRun = `
		INSERT INTO job_runs (job, tick, cause, state, due_at, fence, tries, started_at, ended_at, result, error) VALUES `
	runColumns = 11
)

// values are the run's columns in the order of insertRun.
func (r Run) values() []any {
	return []any{r.Job, r.Tick, int64(r.Cause), int64(r.State), micros(r.DueAt), r.fence, int64(r.Tries),
		micros(r.StartedAt), micros(r.EndedAt), r.Result, r.Error}
}

// insert writes a new run; false if there is one of that tick.
func insert(ctx context.Context, d *db.DB, r Run) (bool, error) {
	_, err := d.Exec(ctx, insertRun+`(`+db.Marks(runColumns)+`)`, r.values()...)
	if err != nil && d.Dialect().IsDuplicate(err) {
		return false, nil
	}
	return err == nil, err
}

// claim writes a new run, if we still lead; false if the tick was claimed before.
func (s *runs) claim(ctx context.Context, r Run) (won bool, err error) {
	return won, s.leading(ctx, r.fence, func(tx *db.DB) error {
		won, err = insert(ctx, tx, r)
		return err
	})
}

// change replaces a run as it was read, if we still lead; false if somebody changed it since.
func (s *runs) change(ctx context.Context, was, now Run) (won bool, err error) {
	return won, s.leading(ctx, now.fence, func(tx *db.DB) error {
		won, err = replace(ctx, tx, was, now)
		return err
	})
}

// end writes what became of our own run. That another process leads by now does not matter, unless it has taken the run over.
func (s *runs) end(ctx context.Context, r Run) (bool, error) {
	was := r
	was.State = Running
	return replace(ctx, s.db, was, r)
}

func replace(ctx context.Context, d *db.DB, was, now Run) (bool, error) {
	n, err := d.Exec(ctx, `
		UPDATE job_runs SET state = ?, fence = ?, tries = ?, started_at = ?, ended_at = ?, result = ?, error = ?
		 WHERE job = ? AND tick = ? AND state = ? AND fence = ? AND tries = ?`,
		int64(now.State), now.fence, int64(now.Tries), micros(now.StartedAt), micros(now.EndedAt), now.Result, now.Error,
		was.Job, was.Tick, int64(was.State), was.fence, int64(was.Tries))
	return n == 1, err
}

// leading runs fn in a transaction that commits only while the lease is ours with that fence.
func (s *runs) leading(ctx context.Context, fence int64, fn func(tx *db.DB) error) error {
	err := s.db.Transact(ctx, func(tx *db.DB) error {
		kept, err := s.lease.Keep(ctx, tx, fence)
		switch {
		case err != nil:
			return err
		case !kept:
			return ErrLost
		}
		return fn(tx)
	})
	if err != nil && !errors.Is(err, ErrLost) {
		return fmt.Errorf("jobs: write a run: %w", err)
	}
	return err
}

// micros and fromMicros are how moments travel to and from a column; a run that has not begun or ended has 0 there.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

const (
	mostResult = 1000 // bytes
	mostError  = 300  // characters
)

// encode makes JSON of a result. One that is too long is a mistake of the job's, and told as such.
func encode(result Result) (string, error) {
	if len(result) == 0 {
		return "{}", nil
	}
	text, err := json.Marshal(result)
	if err != nil {
		return "{}", fmt.Errorf("a result that is no JSON: %w", err)
	}
	if len(text) > mostResult {
		return "{}", fmt.Errorf("a result of %d bytes, more than %d", len(text), mostResult)
	}
	return string(text), nil
}

// cut makes an error's text fit its column.
func cut(text string) string {
	text = strings.ToValidUTF8(text, "?")
	if utf8.RuneCountInString(text) <= mostError {
		return text
	}
	return string([]rune(text)[:mostError])
}
