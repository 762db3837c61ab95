package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

func TestNotPaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		out := w.takesOut(john, njeri, 2_000_00)
		list, err := w.agents.Unpaid(bg, john)
		w.must(err)
		if len(list) != 1 || list[0].Deal != out || list[0].Whom != "MAMA NJERI" {
			t.Errorf("may be said not to be paid: %+v", list)
		}
		_, err = notPaid(w, jane, out)
		w.refused(err, fault.DealNotFound)
		w.clock.Advance(time.Hour)
		done, err := notPaid(w, john, out)
		w.must(err)
		if want := "NOTED. Ksh 2,000 of your Ksh 2,000 is frozen at "; done.End[:len(want)] != want {
			t.Errorf("%q", done.End)
		}
		w.is(out, deal.Disputed)
		w.caseIs(out, deal.NotPaid, deal.CaseOpen, 2_000_00)
		w.holds(njeri, 2_000_00)
		w.has(njeri, 52_000_00)
		w.told(map[msisdn.Number]string{
			john:  "You said MAMA NJERI, Kangemi did not pay your Ksh 2,000. Ksh 2,000 is frozen there",
			njeri: "JOHN K 0712***001 says Ksh 2,000 was NOT PAID. Ksh 2,000 of float is frozen.",
		})
		_, err = notPaid(w, john, out)
		w.refused(err, fault.DealClosed)

		// The operator answers by returning it, long after the time for an ordinary return.
		back, err := w.agents.Returnable(bg, njeri)
		w.must(err)
		if len(back) != 1 || !back[0].Disputed {
			t.Errorf("can be returned: %+v", back)
		}
		w.clock.Advance(20 * time.Hour)
		_, err = returning(w, njeri, out)
		w.must(err)
		w.is(out, deal.Reversed)
		w.caseIs(out, deal.NotPaid, deal.CaseDropped, 2_000_00)
		w.holds(njeri, 0)
		w.has(njeri, 50_000_00)
		w.has(john, 5_000_00)
		w.earned(0)
		w.right()
	})
}

// Of a float that is short, what is there is frozen; the case says how much that was.
func TestNotPaidByAShortTill(t *testing.T) {
	for _, left := range []int64{700_00, 0} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newTown(t, d)
			out := w.takesOut(john, njeri, 2_000_00)
			w.empty(njeri, left)
			w.suspend(njeri) // a till that is stopped gives no way out either
			_, err := notPaid(w, john, out)
			w.must(err)
			c := w.caseIs(out, deal.NotPaid, deal.CaseOpen, left)
			w.holds(njeri, left)
			if c.FloatHold.IsZero() != (left == 0) {
				t.Errorf("case %+v", c)
			}
			w.resume(njeri)
			_, err = returning(w, njeri, out)
			w.refused(err, fault.TillShort)

			// Staff decide for the customer, who gets all the fee and what there is by now.
			w.float(njeri, 500_00)
			w.suspend(njeri)
			_, err = w.agents.DecideNotPaid(bg, "staff:WANJA", c.ID, true)
			w.must(err)
			w.has(john, 5_000_00-2_000_00+500_00+left)
			w.has(njeri, 0)
			w.holds(njeri, 0)
			w.earned(0)
			w.fees(0)
			w.is(out, deal.Reversed)
			w.caseIs(out, deal.NotPaid, deal.CaseGranted, left)
			w.right()
		})
	}
}

// What comes to a float that is short is frozen too, the oldest case first, until each has its sum; then it is the till's again.
func TestLaterFloatIsFrozen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		first := w.takesOut(john, njeri, 2_000_00)
		w.clock.Advance(time.Minute)
		second := w.takesOut(jane, njeri, 500_00)
		w.clock.Advance(time.Minute)
		w.empty(njeri, 700_00)
		_, err := notPaid(w, john, first)
		w.must(err)
		w.clock.Advance(time.Minute)
		_, err = notPaid(w, jane, second)
		w.must(err)
		w.freezes(0)
		w.caseIs(second, deal.NotPaid, deal.CaseOpen, 0)

		w.float(njeri, 300_00)
		w.freezes(1)
		w.caseIs(first, deal.NotPaid, deal.CaseOpen, 1_000_00)
		w.caseIs(second, deal.NotPaid, deal.CaseOpen, 0)
		w.holds(njeri, 1_000_00)
		w.told(map[msisdn.Number]string{njeri: "Ksh 300 of new float is frozen for JOHN K 0712***001: Ksh 2,000 NOT PAID. Frozen now Ksh 1,000."})
		w.freezes(0) // nothing has come since

		w.float(njeri, 1_400_00)
		w.freezes(2)
		w.caseIs(first, deal.NotPaid, deal.CaseOpen, 2_000_00)
		w.caseIs(second, deal.NotPaid, deal.CaseOpen, 400_00)
		w.holds(njeri, 2_400_00)
		w.told(map[msisdn.Number]string{
			john:  "You said MAMA NJERI, Kangemi did not pay your Ksh 2,000. Ksh 2,000 is frozen there",
			njeri: "Ksh 400 of new float is frozen for JANE W 0712***002: Ksh 500 NOT PAID. Frozen now Ksh 400.",
		})

		w.float(njeri, 5_000_00)
		w.freezes(1)
		w.freezes(0)
		w.holds(njeri, 2_500_00)
		w.has(njeri, 7_400_00)

		_, err = w.agents.DecideNotPaid(bg, "staff:WANJA", deal.CaseOf(first, deal.NotPaid), true)
		w.must(err)
		w.has(john, 5_000_00)
		_, err = w.agents.DecideNotPaid(bg, "staff:WANJA", deal.CaseOf(second, deal.NotPaid), false)
		w.must(err)
		w.holds(njeri, 0)
		w.freezes(0)
		w.right()
	})
}

// The operator returns what he was asked about before more was frozen: the sum goes back whole, once.
func TestReturnAfterMoreIsFrozen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		out := w.takesOut(john, njeri, 2_000_00)
		w.empty(njeri, 700_00)
		_, err := notPaid(w, john, out)
		w.must(err)
		q, err := w.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: out})
		w.must(err)
		w.float(njeri, 1_500_00)
		w.freezes(1)
		w.holds(njeri, 2_000_00)
		_, err = w.agents.Return(bg, q.Intent, w.pin(njeri))
		w.must(err)
		w.has(john, 5_000_00)
		w.has(njeri, 200_00)
		w.holds(njeri, 0)
		w.caseIs(out, deal.NotPaid, deal.CaseDropped, 2_000_00)
		w.right()
	})
}

// Two processes freeze in the same instant: it is frozen and told once.
func TestLaterFloatIsFrozenOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		out := one.takesOut(john, njeri, 2_000_00)
		one.empty(njeri, 0)
		_, err := notPaid(one, john, out)
		one.must(err)
		for range raceRounds {
			one.float(njeri, 100_00)
			var n, m int
			a, b := atOnce(
				func() (err error) { n, err = one.agents.FreezeMore(bg, 10); return err },
				func() (err error) { m, err = two.agents.FreezeMore(bg, 10); return err })
			one.must(a)
			one.must(b)
			if n+m != 1 {
				t.Errorf("%d and %d cases, want 1 in all", n, m)
			}
		}
		one.holds(njeri, raceRounds*100_00)
		if n := strings.Count(one.texts(njeri), "of new float is frozen"); n != raceRounds {
			t.Errorf("told %d times, want %d", n, raceRounds)
		}
	})
}

// freezes runs the job.
func (w *town) freezes(want int) {
	w.t.Helper()
	if n, err := w.agents.FreezeMore(bg, 1); err != nil || n != want {
		w.t.Errorf("%d cases (%v), want %d", n, err, want)
	}
}

func TestNotPaidTooLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		out := w.takesOut(john, njeri, 2_000_00)
		w.clock.Advance(24*time.Hour + time.Second)
		_, err := notPaid(w, john, out)
		w.refused(err, fault.TooLate)
		if list, err := w.agents.Unpaid(bg, john); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// What staff decide is done once, told to both, and kept in the audit chain.
func TestNotPaidDecided(t *testing.T) {
	for _, forCustomer := range []bool{true, false} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newTown(t, d)
			out := w.takesOut(john, njeri, 2_000_00)
			_, err := notPaid(w, john, out)
			w.must(err)
			which := deal.CaseOf(out, deal.NotPaid)
			w.clock.Advance(72 * time.Hour)
			w.overdue(0)
			w.clock.Advance(time.Second)
			w.overdue(1)
			_, err = w.agents.DecideWrongDeposit(bg, "staff:WANJA", which, forCustomer)
			w.refused(err, fault.CaseNotFound)
			_, err = w.agents.DecideNotPaid(bg, "staff:WANJA", which, forCustomer)
			w.must(err)
			_, err = w.agents.DecideNotPaid(bg, "staff:WANJA", which, !forCustomer)
			w.refused(err, fault.CaseClosed)
			w.overdue(0)
			w.holds(njeri, 0)
			if forCustomer {
				w.has(john, 5_000_00)
				w.has(njeri, 50_000_00)
				w.earned(0)
				w.fees(0)
				w.is(out, deal.Reversed)
				w.caseIs(out, deal.NotPaid, deal.CaseGranted, 2_000_00)
				w.told(map[msisdn.Number]string{
					john:  "DECIDED: Ksh 2,000 of Ksh 2,000, fee 29 BACK from MAMA NJERI",
					njeri: "DECIDED: Ksh 2,000 went back to JOHN K 0712***001. Ksh 12 earned is taken back.",
				})
			} else {
				w.has(john, 2_971_00)
				w.has(njeri, 52_000_00)
				w.earned(15_00)
				w.is(out, deal.Upheld)
				w.caseIs(out, deal.NotPaid, deal.CaseDenied, 2_000_00)
				w.told(map[msisdn.Number]string{john: "did pay your Ksh 2,000", njeri: "you did pay Ksh 2,000 to JOHN K"})
			}
			w.decidedOnce(which)
			w.right()
		})
	}
}

// overdue asserts how many cases are open for too long.
func (w *town) overdue(want int) {
	w.t.Helper()
	list, err := w.agents.OverdueCases(bg, 10)
	w.must(err)
	if len(list) != want {
		w.t.Errorf("overdue %+v, want %d", list, want)
	}
}

// decidedOnce asserts that the audit chain has the decision, and one only.
func (w *town) decidedOnce(which id.ID) {
	w.t.Helper()
	entries, err := audit.NewStore(w.db).List(bg, audit.Filter{Object: "case:" + which.String()})
	w.must(err)
	done := 0
	for _, e := range entries {
		if e.Refusal == "" && e.Act.Actor == "staff:WANJA" && e.Act.Act == "case.decide" {
			done++
		}
	}
	if done != 1 {
		w.t.Errorf("the audit has %+v", entries)
	}
}

// A statement says of both postings whose they are, also when staff had the money moved.
func TestStatementOfADecision(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		out := w.takesOut(john, njeri, 2_000_00)
		_, err := notPaid(w, john, out)
		w.must(err)
		_, err = w.agents.DecideNotPaid(bg, "staff:WANJA", deal.CaseOf(out, deal.NotPaid), true)
		w.must(err)
		page, err := w.wallet.Statement(bg, john, w.pin(john))
		w.must(err)
		code := string(w.tills[njeri].Code)
		if len(page.Lines) < 2 || page.Lines[0].Other != code || page.Lines[0].Kind != ledger.CashOutReturn || page.Lines[1].Other != code {
			t.Errorf("%+v", page.Lines)
		}
	})
}
