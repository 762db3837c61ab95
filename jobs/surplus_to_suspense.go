package jobs

import (
	"context"
	"time"
)

// surplusToSuspense books what came to the trust banks and nobody was issued anything for in time, after the banks were compared
// with the books in the morning.
func surplusToSuspense(p Parts) Job {
	return Job{
		Name: "surplus_to_suspense", Schedule: "30 7 * * *", Timeout: 10 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Office.SurplusToSuspense(ctx)
			return count("lines", n), err
		},
	}
}
