package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

// byNumber quotes a deposit of Njeri's by Jane's number.
func (w *town) byNumber(amount int64) agents.CashInQuote {
	w.t.Helper()
	q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: amount})
	w.must(err)
	return q
}

// undrawn goes on to a day on which the lot does not fall on Jane.
func (w *town) undrawn() {
	w.t.Helper()
	for w.byNumber(2_000_00).Waits {
		w.clock.Advance(24 * time.Hour)
	}
}

// Up to the market's amount a share of the customers is asked first, above it all are.
func TestWhoIsAskedFirst(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	w.undrawn()
	for amount, waits := range map[int64]bool{100_00: false, 5_000_00: false, 5_000_01: true, 20_000_00: true} {
		if q := w.byNumber(amount); q.Waits != waits {
			t.Errorf("%d: waits %v, want %v", amount, q.Waits, waits)
		}
	}
	code, err := w.agents.DepositCode(bg, jane, wallet.Origin{})
	w.must(err)
	q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, Code: code.Code, Amount: 20_000_00})
	if err != nil || q.Waits {
		t.Errorf("by code: %+v, %v", q, err)
	}
}

// The lot falls on a customer at a till for a day, in about one of twenty. However often the operator begins anew, it stays.
func TestTheLotIsNotDrawnAnew(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	const days = 1000
	drawn, alike := 0, 0
	for range days {
		w.clock.Advance(24 * time.Hour)
		waits := w.byNumber(2_000_00).Waits
		if waits {
			drawn++
		}
		for _, amount := range []int64{2_000_00, 2_001_00} {
			if w.byNumber(amount).Waits != waits {
				t.Fatalf("drawn anew on %s", w.clock.Now())
			}
		}
		there, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: otieno, To: jane, Amount: 100_00})
		w.must(err)
		if there.Waits == waits {
			alike++
		}
	}
	if drawn < 25 || drawn > 80 || alike == days {
		t.Errorf("on %d of %d days she is asked; on %d it is the same at another till", drawn, days, alike)
	}
}

func TestCashIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.undrawn()
		q := w.byNumber(2_000_00)
		if q.Name != "JANE W" || q.Earned != 8_80 {
			t.Errorf("quote %+v", q)
		}
		_, err := w.agents.CashIn(bg, q.Intent, w.pin(jane))
		w.refused(err, fault.WrongPIN)
		q = w.byNumber(2_000_00)
		done, err := w.agents.CashIn(bg, q.Intent, w.pin(njeri))
		w.must(err)
		again, err := w.agents.CashIn(bg, q.Intent, w.pin(njeri))
		w.must(err)
		if done != again || done.Code == "" {
			t.Errorf("%+v, again %+v", done, again)
		}
		w.has(njeri, 48_000_00)
		w.has(jane, 3_200_00)
		w.right()
	})
}

func TestCashInThatWaits(t *testing.T) {
	for _, yes := range []bool{true, false} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newTown(t, d)
			q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 20_000_00})
			w.must(err)
			done, err := w.agents.CashIn(bg, q.Intent, w.pin(njeri))
			w.must(err)
			if !q.Waits || !done.Waits {
				t.Fatalf("a great deposit by number does not wait: %+v", done)
			}
			w.has(jane, 1_200_00)
			asked, err := w.agents.AskedOf(bg, jane)
			w.must(err)
			if len(asked) != 1 || asked[0].Amount != 20_000_00 {
				t.Fatalf("asked %+v", asked)
			}
			answer := agents.AnswerRequest{Customer: jane, Deal: asked[0].Deal, Yes: yes}
			told, err := w.agents.Answer(bg, answer)
			w.must(err)
			again, err := w.agents.Answer(bg, answer)
			w.must(err)
			if told.End == "" || told.Intent.IsZero() || told != again {
				t.Errorf("%+v, again %+v", told, again)
			}
			answer.Yes = !yes
			_, err = w.agents.Answer(bg, answer)
			w.refused(err, fault.DealClosed)
			if yes {
				w.has(jane, 21_200_00)
				w.has(njeri, 30_000_00)
			} else {
				w.has(jane, 1_200_00)
				w.has(njeri, 50_000_00)
			}
			w.right()
		})
	}
}

func TestCashOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		q, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: w.tills[njeri].Code, Amount: 2_000_00})
		w.must(err)
		if q.Fee != 29_00 || q.Total != 2_029_00 {
			t.Errorf("quote %+v", q)
		}
		done, err := w.agents.CashOut(bg, q.Intent, w.pin(john))
		w.must(err)
		again, err := w.agents.CashOut(bg, q.Intent, w.pin(john))
		w.must(err)
		if done != again {
			t.Errorf("%+v, again %+v", done, again)
		}
		w.has(john, 2_971_00)
		w.has(njeri, 52_000_00)
		w.right()
	})
}
