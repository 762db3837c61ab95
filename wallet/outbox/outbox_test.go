package outbox

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/sms"
	"senti/sms/route"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

const jane msisdn.Number = "+254712000001"

// provider is a sender whose answers a test decides: each is "ok", or the code of an error. It notes what it was given.
type provider struct {
	mu     sync.Mutex
	answer func(sms.Message) sms.Result
	got    map[id.ID]int
}

func (p *provider) Name() string { return "fake" }

func (p *provider) Send(_ context.Context, messages []sms.Message) []sms.Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []sms.Result
	for _, m := range messages {
		p.got[m.ID]++
		r := p.answer(m)
		r.ID = m.ID
		out = append(out, r)
	}
	return out
}

func takes(sms.Message) sms.Result { return sms.Result{Accepted: true, ProviderRef: "ATXid_1"} }

func fails(e sms.SendError) func(sms.Message) sms.Result {
	return func(sms.Message) sms.Result { return sms.Result{Err: &e} }
}

// office is a store, a worker that a test runs page by page, a clock to wind on, and a ledger to commit through.
type office struct {
	*Worker
	t        *testing.T
	clock    *clock.Fake
	provider *provider
	ledger   *ledger.Ledger
	ids      id.Random
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{t: t, clock: clock.NewFake(noon), provider: &provider{answer: takes, got: map[id.ID]int{}}}
	o.Worker = o.worker(d, o.provider)
	l, err := ledger.Open(ctx, ledger.Options{
		DB: d, Clock: o.clock, IDs: o.ids, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	o.ledger = l
	return o
}

// worker is another worker of the same provider or another one.
func (o *office) worker(d *db.DB, s sms.Sender) *Worker {
	return NewWorker(NewStore(d, o.clock), route.Only(s), o.ids, nil)
}

// fly hands over what is due and does not mark it.
func (o *office) fly() int {
	o.t.Helper()
	c, err := o.begin(ctx, ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	for o.air > 0 {
		o.land(ctx, ctx, <-o.landed)
	}
	return len(c.taken)
}

// write commits n messages and returns their IDs.
func (o *office) write(n int) []id.ID {
	o.t.Helper()
	var written []id.ID
	var companions []ledger.Companion
	for range n {
		message := o.ids.New()
		written = append(written, message)
		companions = append(companions, o.Add(Receipt, message, jane, func(*ledger.Outcome) string { return "Ksh 500 RECEIVED" }))
	}
	if _, err := o.ledger.Commit(ctx, &ledger.Plan{Companions: companions}); err != nil {
		o.t.Fatal(err)
	}
	return written
}

// send sends one page and returns how many messages that were.
func (o *office) send() int {
	o.t.Helper()
	n, err := o.Send(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

func (o *office) state(message id.ID) State {
	o.t.Helper()
	s, ok, err := o.StateOf(ctx, message)
	if err != nil || !ok {
		o.t.Fatalf("message %s: %v %v", message, ok, err)
	}
	return s
}

func (o *office) queue() (all Queue) {
	o.t.Helper()
	queues, err := o.Queues(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, q := range queues {
		all.add(q)
	}
	return all
}

func (o *office) depth() int64 { o.t.Helper(); return o.queue().Waiting }

func TestSend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		written := o.write(3)
		if n := o.depth(); n != 3 {
			t.Errorf("%d wait, want 3", n)
		}
		o.clock.Advance(time.Minute)
		if q := o.queue(); q.Oldest != time.Minute || q.Late[0] != 0 {
			t.Errorf("the oldest has waited %v, want a minute; %v", q.Oldest, q.Late)
		}
		if n := o.send(); n != 3 {
			t.Errorf("%d sent, want 3", n)
		}
		for _, m := range written {
			if s := o.state(m); s != Sent {
				t.Errorf("state %d, want sent", s)
			}
		}
		if n := o.send(); n != 0 || o.depth() != 0 {
			t.Errorf("%d sent again, %d wait", n, o.depth())
		}
		if q := o.queue(); q != (Queue{}) {
			t.Errorf("with nothing waiting: %+v", q)
		}
		if _, ok, err := o.StateOf(ctx, o.ids.New()); ok || err != nil {
			t.Errorf("a message that never was: %v, %v", ok, err)
		}
	})
}

// TestMarkedRowsDoNotGrow: a page of rows that grow is written anew again and again.
func TestMarkedRowsDoNotGrow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.provider.answer = func(sms.Message) sms.Result {
			return sms.Result{Accepted: true, ProviderRef: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}
		}
		message := o.write(1)[0]
		length := func() (n int64) {
			t.Helper()
			// What a mark fills: the texts, and the numbers, 2 bytes each, that a new row has only as its columns' defaults.
			if err := d.QueryRow(ctx, `
				SELECT LENGTH(provider_ref) + LENGTH(route) + LENGTH(error) + CASE WHEN segments > 0 THEN 6 ELSE 0 END
				  FROM messages
				 WHERE id = ?`, message).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := length()
		o.send()
		if after := length(); o.state(message) != Sent || after > before {
			t.Errorf("the row took %d bytes and takes %d", before, after)
		}
	})
}

func TestNoMoneyNoMessage(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	refused := &ledger.Outcome{Refusal: fault.New(fault.Insufficient)}
	if row := o.Add(Receipt, o.ids.New(), jane, func(*ledger.Outcome) string { return "SENT" }).Finish(nil, refused); row != nil {
		t.Errorf("a refused plan wrote %v", row)
	}
	if row := o.Add(Receipt, o.ids.New(), jane, func(*ledger.Outcome) string { return "" }).Finish(nil, &ledger.Outcome{Accepted: true}); row != nil {
		t.Errorf("an empty text wrote %v", row)
	}
}

// A gateway that is down for most of a day delays messages and loses none. It is tried now and then, with one message; when it is back
// all of them leave at once.
func TestDeadGateway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		written := o.write(20)
		o.provider.answer = fails(sms.SendError{Sender: "fake", Code: sms.CodeNoAnswer, Retryable: true})
		tries := 0
		for range 180 { // three hours
			tries += o.send()
			o.clock.Advance(time.Minute)
		}
		if n := o.depth(); n != 20 {
			t.Fatalf("%d of 20 wait", n)
		}
		if tries < 180 || tries > 240 {
			t.Errorf("the gateway was tried with %d messages in 180 minutes", tries)
		}
		o.clock.Advance(20 * time.Hour)
		if n := o.send(); n != 1 || o.depth() != 20 {
			t.Errorf("after a day it was tried with %d messages and %d wait", n, o.depth())
		}
		o.provider.answer = takes
		o.clock.Advance(5 * time.Minute)
		if n := o.send(); n != 1 || o.depth() != 19 {
			t.Errorf("when the gateway was back it was tried with %d messages, %d wait", n, o.depth())
		}
		if n := o.send(); n != 19 || o.depth() != 0 {
			t.Errorf("then %d messages left, %d wait", n, o.depth())
		}
		for _, m := range written {
			if s := o.state(m); s != Sent {
				t.Errorf("state %d, want sent", s)
			}
		}
	})
}

func TestGivingUp(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    sms.SendError
		after  time.Duration
		state  State
		reason string
	}{
		{"a number that cannot be", sms.SendError{Sender: "fake", Code: "InvalidPhoneNumber"}, 0, Failed, "InvalidPhoneNumber"},
		{"busy", sms.SendError{Sender: "fake", Code: "busy", Retryable: true}, 0, Waiting, "busy"},
		{"our account has no credit: a person will see to it", sms.SendError{Sender: "fake", Code: "credit", Account: true}, 0, Waiting, "credit"},
		{"busy for almost a day", sms.SendError{Sender: "fake", Code: "busy", Retryable: true}, 24*time.Hour - time.Microsecond, Waiting, "busy"},
		{"busy for a day", sms.SendError{Sender: "fake", Code: "busy", Retryable: true}, 24 * time.Hour, Failed, "expired"},
		{"an answer that is not ASCII", sms.SendError{Sender: "fake", Code: "zajęte\n", Retryable: true}, 0, Waiting, "zaj_te_"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				o := newOffice(t, d)
				m := o.write(1)[0]
				o.clock.Advance(c.after)
				o.provider.answer = fails(c.err)
				o.send()
				if s := o.state(m); s != c.state {
					t.Errorf("state %d, want %d", s, c.state)
				}
				var reason string
				if err := d.QueryRow(ctx, `SELECT error FROM messages WHERE id = ?`, m).Scan(&reason); err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(reason, c.reason) {
					t.Errorf("on record: %q, want %q", reason, c.reason)
				}
			})
		})
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	o.write(1)
	o.provider.answer = fails(sms.SendError{Sender: "fake", Code: "slow down", Retryable: true, RetryAfter: time.Hour})
	o.send()
	o.clock.Advance(59 * time.Minute)
	if n := o.send(); n != 0 {
		t.Error("tried before the hour the provider asked for")
	}
	o.clock.Advance(time.Minute)
	if n := o.send(); n != 1 {
		t.Error("not tried after it")
	}
}

// A provider that answers for fewer messages than it was given: the others are tried again.
func TestMissingResults(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	o.write(3)
	o.Worker = o.worker(o.db, short{o.provider})
	o.send()
	if n := o.depth(); n != 2 {
		t.Errorf("%d wait, want the 2 nobody answered for", n)
	}
}

type short struct{ *provider }

func (s short) Send(ctx context.Context, m []sms.Message) []sms.Result {
	return s.provider.Send(ctx, m[:1])
}

// A worker that dies between sending and marking sends twice, and loses nothing.
func TestKilledBeforeMarking(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		written := o.write(10)
		o.fly() // and dies

		next := o.worker(d, o.provider)
		if n, err := next.Send(ctx); n != 0 || err != nil {
			t.Errorf("while the dead one's lease runs, another sent %d, %v", n, err)
		}
		o.clock.Advance(leaseTerm + time.Microsecond)
		if n, err := next.Send(ctx); n != 10 || err != nil {
			t.Errorf("after it another sent %d, %v; want 10", n, err)
		}
		for _, m := range written {
			if got := o.provider.got[m]; got != 2 || o.state(m) != Sent {
				t.Errorf("message %s was given to the provider %d times, state %d", m.Short(), got, o.state(m))
			}
		}
	})
}

// Of two processes one sends; each message leaves once. When one is told to stop, the other goes on at once.
func TestTwoWorkers(t *testing.T) {
	a, b := dbtest.Two(t)
	o := newOffice(t, a)
	o.write(100)
	other := o.worker(b, o.provider)
	var wg sync.WaitGroup
	sent := make([]int, 2)
	for i, w := range []*Worker{o.Worker, other} {
		wg.Go(func() {
			for range 20 {
				n, err := w.Send(ctx)
				if err != nil {
					t.Error(err)
				}
				sent[i] += n
			}
		})
	}
	wg.Wait()
	if sent[0]+sent[1] != 100 || sent[0]*sent[1] != 0 {
		t.Errorf("one sent %d and the other %d; want all 100 by one", sent[0], sent[1])
	}
	for m, times := range o.provider.got {
		if times != 1 {
			t.Errorf("message %s left %d times", m.Short(), times)
		}
	}
	first, second := o.Worker, other
	if sent[1] > 0 {
		first, second = other, o.Worker
	}
	o.write(1)
	first.finish(ctx, ctx)
	o.clock.Advance(time.Microsecond)
	if n, err := second.Send(ctx); n != 1 || err != nil {
		t.Errorf("after the first stopped the second sent %d, %v", n, err)
	}
}

func TestWakeSendsAtOnce(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	arrived := make(chan id.ID, 1)
	o.provider.answer = func(m sms.Message) sms.Result {
		arrived <- m.ID
		return takes(m)
	}
	stop, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { o.Run(stop) })
	m := o.write(1)[0]
	o.Wake()
	select {
	case got := <-arrived:
		if got != m {
			t.Errorf("%s arrived, want %s", got, m)
		}
	case <-time.After(10 * time.Second):
		t.Error("nothing arrived")
	}
	cancel()
	wg.Wait()
	if s := o.state(m); s != Sent {
		t.Errorf("told to stop while sending: state %d, want sent", s)
	}
}

func TestAgainSpreads(t *testing.T) {
	for _, c := range []struct {
		attempts int64
		most     time.Duration
	}{
		{1, time.Second},
		{2, 2 * time.Second},
		{5, 16 * time.Second},
		{10, 5 * time.Minute},
		{1000, 5 * time.Minute},
	} {
		shortest, longest := c.most, time.Duration(0)
		for range 500 {
			wait := again(c.attempts)
			shortest, longest = min(shortest, wait), max(longest, wait)
		}
		if longest > c.most || longest < c.most*8/10 || shortest > c.most*2/10 {
			t.Errorf("after %d tries the pauses lie between %v and %v; want anything up to %v", c.attempts, shortest, longest, c.most)
		}
	}
}

func TestMessageID(t *testing.T) {
	seen := map[id.ID]bool{}
	for _, source := range []id.Source{id.Random{}, &id.Sequence{}} {
		for range 100 {
			posting := source.New()
			for n := range byte(3) { // 0: the posting's own
				m := MessageID(posting, n)
				if seen[m] {
					t.Fatalf("message %d of %s has the ID of another", n, posting)
				}
				seen[m] = true
				if m != MessageID(posting, n) || string(m[:8]) != string(posting[:8]) {
					t.Errorf("message %d of %s is %s: it does not sort beside it", n, posting, m)
				}
			}
		}
	}
}

// BenchmarkDrain reports how many messages a second leave with a provider that costs nothing.
func BenchmarkDrain(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "mysql": dbtest.MariaDB} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			c := clock.NewFake(noon)
			w := NewWorker(NewStore(d, c), route.Only(&provider{answer: takes, got: map[id.ID]int{}}), id.Random{}, nil)
			var rows []any
			for i := range b.N {
				rows = append(rows, newMessage{id: id.Random{}.New(), to: jane, at: noon.UnixMicro(),
					text: fmt.Sprintf("Ksh %d RECEIVED from JOHN KAMAU 0712***001. Balance Ksh 1,700. 3/12/26 14:02. TK7Q2M9XRD", i)})
			}
			err := d.Transact(ctx, func(tx *db.DB) error { return tx.Run(ctx, w.table.Write(d.Dialect(), rows)) })
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			for left := b.N; left > 0; {
				n, err := w.Send(ctx)
				if err != nil || n == 0 {
					b.Fatal(n, err)
				}
				left -= n
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
