package jobs

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// schedule tells the ticks of a job, one after another. It has no memory and no clock: every process reckons the same ticks.
type schedule interface {
	// after returns the tick that follows a place.
	after(place) place
	// from returns the place that every tick later than t follows, and no other.
	from(t time.Time) place
	// newest returns the last tick after a place that is due at now; false if none is.
	newest(last place, now time.Time) (place, bool)
}

// place is a tick, or a moment between two. The key names a tick for good.
type place struct {
	key string
	at  time.Time
}

// parser reads schedules: five fields, or @every.
var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// parse reads a schedule. It is either "@every 10s", or cron's five fields with one hour and one minute.
func parse(text string, zone *time.Location) (schedule, error) {
	if strings.Contains(text, "TZ=") {
		return nil, errors.New("names a zone: jobs go by the market's")
	}
	parsed, err := parser.Parse(text)
	if err != nil {
		return nil, err
	}
	switch s := parsed.(type) {
	case cron.ConstantDelaySchedule:
		return every{s.Delay}, nil
	case *cron.SpecSchedule:
		if bits.OnesCount64(s.Minute) != 1 || bits.OnesCount64(s.Hour) != 1 {
			return nil, errors.New(`runs several times a day: write "@every 1h", or one hour and one minute`)
		}
		s.Location = time.UTC
		if s.Next(time.Unix(0, 0).UTC()).IsZero() {
			return nil, errors.New("never comes")
		}
		return dated{s, zone}, nil
	}
	return nil, fmt.Errorf("is a %T, which nobody has thought about", parsed)
}

// every ticks at whole multiples of its interval, whatever clocks on the wall do, so that all processes tick alike.
type every struct{ interval time.Duration }

const instantKey = "2006-01-02T15:04:05Z" // of a moment in UTC

func (e every) tick(at time.Time) place { return place{at.UTC().Format(instantKey), at.UTC()} }

func (e every) from(t time.Time) place { return e.tick(t.Truncate(e.interval)) }

func (e every) after(p place) place { return e.tick(p.at.Truncate(e.interval).Add(e.interval)) }

func (e every) newest(last place, now time.Time) (place, bool) {
	p := e.from(now)
	return p, p.at.After(last.at)
}

// dated ticks once on each date that its fields match, at their hour and minute in the market's zone. A tick is its date, and so
// comes once on that date and not again, however often the clock on the wall shows that hour. If it does not show it at all,
// the tick comes when the clock has passed it; a date that the calendar leaves out has none.
type dated struct {
	fields *cron.SpecSchedule // in UTC, which has no summer: it reckons what the clock on the wall would show
	zone   *time.Location
}

const dateKey = "2006-01-02" // of a date in the market's zone

func (d dated) after(p place) place {
	date, err := time.Parse(dateKey, p.key)
	if err != nil { // the job went by another kind of schedule before
		date, _ = time.Parse(dateKey, d.from(p.at).key)
	}
	for {
		wall := d.fields.Next(endOf(date))
		date = wall
		if d.exists(date) {
			return place{wall.Format(dateKey), firstShown(wall, d.zone)}
		}
	}
}

func (d dated) from(t time.Time) place {
	local := t.In(d.zone)
	y, m, day := local.Date()
	p := place{key: time.Date(y, m, day-2, 0, 0, 0, 0, time.UTC).Format(dateKey)}
	for {
		next := d.after(p)
		if next.at.After(t) {
			return place{p.key, t}
		}
		p = next
	}
}

func (d dated) newest(last place, now time.Time) (newest place, due bool) {
	for next := d.after(last); !next.at.After(now); next = d.after(next) {
		newest, due = next, true
	}
	return newest, due
}

// exists reports whether the zone has that date. Samoa went from the 29th of December 2011 to the 31st.
func (d dated) exists(date time.Time) bool {
	begins := firstShown(date.Truncate(24*time.Hour), d.zone)
	return begins.Format(dateKey) == date.Format(dateKey)
}

func endOf(date time.Time) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 23, 59, 59, 0, time.UTC)
}

// firstShown returns the first moment at which clocks in the zone show that date and hour or a later one. The wall's time is
// written as if it were UTC.
func firstShown(wall time.Time, zone *time.Location) time.Time {
	t := wall.Add(-30 * time.Hour).In(zone) // no zone is as far from UTC as that
	for {
		_, offset := t.Zone()
		begins, ends := t.ZoneBounds()
		at := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		switch {
		case at.Before(begins): // clocks were put forward past it
			return begins.In(zone)
		case ends.IsZero() || at.Before(ends):
			return at
		}
		t = ends
	}
}
