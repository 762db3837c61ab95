package network

import (
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// ofMarket is what the market lets an operator do a day.
var ofMarket = Most{In: 1000, Out: 600}

func TestWorks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		for _, c := range []struct {
			in, out int64
			hears   string
		}{
			{400, 0, ""},
			{0, 600, ""}, // to the last cent
			{0, 1, "operator_limit max=600 left=0"},
			{601, 0, "operator_limit max=1000 left=600"},
			{600, 0, ""},
			{1, 0, "operator_limit max=1000 left=0"},
			{0, 0, ""}, // something that is no money, such as a registration
		} {
			_, err := n.ledger.Commit(ctx, &ledger.Plan{Companions: n.Works(n.operator(amina), c.in, c.out, ofMarket)})
			heard := ""
			if err != nil {
				heard = err.Error()
			}
			if heard != c.hears {
				t.Errorf("%d in, %d out: heard %q, want %q", c.in, c.out, heard, c.hears)
			}
		}
		if got, want := n.operator(amina).Today, (Day{20260312, 1000, 600}); got != want {
			t.Errorf("the day is %+v, want %+v", got, want)
		}
		if got := n.operator(brian).Today; got != (Day{}) {
			t.Errorf("another's day is %+v", got)
		}
	})
}

func TestOwnLimitsGoBeforeTheMarkets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		before := n.operator(amina)
		n.wants("", n.ChangeOperator(amina, func(o *Operator) *fault.Error { o.DayIn, o.DayOut = 5000, 50; return nil }))
		n.wants(fault.Conflict, n.Works(before, 100, 0, ofMarket)...) // as read before his limits were changed
		n.wants("", n.Works(n.operator(amina), 5000, 0, ofMarket)...)
		n.wants(fault.OperatorLimit, n.Works(n.operator(amina), 0, 51, ofMarket)...)
		n.wants("", n.Works(n.operator(amina), 0, 50, ofMarket)...)
	})
}

func TestWhoMayNotWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		o := n.operator(amina)
		n.wants("", n.ChangeOperator(amina, func(o *Operator) *fault.Error { o.Status = Suspended; return nil }))
		n.wants(fault.OperatorSuspended, n.Works(o, 1, 0, ofMarket)...) // also with the row as read before
		n.wants("", n.ChangeOperator(amina, func(o *Operator) *fault.Error { o.Status = Active; return nil }))
		n.must(n.MoveOperator(o, river1))
		n.wants(fault.Conflict, n.Works(o, 1, 0, ofMarket)...) // it is another till's float by now
		n.must(n.CloseOperator(n.operator(amina)))
		n.wants(fault.OperatorSuspended, n.Works(n.operator(amina), 1, 0, ofMarket)...)
		n.wants(fault.NotOperator, n.Works(Operator{ID: 77}, 1, 0, ofMarket)...)
		n.wants(fault.Internal, n.Works(n.operator(brian), -1, 0, ofMarket)...)
		n.wants("", n.Works(n.operator(brian), 1, 0, ofMarket)...)
		n.wants(fault.Internal, n.Works(n.operator(brian), 1<<63-1, 0, Most{1<<63 - 1, 0})...)
	})
}

// A refused plan counts nothing, whoever refused it.
func TestARefusedDealIsNotCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		refuse := n.ChangeTill(kawa1, func(*Till) *fault.Error { return fault.New(fault.BadChoice) })
		n.wants(fault.BadChoice, append(n.Works(n.operator(amina), 1000, 0, ofMarket), refuse)...)
		n.wants("", n.Works(n.operator(amina), 1000, 0, ofMarket)...)
	})
}

// The day rolls at the market's midnight, by the commit's time, and never goes back.
func TestTheDayRolls(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		full := func() []ledger.Companion { return n.Works(n.operator(amina), 1000, 0, ofMarket) }
		n.clock.Set(time.Date(2026, 3, 12, 23, 59, 59, 999_000_000, nairobi))
		n.must(full())
		n.wants(fault.OperatorLimit, full()...)
		n.clock.Advance(time.Millisecond)
		n.must(full())
		if got, want := n.operator(amina).Today, (Day{20260313, 1000, 0}); got != want {
			t.Errorf("the day is %+v, want %+v", got, want)
		}
		n.clock.Set(time.Date(2026, 3, 12, 12, 0, 0, 0, nairobi)) // a clock that steps back opens nothing
		n.wants(fault.OperatorLimit, full()...)
		n.ledger.Close()
		zone := time.FixedZone("west of here", -11*3600) // nor does a market whose date steps back
		m := newTown(t, d)
		m.Directory = NewDirectory(d, zone)
		m.wants(fault.OperatorLimit, m.Works(m.operator(amina), 1000, 0, ofMarket)...)
	})
}

func TestDayOn(t *testing.T) {
	d := Day{20260312, 5, 6}
	if got := d.On(20260312); got != d {
		t.Errorf("on its date: %+v", got)
	}
	if got := d.On(20260313); got != (Day{Date: 20260313}) {
		t.Errorf("on the next: %+v", got)
	}
	if got := d.On(20260311); got != d {
		t.Errorf("on the one before, by a clock that is late: %+v", got)
	}
}

func TestThreeRefusalsBar(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		refused := n.Refused(amina, 3, 24*time.Hour)
		n.wants("", n.MayAsk(amina))
		n.wants("", refused)
		n.wants("", refused)
		n.wants("", n.MayAsk(amina))
		if o := n.operator(amina); o.Refusals != 2 || o.Barred(noon) {
			t.Errorf("after two: %+v", o)
		}
		n.wants("", refused)
		n.wants(fault.OperatorBarred, n.MayAsk(amina))
		n.wants("", n.MayAsk(brian))
		if o := n.operator(amina); !o.Barred(noon) || !o.BarredUntil.Equal(noon.Add(24*time.Hour)) {
			t.Errorf("after three: %+v", o)
		}
		n.wants("", n.Works(n.operator(amina), 1, 0, ofMarket)...) // deposits he may still take
		n.clock.Advance(24*time.Hour - time.Microsecond)
		n.wants(fault.OperatorBarred, n.MayAsk(amina))
		n.clock.Advance(time.Microsecond)
		n.wants("", n.MayAsk(amina))

		for range 3 {
			n.wants("", n.Refused(amina, 3, Forever))
		}
		n.clock.Advance(100 * 365 * 24 * time.Hour)
		n.wants(fault.OperatorBarred, n.MayAsk(amina))
		n.wants("", n.Pardon(amina))
		n.wants("", n.MayAsk(amina))
		if o := n.operator(amina); o.Refusals != 0 || !o.BarredUntil.IsZero() {
			t.Errorf("pardoned: %+v", o)
		}
	})
}

// Refusals of several days do not add up: a customer here and there changes his mind.
func TestRefusalsOfADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		for range 10 {
			n.wants("", n.Refused(amina, 3, time.Hour))
			n.wants("", n.Refused(amina, 3, time.Hour))
			n.wants("", n.MayAsk(amina))
			n.clock.Advance(24 * time.Hour)
		}
	})
}
