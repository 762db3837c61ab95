package jobs

import (
	"context"
	"time"
)

// reconcileTrust compares the trust accounts with the banks' statements, every morning before work begins. Where no statement was
// ever imported there is nothing to compare.
func reconcileTrust(p Parts) Job {
	return Job{
		Name: "reconcile_trust", Schedule: "0 7 * * *", Timeout: 10 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			r, err := p.Office.ReconcileTrust(ctx)
			if err != nil {
				return nil, err
			}
			return Result{"books": r.Books, "statements": r.Statements, "short": r.Short, "surplus": r.Surplus}, nil
		},
	}
}
