package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// freezeMore freezes what comes to tills that had not the sum which a customer says was not paid. It comes often: until then the float
// can be spent.
func freezeMore(p Parts) Job {
	return Job{
		Name: "freeze_more", Schedule: "@every 10s", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.FreezeMore(ctx, sweep.Page)
			return count("cases", n), err
		},
	}
}
