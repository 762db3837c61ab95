package jobs

import (
	"context"
	"time"
)

// purgeCodes deletes codes and questions that are over as long ago as the market keeps them, and what was asked of tills when
// records are kept no longer.
func purgeCodes(p Parts) Job {
	return Job{
		Name: "purge_codes", Schedule: "@every 10m", Timeout: 5 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			deleted := 0
			for _, of := range []struct {
				keep  time.Duration
				purge func(ctx context.Context, before time.Time, limit int) (int, error)
			}{
				{p.Keep.Codes, p.Agents.Codes().Purge},
				{p.Keep.Codes, p.Agents.Surveys().Purge},
				{p.Keep.Records, p.Agents.Offers().Purge},
			} {
				since, ends := keptSince(p.Clock.Now(), of.keep)
				if !ends {
					continue
				}
				n, err := sweep(ctx, func(ctx context.Context, limit int) (int, error) { return of.purge(ctx, since, limit) })
				deleted += n
				if err != nil {
					return count("deleted", deleted), err
				}
			}
			return count("deleted", deleted), nil
		},
	}
}
