package agents_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/commission"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// A statement names the deal behind every cent, also that of a deposit that waited, and what was taken back and paid out.
func TestStatementExplains(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.nominates(w.agent, otieno)
		w.funds(1_000_00)
		begin := w.clock.Now()
		w.paysIn(njeri, jane, 6_000_00) // asked of the customer: 20
		w.takesOut(john, otieno, 1_000_00)
		w.undo(w.newest(otieno))
		w.dateIs(2027, time.January, 4)
		w.releases(1)
		s, err := w.agents.EarningsStatement(bg, w.agent.ID, begin, w.clock.Now().Add(time.Second))
		w.must(err)
		if s.Opening != 0 || s.Earned != 24_00 || s.Taken != 8_00 || s.Released != 16_00 || s.Tax != 80 || s.Closing != 0 || len(s.Lines) != 4 {
			t.Fatalf("statement %+v", s)
		}
		for i, want := range []struct {
			amount, balance, deal int64
			kind                  ledger.Kind
			shop                  string
		}{
			{16_00, 16_00, 6_000_00, ledger.CashIn, "MAMA NJERI"},
			{8_00, 24_00, 1_000_00, ledger.CashOut, "OTIENO KIOSK"},
			{-8_00, 16_00, 1_000_00, ledger.Adjust, "OTIENO KIOSK"},
			{-16_00, 0, 0, ledger.CommissionPay, "OTIENO KIOSK"},
		} {
			l := s.Lines[i]
			if l.Amount != want.amount || l.Balance != want.balance || l.Deal.Amount != want.deal || l.Kind != want.kind || l.Place.Store.Name != want.shop || l.Receipt == "" {
				t.Errorf("line %d: %+v", i, l)
			}
		}
		none, err := w.agents.EarningsStatement(bg, w.bank.ID, begin.Add(-time.Hour), begin)
		if err != nil || len(none.Lines) != 0 || none.Closing != 0 {
			t.Errorf("before anything: %+v, %v", none, err)
		}
		_, err = w.agents.EarningsStatement(bg, 77, begin, begin)
		w.refused(err, fault.AgentNotFound)
	})
}

// newest is the last deal at an operator's till.
func (w *town) newest(operator msisdn.Number) deal.Deal {
	w.t.Helper()
	deals, err := w.agents.Deals().OfTill(bg, w.tills[operator].ID, time.Time{}, 1)
	w.must(err)
	return deals[0]
}

// undo takes back by hand what a deal has earned.
func (w *town) undo(d deal.Deal) {
	w.t.Helper()
	legs := []ledger.Leg{
		{Account: w.agent.Payable, Amount: d.EarnedSuper - d.Earned}, {Account: w.bank.Payable, Amount: -d.EarnedSuper},
		{Account: wallet.CommissionExpense, Amount: d.Earned},
	}
	_, err := w.ledger.Commit(bg, &ledger.Plan{ID: w.wallet.IDs().New(), Kind: ledger.Adjust, Corrects: d.ID, Legs: wallet.WithoutZero(legs)})
	w.must(err)
}

// Whatever happens over months of random days, every cent an agent is owed or paid is explained by deals that earned what the bands
// say, and each deal is explained once.
func TestEveryCommissionIsExplained(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.funds(100_000_00)
		w.nominates(w.agent, otieno)
		begin := w.clock.Now()
		random := rand.New(rand.NewPCG(3, 14))
		var undone []deal.Deal
		for range 120 {
			w.clock.Advance(time.Duration(1+random.IntN(30)) * time.Hour)
			undone = append(undone, w.something(random)...)
			if random.IntN(4) == 0 {
				_, err := w.agents.ReleaseCommission(bg)
				w.must(err)
			}
		}
		w.right()
		if len(undone) < 3 {
			t.Errorf("only %d deals were undone: the test shows little", len(undone))
		}
		end := w.clock.Now().Add(time.Second)
		for _, g := range []network.Agent{w.agent, w.bank} {
			s, err := w.agents.EarningsStatement(bg, g.ID, begin, end)
			w.must(err)
			w.explained(g, s, undone)
			halves := begin.Add(end.Sub(begin) / 2)
			first, err := w.agents.EarningsStatement(bg, g.ID, begin, halves)
			w.must(err)
			second, err := w.agents.EarningsStatement(bg, g.ID, halves, end)
			w.must(err)
			if first.Closing != second.Opening || len(first.Lines)+len(second.Lines) != len(s.Lines) {
				t.Errorf("%s: the halves do not meet: %d and %d", g.Name, first.Closing, second.Opening)
			}
		}
	})
}

// something does a random deal, and returns it if it was undone. Some are refused: that is no matter.
func (w *town) something(random *rand.Rand) []deal.Deal {
	w.t.Helper()
	operator := []msisdn.Number{njeri, otieno}[random.IntN(2)]
	customer := []msisdn.Number{john, jane}[random.IntN(2)]
	amount := int64(50+random.IntN(3000)) * 100
	var intent id.ID
	var err error
	if random.IntN(2) == 0 {
		var q agents.CashInQuote
		if q, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: operator, To: customer, Amount: amount}); err == nil {
			_, err = w.agents.CashIn(bg, q.Intent, w.pin(operator))
			intent = q.Intent
		}
		if err == nil && q.Waits {
			_, err = w.agents.Answer(bg, agents.AnswerRequest{Customer: customer, Deal: intent, Yes: random.IntN(4) > 0})
		}
	} else {
		var q agents.CashOutQuote
		if q, err = w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: customer, Shop: w.tills[operator].Code, Amount: amount}); err == nil {
			_, err = w.agents.CashOut(bg, q.Intent, w.pin(customer))
			intent = q.Intent
		}
	}
	if err != nil || random.IntN(6) > 0 {
		return nil
	}
	d, err := w.agents.Deals().Get(bg, intent)
	w.must(err)
	if d.State != deal.Done || d.Earned == 0 {
		return nil
	}
	if !w.mends(operator, customer, d) {
		return nil
	}
	return []deal.Deal{d}
}

// mends has a withdrawal returned, or a deposit claimed and given back, and reports whether that was possible.
func (w *town) mends(operator, customer msisdn.Number, d deal.Deal) bool {
	w.t.Helper()
	if d.Kind == ledger.CashOut {
		q, err := w.agents.QuoteReturn(bg, agents.MendRequest{Who: operator, Deal: d.ID})
		if err == nil {
			_, err = w.agents.Return(bg, q.Intent, w.pin(operator))
		}
		return err == nil
	}
	q, err := w.agents.QuoteClaim(bg, agents.MendRequest{Who: operator, Deal: d.ID})
	if err == nil {
		_, err = w.agents.Claim(bg, q.Intent, w.pin(operator))
	}
	if err == nil {
		q, err = w.agents.QuoteGiveBack(bg, agents.MendRequest{Who: customer, Deal: d.ID})
	}
	if err == nil {
		_, err = w.agents.GiveBack(bg, q.Intent, w.pin(customer))
	}
	return err == nil
}

// explained asserts that a statement adds up, line by line, to what the bands pay for its deals.
func (w *town) explained(g network.Agent, s agents.Statement, undone []deal.Deal) {
	w.t.Helper()
	takenBack := map[id.ID]int{}
	for _, d := range undone {
		takenBack[d.ID] = 1
	}
	pay := w.wallet.Market().At(s.From).Pay
	earned, sum := map[id.ID]int{}, s.Opening
	for _, l := range s.Lines {
		if sum += l.Amount; sum != l.Balance {
			w.t.Fatalf("%s: %d after a line that says %d", g.Name, sum, l.Balance)
		}
		if l.Kind == ledger.CommissionPay {
			if tax := commission.Withheld(-l.Amount, 500); l.Tax != tax || l.Place.Till.ID == 0 {
				w.t.Errorf("%s: a payment of %d with tax %d, want %d", g.Name, -l.Amount, l.Tax, tax)
			}
			continue
		}
		service := map[ledger.Kind]string{ledger.CashIn: commission.Deposit, ledger.CashOut: commission.Withdraw}[l.Deal.Kind]
		part, super := commission.Split(commission.Earned(pay, service, l.Deal.Amount), pay.Split, true)
		if g.ID == w.bank.ID {
			part = super
		}
		switch l.Amount {
		case part:
			earned[l.Deal.ID]++
		case -part:
			takenBack[l.Deal.ID]--
		default:
			w.t.Errorf("%s: %s of %d earned %d, want %d", g.Name, l.Deal.Kind, l.Deal.Amount, l.Amount, part)
		}
	}
	for deal, n := range earned {
		if n != 1 {
			w.t.Errorf("%s: deal %s earned %d times", g.Name, deal, n)
		}
	}
	for deal, n := range takenBack {
		if n != 0 {
			w.t.Errorf("%s: deal %s is not taken back once", g.Name, deal)
		}
	}
	if sum != s.Closing || sum != w.balance(g.Payable) || s.Opening+s.Earned-s.Taken-s.Released != sum || len(earned) < 20 {
		w.t.Errorf("%s: %d by lines, %d by sums, owed %d: %d deals", g.Name, sum, s.Opening+s.Earned-s.Taken-s.Released, w.balance(g.Payable), len(earned))
	}
}
