package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// expireOffers ends requests for float, swaps and reservations whose time is over, and frees what was set aside for them.
func expireOffers(p Parts) Job {
	return Job{
		Name: "expire_offers", Schedule: "@every 10s", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.ExpireOffers(ctx, sweep.Page)
			return count("expired", n), err
		},
	}
}
