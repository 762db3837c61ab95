package jobs

import (
	"context"
	"time"

	"senti/wallet/id"
)

const (
	purgePage  = 900     // rows looked at, and deleted, in one transaction
	purgeMost  = 200_000 // rows looked at in one stretch of one run
	leastKept  = 48 * time.Hour
	idMargin   = time.Hour      // an ID is made before its row is written: this long at most
	idsEndWith = 24 * time.Hour // from now on: later IDs were derived from others, and tell no time
)

// keptSince is the moment from which on rows are kept for that long; false if they are kept for good. A redial looks back a day,
// so that less than two would break what people are told.
func keptSince(now time.Time, keep time.Duration) (time.Time, bool) {
	return now.Add(-max(keep, leastKept)), keep > 0
}

// pager purges one page of a table: it returns the last ID it looked at, zero at the end, and how many rows it deleted.
type pager func(after, before id.ID) (last id.ID, deleted int, err error)

// stretch purges the rows between two IDs page by page. It returns the ID at which it stopped because there were too many; zero when
// it went through all.
func stretch(ctx context.Context, after, before id.ID, page pager) (stopped id.ID, deleted int, err error) {
	for looked := 0; looked < purgeMost; looked += purgePage {
		if err := ctx.Err(); err != nil {
			return after, deleted, err
		}
		last, n, err := page(after, before)
		deleted += n
		if err != nil || last.IsZero() {
			return id.ID{}, deleted, err
		}
		after = last
	}
	return after, deleted, nil
}

// derived returns where a purge goes on among the IDs that tell no time, after it stopped at last. They lie after all the others that
// there can be yet, and are gone over round and round.
func derived(now time.Time, last id.ID) (after, before id.ID) {
	after = id.Before(now.Add(idsEndWith))
	if string(last[:]) > string(after[:]) {
		after = last
	}
	for i := range before {
		before[i] = 0xff
	}
	return after, before
}
