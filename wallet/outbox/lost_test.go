package outbox

import (
	"testing"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
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
