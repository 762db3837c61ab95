package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"senti/sms"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

const (
	john msisdn.Number = "+254712000001"
	jane msisdn.Number = "+254712000002"
)

var noon = time.Date(2026, 12, 3, 11, 2, 0, 0, time.UTC)

// office is an intake with a handler that a test decides on, and what came of it.
type office struct {
	*Intake
	t      *testing.T
	db     *db.DB
	clock  *clock.Fake
	handle sms.Handler // nil answers "got it"
	woken  int

	mu    sync.Mutex
	heard []string
}

func newOffice(t *testing.T, d *db.DB, c *clock.Fake) *office {
	t.Helper()
	l, err := ledger.Open(t.Context(), ledger.Options{DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	o := &office{t: t, db: d, clock: c}
	o.Intake = New(Parts{DB: d, Ledger: l, Messages: outbox.NewStore(d, c), IDs: id.Random{}, Handler: o.take, Wake: func() { o.woken++ }})
	return o
}

func (o *office) take(ctx context.Context, m sms.Inbound) (string, error) {
	o.mu.Lock()
	o.heard = append(o.heard, m.Text)
	handle := o.handle
	o.mu.Unlock()
	if handle != nil {
		return handle(ctx, m)
	}
	return "got it", nil
}

func each(t *testing.T, run func(t *testing.T, o *office)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newOffice(t, d, clock.NewFake(noon))) })
}

func text(n int, from msisdn.Number) sms.Inbound {
	return sms.Inbound{From: from, Text: fmt.Sprintf("text %d", n), ProviderID: fmt.Sprintf("m-%d", n), Gateway: "test"}
}

// receive wants a message to be new, or to be known.
func (o *office) receive(m sms.Inbound, fresh bool) {
	o.t.Helper()
	if got, err := o.Receive(o.t.Context(), m); err != nil || got != fresh {
		o.t.Errorf("%s of %s: new %t, %v, want %t", m.Text, m.Gateway, got, err, fresh)
	}
}

// answers returns whom messages were written to, and what, in their order.
func (o *office) answers() (out []string) {
	o.t.Helper()
	err := o.db.Each(o.t.Context(), `SELECT phone, body FROM messages ORDER BY created_at, phone`, nil, func(rows *sql.Rows) error {
		var phone, body string
		err := rows.Scan(&phone, &body)
		out = append(out, phone[10:]+" "+body)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func (o *office) want(what string, got []string, want ...string) {
	o.t.Helper()
	if !slices.Equal(got, want) {
		o.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestAMessageIsTakenInOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		o.receive(text(1, john), true)
		for range 3 {
			o.receive(text(1, john), false)
		}
		other := text(1, john)
		other.Gateway = "another" // has names of its own
		o.receive(other, true)
		o.clock.Advance(Keep - time.Microsecond)
		o.receive(text(1, john), false)
		o.clock.Advance(time.Microsecond)
		o.receive(text(1, john), true)
		o.want("heard", o.heard, "text 1", "text 1", "text 1")
		if o.woken != 3 {
			t.Errorf("the outbox was woken %d times", o.woken)
		}
	})
}

func TestAPhoneIsAnsweredSeldom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		o.receive(text(1, john), true)
		o.receive(text(2, john), true)
		o.receive(text(3, jane), true)
		o.clock.Advance(AnswerEvery - time.Microsecond)
		o.receive(text(4, john), true)
		o.want("answers", o.answers(), "001 got it", "002 got it")
		o.clock.Advance(time.Microsecond)
		o.receive(text(5, john), true)
		o.want("answers an hour later", o.answers(), "001 got it", "002 got it", "001 got it")
		o.want("heard", o.heard, "text 1", "text 2", "text 3", "text 4", "text 5")

		// Who is not answered is not made to wait longer by it.
		o.clock.Advance(AnswerEvery)
		o.handle = func(context.Context, sms.Inbound) (string, error) { return "", nil }
		o.receive(text(6, john), true)
		o.handle = nil
		o.receive(text(7, john), true)
		if got := len(o.answers()); got != 4 {
			t.Errorf("%d answers, want 4", got)
		}
	})
}

// What failed, or was left lying by a process that died, is brought again and dealt with then.
func TestWhatFailedComesAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		broken := errors.New("broken")
		o.handle = func(context.Context, sms.Inbound) (string, error) { return "half", broken }
		if _, err := o.Receive(t.Context(), text(1, john)); !errors.Is(err, broken) {
			t.Errorf("a handler that fails: %v", err)
		}
		o.handle = nil
		if _, err := o.Receive(t.Context(), text(1, john)); !fault.HasCode(err, fault.Busy) {
			t.Errorf("brought again at once: %v", err)
		}
		o.clock.Advance(workFor)
		o.receive(text(1, john), true)
		o.receive(text(1, john), false)
		o.want("heard", o.heard, "text 1", "text 1")
		o.want("answers", o.answers(), "001 got it")
	})
}

func TestARepeatWhileItIsDealtWith(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		entered, leave := make(chan struct{}), make(chan struct{})
		o.handle = func(context.Context, sms.Inbound) (string, error) {
			close(entered)
			<-leave
			return "", nil
		}
		first := make(chan error, 1)
		go func() { _, err := o.Receive(t.Context(), text(1, john)); first <- err }()
		<-entered
		if _, err := o.Receive(t.Context(), text(1, john)); !fault.HasCode(err, fault.Busy) {
			t.Errorf("meanwhile: %v", err)
		}
		close(leave)
		if err := <-first; err != nil {
			t.Error(err)
		}
		o.receive(text(1, john), false)
	})
}

// Two processes are brought the same message, and others of the same phone, all at once.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, one *office) {
		two := newOffice(t, one.db, one.clock)
		var all sync.WaitGroup
		var mu sync.Mutex
		fresh := 0
		for n := range 40 {
			o := []*office{one, two}[n%2]
			all.Go(func() {
				if got, err := o.Receive(t.Context(), text(n/8, john)); err != nil && !fault.HasCode(err, fault.Busy) {
					t.Error(err)
				} else if got {
					mu.Lock()
					fresh++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		heard := slices.Sorted(slices.Values(slices.Concat(one.heard, two.heard)))
		one.want("heard", heard, "text 0", "text 1", "text 2", "text 3", "text 4")
		one.want("answers", one.answers(), "001 got it")
		if fresh != 5 {
			t.Errorf("%d were new, want 5", fresh)
		}
	})
}

func TestForget(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		forget := func(want int) {
			t.Helper()
			if n, err := o.Forget(t.Context(), o.clock.Now(), 2); err != nil || n != want {
				t.Errorf("forgot %d, %v, want %d", n, err, want)
			}
		}
		o.receive(text(1, john), true)
		o.receive(text(2, jane), true)
		forget(0)
		o.clock.Advance(AnswerEvery) // both may be answered again
		forget(2)
		o.receive(text(3, john), true)
		o.receive(text(1, john), false)
		o.clock.Advance(Keep)
		forget(2)
		forget(2)
		forget(0)
		o.receive(text(1, john), true)
		o.receive(text(1, john), false)
	})
}

func TestNothingIsTakenInWithoutADatabase(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t), clock.NewFake(noon))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.Receive(gone, text(1, john)); err == nil || len(o.heard) > 0 {
		t.Errorf("%v, heard %q", err, o.heard)
	}
	if err := o.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Forget(t.Context(), noon, 1); err == nil {
		t.Error("forgot something in a database that is closed")
	}
}
