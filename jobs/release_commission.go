package jobs

import (
	"context"
	"time"
)

// releaseCommission turns what agents have earned into e-money, when the market's period is over. It looks every morning, so that
// what could not be released, as the fund was short or no till was named, is as soon as it can be.
func releaseCommission(p Parts) Job {
	return Job{
		Name: "release_commission", Schedule: "0 6 * * *", Timeout: time.Hour, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			n, err := p.Agents.ReleaseCommission(ctx)
			return count("released", n), err
		},
	}
}
