package jobs

import (
	"context"
	"time"
)

// watchDormancy warns customers who have done nothing for long, and in the end blocks what they can pay, never what they get. It runs in the
// morning, when an SMS wakes nobody.
func watchDormancy(p Parts) Job {
	return Job{
		Name: "watch_dormancy", Schedule: "30 9 * * *", Timeout: time.Hour, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := sweep(ctx, func(ctx context.Context, limit int) (int, error) {
				return p.Wallet.WatchDormancy(ctx, p.Clock.Now(), limit)
			})
			return count("watched", n), err
		},
	}
}
