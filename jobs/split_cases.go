package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// splitCases opens a case for staff about each till whose deposits look split again and again.
func splitCases(p Parts) Job {
	return Job{
		Name: "split_cases", Schedule: "0 5 * * *", Timeout: 10 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.OpenSplitCases(ctx, sweep.Page)
			return count("opened", n), err
		},
	}
}
