package jobs_test

import (
	"fmt"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/staff"
	"senti/wallet/trust"
)

// hireStaff puts two people behind the desk, without passwords: nobody signs in.
func (w *town) hireStaff() {
	w.t.Helper()
	for _, p := range []*staff.Staff{&w.alice, &w.bob} {
		*p = staff.Staff{Name: map[*staff.Staff]string{&w.alice: "alice", &w.bob: "bob"}[p], Roles: staff.Maker}
		if p == &w.bob {
			p.Roles = staff.Checker
		}
		_, err := w.db.Exec(bg, `INSERT INTO staff (id, name, roles, status, password, totp, step, tries, locked_until, created_at,
			password_at, proved_at) VALUES (?, ?, ?, ?, ?, NULL, 0, 0, 0, 0, 0, 0)`,
			id.Derive(id.ID{}, "senti.staff.v1:"+p.Name), p.Name, int64(p.Roles), int64(staff.Active), []byte("none"))
		w.must(err)
	}
}

// approved asks for something as alice and approves it as bob.
func (w *town) approved(kind string, args any) wallet.Decided {
	w.t.Helper()
	asked, err := w.office.Ask(bg, w.alice, kind, args)
	w.must(err)
	done, err := w.office.Approve(bg, w.bob, asked.No)
	w.must(err)
	w.counts["decided by two: "+kind]++
	return done
}

// imported is one more line of the bank's statement.
func (w *town) imported(reference string, amount int64) trust.Line {
	w.t.Helper()
	before, err := w.office.Banks().Head(bg, wallet.Trust)
	w.must(err)
	_, err = w.office.ImportStatement(bg, w.alice, wallet.Import{Bank: wallet.Trust, File: "town.csv", Statement: &trust.Statement{
		Opening: before.Balance, Lines: []trust.StatementLine{{Day: w.today(), Reference: reference, Amount: amount, Balance: before.Balance + amount}}}})
	w.must(err)
	lines, err := w.office.Banks().LastLines(bg, wallet.Trust, 1)
	w.must(err)
	w.counts["lines of the bank's statement"]++
	return lines[0]
}

// issued makes e-money of money that has come to the bank.
func (w *town) issued(account, amount int64) {
	w.t.Helper()
	w.lines++
	line := w.imported(fmt.Sprintf("IN%04d", w.lines), amount)
	w.approved(wallet.RequestIssue, wallet.IssueArgs{Line: line.ID, To: []wallet.IssueTo{{Account: account, Amount: amount}}})
	w.moved(account, amount)
}

func (w *town) addTrustBank() {
	w.t.Helper()
	w.approved(wallet.RequestBankAdd, wallet.BankArgs{Account: wallet.Trust, Name: "KCB", Number: "1107"})
}

// replenishBank issues float to the super-agent when it has little left above what it must keep.
func (w *town) replenishBank() {
	w.t.Helper()
	if w.float(w.bank) < 700_000_00 {
		w.issued(w.bank.till.Float, 1_000_000_00)
	}
}

// fund pays money into the fund that commission comes from.
func (w *town) fund() {
	w.t.Helper()
	w.issued(wallet.CommissionFund, 25_000_00)
}

// payee nominates a bank account for a ledger account.
func (w *town) payee(account int64) int64 {
	w.t.Helper()
	return w.approved(wallet.RequestPayeeAdd, wallet.PayeeArgs{Account: account, Bank: "EQUITY", Number: "0170", Holder: "SOMEBODY"}).No
}

// paidByBank has the bank told to pay; it does so some day, and until then the e-money is there, and held.
func (w *town) paidByBank(kind string, account, amount int64) {
	w.t.Helper()
	done := w.approved(kind, wallet.PayArgs{Bank: wallet.Trust, From: account, Amount: amount, To: w.payee(account)})
	order, err := w.office.Banks().Payout(bg, done.No)
	w.must(err)
	w.payouts = append(w.payouts, payout{order.Reference(), account, amount})
}

// payout is money that the bank has yet to pay.
type payout struct {
	reference string
	account   int64
	amount    int64
}

// payoutsArrive is the bank's statement of what it has paid, which names the references.
func (w *town) payoutsArrive() {
	w.t.Helper()
	for _, p := range w.payouts {
		w.imported("PAYOUT "+p.reference, -p.amount)
		if p.account >= ledger.FirstNumber {
			w.moved(p.account, -p.amount)
		}
	}
	w.payouts = nil
}

// suspend stops an agent in the middle of things: deposits wait for their customers, a swap is agreed to, cash is asked for. Resume lets it
// work again.
func (w *town) suspend(agent int) {
	w.t.Helper()
	a, at := w.agentsOf[agent], w.shopsOf(agent)[2]
	for _, p := range w.people[:2] {
		q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: at.phone, To: p.phone, Amount: 6_000_00, Origin: w.turn()})
		w.must(err)
		in, err := w.agents.CashIn(bg, q.Intent, at.pin)
		w.must(err)
		if !in.Waits {
			w.t.Error("nobody asks the customer")
		}
		w.later(3*60, func() {
			_, err := w.agents.Answer(bg, agents.AnswerRequest{Customer: p.phone, Deal: q.Intent, Yes: p == w.people[0], Origin: w.turn()})
			w.refused("answer to a deposit at a suspended shop", err, stopped...)
		})
	}
	if _, agreed := w.agrees(w.shops[0], at, 1_000_00); !agreed {
		w.t.Error("no swap was agreed to")
	}
	at.cash, at.brought = at.cash+1_000_00, at.brought+1_000_00
	w.reserves(w.rich(1_000_00), at, 500_00)
	w.asks(w.rich(1_000_00), at, 500_00)
	w.must(w.agents.Suspend(bg, audit.Staff(w.bob.Name), network.Ref{Kind: network.AnAgent, ID: a.ID}, "a complaint"))
	w.counts["agent suspended"]++
}

func (w *town) resume(agent int) {
	w.t.Helper()
	w.approved(agents.RequestResume, agents.PlaceArgs{Kind: network.AnAgent, ID: w.agentsOf[agent].ID, Why: "cleared"})
}

// decide settles the open case of a withdrawal that was not paid.
func (w *town) decide(forCustomer bool) {
	w.t.Helper()
	args := agents.CaseArgs{Case: w.dispute.of, For: agents.ForShop}
	if forCustomer {
		args.For = agents.ForCustomer
		d := w.dispute
		w.paidOut(d.by, d.at, -d.amount, -d.fee)
	}
	w.approved(agents.RequestCase, args)
	_, err := w.office.Ask(bg, w.alice, agents.RequestCase, args)
	w.refused("a case decided once more", err, fault.CaseClosed)
}

// decideSplits settles the cases of shops that went on in spite of warnings again and again.
func (w *town) decideSplits() {
	w.t.Helper()
	open, err := w.agents.OpenCases(bg, 1000)
	w.must(err)
	for _, c := range open {
		if c.Kind == deal.SplitDeposits {
			w.approved(agents.RequestCase, agents.CaseArgs{Case: c.ID, For: agents.ForSenti})
			w.counts["split deposits, decided"]++
		}
	}
}

// shopsOf are an agent's, in their order.
func (w *town) shopsOf(agent int) (out []*shop) {
	for _, s := range w.shops {
		if s.head == agent {
			out = append(out, s)
		}
	}
	return out
}

// windDown has an agent's shops take nothing more on.
func (w *town) windDown(agent int) {
	for _, s := range w.shopsOf(agent) {
		s.gone = true
	}
}

// closeTill closes the second shop of an agent: its float is sold to the first, where its operator goes to work, and the cash with him.
func (w *town) closeTill(agent int) {
	w.t.Helper()
	stays, goes := w.shopsOf(agent)[0], w.shopsOf(agent)[1]
	left := w.float(goes)
	q, err := w.agents.QuoteFloat(bg, agents.FloatRequest{Operator: goes.phone, Shop: stays.till.Code, Amount: left, Origin: w.turn()})
	w.must(err)
	till := agents.PlaceArgs{Kind: network.ATill, ID: goes.till.ID, Why: "the owner retires"}
	post, err := w.agents.Places().ByPhone(bg, goes.phone)
	w.must(err)
	_, err = w.office.Ask(bg, w.alice, agents.RequestClose, till)
	w.refused("till closed too early", err, fault.PlaceNotEmpty)
	_, err = w.agents.MoveFloat(bg, q.Intent, goes.pin)
	w.refused("float sold to a sister shop", err)
	w.moved(goes.till.Float, -left)
	w.moved(stays.till.Float, left)
	w.must(w.agents.MoveOperator(bg, audit.Staff(w.alice.Name), post.Operator.ID, stays.till.ID, "the owner retires"))
	w.approved(agents.RequestClose, till)
	w.approved(agents.RequestClose, agents.PlaceArgs{Kind: network.AStore, ID: goes.till.Store, Why: "the owner retires"})
	stays.cash, goes.cash = stays.cash+goes.cash, 0
	if f := w.float(goes); f != 0 {
		w.t.Errorf("the closed till has %d", f)
	}
}

// emptyTill pays an agent's last float out at the bank. The till stays until the commission was released to it.
func (w *town) emptyTill(agent int) {
	w.t.Helper()
	s := w.shopsOf(agent)[0]
	w.paidByBank(wallet.RequestDestroy, s.till.Float, w.float(s))
	_, err := w.office.Ask(bg, w.alice, agents.RequestClose, agents.PlaceArgs{Kind: network.AnAgent, ID: w.agentsOf[agent].ID, Why: "the owner retires"})
	w.refused("agent closed too early", err, fault.PlaceNotEmpty)
	w.later(3*24*60, func() { w.payoutsArrive() })
}

// payday is the first working day after the month: the commission was released this morning, to the tills that the agents have named.
func (w *town) payday() {
	w.t.Helper()
	for i, a := range w.agentsOf {
		s, err := w.agents.EarningsStatement(bg, a.ID, w.market.Begins(payDay), w.clock.Now().Add(time.Second))
		w.must(err)
		month, err := w.agents.EarningsStatement(bg, a.ID, w.market.Begins(firstDay), w.market.Begins(20270101))
		w.must(err)
		if s.Released != month.Closing || s.Released <= 0 || s.Tax == 0 {
			w.t.Errorf("%s: %d was released of %d earned in the month, tax %d", a.Name, s.Released, month.Closing, s.Tax)
		}
		to := w.bank
		if shops := w.shopsOf(i); len(shops) > 0 {
			to = shops[0]
		}
		w.moved(to.till.Float, s.Released-s.Tax)
		w.moved(wallet.CommissionFund, -s.Released)
		w.counts["commission released"]++
	}
}

// closeAgent ends an agent from below, when all that it had is paid out.
func (w *town) closeAgent(agent int) {
	w.t.Helper()
	s := w.shopsOf(agent)[0]
	w.paidByBank(wallet.RequestDestroy, s.till.Float, w.float(s))
	till := network.Ref{Kind: network.ATill, ID: s.till.ID}
	w.refused("till closed before the bank has paid", w.agents.Close(bg, audit.Staff(w.alice.Name), till, "the owner retires"),
		fault.PlaceNotEmpty, fault.AccountNotEmpty)
	w.payoutsArrive()
	working, err := w.agents.Places().Operators(bg, s.till.ID)
	w.must(err)
	if len(working) != 2 {
		w.t.Errorf("%d people work at the last till, want 2", len(working))
	}
	for _, o := range working {
		w.must(w.agents.Close(bg, audit.Staff(w.alice.Name), network.Ref{Kind: network.AnOperator, ID: o.ID}, "the owner retires"))
	}
	for _, ref := range []network.Ref{till, {Kind: network.AStore, ID: s.till.Store}, {Kind: network.AnAgent, ID: w.agentsOf[agent].ID}} {
		w.approved(agents.RequestClose, agents.PlaceArgs{Kind: ref.Kind, ID: ref.ID, Why: "the owner retires"})
	}
	_, err = w.agents.Post(bg, s.phone)
	w.refused("nobody works for a closed agent", err, fault.NotOperator)
}

// sweepFees pays the fees and the taxes out.
func (w *town) sweepFees() {
	w.t.Helper()
	for _, account := range []int64{wallet.FeeIncome, wallet.TaxPayable, wallet.WithholdingTax} {
		a, err := w.ledger.Account(bg, account)
		w.must(err)
		w.paidByBank(wallet.RequestSweep, account, a.Balance)
	}
}
