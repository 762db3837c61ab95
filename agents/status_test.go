package agents_test

import (
	"fmt"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/trust"
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
		w.must(w.agents.MoveOperator(bg, "system", post.Operator.ID, w.tills[njeri].ID, "a test"))
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

// Who stopped something, let it work again or moved somebody is on record, with the reason; who was moved is told where to.
func TestStatusIsOnRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for kind, number := range map[network.RefKind]int64{network.AnAgent: w.agent.ID, network.AStore: w.tills[njeri].Store,
			network.ATill: w.tills[njeri].ID, network.AnOperator: w.operator(njeri).ID} {
			what := network.Ref{Kind: kind, ID: number}
			w.must(w.agents.Suspend(bg, audit.Staff("ann"), what, "a complaint"))
			if e := w.recorded(string(kind)+".suspend", "staff:ann", `"why":"a complaint"`); e.Act.Object != what.String() {
				t.Errorf("%s is on record as %s", what, e.Act.Object)
			}
			w.must(w.agents.Resume(bg, audit.Staff("ben"), what, "cleared"))
			if e := w.recorded(string(kind)+".resume", "staff:ben", `"why":"cleared"`); e.Act.Object != what.String() {
				t.Errorf("%s is on record as %s", what, e.Act.Object)
			}
		}
		moved := w.operator(njeri)
		w.must(w.agents.MoveOperator(bg, audit.Staff("ann"), moved.ID, w.tills[otieno].ID, "the other is ill"))
		w.recorded("operator.move", "staff:ann",
			fmt.Sprintf(`"why":"the other is ill","from":%d,"to":%d`, w.tills[njeri].ID, w.tills[otieno].ID))
		w.told(map[msisdn.Number]string{njeri: "From now on you work at OTIENO KIOSK, "})
		w.refused(w.agents.Suspend(bg, "staff:ann", network.Ref{Kind: network.ATill, ID: 77}, "no such"), fault.TillNotFound)
	})
}

// A page that was open when the shop was stopped registers nobody, earns nothing and opens no till, in whatever process.
func TestNothingGoesOnAtAStoppedShop(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		for i, what := range []network.Ref{{Kind: network.ATill, ID: one.tills[njeri].ID}, {Kind: network.AStore, ID: one.tills[njeri].Store},
			{Kind: network.AnAgent, ID: one.agent.ID}, {Kind: network.AnAgent, ID: one.bank.ID}} {
			phone := msisdn.Number(fmt.Sprintf("+25471200005%d", i))
			number, err := one.wallet.ParseIDNumber(phone, fmt.Sprintf("2345678%d", i))
			one.must(err)
			q, err := one.agents.QuoteRegister(bg, agents.RegisterRequest{Operator: njeri, Phone: phone, Name: "Amina Hassan", ID: number, Language: "sw"})
			one.must(err)
			one.must(two.agents.Suspend(bg, "system", what, "a test")) // the other knows the operator's post for a minute
			_, err = one.agents.RegisterCustomer(bg, q.Intent, one.pin(njeri))
			one.refused(err, fault.OperatorSuspended)
			_, err = one.wallet.Customer(bg, phone)
			one.refused(err, fault.NotRegistered)
			_, err = one.agents.OpenDay(bg, agents.SwitchRequest{Operator: njeri, Cash: 100_00})
			one.refused(err, fault.OperatorSuspended)
			_, err = one.agents.ShutDay(bg, agents.SwitchRequest{Operator: njeri})
			one.refused(err, fault.OperatorSuspended)
			one.must(two.agents.Resume(bg, "system", what, "a test"))
			one.clock.Advance(2 * time.Minute)
		}
		if got := one.balance(one.agent.Payable); got != 0 {
			t.Errorf("the agent has earned %d", got)
		}
	})
}

// The float of a till that was stopped is paid out to the bank by two people, and the till closed: the way that an agent goes who is let go.
func TestAStoppedTillIsPaidOutAndClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		p := twoPeople{town: w}
		p.office, p.alice, p.bob = w.office()
		till := w.tills[otieno]
		p.agree(wallet.RequestBankAdd, wallet.BankArgs{Account: wallet.Trust, Name: "KCB", Number: "1107"}, "KCB")
		payee, err := p.asks(wallet.RequestPayeeAdd, wallet.PayeeArgs{Account: till.Float, Bank: "Equity", Number: "0170", Holder: "PAUL OTIENO"})
		w.must(err)
		_, err = p.office.Approve(bg, p.bob, payee.No)
		w.must(err)
		w.must(w.agents.Suspend(bg, "staff:bob", network.Ref{Kind: network.ATill, ID: till.ID}, "let go"))
		w.must(w.agents.Close(bg, "system", w.worker(otieno), "let go"))
		w.refused(w.closes(network.ATill, till.ID), fault.AccountNotEmpty)
		order, err := p.asks(wallet.RequestDestroy, wallet.PayArgs{Bank: wallet.Trust, From: till.Float, Amount: 800_00, To: payee.No})
		w.must(err)
		_, err = p.office.Approve(bg, p.bob, order.No)
		w.must(err)
		w.refused(w.closes(network.ATill, till.ID), fault.AccountNotEmpty) // ordered, and the bank has not paid yet
		today := w.wallet.Market().Day(w.clock.Now())
		_, err = p.office.ImportStatement(bg, p.alice, wallet.Import{Bank: wallet.Trust, File: "test.csv", Statement: &trust.Statement{Lines: []trust.StatementLine{
			{Day: today, Reference: "IN1", Amount: 800_00, Balance: 800_00},
			{Day: today, Reference: fmt.Sprintf("SENTI%d", order.No), Amount: -800_00},
		}}})
		w.must(err)
		w.has(otieno, 0)
		p.agree(agents.RequestClose, agents.PlaceArgs{Kind: network.ATill, ID: till.ID, Why: "let go"}, "close till")
		w.right()
	})
}
