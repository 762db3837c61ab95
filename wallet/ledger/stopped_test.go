package ledger_test

import (
	"testing"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// A plan that is stopped moves nothing and spends its ID, before any companion looks; one that was posted before comes back.
func TestStopped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, table := open(t, d, clock.NewFake(noon)), newTallies(t, d)
		w := seed(t, l, 2, 1000)
		pin := id.Derive(id.ID{3}, "pin")
		before := send(w[0], w[1], 100, 5, 2)
		first := must(t, l, before)
		again := *before
		again.Stopped = fault.New(fault.Stopped, "line", "Kutuma kumesimama.")
		if o := must(t, l, &again); !o.Replayed || o.Receipt != first.Receipt {
			t.Errorf("what was posted before: %+v", o)
		}

		p := send(w[0], w[1], 100, 5, 2)
		p.Companions = []ledger.Companion{count(table, pin)}
		p.Stopped = again.Stopped
		if o, err := l.Commit(bg, p); fault.As(err).Arg("line") != "Kutuma kumesimama." || o != nil && o.Accepted {
			t.Errorf("%+v, %v", o, err)
		}
		p.Stopped = nil
		if _, err := l.Commit(bg, p); fault.As(err).Arg("line") != "Kutuma kumesimama." {
			t.Errorf("the ID is not spent: %v", err)
		}
		if got := table.read(t, d, pin); got != -1 {
			t.Errorf("a PIN was looked at: %d tries", got)
		}
		wantBooksRight(t, d)
	})
}
