package market

import (
	"testing"
	"time"
)

func TestWorking(t *testing.T) {
	m := mustLoad(t, "ke")
	for day, want := range map[int32]bool{
		20261203: true,  // a Thursday
		20261205: false, // a Saturday
		20261206: false, // a Sunday
		20261225: false, // Christmas, a Friday
		20261228: true,  // a Monday
		20270101: false, // New Year, a Friday
	} {
		if m.Working(day) != want {
			t.Errorf("%d: %t", day, !want)
		}
	}
}

// A period ends where the next begins, which is the day itself, its Monday or its first.
func TestPeriodsEnd(t *testing.T) {
	for day, want := range map[int32][3]int32{
		20261203: {20261203, 20261130, 20261201},
		20261130: {20261130, 20261130, 20261101}, // a Monday
		20261206: {20261206, 20261130, 20261201}, // a Sunday
		20270102: {20270102, 20261228, 20270101},
		20280229: {20280229, 20280228, 20280201},
	} {
		for i, r := range []Release{Daily, Weekly, Monthly} {
			if got := r.Ended(day); got != want[i] {
				t.Errorf("%s on %d: %d, want %d", r, day, got, want[i])
			}
		}
	}
}

// A day begins when clocks first show it, in every zone: at midnight, or where there is no midnight at the hour that follows.
func TestDaysBegin(t *testing.T) {
	m := *mustLoad(t, "ke")
	for _, c := range []struct {
		zone string
		day  int32
		want string
	}{
		{"Africa/Nairobi", 20261203, "2026-12-02T21:00:00Z"},
		{"UTC", 20261203, "2026-12-03T00:00:00Z"},
		{"America/Sao_Paulo", 20181104, "2018-11-04T03:00:00Z"}, // no midnight: 23:59 was followed by 01:00
		{"America/Havana", 20251102, "2025-11-02T04:00:00Z"},    // midnight came twice: the first counts
		{"Asia/Beirut", 20261025, "2026-10-24T22:00:00Z"},       // 23:00 came twice the evening before
		{"Pacific/Apia", 20111230, "2011-12-30T10:00:00Z"},      // a day that was left out: the next
		{"Pacific/Apia", 20111231, "2011-12-30T10:00:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		m.Zone = zone
		begins := m.Begins(c.day)
		if got := begins.Format(time.RFC3339); got != c.want {
			t.Errorf("%s %d begins at %s, want %s", c.zone, c.day, got, c.want)
		}
		if c.day != 20111230 && (m.Day(begins) != c.day || m.Day(begins.Add(-time.Second)) >= c.day) {
			t.Errorf("%s: %s is %d, a second before it %d", c.zone, begins, m.Day(begins), m.Day(begins.Add(-time.Second)))
		}
	}
}
