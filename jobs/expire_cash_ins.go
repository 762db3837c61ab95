package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// expireCashIns gives back the money of deposits that nobody has answered in time, and tells the operators to return the cash.
func expireCashIns(p Parts) Job {
	return Job{
		Name: "expire_cash_ins", Schedule: "@every 30s", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.ExpireCashIns(ctx, sweep.Page)
			return count("expired", n), err
		},
	}
}
