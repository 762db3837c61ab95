package ussd_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/ussd"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

// uncounted sends callbacks of a gateway that sends the latest input and does not number its turns.
func (w *world) uncounted(text string, change func(*ussd.Request)) ussd.Reply {
	r := ussd.Request{Gateway: "arkesel", Session: "s1", Caller: john, Text: text, Later: true, Limit: limit}
	if change != nil {
		change(&r)
	}
	return w.service.Handle(context.Background(), r)
}

func starts(r *ussd.Request) { r.New, r.Later = true, false }

// whileAnswering lets one callback arrive while another is being answered, and returns both replies.
func (w *world) whileAnswering(first, second func() ussd.Reply) (one, two ussd.Reply) {
	var other sync.WaitGroup
	arrives := func() {
		before := w.desk.asked.Load()
		other.Go(func() { two = second() })
		for w.desk.asked.Load() == before {
			runtime.Gosched()
		}
	}
	w.trap.during.Store(&arrives)
	one = first()
	other.Wait()
	return one, two
}

func TestAnUncountedTurnThatArrivesTwiceAtOnceIsOneTry(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.uncounted("1*0712000002*500", starts)
	pin := func(pin string) func() ussd.Reply { return func() ussd.Reply { return w.uncounted(pin, nil) } }
	one, two := w.whileAnswering(pin("1111"), pin("1111"))
	if one != two || !strings.Contains(one.Text, "You have 2 tries left.") {
		t.Fatalf("a repeat was a second try:\n%s\n%s", one.Text, two.Text)
	}
	one, two = w.whileAnswering(pin("2222"), pin("4826"))
	if one != two || !strings.Contains(one.Text, "You have 1 try left.") {
		t.Fatalf("what was typed before the page was shown is taken for its answer:\n%s\n%s", one.Text, two.Text)
	}
	w.wantMoney(unmoved)
	if page := w.uncounted("4826", nil); !strings.HasPrefix(page.Text, "SENT") {
		t.Fatalf("the session does not go on:\n%s", page.Text)
	}
	w.wantMoney(sentOnce)
}

func TestUncountedTurnsAtOnceAndAfterTheEndMoveMoneyOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "en")
		w.uncounted("1*0712000002*500", starts)
		replies := make([]ussd.Reply, 30)
		var all sync.WaitGroup
		for i := range replies {
			all.Go(func() { replies[i] = w.uncounted("4826", nil) })
		}
		all.Wait()
		for _, r := range replies {
			if r != replies[0] || !r.End || !strings.HasPrefix(r.Text, "SENT Ksh 500") {
				t.Fatalf("a reply differs, or is no receipt: %+v and %+v", r, replies[0])
			}
		}
		if again := w.uncounted("4826", nil); again != replies[0] {
			t.Fatalf("after the end:\n%s", again.Text)
		}
		if again := w.uncounted("1*0712000002*500", starts); again != replies[0] {
			t.Fatalf("its start again, after the end:\n%s", again.Text)
		}
		w.wantMoney(sentOnce)
	})
}

// A start that arrives twice, before or after its answer, starts once.
func TestAnUncountedStartThatArrivesTwice(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	first := w.uncounted("", starts)
	second := w.uncounted("1", nil)
	if again := w.uncounted("", starts); again != second {
		t.Fatalf("the start, late:\n%s\nwant the latest page:\n%s\nnot the first:\n%s", again.Text, second.Text, first.Text)
	}
	if page := w.uncounted("0712000002", nil); !strings.Contains(page.Text, "amount") {
		t.Fatalf("it does not go on:\n%s", page.Text)
	}
	w.wantMoney(unmoved)
}

// A session that this node does not know, of a gateway that knows it to have begun: what was typed answers no page.
func TestALaterTurnOfAnUnknownSession(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.uncounted("1*0712000002*500", starts)
	w.restart()
	if page := w.uncounted("4826", nil); !strings.Contains(page.Text, "NOT DONE. No money has moved.") {
		t.Fatalf("a PIN for a page that is forgotten:\n%s", page.Text)
	}
	if page := w.uncounted("1*0712000002*500", func(r *ussd.Request) { r.Session = "s2" }); strings.Contains(page.Text, "PIN") || strings.Contains(page.Text, "NOT DONE") {
		t.Fatalf("an answer was taken for a short cut, or for a dial:\n%s", page.Text)
	}
	w.wantMoney(unmoved)
}

// A gateway that does not say whether a session is new: the opening counts if it is, and the text if it is not.
func TestAnOpening(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	unsaid := func(text, opening string) ussd.Reply {
		return w.uncounted(text, func(r *ussd.Request) { r.Later, r.Opening = false, opening })
	}
	if page := unsaid("384*1*0712000002*500", "1*0712000002*500"); !strings.Contains(page.Text, "Enter PIN to send") {
		t.Fatalf("a short dial:\n%s", page.Text)
	}
	if page := unsaid("4826", ""); !page.End || !strings.HasPrefix(page.Text, "SENT") {
		t.Fatalf("the PIN:\n%s", page.Text)
	}
	w.wantMoney(sentOnce)
}

// A gateway without session IDs: every dial is a session of its own, and meets nothing of the one before.
func TestAGatewayThatDoesNotNameItsSessions(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	unnamed := func(text string, more ...func(*ussd.Request)) ussd.Reply {
		return w.uncounted(text, func(r *ussd.Request) {
			r.Session, r.Reused = "", true
			for _, change := range more {
				change(r)
			}
		})
	}
	unnamed("1*0712000002*500", starts)
	sent := unnamed("4826")
	if again := unnamed("4826"); again != sent || !strings.HasPrefix(sent.Text, "SENT") {
		t.Fatalf("the PIN, and again:\n%s\n%s", sent.Text, again.Text)
	}
	w.wantMoney(sentOnce)
	w.service.Ended(context.Background(), ussd.EndNotice{Gateway: "arkesel", Caller: john}) // the gateway has taken it
	w.clock.Advance(5 * time.Second)
	if menu := unnamed("", starts); menu.End || strings.Contains(menu.Text, "SENT") {
		t.Fatalf("the next dial:\n%s", menu.Text)
	}
	if page := unnamed("1"); !strings.Contains(page.Text, "number") {
		t.Fatalf("the next dial does not go on:\n%s", page.Text)
	}
	w.restart()
	if page := unnamed("4826"); strings.HasPrefix(page.Text, "SENT") {
		t.Fatalf("another node gave the end of the session before:\n%s", page.Text)
	}
	w.wantMoney(unmoved)
}

// A gateway that names each call: a repeat is known by that, whenever it comes.
func TestARepeatedCallIsKnownByItsID(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	call := func(id, text string, more ...func(*ussd.Request)) ussd.Reply {
		return w.uncounted(text, func(r *ussd.Request) {
			r.Session, r.Reused, r.ID = "", true, id
			for _, change := range more {
				change(r)
			}
		})
	}
	first := call("m1", "", starts)
	call("m2", "1")
	if again := call("m1", "", starts); again != first {
		t.Fatalf("the start again:\n%s", again.Text)
	}
	call("m3", "0712000002")
	call("m4", "500")
	for range 3 {
		if page := call("m5", "1111"); !strings.Contains(page.Text, "You have 2 tries left.") {
			t.Fatalf("a repeat was another try:\n%s", page.Text)
		}
	}
	if page := call("m6", "1111"); !strings.Contains(page.Text, "You have 1 try left.") {
		t.Fatalf("another call was taken for a repeat:\n%s", page.Text)
	}
	if page := call("m7", "4826"); !strings.HasPrefix(page.Text, "SENT") {
		t.Fatal(page.Text)
	}
	w.wantMoney(sentOnce)
}

// A gateway gets its answer by its own deadline.
func TestAnImpatientGateway(t *testing.T) {
	mine, theirs := dbtest.Two(t)
	w := newWorld(t, mine, "en")
	w.uncounted("1*0712000002*500", starts)
	release := sitOnTheSequencer(t, theirs)
	page := w.uncounted("4826", func(r *ussd.Request) { r.Deadline = 300 * time.Millisecond })
	release()
	if !page.End || !strings.Contains(page.Text, "We do not know yet") {
		t.Fatalf("page: %+v", page)
	}
}
