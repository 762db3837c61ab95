package jobs

import (
	"context"
	"time"
)

// forgetTallies removes counts of what may be asked for only so often, once they are over.
func forgetTallies(p Parts) Job {
	const most = 900
	return Job{
		Name: "forget_tallies", Schedule: "@every 1h", Timeout: 10 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			forgotten := 0
			for {
				n, err := p.Wallet.Tallies().Forget(ctx, p.Clock.Now(), most)
				forgotten += n
				if err != nil || n < most {
					return count("forgotten", forgotten), err
				}
			}
		},
	}
}
