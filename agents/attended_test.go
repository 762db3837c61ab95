package agents_test

import (
	"testing"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// worker names the operator with that phone, for acts of staff.
func (w *town) worker(phone msisdn.Number) network.Ref {
	w.t.Helper()
	return network.Ref{Kind: network.AnOperator, ID: w.operator(phone).ID}
}

// No money goes to a till where nobody may work: a customer hears it when the code is typed, and one who typed it before, with the PIN.
func TestNobodyAtTheCounter(t *testing.T) {
	eachTwo(t, func(_ *testing.T, one, two *town) {
		asks := func() (agents.CashOutQuote, error) {
			return one.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: one.tills[njeri].Code, Amount: 500_00})
		}
		who := one.worker(njeri)
		for name, leaves := range map[string]struct{ away, back func() error }{
			"suspended": {
				func() error { return two.agents.Suspend(bg, audit.Staff("amina"), who, "a complaint") },
				func() error { return two.agents.Resume(bg, audit.Staff("amina"), who, "cleared") },
			},
			"moved": {
				func() error {
					return two.agents.MoveOperator(bg, audit.Staff("amina"), who.ID, one.tills[otieno].ID, "a test")
				},
				func() error {
					return two.agents.MoveOperator(bg, audit.Staff("amina"), who.ID, one.tills[njeri].ID, "a test")
				},
			},
		} {
			before, err := asks()
			one.must(err)
			again, err := asks()
			one.must(err)
			one.must(leaves.away())
			_, err = one.agents.CashOut(bg, before.Intent, one.pin(john))
			one.refused(err, fault.ShopClosed)
			if _, err = asks(); !fault.HasCode(err, fault.ShopClosed) {
				one.t.Errorf("%s: asked for the shop, %v", name, err)
			}
			one.must(leaves.back())
			_, err = one.agents.CashOut(bg, before.Intent, one.pin(john)) // what was refused stays so
			one.refused(err, fault.ShopClosed)
			_, err = one.agents.CashOut(bg, again.Intent, one.pin(john))
			one.must(err)
		}
		one.right()
	})
}

// The only operator has left for good: customers are not sent there, float is not sold there, and a colleague who comes opens it again.
func TestNobodyIsLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		till := w.tills[otieno]
		finds := func() int {
			found, err := w.agents.FindShops(bg, agents.FindRequest{Where: "OTIENO", Purpose: agents.AnyShop}, 5)
			if err != nil {
				w.refused(err, fault.NoShops)
			}
			return len(found)
		}
		if n := finds(); n != 1 {
			t.Errorf("with its operator %d shops are found", n)
		}
		sale := agents.FloatRequest{Operator: njeri, Shop: till.Code, Amount: 500_00}
		before, err := w.agents.QuoteFloat(bg, sale)
		w.must(err)
		w.must(w.agents.Close(bg, "system", w.worker(otieno), "left"))
		_, err = w.agents.MoveFloat(bg, before.Intent, w.pin(njeri))
		w.refused(err, fault.ShopClosed)
		_, err = w.agents.QuoteFloat(bg, sale)
		w.refused(err, fault.ShopClosed)
		_, err = w.agents.Shop(bg, till.Code)
		w.refused(err, fault.ShopClosed)
		if n := finds(); n != 0 {
			t.Errorf("with nobody there %d shops are found", n)
		}
		w.must(w.agents.MoveOperator(bg, "system", w.operator(njeri).ID, till.ID, "a test"))
		_, err = w.agents.Shop(bg, till.Code)
		w.must(err)
		w.right()
	})
}
