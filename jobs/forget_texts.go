package jobs

import (
	"context"
	"time"
)

// forgetTexts removes what was kept of texts that phones sent, when no gateway will repeat them any more.
func forgetTexts(p Parts) Job {
	const most = 900 // marks at once
	return Job{
		Name: "forget_texts", Schedule: "@every 1h", Timeout: 10 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, _ Tick) (Result, error) {
			forgotten, err := p.Asked(ctx, p.Clock.Now())
			if err != nil {
				return nil, err
			}
			for {
				n, err := p.Intake.Forget(ctx, p.Clock.Now(), most)
				forgotten += n
				if err != nil || n < most {
					return count("forgotten", forgotten), err
				}
			}
		},
	}
}
