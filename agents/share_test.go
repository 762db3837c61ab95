package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// A manager reads what all tills of the agent earned, by shop and day and line by line, this month and the last one; the super-agent's
// manager reads its share of the same. It is what the ledger says each is owed.
func TestCommission(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		own := w.agent
		w.agent = w.bank // a branch of the bank's own
		w.shop(wafula, "SIMBA BRANCH", w.wallet.Market().Wards[0].Code, "SAM WAFULA", 50_000_00)
		w.agent = own
		w.clock.Set(time.Date(2026, 12, 30, 9, 0, 0, 0, time.UTC))
		w.paysIn(njeri, jane, 2_000_00) // 11: 8.80 and 2.20
		w.clock.Advance(24 * time.Hour)
		out := w.takesOut(john, njeri, 1_000_00) // 10: 8 and 2
		w.clock.Advance(time.Minute)
		w.takesOut(john, otieno, 500_00) // 8: 6.40 and 1.60
		w.paysIn(wafula, jane, 500_00)   // 8, all the bank's
		w.clock.Set(time.Date(2026, 12, 31, 21, 5, 0, 0, time.UTC))
		_, err := returning(w, njeri, out)
		w.refused(err, fault.TooLate)
		w.clock.Set(time.Date(2027, 1, 1, 9, 0, 0, 0, time.UTC))
		out = w.takesOut(john, njeri, 1_000_00)
		w.clock.Advance(time.Minute)
		_, err = returning(w, njeri, out)
		w.must(err)

		_, err = w.agents.Commission(bg, jane, 0)
		w.refused(err, fault.NotOperator)
		w.refused(w.agents.ProveManager(bg, njeri, w.pin(otieno)), fault.WrongPIN)
		w.must(w.agents.ProveManager(bg, njeri, w.pin(njeri)))
		last, err := w.agents.Commission(bg, njeri, 1)
		w.must(err)
		w.wantsCommission(last, 0, 23_20, 0, 23_20, 2, shopEarned{"MAMA NJERI", 2, 16_80, false}, shopEarned{"OTIENO KIOSK", 1, 6_40, false})
		now, err := w.agents.Commission(bg, otieno, 0)
		w.must(err)
		w.wantsCommission(now, 23_20, 8_00, 8_00, 23_20, 1, shopEarned{"MAMA NJERI", 1, 0, false})
		bank, err := w.agents.Commission(bg, wafula, 1)
		w.must(err)
		w.wantsCommission(bank, 0, 13_80, 0, 13_80, 2, shopEarned{"MAMA NJERI", 2, 4_20, true}, shopEarned{"OTIENO KIOSK", 1, 1_60, true}, shopEarned{"SIMBA BRANCH", 1, 8_00, false})

		lines, err := w.agents.CommissionOn(bg, wafula, 1, 31, 10)
		w.must(err)
		if len(lines) != 3 || lines[2].Shop != "MAMA NJERI" || lines[2].Earned != 2_00 || lines[2].Kind != ledger.CashOut {
			t.Errorf("lines %+v", lines)
		}
		for date, want := range map[int32]int{30: 1, 29: 0, 28: 0} {
			if lines, err = w.agents.CommissionOn(bg, wafula, 1, date, 10); err != nil || len(lines) != want {
				t.Errorf("on the %d: %+v, %v", date, lines, err)
			}
		}
		w.must(w.changes(njeri, func(o *network.Operator) { o.Role = network.Cashier }))
		_, err = w.agents.Commission(bg, njeri, 0)
		w.refused(err, fault.NotManager)
		w.refused(w.agents.ProveManager(bg, njeri, w.pin(njeri)), fault.NotManager)
		w.right()
	})
}

// shop is a shop as the commission of an agent has it.
type shopEarned struct {
	name          string
	deals, earned int64
	share         bool
}

// wantsCommission checks a commission, and that it adds up.
func (w *town) wantsCommission(c agents.Commission, opening, earned, taken, closing int64, days int, shops ...shopEarned) {
	w.t.Helper()
	if c.Opening != opening || c.Earned != earned || c.Taken != taken || c.Closing != closing || c.Paid != 0 || len(c.Days) != days || len(c.Shops) != len(shops) {
		w.t.Errorf("%+v", c)
		return
	}
	sum := int64(0)
	for i, s := range shops {
		got := c.Shops[i]
		if (shopEarned{got.Place.Store.Name, got.Deals, got.Earned, got.Share}) != s {
			w.t.Errorf("shop %d: %+v, want %+v", i, got, s)
		}
		sum += got.Earned
	}
	for _, d := range c.Days {
		sum -= d.Earned
	}
	if sum != 0 || c.Opening+c.Earned-c.Taken != c.Closing {
		w.t.Errorf("it does not add up: %+v", c)
	}
}
