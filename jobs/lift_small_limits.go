package jobs

import (
	"context"
	"time"
)

// liftSmallLimits gives customers their limits back when the small day after a new PIN is over.
func liftSmallLimits(p Parts) Job {
	return Job{
		Name: "lift_small_limits", Schedule: "@every 1m", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := sweep(ctx, func(ctx context.Context, limit int) (int, error) {
				return p.Wallet.LiftSmallLimits(ctx, p.Clock.Now(), limit)
			})
			return count("lifted", n), err
		},
	}
}
