package jobs

import (
	"fmt"
	"testing"
	"time"

	"senti/wallet/db"
)

// month is the jobs of a simulated time: often, every day in two ways, on some days only.
func month() []Job {
	return []Job{
		{Name: "hourly", Schedule: "@every 1h", Missed: RunOnce},
		{Name: "at_two", Schedule: "0 2 * * *", Missed: RunEach},
		{Name: "at_midnight", Schedule: "0 0 * * *", Missed: RunOnce},
		{Name: "on_mondays", Schedule: "30 6 * * mon", Missed: Skip},
		{Name: "on_the_last", Schedule: "0 23 30 4 *", Missed: RunOnce},
	}
}

// Two processes on one database share a month in Cairo, in which the 24th of April has no midnight. Now one is asleep, now the
// other; one is killed where it stands every other day, and one stops in good order now and then. Every tick runs once.
func TestAMonthOfTwoProcesses(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		start := time.Date(2026, 4, 9, 22, 30, 0, 0, time.UTC)
		end := start.AddDate(0, 0, 31)
		w := newTown(t, "Africa/Cairo", start, month()...)
		handles := []*db.DB{da, db2}
		processes := []*Runner{w.process(da), w.process(db2)}
		killed, stopped, leaders := 0, 0, map[*Runner]bool{}
		for step := 0; w.clock.Now().Before(end); step++ {
			var next time.Time
			for i := range processes {
				p := (step + i) % 2
				if step%5 == 4 && i == 1 {
					continue // asleep
				}
				if until := w.turn(processes[p]); processes[p].Leads() {
					next, leaders[processes[p]] = until, true
				}
			}
			for i, p := range processes {
				switch {
				case step%48 == 31 && p.Leads():
					processes[i], killed = w.process(handles[i]), killed+1 // its lease stays as it is
				case step%110 == 77 && p.Leads():
					p.leave(bg)
					processes[i], stopped = w.process(handles[i]), stopped+1
				}
			}
			if next.IsZero() {
				t.Fatalf("at %v nobody leads", w.clock.Now())
			}
			w.clock.Set(next)
		}
		t.Logf("%d leaders, %d killed, %d stopped", len(leaders), killed, stopped)
		if killed < 10 || stopped < 5 || len(leaders) < 20 {
			t.Error("too little happened")
		}
		w.wantOnce(start, end)
	})
}

// wantOnce checks that each job ran each tick of its schedule between two moments once, and nothing else.
func (w *town) wantOnce(start, end time.Time) {
	w.t.Helper()
	for _, j := range w.jobs {
		s := mustParse(w.t, j.Schedule, w.zone)
		var want []string
		for p := s.after(s.from(start)); p.at.Before(end); p = s.after(p) {
			want = append(want, p.key)
		}
		if len(want) == 0 {
			w.t.Errorf("%s never comes", j.Name)
		}
		w.wantRan(j.Name, want...)
	}
}

// Three years of a daily job in a place that left out a day, with processes that take turns: each date that there was has one run,
// and the one that there was not has none.
func TestThreeYearsOfDaysInSamoa(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db2 *db.DB) {
		start := time.Date(2010, 1, 1, 12, 0, 0, 0, time.UTC)
		end := start.AddDate(3, 0, 0)
		w := newTown(t, "Pacific/Apia", start, Job{Name: "daily", Schedule: "0 0 * * *", Missed: RunEach})
		processes := []*Runner{w.process(da), w.process(db2)}
		for step := 0; w.clock.Now().Before(end); step++ {
			w.settle(processes[step%2])
			w.clock.Advance(7 * 24 * time.Hour) // nobody is there most of the time
		}
		w.settle(processes[0])
		seen := map[string]bool{}
		last := ""
		for _, date := range w.ran("daily") {
			if seen[date] || date <= last {
				t.Errorf("%s after %s", date, last)
			}
			seen[date], last = true, date
		}
		for at := start.AddDate(0, 0, 1); at.Before(end); at = at.Add(time.Hour) {
			if date := at.In(w.zone).Format(dateKey); !seen[date] {
				t.Fatalf("%s was left out", date)
			}
		}
		if seen["2011-12-30"] {
			t.Error("a date ran that there was not")
		}
		if run := w.run(processes[0], "daily", "2011-12-31"); run.Result != fmt.Sprintf(`{"day":%d}`, 20111231) {
			t.Errorf("the job was told the day by %s", run.Result)
		}
	})
}
