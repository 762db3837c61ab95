package outbox

import (
	"testing"
	"time"

	"senti/sms"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
)

// What was sent or refused for good goes when it is old enough; what still waits stays, however old it is.
func TestPurge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		sent := o.write(5)
		o.send()
		o.provider.answer = fails(sms.SendError{Sender: "fake", Code: "no such number"})
		refused := o.write(1)
		o.send()
		o.provider.answer = fails(sms.SendError{Sender: "fake", Code: "busy", Retryable: true})
		waits := o.write(1)
		o.send()
		o.clock.Advance(time.Hour)
		o.provider.answer = takes
		young := o.write(1)
		var last id.ID
		for i := range last {
			last[i] = 0xff
		}
		purge := func(written time.Time, want int) {
			t.Helper()
			deleted, after := 0, id.ID{}
			for {
				p, err := o.Purge(ctx, after, last, 3, written)
				if err != nil {
					t.Fatal(err)
				}
				if deleted += p.Deleted; p.Last.IsZero() {
					break
				}
				after = p.Last
			}
			if deleted != want {
				t.Errorf("%d deleted, want %d", deleted, want)
			}
		}
		purge(noon, 0)
		purge(noon.Add(time.Microsecond), 6)
		purge(noon.Add(2*time.Hour), 0) // two wait
		for _, m := range append(sent, refused...) {
			if _, found, err := o.StateOf(ctx, m); found || err != nil {
				t.Errorf("message %s is still there: %v, %v", m.Short(), found, err)
			}
		}
		if n := o.depth(); n != 2 {
			t.Errorf("%d wait, want 2", n)
		}
		o.clock.Advance(time.Hour)
		if n := o.send(); n != 2 || o.state(waits[0]) != Sent || o.state(young[0]) != Sent {
			t.Errorf("%d sent", n)
		}
	})
}
