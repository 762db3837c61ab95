package jobs

import (
	"context"
	"fmt"
	"time"
)

// checkLiabilities compares all e-money with the trust accounts behind it. A shortfall stops issuing until somebody has found out
// why; it is in the result and in the metric of failed runs.
func checkLiabilities(p Parts) Job {
	return Job{
		Name: "check_liabilities", Schedule: "@every 10m", Timeout: 5 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			r, err := p.Office.CheckLiabilities(ctx)
			if err != nil || r.OK() {
				return nil, err
			}
			return Result{"owed": r.Total, "trust": r.Trust}, fmt.Errorf("jobs: %s", r)
		},
	}
}
