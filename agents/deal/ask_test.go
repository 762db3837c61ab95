package deal

import (
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// vainMost is how many requests may come to nothing in these tests.
const vainMost = 3

func someAsk(c *counter) Ask {
	return Ask{ID: ids.New(), Customer: 1000, Till: 70, Operator: 80, Amount: 2000, Fee: 29, Shop: "MAMA NJERI, Kawangware",
		ExpiresAt: c.clock.Now().Add(10 * time.Minute)}
}

func (c *counter) asks(a Ask) fault.Code { return c.commit(c.AskCustomer(a, vainMost)...) }

func (c *counter) answers(a Ask, state AskState) fault.Code {
	return c.commit(c.AnswerAsk(a, state, id.Derive(a.ID, "posting"))...)
}

func (c *counter) expires(a Ask) fault.Code { return c.commit(c.ExpireAsk(a)...) }

// heard asserts what came of one act after another.
func (c *counter) heard(what string, got, want fault.Code) {
	c.t.Helper()
	if got != want {
		c.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// pending asserts which request waits.
func (c *counter) pending(want id.ID) {
	c.t.Helper()
	if got, _, err := c.PendingAsk(ctx, 1000, c.clock.Now()); err != nil || got.ID != want {
		c.t.Errorf("pending: %+v, %v", got, err)
	}
}

func TestOneRequestAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		c.pending(id.ID{})
		first, second := someAsk(c), someAsk(c)
		c.heard("the first", c.asks(first), "")
		c.pending(first.ID)
		c.heard("a second", c.asks(second), fault.AskPending)
		c.heard("an answer to the second", c.answers(second, AskApproved), fault.AskGone)
		c.heard("no", c.answers(first, AskRefused), "")
		c.heard("yes after no", c.answers(first, AskApproved), fault.AskGone)
		c.pending(id.ID{})
		c.clock.Advance(time.Second)
		c.heard("the second again", c.asks(second), "")

		want := second
		want.State, want.AskedAt = AskOpen, c.clock.Now()
		if got, found, err := c.LastAsk(ctx, 1000); err != nil || !found || got != want {
			t.Errorf("%+v, %v, %v\nwant %+v", got, found, err, want)
		}
		if all, err := c.AsksOfTill(ctx, 70, noon, 5); err != nil || len(all) != 2 || all[0] != want || all[1].State != AskRefused {
			t.Errorf("of the till: %+v, %v", all, err)
		}
		if all, err := c.AsksOfTill(ctx, 70, noon.Add(time.Second), 5); err != nil || len(all) != 1 {
			t.Errorf("of the till, later: %+v, %v", all, err)
		}

		c.clock.Set(second.ExpiresAt.Add(-time.Microsecond))
		c.pending(second.ID)
		c.clock.Set(second.ExpiresAt)
		c.pending(id.ID{})
		c.heard("too late", c.answers(second, AskApproved), fault.AskGone)
		third := someAsk(c)
		c.heard("a third in its place", c.asks(third), "")
		c.heard("yes", c.answers(third, AskApproved), "")
		if got, err := c.Ask(ctx, third.ID); err != nil || got.State != AskApproved || got.Posting != id.Derive(third.ID, "posting") {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := c.Ask(ctx, ids.New()); !fault.HasCode(err, fault.AskGone) {
			t.Errorf("a request that there is not: %v", err)
		}
	})
}

// A request ends by itself once its time is over, and not before; what was answered does not. One that another has taken the place of
// ends all the same, and leaves the other alone.
func TestAsksThatAreDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		due := func(want ...id.ID) {
			t.Helper()
			all, err := c.AsksDue(ctx, c.clock.Now(), Ask{}, 10)
			if err != nil || len(all) != len(want) {
				t.Fatalf("%d due, %v; want %d", len(all), err, len(want))
			}
			for i, a := range all {
				if a.ID != want[i] {
					t.Errorf("due %+v", a)
				}
			}
		}
		early, late, answered := someAsk(c), someAsk(c), someAsk(c)
		late.Customer, late.ExpiresAt = 1001, late.ExpiresAt.Add(time.Minute)
		answered.Customer = 1002
		for _, a := range []Ask{early, late, answered} {
			c.heard("asked", c.asks(a), "")
		}
		c.heard("no", c.answers(answered, AskRefused), "")
		c.clock.Set(early.ExpiresAt.Add(-time.Microsecond))
		due()
		c.heard("ended too early", c.expires(early), fault.AskGone)
		c.clock.Set(early.ExpiresAt)
		next := someAsk(c)
		c.heard("the next", c.asks(next), "")
		due(early.ID)
		c.clock.Set(late.ExpiresAt)
		due(early.ID, late.ID)
		for _, want := range []fault.Code{"", fault.AskGone} {
			c.heard("ended", c.expires(early), want)
		}
		c.heard("an answered one ended", c.expires(answered), fault.AskGone)
		due(late.ID)
		c.pending(next.ID)
	})
}

// An operator may ask one customer only so often in vain; what was approved is not in vain, another operator and another day are.
func TestAskingInVain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		for i := range vainMost {
			yes := someAsk(c)
			c.heard("asked, and approved", c.asks(yes), "")
			c.heard("yes", c.answers(yes, AskApproved), "")
			vain := someAsk(c)
			c.heard("asked", c.asks(vain), "")
			c.heard("over", c.answers(vain, []AskState{AskCancelled, AskRefused, AskCancelled}[i]), "")
			if n, err := c.AskedToday(ctx, 1000, 80, c.clock.Now()); err != nil || n != int64(i+1) {
				t.Errorf("asked %d times in vain, %v; want %d", n, err, i+1)
			}
		}
		c.heard("once more", c.asks(someAsk(c)), fault.AskedOften)
		other := someAsk(c)
		other.Operator = 81
		c.heard("another operator", c.asks(other), "")
		c.heard("taken back", c.answers(other, AskCancelled), "")
		someone := someAsk(c)
		someone.Customer = 1001
		c.heard("another customer", c.asks(someone), "")
		c.clock.Set(noon.Add(12 * time.Hour)) // midnight in Nairobi
		c.heard("another day", c.asks(someAsk(c)), "")
	})
}

// TestTwoOperatorsAskAtOnce lets two processes ask one customer, and then approve and take back at once.
func TestTwoOperatorsAskAtOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		a := newCounter(t, da)
		b := join(t, db, a.clock)
		for range 15 {
			a.clock.Advance(24 * time.Hour)
			x, y := someAsk(a), someAsk(b)
			var codes [2]fault.Code
			both(func() { codes[0] = a.asks(x) }, func() { codes[1] = b.asks(y) })
			if (codes[0] == "") == (codes[1] == "") {
				t.Fatalf("asked: %q", codes)
			}
			if codes[0] != "" {
				x = y
			}
			both(func() { codes[0] = a.answers(x, AskApproved) }, func() { codes[1] = b.answers(x, AskCancelled) })
			got, err := a.Ask(ctx, x.ID)
			if (codes[0] == "") == (codes[1] == "") || err != nil || (got.State == AskApproved) != (codes[0] == "") {
				t.Fatalf("answered: %q, left %d, %v", codes, got.State, err)
			}
		}
	})
}
