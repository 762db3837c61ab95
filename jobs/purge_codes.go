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
				n, err := untilNone(func() (int, error) { return of.purge(ctx, since, purgePage) })
				deleted += n
				if err != nil {
					return count("deleted", deleted), err
				}
			}
			return count("deleted", deleted), nil
		},
	}
}

// untilNone deletes a page at a time until one is not full, and returns how many rows there were.
func untilNone(purge func() (int, error)) (int, error) {
	deleted := 0
	for {
		n, err := purge()
		deleted += n
		if err != nil || n < purgePage {
			return deleted, err
		}
	}
}
