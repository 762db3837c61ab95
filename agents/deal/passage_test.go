package deal

import (
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

// What went over a counter, earliest first: a deposit takes e-money out of the float, a withdrawal brings it; one that waits for its
// customer, or was undone, did neither.
func TestPassages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		wait := c.cashInWait(300, noon.Add(time.Hour))
		c.must(wait)
		c.must(c.cashInWait(400, noon.Add(time.Hour)))
		c.clock.Advance(time.Minute)
		c.must(c.answered(wait, Done))
		c.must(c.cashOut(1_000))
		undone := c.cashOut(500)
		c.must(undone)
		if code := c.commit(c.Change(undone.ID, To(Returned, ids.New()))); code != "" {
			t.Fatal(code)
		}
		c.clock.Advance(time.Minute)
		c.must(c.cashOut(2_000))
		got, err := c.Passages(ctx, 70, noon, noon.Add(2*time.Minute))
		if err != nil || len(got) != 2 || got[0] != (Passage{noon, 300}) || got[1] != (Passage{noon.Add(time.Minute), -1_000}) {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err = c.Passages(ctx, 71, noon, noon.Add(time.Hour)); len(got) != 0 || err != nil {
			t.Errorf("another till: %+v, %v", got, err)
		}
	})
}
