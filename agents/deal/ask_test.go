package deal

import (
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
)

func someAsk(c *counter) Ask {
	return Ask{Customer: 1000, Intent: ids.New(), Till: 70, Operator: 80, Amount: 2000, Fee: 29, Shop: "MAMA NJERI, Kawangware",
		ExpiresAt: c.clock.Now().Add(10 * time.Minute)}
}

func TestOneRequestAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		wants := func(what string, got, want fault.Code) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		pending := func(want id.ID) {
			t.Helper()
			if got, _, err := c.PendingAsk(ctx, 1000, c.clock.Now()); err != nil || got.Intent != want {
				t.Errorf("pending: %+v, %v", got, err)
			}
		}
		pending(id.ID{})
		first, second := someAsk(c), someAsk(c)
		wants("the first", c.commit(c.AskCustomer(first)), "")
		pending(first.Intent)
		wants("a second", c.commit(c.AskCustomer(second)), fault.AskPending)
		wants("an answer to the second", c.commit(c.AnswerAsk(1000, second.Intent, AskApproved)), fault.AskGone)
		wants("an answer of another", c.commit(c.AnswerAsk(1001, first.Intent, AskApproved)), fault.AskGone)
		wants("no", c.commit(c.AnswerAsk(1000, first.Intent, AskRefused)), "")
		wants("yes after no", c.commit(c.AnswerAsk(1000, first.Intent, AskApproved)), fault.AskGone)
		pending(id.ID{})
		wants("the second again", c.commit(c.AskCustomer(second)), "")

		want := second
		want.State, want.AskedAt = AskOpen, c.clock.Now()
		if got, found, err := c.AskOf(ctx, 1000); err != nil || !found || got != want {
			t.Errorf("%+v, %v, %v\nwant %+v", got, found, err, want)
		}
		if all, err := c.AsksOfTill(ctx, 70, noon, 5); err != nil || len(all) != 1 || all[0] != want {
			t.Errorf("of the till: %+v, %v", all, err)
		}
		if all, err := c.AsksOfTill(ctx, 70, noon.Add(time.Second), 5); err != nil || len(all) != 0 {
			t.Errorf("of the till, later: %+v, %v", all, err)
		}

		c.clock.Set(second.ExpiresAt.Add(-time.Microsecond))
		pending(second.Intent)
		c.clock.Set(second.ExpiresAt)
		pending(id.ID{})
		wants("too late", c.commit(c.AnswerAsk(1000, second.Intent, AskApproved)), fault.AskGone)
		third := someAsk(c)
		wants("a third in its place", c.commit(c.AskCustomer(third)), "")
		wants("yes", c.commit(c.AnswerAsk(1000, third.Intent, AskApproved)), "")
		if got, _, err := c.AskOf(ctx, 1000); err != nil || got.State != AskApproved || got.Intent != third.Intent {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// A request ends by itself once its time is over, and not before; what was answered does not.
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
				if a.Intent != want[i] {
					t.Errorf("due %+v", a)
				}
			}
		}
		early, late, answered := someAsk(c), someAsk(c), someAsk(c)
		late.Customer, late.ExpiresAt = 1001, late.ExpiresAt.Add(time.Minute)
		answered.Customer = 1002
		for _, a := range []Ask{early, late, answered} {
			if code := c.commit(c.AskCustomer(a)); code != "" {
				t.Fatal(code)
			}
		}
		if code := c.commit(c.AnswerAsk(1002, answered.Intent, AskRefused)); code != "" {
			t.Fatal(code)
		}
		c.clock.Set(early.ExpiresAt.Add(-time.Microsecond))
		due()
		if code := c.commit(c.ExpireAsk(1000, early.Intent)); code != fault.AskGone {
			t.Errorf("ended too early: %q", code)
		}
		c.clock.Set(late.ExpiresAt)
		due(early.Intent, late.Intent)
		for _, want := range []fault.Code{"", fault.AskGone} {
			if code := c.commit(c.ExpireAsk(1000, early.Intent)); code != want {
				t.Errorf("ended: %q, want %q", code, want)
			}
		}
		if code := c.commit(c.ExpireAsk(1002, answered.Intent)); code != fault.AskGone {
			t.Errorf("an answered one ended: %q", code)
		}
		due(late.Intent)
	})
}

// TestTwoOperatorsAskAtOnce lets two processes ask one customer, and then approve and take back at once.
func TestTwoOperatorsAskAtOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		a := newCounter(t, da)
		b := join(t, db, a.clock)
		for range 15 {
			x, y := someAsk(a), someAsk(b)
			var codes [2]fault.Code
			both(func() { codes[0] = a.commit(a.AskCustomer(x)) }, func() { codes[1] = b.commit(b.AskCustomer(y)) })
			if (codes[0] == "") == (codes[1] == "") {
				t.Fatalf("asked: %q", codes)
			}
			if codes[0] != "" {
				x = y
			}
			both(func() { codes[0] = a.commit(a.AnswerAsk(1000, x.Intent, AskApproved)) },
				func() { codes[1] = b.commit(b.AnswerAsk(1000, x.Intent, AskCancelled)) })
			got, _, err := a.AskOf(ctx, 1000)
			if (codes[0] == "") == (codes[1] == "") || err != nil || (got.State == AskApproved) != (codes[0] == "") {
				t.Fatalf("answered: %q, left %d, %v", codes, got.State, err)
			}
		}
	})
}
