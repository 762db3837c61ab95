package pin

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

// quietYear is a store with a ledger and a clock that a test winds on by weeks.
type quietYear struct {
	*Store
	t      *testing.T
	clock  *clock.Fake
	ledger *ledger.Ledger
}

func newQuietYear(t *testing.T, d *db.DB) *quietYear {
	t.Helper()
	c := clock.NewFake(noon)
	l, err := ledger.Open(context.Background(), ledger.Options{
		DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &quietYear{NewStore(d, key.Demo()), t, c, l}
}

func (y *quietYear) commit(c ledger.Companion, err error) string {
	y.t.Helper()
	if err == nil {
		_, err = y.ledger.Commit(context.Background(), &ledger.Plan{Companions: []ledger.Companion{c}})
	}
	if err != nil && fault.As(err) == nil {
		y.t.Fatal(err)
	}
	return string(fault.CodeOf(err))
}

// quiet lists whose customers' PINs were quiet for four weeks, at that stage: "1001 1002". The first stage is a week later, for which the
// last use may not have been written down.
func (y *quietYear) quiet(told int) string {
	y.t.Helper()
	found, err := y.Quiet(context.Background(), Customer, told, y.clock.Now().Add(-28*24*time.Hour), Quiet{}, 10)
	if err != nil {
		y.t.Fatal(err)
	}
	var all []string
	for _, q := range found {
		all = append(all, fmt.Sprint(q.Number))
	}
	return strings.Join(all, " ")
}

func TestQuiet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		y := newQuietYear(t, d)
		week := func(n int) { y.clock.Advance(time.Duration(n) * 7 * 24 * time.Hour) }
		for _, s := range []Subject{brianOperator, amina, brian} {
			y.commit(y.Set(s, typed(t, "4826")))
			y.clock.Advance(time.Minute)
		}
		if got := y.quiet(0); got != "" {
			t.Errorf("at once: %q", got)
		}
		week(3)
		y.commit(y.Check(amina, typed(t, "4826")), nil) // in use
		y.commit(y.Check(brian, typed(t, "1357")), nil) // somebody else's try is no use
		week(2)
		if got := y.quiet(0); got != "1002" {
			t.Errorf("after five weeks: %q, want 1002; an operator's is none of them", got)
		}
		week(3)
		if got := y.quiet(0); got != "1002 1001" {
			t.Errorf("the longest first: %q", got)
		}

		found, err := y.Quiet(context.Background(), Customer, 0, y.clock.Now(), Quiet{}, 1)
		if err != nil || len(found) != 1 || found[0].Subject != brian {
			t.Fatalf("%+v, %v", found, err)
		}
		if got := y.commit(y.Tell(found[0], 1), nil); got != "" {
			t.Fatal(got)
		}
		if got := y.commit(y.Tell(found[0], 1), nil); got != "conflict" {
			t.Errorf("told twice: %q", got)
		}
		if y.quiet(0) != "1001" || y.quiet(1) != "" {
			t.Errorf("told just now: %q and %q", y.quiet(0), y.quiet(1))
		}
		week(4)
		if y.quiet(1) != "1002" {
			t.Errorf("four weeks after he was told: %q", y.quiet(1))
		}
		y.commit(y.Check(brian, typed(t, "4826")), nil)
		if y.quiet(1) != "" || y.quiet(0) != "1001" {
			t.Errorf("once he used it: %q and %q", y.quiet(1), y.quiet(0))
		}
	})
}

// Its use is written down once a week, not for every payment.
func TestUseIsWrittenOnceAWeek(t *testing.T) {
	d := newDesk(key.Demo())
	d.set(t, amina, "4826")
	right := d.store.Check(amina, typed(t, "4826"))
	for _, c := range []struct {
		after   time.Duration
		written bool
	}{{time.Minute, false}, {usedEvery - time.Second, false}, {usedEvery, true}} {
		keep, refusal := right.Check(d.row, noon.Add(c.after))
		if refusal != nil || (keep != nil) != c.written {
			t.Errorf("after %s: %v, %v; written should be %t", c.after, keep, refusal, c.written)
		}
	}
}

func TestUnlock(t *testing.T) {
	d := newDesk(key.Demo())
	if got := d.put(d.store.Unlock(amina)); got != "no_pin" {
		t.Errorf("nobody's: %s", got)
	}
	d.set(t, amina, "4826")
	for range 3 {
		d.put(d.store.Check(amina, typed(t, "1357")))
	}
	if got := d.put(d.store.Check(amina, typed(t, "4826"))); got != "pin_locked" {
		t.Fatal(got)
	}
	unlock := d.store.Unlock(amina)
	if next := unlock.Finish(d.row, &ledger.Outcome{}); next != nil {
		t.Error("unlocked by a plan that was refused")
	}
	d.row = unlock.Finish(d.row, &ledger.Outcome{Accepted: true})
	if got := d.put(d.store.Check(amina, typed(t, "4826"))); got != "ok" {
		t.Errorf("the PIN that it always was: %s", got)
	}
}
