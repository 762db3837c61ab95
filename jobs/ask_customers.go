package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// askCustomers asks customers by SMS what an agent took from them. A question that nobody could ask in its time is dropped.
func askCustomers(p Parts) Job {
	return Job{
		Name: "ask_customers", Schedule: "@every 1m", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.AskCustomers(ctx, sweep.Page)
			return count("asked", n), err
		},
	}
}
