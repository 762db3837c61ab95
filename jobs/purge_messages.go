package jobs

import (
	"context"
	"time"

	"senti/wallet/id"
)

// purgeMessages deletes the texts of messages that were sent or refused for good as long ago as the market keeps them.
func purgeMessages(p Parts) Job {
	return Job{
		Name: "purge_messages", Schedule: "@every 10m", Timeout: 5 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, t Tick) (Result, error) {
			now := p.Clock.Now()
			since, ends := keptSince(now, p.Keep.Messages)
			if !ends {
				return nil, nil //nolint:nilnil // nothing to do
			}
			var last struct{ Derived string }
			if _, err := t.Resume(ctx, &last); err != nil {
				return nil, err
			}
			page := func(after, before id.ID) (id.ID, int, error) {
				purged, err := p.Messages.Purge(ctx, after, before, purgePage, since)
				return purged.Last, purged.Deleted, err
			}
			// Those of which the ID tells the time: whatever is left among the oldest waits to be sent, and is rare.
			_, deleted, err := stretch(ctx, id.ID{}, id.Before(since), page)
			if err != nil {
				return count("deleted", deleted), err
			}
			after, before := derived(now, parsed(last.Derived))
			stopped, more, err := stretch(ctx, after, before, page)
			if deleted += more; deleted == 0 && stopped.IsZero() {
				return nil, err
			}
			return Result{"deleted": deleted, "derived": stopped.String()}, err
		},
	}
}

// parsed reads an ID of a result; zero if there was none.
func parsed(text string) id.ID {
	i, err := id.Parse(text)
	if err != nil {
		return id.ID{}
	}
	return i
}
