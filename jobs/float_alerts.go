package jobs

import (
	"context"
	"time"

	"senti/wallet/sweep"
)

// floatAlerts tells shops what runs short, or will within the hours ahead: e-money or cash.
func floatAlerts(p Parts) Job {
	return Job{
		Name: "float_alerts", Schedule: "@every 5m", Timeout: 5 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.FloatAlerts(ctx, sweep.Page)
			return count("sent", n), err
		},
	}
}
