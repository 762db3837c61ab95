package ledger_test

import (
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Periods that meet at a place leave nothing out and count nothing twice.
func TestPeriodsMeet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		l := open(t, d, c)
		wallets := seed(t, l, 2, 1000_00)
		from, to := wallets[0], wallets[1]
		var hours []time.Time
		for i := range 20 {
			c.Advance(time.Hour)
			hours = append(hours, c.Now())
			must(t, l, send(from, to, int64(i+1)*100, 1, 2))
			if i%5 == 0 {
				must(t, l, send(to, from, 50, 1, 2))
			}
		}
		before, sums, lines := int64(0), map[ledger.Kind]ledger.Moved{}, 0
		last, err := l.Before(bg, c.Now().Add(time.Second))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range append(hours, c.Now().Add(time.Second)) {
			place, err := l.Before(bg, at)
			if err != nil {
				t.Fatal(err)
			}
			moved, err := l.MovedBetween(bg, from, before, place)
			if err != nil {
				t.Fatal(err)
			}
			for kind, m := range moved {
				s := sums[kind]
				sums[kind] = ledger.Moved{Count: s.Count + m.Count, In: s.In + m.In, Out: s.Out + m.Out}
			}
			if err := l.Between(bg, from, before, place, func(e ledger.Entry) error {
				lines++
				if !e.At.Before(at) {
					t.Errorf("an entry of %s is before %s", e.At, at)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			balance, err := l.BalanceAt(bg, from, place)
			if err != nil {
				t.Fatal(err)
			}
			if net := sums[ledger.Send].Net() + sums[ledger.Issue].Net(); balance != net {
				t.Errorf("at %s the balance is %d, and %d was moved", at, balance, net)
			}
			before = place
		}
		if before != last || lines != 1+20+4 || sums[ledger.Send].Count != 24 {
			t.Errorf("%d of %d postings, %d entries, %+v", before, last, lines, sums)
		}
		if place, err := l.Before(bg, noon.Add(-time.Hour)); place != 0 || err != nil {
			t.Errorf("before everything there is %d, %v", place, err)
		}
	})
}

func TestOutcomesAndCorrections(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, clock.NewFake(noon))
		wallets := seed(t, l, 2, 1000_00)
		sent := send(wallets[0], wallets[1], 300_00, 1, 2)
		must(t, l, sent)
		must(t, l, &ledger.Plan{ID: ids.New(), Kind: ledger.Adjust, Corrects: sent.ID,
			Legs: []ledger.Leg{{Account: wallets[1], Amount: -300_00}, {Account: wallets[0], Amount: 300_00}}})
		var corrects []id.ID
		if err := l.Between(bg, wallets[1], 0, 1<<40, func(e ledger.Entry) error {
			corrects = append(corrects, e.Corrects)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if len(corrects) != 3 || !corrects[1].IsZero() || corrects[2] != sent.ID {
			t.Errorf("corrections %v", corrects)
		}
		found, err := l.Outcomes(bg, []id.ID{sent.ID, ids.New()})
		if err != nil || len(found) != 1 || !found[sent.ID].Accepted || len(found[sent.ID].Legs) != 4 {
			t.Errorf("outcomes %v, %v", found, err)
		}
	})
}
