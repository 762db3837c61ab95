package jobs

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/ledger"
)

// ticking is a clock that goes on by a second whenever it is looked at.
type ticking struct {
	*clock.Fake
	looks atomic.Int64
}

func (c *ticking) Now() time.Time {
	return c.Fake.Now().Add(time.Duration(c.looks.Add(1)) * time.Second)
}

// twoByTwo proves two slices of two postings in a run, by a clock that ticks before and after each slice.
var twoByTwo = pace{first: 2, least: 2, most: 2, slice: time.Second, fresh: 4 * time.Second, again: 4 * time.Second}

// What is new is proved first, and how much is left is told; then the books are gone round. Each run begins where the last one stopped,
// whoever ran it.
func TestVerifyLedger(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for range 8 {
			o.send() // postings 3 to 10
		}
		p := o.Parts
		p.Clock = &ticking{Fake: o.clock}
		inSlices := verifyAt(p, twoByTwo)
		r := o.runner(inSlices)
		minute := func(want State, says ...string) {
			t.Helper()
			o.clock.Advance(time.Minute)
			o.turn(r)
			run := o.newest(r, verifyName)
			for _, text := range says {
				if run.State != want || !strings.Contains(run.Result+run.Error, text) {
					t.Errorf("%s with %s %s, want %s with %s", run.State, run.Result, run.Error, want, text)
				}
			}
		}
		minute(Done, `"behind":6,`, `"behind_s":6`, `"seq":4}`, `"round":{"seq":0,`)
		r = o.runner(inSlices) // another leader
		minute(Done, `"behind":2,`, `"seq":8}`)
		minute(Done, `"again":4,`, `"behind":0,"behind_s":0,`, `"new":2,`, `"seq":10}`, `"round":{"seq":4,`, `"round_end":false`)
		o.send()
		o.send()
		minute(Done, `"behind":0,`, `"new":2,`, `"seq":12}`, `"round":{"seq":8,`)
		minute(Done, `"again":4,`, `"new":0,`, `"round":{"seq":0,`, `"round_end":true`)
		minute(Done, `"round":{"seq":4,`)
		if _, err := d.Exec(bg, `UPDATE legs SET amount = amount + 1 WHERE seq = 7 AND account = 1001`); err != nil {
			t.Fatal(err)
		}
		minute(Failed, "the books are NOT right: posting 7", `"after":6`)
		minute(Failed, "the books are NOT right: posting 7")
		if _, err := d.Exec(bg, `UPDATE legs SET amount = amount - 1 WHERE seq = 7 AND account = 1001`); err != nil {
			t.Fatal(err)
		}
		minute(Done, `"round":{"seq":8,`)
		if _, err := d.Exec(bg, `UPDATE job_runs SET result = '{"seq":8,"chain":"00"}' WHERE state = ?`, int64(Done)); err != nil {
			t.Fatal(err)
		}
		minute(Failed, "the chain of the last result")
	})
}

// A ledger that takes in more than a few slices a minute is kept up with: the run goes on until nothing is new, and its slices grow. What the
// last release has left behind is gone on with.
func TestVerifyKeepsUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for range 298 {
			o.send()
		}
		half, err := ledger.VerifySlice(bg, d, o.Zone, ledger.Place{}, 150)
		if err != nil {
			t.Fatal(err)
		}
		v := &proving{Parts: o.Parts, pace: verifyPace, size: 10}
		r, err := v.run(bg, proved{mark: markOf(half.Next)})
		if err != nil || r["new"] != int64(150) || r["again"] != int64(300) || r["behind"] != int64(0) || r["seq"] != int64(300) || v.size < 100 {
			t.Errorf("%v, slices of %d, %v", r, v.size, err)
		}
	})
}

func TestSlicesTakeTheirTime(t *testing.T) {
	for _, c := range []struct {
		size int
		took time.Duration
		want int
	}{
		{1000, 500 * time.Millisecond, 1000}, {1000, time.Second, 500}, {1000, 400 * time.Millisecond, 1250}, {1000, 10 * time.Millisecond, 2000},
		{1000, time.Minute, 100}, {4000, time.Millisecond, 5000}, {1000, 0, 2000},
	} {
		v := &proving{pace: verifyPace}
		if v.fit(c.size, c.took); v.size != c.want {
			t.Errorf("after %d in %v the next has %d, want %d", c.size, c.took, v.size, c.want)
		}
	}
}

func TestVerifyLag(t *testing.T) {
	for _, c := range []struct {
		run  Run
		want Lag
		ok   bool
	}{
		{Run{Job: verifyName, State: Done, Result: `{"behind":7,"behind_s":90}`}, Lag{7, 90 * time.Second}, true},
		{Run{Job: verifyName, State: Done, Result: `{"behind":0,"behind_s":0}`}, Lag{}, true},
		{Run{Job: verifyName, State: Done, Result: `{"seq":8}`}, Lag{}, false}, // of the last release
		{Run{Job: verifyName, State: Failed, Result: `{"behind":7}`}, Lag{}, false},
		{Run{Job: "expire_holds", State: Done, Result: `{"behind":7}`}, Lag{}, false},
	} {
		if got, ok := VerifyLag(c.run); got != c.want || ok != c.ok {
			t.Errorf("%+v: %v, %v", c.run, got, ok)
		}
	}
}
