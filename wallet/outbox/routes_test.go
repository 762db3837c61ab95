package outbox

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"senti/sms"
	"senti/sms/route"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

const (
	onSafaricom msisdn.Number = "+254712000001"
	onAirtel    msisdn.Number = "+254733000001"
)

// named is a provider by another name.
type named struct {
	*provider
	name string
}

func (n named) Name() string { return n.name }

func newNamed(name string) named {
	return named{&provider{answer: takesByRef, got: map[id.ID]int{}}, name}
}

// times returns how many messages it was given, repeats counted.
func (p *provider) times() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, times := range p.got {
		n += times
	}
	return n
}

func (p *provider) answers(f func(sms.Message) sms.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

var noAnswer = fails(sms.SendError{Sender: "fake", Code: sms.CodeNoAnswer, Retryable: true})

// by lets the office send by these routes.
func (o *office) by(routes ...route.Route) {
	o.t.Helper()
	for i := range routes {
		routes[i].Name = routes[i].Sender.Name()
	}
	table, err := route.New(routes)
	if err != nil {
		o.t.Fatal(err)
	}
	o.Worker = NewWorker(o.Store, table, o.ids, nil)
}

// to commits n messages to a phone.
func (o *office) to(phone msisdn.Number, k Kind, n int) []id.ID {
	o.t.Helper()
	var written []id.ID
	var companions []ledger.Companion
	for range n {
		message := o.ids.New()
		written = append(written, message)
		companions = append(companions, o.Add(k, message, phone, code4821))
	}
	if _, err := o.ledger.Commit(ctx, &ledger.Plan{Companions: companions}); err != nil {
		o.t.Fatal(err)
	}
	return written
}

func (o *office) count(where string, args ...any) (n int) {
	o.t.Helper()
	if err := o.db.QueryRow(ctx, `SELECT COUNT(*) FROM messages WHERE `+where, args...).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// The cheapest route that works takes the messages; when it fails, the next does, at once.
func TestFallOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		cheap, dear := newNamed("cheap"), newNamed("dear")
		o.by(route.Route{Sender: dear, Cost: 9}, route.Route{Sender: cheap, Cost: 1})
		o.to(jane, Receipt, 10)
		o.send()
		if n := o.count(`state = 1 AND route = 'cheap' AND attempts = 1`); n != 10 {
			t.Errorf("%d went by the cheap route", n)
		}
		for name, e := range map[string]sms.SendError{
			"no answer": {Code: sms.CodeNoAnswer, Retryable: true}, "no credit": {Code: "credit", Account: true},
			"too fast": {Code: sms.CodeThrottled, Retryable: true}, "not just now": {Code: "GatewayError", Retryable: true},
		} {
			cheap.answers(fails(e))
			written := o.to(jane, Receipt, 3)
			if n := o.send(); n != 3 || o.depth() != 0 || o.count(`route = 'dear' AND attempts = 2 AND id >= ?`, written[0]) != 3 {
				t.Errorf("%s: %d sent, %d wait", name, n, o.depth())
			}
			o.clock.Advance(time.Minute)
		}
		cheap.answers(fails(sms.SendError{Code: "InvalidPhoneNumber"}))
		before := dear.times()
		m := o.to(jane, Receipt, 1)[0]
		o.send()
		if o.state(m) != Failed || dear.times() != before {
			t.Error("a number that cannot be was tried elsewhere")
		}
		cheap.answers(noAnswer)
		dear.answers(noAnswer)
		m = o.to(jane, Receipt, 1)[0]
		o.send()
		if o.state(m) != Waiting || o.count(`attempts = 2 AND due_at > ? AND id = ?`, o.clock.Now().UnixMicro(), m) != 1 {
			t.Error("nobody took it on, and it is not tried later")
		}
	})
}

// A route that is closed by hand gets nothing, whatever waits: its messages take another route, or wait; open again, it gets them. One that
// is open to a list gets the messages to that.
func TestClosedRoute(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		only, cheap, dear := newNamed("only"), newNamed("cheap"), newNamed("dear")
		o.by(route.Route{Sender: only, Networks: []string{"+25471"}}, route.Route{Sender: cheap, Networks: []string{"+25473"}},
			route.Route{Sender: dear, Networks: []string{"+25473"}, Cost: 9})
		closed := map[string]func(msisdn.Number) bool{"only": nil, "cheap": nil}
		o.CloseBy(func(name string) (bool, func(msisdn.Number) bool) { but, is := closed[name]; return is, but })
		const backlog = page + 10 // more than a look shows
		o.to(onSafaricom, Receipt, backlog)
		o.to(onAirtel, Receipt, 5)
		for range 4 {
			o.send()
		}
		if only.times() != 0 || cheap.times() != 0 || dear.times() != 5 {
			t.Errorf("closed: %d and %d; the other: %d", only.times(), cheap.times(), dear.times())
		}
		if all := o.Health(); !all[0].Closed || all[2].Closed || all[0].Down {
			t.Errorf("%+v", all)
		}
		closed["cheap"] = func(to msisdn.Number) bool { return to == onAirtel }
		o.to(onAirtel, Receipt, 5)
		o.to("+254733000002", Receipt, 5)
		o.send()
		if cheap.times() != 5 || dear.times() != 10 {
			t.Errorf("to the list %d, to the others %d", cheap.times(), dear.times()-5)
		}
		delete(closed, "only")
		for range 4 {
			o.send()
		}
		if only.times() != backlog || o.depth() != 0 {
			t.Errorf("open again: %d, %d wait", only.times(), o.depth())
		}
	})
}

// A route that is dead, with more messages waiting for it than fill a page, does not hold up what goes by another. Back again, it gets all of
// them as fast as it takes them, the urgent ones first.
func TestDeadRouteHoldsUpNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		dead, well := newNamed("dead"), newNamed("well")
		dead.answers(noAnswer)
		o.by(route.Route{Sender: dead, Networks: []string{"+25471"}}, route.Route{Sender: well, Networks: []string{"+25473"}})
		const backlog = 3 * page
		o.to(onSafaricom, Receipt, backlog)
		for range 4 {
			o.send() // it is found out
			o.clock.Advance(time.Second)
		}
		o.to(onSafaricom, Code, 5)
		o.to(onAirtel, Receipt, 10)
		for range 5 {
			o.send()
		}
		if n := well.times(); n != 10 {
			t.Errorf("%d of 10 got by", n)
		}
		if n := o.depth(); n != backlog+5 {
			t.Errorf("%d wait, want %d", n, backlog+5)
		}
		if n := o.count(`lane > 0`); n < backlog/2 {
			t.Errorf("%d were put aside", n)
		}
		var order []Kind
		dead.answers(func(m sms.Message) sms.Result {
			var k Kind
			if err := d.QueryRow(ctx, `SELECT kind FROM messages WHERE id = ?`, m.ID).Scan(&k); err != nil {
				t.Error(err)
			}
			order = append(order, k)
			return takesByRef(m)
		})
		o.clock.Advance(31 * time.Second)
		o.send() // one message finds out that it is back
		dead.answers(takesByRef)
		for range 6 {
			o.send()
		}
		if n := o.depth(); n != 0 || o.count(`state = 1`) != backlog+15 || o.count(`lane > 0`) != 0 {
			t.Errorf("%d still wait, %d in lanes", n, o.count(`lane > 0`))
		}
		if len(order) == 0 || order[0] != Code {
			t.Errorf("the first was of kind %v", order)
		}
	})
}

// What was put aside is found by the next worker, whatever its routes are.
func TestLanesOutliveTheirWorker(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		dead, well := newNamed("dead"), newNamed("well")
		dead.answers(noAnswer)
		o.by(route.Route{Sender: dead, Networks: []string{"+25471"}}, route.Route{Sender: well, Networks: []string{"+25473"}})
		o.to(onSafaricom, Receipt, 2*page)
		for range 6 {
			o.send()
			o.clock.Advance(time.Second)
		}
		aside := o.count(`lane > 0`)
		if aside < page/2 {
			t.Fatalf("%d were put aside", aside)
		}
		o.finish(ctx, ctx)
		other := newNamed("other")
		o.by(route.Route{Sender: other})
		for range 5 {
			o.send()
			o.clock.Advance(5 * time.Second)
		}
		if n := o.depth(); n != 0 || other.times() != 2*page {
			t.Errorf("%d wait, %d were sent", n, other.times())
		}
	})
}

// What waits for a dead route is given up when its time is over, wherever it waits.
func TestWaitingMessagesAge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		dead, well := newNamed("dead"), newNamed("well")
		dead.answers(noAnswer)
		o.by(route.Route{Sender: dead, Networks: []string{"+25471"}}, route.Route{Sender: well, Networks: []string{"+25473"}})
		o.to("+256772000001", Receipt, 1) // nobody serves that
		o.to(onSafaricom, Receipt, page+10)
		o.to(onSafaricom, Code, 7)
		for range 6 {
			o.send()
			o.clock.Advance(time.Second)
		}
		o.clock.Advance(10 * time.Minute)
		o.send()
		if n := o.count(`state = 2 AND error = 'expired' AND kind = 2`); n != 7 || o.depth() != page+11 {
			t.Errorf("%d codes were given up, %d wait", n, o.depth())
		}
		o.clock.Advance(24 * time.Hour)
		for range 4 {
			o.send()
			o.clock.Advance(sweep)
		}
		if n := o.count(`state = 2 AND error = 'expired'`); n != page+17 || o.count(`state = 2 AND error = 'no_route'`) != 1 || o.depth() != 0 {
			t.Errorf("%d were given up, %d without a route, %d wait", n, o.count(`error = 'no_route'`), o.depth())
		}
	})
}

// A route that hangs keeps no other waiting, not even while it hangs.
func TestHangingRoute(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	well := newNamed("well")
	release, arrived := make(chan struct{}), make(chan id.ID, 10)
	o.by(route.Route{Sender: hanging{"hangs", release}, Networks: []string{"+25471"}}, route.Route{Sender: well, Networks: []string{"+25473"}})
	well.answers(func(m sms.Message) sms.Result { arrived <- m.ID; return takesByRef(m) })
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	stuck := o.to(onSafaricom, Receipt, 1)[0]
	wg.Go(func() { o.Run(stop) })
	for range 3 {
		m := o.to(onAirtel, Receipt, 1)[0]
		o.Wake()
		select {
		case got := <-arrived:
			if got != m {
				t.Errorf("%s arrived, want %s", got, m)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("nothing arrived while another route hangs")
		}
	}
	cancel()
	close(release) // told to stop: what hangs is waited for
	wg.Wait()
	if s := o.state(stuck); s != Sent {
		t.Errorf("%s, want sent", s)
	}
}

// hanging is a sender that answers when it is released.
type hanging struct {
	name    string
	release chan struct{}
}

func (h hanging) Name() string { return h.name }

func (h hanging) Send(_ context.Context, messages []sms.Message) []sms.Result {
	<-h.release
	out := make([]sms.Result, len(messages))
	for i, m := range messages {
		out[i] = takesByRef(m)
	}
	return out
}

// A sender that panics has said nothing: its messages are tried again.
func TestPanickingSender(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	m := o.write(1)[0]
	o.provider.answers(func(sms.Message) sms.Result { panic("a bug") })
	o.send()
	if s := o.state(m); s != Waiting {
		t.Errorf("%s, want waiting", s)
	}
}

// A route keeps to its rate while it drains.
func TestRate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		slow := newNamed("slow")
		o.by(route.Route{Sender: slow, Rate: 50})
		o.to(jane, Receipt, 600)
		for range 101 { // ten seconds
			o.send()
			o.clock.Advance(pace)
		}
		if n := slow.times(); n < 490 || n > 515 {
			t.Errorf("%d left in ten seconds at 50 a second", n)
		}
	})
}

// A number that was taken along to another network goes by that network's route.
func TestLearnedNetwork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		a, b := newNamed("safaricom"), newNamed("airtel")
		o.by(route.Route{Sender: a, Networks: []string{"63902", "Safaricom"}}, route.Route{Sender: b, Networks: []string{"63903", "Airtel"}})
		o.to(onSafaricom, Receipt, 1)
		o.to(onAirtel, Receipt, 1)
		o.send()
		if a.times() != 1 || b.times() != 1 {
			t.Errorf("by the number plan %d and %d", a.times(), b.times())
		}
		for _, seen := range []string{"63903", "63902", "63903"} {
			o.Learn(onSafaricom, seen)
			o.Learn(onAirtel, "")
			if err := o.FlushNetworks(ctx); err != nil {
				t.Fatal(err)
			}
		}
		o.to(onSafaricom, Receipt, 1)
		o.send()
		if a.times() != 1 || b.times() != 2 {
			t.Errorf("as was seen %d and %d", a.times(), b.times())
		}
	})
}

// The database is away when a page is to be marked: its messages are not sent again, but marked when it is back.
func TestMarkedLater(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	written := o.write(5)
	o.fly()
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := o.mark(gone); err == nil {
		t.Fatal("marked without a database")
	}
	o.send()
	for _, m := range written {
		if o.state(m) != Sent || o.provider.got[m] != 1 {
			t.Errorf("%s, handed over %d times", o.state(m), o.provider.got[m])
		}
	}
}

func TestHealth(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	o.write(1)
	o.provider.answers(noAnswer)
	for range 4 {
		o.send()
		o.clock.Advance(10 * time.Second)
	}
	o.clock.Advance(-10 * time.Second)
	o.send()
	if got := fmt.Sprint(o.Health()); got != "[{fake true true false}]" {
		t.Error(got)
	}
}
