package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// expireVouchers brings the money of vouchers back that nobody has redeemed in time.
func expireVouchers(p Parts) Job {
	return Job{
		Name: "expire_vouchers", Schedule: "@every 1m", Timeout: 2 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.ExpireVouchers(ctx, sweep.Page)
			return count("expired", n), err
		},
	}
}
