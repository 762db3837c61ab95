package reply

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
	"senti/wallet/key"
	"senti/wallet/ledger"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	caps = Caps{Single: 50_000, Day: 100_000}
)

const (
	jane  = 1001
	right = "482613"
	wrong = "482614"
)

// desk is a store with a ledger to commit through and a clock that a test winds on.
type desk struct {
	*Store
	t      *testing.T
	clock  *clock.Fake
	ledger *ledger.Ledger
}

func eachDesk(t *testing.T, fn func(t *testing.T, d *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		l, err := ledger.Open(ctx, ledger.Options{DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1})})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		day := func(at time.Time) int32 { return int32(at.Unix() / 86_400) }
		fn(t, &desk{NewStore(d, key.Demo(), day), t, c, l})
	})
}

// put commits companions and returns what is heard: "ok" or the fault's code.
func (d *desk) put(companions ...ledger.Companion) string {
	_, err := d.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	switch refusal := fault.As(err); {
	case err == nil:
		return "ok"
	case refusal == nil:
		d.t.Error(err)
		return err.Error()
	default:
		return string(refusal.Code)
	}
}

// send sends the right code for a new intent.
func (d *desk) send() id.ID {
	d.t.Helper()
	intent := id.Random{}.New()
	c, err := d.Send(jane, intent, right)
	if err != nil {
		d.t.Fatal(err)
	}
	d.want("a code is sent", d.put(c), "ok")
	return intent
}

func (d *desk) want(what, got, want string) {
	d.t.Helper()
	if got != want {
		d.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func (d *desk) state() State {
	d.t.Helper()
	s, err := d.Get(ctx, jane, d.clock.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func TestCodeIsGoodOnceForItsIntent(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.want("nobody agreed", d.put(d.Spend(jane, d.send(), right, 100, caps)), "sms_code_expired")
		d.want("agree", d.put(d.Agree(jane, true)), "ok")
		first := d.send()
		if s := d.state(); !s.Agreed || s.Intent != first || !s.Allows(50_000, caps) || s.Allows(50_001, caps) {
			t.Errorf("agreed, and a code sent: %+v", s)
		}
		second := d.send()
		d.want("the code before", d.put(d.Spend(jane, first, right, 100, caps)), "sms_code_expired")
		d.want("another customer", d.put(d.Spend(jane+1, second, right, 100, caps)), "sms_code_expired")
		d.want("too much", d.put(d.Spend(jane, second, right, 50_001, caps)), "limit_single")
		d.want("the right one", d.put(d.Spend(jane, second, right, 50_000, caps)), "ok")
		d.want("once more", d.put(d.Spend(jane, second, right, 100, caps)), "sms_code_expired")

		third := d.send()
		d.clock.Advance(Life)
		d.want("too late", d.put(d.Spend(jane, third, right, 100, caps)), "sms_code_expired")
		fourth := d.send()
		d.want("no more agreed", d.put(d.Agree(jane, false)), "ok")
		d.want("a code of before", d.put(d.Spend(jane, fourth, right, 100, caps)), "sms_code_expired")
	})
}

func TestThreeWrongCodesLockForADay(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.put(d.Agree(jane, true))
		intent := d.send()
		d.want("first", d.put(d.Spend(jane, intent, wrong, 100, caps)), "wrong_sms_code")
		intent = d.send() // a new code is no new count
		d.want("second", d.put(d.Spend(jane, intent, wrong, 100, caps)), "wrong_sms_code")
		d.want("third", d.put(d.Spend(jane, intent, wrong, 100, caps)), "code_locked")
		d.want("the right one", d.put(d.Spend(jane, intent, right, 100, caps)), "code_locked")
		if s := d.state(); !s.Locked || s.Allows(1, caps) {
			t.Errorf("locked: %+v", s)
		}
		d.clock.Advance(lockedFor)
		d.want("a day later", d.put(d.Spend(jane, d.send(), right, 100, caps)), "ok")
	})
}

func TestDayCapHoldsForAnswersAtOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.put(d.Agree(jane, true))
		for range 2 {
			intent := d.send()
			heard := make([]string, 8)
			var all sync.WaitGroup
			for i := range heard {
				all.Go(func() { heard[i] = d.put(d.Spend(jane, intent, right, 50_000, caps)) })
			}
			all.Wait()
			counts := map[string]int{}
			for _, h := range heard {
				counts[h]++
			}
			if counts["ok"] != 1 || counts["sms_code_expired"] != 7 {
				t.Errorf("one code, eight answers at once: %v", counts)
			}
		}
		d.want("more than a day's", d.put(d.Spend(jane, d.send(), right, 1, caps)), "limit_day")
		if s := d.state(); s.Spent != 100_000 || s.Allows(1, caps) {
			t.Errorf("spent: %+v", s)
		}
		d.clock.Advance(24 * time.Hour)
		d.want("the next day", d.put(d.Spend(jane, d.send(), right, 50_000, caps)), "ok")
	})
}
