package agents_test

import (
	"testing"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// A suspended agent's tills can neither take nor give, whoever had a page open before; they work again when nothing above is stopped.
func TestSuspension(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		till := w.tills[njeri]
		before, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: till.Code, Amount: 500_00})
		w.must(err)
		agent, store := network.Ref{Kind: network.AnAgent, ID: w.agent.ID}, network.Ref{Kind: network.AStore, ID: till.Store}
		w.must(w.agents.Suspend(bg, audit.Staff("amina"), store, "a complaint"))
		w.must(w.agents.Suspend(bg, audit.Staff("amina"), agent, "a complaint"))

		_, err = w.agents.CashOut(bg, before.Intent, w.pin(john))
		w.refused(err, fault.ShopClosed)
		_, err = w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: till.Code, Amount: 500_00})
		w.refused(err, fault.ShopClosed)
		_, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 500_00})
		w.refused(err, fault.OperatorSuspended)

		w.must(w.agents.Resume(bg, audit.Staff("amina"), agent, "cleared"))
		_, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 500_00})
		w.refused(err, fault.OperatorSuspended) // the store still is
		_, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: otieno, To: jane, Amount: 500_00})
		w.must(err)
		w.must(w.agents.Resume(bg, audit.Staff("amina"), store, "cleared"))
		again, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: till.Code, Amount: 500_00})
		w.must(err)
		_, err = w.agents.CashOut(bg, again.Intent, w.pin(john))
		w.must(err)
		w.right()
	})
}

// A till is closed from below and only when its float is paid out, and so is its agent.
func TestClosing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		till := w.tills[otieno]
		closed := func(kind network.RefKind, number int64) error {
			return w.agents.Close(bg, "system", network.Ref{Kind: kind, ID: number}, "a test")
		}
		post, err := w.agents.Post(bg, otieno)
		w.must(err)
		w.refused(closed(network.ATill, till.ID), fault.PlaceNotEmpty)
		w.must(w.agents.MoveOperator(bg, "system", post.Operator.ID, w.tills[njeri].ID))
		w.refused(closed(network.ATill, till.ID), fault.AccountNotEmpty)
		_, err = w.ledger.Commit(bg, &ledger.Plan{ID: w.wallet.IDs().New(), Kind: ledger.FloatMove, Legs: []ledger.Leg{
			{Account: till.Float, Amount: -800_00}, {Account: w.tills[njeri].Float, Amount: 800_00}}})
		w.must(err)
		w.refused(closed(network.AStore, till.Store), fault.PlaceNotEmpty)
		w.must(closed(network.ATill, till.ID))
		w.must(closed(network.AStore, till.Store))
		w.refused(closed(network.AnAgent, w.agent.ID), fault.PlaceNotEmpty)
		w.refused(w.agents.Resume(bg, "system", network.Ref{Kind: network.ATill, ID: till.ID}, ""), fault.PlaceClosed)
		moved, err := w.agents.Post(bg, otieno)
		w.must(err)
		if moved.Till.ID != w.tills[njeri].ID {
			t.Errorf("the operator is at till %d", moved.Till.ID)
		}
		w.must(closed(network.AnOperator, post.Operator.ID))
		_, err = w.agents.Post(bg, otieno)
		w.refused(err, fault.NotOperator)
		w.right()
	})
}
