package survey

import (
	"context"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

var noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// Staff hear of a till when three say yes and they are a quarter of those who answer; once in a window, and anew in the next.
func TestRecord(t *testing.T) {
	r := Record{Till: 70}
	at := noon
	answer := func(yes bool, times int) {
		for range times {
			r, at = r.With(yes, at), at.Add(time.Hour)
		}
	}
	answer(true, 2)
	if r.Weighs() {
		t.Error("two weigh")
	}
	answer(false, 8)
	answer(true, 1)
	if !r.Weighs() {
		t.Errorf("three of eleven do not weigh: %+v", r)
	}
	answer(false, 2)
	if r.Weighs() {
		t.Errorf("three of thirteen weigh: %+v", r)
	}
	answer(true, 2)
	if !r.Weighs() {
		t.Errorf("five of fifteen do not weigh: %+v", r)
	}
	r.Cases++
	if r.Weighs() {
		t.Error("a second case in one window")
	}
	at = noon.Add(Window)
	answer(true, 3)
	if !r.Weighs() || r.Yes != 3 || r.No != 0 || r.AllYes != 8 || r.AllNo != 10 || !r.Since.Equal(noon.Add(Window)) {
		t.Errorf("a new window: %+v", r)
	}
}

func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := CodeOf(id.Random{}.New())
		if len(code) != 4 || code < "1000" || code > "9999" {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
	}
	if len(seen) < 900 {
		t.Errorf("only %d codes in a thousand", len(seen))
	}
}

// office is a store with a ledger to commit through.
type office struct {
	*Store
	t      testing.TB
	ledger *ledger.Ledger
	clock  *clock.Fake
}

func join(t testing.TB, d *db.DB) *office {
	t.Helper()
	c := clock.NewFake(noon)
	l, err := ledger.Open(context.Background(), ledger.Options{DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC,
		Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &office{NewStore(d), t, l, c}
}

// hears commits companions and asserts what comes of it.
func (o *office) hears(want fault.Code, companions ...ledger.Companion) {
	o.t.Helper()
	_, err := o.ledger.Commit(context.Background(), &ledger.Plan{Companions: companions})
	if got := fault.CodeOf(err); got != want {
		o.t.Errorf("%q, want %q", got, want)
	}
}

// planned writes a question and returns it as it is due.
func (o *office) planned(customer int64) Question {
	o.t.Helper()
	q := Question{Deal: id.Random{}.New(), Kind: ledger.CashOut, Customer: customer, Phone: "+254712000001", Till: 70}
	o.hears("", o.Plan(q, func(at time.Time) (time.Time, time.Time) { return at, at.Add(time.Hour) }))
	due, err := o.Due(context.Background(), o.clock.Now(), Question{}, 10)
	if err != nil || len(due) != 1 || due[0].Deal != q.Deal || due[0].State != Planned || due[0].Code != CodeOf(q.Deal) {
		o.t.Fatalf("due %+v, %v", due, err)
	}
	return due[0]
}

func TestQuestions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := join(t, d)
		first := o.planned(5)
		later := first.Due.Add(time.Minute)
		o.hears("", o.Postpone(first, later, later.Add(time.Hour)))
		o.hears(fault.CounterChanged, o.Ask(first)...) // it is no longer due then
		first.Due, first.Until = later, later.Add(time.Hour)
		o.hears("", o.Ask(first)...)
		o.hears(fault.CounterChanged, o.Ask(first)...)
		asked, found, err := o.LastOf(context.Background(), 5)
		if err != nil || !found || asked.State != Asked || !asked.AskedAt.Equal(noon) || !asked.Until.Equal(noon.Add(AnswerIn)) {
			t.Fatalf("asked %+v, %v", asked, err)
		}

		second := o.planned(5)
		o.hears(fault.CounterChanged, o.Ask(second)...) // within the week
		o.hears("", o.Drop(second, Dropped))

		record, err := o.Record(context.Background(), 70)
		if err != nil || record.AllAsked != 1 {
			t.Fatalf("record %+v, %v", record, err)
		}
		stale := record
		stale.Yes++
		o.hears(fault.CounterChanged, o.Answer(asked, stale, true, false)...)
		o.hears("", o.Answer(asked, record, true, true)...)
		o.hears(fault.CounterChanged, o.Answer(asked, record, true, false)...)
		record, err = o.Record(context.Background(), 70)
		if err != nil || record.Yes != 1 || record.Cases != 1 || record.AllCases != 1 {
			t.Errorf("record %+v, %v", record, err)
		}
		if _, found, err := o.LastOf(context.Background(), 6); found || err != nil {
			t.Errorf("another customer: %t, %v", found, err)
		}
		o.clock.Advance(Again)
		third := o.planned(5)
		o.hears("", o.Ask(third)...)
		all, err := o.OfTill(context.Background(), 70, noon, 10)
		if err != nil || len(all) != 2 || all[0].Deal != third.Deal || all[1].State != Yes {
			t.Errorf("of the till %+v, %v", all, err)
		}
	})
}
