package agents_test

import (
	"testing"

	"senti/agents"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

// quickCashIn is a quote by number that was not drawn to wait for the customer.
func (w *town) quickCashIn() agents.CashInQuote {
	w.t.Helper()
	for {
		q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 2_000_00})
		w.must(err)
		if !q.Waits {
			return q
		}
	}
}

func TestCashIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		q := w.quickCashIn()
		if q.Name != "JANE W" || q.Earned != 8_80 {
			t.Errorf("quote %+v", q)
		}
		_, err := w.agents.CashIn(bg, q.Intent, w.pin(jane))
		w.refused(err, fault.WrongPIN)
		q = w.quickCashIn()
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
