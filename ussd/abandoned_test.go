package ussd_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/intent"
)

// silence is how long a session may be silent in these tests.
const silence = 3 * time.Minute

// abandoned is the job that tells of calls that broke off, as far as they must be over.
func (w *world) abandoned() int {
	w.t.Helper()
	n, err := w.wallet.TellAbandoned(context.Background(), intent.Stretch{After: time.Unix(0, 0), Until: w.clock.Now().Add(-silence), Others: true})
	w.must(err)
	return n
}

// tells is the same as a line of a transcript.
func (w *world) tells() string { return fmt.Sprintf("%d told", w.abandoned()) }

func (w *world) wantTexts(what string, want ...string) {
	w.t.Helper()
	if want == nil {
		want = []string{"no SMS"}
	}
	if got := w.texted(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const notSent = "SMS to 0712 000 001: NOT SENT: Ksh 500 to JANE WANJIKU 0712000002. It was not finished, and no money has moved. To send it, dial *384#."

// A line that went dead on the PIN page: once the session must be over its owner is told, once, whatever process does it, and a PIN that comes
// after that is too late.
func TestWhoIsLeftOnThePINPageIsTold(t *testing.T) {
	dbtest.EachPair(t, func(t *testing.T, mine, theirs *db.DB) {
		w := newWorld(t, mine, "en")
		w.toPIN()
		w.clock.Advance(silence - time.Second)
		if n := w.abandoned(); n != 0 {
			t.Fatalf("%d told of a session that may go on", n)
		}
		w.clock.Advance(time.Second)
		other := w.another(theirs)
		var told atomic.Int64
		var all sync.WaitGroup
		for _, process := range []*world{w, other, w, other} {
			all.Go(func() { told.Add(int64(process.abandoned())) })
		}
		all.Wait()
		w.restart()
		told.Add(int64(w.abandoned()))
		if told.Load() != 1 {
			t.Errorf("told %d times", told.Load())
		}
		w.wantTexts("left on the PIN page", notSent)
		if page := w.keys("4826"); !strings.Contains(page.Text, "NOT DONE. No money has moved.") && !strings.HasPrefix(page.Text, "No money has moved.") {
			t.Errorf("the PIN, too late:\n%s", page.Text)
		}
		w.wantMoney(unmoved)
		if page := w.redials(); !strings.Contains(page.Text, "sending to 0712***002: NOT DONE. No money has moved.") {
			t.Errorf("the next dial:\n%s", page.Text)
		}
		w.clock.Advance(time.Hour)
		if n := w.abandoned(); n != 0 {
			t.Errorf("told %d times more", n)
		}
		w.wantTexts("later")
	})
}

// Nobody is told who knows: who looked around, went back from the price, stopped, or has the receipt; nor who dialled again and was told there.
func TestWhoKnowsIsNotTold(t *testing.T) {
	for name, call := range map[string]func(w *world){
		"the menu":      func(w *world) { w.dial("*384#", john); w.answer(true); w.keys("5") },
		"a balance":     func(w *world) { w.dial("*384*5*1#", john); w.answer(true); w.keys("4826") },
		"back":          func(w *world) { w.toPIN(); w.keys("0") },
		"stopped":       func(w *world) { w.toPIN(); w.keys("1111"); w.keys("0") },
		"went on":       func(w *world) { w.toPIN(); w.keys("0"); w.keys("600"); w.keys("4826") },
		"dialled again": func(w *world) { w.toPIN(); w.redials(); w.keys("2") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, dbtest.SQLite(t), "en")
			call(w)
			w.texted()
			w.clock.Advance(silence)
			if n := w.abandoned(); n != 0 {
				t.Errorf("%d told: %v", n, w.texted())
			}
		})
	}
}

// A last page that nobody saw: where money has moved the receipt tells, and nothing else does; where none has, an SMS says what the page said.
func TestALastPageThatNobodySaw(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.toPIN()
	w.call.typed = append(w.call.typed, "4826")
	w.answer(false)
	w.texted()
	w.clock.Advance(silence)
	if n := w.abandoned(); n != 0 {
		t.Errorf("%d told besides the receipt", n)
	}
	w.moved()

	w.toPINAgain()
	w.block("+254712000002") // and so the send is refused behind the PIN
	w.call.typed = append(w.call.typed, "4826")
	page := w.answer(false)
	if !page.End {
		t.Fatalf("not refused:\n%s", page.Text)
	}
	w.clock.Advance(silence)
	if n := w.abandoned(); n != 1 {
		t.Errorf("%d told", n)
	}
	w.wantTexts("refused", "SMS to 0712 000 001: "+page.Text)
	if n := w.abandoned(); n != 0 {
		t.Errorf("%d told again", n)
	}
	w.wantMoney(unmoved)
}

// toPINAgain comes to the PIN page of another amount, from a dial that says first what became of the one before.
func (w *world) toPINAgain() {
	w.t.Helper()
	w.dial("*384*1*0712000002*510#", john)
	if page := w.answer(true); !strings.Contains(page.Text, "Enter PIN") {
		w.t.Fatalf("no PIN page:\n%s", page.Text)
	}
}

// The gateway's notice that the last page did not arrive counts, and of several tries in a call the last one.
func TestAWrongPINBeforeTheLineGoesDead(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.toPIN()
	w.keys("1111")
	w.ended(true)
	w.clock.Advance(silence)
	if n := w.abandoned(); n != 1 {
		t.Errorf("%d told", n)
	}
	w.wantTexts("after a wrong PIN", notSent)
}

// The page said that it is not certain, and an SMS would tell. It does: the receipt, or that nothing came of it.
func TestTheSMSThatThePagePromised(t *testing.T) {
	mine, theirs := dbtest.Two(t)
	w := newWorld(t, mine, "en")
	w.toPIN()
	w.budget = 300 * time.Millisecond
	w.serve()
	w.toPINAgain()
	release := sitOnTheSequencer(t, theirs)
	page := w.keys("4826")
	if !page.End || !strings.Contains(page.Text, "We do not know yet") {
		t.Fatalf("page: %+v", page)
	}
	w.clock.Advance(silence)
	release()
	told := w.abandoned()
	texts := strings.Join(w.texted(), "\n")
	switch moved := strings.Join(w.moved(), "; "); {
	case moved == unmoved && strings.Contains(texts, "NOT SENT: Ksh 510 to JANE WANJIKU"):
	case moved != unmoved && strings.Contains(texts, "Ksh 510 SENT to JANE WANJIKU") && !strings.Contains(texts, "NOT SENT: Ksh 510"):
	default:
		t.Errorf("%s, told %d, texts\n%s", moved, told, texts)
	}
}

// An operator is told in the operator's words; what was asked for by SMS, when its quote stands no longer.
func TestOthersWhoAreTold(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.openShops()
	w.dial("*384*1*0712000001*600#", "+254712000011")
	if page := w.answer(true); !strings.Contains(page.Text, "Enter PIN") {
		t.Fatalf("no PIN page:\n%s", page.Text)
	}
	w.clock.Advance(silence)
	if n := w.abandoned(); n != 1 {
		t.Errorf("%d told", n)
	}
	w.wantTexts("an operator", "SMS to 0712 000 011: NOT DONE: Ksh 600, 0712***001. It was not finished, and no money has moved. If you still want it, dial *384#.")

	w.asksToSend()
	w.clock.Advance(intent.Life)
	n, err := w.wallet.TellAbandoned(context.Background(), intent.Stretch{After: time.Unix(0, 0), Until: w.clock.Now().Add(-intent.Life), Gateways: []string{wallet.ByText}})
	w.must(err)
	if n != 1 {
		t.Errorf("%d told", n)
	}
	w.wantTexts("by SMS", notSent)
}

// However many were left on a PIN page, each is told once, and those of other gateways are not gone through.
func TestManyWhoWereLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "en")
		const many = 1_200 // more than two pages of a sweep
		for i := range many {
			_, err := w.wallet.QuoteSend(context.Background(), wallet.SendRequest{From: john, To: "+254712000002", Amount: int64(100+i) * 100,
				Origin: wallet.Origin{Gateway: []string{"hubtel", "telco"}[i%2], Session: [16]byte{1, byte(i), byte(i >> 8)}}})
			w.must(err)
		}
		until := w.clock.Now().Add(time.Second)
		tell := func(in intent.Stretch) int {
			in.After, in.Until = time.Unix(0, 0), until
			n, err := w.wallet.TellAbandoned(context.Background(), in)
			w.must(err)
			return n
		}
		got := fmt.Sprint(tell(intent.Stretch{Gateways: []string{"nalo"}}), tell(intent.Stretch{Gateways: []string{"hubtel", "nalo"}}),
			tell(intent.Stretch{Gateways: []string{"hubtel"}}), tell(intent.Stretch{Gateways: []string{"hubtel"}, Others: true}), tell(intent.Stretch{Others: true}))
		if want := fmt.Sprint(0, many/2, 0, many/2, 0); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	})
}
