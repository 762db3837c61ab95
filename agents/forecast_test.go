package agents

import (
	"testing"
	"time"
)

// Each week is what left the float, by the minute; available and amounts are shillings.
func TestRunsOut(t *testing.T) {
	type week map[int]int64
	for _, c := range []struct {
		name      string
		available int64
		weeks     []week
		minute    int // -1: it lasts
	}{
		{"nothing is known", 100, nil, -1},
		{"one week is no pattern", 100, []week{{10: 500}}, -1},
		{"weeks without a deal say nothing", 100, []week{{10: 500}, {}, {}}, -1},
		{"both weeks alike", 100, []week{{10: 60, 20: 60}, {10: 60, 20: 60}}, 20},
		{"just enough", 120, []week{{10: 60, 20: 60}, {10: 60, 20: 60}}, -1},
		{"the average of a strong and a weak one", 100, []week{{10: 190}, {30: 20}}, 30},
		{"of them it lasts", 105, []week{{10: 190}, {30: 20}}, -1},
		{"what comes in helps", 100, []week{{5: -50, 10: 140}, {5: -50, 10: 140}}, -1},
		{"if it comes in time", 100, []week{{10: 140, 20: -90}, {10: 140, 20: -90}}, 10},
		{"a quiet week is not counted", 100, []week{{10: 120}, {}, {12: 120}}, 12},
		{"nothing left at all", 0, []week{{3: 1}, {7: 1}}, 3},
		{"four weeks", 1_000, []week{{60: 900, 90: 400}, {50: 1_100}, {70: 700, 100: 900}, {20: 800, 95: 600}}, 95},
	} {
		var weeks [][]passed
		for _, w := range c.weeks {
			var all []passed
			for minute, out := range w {
				all = append(all, passed{time.Duration(minute) * time.Minute, out})
			}
			weeks = append(weeks, all)
		}
		after, ok := runsOut(c.available, weeks)
		if ok != (c.minute >= 0) || ok && after != time.Duration(c.minute)*time.Minute {
			t.Errorf("%s: after %s, %t; want minute %d", c.name, after, ok, c.minute)
		}
	}
}

func TestTurnedRound(t *testing.T) {
	weeks := [][]passed{{{time.Minute, 100}, {time.Hour, -30}}, {}}
	got := turnedRound(weeks)
	if len(got) != 2 || got[0][0] != (passed{time.Minute, -100}) || got[0][1] != (passed{time.Hour, 30}) || weeks[0][0].out != 100 {
		t.Errorf("%v of %v", got, weeks)
	}
}
