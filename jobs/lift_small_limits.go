package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// liftSmallLimits gives customers their limits back when the small day after a new PIN is over.
func liftSmallLimits(p Parts) Job {
	return Job{
		Name: "lift_small_limits", Schedule: "@every 1m", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Wallet.LiftSmallLimits(ctx, p.Clock.Now(), sweep.Page)
			return count("lifted", n), err
		},
	}
}
