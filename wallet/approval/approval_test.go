package approval

import (
	"context"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

// desk is a store with a ledger to commit through.
type desk struct {
	*Store
	t      *testing.T
	ledger *ledger.Ledger
	clock  *clock.Fake
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	c := clock.NewFake(noon)
	l, err := ledger.Open(ctx, ledger.Options{
		DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &desk{NewStore(d), t, l, c}
}

func (d *desk) commit(companions ...ledger.Companion) fault.Code {
	_, err := d.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	return fault.CodeOf(err)
}

// ask makes request no of alice.
func (d *desk) ask(no int64) {
	d.t.Helper()
	if code := d.commit(d.Make(Request{No: no, Kind: "test", Args: []byte(`{"a":1}`), Maker: "alice"})); code != "" {
		d.t.Fatal(code)
	}
}

// approve posts the act of a request, here one that opens an account, and returns the outcome.
func (d *desk) approve(no int64, checker string, with ...ledger.Companion) (*ledger.Outcome, fault.Code) {
	r, err := d.Get(ctx, no)
	if err != nil {
		return nil, fault.CodeOf(err)
	}
	o, err := d.ledger.Commit(ctx, &ledger.Plan{ID: PostingID(no, r.Attempts), Kind: ledger.Register,
		Open:       []ledger.NewAccount{{ID: no, Type: ledger.Wallet, Currency: "KES"}},
		Companions: append([]ledger.Companion{d.Approve(no, r.Attempts, checker)}, with...)})
	return o, fault.CodeOf(err)
}

// against stands against its plan.
type against struct{ approving }

func (against) Check(any, time.Time) (keep any, refusal *fault.Error) {
	return nil, fault.New(fault.Insufficient)
}
func (against) Finish(any, *ledger.Outcome) any { return nil }

func TestLifeOfARequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.ask(1001)
		r, err := k.Get(ctx, 1001)
		if err != nil || r.State != Open || string(r.Args) != `{"a":1}` || r.Maker != "alice" || !r.MadeAt.Equal(noon) || !r.ExpiresAt.Equal(noon.Add(Life)) {
			t.Fatalf("made %+v, %v", r, err)
		}
		if code := k.commit(k.Make(Request{No: 1001, Kind: "test", Maker: "bob"})); code != fault.Conflict {
			t.Errorf("the number a second time: %q", code)
		}
		if _, code := k.approve(1001, "alice"); code != fault.SamePerson {
			t.Errorf("approved by its maker: %q", code)
		}
		if _, code := k.approve(1001, "bob", against{}); code != fault.Insufficient {
			t.Errorf("an act that is refused: %q", code)
		}
		if r, _ := k.Get(ctx, 1001); r.State != Open || r.Attempts != 2 || r.Refusal != fault.Insufficient || r.Checker != "" {
			t.Errorf("after two refusals: %+v", r)
		}
		o, code := k.approve(1001, "bob")
		if code != "" {
			t.Fatalf("approved: %q", code)
		}
		r, err = k.Get(ctx, 1001)
		if err != nil || r.State != Approved || r.Checker != "bob" || r.Posting != o.ID || !r.DecidedAt.Equal(noon) {
			t.Errorf("approved as %+v, %v", r, err)
		}
		if again, code := k.approve(1001, "bob"); code != "" || !again.Replayed || again.Seq != o.Seq {
			t.Errorf("approved again: %+v, %q; want the first outcome", again, code)
		}
		if code := k.commit(k.Reject(1001, "carol", "")); code != fault.RequestClosed {
			t.Errorf("rejected after it was approved: %q", code)
		}
		if _, code := k.approve(1009, "bob"); code != fault.RequestNotFound {
			t.Errorf("no such request: %q", code)
		}
	})
}

func TestTurnedDown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for no := range int64(4) {
			k.ask(1000 + no)
		}
		for _, c := range []struct {
			name string
			do   ledger.Companion
			want fault.Code
		}{
			{"rejected by its maker", k.Reject(1000, "alice", ""), fault.SamePerson},
			{"withdrawn by another", k.Withdraw(1000, "bob"), fault.NotAllowed},
			{"rejected", k.Reject(1000, "bob", "wrong line"), ""},
			{"withdrawn", k.Withdraw(1001, "alice"), ""},
			{"rejected after that", k.Reject(1001, "bob", ""), fault.RequestClosed},
		} {
			if got := k.commit(c.do); got != c.want {
				t.Errorf("%s: heard %q, want %q", c.name, got, c.want)
			}
		}
		if _, code := k.approve(1000, "carol"); code != fault.RequestClosed {
			t.Errorf("approved after it was rejected: %q", code)
		}
		k.clock.Advance(Life)
		if _, code := k.approve(1002, "bob"); code != fault.RequestExpired {
			t.Errorf("approved too late: %q", code)
		}
		open, err := k.List(ctx, Open, 10)
		if err != nil || len(open) != 2 || open[0].No != 1003 {
			t.Errorf("open are %+v, %v", open, err)
		}
		all, err := k.List(ctx, 0, 3)
		if err != nil || len(all) != 3 || all[2].State != Withdrawn {
			t.Errorf("the newest three are %+v, %v", all, err)
		}
	})
}

// The database refuses one person as maker and checker, whoever writes there.
func TestTheDatabaseRefusesOnePersonTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.ask(1001)
		if _, err := d.Exec(ctx, `UPDATE requests SET checker = 'alice', state = 2 WHERE no = 1001`); err == nil {
			t.Error("an UPDATE made alice approve what alice asked for")
		}
		_, err := d.Exec(ctx, `INSERT INTO requests (no, kind, args, maker, made_at, expires_at, state, checker, decided_at, attempts, refusal, note)
			VALUES (7, 'test', '{}', 'alice', 1, 2, 2, 'alice', 1, 0, '', '')`)
		if err == nil {
			t.Error("an INSERT did")
		}
		if _, err := d.Exec(ctx, `UPDATE requests SET checker = 'bob' WHERE no = 1001`); err != nil {
			t.Errorf("two people: %v", err)
		}
	})
}

// Two checkers at two ledgers at once: what was asked for is done once.
func TestApprovedOnceByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		desks := []*desk{newDesk(t, d), newDesk(t, d)}
		desks[0].ask(1001)
		outcomes := make([]*ledger.Outcome, 2)
		var wg sync.WaitGroup
		for i, checker := range []string{"bob", "carol"} {
			wg.Go(func() { outcomes[i], _ = desks[i].approve(1001, checker) })
		}
		wg.Wait()
		posted := 0
		for _, o := range outcomes {
			if o != nil && o.Accepted && !o.Replayed {
				posted++
			}
		}
		var postings int
		if err := d.QueryRow(ctx, `SELECT COUNT(*) FROM postings WHERE refusal IS NULL`).Scan(&postings); err != nil || postings != 1 || posted != 1 {
			t.Errorf("%d postings, %d answers that say so, %v; want one", postings, posted, err)
		}
	})
}
