package agents

import (
	"context"
	"slices"
	"time"

	"senti/agents/deal"
)

// passed is money that left a till so long after the beginning of the hours that are looked at; below zero when it came.
type passed struct {
	after time.Duration
	out   int64 // minor units
}

// runsOut foresees when what is there is used up, if the hours to come are like the same hours of earlier weeks: as those weeks went
// on average. A week on which nothing happened says nothing, and of fewer than two nothing is foreseen.
func runsOut(available int64, weeks [][]passed) (after time.Duration, ok bool) {
	weeks = slices.DeleteFunc(slices.Clone(weeks), func(w []passed) bool { return len(w) == 0 })
	if len(weeks) < leastWeeks {
		return 0, false
	}
	all := slices.Concat(weeks...)
	slices.SortStableFunc(all, func(x, y passed) int { return int(x.after - y.after) })
	left := available
	left *= int64(len(weeks))
	for _, p := range all {
		if left -= p.out; left < 0 {
			return p.after, true
		}
	}
	return 0, false
}

// leastWeeks is how many earlier weeks make a pattern.
const leastWeeks = 2

// earlier is what went out of a till's float in the hours that follow now, in each of the weeks before. Hours are those on the wall, also
// across a change of the clocks; a week whose day was a holiday is left out, unless today is one.
func (a *Agents) earlier(ctx context.Context, till int64, now time.Time) ([][]passed, error) {
	forecast := a.rules().Forecast
	here := now.In(a.market.Zone)
	_, special := a.market.Holiday(a.market.Day(now))
	var weeks [][]passed
	for back := 1; back <= forecast.Weeks; back++ {
		from := here.AddDate(0, 0, -7*back)
		if _, holiday := a.market.Holiday(a.market.Day(from)); holiday != special {
			continue
		}
		passages, err := a.deals.Passages(ctx, till, from, from.Add(forecast.Ahead))
		if err != nil {
			return nil, err
		}
		weeks = append(weeks, since(from, passages))
	}
	return weeks, nil
}

func since(from time.Time, passages []deal.Passage) []passed {
	out := make([]passed, len(passages))
	for i, p := range passages {
		out[i] = passed{p.At.Sub(from), p.Out}
	}
	return out
}

// turnedRound is the same as cash sees it: it comes where e-money goes.
func turnedRound(weeks [][]passed) [][]passed {
	out := make([][]passed, len(weeks))
	for i, w := range weeks {
		out[i] = make([]passed, len(w))
		for j, p := range w {
			out[i][j] = passed{p.after, -p.out}
		}
	}
	return out
}

// floatRunsOut is when a till's float will be used up; the zero time when it lasts for the hours that are looked at.
func (a *Agents) floatRunsOut(ctx context.Context, till, available int64) (time.Time, error) {
	now := a.now()
	weeks, err := a.earlier(ctx, till, now)
	if err != nil {
		return time.Time{}, err
	}
	if after, ok := runsOut(available, weeks); ok {
		return now.Add(after), nil
	}
	return time.Time{}, nil
}
