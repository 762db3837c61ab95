package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// An operator sees at once what a deal has earned, and that it was taken back; only a manager sees what the agent is owed.
func TestEarnings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.paysIn(njeri, jane, 2_000_00) // 8.80
		w.clock.Advance(24 * time.Hour)
		w.takesOut(john, njeri, 1_000_00) // 8
		w.clock.Advance(time.Minute)
		w.takesOut(john, njeri, 500_00) // 6.40
		w.paysIn(otieno, jane, 500_00)  // 6.40 at the other till
		q, err := w.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: w.newest(njeri).ID})
		w.must(err)
		w.clock.Advance(time.Minute)
		_, err = w.agents.Return(bg, q.Intent, w.pin(njeri))
		w.must(err)

		_, err = w.agents.Earnings(bg, njeri, w.pin(otieno), 10)
		w.refused(err, fault.WrongPIN)
		_, err = w.agents.Earnings(bg, jane, w.pin(jane), 10)
		w.refused(err, fault.NotOperator)
		e, err := w.agents.Earnings(bg, njeri, w.pin(njeri), 10)
		w.must(err)
		if e.Today != 8_00 || e.Month != 16_80 || !e.Manager || e.Owed != 23_20 || len(e.Items) != 4 {
			t.Fatalf("earnings %+v", e)
		}
		for i, want := range []agents.Earning{
			{Kind: ledger.CashOut, Amount: 500_00, Earned: -6_40}, {Kind: ledger.CashOut, Amount: 500_00, Earned: 6_40},
			{Kind: ledger.CashOut, Amount: 1_000_00, Earned: 8_00}, {Kind: ledger.CashIn, Amount: 2_000_00, Earned: 8_80},
		} {
			got := e.Items[i]
			if i > 0 && got.At.After(e.Items[i-1].At) {
				t.Errorf("line %d is newer than the one before", i)
			}
			if got.At = (time.Time{}); got != want {
				t.Errorf("line %d: %+v, want %+v", i, got, want)
			}
		}
		w.right()
	})
}

// What is earned or lost on the first of a month is of that month, whenever the deal was made: what the agent is owed goes the same way.
func TestEarningsAtTheEdgeOfAMonth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.issues(njeri, 100_000_00)
		w.clock.Set(time.Date(2026, 12, 31, 20, 45, 0, 0, time.UTC)) // 23:45 in Nairobi
		out := w.takesOut(john, njeri, 1_000_00)                     // 8
		w.clock.Advance(time.Minute)
		waits := w.waits(50_000_00) // 150: 120
		w.reads(njeri, 8_00, 8_00, agents.Earning{Kind: ledger.CashOut, Amount: 1_000_00, Earned: 8_00})

		w.clock.Set(time.Date(2026, 12, 31, 21, 5, 0, 0, time.UTC)) // five past midnight
		w.reads(njeri, 0, 0)
		_, err := w.agents.Answer(bg, waits)
		w.must(err)
		w.clock.Advance(time.Minute)
		yes := agents.Earning{Kind: ledger.CashIn, Amount: 50_000_00, Earned: 120_00}
		w.reads(njeri, 120_00, 120_00, yes)
		_, err = returning(w, njeri, out)
		w.must(err)
		back := agents.Earning{Kind: ledger.CashOut, Amount: 1_000_00, Earned: -8_00}
		w.reads(njeri, 112_00, 112_00, back, yes)

		w.clock.Advance(24 * time.Hour)
		in := w.waits(5_011_00) // 20: 16
		_, err = w.agents.Answer(bg, in)
		w.must(err)
		w.clock.Advance(time.Minute)
		_, err = claiming(w, njeri, in.Deal)
		w.must(err)
		w.clock.Advance(time.Minute)
		_, err = w.agents.DecideWrongDeposit(bg, "staff:WANJA", deal.CaseOf(in.Deal, deal.WrongDeposit), false)
		w.must(err)
		w.clock.Advance(time.Minute)
		earned := agents.Earning{Kind: ledger.CashIn, Amount: 5_011_00, Earned: 16_00}
		lost := earned
		lost.Earned = -16_00
		w.reads(njeri, 0, 112_00, lost, earned, back, yes)
		if owed := w.balance(w.agent.Payable); owed != 120_00 {
			t.Errorf("owed %d", owed)
		}
		w.right()
	})
}

// reads asserts what an operator reads of earnings: today, this month, and the lines, newest first.
func (w *town) reads(operator msisdn.Number, today, month int64, lines ...agents.Earning) {
	w.t.Helper()
	e, err := w.agents.Earnings(bg, operator, w.pin(operator), 10)
	w.must(err)
	if e.Today != today || e.Month != month || len(e.Items) != len(lines) {
		w.t.Errorf("earnings %+v, want %d today, %d this month and %d lines", e, today, month, len(lines))
		return
	}
	for i, want := range lines {
		got := e.Items[i]
		if got.At = (time.Time{}); got != want {
			w.t.Errorf("line %d: %+v, want %+v", i, got, want)
		}
	}
}
