package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

func TestReturn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		first := w.takesOut(john, njeri, 2_000_00)
		w.earned(15_00)
		w.fees(29_00)
		w.clock.Advance(30 * time.Minute)
		list, err := w.agents.Returnable(bg, njeri)
		w.must(err)
		if len(list) != 1 || list[0].Deal != first || list[0].Whom != "JOHN K" || list[0].Amount != 2_000_00 {
			t.Errorf("can be returned: %+v", list)
		}
		q, err := w.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: first})
		w.must(err)
		if q.Name != "JOHN K" || q.Phone != john || q.Amount != 2_000_00 || q.Fee != 29_00 {
			t.Errorf("quote %+v", q)
		}
		_, err = w.agents.Return(bg, q.Intent, w.pin(john))
		w.refused(err, fault.WrongPIN)
		done, err := returning(w, njeri, first)
		w.must(err)
		w.has(john, 5_000_00)
		w.has(njeri, 50_000_00)
		w.earned(0)
		w.fees(0)
		w.is(first, deal.Returned)
		if done.Code == "" {
			t.Errorf("%+v", done)
		}
		_, err = returning(w, njeri, first)
		w.refused(err, fault.DealClosed)
		_, err = notPaid(w, john, first)
		w.refused(err, fault.DealClosed)
		w.told(map[msisdn.Number]string{
			john:  "Ksh 2,000, fee 29 RETURNED to your wallet by MAMA NJERI",
			njeri: "Ksh 2,000, fee 29 RETURNED to JOHN K 0712***001. Ksh 12 earned is taken back.",
		})
		w.right()
	})
}

func TestReturnRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		out := w.takesOut(john, njeri, 2_000_00)
		in := w.paysIn(njeri, jane, 500_00)
		_, err := returning(w, otieno, out)
		w.refused(err, fault.DealNotFound)
		_, err = returning(w, njeri, in)
		w.refused(err, fault.DealNotFound)
		_, err = returning(w, john, out)
		w.refused(err, fault.NotOperator)

		q, err := w.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: out})
		w.must(err)
		w.clock.Advance(5 * time.Minute)
		w.must(w.agents.Suspend(bg, "system", network.Ref{Kind: network.AnOperator, ID: w.operator(njeri).ID}, "test"))
		_, err = w.agents.Return(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.OperatorSuspended)
		w.must(w.agents.Resume(bg, "system", network.Ref{Kind: network.AnOperator, ID: w.operator(njeri).ID}, "test"))

		q, err = w.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: out})
		w.must(err)
		w.clock.Advance(5 * time.Minute)
		w.empty(njeri, 1_999_99)
		_, err = w.agents.Return(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.TillShort)
		if left := fault.As(err).Int("available"); left != 1_999_99 {
			t.Errorf("%d is left, as they hear", left)
		}

		w.clock.Advance(14 * time.Minute)
		q, err = w.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: out})
		w.must(err)
		w.clock.Advance(6*time.Minute + time.Second)
		_, err = w.agents.Return(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.TooLate)
		if list, err := w.agents.Returnable(bg, njeri); err != nil || len(list) != 0 {
			t.Errorf("still to be returned: %+v, %v", list, err)
		}
		w.is(out, deal.Done)
		w.has(john, 2_971_00)
		w.right()
	})
}

// What an operator gives back arrives, however full the wallet is and whether or not it is blocked.
func TestReturnIsNotStopped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		out := w.takesOut(john, njeri, 2_000_00)
		const stopped = ledger.DebitBlocked | ledger.CreditBlocked
		_, err := w.wallet.Issue(bg, w.people[john].Account, 600_000_00, "more than a wallet may hold")
		w.must(err)
		_, err = w.ledger.Commit(bg, &ledger.Plan{Change: []ledger.AccountChange{{Account: w.people[john].Account, Raise: stopped}}})
		w.must(err)
		_, err = returning(w, njeri, out)
		w.must(err)
		w.has(john, 605_000_00)
		w.right()
	})
}

// Money that went round and earned nothing is returned too.
func TestReturnAfterALoop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for range 3 {
			w.paysIn(njeri, john, 1_000_00)
			w.clock.Advance(time.Minute)
			out := w.takesOut(john, njeri, 1_000_00)
			if _, err := returning(w, njeri, out); err != nil {
				t.Fatal(err)
			}
			w.is(out, deal.Returned)
		}
		w.right()
	})
}

// However a withdrawal came about, it is undone in the same way: with a code made beforehand too.
func TestReturnOfACashCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		made := w.cashCode(john, 500_00)
		q, err := w.types(njeri, john, made.Code)
		w.must(err)
		_, err = w.agents.Payout(bg, q.Intent, w.pin(njeri))
		w.must(err)
		w.has(john, 4_471_00)
		_, err = notPaid(w, john, q.Intent)
		w.must(err)
		_, err = returning(w, njeri, q.Intent)
		w.must(err)
		w.has(john, 5_000_00)
		w.has(njeri, 50_000_00)
		w.holds(john, 0)
		w.earned(0)
		w.right()
	})
}
