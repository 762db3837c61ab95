package jobs

import (
	"context"
	"fmt"
	"time"

	"senti/wallet/db"
)

// idleKept is how long a run is kept that found nothing to do. One that was due on a date is kept as all others are: that it ran on each
// can so be shown.
const idleKept = 24 * time.Hour

// purgeRuns deletes what jobs did as long ago as the market keeps it, and what they did not do, after a day. The newest run of each
// job stays: the next tick is reckoned from it.
func purgeRuns(p Parts) Job {
	return Job{
		Name: "purge_runs", Schedule: "@every 1h", Timeout: 10 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			now := p.Clock.Now()
			since, ends := keptSince(now, p.Keep.Runs)
			if !ends {
				since = time.Time{}
			}
			deleted := 0
			for _, j := range All(p) {
				n, err := purgeRunsOf(ctx, p.DB, j.Name, since, now.Add(-idleKept))
				deleted += n
				if err != nil {
					return count("deleted", deleted), err
				}
			}
			return count("deleted", deleted), nil
		},
	}
}

// purgeRunsOf deletes runs of one job that ended, in pages. Keys of ticks sort by their time, to within a day.
func purgeRunsOf(ctx context.Context, d *db.DB, job string, since, idle time.Time) (deleted int, err error) {
	runs := &runs{db: d}
	newest, _, err := runs.newest(ctx, job)
	if err != nil {
		return 0, err
	}
	for {
		old, err := runs.read(ctx, `
			WHERE job = ? AND tick < ? AND tick <> ? AND state >= ? AND (tick < ? OR state = ? AND result = '{}' AND LENGTH(tick) > ?)
			ORDER BY tick LIMIT ?`,
			job, idle.Format(dateKey), newest.Tick, int64(Done), since.Format(dateKey), int64(Done), int64(len(dateKey)), int64(purgePage))
		if err != nil || len(old) == 0 {
			return deleted, err
		}
		ticks := make([]any, len(old))
		for i, r := range old {
			ticks[i] = r.Tick
		}
		for _, list := range db.Lists(ticks) {
			_, err := d.Exec(ctx, `DELETE FROM job_runs WHERE job = ? AND tick IN (`+db.Marks(len(list))+`)`, append([]any{job}, list...)...)
			if err != nil {
				return deleted, fmt.Errorf("jobs: delete old runs: %w", err)
			}
		}
		deleted += len(old)
	}
}
