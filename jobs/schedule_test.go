package jobs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"senti/wallet/clock/clocktest"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func mustParse(t testing.TB, text string, zone *time.Location) schedule {
	t.Helper()
	s, err := parse(text, zone)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return s
}

// hours are the times of day tried in every zone: minutes since midnight, ascending.
var hours = []int{0, 5, 30, 45, 60, 90, 120, 150, 180, 23 * 60, 23*60 + 59}

// shown is one date of a place, and when its clocks first showed each of the hours on it; the zero time if they never did.
type shown struct {
	date  string
	hours []time.Time
}

// wallOf looks at the clock on the wall every minute for three years.
func wallOf(zone *time.Location, year int) (dates []shown) {
	end := time.Date(year+3, 1, 1, 0, 0, 0, 0, zone)
	newest := 0
	for t := time.Date(year, 1, 1, 0, 0, 0, 0, zone); t.Before(end); t = t.Add(time.Minute) {
		y, m, d := t.Date()
		if number := y*10000 + int(m)*100 + d; number > newest { // not on a date that comes back for an hour
			newest = number
			dates = append(dates, shown{date: t.Format(dateKey), hours: make([]time.Time, 0, len(hours))})
		} else if number < newest {
			continue
		}
		today := &dates[len(dates)-1]
		for n := len(today.hours); n < len(hours) && t.Hour()*60+t.Minute() >= hours[n]; n++ {
			today.hours = append(today.hours, t)
		}
	}
	for i := range dates {
		dates[i].hours = dates[i].hours[:len(hours)] // what is missing is zero
	}
	return dates
}

// Every daily job ticks exactly once on every date that there was, at the first moment when the clock had reached its hour.
func TestEveryDateOnceForThreeYears(t *testing.T) {
	for _, z := range clocktest.Places {
		t.Run(z.Zone, func(t *testing.T) {
			t.Parallel()
			zone := zoneOf(t, z.Zone)
			dates := wallOf(zone, z.From)
			for i, h := range hours {
				s := mustParse(t, fmt.Sprintf("%d %d * * *", h%60, h/60), zone)
				p := s.from(time.Date(z.From, 1, 1, 0, 0, 0, 0, zone).Add(-time.Second))
				for _, on := range dates {
					next, want := s.after(p), on.hours[i]
					switch {
					case next.key != on.date:
						t.Fatalf("%02d:%02d: after %s comes %s, want %s", h/60, h%60, p.key, next.key, on.date)
					case next.at.Before(p.at):
						t.Errorf("%02d:%02d: %s comes before %s", h/60, h%60, next.key, p.key)
					case want.IsZero(): // the date ended before the clock showed it
						if next.at.Sub(p.at) > 26*time.Hour {
							t.Errorf("%02d:%02d of %s comes at %v", h/60, h%60, on.date, next.at)
						}
					case !next.at.Equal(want):
						t.Errorf("%02d:%02d of %s comes at %v, the clock reached it at %v", h/60, h%60, on.date, next.at, want)
					}
					p = next
				}
			}
		})
	}
}

// Whenever a process begins to look, it reckons the same ticks as one that has looked all along.
func TestFromAnyMoment(t *testing.T) {
	for _, z := range clocktest.Places {
		t.Run(z.Zone, func(t *testing.T) {
			t.Parallel()
			zone := zoneOf(t, z.Zone)
			for _, text := range []string{"0 0 * * *", "30 2 * * *", "0 6 1 * *", "15 0 * * mon"} {
				s := mustParse(t, text, zone)
				p := s.from(time.Date(z.From, 1, 1, 0, 0, 0, 0, zone))
				next := s.after(p)
				for now := p.at; now.Year() < z.From+3; now = now.Add(7*time.Hour + 13*time.Minute) {
					for !next.at.After(now) {
						if got, due := s.newest(p, now); !due || got.key < next.key {
							t.Fatalf("%s: at %v the newest is %v, %v; want %v or later", text, now, got, due, next)
						}
						p, next = next, s.after(next)
					}
					if got := s.after(s.from(now)); got != next {
						t.Fatalf("%s: who begins at %v waits for %v, want %v", text, now, got, next)
					}
					if got, due := s.newest(p, now); due {
						t.Fatalf("%s: at %v %v is due, after %v", text, now, got, p)
					}
				}
			}
		})
	}
}

// That is why cron's own Next is not asked in the market's zone: in the same years it leaves out dates, has others twice, and
// in one place stands still for good.
func TestCronAloneWouldNotDo(t *testing.T) {
	left, twice, stuck := 0, 0, 0
	for _, z := range clocktest.Places {
		zone := zoneOf(t, z.Zone)
		dates := wallOf(zone, z.From)
		for _, h := range hours {
			s, err := cron.ParseStandard(fmt.Sprintf("CRON_TZ=%s %d %d * * *", z.Zone, h%60, h/60))
			if err != nil {
				t.Fatal(err)
			}
			ticks := map[string]int{}
			at := time.Date(z.From, 1, 1, 0, 0, 0, 0, zone).Add(-time.Second)
			next := s.Next(at)
			for ; next.After(at) && next.Year() < z.From+3; at, next = next, s.Next(next) {
				ticks[next.Format(dateKey)]++
			}
			if !next.After(at) {
				stuck++
				continue
			}
			for _, on := range dates {
				switch n := ticks[on.date]; {
				case n == 0:
					left++
				case n > 1:
					twice++
				}
			}
		}
	}
	t.Logf("cron's own reckoning leaves out %d ticks, has %d twice, and stands still for good in %d schedules", left, twice, stuck)
	if left == 0 || twice == 0 || stuck == 0 {
		t.Error("it would do after all")
	}
}

func TestEvery(t *testing.T) {
	s := mustParse(t, "@every 10s", zoneOf(t, "America/Havana"))
	start := time.Date(2026, 3, 12, 9, 0, 3, 5000, time.UTC)
	p := s.from(start)
	if next := s.after(p); next.key != "2026-03-12T09:00:10Z" || !next.at.Equal(start.Truncate(time.Minute).Add(10*time.Second)) {
		t.Errorf("the first is %+v", next)
	}
	if got, due := s.newest(p, start.Add(6*time.Second)); due {
		t.Errorf("%v is due too soon", got)
	}
	if got, due := s.newest(p, start.Add(time.Hour)); !due || got.key != "2026-03-12T10:00:00Z" {
		t.Errorf("an hour later the newest is %v, %v", got, due)
	}
	n := 0
	for at := s.after(p); at.at.Before(start.AddDate(0, 0, 1)); at = s.after(at) {
		n++
	}
	if n != 8640 {
		t.Errorf("%d in a day", n)
	}
}

// A job whose schedule changes its kind goes on from where it was.
func TestScheduleOfAnotherKind(t *testing.T) {
	zone := zoneOf(t, "Africa/Nairobi")
	daily, often := mustParse(t, "0 2 * * *", zone), mustParse(t, "@every 10s", zone)
	at := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	if got := daily.after(often.from(at)); got.key != "2026-03-13" {
		t.Errorf("from seconds to days: %v", got)
	}
	if got := often.after(daily.from(at)); got.key != "2026-03-12T09:00:10Z" {
		t.Errorf("from days to seconds: %v", got)
	}
}

func TestSchedulesThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "empty",
		"every day":                      "5 fields",
		"*/5 * * * *":                    "several times a day",
		"0 6,18 * * *":                   "several times a day",
		"@hourly":                        "several times a day",
		"0 0 30 2 *":                     "never comes",
		"CRON_TZ=Africa/Cairo 0 2 * * *": "names a zone",
		"61 2 * * *":                     "above maximum",
	} {
		if _, err := parse(text, time.UTC); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"@every 1h", "@daily", "0 2 * * *", "0 3 1 * *", "30 6 * * mon", "@weekly", "@monthly"} {
		mustParse(t, text, time.UTC)
	}
}
