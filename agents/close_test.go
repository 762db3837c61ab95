package agents_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// closes ends something at once.
func (w *town) closes(kind network.RefKind, number int64) error {
	w.t.Helper()
	return w.agents.Close(bg, "system", network.Ref{Kind: kind, ID: number}, "a test")
}

// deserted is the till of an operator who has left, with its float sold.
func (w *town) deserted(phone msisdn.Number) network.Till {
	w.t.Helper()
	till := w.tills[phone]
	_, err := w.sells(phone, njeri, w.balance(till.Float))
	w.must(err)
	w.must(w.agents.Close(bg, "system", w.worker(phone), "left"))
	return till
}

// While a customer may still say that cash was not paid, or has said so, the till is there to put it right; nothing on its float need
// hold it open.
func TestATillIsClosedWhenAllIsSettled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		first, second := w.takesOut(john, otieno, 500_00), w.takesOut(jane, otieno, 300_00)
		till := w.deserted(otieno)
		w.refused(w.closes(network.ATill, till.ID), fault.DealsFresh)
		w.clock.Advance(23 * time.Hour)
		_, err := notPaid(w, john, first)
		w.must(err)
		w.caseIs(first, deal.NotPaid, deal.CaseOpen, 0)
		w.clock.Advance(2 * time.Hour)
		err = w.closes(network.ATill, till.ID)
		w.refused(err, fault.CasesOpen)
		if e := fault.As(err); e != nil && e.Int("left") != 1 {
			t.Errorf("%v", err)
		}
		_, err = notPaid(w, jane, second)
		w.refused(err, fault.TooLate)
		_, err = w.agents.DecideNotPaid(bg, "staff:ann", deal.CaseOf(first, deal.NotPaid), false)
		w.must(err)
		w.must(w.closes(network.ATill, till.ID))
		w.must(w.closes(network.AStore, till.Store))
		w.right()
	})
}

// A deposit that an operator claims is settled before its till is closed: the customer who gives it back finds a float to give it to.
func TestATillIsNotClosedOverAClaim(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		wrong := w.paysIn(otieno, jane, 400_00)
		_, err := w.sells(otieno, njeri, w.balance(w.tills[otieno].Float))
		w.must(err)
		_, err = claiming(w, otieno, wrong)
		w.must(err)
		w.must(w.agents.Close(bg, "system", w.worker(otieno), "left"))
		till := w.tills[otieno]
		w.refused(w.closes(network.ATill, till.ID), fault.CasesOpen)
		_, err = givingBack(w, jane, wrong)
		w.must(err)
		w.has(otieno, 400_00)
		w.refused(w.closes(network.ATill, till.ID), fault.AccountNotEmpty)
		w.right()
	})
}

// A customer says that cash was not paid while another process closes the till: it is closed without a case, or open with one.
func TestClosingRacesADispute(t *testing.T) {
	eachTwo(t, func(_ *testing.T, one, two *town) {
		for round := range raceRounds {
			one.shop(amina, fmt.Sprintf("AMINA SHOP %d", round), "101", "AMINA ALI", 100_00)
			out := one.takesOut(john, amina, 500_00)
			till := one.deserted(amina)
			one.clock.Advance(24 * time.Hour) // just in time here, and too late by a clock that is fast
			fast := openTown(one.t, two.db, clock.NewFake(one.clock.Now().Add(30*time.Second)))
			a, b := atOnce(
				func() error { _, err := notPaid(one, john, out); return err },
				func() error { return fast.closes(network.ATill, till.ID) })
			place, err := one.agents.Places().ByTill(bg, till.ID)
			one.must(err)
			if closed := place.Till.Status == network.Closed; closed != (b == nil) || closed && a == nil {
				one.t.Fatalf("said %v, closed %v: till %s", a, b, place.Till.Status)
			}
			one.clock.Advance(48 * time.Hour)
		}
	})
}

// What an agent owes is written off when it is closed, by two people who read how much it is.
func TestAnAgentInDebtIsClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		p := twoPeople{town: w}
		p.office, p.alice, p.bob = w.office()
		gone, err := w.agents.AddAgent(bg, "system", network.Agent{Kind: network.Head, Name: "GONE LTD", Class: w.class(0)})
		w.must(err)
		owes := func(more int64) {
			_, err := w.ledger.Commit(bg, &ledger.Plan{ID: w.wallet.IDs().New(), Kind: ledger.Adjust, Legs: []ledger.Leg{
				{Account: gone.Payable, Amount: -more}, {Account: w.agent.Payable, Amount: more}}})
			w.must(err)
		}
		owes(50_00)
		args := agents.PlaceArgs{Kind: network.AnAgent, ID: gone.ID, Why: "left town"}
		stale, err := p.asks(agents.RequestClose, args)
		w.must(err)
		owes(20_00)
		_, err = p.office.Approve(bg, p.bob, stale.No)
		w.refused(err, fault.Conflict)
		p.agree(agents.RequestClose, args, "for good, and write off Ksh 70 that it owes: left town")
		account, err := w.ledger.Account(bg, gone.Payable)
		w.must(err)
		if account.Balance != 0 || account.Flags&ledger.Closed == 0 {
			t.Errorf("what it is owed: %+v", account)
		}
		if got := w.balance(wallet.CommissionExpense); got != -70_00 {
			t.Errorf("the expense is %d", got)
		}
		w.recorded("agent.close", "staff:bob", `"written_off":7000`)
		s, err := w.agents.EarningsStatement(bg, gone.ID, w.clock.Now().Add(-time.Hour), w.clock.Now().Add(time.Hour))
		w.must(err)
		if s.Closing != 0 || s.Earned != 0 || s.Corrected != 0 {
			t.Errorf("its statement: %+v", s)
		}
		w.right()
	})
}

// recorded asserts that the newest act of that name is so-and-so's, and what its record tells; it returns the record.
func (w *town) recorded(act, by, detail string) audit.Entry {
	w.t.Helper()
	entries, err := audit.NewStore(w.db).List(bg, audit.Filter{Act: act, Limit: 1})
	w.must(err)
	if len(entries) != 1 || entries[0].Act.Actor != by || !strings.Contains(entries[0].Act.Detail, detail) {
		w.t.Errorf("on record: %+v, want %s by %s with %s", entries, act, by, detail)
		return audit.Entry{}
	}
	return entries[0]
}
