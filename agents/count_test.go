package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/agents/books"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// counts are the counts of an operator's till, the oldest first.
func (w *town) counts(operator msisdn.Number) []books.Count {
	w.t.Helper()
	all, err := w.agents.Books().CountsFrom(bg, w.tills[operator].ID, 0)
	w.must(err)
	return all
}

// differed asserts what was missing at each count so far.
func (w *town) differed(operator msisdn.Number, want ...books.Cash) {
	w.t.Helper()
	all := w.counts(operator)
	if len(all) != len(want) {
		w.t.Fatalf("%d counts, want %d: %+v", len(all), len(want), all)
	}
	for i, c := range all {
		if c.Difference() != want[i] || c.No != int64(i)+1 {
			w.t.Errorf("count %d differs by %+v, want %+v: %+v", c.No, c.Difference(), want[i], c)
		}
	}
}

// What is missing stays missing, however often the day is ended and the drawer counted anew.
func TestAShortageStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.opens(njeri, 10_000_00)
		w.takesOut(john, njeri, 1_000_00)
		w.opens(njeri, 8_700_00) // counted anew at midday
		if want := "MAMA NJERI till 1: NJERI WAIRIMU counted 8,700 cash, should be 9,000, Ksh 300 is missing since 14:02."; w.lastTexts()[njeri] != want {
			t.Errorf("text %q", w.lastTexts()[njeri])
		}
		w.takesOut(john, njeri, 700_00)
		w.endsDay(njeri, 7_900_00, "should be 8,300, Ksh 400 is missing")
		w.endsDay(njeri, 7_900_00, "should be 8,300, Ksh 400 is missing")
		w.endsDay(njeri, 8_000_00, "should be 8,300, Ksh 300 is missing") // found some of it
		w.differed(njeri, books.Cash{}, known(-300_00), known(-100_00), known(0), known(100_00))
		if day := w.lastDay(njeri); day.Difference() != known(-300_00) || day.First != 1 || day.Latest != 5 || day.No != 1 {
			t.Errorf("%+v", day)
		}
		w.right()
	})
}

// What goes missing overnight is seen in the morning, and is not the day's. What an operator says somebody took is written down as that, and
// the managers hear of it.
func TestOvernight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.opens(njeri, 10_000_00)
		w.endsDay(njeri, 10_000_00, "as it should be")
		w.clock.Advance(18 * time.Hour)
		count, err := w.agents.CheckCash(bg, agents.SwitchRequest{Operator: njeri, Cash: 9_500_00})
		if err != nil || count.Difference() != known(-500_00) || count.Why != books.Opening {
			t.Errorf("checked %+v, %v", count, err)
		}
		end, err := w.agents.OpenDay(bg, agents.SwitchRequest{Operator: njeri, Cash: 9_500_00})
		if want := "Your till is OPEN with Ksh 9,500 cash: should be 10,000, Ksh 500 is missing. It is noted. Customers are sent to you."; err != nil || end != want {
			t.Errorf("%q, %v", end, err)
		}
		if want := "MAMA NJERI till 1: opened by NJERI WAIRIMU with 9,500 cash, should be 10,000, Ksh 500 is missing since 3/12 14:03."; w.lastTexts()[njeri] != want {
			t.Errorf("text %q", w.lastTexts()[njeri])
		}
		w.takesOut(john, njeri, 1_000_00)
		w.endsDay(njeri, 8_500_00, "as it should be")
		w.clock.Advance(18 * time.Hour)
		_, err = w.agents.OpenDay(bg, agents.SwitchRequest{Operator: njeri, Cash: 6_500_00, ByHand: true})
		w.must(err)
		if want := "MAMA NJERI till 1: cash counted 6,500. NJERI WAIRIMU says that Ksh 2,000 was taken out by hand since 4/12 08:04."; w.lastTexts()[njeri] != want {
			t.Errorf("text %q", w.lastTexts()[njeri])
		}
		w.clock.Advance(time.Minute)
		w.endsDay(njeri, 6_500_00, "as it should be")
		w.differed(njeri, books.Cash{}, known(0), known(-500_00), known(0), known(0), known(0))
		if all := w.counts(njeri); all[4].Removed != 2_000_00 || all[4].Why != books.Opening {
			t.Errorf("taken by hand: %+v", all[4])
		}
		w.right()
	})
}

// Nobody opened the till: the first count of the day comes after deals, and what it finds missing is the day's.
func TestFirstCountAfterDeals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.opens(njeri, 10_000_00)
		w.endsDay(njeri, 10_000_00, "as it should be")
		w.clock.Advance(20 * time.Hour)
		w.takesOut(john, njeri, 1_000_00)
		w.opens(njeri, 8_900_00)
		w.endsDay(njeri, 8_900_00, "should be 9,000, Ksh 100 is missing")
		w.differed(njeri, books.Cash{}, known(0), known(-100_00), known(0))
	})
}

// Two operators of one till count at once, on two nodes: the counts are one row after the other, each from the one before.
func TestCountedByTwo(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		for range raceRounds {
			opens := func(w *town, cash int64) func() error {
				return func() error {
					_, err := w.agents.OpenDay(bg, agents.SwitchRequest{Operator: njeri, Cash: cash})
					return err
				}
			}
			a, b := atOnce(opens(one, 1_000_00), opens(two, 2_000_00))
			one.must(a)
			one.must(b)
			one.clock.Advance(time.Minute)
		}
		all := one.counts(njeri)
		if len(all) != 2*raceRounds {
			t.Fatalf("%d counts", len(all))
		}
		for i, c := range all[1:] {
			if c.Was != known(all[i].Counted) {
				t.Errorf("count %d is not from the one before: %+v", c.No, c)
			}
		}
	})
}

// A till's cash is counted by who knows the operator's PIN.
func TestProve(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.refused(w.agents.Prove(bg, njeri, w.pin(otieno)), fault.WrongPIN)
		w.refused(w.agents.Prove(bg, jane, w.pin(jane)), fault.NotOperator)
		w.must(w.agents.Prove(bg, njeri, w.pin(njeri)))
	})
}
