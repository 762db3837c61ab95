package jobs

import (
	"slices"
	"strings"
	"testing"
	"time"

	"senti/wallet/clock/clocktest"
)

// daily is every job there is that is done by the date, with nothing to do.
func daily() (list []Job) {
	for _, j := range All(Parts{}) {
		if !strings.HasPrefix(j.Schedule, "@every") {
			list = append(list, Job{Name: j.Name, Schedule: j.Schedule, Missed: j.Missed, Timeout: j.Timeout})
		}
	}
	return list
}

// oddest are the places where a date has no midnight, has it twice, is left out, or comes back.
var oddest = []string{"Africa/Cairo", "America/Havana", "America/Sao_Paulo", "America/St_Johns", "Pacific/Apia"}

// Three years of all daily jobs in the oddest places, with two processes that take turns at leading: each job runs once on each date
// that there was, in the order of the dates, and on no other. One of the processes looks seldom, so some runs are late.
func TestDailyJobsRunOncePerDateForThreeYears(t *testing.T) {
	for _, p := range clocktest.Places {
		if !slices.Contains(oddest, p.Zone) {
			continue // its dates are proven by arithmetic, in TestEveryDateOnceForThreeYears
		}
		t.Run(p.Zone, func(t *testing.T) {
			t.Parallel()
			handles := sqlitePair(t)
			w := newTown(t, p.Zone, p.Start(t), daily()...)
			processes := []*Runner{w.process(handles[0]), w.process(handles[1])}
			for step := 0; w.clock.Now().Before(p.End(t)); step++ {
				w.settle(processes[step/7%2])
				w.clock.Advance(11*time.Hour + 43*time.Minute)
			}
			w.clock.Set(p.End(t).Add(-time.Microsecond))
			w.settle(processes[0])
			w.wantOnce(p.Start(t), p.End(t))
		})
	}
}
