package session_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/ussd/menu"
	"senti/ussd/session"
	"senti/wallet/clock"
	"senti/wallet/key"
)

func TestASessionLives180SecondsAfterItsLastCallback(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 12, 3, 11, 0, 0, 0, time.UTC))
	s := session.NewStore(c, 10)
	visit(s, 1)
	c.Advance(session.TTL - time.Microsecond)
	if !visit(s, 1) {
		t.Fatal("gone one microsecond before its time")
	}
	c.Advance(session.TTL - time.Microsecond)
	if !visit(s, 1) {
		t.Fatal("a callback did not prolong it")
	}
	c.Advance(session.TTL)
	if visit(s, 1) {
		t.Fatal("still there at its expiry")
	}
	if n := s.Len(); n != 1 {
		t.Fatalf("%d sessions, want the new one", n)
	}
}

func TestASessionThatIsOverIsKeptAWhileWithoutItsPlace(t *testing.T) {
	c, r := clock.NewFake(time.Unix(0, 0)), reader(t)
	s := session.NewStore(c, 10)
	held, _ := s.Lock(session.Key{1})
	held.Started, held.Place = true, menu.Place{Flow: "send"}
	held.Answer(r.First(session.Callback{Turn: 1}), session.Reply{Text: "SENT", End: true})
	s.Unlock(held)
	c.Advance(session.OverTTL - time.Microsecond)
	held = s.Peek(session.Key{1})
	if held == nil || held.History.Over() == nil || held.Place.Flow != "" {
		t.Fatalf("the last page is gone, or the place is not: %+v", held)
	}
	s.Unlock(held)
	c.Advance(time.Microsecond)
	if s.Peek(session.Key{1}) != nil {
		t.Fatal("still there at its expiry")
	}
}

func TestTheOldestMakeRoomButNotOneThatIsBeingServed(t *testing.T) {
	s := session.NewStore(clock.NewFake(time.Unix(0, 0)), 3)
	served, _ := s.Lock(session.Key{1})
	served.Started = true
	for k := byte(2); k <= 20; k++ {
		visit(s, k)
	}
	if n := s.Len(); n != 3 {
		t.Fatalf("%d sessions, want 3", n)
	}
	s.Unlock(served)
	if !visit(s, 1) || !visit(s, 20) || visit(s, 2) {
		t.Fatal("the wrong ones were dropped")
	}
}

func TestCallbacksOfOneSessionAreServedOneAtATime(t *testing.T) {
	s := session.NewStore(clock.System{}, 10)
	inside := 0
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			held, _ := s.Lock(session.Key{7})
			defer s.Unlock(held)
			inside++ // the race detector, and the count, see it if two are in here
			if inside != 1 {
				t.Error("two callbacks at once")
			}
			inside--
		})
	}
	wait.Wait()
}

// visit serves a callback and reports whether the session had been there before.
func visit(s *session.Store, k byte) bool {
	held, _ := s.Lock(session.Key{k})
	defer s.Unlock(held)
	was := held.Started
	held.Started = true
	return was
}

// The transcripts of one session in the order they come, and what each must mean: "new:…" or "again:…".
func TestTranscripts(t *testing.T) {
	for name, c := range map[string][]string{
		"one after another": {
			"", "new:", "1", "new:1", "1*0712000002", "new:0712000002", "1*0712000002*500", "new:500"},
		"a short dial, then a PIN": {
			"1*0712000002*100", "new:1*0712000002*100", "1*0712000002*100*4826", "new:4826"},
		"each comes twice": {
			"", "new:", "", "again:0", "1", "new:1", "1", "again:1", "1*2", "new:2", "1*2", "again:2"},
		"an older one comes late": {
			"", "new:", "1", "new:1", "1*2", "new:2", "1", "again:1", "", "again:0", "1*2*3", "new:3"},
		"a star that was typed stays in the input": {
			"", "new:", "1", "new:1", "1*5*5", "new:5*5", "1*5*5*7", "new:7"},
		"an empty input is an input": {
			"", "new:", "1", "new:1", "1*", "new:", "1**2", "new:2"},
		"another beginning changes nothing": {
			"", "new:", "1", "new:1", "2*4826", "again:1", "1*3", "new:3"},
		"longer digits are not a new turn": {
			"", "new:", "1", "new:1", "12", "again:1", "1*2", "new:2"},
	} {
		t.Run(name, func(t *testing.T) {
			r := reader(t)
			var h session.Session
			n := 0
			for i := 0; i < len(c); i += 2 {
				call := session.Callback{Whole: true, Text: c[i]}
				got := r.First(call)
				if i > 0 {
					got = r.Read(&h.History, call)
				}
				said := "new:" + got.Input
				if got.Known != nil {
					said = "again:" + got.Known.Text
				} else {
					h.Answer(got, session.Reply{Text: fmt.Sprint(n)})
					n++
				}
				if said != c[i+1] {
					t.Fatalf("transcript %q: %s, want %s", c[i], said, c[i+1])
				}
			}
		})
	}
}

func TestNumberedTurns(t *testing.T) {
	r := reader(t)
	var h session.Session
	for i, c := range []struct {
		turn  int
		text  string
		known string // the reply given again, "" when the turn is new
	}{
		{1, "", ""}, {1, "", "0"}, {2, "1", ""}, {3, "1", ""}, {3, "1", "3"}, {2, "1", "2"}, {2, "9", "3"}, {4, "1", ""},
	} {
		call := session.Callback{Turn: c.turn, Text: c.text}
		got := r.Read(&h.History, call)
		switch {
		case got.Known == nil && c.known == "":
			h.Answer(got, session.Reply{Text: fmt.Sprint(i)})
		case got.Known == nil || got.Known.Text != c.known:
			t.Fatalf("callback %d: known %v, want %q", i, got.Known, c.known)
		}
	}
}

func TestNothingTypedIsKept(t *testing.T) {
	r := reader(t)
	var h session.Session
	first := r.First(session.Callback{Whole: true, Text: "1"})
	h.Answer(first, session.Reply{Text: "Enter PIN"})
	h.Answer(r.Read(&h.History, session.Callback{Whole: true, Text: "1*4826"}), session.Reply{Text: "SENT", End: true})
	if s := fmt.Sprintf("%+v %#v", h.History, h.History); strings.Contains(s, "4826") {
		t.Fatalf("the PIN is in the session: %s", s)
	}
	if h.History.Over() == nil {
		t.Fatal("the session is over, but does not say so")
	}
}

func TestDialled(t *testing.T) {
	for text, want := range map[string]string{
		"": "[]", "1": "[1]", "1*0712000002*100": "[1 0712000002 100]", "1*0712000002*100#": "[1 0712000002 100]", " ": "[]", "*1": "[1]",
	} {
		if got := fmt.Sprint(session.Dialled(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func reader(t *testing.T) *session.Reader {
	t.Helper()
	r, err := session.NewReader(key.Demo())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Whatever is typed after a transcript is the next input, and nothing that is sent can make the reader fail.
func FuzzTranscript(f *testing.F) {
	f.Add("", "1")
	f.Add("1*0712000002*100", "4826")
	f.Add("1*", "*")
	f.Add("1", "5*5")
	keys := key.Demo()
	f.Fuzz(func(t *testing.T, before, typed string) {
		r, err := session.NewReader(keys)
		if err != nil {
			t.Fatal(err)
		}
		var h session.Session
		h.Answer(r.First(session.Callback{Whole: true, Text: before}), session.Reply{Text: "page"})
		if again := r.Read(&h.History, session.Callback{Whole: true, Text: before}); again.Known == nil {
			t.Fatalf("a repeat of %q is taken for new", before)
		}
		next := before + "*" + typed
		if before == "" {
			next = typed
		}
		switch got := r.Read(&h.History, session.Callback{Whole: true, Text: next}); {
		case next == before:
		case got.Known != nil || got.Input != typed:
			t.Fatalf("%q after %q is read as %q, known %v", typed, before, got.Input, got.Known)
		}
		_ = r.Read(&h.History, session.Callback{Whole: true, Text: typed})
		session.Dialled(typed)
	})
}
