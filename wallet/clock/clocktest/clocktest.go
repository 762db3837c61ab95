// Package clocktest has the places whose clocks and calendars do odd things, for tests of what happens once a day there. It is not
// for the product: what day it is there, package market and the ledger say.
package clocktest

import (
	"testing"
	"time"
)

// Place is three years of a time zone.
type Place struct {
	Zone string
	From int    // the first of January of that year
	Odd  string // what is odd there
}

// Places are three years each in places where clocks and calendars did, or will do, odd things.
var Places = []Place{
	{"Africa/Nairobi", 2024, "nothing"},
	{"Africa/Cairo", 2024, "24 hours become 23 at midnight, and 25 at the next"},
	{"Africa/Casablanca", 2024, "an hour back for Ramadan"},
	{"America/Sao_Paulo", 2016, "summer began at midnight: 00:00 to 00:59 did not exist"},
	{"America/Havana", 2024, "summer begins at midnight and ends at one: 00:00 to 00:59 come twice"},
	{"Asia/Beirut", 2022, "summer begins at midnight, and once was put off at the last moment"},
	{"Australia/Lord_Howe", 2024, "half an hour of summer"},
	{"Pacific/Apia", 2010, "had no 30th of December 2011"},
	{"Europe/London", 2024, "an hour at one in the morning"},
	{"America/St_Johns", 2009, "clocks went back at one minute past midnight, into the day before"},
	{"America/Scoresbysund", 2023, "summer began an hour before midnight, or at midnight"},
}

// Location loads the place's zone.
func (p Place) Location(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Start is the first moment of the three years, End the first after them.
func (p Place) Start(t testing.TB) time.Time {
	t.Helper()
	return time.Date(p.From, 1, 1, 0, 0, 0, 0, p.Location(t))
}

// End is the first moment after the three years.
func (p Place) End(t testing.TB) time.Time {
	t.Helper()
	return time.Date(p.From+3, 1, 1, 0, 0, 0, 0, p.Location(t))
}

// OncePerDate proves of something that is counted by the day that it begins anew once on each date of each place, at the first
// look on that date, and never on a date that comes back for an hour. count makes a count in that zone, which notes one more deed
// at a moment and reports whether the count had begun anew with it. It is asked every twenty minutes, and one microsecond before
// and at each midnight.
func OncePerDate(t *testing.T, count func(t *testing.T, zone *time.Location) func(at time.Time) (anew bool)) {
	t.Helper()
	for _, p := range Places {
		t.Run(p.Zone, func(t *testing.T) {
			t.Parallel()
			zone := p.Location(t)
			deed := count(t, zone)
			newest, dates := 0, 0
			look := func(at time.Time) {
				y, m, d := at.Date()
				date := y*10_000 + int(m)*100 + d
				fresh := date > newest
				if got := deed(at.UTC()); got != fresh {
					t.Fatalf("at %v, %d after %d: began anew %t", at, date, newest, got)
				}
				if fresh {
					newest, dates = date, dates+1
				}
			}
			for at := p.Start(t); at.Before(p.End(t)); at = at.Add(20 * time.Minute) {
				look(at)
				if next := at.Add(20 * time.Minute); next.Day() != at.Day() {
					look(next.Add(-time.Microsecond))
				}
			}
			if dates < 3*365 {
				t.Errorf("only %d dates", dates)
			}
		})
	}
}
