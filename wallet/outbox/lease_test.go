package outbox

import (
	"testing"
	"time"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

// A page is sent and marked within the lease it began with: what is left of the lease is never less than the longest page.
func TestLeaseOutlivesAPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for range 200 { // whatever is left of the lease when the page begins
			o.clock.Advance(977 * time.Millisecond)
			if held, err := o.lease.Hold(ctx, pageLimit); err != nil || !held {
				t.Fatal(held, err)
			}
			if left := o.lease.Until().Sub(o.clock.Now()); left < readLimit+sendLimit+lastLimit {
				t.Fatalf("%v are left, but reading, sending and marking may take %v, %v and %v", left, readLimit, sendLimit, lastLimit)
			}
		}
	})
}

// A worker that was asleep while it sent, and whose lease another took meanwhile: it does not undo what the other has marked, and
// what it did hand over is not handed over again.
func TestMarkingAfterTheLease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		written := o.write(3)
		other := o.worker(d, o.provider)
		asleep := func(answer func(sms.Message) sms.Result, otherAnswer func(sms.Message) sms.Result) {
			t.Helper()
			o.provider.answer = func(m sms.Message) sms.Result {
				if o.provider.got[m.ID]%2 == 1 { // the first to be asked
					return answer(m)
				}
				return otherAnswer(m)
			}
			if n := o.fly(); n != 3 {
				t.Fatal(n)
			}
			o.clock.Advance(leaseTerm + time.Second) // asleep
			if n, err := other.Send(ctx); n != 3 || err != nil {
				t.Fatal(n, err)
			}
			if err := o.mark(ctx); err != nil {
				t.Fatal(err)
			}
			if err := other.lease.Release(ctx); err != nil {
				t.Fatal(err)
			}
			o.clock.Advance(time.Second)
		}
		busy := fails(sms.SendError{Sender: "fake", Code: "busy", Retryable: true})
		asleep(busy, takes)
		for _, m := range written {
			if s := o.state(m); s != Sent {
				t.Errorf("the other sent it, and now its state is %d", s)
			}
		}
		written = o.write(3)
		asleep(takes, busy)
		for _, m := range written {
			if s := o.state(m); s != Sent {
				t.Errorf("it was taken on, and yet its state is %d: it would be sent again", s)
			}
		}
	})
}
