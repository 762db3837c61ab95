package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

// The same money put in and taken out again earns for two rounds of a day, and the third nothing; the next day it earns again.
func TestLoopsPaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.clock.Set(time.Date(2026, 12, 4, 3, 0, 0, 0, time.UTC)) // early, that four rounds fit the day
		for round, want := range []struct{ in, out int64 }{{9_00, 10_00}, {9_00, 10_00}, {9_00, 0}, {0, 0}} {
			w.clock.Advance(3 * time.Hour) // no split deposit
			w.paysIn(njeri, jane, 1_000_00)
			in := w.newest(njeri)
			w.clock.Advance(time.Minute)
			w.takesOut(jane, otieno, 1_000_00)
			out := w.newest(otieno)
			if in.Earned != want.in || out.Earned != want.out || !out.Marks.Has(deal.Loop) {
				t.Errorf("round %d earned %d and %d, marks %b", round+1, in.Earned, out.Earned, out.Marks)
			}
		}
		w.clock.Advance(24 * time.Hour)
		w.paysIn(njeri, jane, 1_000_00)
		if d := w.newest(njeri); d.Earned != 9_00 {
			t.Errorf("the next day a deposit earned %d", d.Earned)
		}
		w.right()
	})
}

// An operator's own wallet at the own agent's tills earns nothing, and may not move much.
func TestOwnWalletIsCapped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		c, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: njeri, Name: "NJERI WAIRIMU", Language: "en", Tier: 2, Verified: true, PIN: w.pin(john)})
		w.must(err)
		w.paysIn(otieno, njeri, 500_00)
		if d := w.newest(otieno); d.Earned != 0 || !d.Marks.Has(deal.Own) || d.Customer != c.ID {
			t.Errorf("deal %+v", d)
		}
		w.clock.Advance(3 * time.Hour)
		q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: njeri, Amount: 4_500_01})
		w.must(err)
		_, err = w.agents.CashIn(bg, q.Intent, w.pin(njeri))
		if q.Waits {
			_, err = w.agents.Answer(bg, agents.AnswerRequest{Customer: njeri, Deal: q.Intent, Yes: true})
		}
		w.refused(err, fault.OwnWalletLimit)
		w.clock.Advance(24 * time.Hour)
		w.paysIn(njeri, njeri, 5_000_00)
		if owed := w.balance(w.agent.Payable); owed != 0 {
			t.Errorf("it earned %d", owed)
		}
		w.right()
	})
}
