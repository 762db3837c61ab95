package jobs

import (
	"context"
	"time"
)

const (
	// reportsWithin is for how long a provider may report what became of a message: networks try a phone that is off for two days, most
	// of them for one.
	reportsWithin = 48 * time.Hour
	reportsMost   = 50_000 // names gone through in one run
)

// closeReports stops waiting for reports that will not come: what became of their messages is unknown.
func closeReports(p Parts) Job {
	return Job{
		Name: "close_reports", Schedule: "@every 1m", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			closed, before := 0, p.Clock.Now().Add(-reportsWithin)
			for closed < reportsMost && ctx.Err() == nil {
				n, err := p.Messages.GiveUp(ctx, before, purgePage)
				if closed += n; err != nil || n < purgePage {
					return count("closed", closed), err
				}
			}
			return count("closed", closed), ctx.Err()
		},
	}
}
