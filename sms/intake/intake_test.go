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
	"senti/wallet/key"
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
	handle Handler // nil answers "got it"
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
	o.Intake = New(Parts{DB: d, Ledger: l, Messages: outbox.NewStore(d, c), IDs: id.Random{}, Keys: key.Demo(), Handler: o.take, Wake: func() { o.woken++ }})
	return o
}

func (o *office) take(ctx context.Context, m sms.Inbound) (Answer, error) {
	o.mu.Lock()
	o.heard = append(o.heard, m.Text)
	handle := o.handle
	o.mu.Unlock()
	if handle != nil {
		return handle(ctx, m)
	}
	return Answer{Text: "got it", Seldom: Seldom{"any", 1, time.Hour}}, nil
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
		o.clock.Advance(time.Hour - time.Microsecond)
		o.receive(text(4, john), true)
		o.want("answers", o.answers(), "001 got it", "002 got it")
		o.clock.Advance(time.Microsecond)
		o.receive(text(5, john), true)
		o.want("answers an hour later", o.answers(), "001 got it", "002 got it", "001 got it")
		o.want("heard", o.heard, "text 1", "text 2", "text 3", "text 4", "text 5")

		// Who is not answered is not made to wait longer by it.
		o.clock.Advance(time.Hour)
		o.handle = func(context.Context, sms.Inbound) (Answer, error) { return Answer{}, nil }
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
		o.handle = func(context.Context, sms.Inbound) (Answer, error) { return Answer{Text: "half"}, broken }
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
		o.handle = func(context.Context, sms.Inbound) (Answer, error) {
			close(entered)
			<-leave
			return Answer{}, nil
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
		forget := func(limit, want int) {
			t.Helper()
			if n, err := o.Forget(t.Context(), o.clock.Now(), limit); err != nil || n != want {
				t.Errorf("forgot %d, %v, want %d", n, err, want)
			}
		}
		o.receive(text(1, john), true)
		o.receive(text(2, jane), true)
		forget(9, 0)
		o.clock.Advance(hour) // of each: the texts of an hour, the same words, and that it was answered
		forget(4, 4)
		forget(4, 2)
		o.clock.Advance(day - hour) // the texts of a day, and what we said
		forget(9, 4)
		o.receive(text(1, john), false)
		o.clock.Advance(Keep - day)
		forget(9, 2)
		forget(9, 0)
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

// What is refused together with the answer is answered with that, or comes again.
func TestWhatGoesWithTheAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		var before, after string
		refused := func(f *fault.Error) string { return "no: " + string(f.Code) }
		o.handle = func(context.Context, sms.Inbound) (Answer, error) {
			return Answer{Text: "done", With: []ledger.Companion{verdict{claim{o.marks, id.ID{1}}, nil}}, Done: func() { before = "after it" }}, nil
		}
		o.receive(text(1, john), true)
		o.handle = func(context.Context, sms.Inbound) (Answer, error) {
			with := []ledger.Companion{verdict{claim{o.marks, id.ID{2}}, fault.New(fault.NotRegistered)}}
			return Answer{Text: "done too", With: with, Refused: refused, Done: func() { after = "not" }}, nil
		}
		o.receive(text(2, jane), true)
		o.receive(text(2, jane), false)
		o.want("answers", o.answers(), "001 done", "002 no: not_registered")
		if before != "after it" || after != "" {
			t.Errorf("what is done afterwards: %q, %q", before, after)
		}
		o.handle = func(context.Context, sms.Inbound) (Answer, error) {
			return Answer{Text: "done three", With: []ledger.Companion{verdict{claim{o.marks, id.ID{3}}, fault.New(fault.NotRegistered)}}}, nil
		}
		if _, err := o.Receive(t.Context(), text(3, john)); !fault.HasCode(err, fault.NotRegistered) {
			t.Errorf("refused, and nobody says how to answer: %v", err)
		}
	})
}

// verdict is a companion that refuses if told to.
type verdict struct {
	claim
	refusal *fault.Error
}

func (v verdict) Check(any, time.Time) (any, *fault.Error) { return nil, v.refusal }

// Two machines that answer each other soon fall silent, whatever they say.
func TestALoopIsCut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		says := 0
		o.handle = func(context.Context, sms.Inbound) (Answer, error) {
			says++
			return Answer{Text: fmt.Sprintf("answer %d", says)}, nil
		}
		for n := range HourMost + 10 { // it has something new to say each time
			o.receive(text(n, john), true)
		}
		if len(o.heard) != HourMost || len(o.answers()) != HourMost {
			t.Errorf("in an hour %d texts were heard and %d answered, want %d", len(o.heard), len(o.answers()), HourMost)
		}
		for n := range 200 { // slowly: 19 more in that hour, and then all that are left of the day
			o.clock.Advance(3 * time.Minute)
			o.receive(text(1000+n, john), true)
		}
		if got := len(o.heard); got != DayMost-10-19 {
			t.Errorf("in a day %d texts were heard, want %d", got, DayMost-10-19)
		}
	})
}

func TestTheSameWordsAgainAndAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, o *office) {
		o.handle = func(context.Context, sms.Inbound) (Answer, error) { return Answer{Text: "Your balance is Ksh 5."}, nil }
		same := func(n int, words string) {
			m := text(n, john)
			m.Text = words
			o.receive(m, true)
		}
		for n := range 20 {
			same(n, "I am driving.")
		}
		if len(o.heard) != SameMost {
			t.Errorf("the same was heard %d times, want %d", len(o.heard), SameMost)
		}
		o.clock.Advance(hour)
		same(20, "your  BALANCE is\nKsh 5.") // ours, back again
		if len(o.heard) != SameMost {
			t.Error("we talk to ourselves")
		}
		same(21, "I am driving.")
		if len(o.heard) != SameMost+1 {
			t.Error("an hour later it is not heard")
		}
	})
}
