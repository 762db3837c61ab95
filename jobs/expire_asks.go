package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// expireAsks ends requests for a withdrawal that nobody has answered in time. No money was set aside for them.
func expireAsks(p Parts) Job {
	return Job{
		Name: "expire_asks", Schedule: "@every 30s", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.ExpireAsks(ctx, sweep.Page)
			return count("expired", n), err
		},
	}
}
