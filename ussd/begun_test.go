package ussd_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/ussd"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// byText is where what John asks for by SMS comes from.
var byText = wallet.Origin{Gateway: wallet.ByText}

// asksToSend has John ask by SMS to send Ksh 500 to Jane.
func (w *world) asksToSend() id.ID {
	w.t.Helper()
	q, err := w.wallet.QuoteSend(context.Background(), wallet.SendRequest{From: john, To: "+254712000002", Amount: 500_00, Origin: byText})
	w.must(err)
	return q.Intent
}

func (w *world) wantPage(what string, page ussd.Reply, begins string) {
	w.t.Helper()
	if page.End || !strings.HasPrefix(page.Text, begins) {
		w.t.Fatalf("%s:\n%s", what, page.Text)
	}
}

const askedToSend = "Send Ksh 500 to\nJANE WANJIKU\n0712 000 002\n"

// What was asked for by SMS is confirmed on the page that the next plain dial shows, once.
func TestADialConfirmsWhatWasAskedForBySMS(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "en")
		w.asksToSend()
		w.wantPage("dialled", w.redials(), askedToSend)
		w.wantPage("back", w.keys("0"), "Senti\n1 Send money")
		w.restart()
		w.wantPage("dialled again, elsewhere", w.redials(), askedToSend)
		w.wantPage("a wrong PIN", w.keys("1111"), "Wrong PIN. No money has moved.")
		if page := w.keys("4826"); !page.End || !strings.HasPrefix(page.Text, "SENT Ksh 500 to JANE WANJIKU.") {
			t.Fatalf("the PIN:\n%s", page.Text)
		}
		w.wantMoney(sentOnce)
		w.wantPage("dialled once more", w.redials(), "Senti\n1 Send money")
	})
}

// A dial that carries input is after something else, and what nobody confirms in time is gone.
func TestWhatWasAskedForBySMSWaitsInVain(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.asksToSend()
	w.dial("*384*5#", john)
	w.wantPage("something else", w.answer(true), "My account")
	w.clock.Advance(10 * time.Minute)
	w.wantPage("too late", w.redials(), "Senti\n1 Send money")
	w.wantMoney(unmoved)
}

// Its page is pushed too. Shown in two places, each with the right PIN, it is done once, and both are told so.
func TestTheConfirmationIsPushed(t *testing.T) {
	for _, shape := range []ussd.Shape{{History: true}, {}, {Unnamed: true}} {
		w := newWorld(t, dbtest.SQLite(t), "en")
		by := &telco{name: "another", whole: shape.History, bare: shape.Unnamed, serves: "+2547120"}
		outcome := w.pushingIntents(by)
		w.dials() // by a gateway that cannot push
		outcome.ring(john, w.asksToSend())
		if o := outcome.came(); o != ussd.PushShown {
			t.Fatalf("pushed: %s", o)
		}
		page := by.last(t, 1)
		if page.Phone != john || !strings.HasPrefix(page.Text, askedToSend) {
			t.Fatalf("pushed %+v", page)
		}
		w.wantPage("dialled beside it", w.redials(), askedToSend)
		sent := w.typed(by, page, 2, "4826", "4826")
		if again := w.keys("4826"); !sent.End || !strings.HasPrefix(sent.Text, "SENT Ksh 500") || again.Text != sent.Text {
			t.Errorf("on the page:\n%s\nand on the other:\n%s", sent.Text, again.Text)
		}
		w.wantMoney(sentOnce)
	}
}

// A page that was not taken, or that nobody answers, is shown by the next dial; none is pushed for what is no longer the last thing asked for.
func TestAConfirmationThatCannotBePushed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	by := &telco{name: "africastalking", whole: true, said: make(chan error, 2)}
	outcome := w.pushingIntents(by)
	w.dials()
	first := w.asksToSend()
	by.said <- ussd.ErrNotTaken
	outcome.ring(john, first)
	if o := outcome.came(); o != ussd.PushRefused {
		t.Fatalf("busy: %s", o)
	}
	w.wantPage("not taken", w.redials(), askedToSend)
	by.said <- nil
	outcome.ring(john, first)
	if o := outcome.came(); o != ussd.PushShown {
		t.Fatalf("pushed: %s", o)
	}
	page := by.last(t, 2)
	w.restart()
	w.moved()
	if again := w.typed(by, page, 2, "4826", "4826"); again.Text != page.Text {
		t.Errorf("a page that this process has not shown:\n%s", again.Text)
	}
	w.wantMoney(unmoved)

	outcome = w.pushingIntents(by)
	w.asksToSend()
	outcome.ring(john, first)
	if o := outcome.came(); o != ussd.PushNothing {
		t.Errorf("something else was asked for since: %s", o)
	}
	outcome.ring("+254733000001", first)
	if o := outcome.came(); o != ussd.PushNoWay {
		t.Errorf("another's phone: %s", o)
	}
}

// The other acts that can be asked for by SMS have their own pages.
func TestEveryConfirmationHasItsPage(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.vouchers = true
	w.restart()
	w.openShops()
	ctx := context.Background()
	_, err := w.agents.QuoteCashOut(ctx, agents.CashOutRequest{From: john, Shop: w.shops[0].till.Code, Amount: 500_00, Origin: byText})
	w.must(err)
	w.wantPage("a withdrawal", w.redials(), "Take Ksh 500 at\nMAMA NJERI, Kawangware\n")
	if page := w.keys("4826"); !page.End || !strings.HasPrefix(page.Text, "TAKEN OUT Ksh 500") {
		t.Errorf("withdrawn:\n%s", page.Text)
	}
	_, err = w.agents.QuoteVoucher(ctx, agents.VoucherRequest{From: john, To: "+254712000098", Amount: 300_00, Origin: byText})
	w.must(err)
	w.wantPage("a cash code for another", w.redials(), "Send Ksh 300 as a cash code to\n0712 000 098\n")
	if page := w.keys("4826"); !page.End || !strings.Contains(page.Text, "Ksh 300") {
		t.Errorf("sent:\n%s", page.Text)
	}
}

// confirming is what pushes the pages of what was asked for by SMS.
type confirming struct {
	ring func(msisdn.Number, id.ID)
	came func() string
}

// pushingIntents is pushing, for what people ask for themselves.
func (w *world) pushingIntents(by ...ussd.Pusher) confirming {
	w.t.Helper()
	p, came := w.pushes(by...)
	return confirming{p.RingIntent, came}
}
