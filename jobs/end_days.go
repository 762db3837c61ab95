package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// endDays ends the days of tills that no operator has ended, as of midnight. It comes hours later, for those who work into the night
// and end their day themselves.
func endDays(p Parts) Job {
	return Job{
		Name: "end_days", Schedule: "0 4 * * *", Timeout: 30 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.EndDays(ctx, sweep.Page)
			return count("ended", n), err
		},
	}
}
