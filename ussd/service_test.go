package ussd_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/ussd"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/msisdn"
)

const john = msisdn.Number("+254712000001")

// keys types inputs one after another and returns the last page.
func (w *world) keys(inputs ...string) ussd.Reply {
	var reply ussd.Reply
	for _, input := range inputs {
		w.call.typed = append(w.call.typed, input)
		reply = w.answer(true)
	}
	return reply
}

// toPIN dials and goes to the PIN page of a send of Ksh 500 to Jane.
func (w *world) toPIN() {
	w.t.Helper()
	w.dial("*384#", john)
	w.answer(true)
	if page := w.keys("1", "0712000002", "500"); !strings.Contains(page.Text, "Enter PIN to send") {
		w.t.Fatalf("not the PIN page:\n%s", page.Text)
	}
}

// wantMoney fails unless exactly this has happened to everyone's money since it was last asked.
func (w *world) wantMoney(want string) {
	w.t.Helper()
	if got := strings.Join(w.moved(), "; "); got != want {
		w.t.Fatalf("money: %s\nwant   %s", got, want)
	}
}

const (
	sentOnce = "0712 000 001 has Ksh 4,493; 0712 000 002 has Ksh 1,700"
	unmoved  = "no money has moved"
)

func TestTheSameCallbackAtOnceIsAnsweredAlikeAndMovesMoneyOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "en")
		w.toPIN()
		w.call.typed = append(w.call.typed, "4826")
		request := w.request()
		replies := make([]ussd.Reply, 30)
		var all sync.WaitGroup
		for i := range replies {
			all.Go(func() { replies[i] = w.service.Handle(context.Background(), request) })
		}
		all.Wait()
		for _, r := range replies {
			if r != replies[0] || !r.End || !strings.HasPrefix(r.Text, "SENT Ksh 500") {
				t.Fatalf("a reply differs, or is no receipt: %+v and %+v", r, replies[0])
			}
		}
		w.wantMoney(sentOnce)
		if w.counted[ussd.OutcomeRepeat] != 29 {
			t.Errorf("%d repeats counted, want 29", w.counted[ussd.OutcomeRepeat])
		}
	})
}

func TestCallbacksOfDifferentTurnsAtOnceAreHarmless(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.toPIN()
	var requests []ussd.Request
	whole := append(w.call.typed, "1111", "4826", "4826")
	for n := range len(whole) + 1 {
		w.call.typed = whole[:n]
		requests = append(requests, w.request())
	}
	var all sync.WaitGroup
	for range 5 {
		for _, r := range requests {
			all.Go(func() { w.service.Handle(context.Background(), r) })
		}
	}
	all.Wait()
	// Which came first is anyone's guess, but 500 leaves at most once and a PIN counts at most once.
	if got := strings.Join(w.moved(), "; "); got != unmoved && got != sentOnce {
		t.Fatal(got)
	}
}

func TestALateCallbackGetsItsOwnPageAndChangesNothing(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.dial("*384#", john)
	pages := []ussd.Reply{w.answer(true), w.keys("1"), w.keys("0712000002"), w.keys("500")}
	whole := w.call.typed
	for n, page := range pages[:3] {
		w.call.typed = whole[:n]
		if again := w.answer(true); again != page {
			t.Fatalf("callback %d, late:\n%s\nit was:\n%s", n, again.Text, page.Text)
		}
	}
	w.call.typed = []string{"5", "1", "4826"} // another conversation under the same session ID
	if again := w.answer(true); again != pages[3] {
		t.Fatalf("a transcript of another past is taken for a turn:\n%s", again.Text)
	}
	w.call.typed = whole
	if page := w.keys("4826"); !page.End {
		t.Fatalf("the conversation does not go on:\n%s", page.Text)
	}
	w.wantMoney(sentOnce)
}

func TestNobodyMeetsAnothersSession(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.toPIN()
	w.call.from = "+254712000002"
	if page := w.keys("4826"); strings.Contains(page.Text, "SENT") {
		t.Fatalf("another phone used the session:\n%s", page.Text)
	}
	w.wantMoney(unmoved)
}

func TestAnotherNodeAnswersForWhatTheFirstHasDone(t *testing.T) {
	first, second := dbtest.Two(t)
	w := newWorld(t, first, "en")
	other := w.another(second)

	w.toPIN()
	sent := w.keys("4826")
	other.call = w.call
	if again := other.answer(true); again != sent {
		t.Fatalf("the other node says:\n%s\nthe first said:\n%s", again.Text, sent.Text)
	}
	w.wantMoney(sentOnce)

	w.clock.Advance(5 * time.Minute)
	w.toPIN()
	other.call = w.call
	if page := other.keys("4826"); !strings.Contains(page.Text, "NOT DONE. No money has moved.") {
		t.Fatalf("a PIN for a page of another node:\n%s", page.Text)
	}
	w.wantMoney(unmoved)
}

// A gateway that sends only the latest input, and numbers its turns.
func TestLatestInputGateway(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	send := func(turn int, text string) ussd.Reply {
		return w.service.Handle(context.Background(), ussd.Request{
			Gateway: "senti", Session: "s1", Caller: john, Text: text, New: turn == 1, Turn: turn, Limit: limit,
		})
	}
	send(1, "1*0712000002*500")
	if page := send(2, "1111"); !strings.Contains(page.Text, "You have 2 tries left.") {
		t.Fatal(page.Text)
	}
	if page := send(2, "1111"); !strings.Contains(page.Text, "You have 2 tries left.") {
		t.Fatalf("a repeat was a second try:\n%s", page.Text)
	}
	if page := send(3, "1111"); !strings.Contains(page.Text, "You have 1 try left.") {
		t.Fatalf("the same input in the next turn was taken for a repeat:\n%s", page.Text)
	}
	if page := send(4, "4826"); !page.End || !strings.HasPrefix(page.Text, "SENT") {
		t.Fatal(page.Text)
	}
	w.wantMoney(sentOnce)
}

// The tightest gateway shows 120 characters. The receipt comes in two parts, and the money moves with the first.
func TestALongReceiptComesInParts(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	at := func(turn int, text string) ussd.Reply {
		return w.service.Handle(context.Background(), ussd.Request{
			Gateway: "senti", Session: "s1", Caller: john, Text: text, Turn: turn, Limit: 120,
		})
	}
	at(1, "1*0712000002*500")
	part := at(2, "4826")
	if part.End || !strings.HasPrefix(part.Text, "SENT Ksh 500") || !strings.HasSuffix(part.Text, "98 More") {
		t.Fatalf("first part: %+v", part)
	}
	w.wantMoney(sentOnce)
	if last := at(3, "98"); !last.End || !strings.HasPrefix(last.Text, "SMS is coming.") {
		t.Fatalf("last part: %+v", last)
	}
	w.wantMoney(unmoved)
}

func TestMoneyThatIsNotCertainInTimeIsSaidToBeAndToldLater(t *testing.T) {
	mine, theirs := dbtest.Two(t)
	w := newWorld(t, mine, "en")
	w.budget = 300 * time.Millisecond
	w.restart()

	// Before the PIN this was not done, and the page says so; of what went before it, it says nothing. Jane is asked, since her
	// quote may yet be written down, and her next dial would begin with it.
	w.dial("*384*1*0712000001#", "+254712000002")
	w.answer(true)
	release := sitOnTheSequencer(t, theirs)
	page := w.keys("500")
	release()
	if !page.End || !strings.HasPrefix(page.Text, "This was not done") {
		t.Fatalf("a price that cannot be written down: %+v", page)
	}

	// After it nobody knows, and neither does the next dial.
	w.toPIN()
	release = sitOnTheSequencer(t, theirs)
	page = w.keys("4826")
	w.dial("*384#", john)
	waiting := w.answer(true)
	release()
	if !page.End || !strings.Contains(page.Text, "We do not know yet") || strings.Contains(page.Text, "No money") {
		t.Fatalf("page: %+v", page)
	}
	if !strings.Contains(waiting.Text, "sending to 0712***002: NOT CERTAIN YET. Do not send again.") {
		t.Fatalf("meanwhile: %s", waiting.Text)
	}

	// In the end it is certain, and told as it is.
	w.dial("*384#", john)
	told := w.answer(true)
	want := unmoved
	if strings.Contains(told.Text, "sending to 0712***002: DONE. Do not send again.") {
		want = sentOnce
	} else if !strings.Contains(told.Text, "sending to 0712***002: NOT DONE. No money has moved.") {
		t.Fatalf("it is not told:\n%s", told.Text)
	}
	w.wantMoney(want)
}

// sitOnTheSequencer locks the row that every commit passes, until the returned function is called.
func sitOnTheSequencer(t *testing.T, d *db.DB) (release func()) {
	t.Helper()
	locked, unlock := make(chan struct{}), make(chan struct{})
	var holder sync.WaitGroup
	holder.Go(func() {
		err := d.TransactOnce(context.Background(), func(tx *db.DB) error {
			_, err := tx.Exec(context.Background(), "UPDATE sequencer SET batch = batch WHERE id = 1")
			close(locked)
			<-unlock
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-locked
	return func() {
		close(unlock)
		holder.Wait()
	}
}

func TestABugIsSurvivedAndClaimsNothingAboutMoney(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.toPIN()
	w.trap.set = true
	page := w.keys("4826")
	w.trap.set = false
	if !page.End || !strings.Contains(page.Text, "We do not know yet") {
		t.Fatalf("page: %+v", page)
	}
	if w.counted[ussd.OutcomePanic] != 1 || !strings.Contains(w.log.String(), "a turn panicked") {
		t.Errorf("not counted or not logged: %v\n%s", w.counted, w.log)
	}
	if strings.Contains(w.log.String(), "4826") {
		t.Errorf("what the panic said was logged:\n%s", w.log)
	}
	w.dial("*384#", john)
	if page := w.answer(true); !strings.Contains(page.Text, "NOT DONE. No money has moved.") {
		t.Fatalf("afterwards:\n%s", page.Text)
	}
}

func TestTheEndOfAForgottenSessionIsStillNoted(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.toPIN()
	w.call.typed = append(w.call.typed, "4826")
	w.answer(false) // the process dies before the page is written …
	sending := w.call
	w.restart()
	w.call = sending
	w.answer(true) // … and its successor gives it again
	w.dial("*384#", john)
	if page := w.answer(true); strings.Contains(page.Text, "DONE") {
		t.Fatalf("told twice:\n%s", page.Text)
	}
	w.call = sending
	w.restart()
	w.ended(true) // a late notice: it had not arrived after all
	w.dial("*384#", john)
	if page := w.answer(true); !strings.Contains(page.Text, "DONE. Do not send again.") {
		t.Fatalf("not told:\n%s", page.Text)
	}
}

func TestNothingTypedIsLogged(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.toPIN()
	w.keys("4827", "48 26", "4828", "4829")
	w.dial("*384*5*1*4826#", john)
	w.answer(true)
	w.dial("*384#", "+254712000088")
	w.answer(true)
	w.keys("2", "1", "Ali Hassan", "87654321", "2749", "2750", "2749", "2749")
	if w.log.Len() == 0 {
		t.Fatal("nothing was logged at all: the test proves nothing")
	}
	for _, secret := range []string{"4826", "4827", "48 26", "4828", "4829", "2749", "2750", "87654321", "712000001"} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("%s is in the log:\n%s", secret, w.log)
		}
	}
}
