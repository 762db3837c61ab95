package simulator

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/labstack/echo/v4"

	"senti/sms"
	"senti/ussd/simulator/driver"
	"senti/wallet/clock"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// script is the far end of these tests: fixed answers by transcript, on the paths and in the words of Africa's Talking. The
// real gateway and the real dialogues are driven by the tests of cmd/walletd.
type script struct {
	inbox  *Inbox
	pusher *Pusher
	ids    id.Random

	mu       sync.Mutex
	turns    []url.Values
	texts    []string // what phones wrote
	notices  []url.Values
	swapped  []msisdn.Number // which have another SIM
	failing  bool            // the service takes no texts
	forgiven int             // how many errors on the console are meant to be there
	hold     chan struct{}   // when set, the next answer waits for it
}

const (
	menu  = "Senti\n1 Send money\n2 Withdraw cash\n3 Pay shop or bill\n4 Airtime\n5 My account\n6 Wrong send / Help\n7 Lugha"
	quote = "Send Ksh 500 to\nJANE WANJIKU\n0712 000 002\nFee 7 (tax included)\nTotal 507\nEnter PIN to send\n0 Back"
	sent  = "SENT Ksh 500 to JANE WANJIKU. Fee 7. Balance Ksh 4,493. Code TK7Q2M9XRD.\nSMS is coming. If it is late do not send again: dial *384#"
	text  = "Ksh 500 SENT to JANE WANJIKU 0712000002. Fee 7 (tax 0.91). Balance Ksh 4,493. 3/12/26 14:02. TK7Q2M9XRD-4821. Wrong person? *384*6#"
	got   = "Ksh 500 RECEIVED from JOHN KAMAU 0712***001. Balance Ksh 1,700. 3/12/26 14:02. TK7Q2M9XRD-7305. Is this SMS real? Check: *384*8#"
)

func (s *script) callback(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.turns = append(s.turns, form)
	hold := s.hold
	s.hold = nil
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return c.String(http.StatusOK, s.answer(c.Request().Context(), form.Get("text")))
}

func (s *script) answer(ctx context.Context, text string) string {
	switch text {
	case "":
		return "CON " + menu
	case "1*0712000002*500":
		return "CON " + quote
	case "1*0712000002*500*4826":
		s.deliver(ctx, john, "Ksh 500 SENT to JANE")
		s.deliver(ctx, jane, got)
		return "END " + sent
	case "9":
		return "oops"
	case "5*É{}":
		return "CON É{}"
	}
	return "CON next after " + text
}

func (s *script) deliver(ctx context.Context, to msisdn.Number, text string) {
	s.inbox.Send(ctx, []sms.Message{{ID: s.ids.New(), To: to, Text: text}})
}

func (s *script) event(c echo.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notices = append(s.notices, form)
	return c.NoContent(http.StatusOK)
}

func (s *script) text(c echo.Context) error {
	var m struct{ ID, From, Text, At string }
	if err := c.Bind(&m); err != nil {
		return err
	}
	s.mu.Lock()
	s.texts = append(s.texts, m.From+" wrote "+m.Text)
	failing := s.failing
	s.mu.Unlock()
	if at, err := time.Parse(time.RFC3339, m.At); err != nil || at.IsZero() || !strings.HasPrefix(m.ID, "SIM_") || len(m.ID) != 36 {
		return c.String(http.StatusBadRequest, m.ID)
	}
	if failing {
		return c.NoContent(http.StatusServiceUnavailable)
	}
	s.deliver(c.Request().Context(), msisdn.Number(m.From), "We did not understand")
	return c.NoContent(http.StatusOK)
}

// ends returns the notices so far as "status of text", once there are n of them.
func (s *script) ends(t *testing.T, b *driver.Browser, n int) (out []string) {
	t.Helper()
	for range 600 { // frames of the browser: ten seconds
		s.mu.Lock()
		list := slices.Clone(s.notices)
		s.mu.Unlock()
		if len(list) >= n {
			for _, f := range list {
				out = append(out, f.Get("status")+" of "+f.Get("input"))
			}
			return out
		}
		if err := b.Until("new Promise(r => requestAnimationFrame(() => r(true)))"); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("no %d notices of ended sessions came", n)
	return nil
}

// last returns the latest callback.
func (s *script) last() url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.turns[len(s.turns)-1]
}

// swap notes which number has another SIM.
func (s *script) swap(_ context.Context, phone msisdn.Number) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.swapped = append(s.swapped, phone)
	return nil
}

func open(t *testing.T) (*driver.Browser, *script) {
	t.Helper()
	s := &script{inbox: NewInbox(dbtest.SQLite(t), clock.System{}), pusher: NewPusher()}
	e := echo.New()
	e.POST("/ussd/africastalking", s.callback)
	e.POST("/ussd/africastalking/events", s.event)
	e.POST("/sms/senti", s.text)
	Register(e, s.inbox, s.pusher, s.swap, []Seed{
		{Phone: john, PIN: "4826", Note: "KES 5,000, English"},
		{Phone: njeri, PIN: "6284", Role: "Operator", Note: "MAMA NJERI, Kawangware"},
		{Phone: jane, PIN: "9173", Note: "KES 1,200, English"},
		{Phone: "+254712000003", PIN: "7351", Note: "KES 0, Swahili"},
		{Phone: "+254712000099", Note: "not registered"},
	}, "*384#")
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	b, closeBrowser, err := driver.Open(context.Background(), server.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeBrowser)
	t.Cleanup(func() {
		if problems := b.Problems(); len(problems) != s.forgiven {
			t.Errorf("the console of the page shows %q", problems)
		}
	})
	return b, s
}

// must stops the test at the first act that fails.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestPhonesSendAndReceive(t *testing.T) {
	b, s := open(t)
	say, a, j := must[string](t), string(john), string(jane)

	check(t, "the menu, dialled on the keypad", say(b.Press(a, "*384#")), menu)
	check(t, "characters", say(b.Text(a, ".used")), "104 of 156")
	check(t, "the age", say(b.Text(a, ".age")), "0 s")
	say(b.Reply(a, "1"))
	say(b.Reply(a, "0712000002"))
	check(t, "the quote", say(b.Reply(a, "500")), quote)
	check(t, "another phone meanwhile", say(b.Screen(j)), "")
	check(t, "the end", say(b.Reply(a, "4826")), sent)
	if got := s.ends(t, b, 1); !slices.Equal(got, []string{"Success of 1*0712000002*500*4826"}) {
		t.Errorf("notices %v", got)
	}
	check(t, "Jane's SMS", say(b.Message(j, "RECEIVED")), got)
	check(t, "Jane's mark", say(b.Text(j, ".mail")), "✉ 1 new")
	check(t, "John's SMS", say(b.Message(a, "SENT")), "Ksh 500 SENT to JANE")

	f := s.last()
	if id := f.Get("sessionId"); !strings.HasPrefix(id, "ATUid_") || len(id) != 38 {
		t.Errorf("session %q", id)
	}
	check(t, "the caller", f.Get("phoneNumber"), a)
	check(t, "the code", f.Get("serviceCode"), "*384#")
	check(t, "the network", f.Get("networkCode"), "63902")

	// SMS stay over a reload, newest on top.
	s.deliver(context.Background(), jane, "second")
	say(b.Message(j, "second"))
	if err := b.Reload(); err != nil {
		t.Fatal(err)
	}
	say(b.Message(j, "second"))
	if list := must[[]string](t)(b.Messages(j)); !slices.Equal(list, []string{"second", got}) {
		t.Errorf("Jane's messages %q", list)
	}
}

func TestDialling(t *testing.T) {
	b, s := open(t)
	say, a := must[string](t), string(john)
	check(t, "another code", say(b.Dial(a, "*123#")), "Only *384# and its short cuts, such as *384*1#, work on this phone.")
	if len(s.turns) != 0 {
		t.Errorf("it reached the server: %v", s.turns)
	}
	check(t, "a short dial", say(b.Dial(a, "*384*1*0712000002*500#")), quote)
	check(t, "its text", s.last().Get("text"), "1*0712000002*500")
	if err := b.Click(a, ".end"); err != nil {
		t.Fatal(err)
	}
	check(t, "hung up", say(b.Screen(a)), "Call ended.")
	say(b.Dial(a, ""))
	check(t, "the green key alone dials the code", s.last().Get("text"), "")
	check(t, "an answer that is none", say(b.Reply(a, "9")), "Connection problem or invalid MMI code.")
	want := []string{"Incomplete of 1*0712000002*500", "Failed of 9"}
	if got := s.ends(t, b, 2); !slices.Equal(got, want) {
		t.Errorf("notices %v, want %v", got, want)
	}
}

func TestDroppedCalls(t *testing.T) {
	b, s := open(t)
	say, a := must[string](t), string(john)
	click := func(button string) {
		t.Helper()
		if err := b.Click(a, button); err != nil {
			t.Fatal(err)
		}
	}
	say(b.Dial(a, "*384#"))
	click(".drop")
	check(t, "dropped between turns", say(b.Screen(a)), "Connection lost.")

	say(b.Dial(a, "*384#"))
	click(".lose")
	check(t, "the answer lost", say(b.Reply(a, "1")), "Connection lost.")
	check(t, "though it was asked", s.last().Get("text"), "1")
	check(t, "once only", say(b.Dial(a, "*384#")), menu)

	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	s.mu.Lock()
	s.hold = hold
	s.mu.Unlock()
	if err := b.Keys("5" + kb.Enter); err != nil {
		t.Fatal(err)
	}
	click(".drop")
	check(t, "dropped while waiting", say(b.Screen(a)), "Connection lost.")
	release()

	want := []string{"Failed of ", "Failed of 1", "Failed of 5"}
	if got := s.ends(t, b, 3); !slices.Equal(got, want) {
		t.Errorf("notices %v, want %v", got, want)
	}
}

// Everything without a mouse: the page opens ready to dial, Enter sends, Escape ends, Tab goes on.
func TestKeyboardOnly(t *testing.T) {
	b, s := open(t)
	say, a := must[string](t), string(john)
	keys := func(k string) {
		t.Helper()
		if err := b.Keys(k); err != nil {
			t.Fatal(err)
		}
	}
	keys("*384#" + kb.Enter)
	check(t, "dialled", say(b.Screen(a)), menu)
	keys("5" + kb.Enter)
	check(t, "replied", say(b.Screen(a)), "next after 5")
	keys("É{}" + kb.Enter)
	check(t, "letters", say(b.Screen(a)), "É{}")
	check(t, "brackets count twice", say(b.Text(a, ".used")), "5 of 156")
	keys(kb.Escape)
	check(t, "ended", say(b.Screen(a)), "Call ended.")
	if got := s.ends(t, b, 1); !slices.Equal(got, []string{"Incomplete of 5*É{}"}) {
		t.Errorf("notices %v", got)
	}
	focus := `document.activeElement.className + (document.activeElement.dataset.key ?? "") + " " +
		document.activeElement.closest(".phone").dataset.phone`
	var path []string
	for range 11 {
		path = append(path, say(b.Eval(focus)))
		keys(kb.Tab)
	}
	want := strings.Split("entry,call,clear,end,1,mode,lose,swap,compose,,entry", ",")
	for i := range want {
		phone := a
		if i == len(want)-1 {
			phone = string(njeri)
		}
		want[i] += " " + phone
	}
	if !slices.Equal(path, want) {
		t.Errorf("Tab goes\n%q, want\n%q", path, want)
	}
	if err := b.Until(`(document.querySelector(".keys button").focus(), true)`); err != nil {
		t.Fatal(err)
	}
	keys(kb.ArrowDown + kb.ArrowRight + kb.Enter)
	check(t, "arrows move on the keypad", say(b.Eval(`document.querySelector(".entry").value`)), "5")
	keys("7" + kb.Backspace)
	check(t, "digits go to the entry", say(b.Eval(`document.querySelector(".entry").value`)), "5")
}

func TestLettersByRepeatedPresses(t *testing.T) {
	b, s := open(t)
	say, a := must[string](t), string(john)
	say(b.Dial(a, "*384#"))
	if err := b.Click(a, ".mode"); err != nil {
		t.Fatal(err)
	}
	say(b.Press(a, "522666")) // J, then two presses of 2 are B, three of 6 are O
	check(t, "typed", s.last().Get("text"), "JBO")
}

// Another SIM ends the call, and the telco tells of it.
func TestAnotherSIM(t *testing.T) {
	b, s := open(t)
	say, a := must[string](t), string(john)
	say(b.Dial(a, "*384#"))
	if err := b.Click(a, ".swap"); err != nil {
		t.Fatal(err)
	}
	check(t, "the call", say(b.Rung(a, "new SIM")), "The number has a new SIM.")
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.swapped) != 1 || s.swapped[0] != john {
		t.Errorf("another SIM has %v", s.swapped)
	}
}

func TestAnotherPhone(t *testing.T) {
	b, s := open(t)
	say := must[string](t)
	if err := b.Add("0712 000 123"); err != nil {
		t.Fatal(err)
	}
	check(t, "it dials", say(b.Dial("+254712000123", "*384#")), menu)
	check(t, "as itself", s.last().Get("phoneNumber"), "+254712000123")
	if err := b.Reload(); err != nil {
		t.Fatal(err)
	}
	check(t, "it is still there", say(b.Text("+254712000123", "h2")), "0712 000 123")
	if err := b.Click("+254712000123", ".remove"); err != nil {
		t.Fatal(err)
	}
	if err := b.Until(`document.querySelectorAll(".phone").length === 5`); err != nil {
		t.Error(err)
	}
	if err := b.Add("Jane"); err != nil {
		t.Fatal(err)
	}
	check(t, "not a number", say(b.Eval(`document.getElementById("add-problem").textContent`)), "Not a phone number.")
}

func TestWritingSMS(t *testing.T) {
	b, s := open(t)
	say, a := must[string](t), string(john)
	write := func(phone, text string) {
		t.Helper()
		if err := b.Write(phone, text); err != nil {
			t.Fatal(err)
		}
	}
	write(a, "1 4821")
	check(t, "the answer", say(b.Message(a, "understand")), "We did not understand")
	write(string(njeri), "ndiyo 4821")
	if want := []string{a + " wrote 1 4821", string(njeri) + " wrote ndiyo 4821"}; !slices.Equal(s.texts, want) {
		t.Errorf("texts %q, want %q", s.texts, want)
	}
	if list := must[[]string](t)(b.Messages(a)); !slices.Equal(list, []string{"We did not understand"}) {
		t.Errorf("what John wrote is among what he got: %q", list)
	}
	check(t, "what he wrote", say(b.Text(a, ".inbox li.sent p")), "1 4821")

	// A service that does not take it: the text stays on its line, and can be sent again.
	s.mu.Lock()
	s.failing = true
	s.mu.Unlock()
	if err := b.Click(string(jane), ".compose"); err != nil {
		t.Fatal(err)
	}
	if err := b.Keys("no" + kb.Enter); err != nil {
		t.Fatal(err)
	}
	if err := b.Until(`document.querySelector("[data-phone='+254712000002'] .write output").textContent === "Not sent. Try again."`); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.failing = false
	s.mu.Unlock()
	if err := b.Keys(kb.Enter); err != nil {
		t.Fatal(err)
	}
	say(b.Message(string(jane), "understand"))
	if got := s.texts[2:]; !slices.Equal(got, []string{string(jane) + " wrote no", string(jane) + " wrote no"}) {
		t.Errorf("texts %q", got)
	}
	if problems := b.Problems(); len(problems) != 1 || !strings.Contains(problems[0], "503") {
		t.Errorf("the console of the page shows %q", problems)
	}
	s.forgiven = 1
}

// An operator and a customer with a phone each: one waits while the other goes on.
func TestTwoSidesOfACounter(t *testing.T) {
	b, s := open(t)
	say, customer, operator := must[string](t), string(john), string(njeri)
	check(t, "the role", say(b.Text(operator, ".role")), "Operator")
	check(t, "no role", say(b.Text(customer, ".role")), "")
	if err := b.Beside(operator, customer); err != nil {
		t.Fatal(err)
	}
	check(t, "on the desk", say(b.Eval(`[...document.querySelectorAll(".phone h2")].map(h => h.textContent).join()`)), "0712 000 011,0712 000 001")
	say(b.Dial(operator, "*384#"))
	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	s.mu.Lock()
	s.hold = hold
	s.mu.Unlock()
	if err := b.Type(operator, "3"); err != nil {
		t.Fatal(err)
	}
	if err := b.Until(`document.querySelector(".phone").dataset.state === "busy"`); err != nil {
		t.Fatal(err)
	}
	check(t, "the customer meanwhile", say(b.Dial(customer, "*384*1*0712000002*500#")), quote)
	release()
	check(t, "the operator", say(b.Screen(operator)), "next after 3")
	check(t, "a third on the desk", func() string {
		if err := b.Beside(operator, customer, "+254712000123"); err != nil {
			t.Fatal(err)
		}
		return say(b.Dial("+254712000123", "*384#"))
	}(), menu)
}
