package ussd_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/ussd"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/msisdn"
)

// telco is a gateway that can begin sessions: what it was given to show, and what it says to that.
type telco struct {
	name   string
	whole  bool   // History
	bare   bool   // Unnamed, and its turns have no numbers
	serves string // the prefix of the numbers that it is known to serve
	mu     sync.Mutex
	pages  []ussd.Page
	said   chan error // what the next pushes are answered with; nil: taken
}

func (n *telco) Name() string        { return n.name }
func (*telco) Limit() int            { return limit }
func (n *telco) Answers() ussd.Shape { return ussd.Shape{History: n.whole, Unnamed: n.bare} }

func (n *telco) Serves(phone msisdn.Number) bool {
	return n.serves != "" && strings.HasPrefix(string(phone), n.serves)
}

func (n *telco) Push(ctx context.Context, p ussd.Page) error {
	n.mu.Lock()
	n.pages = append(n.pages, p)
	said := n.said
	n.mu.Unlock()
	if said == nil {
		return nil
	}
	select {
	case err := <-said:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// last is the page that was pushed last, the only one so far.
func (n *telco) last(t *testing.T, how int) ussd.Page {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.pages) != how {
		t.Fatalf("%d pages pushed, want %d: %+v", len(n.pages), how, n.pages)
	}
	return n.pages[how-1]
}

// pushing has pages pushed by these networks, one after the other, and returns what became of each.
func (w *world) pushing(by ...ussd.Pusher) (outcome func() string) {
	w.t.Helper()
	p, outcome := w.pushes(by...)
	w.agents.RingWith(p.Ring)
	return outcome
}

func (w *world) pushes(by ...ussd.Pusher) (p *ussd.Pushes, outcome func() string) {
	w.t.Helper()
	outcomes := make(chan string, 10)
	p = ussd.NewPushes(w.service, by, w.wallet.GatewayOf, slog.New(slog.DiscardHandler), func(gateway, outcome string) { outcomes <- outcome })
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { p.Run(ctx) })
	w.t.Cleanup(func() { cancel(); running.Wait() })
	return p, func() string {
		w.t.Helper()
		select {
		case o := <-outcomes:
			return o
		case <-time.After(20 * time.Second):
			w.t.Fatal("nothing came of a push")
			return ""
		}
	}
}

// types goes on in the session of a page that was pushed, as that gateway does.
func (w *world) typed(by *telco, page ussd.Page, turn int, whole, input string) ussd.Reply {
	r := ussd.Request{Gateway: by.name, Session: page.Session, Caller: page.Phone, ServiceCode: page.ServiceCode, Limit: limit, Text: input, Turn: turn}
	switch {
	case by.whole:
		r.History, r.Text, r.Turn = true, whole, 0
	case by.bare:
		r.Turn, r.Reused, r.Later, r.ID = 0, true, true, whole
	}
	reply := w.service.Handle(context.Background(), r)
	if reply.End {
		w.service.Ended(context.Background(), ussd.EndNotice{Gateway: by.name, Session: page.Session, Caller: page.Phone})
	}
	return reply
}

// deposits has Njeri take Ksh 6,000 from John, who is asked.
func (w *world) deposits() {
	w.t.Helper()
	w.dial("*384*1*0712000001*6000#", "+254712000011")
	w.answer(true)
	if page := w.keys("6284"); !strings.HasPrefix(page.Text, "WAITING.") {
		w.t.Fatalf("not waiting:\n%s", page.Text)
	}
}

// dials lets John be known to dial by Africa's Talking.
func (w *world) dials() {
	w.dial("*384*5*1#", john)
	w.answer(true)
	w.keys("4826")
}

// A deposit that waits, and a cash-out that is asked for, ring the customer's phone with the page that asks; one yes there is enough, on
// gateways of all sorts. Both have their SMS all the same.
func TestWhatIsAskedIsPushed(t *testing.T) {
	for _, shape := range []ussd.Shape{{History: true}, {}, {Unnamed: true}} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newWorld(t, d, "en")
			w.openShops()
			w.moved()
			by := &telco{name: "africastalking", whole: shape.History, bare: shape.Unnamed}
			outcome := w.pushing(by)
			w.dials()

			w.deposits()
			if o := outcome(); o != ussd.PushShown {
				t.Fatalf("pushed: %s", o)
			}
			page := by.last(t, 1)
			if page.Phone != john || page.ServiceCode != "*384#" || !strings.HasPrefix(page.Text, "MAMA NJERI, Kawangware says you gave Ksh 6,000") || strings.Contains(page.Text, "Enter PIN") {
				t.Fatalf("pushed %+v", page)
			}
			yes := w.typed(by, page, 2, "1", "1")
			if again := w.typed(by, page, 2, "1", "1"); !yes.End || !strings.HasPrefix(yes.Text, "DONE. Ksh 6,000") || again != yes {
				t.Errorf("yes:\n%s\nagain:\n%s", yes.Text, again.Text)
			}
			w.wantMoney("0712 000 001 has Ksh 11,000; MAMA NJERI has float Ksh 44,000")

			w.requested()
			if o := outcome(); o != ussd.PushShown {
				t.Fatalf("pushed: %s", o)
			}
			page = by.last(t, 2)
			if !strings.HasPrefix(page.Text, "MAMA NJERI, Kawangware asks: take out Ksh 500?") {
				t.Fatalf("pushed %+v", page)
			}
			if wrong := w.typed(by, page, 2, "1111", "1111"); !strings.HasPrefix(wrong.Text, "Wrong PIN. No money has moved.") {
				t.Errorf("wrong:\n%s", wrong.Text)
			}
			if out := w.typed(by, page, 3, "1111*4826", "4826"); !strings.HasPrefix(out.Text, "TAKEN OUT Ksh 500") {
				t.Errorf("out:\n%s", out.Text)
			}
			w.wantMoney("0712 000 001 has Ksh 10,471; MAMA NJERI has float Ksh 44,500")
			for _, want := range []string{"cash for your wallet. Dial *384#", "asks to pay you Ksh 500"} {
				if !slices.ContainsFunc(w.textedOnce(), func(line string) bool { return strings.Contains(line, want) }) {
					t.Errorf("no SMS says %q", want)
				}
			}
		})
	}
}

// textedOnce is every SMS so far.
func (w *world) textedOnce() []string {
	if len(w.sms) == 0 {
		w.sms = w.texted()
	}
	return w.sms
}

// What cannot be pushed stands in the menu: no gateway that can, a phone that is busy, a network that says nothing. A page that nobody has
// seen is not spoken of by the next dial, and none is pushed twice.
func TestAPushThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"busy":    {ussd.ErrNotTaken, ussd.PushRefused},
		"silent":  {context.DeadlineExceeded, ussd.PushTimeout},
		"broken":  {errors.New("no route"), ussd.PushFailed},
		"another": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, dbtest.SQLite(t), "en")
			w.openShops()
			by := &telco{name: "africastalking", whole: true, said: make(chan error, 1)}
			if c.want == "" {
				by.name = "another" // than the one John dials by
			}
			by.said <- c.err
			outcome := w.pushing(by)
			w.dials()
			w.requested()
			if c.want == "" {
				w.moved()
			} else if o := outcome(); o != c.want {
				t.Fatalf("%s, want %s", o, c.want)
			}
			if page := w.redials(); !strings.HasPrefix(page.Text, "MAMA NJERI, Kawangware asks: take out Ksh 500?") {
				t.Errorf("the next dial:\n%s", page.Text)
			}
			if page := w.keys("4826"); !strings.HasPrefix(page.Text, "TAKEN OUT Ksh 500") {
				t.Errorf("yes:\n%s", page.Text)
			}
			if want := map[bool]int{true: 0, false: 1}[c.want == ""]; want > 0 {
				by.last(t, want)
			}
		})
	}
}

// A cash-out is not pushed over a last act that the next dial has yet to tell of, nor into a call in which a PIN is being typed; a
// question without a PIN is.
func TestAPushHidesNothing(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "en")
	w.openShops()
	by := &telco{name: "africastalking", whole: true}
	outcome := w.pushing(by)
	w.toPIN()
	sending := w.call
	w.requested()
	if o := outcome(); o != ussd.PushNothing {
		t.Fatalf("beside an open page: %s", o)
	}
	w.call = sending
	w.call.typed = append(w.call.typed, "4826")
	w.answer(false) // the line goes dead
	w.clock.Advance(10 * time.Minute)
	w.requested()
	if o := outcome(); o != ussd.PushNothing {
		t.Fatalf("before the redial has told: %s", o)
	}
	if page := w.redials(); !strings.Contains(page.Text, "sending to 0712***002: DONE.") {
		t.Fatalf("redial:\n%s", page.Text)
	}
	w.clock.Advance(10 * time.Minute)
	w.deposits()
	if o := outcome(); o != ussd.PushShown {
		t.Errorf("a question without a PIN: %s", o)
	}
}

// A process that did not push the page asks anew what is still asked.
func TestAPushedSessionOnAnotherNode(t *testing.T) {
	for _, whole := range []bool{true, false} {
		w := newWorld(t, dbtest.SQLite(t), "en")
		w.openShops()
		by := &telco{name: "africastalking", whole: whole}
		outcome := w.pushing(by)
		w.dials()
		w.deposits()
		outcome()
		page := by.last(t, 1)
		w.restart()
		w.moved()
		if asked := w.typed(by, page, 2, "1", "1"); asked.Text != page.Text {
			t.Errorf("elsewhere:\n%s", asked.Text)
		}
		w.wantMoney(unmoved)
		if yes := w.typed(by, page, 3, "1*1", "1"); !strings.HasPrefix(yes.Text, "DONE. Ksh 6,000") {
			t.Errorf("yes:\n%s", yes.Text)
		}
	}
}
