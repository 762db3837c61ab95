package jobs

import (
	"context"
	"time"
)

// expireHolds frees the money of holds whose time has come. Until then it counts as held. Every expiry is a posting whose ID
// follows from the hold's, so that two who sweep at once post it once.
func expireHolds(p Parts) Job {
	const most = 1000
	return Job{
		Name: "expire_holds", Schedule: "@every 10s", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			expired := 0
			for {
				n, err := p.Ledger.Expire(ctx, p.Clock.Now(), most)
				expired += n
				if err != nil || n < most {
					return count("expired", expired), err
				}
			}
		},
	}
}

// count is the result of a job that does one thing; none, if it had not to do it.
func count(name string, n int) Result {
	if n == 0 {
		return nil
	}
	return Result{name: n}
}
