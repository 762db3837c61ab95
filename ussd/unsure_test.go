package ussd_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"senti/ussd"
	"senti/wallet/db/dbtest"
	"senti/wallet/msisdn"
)

const njeri = msisdn.Number("+254712000011")

// short dials the send of Ksh 500 to Jane in advance, as somebody does who got no clear answer to the first.
func (w *world) short() ussd.Reply {
	w.dial("*384*1*0712000002*500#", john)
	return w.answer(true)
}

// While nobody knows what became of a send, the same short dial must not come to the PIN page unasked.
func TestTheSameShortDialAfterAnUnknownOutcomeIsAskedAbout(t *testing.T) {
	mine, theirs := dbtest.Two(t)
	w := newWorld(t, mine, "en")
	w.budget = 300 * time.Millisecond
	w.serve()

	w.short()
	release := sitOnTheSequencer(t, theirs)
	page := w.keys("4826")
	meanwhile := w.short()
	release()
	if !strings.Contains(page.Text, "We do not know yet") {
		t.Fatalf("page: %+v", page)
	}
	if meanwhile.End || !strings.HasPrefix(meanwhile.Text, "It is not certain yet if your Ksh 500 went to 0712 000 002. Send it again?") {
		t.Fatalf("meanwhile: %+v", meanwhile)
	}

	// Once it is certain the question is the usual one, or there is none because nothing went.
	after := w.short()
	moved := strings.Join(w.moved(), "; ")
	switch {
	case moved == sentOnce && strings.HasPrefix(after.Text, "You sent Ksh 500 to 0712 000 002 just now. Again?"):
	case moved == unmoved && strings.HasPrefix(after.Text, "Send Ksh 500 to\nJANE WANJIKU"):
	default:
		t.Fatalf("%s, and the same dial shows:\n%s", moved, after.Text)
	}
}

// When the database cannot be asked what became of the last send, no page may say that no money has moved.
func TestADialThatCannotSeeTheLastSendClaimsNothing(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.toPIN()
	w.call.typed = append(w.call.typed, "4826")
	w.answer(false)
	sending := w.call
	w.budget = time.Nanosecond
	w.serve() // the process still knows who he is, but no longer the session
	blind := func(what, want string) {
		t.Helper()
		if page := w.answer(false); !page.End || !strings.HasPrefix(page.Text, want) {
			t.Errorf("%s: %+v", what, page)
		}
	}
	w.dial("*384#", john)
	blind("a new dial", "We cannot see your wallet now.")
	w.call = sending
	blind("the PIN once more", "We cannot see your wallet now.")
	w.restart()
	w.dial("*384#", john)
	blind("a new dial to a process that does not know his language either", "Hatuwezi kuona akaunti yako sasa.")
	w.wantMoney(sentOnce)
}

// A numbered turn answers a page. A process that never showed the page makes nothing of it.
func TestANumberedTurnOfAnUnknownSessionIsNoDial(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	send := func(session string, turn int, text string) ussd.Reply {
		return w.service.Handle(context.Background(), ussd.Request{
			Gateway: "senti", Session: session, Caller: john, Text: text, New: turn == 1, Turn: turn, Limit: limit,
		})
	}
	menu := send("s0", 1, "")
	for _, typed := range []string{"5", "1", "1*0712000002*500", "4826"} {
		if page := send("s-"+typed, 4, typed); page != menu {
			t.Errorf("%s typed on a page that is gone:\n%s", typed, page.Text)
		}
	}
	send("s1", 1, "1*0712000002*500")
	sent := send("s1", 2, "4826")
	w.restart()
	if again := send("s1", 2, "4826"); again != sent {
		t.Errorf("the last turn once more:\n%s", again.Text)
	}
	w.wantMoney(sentOnce)
}

// What is asked, taken back or cancelled while the database is slow is not said to be undone: nobody knows.
func TestNothingIsClaimedOfWhatIsUnderWay(t *testing.T) {
	for name, c := range map[string]struct {
		before []string
		dial   string
		phone  msisdn.Number
		key    string
	}{
		"an operator asks":    {nil, "*384*2*0712000001*1*500#", njeri, "1"},
		"takes it back":       {[]string{"dial *384*2*0712000001*1*500# from 0712000011", "> 1"}, "*384*2*0712000001*1*500#", njeri, "1"},
		"cancels a code":      {[]string{"dial *384*2*2*500# from 0712000001", "> 4826"}, "*384*2*2#", john, "2"},
		"a customer says no":  {[]string{"dial *384*2*0712000001*1*500# from 0712000011", "> 1"}, "*384#", john, "2"},
		"takes float back":    {[]string{"dial *384*6*3*110140*500# from 0712000011", "> 1"}, "*384*6*3#", njeri, "1"},
		"says no to float":    {[]string{"dial *384*6*3*110140*500# from 0712000011", "> 1"}, "*384#", "+254712000012", "2"},
		"closes the own till": {nil, "*384*7*4#", njeri, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			mine, theirs := dbtest.Two(t)
			w := newWorld(t, mine, "en")
			w.openShops()
			for _, line := range c.before {
				w.obey(line)
			}
			w.budget = time.Second
			w.serve()
			w.dial(c.dial, c.phone)
			shown := w.answer(true)
			release := sitOnTheSequencer(t, theirs)
			page := w.keys(c.key)
			release()
			if !strings.Contains(page.Text, "We do not know yet") {
				t.Errorf("%s\nand then\n%s", shown.Text, page.Text)
			}
		})
	}
}
