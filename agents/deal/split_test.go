package deal

import (
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Deposits of 500 earn 8 each, of 1,000 earn 9, of more 10; 2,000 is the most at once.
func inOne(sum int64) (int64, bool) {
	switch {
	case sum <= 500:
		return 8, true
	case sum <= 1000:
		return 9, true
	}
	return 10, sum <= 2000
}

func TestLook(t *testing.T) {
	type made struct {
		ago, tree, amount, earned int64
	}
	for _, c := range []struct {
		name   string
		amount int64
		earned int64
		before []made
		want   Seen
	}{
		{"alone", 500, 8, nil, Seen{}},
		{"twice", 500, 8, []made{{10, 1, 500, 8}}, Seen{2, 1000, 7}},
		{"in another tree", 500, 8, []made{{10, 2, 500, 8}}, Seen{}},
		{"too long ago", 500, 8, []made{{121, 1, 500, 8}}, Seen{}},
		{"just in time", 500, 8, []made{{120, 1, 500, 8}}, Seen{2, 1000, 7}},
		{"three times", 500, 8, []made{{10, 1, 500, 8}, {20, 1, 500, 8}}, Seen{3, 1500, 14}},
		{"in whatever order", 500, 8, []made{{20, 1, 500, 8}, {10, 1, 1000, 9}}, Seen{3, 2000, 15}},
		{"more than there may be at once", 1500, 10, []made{{10, 1, 1000, 9}}, Seen{}},
		{"the newest that fit", 1000, 9, []made{{10, 1, 500, 8}, {20, 1, 1500, 10}}, Seen{2, 1500, 7}},
		{"nobody was paid", 500, 0, []made{{10, 1, 500, 0}}, Seen{}},
		{"only one was paid", 500, 0, []made{{10, 1, 500, 8}}, Seen{}},
		{"too little to speak of", 400, 8, []made{{10, 1, 1600, 5}}, Seen{}},
	} {
		var before []Part
		for _, m := range c.before {
			before = append(before, Part{ids.New(), noon.Add(-time.Duration(m.ago) * time.Minute), m.tree, m.amount, m.earned})
		}
		s := Splitting{Since: noon.Add(-2 * time.Hour), InOne: inOne, Least: 5}
		if got := s.Look(Part{Tree: 1, Amount: c.amount, Earned: c.earned}, before); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// A deposit is refused that looks otherwise at the commit than when its plan was made; what was undone and what is long ago is forgotten,
// and midnight is no border.
func TestPartsAreRemembered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		deposit := func(seen Seen, want fault.Code) id.ID {
			t.Helper()
			which := ids.New()
			got := c.commit(c.Counted(Count{Customer: 1000, In: 500, LoopsPaid: 1, Part: Part{Deal: which, Tree: 1, Amount: 500, Earned: 8},
				Split: Splitting{Since: c.clock.Now().Add(-2 * time.Hour), InOne: inOne, Least: 5}, Seen: seen}))
			if got != want {
				t.Errorf("%+v: %q, want %q", seen, got, want)
			}
			return which
		}
		first := deposit(Seen{}, "")
		deposit(Seen{}, fault.CounterChanged)
		c.clock.Advance(time.Minute)
		deposit(Seen{2, 1000, 7}, "")
		if code := c.commit(c.Undone(1000, first)); code != "" {
			t.Fatal(code)
		}
		deposit(Seen{2, 1000, 7}, "")
		if code := c.commit(c.Undone(1001, first)); code != "" { // who was never there
			t.Fatal(code)
		}
		c.clock.Set(time.Date(2026, 3, 12, 20, 30, 0, 0, time.UTC))
		deposit(Seen{}, "") // the others are long ago
		c.clock.Set(time.Date(2026, 3, 12, 21, 30, 0, 0, time.UTC))
		deposit(Seen{}, fault.CounterChanged) // half past midnight in Nairobi
		deposit(Seen{2, 1000, 7}, "")
		day, err := c.DayOf(ctx, 1000, c.clock.Now())
		if err != nil || len(day.Parts()) != 2 || day.In != 500 || day.Parts()[0].At.After(day.Parts()[1].At) {
			t.Errorf("%+v, %v", day, err)
		}
		for range 30 {
			day.parts = day.parts.with(Part{Deal: ids.New(), At: c.clock.Now()}, time.Time{})
		}
		if n := len(day.Parts()); n != partsMost || len(day.parts) > 960 {
			t.Errorf("%d parts in %d bytes", n, len(day.parts))
		}
	})
}

func TestEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		var all []Evidence
		for i := range int64(6) {
			deal := someDeal(ledger.CashIn, Done, 500)
			deal.Till, deal.Agent = 70+i%2, 60
			e := Evidence{Deal: deal.ID, Till: deal.Till, Agent: 60, Super: 50, Operator: 80, Customer: 1000, Seen: Seen{2, 1000, 7}, Warned: i == 3}
			c.must(&ledger.Plan{ID: deal.ID, Kind: ledger.Register, Companions: []ledger.Companion{c.Add(deal), c.Keep(e)}})
			e.At = c.clock.Now()
			all = append(all, e)
			c.clock.Advance(time.Hour)
		}
		read, err := c.SplitsOfAgent(ctx, 60, noon.Add(2*time.Hour), 3)
		if err != nil || len(read) != 3 || read[0] != all[5] || read[2] != all[3] {
			t.Errorf("%+v, %v", read, err)
		}
		if read, err = c.SplitsOfAgent(ctx, 61, noon, 3); err != nil || len(read) != 0 {
			t.Errorf("of another agent: %+v, %v", read, err)
		}
		if read, err = c.Splits(ctx, noon, 10); err != nil || len(read) != 6 {
			t.Errorf("%+v, %v", read, err)
		}
		c.must(&ledger.Plan{Companions: []ledger.Companion{c.Change(all[1].Deal, To(Claimed, id.ID{}))}})
		c.must(&ledger.Plan{Companions: []ledger.Companion{c.Change(all[1].Deal, To(Reversed, id.ID{}))}})
		often, err := c.OftenSplit(ctx, noon, 3)
		if err != nil || len(often) != 1 || often[0] != (SplitTotal{70, 3, 21, all[4].Deal, all[4].At}) {
			t.Errorf("often %+v, %v", often, err)
		}
	})
}
