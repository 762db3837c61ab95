package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/sms/peers"
	"senti/sms/smpp"
	"senti/ussd"
	"senti/wallet/clock"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// exchange is an SMPP gateway with a centre of node-smpp.
type exchange struct {
	*SMPPGateway
	rec    *recorder
	t      *testing.T
	centre *peers.SMSC
	bound  chan struct{}

	mu  sync.Mutex
	log bytes.Buffer
}

func (x *exchange) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.log.Write(p)
}

func newExchange(t *testing.T, c SMPP) *exchange {
	t.Helper()
	return exchangeWith(t, newCentre(t), c)
}

func newCentre(t *testing.T) *peers.SMSC {
	t.Helper()
	return peers.StartSMSC(t, peers.SMSCSettings{SystemID: "senti", Password: "s3cret!"})
}

func exchangeWith(t *testing.T, centre *peers.SMSC, c SMPP) *exchange {
	t.Helper()
	x := &exchange{rec: &recorder{reply: ussd.Reply{Text: "Enter amount"}}, t: t, bound: make(chan struct{}, 100), centre: centre}
	log := slog.New(slog.NewTextHandler(x, nil))
	var err error
	c.Link, err = smpp.New(smpp.Settings{Name: "telco", Address: x.centre.Address, SystemID: "senti", Password: "s3cret!", Again: 20 * time.Millisecond},
		smpp.Parts{Clock: clock.System{}, Log: log, Count: func(_, what string) {
			if what == smpp.WasBound {
				x.bound <- struct{}{}
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	c.Region, c.Code, c.Clock, c.Log, c.Count = "KE", "*384#", clock.System{}, log, x.rec.count
	if x.SMPPGateway, err = NewSMPP(x.rec, c); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); c.Link.Run(ctx, x.Handle) }()
	t.Cleanup(func() {
		cancel()
		<-done
		if said := x.log.String(); strings.Contains(said, markedPIN) || strings.Contains(said, "712000001") {
			t.Errorf("a PIN or a number is in the log:\n%s", said)
		}
	})
	<-x.bound
	return x
}

// says decides the next pages.
func (x *exchange) says(r ussd.Reply) {
	x.rec.mu.Lock()
	defer x.rec.mu.Unlock()
	x.rec.reply = r
}

// turn is a deliver_sm of a session.
func turn(op int, session, text string) map[string]any {
	return map[string]any{"source_addr": "254712000001", "destination_addr": "384", "dest_addr_ton": 0, "dest_addr_npi": 0, "service_type": "USSD",
		"ussd_service_op": op, "its_session_info": session, "short_message": text}
}

// taken waits for the page that answers, and returns it as op, session and text.
func (x *exchange) taken() string {
	x.t.Helper()
	e := x.centre.Await("submit")
	if e.To != "254712000001" || e.Service != "USSD" {
		x.t.Errorf("submitted %+v", e)
	}
	session := e.Options["its_session_info"]
	if session == nil {
		session = e.Options["user_message_reference"]
	}
	return fmt.Sprintf("%s %s %s", e.Options["ussd_service_op"], session, e.Text)
}

// requests returns what the dialler heard.
func (x *exchange) asked() []ussd.Request {
	x.rec.mu.Lock()
	defer x.rec.mu.Unlock()
	return slices.Clone(x.rec.requests)
}

// notices waits until the dialler has heard of so many ends.
func (x *exchange) notices(n int) []ussd.EndNotice {
	x.t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		x.rec.mu.Lock()
		heard := slices.Clone(x.rec.heard)
		x.rec.mu.Unlock()
		if len(heard) >= n {
			return heard
		}
		select {
		case <-tick.C:
		case <-late.C:
			x.t.Fatalf("heard %+v, want %d", heard, n)
		}
	}
}

func (x *exchange) deliver(fields map[string]any) {
	x.t.Helper()
	if e := x.centre.Deliver("turn", fields); e.Status != 0 {
		x.t.Errorf("answered with %#x", e.Status)
	}
}

func TestSMPPSession(t *testing.T) {
	x := newExchange(t, SMPP{})
	x.deliver(turn(1, "2a00", "*384*1*0712000002#"))
	if got := x.taken(); got != `2 "2a00" Enter amount` {
		t.Errorf("the first page: %s", got)
	}
	x.deliver(turn(18, "2a00", markedPIN))
	if got := x.taken(); got != `2 "2a00" Enter amount` {
		t.Errorf("the second page: %s", got)
	}
	x.says(ussd.Reply{Text: "Sent {ok}", End: true})
	x.deliver(turn(18, "2a00", "5*5"))
	if got := x.taken(); got != `17 "2a01" Sent {ok}` {
		t.Errorf("the last page: %s", got)
	}
	asked := x.asked()
	session := asked[0].Session
	for i, want := range []ussd.Request{{Text: "1*0712000002", New: true}, {Text: markedPIN, Later: true}, {Text: "5*5", Later: true}} {
		want.Gateway, want.Session, want.Caller, want.ServiceCode, want.Limit, want.Deadline = "telco", session, "+254712000001", "*384#", 160, 2*time.Second
		if asked[i] != want {
			t.Errorf("asked %+v, want %+v", asked[i], want)
		}
	}
	if ends := x.notices(1); len(ends) != 1 || ends[0].Session != session || ends[0].Failed || ends[0].Caller != "+254712000001" {
		t.Errorf("heard %+v", ends)
	}
	// The centre uses its number again, and it is another session.
	x.says(ussd.Reply{Text: "Menu"})
	x.deliver(turn(1, "2a00", "*384#"))
	x.taken()
	if asked := x.asked(); asked[3].Session == session || !asked[3].New || asked[3].Text != "" {
		t.Errorf("asked %+v", asked[3])
	}
}

// Each telco's codes of ussd_service_op and place of the session.
func TestSMPPVariants(t *testing.T) {
	reference := func(op int, text string) map[string]any {
		m := turn(op, "", text)
		delete(m, "its_session_info")
		m["user_message_reference"] = 0x2a01
		return m
	}
	centre := newCentre(t)
	for _, c := range []struct {
		name            string
		set             SMPP
		begin, answer   map[string]any
		first, lastPage string
	}{
		{"as specified", SMPP{}, turn(1, "2a00", "*384#"), turn(18, "2a00", "1"), `2 "2a00" Menu`, `17 "2a01" Bye`},
		{"answers with 2, as it is told itself", SMPP{}, turn(1, "2a00", "*384#"), turn(2, "2a00", "1"), `2 "2a00" Menu`, `17 "2a01" Bye`},
		{"an unstructured start", SMPP{}, turn(0, "2a00", "*384#"), turn(18, "2a00", "1"), `2 "2a00" Menu`, `17 "2a01" Bye`},
		{"closes with 23", SMPP{Close: 23}, turn(1, "2a00", "*384#"), turn(18, "2a00", "1"), `2 "2a00" Menu`, `23 "2a01" Bye`},
		{"closes with the bit only", SMPP{Close: 2}, turn(1, "2a00", "*384#"), turn(18, "2a00", "1"), `2 "2a00" Menu`, `2 "2a01" Bye`},
		{"all 16 bits", SMPP{Session: Info}, turn(1, "2a01", "*384#"), turn(18, "2a01", "1"), `2 "2a01" Menu`, `17 "2a01" Bye`},
		{"user_message_reference", SMPP{Session: Reference}, reference(1, "*384#"), reference(18, "1"), `2 10753 Menu`, `17 10753 Bye`},
		{"the code as the address only", SMPP{}, turn(1, "2a00", ""), turn(18, "2a00", "1"), `2 "2a00" Menu`, `17 "2a01" Bye`},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := exchangeWith(t, centre, c.set)
			x.says(ussd.Reply{Text: "Menu"})
			x.deliver(c.begin)
			if got := x.taken(); got != c.first {
				t.Errorf("the first page: %s, want %s", got, c.first)
			}
			x.says(ussd.Reply{Text: "Bye", End: true})
			x.deliver(c.answer)
			if got := x.taken(); got != c.lastPage {
				t.Errorf("the last page: %s, want %s", got, c.lastPage)
			}
			x.notices(1)
			if asked := x.asked(); len(asked) != 2 || asked[0].Text != "" || asked[1].Text != "1" || asked[0].Session != asked[1].Session {
				t.Errorf("asked %+v", asked)
			}
		})
	}
}

func TestSMPPEnds(t *testing.T) {
	x := newExchange(t, SMPP{})
	for i, end := range []map[string]any{turn(129, "2a00", ""), turn(17, "2a00", ""), turn(18, "2a01", "")} {
		x.deliver(turn(1, "2a00", "*384#"))
		x.taken()
		x.deliver(end)
		got := x.notices(i + 1)[i]
		if !got.Failed || got.Session != x.asked()[i].Session || got.Reason == "" {
			t.Errorf("end %d: %+v", i, got)
		}
	}
	x.deliver(turn(19, "2a00", "")) // a page that wanted no answer was shown
	if asked := x.asked(); len(asked) != 3 {
		t.Errorf("asked %d times", len(asked))
	}
}

// A session of which this process knows nothing is a new one, and what was typed is passed over; its end is nobody's.
func TestSMPPLostSession(t *testing.T) {
	x := newExchange(t, SMPP{})
	x.deliver(turn(129, "2a00", ""))
	x.deliver(turn(18, "2a00", markedPIN))
	x.taken()
	x.deliver(turn(18, "2a00", "1"))
	x.taken()
	asked := x.asked()
	if !asked[0].New || asked[0].Later || asked[0].Text != "" || asked[1].New || asked[1].Text != "1" || asked[1].Session != asked[0].Session {
		t.Errorf("asked %+v", asked)
	}
	if heard := x.notices(0); len(heard) != 0 {
		t.Errorf("heard %+v", heard)
	}
}

// A start that comes again while its page is being made is the same one.
func TestSMPPStartTwice(t *testing.T) {
	x := newExchange(t, SMPP{})
	entered, leave := make(chan struct{}, 2), make(chan struct{})
	x.rec.answer = func(context.Context) { entered <- struct{}{}; <-leave }
	x.deliver(turn(1, "2a00", "*384#"))
	<-entered
	x.deliver(turn(1, "2a00", "*384#"))
	<-entered
	close(leave)
	x.taken()
	x.taken()
	if asked := x.asked(); asked[0].Session != asked[1].Session {
		t.Errorf("asked %+v", asked)
	}
}

func TestSMPPMalformedTurns(t *testing.T) {
	x := newExchange(t, SMPP{})
	spoilt := func(name string, value any) map[string]any {
		m := turn(1, "2a00", "*384#")
		if value == nil {
			delete(m, name)
		} else {
			m[name] = value
		}
		return m
	}
	for _, c := range []struct {
		name   string
		fields map[string]any
	}{
		{"no session", spoilt("its_session_info", nil)},
		{"a session of one octet", spoilt("its_session_info", "2a")},
		{"a session of three octets", spoilt("its_session_info", "2a0000")},
		{"no phone", spoilt("source_addr", "")},
		{"a phone of another country", spoilt("source_addr", "33612345678")},
		{"a short code", spoilt("source_addr", "384")},
		{"an unknown operation", spoilt("ussd_service_op", 77)},
		{"binary", spoilt("data_coding", 4)},
		{"control characters", spoilt("hex", "0102030405")},
		{"too long", spoilt("payload", strings.Repeat("31", 1000))},
	} {
		switch c.name {
		case "control characters":
			c.fields["data_coding"] = 3
		case "binary":
			c.fields["hex"] = "31"
		}
		if c.name == "too long" {
			delete(c.fields, "short_message")
		}
		if e := x.centre.Deliver(c.name, c.fields); e.Status != int(smpp.Refuse) {
			t.Errorf("%s: answered with %#x", c.name, e.Status)
		}
	}
	if asked := x.asked(); len(asked) != 0 {
		t.Errorf("asked %+v", asked)
	}
	x.deliver(turn(1, "2a00", "*384#")) // and the link goes on
	x.taken()
}

// A page that certainly was not taken is submitted again; a last one that may not have been is told of at the next dial.
func TestSMPPPagesThatAreNotTaken(t *testing.T) {
	x := newExchange(t, SMPP{Waits: 3 * time.Second})
	x.centre.Plan(peers.Answer{Status: int(smpp.SystemError), Times: 2})
	x.says(ussd.Reply{Text: "Bye", End: true})
	x.deliver(turn(1, "2a00", "*384#"))
	if got := x.taken(); got != `17 "2a01" Bye` {
		t.Errorf("after two refusals: %s", got)
	}
	if ends := x.notices(1); ends[0].Failed {
		t.Errorf("heard %+v", ends)
	}
	for i, plan := range []peers.Answer{{Status: 0x45, Times: 1}, {Silent: true, Times: 1}, {Status: int(smpp.TryAgain), Times: 1000}} {
		x.centre.Plan(plan)
		x.deliver(turn(1, fmt.Sprintf("3%d00", i), "*384#"))
		if ends := x.notices(i + 2); !ends[i+1].Failed {
			t.Errorf("%+v: heard %+v", plan, ends[i+1])
		}
	}
	x.centre.Plan(peers.Answer{Drop: true, Times: 1}, peers.Answer{Times: 1})
	x.deliver(turn(1, "3a00", "*384#"))
	if ends := x.notices(5); !ends[4].Failed {
		t.Errorf("the connection ended: heard %+v", ends[4])
	}
	if outcomes := x.rec.outcomes; slices.Contains(outcomes, OutcomeOverlong) || !slices.Contains(outcomes, OutcomeUnwritten) {
		t.Errorf("outcomes %v", outcomes)
	}
}

func TestSMPPAlphabets(t *testing.T) {
	centre := newCentre(t)
	for _, c := range []struct {
		name         string
		coding       byte
		text         string
		want         int
		answer       map[string]any
		wantedAnswer string
	}{
		{"GSM", 0, "Tuma @", 0, nil, "1"},
		{"GSM as USSD numbers it", 15, "Tuma @", 15, map[string]any{"data_coding": 15, "hex": "31"}, "1"},
		{"UCS-2", 0, "Reçu", 8, map[string]any{"data_coding": 8, "hex": "0031"}, "1"},
		{"UCS-2 as USSD numbers it", 15, "Reçu", 0x48, map[string]any{"data_coding": 0x48, "hex": "0031"}, "1"},
	} {
		x := exchangeWith(t, centre, SMPP{Coding: c.coding})
		x.says(ussd.Reply{Text: c.text})
		x.deliver(turn(1, "2a00", "*384#"))
		if e := x.centre.Await("submit"); e.Coding != c.want {
			t.Errorf("%s: data_coding %#x, want %#x", c.name, e.Coding, c.want)
		}
		m := turn(18, "2a00", "1")
		for name, value := range c.answer {
			m[name] = value
		}
		x.deliver(m)
		x.centre.Await("submit")
		if asked := x.asked(); asked[1].Text != c.wantedAnswer {
			t.Errorf("%s: typed %q", c.name, asked[1].Text)
		}
	}
}

// A page that nobody dialled for, and what is typed then.
func TestSMPPPush(t *testing.T) {
	x := newExchange(t, SMPP{Pushes: true, Phones: []string{"+25470", "+25471"}, Limit: 140})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	pusher := x.Pusher()
	if pusher.Name() != "telco" || pusher.Limit() != 140 || pusher.Answers() != (ussd.Shape{}) || !pusher.Serves("+254712000001") || pusher.Serves("+254722000001") {
		t.Errorf("the pusher is %+v", pusher)
	}
	if err := pusher.Push(ctx, ussd.Page{Session: "push-1", Phone: "+254712000001", Text: "Enter PIN"}); err != nil {
		t.Fatal(err)
	}
	e := x.centre.Await("submit")
	session := strings.Trim(string(e.Options["its_session_info"]), `"`)
	if string(e.Options["ussd_service_op"]) != "2" || e.Text != "Enter PIN" || e.To != "254712000001" || e.From != "*384#" || len(session) != 4 {
		t.Errorf("pushed %+v", e)
	}
	x.says(ussd.Reply{Text: "Done", End: true})
	x.deliver(turn(18, session, markedPIN))
	x.taken()
	if asked := x.asked(); asked[0].Session != "push-1" || asked[0].Text != markedPIN || !asked[0].Later {
		t.Errorf("asked %+v", asked)
	}
	x.centre.Plan(peers.Answer{Status: 0x45, Times: 1})
	refused := (*smpp.Refused)(nil)
	if err := pusher.Push(ctx, ussd.Page{Session: "push-2", Phone: "+254712000001", Text: "Enter PIN"}); !errors.As(err, &refused) || !errors.Is(err, ussd.ErrNotTaken) {
		t.Errorf("refused: %v", err)
	}
}

// Ten thousand sessions end at a random place, or nobody ends them: what is kept of them is bounded by time.
func TestSMPPDroppedSessions(t *testing.T) {
	c := clock.NewFake(time.Unix(0, 0))
	s := newSMPPSessions(c, &id.Sequence{})
	names := map[string]bool{}
	for n := range 10_000 {
		key := smppKey{uint16(n), msisdn.Number(fmt.Sprintf("+2547%08d", n%100))}
		name := s.begin(key)
		if names[name] {
			t.Fatalf("two sessions are called %s", name)
		}
		names[name] = true
		for step := range n % 4 {
			s.answered(key, name, false)
			if got := s.find(key); got != name {
				t.Fatalf("step %d of %s is of %s", step, name, got)
			}
		}
		if n%3 == 0 {
			s.forget(key, name)
		}
	}
	if got := s.order.Len(); got != 6666 || len(s.open) != got {
		t.Errorf("%d are kept", got)
	}
	c.Advance(smppSessionFor)
	s.begin(smppKey{1, "+254712000001"})
	if s.order.Len() != 1 || len(s.open) != 1 {
		t.Errorf("later %d are kept", s.order.Len())
	}
}

func TestSMPPSettings(t *testing.T) {
	link, err := smpp.New(smpp.Settings{Name: "telco", Address: "127.0.0.1:2775", SystemID: "senti"}, smpp.Parts{Clock: clock.System{}, Log: slog.Default()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		spoil SMPP
		want  string
	}{
		{SMPP{Session: "cookie"}, "cookie"}, {SMPP{Limit: 119}, "120"}, {SMPP{Limit: 183}, "182"}, {SMPP{Waits: time.Millisecond}, "waits"}, {SMPP{Answer: 10 * time.Second}, "answered"}, {SMPP{Idle: time.Second}, "silent"}, {SMPP{Alphabet: "utf8"}, "utf8"},
		{SMPP{Phones: []string{"0712"}}, "+25470"},
	} {
		c.spoil.Link, c.spoil.Log, c.spoil.Clock = link, slog.Default(), clock.System{}
		if _, err := NewSMPP(&recorder{}, c.spoil); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "telco") {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// Whatever a centre sends is a turn that can be answered, or is refused.
func FuzzSMPPTurn(f *testing.F) {
	link, err := smpp.New(smpp.Settings{Name: "telco", Address: "127.0.0.1:2775", SystemID: "senti"}, smpp.Parts{Clock: clock.System{}, Log: slog.Default()})
	if err != nil {
		f.Fatal(err)
	}
	g, err := NewSMPP(&recorder{}, SMPP{Link: link, Region: "KE", Code: "*384#", Log: slog.Default(), Clock: clock.System{}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("*384#"), byte(0), []byte{1}, []byte{0x2a, 0}, "254712000001")
	f.Add([]byte{0, '1'}, byte(8), []byte{18}, []byte{0x2a, 1}, "+254712000001")
	f.Fuzz(func(t *testing.T, text []byte, coding byte, op, session []byte, from string) {
		m := &smpp.Message{From: smpp.Phone(from), Text: text, Coding: coding, Options: []smpp.Option{{Tag: smpp.TagServiceOp, Value: op}, {Tag: smpp.TagSession, Value: session}}}
		h, wrong := g.hear(m)
		if wrong != nil {
			return
		}
		if h.key.phone == "" || len(h.text) > maxInput {
			t.Fatalf("heard %+v", h)
		}
		shortCut(h.text, g.Code, h.to.Digits)
	})
}
