package simulator

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"senti/ussd"
	"senti/wallet/msisdn"
)

var asks = ussd.Page{Session: "push-1", Phone: john, ServiceCode: "*384#", Text: "MAMA NJERI says you gave Ksh 500.\n1 Yes\n2 No"}

// A page rings its phone until that takes it, once, and no second page rings meanwhile. A phone that nobody looks at takes none.
func TestAPhoneRings(t *testing.T) {
	p := NewPusher()
	e := echo.New()
	Register(e, nil, p, nil, nil, "*384#")
	server := httptest.NewServer(e)
	defer server.Close()
	ring := func(phone string) (int, string) {
		t.Helper()
		response, err := http.Post(server.URL+"/simulator/ring?phone="+url.QueryEscape(phone), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var body strings.Builder
		_ = response.Write(&body)
		return response.StatusCode, body.String()
	}
	pushed := make(chan error)
	go func() { pushed <- p.Push(context.Background(), asks) }()
	for status, body := ring(string(john)); ; status, body = ring(string(john)) {
		if status == http.StatusOK {
			if !strings.Contains(body, `"session":"push-1"`) || !strings.Contains(body, "Ksh 500") {
				t.Errorf("took %s", body)
			}
			break
		}
	}
	if err := <-pushed; err != nil {
		t.Error(err)
	}
	if status, _ := ring(string(john)); status != http.StatusNoContent {
		t.Errorf("it rings again: %d", status)
	}
	if status, _ := ring("0712"); status != http.StatusBadRequest {
		t.Errorf("a phone that is none: %d", status)
	}

	ctx, cancel := context.WithCancel(context.Background())
	go func() { pushed <- p.Push(ctx, asks) }()
	other := asks
	other.Session = "push-2"
	for !p.ringing(john) {
	}
	if err := p.Push(context.Background(), other); !errors.Is(err, ussd.ErrNotTaken) {
		t.Errorf("a second page: %v", err)
	}
	cancel()
	if err := <-pushed; !errors.Is(err, ussd.ErrNotTaken) {
		t.Errorf("nobody took it: %v", err)
	}
	if status, _ := ring(string(john)); status != http.StatusNoContent {
		t.Errorf("it still rings: %d", status)
	}
}

func (p *Pusher) ringing(phone msisdn.Number) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[phone] != nil
}

// In the browser a free phone shows the page by itself, and its reply goes on in that session; a phone in a call does not.
func TestThePageShowsAPush(t *testing.T) {
	b, s := open(t)
	say, a := must[string](t), string(john)
	if err := s.pusher.Push(context.Background(), asks); err != nil {
		t.Fatal(err)
	}
	check(t, "the page", say(b.Rung(a, "MAMA NJERI")), asks.Text)
	say(b.Reply(a, "1"))
	last := s.last()
	check(t, "session", last.Get("sessionId"), "push-1")
	check(t, "typed", last.Get("text"), "1")

	j := string(jane)
	say(b.Press(j, "*384#"))
	busy := asks
	busy.Phone, busy.Session = jane, "push-2"
	if err := s.pusher.Push(context.Background(), busy); !errors.Is(err, ussd.ErrNotTaken) {
		t.Errorf("a phone in a call: %v", err)
	}
	check(t, "her call", say(b.Text(j, ".text")), menu)
}
