package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// tight has a till take in 8,000 a day and pay out 4,000.
func (w *town) tight() {
	w.ruled(func(rules *market.AgentRules) { rules.TillDayIn, rules.TillDayOut = 8_000_00, 4_000_00 })
}

// paysOnCode has a customer pay in on a code, which never waits, and returns what the operator hears.
func (w *town) paysOnCode(at, to msisdn.Number, amount int64) error {
	w.t.Helper()
	code, err := w.agents.DepositCode(bg, to, wallet.Origin{})
	w.must(err)
	q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: at, Code: code.Code, Amount: amount})
	w.must(err)
	_, err = w.agents.CashIn(bg, q.Intent, w.pin(at))
	return err
}

// left asserts that a limit was met, and how much of it was left.
func (w *town) left(err error, code fault.Code, left int64) {
	w.t.Helper()
	if e := fault.As(err); e == nil || e.Code != code || e.Int("left") != left {
		w.t.Errorf("%v; want %s with %d left", err, code, left)
	}
}

// A till's day has room for so much, and cash that waits for its customer takes its place in it when it is taken: whatever was
// taken, the customer's yes is not refused for it.
func TestTillLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.tight()
		waits := w.waits(6_000_00)
		w.clock.Advance(time.Minute)
		w.left(w.paysOnCode(njeri, john, 2_000_01), fault.TillLimit, 2_000_00)
		q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: john, Amount: 5_001_00})
		w.must(err)
		_, err = w.agents.CashIn(bg, q.Intent, w.pin(njeri)) // would wait
		w.left(err, fault.TillLimit, 2_000_00)
		w.must(w.paysOnCode(njeri, john, 2_000_00))
		w.left(w.paysOnCode(njeri, john, 50_00), fault.TillLimit, 0)
		_, err = w.agents.Answer(bg, waits)
		w.must(err)
		w.left(w.paysOnCode(njeri, john, 50_00), fault.TillLimit, 0)
		w.must(w.paysOnCode(otieno, john, 50_00)) // another till

		w.clock.Advance(24 * time.Hour)
		waits = w.waits(8_000_00)
		waits.Yes = false
		w.left(w.paysOnCode(njeri, john, 50_00), fault.TillLimit, 0)
		_, err = w.agents.Answer(bg, waits)
		w.must(err)
		w.must(w.paysOnCode(njeri, john, 50_00)) // what was declined takes no place

		waits = w.waits(7_000_00) // taken on one day, and answered on the next
		w.clock.Advance(13 * time.Hour)
		w.left(w.paysOnCode(njeri, john, 1_000_01), fault.TillLimit, 1_000_00)
		w.must(w.paysOnCode(njeri, john, 1_000_00))
		_, err = w.agents.Answer(bg, waits)
		w.must(err)

		w.takesOut(john, njeri, 3_000_00)
		out, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: w.tills[njeri].Code, Amount: 1_000_01})
		w.must(err)
		_, err = w.agents.CashOut(bg, out.Intent, w.pin(john))
		w.refused(err, fault.ShopFull) // the customer does not hear of the till's limits
		w.takesOut(john, njeri, 1_000_00)
		w.right()
	})
}

// Two deposits that would wait are taken at one till at the same moment, by two processes: there is room for one.
func TestTillLimitAtOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.tight()
		two.tight()
		one.issues(njeri, 100_000_00)
		for range raceRounds {
			quote := func(w *town, to msisdn.Number) func() error {
				q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: to, Amount: 5_001_00})
				one.must(err)
				return func() error { _, err := w.agents.CashIn(bg, q.Intent, w.pin(njeri)); return err }
			}
			a, b := atOnce(quote(one, jane), quote(two, john))
			one.oneOf(a, b, fault.TillLimit)
			one.clock.Advance(25 * time.Hour)
			n, err := one.agents.ExpireCashIns(bg, 10)
			if err != nil || n != 1 {
				t.Errorf("%d expired, %v", n, err)
			}
		}
	})
}

// An operator's day is his own: what he took that was not wanted is not on it.
func TestOperatorLimit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.must(w.changes(njeri, func(o *network.Operator) { o.DayIn, o.DayOut = 6_000_00, 2_000_00 }))
		w.must(w.paysOnCode(njeri, john, 500_00))
		w.left(w.paysOnCode(njeri, john, 5_500_01), fault.OperatorLimit, 5_500_00)
		w.waits(5_500_00)
		w.clock.Advance(time.Minute)
		w.left(w.paysOnCode(njeri, john, 50_00), fault.OperatorLimit, 0)
		w.must(w.paysOnCode(otieno, john, 50_00))
		made := w.cashCode(john, 2_000_01)
		w.clock.Advance(time.Minute)
		q, err := w.types(njeri, john, made.Code)
		w.must(err)
		_, err = w.agents.Payout(bg, q.Intent, w.pin(njeri))
		w.left(err, fault.OperatorLimit, 2_000_00)
		w.clock.Advance(24 * time.Hour)
		w.must(w.paysOnCode(njeri, john, 6_000_00))
		w.right()
	})
}
