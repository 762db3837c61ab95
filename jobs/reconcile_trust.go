package jobs

import (
	"context"
	"fmt"
	"time"
)

// reconcileTrust compares the trust accounts with the banks' statements, every morning before work begins, and again and again
// while something is missing. Imports and approvals do it too; this is for what time alone brings: money that does not arrive.
func reconcileTrust(p Parts) Job {
	return Job{
		Name: "reconcile_trust", Schedule: "0 7 * * *", Timeout: 10 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			r, err := p.Office.ReconcileTrust(ctx)
			if err != nil {
				return nil, err
			}
			done := Result{"books": r.Books, "statements": r.Statements, "short": r.Short, "surplus": r.Surplus, "transit": r.Transit}
			if r.Short > 0 {
				return done, fmt.Errorf("jobs: %s", r)
			}
			return done, nil
		},
	}
}
