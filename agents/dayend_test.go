package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/books"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// opens has an operator open the till for the day with that much cash in the drawer.
func (w *town) opens(operator msisdn.Number, cash int64) {
	w.t.Helper()
	_, err := w.agents.OpenDay(bg, agents.SwitchRequest{Operator: operator, Cash: cash})
	w.must(err)
	w.clock.Advance(time.Minute)
}

// endsDay ends the day, and asserts what the operator hears of the cash.
func (w *town) endsDay(operator msisdn.Number, counted int64, want string) {
	w.t.Helper()
	end, err := w.agents.EndDay(bg, agents.DayRequest{Operator: operator, Counted: counted})
	if err != nil || !strings.Contains(end, want) {
		w.t.Errorf("%q (%v), want %q", end, err, want)
	}
	w.clock.Advance(time.Minute)
}

// lastDay is the newest day of an operator's till.
func (w *town) lastDay(operator msisdn.Number) books.Day {
	w.t.Helper()
	days, err := w.agents.Books().OfTill(bg, w.tills[operator].ID, 1)
	w.must(err)
	if len(days) == 0 {
		return books.Day{}
	}
	return days[0]
}

func known(amount int64) books.Cash { return books.Cash{Amount: amount, Known: true} }

func TestEndOfDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.opens(njeri, 10_000_00)
		w.paysIn(njeri, jane, 2_000_00)
		w.takesOut(john, njeri, 1_000_00)
		back := w.takesOut(john, njeri, 500_00)
		q, err := w.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: back})
		w.must(err)
		_, err = w.agents.Return(bg, q.Intent, w.pin(njeri))
		w.must(err)
		_, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 20_000_00})
		w.must(err) // never gone through with

		_, err = w.agents.TillDay(bg, njeri, w.pin(otieno))
		w.refused(err, fault.WrongPIN)
		day, err := w.agents.TillDay(bg, njeri, w.pin(njeri))
		w.must(err)
		if day.FloatBefore != 0 || day.FloatAfter != 49_000_00 || day.In != 2_000_00 || day.Out != 1_000_00 || day.Other != 50_000_00 || day.Expected() != known(11_000_00) {
			t.Errorf("so far %+v", day)
		}
		request := agents.DayRequest{Operator: njeri, Counted: 5_900_00, Brought: 1_000_00, Removed: 6_000_00}
		if day, err = w.agents.CheckDay(bg, request); err != nil || day.Difference() != known(-100_00) || w.lastDay(njeri).No != 0 {
			t.Errorf("checked %+v, %v", day, err)
		}
		end, err := w.agents.EndDay(bg, request)
		if want := "DAY ENDED 3/12. In 2,000, out 1,000. Float Ksh 49,000. Cash counted 5,900: should be 6,000, Ksh 100 is missing."; err != nil || end != want {
			t.Errorf("%q, %v", end, err)
		}
		if want := "MAMA NJERI till 1 3/12: cash counted 5,900, should be 6,000, Ksh 100 is missing. In 2,000, out 1,000."; w.lastTexts()[njeri] != want {
			t.Errorf("text %q", w.lastTexts()[njeri])
		}
		place, err := w.agents.Places().ByTill(bg, w.tills[njeri].ID)
		if err != nil || place.Till.Open {
			t.Errorf("the till is open after its day: %v", err)
		}

		// It is ended again, and again after one more deal: what was missing is missing still.
		w.endsDay(njeri, 5_900_00, "should be 6,000, Ksh 100 is missing")
		w.takesOut(john, njeri, 200_00)
		w.endsDay(njeri, 5_700_00, "should be 5,800, Ksh 100 is missing")
		if last := w.lastDay(njeri); last.No != 1 || last.Out != 1_200_00 || last.FloatAfter != 49_200_00 || last.Difference() != known(-100_00) || last.Removed != 6_000_00 {
			t.Errorf("the day went on: %+v", last)
		}
		// The next day begins where it stopped, also when nobody opens the till.
		w.clock.Advance(20 * time.Hour)
		w.paysIn(njeri, jane, 300_00)
		w.endsDay(njeri, 6_000_00, "as it should be")
		if last := w.lastDay(njeri); last.No != 2 || last.Date != 20261204 || last.FloatBefore != 49_200_00 || last.In != 300_00 || last.Other != 0 {
			t.Errorf("the next day: %+v", last)
		}
		w.right()
	})
}

// Who counted nothing in the morning cannot be told what is missing in the evening.
func TestEndOfDayWithoutCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.takesOut(john, njeri, 1_000_00)
		w.endsDay(njeri, 3_000_00, "what it should be is not known")
		if texts := w.lastTexts(); texts[njeri] != "" {
			t.Errorf("text %q", texts[njeri])
		}
		w.clock.Advance(24 * time.Hour)
		w.takesOut(john, njeri, 1_000_00)
		w.endsDay(njeri, 2_100_00, "should be 2,000, Ksh 100 too much")
	})
}

// The clock ends the days that nobody has, at midnight; what happened after it is the next day's.
func TestForgottenDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.opens(njeri, 10_000_00)
		w.opens(otieno, 500_00)
		w.paysIn(njeri, jane, 1_000_00)
		w.endsDay(otieno, 500_00, "as it should be")
		w.forgotten(0)
		w.clock.Set(time.Date(2026, 12, 3, 22, 30, 0, 0, time.UTC)) // 01:30 in Nairobi, and the till still works
		w.takesOut(john, njeri, 200_00)
		w.forgotten(1)
		w.forgotten(0)
		first := w.lastDay(njeri)
		if first.Date != 20261203 || first.Operator != 0 || first.In != 1_000_00 || first.Out != 0 || first.Counted.Known || first.Expected() != known(11_000_00) {
			t.Errorf("ended by the clock: %+v", first)
		}
		if want := "MAMA NJERI till 1 3/12: nobody ended the day, the cash was not counted. In 1,000, out 0. Float Ksh 49,000."; w.lastTexts()[njeri] != want {
			t.Errorf("text %q", w.lastTexts()[njeri])
		}
		place, err := w.agents.Places().ByTill(bg, w.tills[njeri].ID)
		if err != nil || place.Till.Open {
			t.Errorf("the till is still open: %v", err)
		}
		w.endsDay(njeri, 10_800_00, "as it should be") // from the count of the day before: it is the last there was
		if second := w.lastDay(njeri); second.Date != 20261204 || second.After != first.UpTo || second.Out != 200_00 || second.In != 0 {
			t.Errorf("the next day: %+v", second)
		}
		w.right()
	})
}

// forgotten runs the job.
func (w *town) forgotten(want int) {
	w.t.Helper()
	got, err := w.agents.EndDays(bg, 100)
	if err != nil || got != want {
		w.t.Errorf("%d days ended (%v), want %d", got, err, want)
	}
}

// An operator who works past midnight ends the day on which the till was opened.
func TestEndOfDayAfterMidnight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.opens(njeri, 10_000_00)
		w.clock.Set(time.Date(2026, 12, 3, 21, 30, 0, 0, time.UTC))
		w.paysIn(njeri, jane, 1_000_00)
		w.endsDay(njeri, 11_000_00, "3/12")
		w.forgotten(0)
		w.clock.Advance(8 * time.Hour)
		w.opens(njeri, 9_000_00) // the owner took 2,000 home
		w.takesOut(john, njeri, 1_000_00)
		w.endsDay(njeri, 8_000_00, "as it should be")
		if last := w.lastDay(njeri); last.No != 2 || last.Date != 20261204 {
			t.Errorf("%+v", last)
		}
	})
}

// Float that is swapped is swapped against cash; float that is sold is paid for otherwise.
func TestEndOfDayWithSwap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.opens(njeri, 10_000_00)
		w.opens(otieno, 5_000_00)
		swap := w.swaps(otieno, njeri, 1_000_00)
		_, _, err := w.typesSwap(njeri, swap, w.codeFor(otieno, swap))
		w.must(err)
		_, done, err := w.typesSwap(otieno, swap, w.codeFor(njeri, swap))
		if w.must(err); !done {
			t.Fatal("the swap is not done")
		}
		w.clock.Advance(time.Minute)
		_, err = w.sells(njeri, otieno, 2_000_00)
		w.must(err)
		w.endsDay(njeri, 11_000_00, "as it should be")
		w.endsDay(otieno, 4_000_00, "as it should be")
		if last := w.lastDay(otieno); last.Other != 800_00+3_000_00 || last.CashOut != 1_000_00 || last.FloatAfter != 3_800_00 {
			t.Errorf("%+v", last)
		}
		w.right()
	})
}

// The operator ends a day in the very moment in which the clock does, on another node: it is ended once, and the days meet.
func TestDayEndedByTwo(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		clocks := 0
		for range raceRounds {
			one.opens(njeri, 10_000_00)
			one.paysIn(njeri, jane, 100_00)
			one.clock.Advance(24 * time.Hour)
			s := sweep{run: func() (int, error) { return two.agents.EndDays(bg, 100) }}
			a, b := atOnce(func() error {
				_, err := one.agents.EndDay(bg, agents.DayRequest{Operator: njeri, Counted: 10_100_00})
				return err
			}, s.do)
			one.must(a)
			one.must(b)
			clocks += s.expired
			one.forgotten(0)
		}
		days, err := one.agents.Books().OfTill(bg, one.tills[njeri].ID, 100)
		one.must(err)
		in, byClock := int64(0), 0
		for i, day := range days {
			if in += day.In; i+1 < len(days) && (day.After != days[i+1].UpTo || day.FloatBefore != days[i+1].FloatAfter) {
				t.Errorf("%+v does not meet %+v", day, days[i+1])
			}
			if day.Operator == 0 {
				byClock++
			}
		}
		if in != raceRounds*100_00 || len(days) < raceRounds || byClock > clocks {
			t.Errorf("%d days, %d of them ended by the clock, which says %d, with %d in all", len(days), byClock, clocks, in)
		}
		one.right()
	})
}

// A shop that never opens its till by the menu has a day for each date on which it dealt, and none for the others.
func TestDaysOfATillNobodyOpens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.clock.Set(time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC))
		w.takesOut(john, njeri, 1_000_00)
		w.clock.Advance(24 * time.Hour)
		w.forgotten(1)
		w.paysIn(njeri, jane, 500_00) // on the 4th
		w.clock.Advance(48 * time.Hour)
		w.paysIn(njeri, jane, 700_00) // on the 6th; nobody ran the job since
		w.clock.Advance(24 * time.Hour)
		w.forgotten(2)
		w.forgotten(0)
		days, err := w.agents.Books().OfTill(bg, w.tills[njeri].ID, 10)
		w.must(err)
		if len(days) != 3 {
			t.Fatalf("%d days: %+v", len(days), days)
		}
		for i, want := range []books.Day{{Date: 20261206, In: 700_00}, {Date: 20261204, In: 500_00}, {Date: 20261203, Out: 1_000_00}} {
			if day := days[i]; day.Date != want.Date || day.In != want.In || day.Out != want.Out || day.Operator != 0 {
				t.Errorf("day %d: %+v", i, day)
			}
		}
		if w.lastDay(otieno).No != 0 {
			t.Error("a day of a till that did nothing")
		}
	})
}
