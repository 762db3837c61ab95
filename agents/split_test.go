package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// quotesIn quotes a deposit by number that need not wait for the customer.
func (w *town) quotesIn(at, to msisdn.Number, amount int64) agents.CashInQuote {
	w.t.Helper()
	for range 200 {
		q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: at, To: to, Amount: amount})
		w.must(err)
		if !q.Waits {
			return q
		}
	}
	w.t.Fatal("every deposit waits")
	return agents.CashInQuote{}
}

// waits has Njeri take so much from Jane that it waits for Jane's yes.
func (w *town) waits(amount int64) agents.AnswerRequest {
	w.t.Helper()
	q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: amount})
	w.must(err)
	done, err := w.agents.CashIn(bg, q.Intent, w.pin(njeri))
	w.must(err)
	if !done.Waits {
		w.t.Fatal("it does not wait")
	}
	return agents.AnswerRequest{Customer: jane, Deal: q.Intent, Yes: true}
}

// warns asserts what an operator would be warned of.
func (w *town) warns(at, to msisdn.Number, amount int64, want deal.Seen) {
	w.t.Helper()
	q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: at, To: to, Amount: amount})
	w.must(err)
	var got deal.Seen
	if q.Warn != nil {
		got = *q.Warn
	}
	if got != want {
		w.t.Errorf("%d: warned of %+v, want %+v", amount, got, want)
	}
}

// seen is what is kept of the split deposits of a moment, the oldest first.
func (w *town) seen(want ...deal.Seen) []agents.Warned {
	w.t.Helper()
	all, err := w.agents.SplitDeposits(bg, 0, w.clock.Now().Add(-90*24*time.Hour), 100)
	w.must(err)
	if len(all) != len(want) {
		w.t.Errorf("%d split deposits, want %d: %+v", len(all), len(want), all)
		return all
	}
	for i, s := range want {
		if got := all[len(all)-1-i].Seen; got != s {
			w.t.Errorf("split deposit %d looks like %+v, want %+v", i+1, got, s)
		}
	}
	return all
}

// A deposit in parts is warned of before it is made, and what was done against the warning can be read afterwards: not what was
// stopped at it, not what is far apart, nor with another agent.
func TestWarnings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.stranger(50_000_00)
		w.paysIn(njeri, jane, 500_00)
		w.clock.Advance(10 * time.Minute)
		w.warns(otieno, jane, 500_00, deal.Seen{Deposits: 2, Sum: 1_000_00, Gain: 7_00}) // and stopped
		w.warns(wafula, jane, 500_00, deal.Seen{})
		w.paysIn(njeri, jane, 500_00)
		w.clock.Advance(3 * time.Hour)
		w.paysIn(njeri, jane, 500_00)
		w.paysIn(njeri, john, 500_00)
		_, err := w.agents.Warnings(bg, njeri, w.pin(otieno), 10)
		w.refused(err, fault.WrongPIN)
		warned, err := w.agents.Warnings(bg, njeri, w.pin(njeri), 10)
		w.must(err)
		if len(warned) != 1 || warned[0].Of.Name != "JANE W" || !warned[0].Warned || warned[0].Seen != (deal.Seen{Deposits: 2, Sum: 1_000_00, Gain: 7_00}) {
			t.Errorf("warnings %+v", warned)
		}
		if all, err := w.agents.Warnings(bg, otieno, w.pin(otieno), 10); err != nil || len(all) != 1 {
			t.Errorf("a manager at the agent's other till reads %+v, %v", all, err)
		}
		w.must(w.changes(otieno, func(o *network.Operator) { o.Role = network.Cashier }))
		if none, err := w.agents.Warnings(bg, otieno, w.pin(otieno), 10); err != nil || len(none) != 0 {
			t.Errorf("a cashier at the other till reads %+v, %v", none, err)
		}
		if none, err := w.agents.Warnings(bg, wafula, w.pin(wafula), 10); err != nil || len(none) != 0 {
			t.Errorf("another agent reads %+v, %v", none, err)
		}
		w.clock.Advance(31 * 24 * time.Hour)
		if old, err := w.agents.Warnings(bg, njeri, w.pin(njeri), 10); err != nil || len(old) != 0 {
			t.Errorf("a month later %+v, %v", old, err)
		}
	})
}

// changes alters an operator, and waits until nobody remembers him as he was.
func (w *town) changes(phone msisdn.Number, change func(*network.Operator)) error {
	w.t.Helper()
	_, err := w.ledger.Commit(bg, &ledger.Plan{Companions: []ledger.Companion{
		w.agents.Places().ChangeOperator(w.operator(phone).ID, func(o *network.Operator) *fault.Error { change(o); return nil })}})
	w.clock.Advance(2 * time.Minute)
	return err
}

// Deposits that could not have been one are no split one, and a shilling or two is not worth a word.
func TestNoFalseWarning(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.issues(njeri, 440_000_00)
		w.paysIn(njeri, jane, 150_000_00)
		w.clock.Advance(time.Minute)
		w.warns(njeri, jane, 150_000_00, deal.Seen{}) // 300,000 is more than one may pay in at once
		w.warns(njeri, jane, 100_000_00, deal.Seen{Deposits: 2, Sum: 250_000_00, Gain: 190_00})
		w.paysIn(njeri, jane, 150_000_00)
		w.paysIn(njeri, john, 10_000_00)
		w.clock.Advance(time.Minute)
		w.warns(njeri, john, 10_000_00, deal.Seen{}) // 56 instead of 55
		w.seen()
	})
}

// Of many deposits those are one that could have been: the newest that earned the most together.
func TestSplitInMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for range 3 {
			w.paysIn(njeri, jane, 500_00)
			w.clock.Advance(10 * time.Minute)
		}
		all := w.seen(deal.Seen{Deposits: 2, Sum: 1_000_00, Gain: 7_00}, deal.Seen{Deposits: 3, Sum: 1_500_00, Gain: 14_00})
		if all[0].Till != w.tills[njeri].ID || all[0].Customer != w.people[jane].ID || all[0].Shop != "MAMA NJERI, Kangemi" {
			t.Errorf("%+v", all[0])
		}
		w.clock.Advance(105 * time.Minute) // the first two are too long ago
		w.warns(njeri, jane, 500_00, deal.Seen{Deposits: 2, Sum: 1_000_00, Gain: 7_00})
	})
}

// Two agents under one super-agent are one tree.
func TestSplitWithinATree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		own := w.agent
		var err error
		w.agent, err = w.agents.AddAgent(bg, "system", network.Agent{Kind: network.Head, Name: "WAFULA LTD", Parent: w.bank.ID, Class: w.class(0)})
		w.must(err)
		w.shop(wafula, "WAFULA STORES", w.wallet.Market().Wards[0].Code, "SAM WAFULA", 50_000_00)
		w.agent = own
		w.paysIn(njeri, jane, 500_00)
		w.clock.Advance(time.Minute)
		w.warns(wafula, jane, 500_00, deal.Seen{Deposits: 2, Sum: 1_000_00, Gain: 7_00})
	})
}

// What is kept is what was made and paid, as it was then: no deposit that its customer declined, and no commission that nobody got.
func TestEvidenceIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		declined := w.waits(50_000_00)
		w.clock.Advance(time.Minute)
		w.warns(njeri, jane, 50_000_00, deal.Seen{Deposits: 2, Sum: 100_000_00, Gain: 110_00})
		declined.Yes = false
		_, err := w.agents.Answer(bg, declined)
		w.must(err)
		w.seen()
		w.warns(njeri, jane, 500_00, deal.Seen{})

		first := w.paysIn(njeri, john, 500_00)
		w.clock.Advance(time.Minute)
		w.paysIn(njeri, john, 500_00)
		want := deal.Seen{Deposits: 2, Sum: 1_000_00, Gain: 7_00}
		w.seen(want)
		_, err = claiming(w, njeri, first)
		w.must(err)
		_, err = givingBack(w, john, first)
		w.must(err)
		w.seen(want)
		w.clock.Advance(time.Minute)
		w.warns(njeri, john, 500_00, want) // with the second alone: the first is undone

		w.clock.Advance(24 * time.Hour)
		for range 3 {
			w.loop(jane, 100_00)
			w.clock.Advance(2*time.Hour + time.Minute)
		}
		w.paysIn(njeri, jane, 500_00)
		w.clock.Advance(time.Minute)
		w.warns(njeri, jane, 500_00, deal.Seen{}) // nothing earns any more today
		w.right()
	})
}

// Two operators who both asked before either made the deposit: the second hears that something has changed, is warned, and what is made
// all the same is kept.
func TestSplitByTwoAtOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.issues(otieno, 40_000_00)
		for _, w := range []*town{one, two} {
			w.ruled(func(rules *market.AgentRules) { rules.ConfirmSample = 0 })
		}
		for range raceRounds {
			here, there := one.quotesIn(njeri, jane, 500_00), two.quotesIn(otieno, jane, 500_00)
			if here.Warn != nil || there.Warn != nil {
				t.Fatal("warned of the first deposit")
			}
			a, b := atOnce(
				func() error { _, err := one.agents.CashIn(bg, here.Intent, one.pin(njeri)); return err },
				func() error { _, err := two.agents.CashIn(bg, there.Intent, two.pin(otieno)); return err })
			late := otieno
			if !one.oneOf(a, b, fault.CounterChanged) {
				late = njeri
			}
			want := deal.Seen{Deposits: 2, Sum: 1_000_00, Gain: 7_00}
			again := two.quotesIn(late, jane, 500_00)
			if again.Warn == nil || *again.Warn != want {
				t.Fatalf("warned of %+v", again.Warn)
			}
			_, err := two.agents.CashIn(bg, again.Intent, two.pin(late))
			one.must(err)
			one.clock.Advance(3 * time.Hour)
			one.takesOut(jane, njeri, 1_000_00)
			one.clock.Advance(24 * time.Hour)
		}
		all, err := one.agents.SplitDeposits(bg, 0, time.Time{}, 1000)
		one.must(err)
		if len(all) != raceRounds {
			t.Errorf("%d kept, want %d", len(all), raceRounds)
		}
	})
}

// Two deposits that wait for one customer, who says yes to both at once: she is not sent away, and the second is kept as what it is.
func TestSplitAnsweredAtOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.issues(njeri, 200_000_00)
		for range raceRounds {
			first := one.waits(50_000_00)
			one.clock.Advance(time.Second)
			second := one.waits(50_000_00)
			a, b := atOnce(
				func() error { _, err := one.agents.Answer(bg, first); return err },
				func() error { _, err := two.agents.Answer(bg, second); return err })
			one.must(a)
			one.must(b)
			one.clock.Advance(3 * time.Hour)
			one.takesOut(jane, njeri, 49_000_00)
			one.takesOut(jane, njeri, 49_000_00)
			one.clock.Advance(24 * time.Hour)
		}
		all, err := one.agents.SplitDeposits(bg, 0, time.Time{}, 1000)
		one.must(err)
		if len(all) != raceRounds {
			t.Fatalf("%d kept, want %d", len(all), raceRounds)
		}
		for _, w := range all {
			if w.Deposits != 2 || w.Sum != 100_000_00 || w.Gain != 110_00 {
				t.Errorf("%+v", w.Seen)
			}
		}
	})
}

// A till that does it again and again is a case for staff, once a month, which two of them close.
func TestSplitCases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		opens := func(want int) {
			t.Helper()
			if n, err := w.agents.OpenSplitCases(bg, 10); err != nil || n != want {
				t.Errorf("%d cases opened (%v), want %d", n, err, want)
			}
		}
		for range 5 {
			opens(0)
			w.paysIn(njeri, jane, 500_00)
			w.clock.Advance(time.Minute)
			w.paysIn(njeri, jane, 500_00)
			w.clock.Advance(3 * time.Hour)
		}
		opens(1)
		opens(0)
		w.clock.Advance(24 * time.Hour)
		opens(0)
		open, err := w.agents.OpenCases(bg, 10)
		w.must(err)
		if want := "5 deposits at this till since 4/11 look like parts of others, and earned Ksh 35 more than in one."; len(open) != 1 || open[0].Kind != deal.SplitDeposits || open[0].Evidence != want {
			t.Fatalf("%+v", open)
		}
		w.verdict(open[0], agents.ForCustomer, agents.ForSenti, "split by staff:bob", deal.CaseGranted)
		if want := "We looked into deposits at MAMA NJERI, Kangemi: they were made in parts to earn more."; !strings.HasPrefix(w.lastTexts()[njeri], want) {
			t.Errorf("text %q", w.lastTexts()[njeri])
		}
		w.clock.Advance(20 * 24 * time.Hour)
		opens(0)
		w.right()
	})
}

// verdict has two of the staff decide a case that no money hangs on; nobody can for somebody it is not about.
func (w *town) verdict(v agents.CaseView, notFor, whom, note string, state deal.CaseState) {
	w.t.Helper()
	o, alice, bob := w.office()
	_, err := o.Ask(bg, alice, agents.RequestCase, agents.CaseArgs{Case: v.ID, For: notFor})
	w.refused(err, fault.BadRequest)
	asked, err := o.Ask(bg, alice, agents.RequestCase, agents.CaseArgs{Case: v.ID, For: whom})
	w.must(err)
	if !strings.Contains(asked.Text, v.Evidence) {
		w.t.Errorf("bob reads %q", asked.Text)
	}
	_, err = o.Approve(bg, bob, asked.No)
	w.must(err)
	done, err := w.agents.Case(bg, v.ID)
	w.must(err)
	if done.State != state || done.Note != note || done.ClosedAt.IsZero() {
		w.t.Errorf("the case is %+v", done)
	}
	_, err = o.Ask(bg, alice, agents.RequestCase, agents.CaseArgs{Case: v.ID, For: whom})
	w.refused(err, fault.CaseClosed)
}
