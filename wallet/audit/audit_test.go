package audit

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
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

// office is a store with a ledger to commit through, at noon of a day in March.
type office struct {
	*Store
	t      *testing.T
	db     *db.DB
	ledger *ledger.Ledger
	clock  *clock.Fake
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	c := clock.NewFake(noon)
	l, err := ledger.Open(ctx, ledger.Options{
		DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &office{NewStore(d), t, d, l, c}
}

func act(actor, act, object string) Act { return Act{Actor: Staff(actor), Act: act, Object: object} }

func (o *office) commit(companions ...ledger.Companion) fault.Code {
	_, err := o.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	return fault.CodeOf(err)
}

// list returns the entries as "N actor act object refusal", newest first.
func (o *office) list(f Filter) string {
	o.t.Helper()
	found, err := o.List(ctx, f)
	if err != nil {
		o.t.Fatal(err)
	}
	lines := make([]string, len(found))
	for i, e := range found {
		lines[i] = strings.TrimSpace(fmt.Sprintf("%d %s %s %s %s", e.N, e.Act.Actor, e.Act.Act, e.Act.Object, e.Refusal))
	}
	return strings.Join(lines, "\n")
}

// problems are what Verify finds, in one text.
func (o *office) problems(known ...Head) string {
	o.t.Helper()
	r, err := Verify(ctx, o.db, known...)
	if err != nil {
		o.t.Fatal(err)
	}
	return strings.Join(r.Problems, "\n")
}

// refusing is a companion that stands against its plan, as a wrong PIN does.
type refusing struct{ ledger.Companion }

func (refusing) Check(any, time.Time) (keep any, refusal *fault.Error) {
	return nil, fault.New(fault.WrongPIN, "left", 2)
}
func (refusing) Finish(any, *ledger.Outcome) any { return nil }

func TestChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		if got := o.problems(); got != "" {
			t.Errorf("an empty chain: %s", got)
		}
		o.commit(o.Add(act("alice", "agent.create", "agent:1"))...)
		two := append(o.Add(act("alice", "till.create", "till:1")), o.Add(act("alice", "till.create", "till:2"))...)
		o.commit(two...) // two entries of one plan
		o.clock.Advance(time.Hour)
		if code := o.commit(append(o.Add(act("bob", "agent.close", "agent:1")), refusing{addition{&link{}}})...); code != fault.WrongPIN {
			t.Fatalf("heard %q", code)
		}
		posting := id.Random{}.New()
		_, err := o.ledger.Commit(ctx, &ledger.Plan{ID: posting, Kind: ledger.Register, Companions: o.Add(
			Act{Actor: Job("dormancy"), Act: "wallet.block", Object: "customer:1", Detail: Detail(map[string]int{"days": 400})})})
		if err != nil {
			t.Fatal(err)
		}
		want := "5 job:dormancy wallet.block customer:1\n4 staff:bob agent.close agent:1 wrong_pin\n" +
			"3 staff:alice till.create till:2\n2 staff:alice till.create till:1\n1 staff:alice agent.create agent:1"
		if got := o.list(Filter{}); got != want {
			t.Errorf("the chain is\n%s\nwant\n%s", got, want)
		}
		newest, err := o.List(ctx, Filter{Limit: 1})
		if err != nil || newest[0].Posting != posting || newest[0].Act.Detail != `{"days":400}` || !newest[0].At.Equal(noon.Add(time.Hour)) {
			t.Errorf("the newest entry is %+v, %v", newest, err)
		}
		if h, err := o.Head(ctx); err != nil || h != (Head{5, newest[0].Hash}) {
			t.Errorf("the head is %+v, %v", h, err)
		}
		if got := o.problems(Head{5, newest[0].Hash}); got != "" {
			t.Errorf("an untouched chain: %s", got)
		}
		// The same act under the same ID is one act.
		if _, err := o.ledger.Commit(ctx, &ledger.Plan{ID: posting, Kind: ledger.Register, Companions: o.Add(act("x", "y", ""))}); err != nil {
			t.Fatal(err)
		}
		if h, _ := o.Head(ctx); h.N != 5 {
			t.Errorf("a repeated plan wrote entry %d", h.N)
		}
	})
}

func TestList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for _, a := range []Act{act("alice", "agent.create", "agent:1"), act("bob", "agent.create", "agent:2"),
			act("alice", "agents.list", ""), act("alice", "agent.close", "agent:1")} {
			o.commit(o.Add(a)...)
			o.clock.Advance(time.Hour)
		}
		for _, c := range []struct {
			name   string
			filter Filter
			want   string
		}{
			{"one actor's", Filter{Actor: Staff("bob")}, "2"},
			{"one act", Filter{Act: "agent.close"}, "4"},
			{"a family of acts", Filter{Act: "agent."}, "4 2 1"},
			{"one object's", Filter{Object: "agent:1"}, "4 1"},
			{"from a moment", Filter{From: noon.Add(2 * time.Hour)}, "4 3"},
			{"up to a moment", Filter{To: noon.Add(2 * time.Hour)}, "2 1"},
			{"the next page", Filter{Before: 4, Limit: 2}, "3 2"},
			{"all at once", Filter{Actor: Staff("alice"), Act: "agent.", From: noon.Add(time.Minute)}, "4"},
			{"nothing", Filter{Actor: Staff("carol")}, ""},
		} {
			var got []string
			for line := range strings.Lines(o.list(c.filter)) {
				got = append(got, strings.Fields(line)[0])
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: entries %v, want %s", c.name, got, c.want)
			}
		}
	})
}

// Two processes that write at once make one chain without a gap.
func TestTwoLedgers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		desks := []*office{newOffice(t, d), newOffice(t, d)}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				o := desks[i%2]
				for n := range 25 {
					if code := o.commit(o.Add(act(fmt.Sprintf("s%d", i), "test", fmt.Sprint(n)))...); code != "" {
						t.Errorf("heard %s", code)
					}
				}
			})
		}
		wg.Wait()
		r, err := Verify(ctx, d)
		if err != nil || !r.OK() || r.Entries != 200 || r.Head.N != 200 {
			t.Errorf("verified %+v, %v; want 200 whole entries", r, err)
		}
	})
}

// Whatever a person with write access does to the chain, Verify says so.
func TestVerifyFindsWhatWasDone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for n := range 5 {
			o.commit(o.Add(act("alice", "agent.create", fmt.Sprintf("agent:%d", n)))...)
		}
		seen, err := o.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name string
			do   []string
			want string
		}{
			{"another actor", []string{`UPDATE audit SET actor = 'staff:bob' WHERE n = 3`}, "entry 3 (agent.create by staff:bob) was altered"},
			{"another time", []string{`UPDATE audit SET at = at + 1 WHERE n = 5`}, "entry 5 (agent.create by staff:alice) was altered"},
			{"a detail", []string{`UPDATE audit SET detail = '{}' WHERE n = 1`}, "entry 1 (agent.create by staff:alice) was altered"},
			{"a refusal", []string{`UPDATE audit SET refusal = 'busy' WHERE n = 1`}, "entry 1 (agent.create by staff:alice) was altered"},
			{"one dropped", []string{`DELETE FROM audit WHERE n = 2`}, "entry 3 follows 1: some are missing"},
			{"the first dropped", []string{`DELETE FROM audit WHERE n = 1`}, "entry 2 follows 0: some are missing"},
			{"the last dropped", []string{`DELETE FROM audit WHERE n = 5`}, "ends at 4, but the last commit left it at 5"},
			{"the tail cut, and the end with it", []string{`DELETE FROM audit WHERE n = 5`,
				`UPDATE audit_head SET n = 4, hash = (SELECT hash FROM audit WHERE n = 4)`}, "entry 5 was recorded elsewhere, but the chain ends at 4"},
			{"one put in front", []string{`UPDATE audit SET n = -7 WHERE n = 1`}, "entry -7 follows 0: some are missing"},
			{"the end moved", []string{`UPDATE audit_head SET n = 6`}, "ends at 5, but the last commit left it at 6"},
		} {
			err := d.Transact(ctx, func(tx *db.DB) error {
				for _, s := range c.do {
					if _, err := tx.Exec(ctx, s); err != nil {
						return err
					}
				}
				r, err := Verify(ctx, tx, seen)
				if err != nil {
					return err
				}
				if got := strings.Join(r.Problems, "\n"); !strings.Contains(got, c.want) {
					t.Errorf("%s: found %q, want %q", c.name, got, c.want)
				}
				return context.Canceled // roll back
			})
			if err != context.Canceled { //nolint:errorlint // it is returned as it is
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		if got := o.problems(seen); got != "" {
			t.Errorf("after all was rolled back: %s", got)
		}
	})
}

func TestWhatCannotBeKept(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	for name, a := range map[string]Act{
		"no actor":          {Act: "x"},
		"no act":            {Actor: System},
		"a long object":     {Actor: System, Act: "x", Object: strings.Repeat("o", maxObject+1)},
		"a line break":      {Actor: System, Act: "x\ny"},
		"not ASCII":         {Actor: Staff("Wanjikũ"), Act: "x"},
		"a detail, no JSON": {Actor: System, Act: "x", Detail: "PIN 1234"},
		"a long detail":     {Actor: System, Act: "x", Detail: `"` + strings.Repeat("d", maxDetail) + `"`},
	} {
		if code := o.commit(o.Add(a)...); code != fault.Internal {
			t.Errorf("%s: heard %q, want internal", name, code)
		}
	}
	if code := o.commit(o.Add(Act{Actor: Operator(1004), Act: "x", Detail: `"` + strings.Repeat("é", maxDetail-2) + `"`})...); code != "" {
		t.Errorf("as long as may be: heard %q", code)
	}
	if h, _ := o.Head(ctx); h.N != 1 {
		t.Errorf("%d entries, want 1", h.N)
	}
}

// The log has the end of the chain whenever it has moved.
func TestHeadGoesToTheLog(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	last := o.logHead(ctx, Head{})
	o.commit(o.Add(act("alice", "agent.create", "agent:1"))...)
	last = o.logHead(ctx, last)
	o.logHead(ctx, last)
	if want := fmt.Sprintf("n=1 chain=%x", last.Hash); strings.Count(log.String(), "audit head") != 1 || !strings.Contains(log.String(), want) {
		t.Errorf("logged %q, want %q once", log.String(), want)
	}
}
