package jobs

import (
	"context"
	"time"

	"senti/wallet/id"
	"senti/wallet/intent"
)

// purgeIntents deletes what was about to happen and did not, when the market keeps it no longer, and what did happen when it is
// older than records are kept. intent.Store.Purge says what is lost.
func purgeIntents(p Parts) Job {
	return Job{
		Name: "purge_intents", Schedule: "@every 10m", Timeout: 5 * time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, t Tick) (Result, error) {
			now := p.Clock.Now()
			records, endRecords := keptSince(now, p.Keep.Records)
			quotes, endQuotes := keptSince(now, p.Keep.Quotes)
			if !endRecords || !endQuotes {
				return nil, nil //nolint:nilnil // nothing to do
			}
			if records.After(quotes) {
				records = quotes // what was gone through with is kept as long as what was not
			}
			var last struct{ Quotes, Derived string }
			if _, err := t.Resume(ctx, &last); err != nil {
				return nil, err
			}
			page := func(after, before id.ID) (id.ID, int, error) {
				purged, err := p.Intents.Purge(ctx, after, before, purgePage, intent.Keep{Records: records, Quotes: quotes})
				return purged.Last, purged.Deleted, err
			}
			return intentStretches(ctx, now, stretches{
				records: id.Before(records.Add(-idMargin)), quotes: id.Before(quotes.Add(-idMargin)),
				quotesFrom: parsed(last.Quotes), derivedFrom: parsed(last.Derived),
			}, page)
		},
	}
}

// stretches are where a run of purgeIntents goes. Each intent whose ID tells the time is looked at twice in its life: when quotes
// end, and again when records do.
type stretches struct{ records, quotes, quotesFrom, derivedFrom id.ID }

func intentStretches(ctx context.Context, now time.Time, s stretches, page pager) (Result, error) {
	_, deleted, err := stretch(ctx, id.ID{}, s.records, page)
	if err != nil {
		return count("deleted", deleted), err
	}
	quotes, more, err := stretch(ctx, s.quotesFrom, s.quotes, page)
	deleted += more
	if err != nil {
		return count("deleted", deleted), err
	}
	if quotes.IsZero() && string(s.quotes[:]) > string(s.quotesFrom[:]) {
		quotes = s.quotes // all before it was looked at
	} else if quotes.IsZero() {
		quotes = s.quotesFrom
	}
	after, before := derived(now, s.derivedFrom)
	stopped, more, err := stretch(ctx, after, before, page)
	return Result{"deleted": deleted + more, "quotes": quotes.String(), "derived": stopped.String()}, err
}
