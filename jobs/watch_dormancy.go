package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// watchDormancy warns customers who have done nothing for long, and in the end blocks what they can pay, never what they get. It runs in the
// morning, when an SMS wakes nobody.
func watchDormancy(p Parts) Job {
	return Job{
		Name: "watch_dormancy", Schedule: "30 9 * * *", Timeout: time.Hour, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Wallet.WatchDormancy(ctx, p.Clock.Now(), sweep.Page)
			return count("watched", n), err
		},
	}
}
