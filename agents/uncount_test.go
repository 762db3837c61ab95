package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/msisdn"
)

// used is all that the deals of a day use up of limits, in minor units.
type used struct {
	out, outMonth, in, inMonth int64 // of the customer's wallet
	paid, taken                int64 // of the till's day: cash paid out, cash taken in
	operatorOut, operatorIn    int64
	day                        deal.Day
}

func (w *town) used(who, at msisdn.Number) used {
	w.t.Helper()
	wallet, err := w.ledger.Account(bg, w.people[who].Account)
	w.must(err)
	float, err := w.ledger.Account(bg, w.tills[at].Float)
	w.must(err)
	today := w.wallet.Market().Day(w.clock.Now())
	u, t, f, o := used{}, wallet.Turnover.On(today), float.Turnover.On(today), w.operator(at).Today.On(today)
	u.out, u.outMonth, u.in, u.inMonth = t.OutDay, t.OutMonth, t.InDay, t.InMonth
	u.paid, u.taken, u.operatorOut, u.operatorIn = f.InDay, f.OutDay, o.Out, o.In
	d, err := w.agents.Deals().DayOf(bg, w.people[who].ID, w.clock.Now())
	u.day = deal.Day{Customer: d.Customer, Date: d.Date, In: d.In, Out: d.Out, Own: d.Own, Turned: d.Turned, Loops: d.Loops}
	w.must(err)
	return u
}

// uses asserts what limits have been used up.
func (w *town) uses(what string, who, at msisdn.Number, want used) {
	w.t.Helper()
	want.day.Customer, want.day.Date = w.people[who].ID, w.wallet.Market().Day(w.clock.Now())
	if got := w.used(who, at); got != want {
		w.t.Errorf("%s: used\n%+v, want\n%+v", what, got, want)
	}
}

// onCode pays a customer out on a code, at the operator's hands.
func (w *town) onCode(who, at msisdn.Number, amount int64) agents.PayoutQuote {
	w.t.Helper()
	q, err := w.types(at, who, w.cashCode(who, amount).Code)
	w.must(err)
	_, err = w.agents.Payout(bg, q.Intent, w.pin(at))
	w.must(err)
	return q
}

// A withdrawal that is returned uses up no limit any more: the wallet's, the till's, the operator's, the customer's at counters.
func TestAReturnGivesLimitsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.loop(john, 100_00)
		w.paysIn(njeri, john, 1_000_00)
		before := w.used(john, njeri)
		q := w.onCode(john, njeri, 2_000_00)
		after := before
		after.out, after.outMonth, after.paid, after.operatorOut = before.out+2_000_00, before.outMonth+2_000_00, before.paid+2_000_00, 2_000_00
		after.day.Out, after.day.Turned, after.day.Loops = before.day.Out+2_000_00, 1_100_00, 2
		w.uses("withdrawn", john, njeri, after)
		_, err := returning(w, njeri, q.Intent)
		w.must(err)
		before.day.Turned = 0 // of what went round, rather less is remembered than was
		w.uses("returned", john, njeri, before)
		w.right()
	})
}

// Who withdraws the day's most at the wrong shop can do so again at the right one, the same day.
func TestTheWrongShopCostsNoDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		tier, _ := w.wallet.Market().At(w.clock.Now()).Limits.Tier(1)
		amount := min(tier.Single, tier.DayOut/2)
		c, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: amina, Name: "AMINA HASSAN", Language: "en", Tier: 1, PIN: w.pin(amina), Float: tier.Balance})
		w.must(err)
		w.people[amina] = c
		for range 5 {
			w.clock.Advance(time.Minute)
			for range tier.DayOut / amount {
				_, err := returning(w, njeri, w.takesOut(amina, njeri, amount))
				w.must(err)
			}
		}
		w.takesOut(amina, otieno, amount)
		w.right()
	})
}

// What was counted on a day or in a month that is over stays as it was there, and is not taken off the new one.
func TestNothingIsGivenBackAcrossTheRoll(t *testing.T) {
	for _, c := range []struct {
		name  string
		at    time.Time // 23:50 in Nairobi
		month int64     // left of the month's sum
	}{
		{"the day", time.Date(2026, 12, 14, 20, 50, 0, 0, time.UTC), 300_00},
		{"the month", time.Date(2026, 12, 31, 20, 50, 0, 0, time.UTC), 300_00},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newTown(t, d)
				w.clock.Set(c.at)
				q := w.onCode(john, njeri, 2_000_00)
				w.clock.Advance(15 * time.Minute)
				w.onCode(john, njeri, 300_00)
				_, err := returning(w, njeri, q.Intent)
				w.must(err)
				w.uses("returned after midnight", john, njeri, used{out: 300_00, outMonth: c.month, paid: 300_00, operatorOut: 300_00, day: deal.Day{Out: 300_00}})
				w.right()
			})
		})
	}
}

// A withdrawal that staff decide was not paid, as far as it comes back, and a deposit that comes back, as far as it does.
func TestADecisionGivesLimitsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		out := w.takesOut(john, otieno, 2_000_00)
		w.empty(otieno, 500_00)
		_, err := notPaid(w, john, out)
		w.must(err)
		_, err = w.agents.DecideNotPaid(bg, "staff:WANJA", deal.CaseOf(out, deal.NotPaid), true)
		w.must(err)
		left := used{out: 1_500_00, outMonth: 1_500_00, paid: 1_500_00}
		left.day.Out = 1_500_00
		w.uses("500 of 2,000 decided to come back", john, otieno, left)

		w.undrawn()
		in := w.paysIn(njeri, jane, 3_000_00)
		taken := used{in: 3_000_00, inMonth: 3_000_00, taken: 3_000_00, operatorIn: 3_000_00}
		taken.day.In = 3_000_00
		w.uses("paid in", jane, njeri, taken)
		w.spends(jane, 2_200_00)
		_, err = claiming(w, njeri, in)
		w.must(err)
		_, err = givingBack(w, jane, in)
		w.must(err)
		taken = used{in: 1_000_00, inMonth: 1_000_00, taken: 1_000_00, operatorIn: 1_000_00}
		taken.day.In = 1_000_00
		got := w.used(jane, njeri)
		taken.out, taken.outMonth = got.out, got.outMonth // what she spent
		w.uses("2,000 of 3,000 given back", jane, njeri, taken)
		w.right()
	})
}

// A deposit that waits counts on the operator's day, as the cash is there; it does not any more when the customer says no, or nothing.
func TestADepositThatCameToNothingGivesTheDayBack(t *testing.T) {
	for _, expired := range []bool{false, true} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newTown(t, d)
			w.clock.Set(time.Date(2026, 12, 3, 21, 0, 0, 0, time.UTC)) // midnight in Nairobi, so that all of it is one day
			answer := w.waitingDeposit()
			w.uses("waiting", jane, njeri, used{operatorIn: 20_000_00})
			if expired {
				w.clock.Advance(24*time.Hour - time.Microsecond)
				w.uses("on the last moment of the day", jane, njeri, used{operatorIn: 20_000_00})
				w.clock.Advance(time.Microsecond)
				w.onCode(john, njeri, 700_00)
				_, err := w.agents.ExpireCashIns(bg, 10)
				w.must(err)
				w.uses("expired on the next day", jane, njeri, used{operatorOut: 700_00, paid: 700_00})
			} else {
				answer.Yes = false
				_, err := w.agents.Answer(bg, answer)
				w.must(err)
				w.uses("declined", jane, njeri, used{})
			}
			w.right()
		})
	}
}

// An operator's own wallet gets its day back too.
func TestTheOwnWalletsDayIsGivenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		c, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: njeri, Name: "NJERI WAIRIMU", Language: "en", Tier: 2, Verified: true,
			PIN: w.pin(njeri), Float: 9_000_00})
		w.must(err)
		for range 3 {
			q, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: njeri, Shop: w.tills[njeri].Code, Amount: 4_000_00})
			w.must(err)
			out, err := w.agents.CashOut(bg, q.Intent, w.pin(njeri))
			w.must(err)
			_, err = returning(w, njeri, out.Intent)
			w.must(err)
		}
		day, err := w.agents.Deals().DayOf(bg, c.ID, w.clock.Now())
		if err != nil || day.Own != 0 || day.Out != 0 {
			t.Errorf("%+v, %v", day, err)
		}
		w.right()
	})
}

// A withdrawal that looked like a loop when it was quoted, and was none any more when it was made, takes no loop off the day when it is
// returned: the day would earn without end.
func TestAReturnTakesOffOnlyTheOwnLoop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.paysIn(njeri, john, 1_000_00)
		q, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: w.tills[njeri].Code, Amount: 500_00})
		w.must(err)
		w.takesOut(john, njeri, 1_000_00)
		late, err := w.agents.CashOut(bg, q.Intent, w.pin(john))
		w.must(err)
		if made, err := w.agents.Deals().Get(bg, late.Intent); err != nil || made.Marks.Has(deal.Loop) {
			t.Errorf("marked %b, %v", made.Marks, err)
		}
		_, err = returning(w, njeri, late.Intent)
		w.must(err)
		if day := w.used(john, njeri).day; day.Loops != 1 || day.Turned != 1_000_00 || day.Out != 1_000_00 {
			t.Errorf("%+v", day)
		}
		w.right()
	})
}

// The limits of a person with two wallets get back what comes back to one of them.
func TestAReturnGivesThePersonsLimitsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for _, phone := range []msisdn.Number{amina, wafula} {
			c, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: phone, Name: "AMINA HASSAN", Language: "en", Tier: 2, Verified: true,
				PIN: w.pin(phone), Float: 5_000_00, IDNumber: "29883711"})
			w.must(err)
			w.people[phone] = c
		}
		moved := func(want int64) {
			t.Helper()
			var day, month int64
			w.must(w.db.QueryRow(bg, `SELECT out_day, out_month FROM verified_documents`).Scan(&day, &month))
			if day != want || month != want {
				t.Errorf("%d of the day, %d of the month, want %d", day, month, want)
			}
		}
		w.takesOut(wafula, njeri, 1_000_00)
		out := w.takesOut(amina, njeri, 2_000_00)
		moved(3_000_00)
		_, err := returning(w, njeri, out)
		w.must(err)
		moved(1_000_00)
		w.right()
	})
}
