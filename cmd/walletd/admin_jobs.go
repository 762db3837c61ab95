package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"senti/jobs"
	"senti/wallet/audit"
	"senti/wallet/clock"
	"senti/wallet/ledger"
	"senti/wallet/staff"
)

type adminJobsCmd struct {
	List adminJobsListCmd `cmd:"" default:"withargs" help:"Every job: its schedule, how it last went, when it comes next."`
	Run  adminJobsRunCmd  `cmd:"" help:"Ask the walletd that runs the jobs to run one now, and wait for it."`
}

type adminJobsListCmd struct{ deskFlags }

// Run lists the jobs. Nobody need say who they are: what jobs find is for every eye that may see the log.
func (c adminJobsListCmd) Run(ctx context.Context) error {
	return c.sit(ctx, func(d *desk) error {
		board, err := d.jobs()
		if err != nil {
			return err
		}
		all, err := board.Statuses(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"JOB", "SCHEDULE", "NEXT", "LAST", "STATE", "TOOK", "RESULT"}}
		for _, s := range all {
			row := []string{s.Name, s.Schedule, d.when(s.Next), "-", "-", "-", "-"}
			if !s.Last.StartedAt.IsZero() {
				row = append(row[:3], d.when(s.Last.StartedAt), s.Last.State.String(), s.Last.Took().Round(time.Millisecond).String(), outcomeOf(s.Last))
			}
			rows = append(rows, row)
		}
		if err := d.table(rows...); err != nil {
			return err
		}
		until, leads, err := board.Leader(ctx)
		switch {
		case err != nil:
			return err
		case leads:
			d.say("a walletd runs them; unless it renews, until %s", d.when(until))
		default:
			d.say("NOBODY runs them: no walletd serves this database")
		}
		return nil
	})
}

type adminJobsRunCmd struct {
	deskFlags
	Name string `arg:"" help:"The job."`
}

// whoMayRun is everybody but auditors, who change nothing.
const whoMayRun = staff.Maker | staff.Checker | staff.Support

// Run asks for a run of the job, which the audit chain records, and waits until it has ended.
func (c adminJobsRunCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		board, err := d.jobs()
		if err != nil {
			return err
		}
		tick, ask, err := board.Ask(c.Name)
		if err != nil {
			return err
		}
		if _, leads, err := board.Leader(ctx); err != nil || !leads {
			return errors.Join(err, errors.New("nothing was done: no walletd serves this database, and only one that serves runs jobs"))
		}
		plan := &ledger.Plan{Companions: append(
			d.office.Audit().Add(audit.Act{Actor: audit.Staff(d.who.Name), Act: "job.run", Object: "job:" + c.Name}),
			d.office.Staff().Acts(d.who.Name, whoMayRun), ask)}
		if _, err := d.ledger.Commit(ctx, plan); err != nil {
			return err
		}
		run, err := d.await(ctx, board, c.Name, tick)
		if err != nil {
			return err
		}
		d.say("%s: %s after %v: %s", c.Name, run.State, run.Took().Round(time.Millisecond), outcomeOf(run))
		if run.State != jobs.Done {
			return fmt.Errorf("%s was not done", c.Name)
		}
		return nil
	})
}

// await looks at a run until nothing more will become of it.
func (*desk) await(ctx context.Context, board *jobs.Board, job, tick string) (jobs.Run, error) {
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for {
		run, err := board.Run(ctx, job, tick)
		if err != nil || run.State.Final() {
			return run, err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return run, fmt.Errorf("%s is %s, and goes on without you: see walletd admin jobs", job, run.State)
		}
	}
}

// jobs is the board of all jobs.
func (d *desk) jobs() (*jobs.Board, error) {
	return jobs.NewBoard(d.db, clock.System{}, d.market.Zone, jobs.All(jobs.Parts{}))
}

// outcomeOf is what a run found, or why it failed.
func outcomeOf(r jobs.Run) string {
	switch {
	case r.Error != "" && r.Result != "{}":
		return r.Error + " " + r.Result
	case r.Error != "":
		return r.Error
	case r.Result == "{}":
		return "nothing to do"
	}
	return r.Result
}
