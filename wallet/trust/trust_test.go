package trust

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

// vault is a store with a ledger to commit through.
type vault struct {
	*Store
	t      *testing.T
	ledger *ledger.Ledger
	clock  *clock.Fake
}

func newVault(t *testing.T, d *db.DB) *vault {
	t.Helper()
	c := clock.NewFake(noon)
	l, err := ledger.Open(ctx, ledger.Options{
		DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &vault{NewStore(d), t, l, c}
}

func (v *vault) commit(companions ...ledger.Companion) fault.Code {
	_, err := v.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	return fault.CodeOf(err)
}

// line writes a line of bank 10.
func (v *vault) line(reference string, amount int64) Line {
	v.t.Helper()
	l := Line{ID: SeedID(10, 20260312, reference, amount), Bank: 10, Day: 20260312, Reference: reference, Amount: amount}
	if code := v.commit(v.AddLines([]Line{l})...); code != "" {
		v.t.Fatal(code)
	}
	return l
}

// left is what is left of a line.
func (v *vault) left(l Line) int64 {
	v.t.Helper()
	found, err := v.Lines(ctx, []id.ID{l.ID})
	if err != nil {
		v.t.Fatal(err)
	}
	now := found[l.ID]
	return now.Left()
}

func TestLineIsUsedOnceAndNeverBeyondItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVault(t, d)
		in, out := v.line("A", 1000), v.line("B", -500)
		for _, c := range []struct {
			name string
			use  []ledger.Companion
			want fault.Code
			left int64
		}{
			{"more than the line", v.Use(in.ID, 10, 1001, false), fault.LineExceeded, 1000},
			{"another bank's", v.Use(in.ID, 11, 1000, false), fault.LineNotFound, 1000},
			{"no such line", v.Use(id.ID{1}, 10, 1000, false), fault.LineNotFound, 1000},
			{"money that left", v.Use(out.ID, 10, 500, false), fault.LineMismatch, 1000},
			{"less than the line", v.Use(in.ID, 10, 900, false), "", 100},
			{"a second time", v.Use(in.ID, 10, 100, false), fault.LineUsed, 100},
			{"a part of the rest", v.Use(in.ID, 10, 50, true), fault.LineMismatch, 100},
			{"the rest", v.Use(in.ID, 10, 100, true), "", 0},
			{"nothing is left", v.Use(in.ID, 10, 0, true), fault.LineMismatch, 0},
			{"nothing is left of it", v.Use(in.ID, 10, 1, true), fault.LineUsed, 0},
		} {
			if got := v.commit(c.use...); got != c.want || v.left(in) != c.left {
				t.Errorf("%s: heard %q, %d left; want %q, %d", c.name, got, v.left(in), c.want, c.left)
			}
		}
		if code := v.commit(v.AddLines([]Line{{ID: in.ID, Bank: 10, Day: 20260312, Reference: "A", Amount: 1000}})...); code != fault.Conflict || v.left(in) != 0 {
			t.Errorf("imported again: heard %q, %d left", code, v.left(in))
		}
		if _, err := d.Exec(ctx, `UPDATE trust_lines SET used = 1001 WHERE id = ?`, in.ID); err == nil {
			t.Error("the database let a line be used beyond itself")
		}
	})
}

// Two processes that use one line at the same moment: one does.
func TestOneLineTwoLedgers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := newVault(t, d), newVault(t, d)
		in := a.line("A", 1000)
		heard := make([]fault.Code, 8)
		var wg sync.WaitGroup
		for i := range heard {
			wg.Go(func() { heard[i] = []*vault{a, b}[i%2].commit(a.Use(in.ID, 10, 1000, false)...) })
		}
		wg.Wait()
		done := 0
		for _, code := range heard {
			switch code {
			case "":
				done++
			case fault.LineUsed:
			default:
				t.Errorf("heard %q", code)
			}
		}
		if done != 1 || a.left(in) != 0 {
			t.Errorf("used %d times, %d left", done, a.left(in))
		}
	})
}

func TestMatchAndCancel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVault(t, d)
		out, posting := v.line("PAYOUT", -500), id.ID{7}
		if code := v.commit(v.AddEntry(posting, PartWhole, Entry{Bank: 10, Amount: -300, Payee: 1007})); code != "" {
			t.Fatal(code)
		}
		e, found, err := v.Entry(ctx, posting, 10)
		if err != nil || !found || e.Amount != -300 || e.Payee != 1007 || !e.At.Equal(noon) || !e.Line.IsZero() {
			t.Fatalf("read %+v, %v, %v", e, found, err)
		}
		match := func(l Line) fault.Code {
			return v.commit(append(v.Use(l.ID, 10, e.Amount, false), v.Tells(l.ID, e))...)
		}
		if code := match(v.line("A", 300)); code != fault.LineMismatch {
			t.Errorf("matched with money that came in: %q", code)
		}
		if code := match(v.line("C", -299)); code != fault.LineExceeded {
			t.Errorf("matched with a smaller line: %q", code)
		}
		if code := match(out); code != "" || v.left(out) != 200 {
			t.Errorf("matched: %q, %d left", code, v.left(out))
		}
		if code := match(out); code != fault.LineUsed {
			t.Errorf("matched again: %q", code)
		}
		if code := match(v.line("D", -300)); code != fault.LineUsed {
			t.Errorf("matched with another line: %q", code)
		}
		if open, err := v.OpenEntries(ctx, 10); err != nil || len(open) != 0 {
			t.Errorf("still open: %v, %v", open, err)
		}
		there, back := v.line("X", 70), v.line("Y", -70)
		if code := v.commit(v.Cancel(there, v.line("Z", -71))...); code != fault.LineMismatch {
			t.Errorf("cancelled by another amount: %q", code)
		}
		if code := v.commit(v.Cancel(there, back)...); code != "" || v.left(there)+v.left(back) != 0 {
			t.Errorf("cancelled: %q", code)
		}
		if code := v.commit(v.Cancel(back, there)...); code != fault.LineUsed {
			t.Errorf("cancelled again: %q", code)
		}
		open, err := v.OpenLines(ctx, 10)
		if err != nil || len(open) != 5 {
			t.Errorf("open lines %+v, %v; want 5", open, err)
		}
		if short, _, err := v.Short(ctx, Debits); err != nil || short != 200+299+300+71 {
			t.Errorf("%d left unexplained, %v", short, err)
		}
		sums, err := v.Sums(ctx)
		if err != nil || sums[10] != (Sums{Lines: -500 + 300 - 299 - 300 - 71, Entries: -300, LastDay: 20260312}) {
			t.Errorf("sums %+v, %v", sums, err)
		}
	})
}

func TestPayees(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVault(t, d)
		p := Payee{No: 1007, Account: 1001, Bank: "KCB", Number: "1107", Holder: "MAMA NJERI LTD"}
		v.commit(v.AddPayee(p))
		for _, c := range []struct {
			name string
			do   ledger.Companion
			want fault.Code
		}{
			{"the number again", v.AddPayee(p), fault.Conflict},
			{"nominated", v.Pays(1007, 1001), ""},
			{"another's money", v.Pays(1007, 1002), fault.NotNominated},
			{"nobody's number", v.Pays(1008, 1001), fault.NotNominated},
			{"dropped", v.DropPayee(1007), ""},
			{"paid after that", v.Pays(1007, 1001), fault.NotNominated},
			{"dropped again", v.DropPayee(1007), fault.NotNominated},
		} {
			if got := v.commit(c.do); got != c.want {
				t.Errorf("%s: heard %q, want %q", c.name, got, c.want)
			}
		}
		if all, err := v.Payees(ctx, 1001); err != nil || len(all) != 1 || all[0].DroppedAt.IsZero() {
			t.Errorf("listed %+v, %v", all, err)
		}
		bank := Bank{Account: 11, Name: "Equity", Number: "0170"}
		if code := v.commit(v.AddBank(bank)); code != "" {
			t.Errorf("a bank: %q", code)
		}
		if code := v.commit(v.AddBank(bank)); code != fault.BankExists {
			t.Errorf("the bank again: %q", code)
		}
		if all, err := v.Banks(ctx); err != nil || len(all) != 1 || all[0].Name != "Equity" || !all[0].AddedAt.Equal(noon) {
			t.Errorf("listed %+v, %v", all, err)
		}
	})
}

func TestAlarmsStopIssuing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVault(t, d)
		issue := func() fault.Code { return v.commit(v.MayIssue()...) }
		if got := issue(); got != "" {
			t.Errorf("before any check: %q", got)
		}
		v.commit(v.Found(Statements, 500))
		v.clock.Advance(time.Hour)
		v.commit(v.Found(Statements, 700), v.Found(Liabilities, 0))
		if got := issue(); got != fault.IssuingStopped {
			t.Errorf("short: %q", got)
		}
		if short, since, err := v.Short(ctx, Statements); err != nil || short != 700 || !since.Equal(noon) {
			t.Errorf("short by %d since %v, %v", short, since, err)
		}
		v.commit(v.Found(Statements, 0))
		if got := issue(); got != "" {
			t.Errorf("resolved: %q", got)
		}
	})
}

func TestLineByPrefix(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVault(t, d)
		in := v.line("A", 1000)
		v.line("B", 1000)
		whole := in.ID.String()
		for prefix, found := range map[string]bool{whole: true, whole[:8]: true, whole[:10]: true, whole[:4]: false, "": false, "zzzzzz": false} {
			l, err := v.LineByPrefix(ctx, prefix)
			if (err == nil) != found || (found && l.Reference != "A") || (err != nil && !fault.HasCode(err, fault.LineNotFound)) {
				t.Errorf("%q: %+v, %v", prefix, l, err)
			}
		}
	})
}
