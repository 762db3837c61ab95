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

// What a freeze took is told at once, to a repeat, and to whoever reads the posting later.
func TestTaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		l := open(t, d, c)
		w := seed(t, l, 2, 300)
		must(t, l, send(w[1], w[0], 240, 7, 3))
		all, part, none := ids.New(), ids.New(), ids.New()
		freeze := func(hold id.ID, account, amount int64, like id.ID) ledger.HoldAct {
			return ledger.HoldAct{Verb: ledger.TakeHold, Hold: hold, Account: account, Amount: amount, ExpiresAt: c.Now().Add(time.Hour),
				Freeze: true, Like: like}
		}
		p := &ledger.Plan{ID: ids.New(), Kind: ledger.HoldTake, Holds: []ledger.HoldAct{freeze(all, w[0], 400, id.ID{}),
			freeze(part, w[1], 400, all), freeze(none, w[1], 400, all)}}
		first := must(t, l, p)
		again := must(t, open(t, d, c), p)
		read, found, err := l.Posting(bg, p.ID)
		if err != nil || !found || !again.Replayed {
			t.Fatalf("%v %v, %+v", found, err, again)
		}
		for _, o := range []*ledger.Outcome{first, again, read} {
			if o.Taken(all) != 400 || o.Taken(part) != 50 || o.Taken(none) != 0 {
				t.Errorf("taken %d, %d, %d", o.Taken(all), o.Taken(part), o.Taken(none))
			}
		}
		wantBooksRight(t, d)
	})
}
