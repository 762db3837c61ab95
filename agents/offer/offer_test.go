package offer

import (
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
)

func each(t *testing.T, fn func(t *testing.T, c *counter)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(t, join(t, d, clock.NewFake(noon))) })
}

func TestAnOfferIsKeptAsItWas(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		o := c.asked(Cash)
		if o.State != Waiting || o.Name != "JOHN K." || o.Fee != 69_00 || !o.AskedAt.Equal(noon) || !o.ExpiresAt.Equal(noon.Add(life)) {
			t.Errorf("asked: %+v", o)
		}
		hold, until := ids.New(), noon.Add(45*time.Minute)
		c.clock.Advance(time.Minute)
		c.hears("agree", c.becomes(o, Next{State: Agreed, Operator: 80, Hold: hold, Until: until}), "")
		o = c.get(o.ID)
		if o.State != Agreed || o.Operator != 80 || o.Hold != hold || !o.ExpiresAt.Equal(until) || !o.AnsweredAt.Equal(noon.Add(time.Minute)) {
			t.Errorf("agreed: %+v", o)
		}
		stale := o
		stale.State = Waiting
		c.hears("by who has seen it waiting", c.becomes(stale, Next{State: Withdrawn}), fault.OfferChanged)
		posting := ids.New()
		c.hears("done", c.becomes(o, Next{State: Done, Posting: posting}), "")
		o = c.get(o.ID)
		if o.State != Done || o.Posting != posting || o.Operator != 80 || !o.ExpiresAt.IsZero() || o.EndedAt.IsZero() {
			t.Errorf("done: %+v", o)
		}
		_, err := c.Get(ctx, ids.New())
		c.hears("one that there is not", fault.CodeOf(err), fault.OfferGone)
	})
}

// Every change of state that the table does not have is refused, in time and too late.
func TestMoves(t *testing.T) {
	c := join(t, dbtest.SQLite(t), clock.NewFake(noon))
	for _, kind := range []Kind{Float, Swap, Cash} {
		for _, agreed := range []bool{false, true} {
			for to := Waiting; to <= Lapsed; to++ {
				for _, late := range []bool{false, true} {
					if !agreed || kind != Float {
						c.moves(kind, agreed, to, late)
					}
				}
			}
		}
	}
}

// moves brings an offer to a state, and asserts that it got there if it may.
func (c *counter) moves(kind Kind, agreed bool, to State, late bool) {
	c.t.Helper()
	c.clock.Advance(24 * time.Hour) // whatever was open is over
	o := c.asked(kind)
	if agreed {
		c.becomes(o, Next{State: Agreed, Operator: 80, Until: c.clock.Now().Add(life)})
		o = c.get(o.ID)
	}
	if late {
		c.clock.Advance(life)
	}
	got, want := c.becomes(o, Next{State: to, Until: c.clock.Now().Add(life)}), wanted(kind, o.State, to, late)
	if got != want {
		c.t.Errorf("kind %d, %s to %s, late %t: %q, want %q", kind, o.State, to, late, got, want)
	}
	if is := c.get(o.ID).State; got == "" && is != to || got != "" && is != o.State {
		c.t.Errorf("kind %d, %s to %s, late %t: it is %s", kind, o.State, to, late, is)
	}
}

// wanted is what the rules say, told another way than the table does.
func wanted(kind Kind, from, to State, late bool) fault.Code {
	expiry := to == Unanswered && from == Waiting || to == Lapsed && from == Agreed
	switch {
	case expiry && !late:
		return fault.OfferLive
	case expiry:
		return ""
	case late, to == Waiting, to == Unanswered, to == Lapsed:
		return fault.OfferGone
	case to == Withdrawn:
		return ""
	case from == Waiting && (to == Refused || to == Done && kind == Float || to == Agreed && kind != Float):
		return ""
	case from == Agreed && (to == Done || to == Broken):
		return ""
	}
	return fault.OfferGone
}

func TestOneAtATime(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		first := c.asked(Swap)
		another := Offer{ID: ids.New(), Kind: Float, Asker: 71, Till: 72, Amount: 100, ExpiresAt: noon.Add(24 * time.Hour)}
		c.hears("a second", c.commit(c.Ask(another)...), fault.OfferPending)
		other := another
		other.ID, other.Asker = ids.New(), 73
		c.hears("somebody else's", c.commit(c.Ask(other)...), "")
		customer := Offer{ID: ids.New(), Kind: Cash, Customer: 71, Till: 72, Amount: 100, ExpiresAt: noon.Add(life)}
		c.hears("a customer with the same number", c.commit(c.Ask(customer)...), "")
		c.hears("taken back", c.becomes(first, Next{State: Withdrawn}), "")
		c.hears("the next", c.commit(c.Ask(another)...), "")
		c.hears("and a third", c.commit(c.Ask(Offer{ID: ids.New(), Kind: Swap, Asker: 71, Till: 70, ExpiresAt: noon.Add(life)})...), fault.OfferPending)
	})
}

// Who has not come to end an offer whose time is over can ask again all the same, and its expiry then leaves the new one alone.
func TestATurnEndsWithItsTime(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		old := c.agreed(Swap)
		c.clock.Advance(life)
		next := c.asked(Swap)
		c.hears("the old one expires", c.becomes(old, Next{State: Lapsed}), "")
		c.hears("a third", c.commit(c.Ask(Offer{ID: ids.New(), Kind: Swap, Asker: 71, Till: 70, ExpiresAt: c.clock.Now().Add(life)})...), fault.OfferPending)
		if got := c.get(next.ID); got.State != Waiting {
			t.Errorf("the new one is %s", got.State)
		}
	})
}

func TestTyping(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		o := c.agreed(Swap)
		posting := ids.New()
		c.hears("last, though nobody was first", c.commit(c.TypedLast(o, Asking, posting)...), fault.OfferChanged)
		c.hears("first", c.commit(c.TypedFirst(o, Asking)...), "")
		c.hears("first again", c.commit(c.TypedFirst(o, Asking)...), fault.OfferChanged)
		c.hears("the other first too", c.commit(c.TypedFirst(o, Asked)...), fault.OfferChanged)
		c.hears("last by the first", c.commit(c.TypedLast(o, Asking, posting)...), fault.OfferChanged)
		if got := c.get(o.ID); got.Typed != Asking || got.State != Agreed {
			t.Errorf("after the first: %+v", got)
		}
		c.hears("last", c.commit(c.TypedLast(o, Asked, posting)...), "")
		if got := c.get(o.ID); got.Typed != both || got.State != Done || got.Posting != posting {
			t.Errorf("after both: %+v", got)
		}
		c.hears("taken back", c.becomes(o, Next{State: Withdrawn}), fault.OfferGone)
		c.hears("typed after the end", c.commit(c.TypedLast(o, Asked, posting)...), fault.OfferGone)
		c.asked(Swap) // the turn is free
	})
}

// A swap that is taken back, and one whose time is over, can no longer be typed.
func TestTypingTooLate(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		o := c.agreed(Swap)
		c.hears("taken back", c.becomes(o, Next{State: Broken}), "")
		c.hears("typed", c.commit(c.TypedFirst(o, Asking)...), fault.OfferGone)
		o = c.agreed(Swap)
		c.hears("first", c.commit(c.TypedFirst(o, Asking)...), "")
		c.clock.Advance(life)
		c.hears("last, too late", c.commit(c.TypedLast(o, Asked, ids.New())...), fault.OfferGone)
		c.hears("lapsed", c.becomes(o, Next{State: Lapsed}), "")
	})
}

func TestWhatIsOpen(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		swap, cash := c.agreed(Swap), c.asked(Cash)
		for _, q := range []struct {
			name string
			read func() ([]Offer, error)
			want []id.ID
		}{
			{"at the till", func() ([]Offer, error) { return c.OpenAt(ctx, 70, c.clock.Now()) }, []id.ID{swap.ID, cash.ID}},
			{"by the till", func() ([]Offer, error) { return c.OpenBy(ctx, 71, c.clock.Now()) }, []id.ID{swap.ID}},
			{"by the customer", func() ([]Offer, error) { return c.OpenFor(ctx, 1001, c.clock.Now()) }, []id.ID{cash.ID}},
			{"by nobody", func() ([]Offer, error) { return c.OpenFor(ctx, 0, c.clock.Now()) }, nil},
			{"when the time is over", func() ([]Offer, error) { return c.OpenAt(ctx, 70, noon.Add(life)) }, nil},
			{"due", func() ([]Offer, error) { return c.DueBefore(ctx, noon.Add(life), Offer{}, 10) }, []id.ID{swap.ID, cash.ID}},
			{"due before", func() ([]Offer, error) { return c.DueBefore(ctx, noon, Offer{}, 10) }, nil},
		} {
			got, err := q.read()
			if err != nil || len(got) != len(q.want) {
				t.Errorf("%s: %+v, %v", q.name, got, err)
				continue
			}
			for i := range got {
				if got[i].ID != q.want[i] {
					t.Errorf("%s: %d is %+v", q.name, i, got[i])
				}
			}
		}
		if swap.SideOf(71) != Asking || swap.SideOf(70) != Asked || swap.SideOf(72) != 0 || Asking.Other() != Asked || Asked.Other() != Asking {
			t.Error("the sides are not told apart")
		}
	})
}

// A till is rated by what it said and did; a customer by coming.
func TestRecords(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		end := func(agreed bool, state State) {
			o := c.asked(Cash)
			if agreed {
				c.becomes(o, Next{State: Agreed, Operator: 80, Until: c.clock.Now().Add(life)})
				o = c.get(o.ID)
			}
			if state == Lapsed || state == Unanswered {
				c.clock.Advance(life)
			}
			c.hears(state.String(), c.becomes(o, Next{State: state}), "")
			c.clock.Advance(time.Minute)
		}
		check := func(name string, till, customer Record) {
			t.Helper()
			got, err := c.RecordOf(ctx, 70, 5)
			if err != nil || got != till {
				t.Errorf("%s: the till %+v, %v; want %+v", name, got, err, till)
			}
			if got, err = c.CameOf(ctx, 1001, 5); err != nil || got != customer {
				t.Errorf("%s: the customer %+v, %v; want %+v", name, got, err, customer)
			}
		}
		check("nothing yet", Record{}, Record{})
		end(true, Done)
		end(true, Lapsed)
		end(false, Withdrawn)
		check("did not come once", Record{2, 2}, Record{1, 2})
		end(false, Refused)
		end(false, Unanswered)
		end(true, Broken)
		check("let down thrice", Record{2, 5}, Record{1, 2})
		end(true, Done)
		check("the oldest is forgotten", Record{2, 5}, Record{1, 2})
	})
	for _, r := range []struct {
		record Record
		want   int
	}{{Record{}, 1000}, {Record{2, 5}, 400}, {Record{0, 3}, 0}} {
		if got := r.record.Permille(); got != r.want {
			t.Errorf("%+v: %d", r.record, got)
		}
	}
}

func TestSwapped(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		o := c.agreed(Swap)
		c.commit(c.TypedFirst(o, Asking)...)
		c.commit(c.TypedLast(o, Asked, ids.New())...)
		c.agreed(Swap) // not done
		for till, want := range map[int64][2]int64{70: {5_000_00, 0}, 71: {0, 5_000_00}, 72: {}} {
			in, out, err := c.Swapped(ctx, till, noon)
			if err != nil || in != want[0] || out != want[1] {
				t.Errorf("till %d: %d in, %d out, %v", till, in, out, err)
			}
		}
		if in, _, err := c.Swapped(ctx, 70, noon.Add(time.Second)); in != 0 || err != nil {
			t.Errorf("since later: %d, %v", in, err)
		}
	})
}

func TestDrawers(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		c.hears("shut, though nobody noted an opening", c.commit(c.Shut(70)), "")
		if _, found, err := c.Drawer(ctx, 70); found || err != nil {
			t.Errorf("found %t, %v", found, err)
		}
		c.hears("opened", c.commit(c.Opened(Drawer{Till: 70, Operator: 80, Cash: 12_000_00, Float: 50_000_00})), "")
		c.clock.Advance(8 * time.Hour)
		c.hears("shut", c.commit(c.Shut(70)), "")
		got, found, err := c.Drawer(ctx, 70)
		want := Drawer{70, 80, 12_000_00, 50_000_00, noon, noon.Add(8 * time.Hour)}
		if !found || err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
		c.clock.Advance(12 * time.Hour)
		c.hears("the next day", c.commit(c.Opened(Drawer{Till: 70, Operator: 81, Cash: 1_00})), "")
		if got, _, _ = c.Drawer(ctx, 70); got != (Drawer{70, 81, 1_00, 0, noon.Add(20 * time.Hour), time.Time{}}) {
			t.Errorf("the next day: %+v", got)
		}
	})
}

func TestWarnings(t *testing.T) {
	each(t, func(t *testing.T, c *counter) {
		const quiet = 6 * time.Hour
		c.hears("soon", c.commit(c.Warn(70, FloatSoon, quiet)), "")
		c.hears("soon again", c.commit(c.Warn(70, FloatSoon, quiet)), fault.WarnedAlready)
		c.hears("now it is", c.commit(c.Warn(70, FloatShort, quiet)), "")
		c.hears("soon, though it is already", c.commit(c.Warn(70, FloatSoon, quiet)), fault.WarnedAlready)
		c.hears("the other way round", c.commit(c.Warn(70, CashSoon, quiet)), "")
		c.hears("another till", c.commit(c.Warn(71, CashSoon, quiet)), "")
		c.clock.Advance(quiet - time.Microsecond)
		c.hears("a little early", c.commit(c.Warn(71, CashSoon, quiet)), fault.WarnedAlready)
		c.clock.Advance(time.Microsecond)
		c.hears("in time", c.commit(c.Warn(71, CashSoon, quiet)), "")
		got, err := c.Warnings(ctx, []int64{70, 71, 72})
		if err != nil || len(got) != 2 || got[70] != (Warning{70, CashSoon, noon}) || got[71] != (Warning{71, CashSoon, noon.Add(quiet)}) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
