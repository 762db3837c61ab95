package outbox

import (
	"slices"
	"testing"
	"time"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// A message that its phone did not get is lost until its owner is told otherwise. One that waits, or arrived, is not.
func TestLostAndTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.provider.answer = takesByRef
		m := o.write(3)
		o.send()
		o.clock.Advance(1)
		waiting := o.write(1)[0]
		o.report(byRef(m[0], sms.Undelivered), byRef(m[1], sms.Delivered))
		lost := func(want int) {
			t.Helper()
			found, err := o.LostAmong(ctx, append(m, waiting, o.ids.New()))
			one, errOne := o.IsLost(ctx, m[0])
			if err != nil || errOne != nil || len(found) != want || one != (want == 1) {
				t.Errorf("lost: %+v and %v, %v, %v", found, one, err, errOne)
			}
			of, errOf := o.LostOf(ctx, jane, noon.Add(-time.Hour))
			if errOf != nil || len(of) != want || want == 1 && of[0] != found[m[0]] {
				t.Errorf("the phone has lost %+v, %v", of, errOf)
			}
			if later, err := o.LostOf(ctx, jane, noon.Add(time.Hour)); err != nil || len(later) != 0 {
				t.Errorf("since later it has lost %+v, %v", later, err)
			}
			if other, err := o.LostOf(ctx, "+254712000002", noon.Add(-time.Hour)); err != nil || len(other) != 0 {
				t.Errorf("another phone has lost %+v, %v", other, err)
			}
			if l := found[m[0]]; want == 1 && (l.ID != m[0] || l.Text != "Ksh 500 RECEIVED" || l.At.IsZero()) {
				t.Errorf("%+v", l)
			}
		}
		lost(1)
		for range 2 {
			if err := o.Told(ctx, m[0]); err != nil {
				t.Fatal(err)
			}
			lost(0)
		}
		if o.state(m[0]) != Undelivered {
			t.Errorf("it has arrived after all: %s", o.state(m[0]))
		}
	})
}

// What nobody took on is lost as well; what holds a code is not missed when it is over; and what has arrived after all is not lost.
func TestWhatAPhoneMisses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.provider.answer = fails(sms.SendError{Sender: "fake", Code: "InvalidPhoneNumber"})
		m := o.write(2)
		var companions []ledger.Companion
		for _, kind := range Kinds() {
			companions = append(companions, o.Add(kind, o.ids.New(), jane, func(*ledger.Outcome) string { return kind.String() }))
		}
		if _, err := o.ledger.Commit(ctx, &ledger.Plan{Companions: companions}); err != nil {
			t.Fatal(err)
		}
		o.send()
		misses := func(want ...string) {
			t.Helper()
			lost, err := o.LostOf(ctx, jane, noon.Add(-time.Hour))
			var got []string
			for _, l := range lost {
				got = append(got, l.Text)
			}
			slices.Sort(got)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("misses %q, %v; want %q", got, err, want)
			}
		}
		misses("Ksh 500 RECEIVED", "Ksh 500 RECEIVED", "notice", "receipt")
		o.report(sms.Report{Message: m[0], Fate: sms.Delivered})
		misses("Ksh 500 RECEIVED", "notice", "receipt")
		if _, err := o.Purge(ctx, id.ID{}, id.Before(noon.Add(24*365*100*time.Hour)), 100, noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		misses()
		var left int64
		if err := d.QueryRow(ctx, `SELECT COUNT(*) FROM lost_messages`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d rows are left of what was thrown away, %v", left, err)
		}
	})
}
