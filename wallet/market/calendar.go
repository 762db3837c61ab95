package market

import "time"

// Holiday is a day on which banks and offices are closed.
type Holiday struct {
	Day  int32 // yyyymmdd
	Name string
}

// Holiday returns the holiday on a day (yyyymmdd), or false.
func (m *Market) Holiday(day int32) (Holiday, bool) {
	for _, h := range m.Holidays {
		if h.Day == day {
			return h, true
		}
	}
	return Holiday{}, false
}

// Working reports whether offices work on a day (yyyymmdd): not on a Saturday, a Sunday or a holiday.
func (m *Market) Working(day int32) bool {
	_, holiday := m.Holiday(day)
	weekday := date(day).Weekday()
	return !holiday && weekday != time.Saturday && weekday != time.Sunday
}

// Begins returns the first moment of a day (yyyymmdd) in the market's zone. Of a day that the zone's calendar leaves out, it is that
// of the next one.
func (m *Market) Begins(day int32) time.Time {
	wall := date(day)
	t := wall.Add(-30 * time.Hour).In(m.Zone) // no zone is as far from UTC as that
	for {
		_, offset := t.Zone()
		begins, ends := t.ZoneBounds()
		at := wall.Add(-time.Duration(offset) * time.Second)
		switch {
		case at.Before(begins): // clocks were put forward past midnight
			return begins.UTC()
		case ends.IsZero() || at.Before(ends):
			return at
		}
		t = ends
	}
}

// DayAfter returns the day (yyyymmdd) so many days after another, or before it.
func DayAfter(day int32, days int) int32 {
	y, m, d := date(day).AddDate(0, 0, days).Date()
	return int32(y*10000 + int(m)*100 + d)
}

// date is a day (yyyymmdd) as if the market were in UTC.
func date(day int32) time.Time {
	return time.Date(int(day/10000), time.Month(day/100%100), int(day%100), 0, 0, 0, 0, time.UTC)
}

// Ended returns the day (yyyymmdd) with which the running period began on that day, and so the one before had ended.
func (r Release) Ended(day int32) int32 {
	switch r {
	case Monthly:
		return day - day%100 + 1
	case Weekly:
		return DayAfter(day, -int(date(day).Weekday()+6)%7)
	default:
		return day
	}
}

// Dormancy is what becomes of a wallet whose owner does nothing. Times count from the owner's last own act.
type Dormancy struct {
	Warn  []time.Duration // ascending, before After
	After time.Duration   // the wallet goes to sleep: money may arrive, none may leave
}

// Retention is how long rows are kept that nobody asks for any more. Postings and the audit record are never deleted.
type Retention struct {
	Records  time.Duration // what explains a posting: intents that were done, deals, cases
	Quotes   time.Duration // intents that nobody went through with, and how conversations ended that moved nothing
	Messages time.Duration // texts of messages that were delivered or given up
	Codes    time.Duration // codes that were used or ran out
	Runs     time.Duration // results of jobs
}

// Trust is how long what only one side knows of the banks' money may stay so.
type Trust struct {
	Transit  time.Duration // money that left one trust bank for another and has not arrived is missing after it
	Suspense time.Duration // money that came in and nobody was issued anything for goes to suspense after it
}

// Ward is a part of a town, by which people find agents.
type Ward struct {
	Code string // digits, as a person keys it
	Name string
}

// Ward returns the ward with that code, or false.
func (m *Market) Ward(code string) (Ward, bool) {
	for _, w := range m.Wards {
		if w.Code == code {
			return w, true
		}
	}
	return Ward{}, false
}
