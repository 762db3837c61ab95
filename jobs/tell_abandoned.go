package jobs

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"senti/wallet"
	"senti/wallet/intent"
)

// tellAbandoned tells people by SMS that no money has moved in a call that broke off on the PIN page, or of whose last page nobody was seen to
// be shown. A session is taken for over when its gateway's time for silence is; what was asked for by SMS waits for its PIN as long as a quote
// stands.
func tellAbandoned(p Parts) Job {
	return Job{
		Name: "tell_abandoned", Schedule: "@every 1m", Timeout: time.Minute, Missed: RunOnce,
		Run: func(ctx context.Context, t Tick) (Result, error) {
			now := p.Clock.Now()
			var last struct{ Until int64 }
			found, err := t.Resume(ctx, &last)
			if err != nil {
				return nil, err
			}
			from := now // the calls before there was this job are not told of
			if found {
				from = latest(now.Add(-abandonedBack), time.UnixMicro(last.Until))
			}
			told := 0
			for _, s := range silences(p.Idle) {
				in := intent.Stretch{After: from.Add(-s.idle), Until: now.Add(-s.idle), Gateways: s.of, Others: s.others}
				n, wrong := p.Wallet.TellAbandoned(ctx, in)
				told, err = told+n, errors.Join(err, wrong)
			}
			if err != nil {
				return count("told", told), err // the same time is gone through again, and nobody is told twice
			}
			return Result{"told": told, "until": now.UnixMicro()}, nil
		},
	}
}

// abandonedBack is how far a run looks back after a long time without one.
const abandonedBack = 24 * time.Hour

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// idleMost is the time for silence of a gateway that is not known, or no longer.
const idleMost = 3 * time.Minute

// silence is a time for silence, and whose it is.
type silence struct {
	idle   time.Duration
	of     []string
	others bool // of all gateways but those
}

func silences(idle map[string]time.Duration) []silence {
	by := map[time.Duration][]string{intent.Life: {wallet.ByText}}
	known := []string{wallet.ByText}
	for _, gateway := range slices.Sorted(maps.Keys(idle)) {
		by[idle[gateway]] = append(by[idle[gateway]], gateway)
		known = append(known, gateway)
	}
	all := []silence{{idle: idleMost, of: known, others: true}}
	for _, time := range slices.Sorted(maps.Keys(by)) {
		all = append(all, silence{idle: time, of: by[time]})
	}
	return all
}
