package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// requests has an operator ask a customer for a cash-out, and returns the intent of the page that the customer finds.
func (w *town) requests(operator, from msisdn.Number, amount int64) id.ID {
	w.t.Helper()
	_, err := w.agents.Ask(bg, agents.AskRequest{Operator: operator, From: from, Amount: amount})
	w.must(err)
	p, pending, err := w.agents.PendingFor(bg, from)
	w.must(err)
	if !pending || p.Amount != amount || p.Total != p.Amount+p.Fee {
		w.t.Fatalf("pending: %v %+v", pending, p)
	}
	return w.sees(from)
}

// sees is the page of a request once more, as after a redial, in a session of its own.
func (w *town) sees(from msisdn.Number) id.ID {
	w.t.Helper()
	session := w.wallet.IDs().New()
	p, pending, err := w.agents.QuoteApproval(bg, from, wallet.Origin{Gateway: "africastalking", Session: session, Turn: 1})
	w.must(err)
	if !pending {
		w.t.Fatal("nothing is asked")
	}
	return p.Intent
}

// retries is the intent of a further try after a wrong PIN.
func (w *town) retries(spent id.ID) id.ID {
	w.t.Helper()
	in, err := w.wallet.Reopen(bg, spent, 2)
	w.must(err)
	return in.ID
}

// listed asserts what the operator's list shows first.
func (w *town) listed(operator msisdn.Number, state deal.AskState) {
	w.t.Helper()
	recent, err := w.agents.Recent(bg, operator, 5)
	w.must(err)
	if len(recent) == 0 || recent[0].Ask != state || recent[0].Way != "out" {
		w.t.Errorf("recent %+v, want an ask %d", recent, state)
	}
}

func TestAskAndApprove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		q, err := w.agents.QuoteAsk(bg, agents.AskRequest{Operator: njeri, From: john, Amount: 2_000_00})
		w.must(err)
		if q.Name != "JOHN K" || q.Fee != 29_00 || q.Mine {
			t.Errorf("quote %+v", q)
		}
		approval := w.requests(njeri, john, 2_000_00)
		w.told(map[msisdn.Number]string{john: "MAMA NJERI"})
		w.listed(njeri, deal.AskOpen)
		w.has(john, 5_000_00)

		elsewhere, third := w.sees(john), w.sees(john)
		_, err = w.agents.Approve(bg, approval, w.pin(jane))
		w.refused(err, fault.WrongPIN)
		_, err = w.agents.Approve(bg, approval, w.pin(john)) // the same call-back again is the same try
		w.refused(err, fault.WrongPIN)
		_, err = w.agents.CashOut(bg, w.retries(approval), w.pin(john)) // not past the request
		w.refused(err, fault.BadRequest)
		approval = w.retries(approval)
		done, err := w.agents.Approve(bg, approval, w.pin(john))
		w.must(err)
		again, err := w.agents.Approve(bg, approval, w.pin(john))
		w.must(err)
		if done != again || done.Balance != 2_971_00 {
			t.Errorf("%+v, again %+v", done, again)
		}
		// Whoever answers it once more hears what has become of it, and nothing moves.
		_, err = w.agents.Approve(bg, elsewhere, w.pin(jane))
		w.refused(err, fault.WrongPIN)
		other, err := w.agents.Approve(bg, w.retries(elsewhere), w.pin(john))
		w.must(err)
		if other != done {
			t.Errorf("from another page %+v, want %+v", other, done)
		}
		end, err := w.agents.Refuse(bg, third, wallet.Origin{})
		if err != nil || end != done.End {
			t.Errorf("no after yes: %q, %v", end, err)
		}
		end, err = w.agents.TakeBack(bg, njeri, john, wallet.Origin{})
		if err != nil || !strings.HasPrefix(end, "JOHN K 0712***001 has said YES to Ksh 2,000") {
			t.Errorf("taken back after yes: %q, %v", end, err)
		}
		w.has(john, 2_971_00)
		w.has(njeri, 52_000_00)
		w.told(map[msisdn.Number]string{john: "TAKEN OUT at MAMA NJERI", njeri: "TAKEN OUT by JOHN K"})
		recent, err := w.agents.Recent(bg, njeri, 5)
		w.must(err)
		if len(recent) != 1 || recent[0].ID != done.Intent || recent[0].State != deal.Done || recent[0].Operator == 0 {
			t.Errorf("recent %+v", recent)
		}
		if _, pending, err := w.agents.PendingFor(bg, john); pending || err != nil {
			t.Errorf("still pending: %v", err)
		}
		w.right()
	})
}

// One request at a time; who asked can take it back, and nobody else's customer can approve it.
func TestOneAskAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		first := w.requests(njeri, john, 500_00)
		_, err := w.agents.QuoteAsk(bg, agents.AskRequest{Operator: otieno, From: john, Amount: 500_00})
		w.refused(err, fault.AskPending)
		_, err = w.agents.Ask(bg, agents.AskRequest{Operator: otieno, From: john, Amount: 500_00})
		w.refused(err, fault.AskPending)
		q, err := w.agents.QuoteAsk(bg, agents.AskRequest{Operator: njeri, From: john, Amount: 600_00})
		w.must(err)
		if !q.Mine {
			t.Error("the till does not know its own request")
		}
		_, err = w.agents.TakeBack(bg, otieno, john, wallet.Origin{})
		w.refused(err, fault.AskGone)
		_, err = w.agents.TakeBack(bg, njeri, john, wallet.Origin{})
		w.must(err)
		_, err = w.agents.Approve(bg, first, w.pin(john))
		w.refused(err, fault.AskGone)
		w.requests(otieno, john, 600_00)
		_, err = w.agents.Approve(bg, first, w.pin(john)) // the older one's page
		w.refused(err, fault.AskGone)
		w.listed(otieno, deal.AskOpen)
		w.has(john, 5_000_00)
		w.right()
	})
}

// Three customers said no: the operator may not ask for a day.
func TestRefusalsStopAnOperator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for i, who := range []msisdn.Number{john, jane, john} {
			approval := w.requests(njeri, who, 200_00)
			end, err := w.agents.Refuse(bg, approval, wallet.Origin{})
			w.must(err)
			if !strings.Contains(end, "Nothing was taken out") {
				t.Errorf("%d: %q", i, end)
			}
			w.listed(njeri, deal.AskRefused)
			_, err = w.agents.Approve(bg, approval, w.pin(who))
			w.refused(err, fault.AskGone)
		}
		w.told(map[msisdn.Number]string{njeri: "JANE W 0712***002 said NO to Ksh 200"})
		_, err := w.agents.Ask(bg, agents.AskRequest{Operator: njeri, From: jane, Amount: 200_00})
		w.refused(err, fault.OperatorBarred)
		w.requests(otieno, jane, 200_00) // another may
		w.clock.Advance(24 * time.Hour)
		w.requests(njeri, john, 200_00)
		w.has(john, 5_000_00)
		w.right()
	})
}

// No approval, no money: a request that nobody answers ends, and the operator is told to pay nothing.
func TestAsksExpire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		approval := w.requests(njeri, john, 500_00)
		expires := func(want int) {
			t.Helper()
			if n, err := w.agents.ExpireAsks(bg, 10); err != nil || n != want {
				t.Errorf("%d expired, %v; want %d", n, err, want)
			}
		}
		w.clock.Advance(5*time.Minute - time.Microsecond)
		expires(0)
		w.clock.Advance(time.Microsecond)
		w.listed(njeri, deal.AskExpired) // also before anybody has swept up
		_, err := w.agents.Approve(bg, approval, w.pin(john))
		w.refused(err, fault.AskGone)
		if _, pending, err := w.agents.PendingFor(bg, john); pending || err != nil {
			t.Errorf("still pending: %v", err)
		}
		expires(1)
		expires(0)
		w.told(map[msisdn.Number]string{njeri: "JOHN K 0712***001 did not answer about Ksh 500"})
		w.listed(njeri, deal.AskExpired)

		// One that gives way to another before it was swept up ends all the same: its operator is told, and the list keeps it.
		w.requests(njeri, john, 700_00)
		w.clock.Advance(5 * time.Minute)
		w.requests(otieno, john, 600_00)
		w.listed(njeri, deal.AskExpired)
		expires(1)
		w.told(map[msisdn.Number]string{njeri: "JOHN K 0712***001 did not answer about Ksh 700"})
		w.listed(njeri, deal.AskExpired)
		w.listed(otieno, deal.AskOpen)
		w.has(john, 5_000_00)
		w.right()
	})
}

// What stands in the way of an approval is said to the customer in the customer's words, and the request stays.
func TestApprovalRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		poor := w.requests(njeri, jane, 1_200_00)
		_, err := w.agents.Approve(bg, poor, w.pin(jane))
		w.refused(err, fault.Insufficient)
		if e := fault.As(err); e.Int("needed") != 1_229_00 || e.Int("available") != 1_200_00 {
			t.Errorf("%v", err)
		}
		w.listed(njeri, deal.AskOpen)

		w.requests(njeri, john, 500_00)
		w.suspend(njeri)
		_, err = w.agents.Approve(bg, w.sees(john), w.pin(john))
		w.refused(err, fault.ShopClosed)
		w.resume(njeri)
		class, _ := w.wallet.Market().At(w.clock.Now()).Agents.Class(w.class(0))
		_, err = w.wallet.Issue(bg, w.tills[njeri].Float, class.FloatMax-50_000_00, "as much as the class may hold")
		w.must(err)
		_, err = w.agents.Approve(bg, w.sees(john), w.pin(john))
		w.refused(err, fault.ShopFull)
		w.float(otieno, 1_000_00)
		_, err = w.agents.Approve(bg, w.sees(john), w.pin(john))
		w.must(err)
		w.has(john, 4_471_00)
		w.right()
	})
}

// Nobody answers a deposit by number in 24 hours: back to the float, and both are told; also when the hold itself was given back.
func TestCashInUnanswered(t *testing.T) {
	for _, late := range []bool{false, true} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newTown(t, d)
			q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 20_000_00})
			w.must(err)
			_, err = w.agents.CashIn(bg, q.Intent, w.pin(njeri))
			w.must(err)
			w.clock.Advance(24 * time.Hour)
			_, err = w.agents.Answer(bg, agents.AnswerRequest{Customer: jane, Deal: q.Intent, Yes: true})
			w.refused(err, fault.DealClosed)
			if late {
				w.clock.Advance(25 * time.Hour)
				_, err = w.ledger.Expire(bg, w.clock.Now(), 10)
				w.must(err)
			}
			for want := range 2 {
				if n, err := w.agents.ExpireCashIns(bg, 10); err != nil || n != 1-want {
					t.Errorf("%d expired, %v", n, err)
				}
			}
			w.is(q.Intent, deal.Expired)
			w.holds(njeri, 0)
			w.has(njeri, 50_000_00)
			w.told(map[msisdn.Number]string{njeri: "did not answer", jane: "did not answer"})
			w.right()
		})
	}
}
