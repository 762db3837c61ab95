package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
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
