package agents_test

import (
	"testing"

	"senti/agents"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

func TestRegisterCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		number, err := w.wallet.ParseIDNumber(stranger, "23456789")
		w.must(err)
		r := agents.RegisterRequest{Operator: njeri, Phone: stranger, Name: "Amina Hassan", ID: number, Photo: "book 4, 17", Language: "sw"}
		q, err := w.agents.QuoteRegister(bg, r)
		w.must(err)
		if q.Name != "AMINA HASSAN" || !q.New || q.Earned == 0 {
			t.Errorf("quote %+v", q)
		}
		_, err = w.agents.RegisterCustomer(bg, q.Intent, w.pin(otieno))
		w.refused(err, fault.WrongPIN)
		q, err = w.agents.QuoteRegister(bg, r)
		w.must(err)
		end, err := w.agents.RegisterCustomer(bg, q.Intent, w.pin(njeri))
		w.must(err)
		again, err := w.agents.RegisterCustomer(bg, q.Intent, w.pin(njeri))
		w.must(err)
		if end != again {
			t.Errorf("%q, again %q", end, again)
		}
		if got := w.balance(w.agent.Payable); got != q.Earned {
			t.Errorf("the agent is owed %d, want %d", got, q.Earned)
		}
		_, err = w.agents.QuoteRegister(bg, r)
		w.refused(err, fault.CustomerOpen)

		// The wallet can receive, and cannot pay.
		in, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: stranger, Amount: 500_00})
		w.must(err)
		if _, err = w.agents.CashIn(bg, in.Intent, w.pin(njeri)); err != nil {
			t.Error(err)
		}
		_, err = w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: stranger, Shop: w.tills[njeri].Code, Amount: 100_00})
		if err == nil {
			t.Error("a wallet without an owner's PIN can pay out")
		}
		w.right()
	})
}
