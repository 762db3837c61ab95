package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// expireCashCodes frees the money behind withdrawal codes that nobody has used in time.
func expireCashCodes(p Parts) Job {
	return Job{
		Name: "expire_cash_codes", Schedule: "@every 10s", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.ExpireCashCodes(ctx, sweep.Page)
			return count("expired", n), err
		},
	}
}
