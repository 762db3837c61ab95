package jobs

import "context"

// sweepMost is how much a sweep does in one go: little enough that each commit is short.
const sweepMost = 500

// sweep does work, at most so much at a time, until there is none left, and returns how much there was.
func sweep(ctx context.Context, work func(ctx context.Context, limit int) (int, error)) (int, error) {
	done := 0
	for {
		n, err := work(ctx, sweepMost)
		done += n
		if err != nil || n < sweepMost {
			return done, err
		}
	}
}
