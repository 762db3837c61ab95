package route

import (
	"testing"
	"time"

	"senti/sms"
)

var noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

var (
	taken     = sms.Result{Accepted: true}
	refused   = sms.Result{Err: &sms.SendError{Code: "InvalidPhoneNumber"}}
	noAnswer  = sms.Result{Err: &sms.SendError{Code: sms.CodeNoAnswer, Retryable: true}}
	noCredit  = sms.Result{Err: &sms.SendError{Code: "InsufficientBalance", Account: true}}
	tooFast   = sms.Result{Err: &sms.SendError{Code: sms.CodeThrottled, Retryable: true}}
	notJust   = sms.Result{Err: &sms.SendError{Code: "GatewayError", Retryable: true}}
	away      = sms.Result{Err: &sms.SendError{Code: sms.CodeHTTPStatus, Status: 503, Retryable: true, Unclear: true}}
	in429     = sms.Result{Err: &sms.SendError{Code: sms.CodeHTTPStatus, Status: 429, Retryable: true, RetryAfter: 90 * time.Second}}
	nobody    = sms.Result{}
	elsewhere = map[string]struct {
		r    sms.Result
		want bool
	}{
		"taken": {taken, false}, "refused": {refused, false}, "no answer": {noAnswer, true}, "no credit": {noCredit, true},
		"too fast": {tooFast, true}, "not just now": {notJust, true}, "nothing said": {nobody, true},
	}
)

// bench is a gate and a clock to wind on.
type bench struct {
	*Gate
	t   *testing.T
	now time.Time
}

func newBench(t *testing.T, r Route) *bench {
	t.Helper()
	r.Name = "a"
	return &bench{newGate(r), t, noon}
}

// try gives the route a message, which must have room for one, and lands it.
func (b *bench) try(r sms.Result) {
	b.t.Helper()
	if b.Room(b.now) < 1 {
		b.t.Fatalf("at %v there is no room", b.now.Sub(noon))
	}
	b.Take(b.now, 1).Land(b.now, []sms.Result{r})
}

func (b *bench) room(want int) {
	b.t.Helper()
	if got := b.Room(b.now); got != want {
		b.t.Errorf("at %v there is room for %d, want %d", b.now.Sub(noon), got, want)
	}
}

func (b *bench) passes(d time.Duration) { b.now = b.now.Add(d) }

// A dead route is found out after three tries, and is left alone but for one message now and then, at most twice a minute.
func TestBreaker(t *testing.T) {
	for _, dead := range []sms.Result{noAnswer, noCredit, away} {
		b := newBench(t, Route{})
		for range 3 {
			if b.Down() {
				t.Error("down too soon")
			}
			b.try(dead)
		}
		if !b.Down() {
			t.Errorf("%v three times, and not down", dead.Err)
		}
		for _, rest := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
			b.passes(rest*time.Second - 1)
			b.room(0)
			b.passes(1)
			b.room(1)
			h := b.Take(b.now, 1)
			b.room(0) // nothing else until that one is back
			b.passes(5 * time.Second)
			b.room(0)
			h.Land(b.now, []sms.Result{dead})
		}
		b.passes(30 * time.Second)
		b.try(taken)
		b.room(Window)
		b.try(dead)
		if b.Down() {
			t.Error("what was before is not forgotten")
		}
	}
}

// What fails does not count when others went through, or when it was the message's own fault.
func TestNotTheRoute(t *testing.T) {
	b := newBench(t, Route{})
	for range 20 {
		b.try(refused)
		b.try(noAnswer)
		b.try(noAnswer)
	}
	for range 20 {
		b.try(notJust)
		b.try(nobody)
		b.Take(b.now, 3).Land(b.now, []sms.Result{noAnswer, noAnswer, taken})
	}
	if b.Down() {
		t.Error("down")
	}
}

// Many messages were under way when it died: those that come back later prolong nothing, and one that went through after all opens it.
func TestOldOnes(t *testing.T) {
	b := newBench(t, Route{})
	var old []Hand
	for range 5 {
		old = append(old, b.Take(b.now, 100))
	}
	for range 3 {
		b.try(noAnswer)
	}
	b.passes(time.Second)
	old[0].Land(b.now, []sms.Result{noAnswer})
	old[1].Land(b.now, []sms.Result{noAnswer})
	b.room(1)
	test := b.Take(b.now, 1)
	old[2].Land(b.now, []sms.Result{noAnswer})
	b.room(0)
	old[3].Land(b.now, []sms.Result{taken})
	test.Land(b.now, []sms.Result{taken})
	b.room(Window - 100)
	old[4].Land(b.now, nil)
	b.room(Window)
}

func TestBusy(t *testing.T) {
	b := newBench(t, Route{})
	b.try(tooFast)
	b.passes(time.Second - 1)
	b.room(0)
	b.passes(1)
	b.try(tooFast)
	b.passes(2*time.Second - 1)
	b.room(0)
	b.passes(1)
	b.Take(b.now, 2).Land(b.now, []sms.Result{tooFast, taken}) // some went through: it is not so bad
	b.passes(time.Second)
	b.room(Window)
	b.try(in429)
	b.passes(90*time.Second - 1)
	b.room(0)
	b.passes(1)
	b.room(Window)
	if b.Down() {
		t.Error("busy is not down")
	}
	long := in429
	long.Err = &sms.SendError{Code: sms.CodeThrottled, Retryable: true, RetryAfter: 100 * time.Hour}
	b.try(long)
	b.passes(time.Hour)
	b.room(Window)
}

// A route keeps to its rate, and goes at its full rate.
func TestRate(t *testing.T) {
	b := newBench(t, Route{Rate: 50})
	sent := 0
	for range 100 { // ten seconds
		n := b.Room(b.now)
		b.Take(b.now, n).Land(b.now, make([]sms.Result, n))
		sent += n
		b.passes(100 * time.Millisecond)
	}
	if sent < 495 || sent > 510 {
		t.Errorf("%d left in ten seconds, want 500", sent)
	}
	b.passes(time.Hour)
	b.room(10) // an hour's silence is not made up for
	newBench(t, Route{Rate: 1}).room(1)
}

func TestWindow(t *testing.T) {
	b := newBench(t, Route{})
	first := b.Take(b.now, Window-1)
	b.room(1)
	b.Take(b.now, 1)
	b.room(0)
	first.Land(b.now, []sms.Result{taken})
	b.room(Window - 1)
}

func TestElsewhere(t *testing.T) {
	for name, c := range elsewhere {
		if got := Elsewhere(c.r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
