package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/ussd"
	"senti/wallet/webhook"
)

// telcoSide is where a gateway takes pages that begin sessions: it keeps what it was brought, and answers what it is told.
type telcoSide struct {
	*httptest.Server
	mu      sync.Mutex
	brought []string
	answers []func(http.ResponseWriter) // one for each call, and then 500
}

func newTelcoSide(t *testing.T) *telcoSide {
	n := &telcoSide{}
	n.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		n.mu.Lock()
		n.brought = append(n.brought, fmt.Sprintf("%s %s|%s|%s|%s|%s\n%s", r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("X-Api-Key"),
			r.Header.Get("Cookie"), r.Header.Get("Content-Type"), body))
		answer := func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }
		if len(n.answers) > 0 {
			answer, n.answers = n.answers[0], n.answers[1:]
		}
		n.mu.Unlock()
		answer(w)
	}))
	t.Cleanup(n.Server.Close)
	return n
}

func says(status int, body string, headers ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (n *telcoSide) will(answers ...func(http.ResponseWriter)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.brought, n.answers = nil, answers
}

func (n *telcoSide) was() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.brought)
}

// pushWire is a bench of a type that pushes, and the network behind it.
func pushWire(t *testing.T, name string) (*bench, *telcoSide) {
	t.Helper()
	n := newTelcoSide(t)
	for _, w := range wires() {
		if w.adapter.name == name {
			return newBench(t, w, Instance{Guard: webhook.Guard{Secrets: []string{testSecret}},
				Push: Push{URL: n.URL + "/push", Token: "push-token", Phones: []string{"+25470", "+25471"}}}), n
		}
	}
	t.Fatalf("there is no type %s", name)
	return nil, nil
}

var pushedPage = ussd.Page{Session: "push-1", Phone: "+254712000001", ServiceCode: "*384#", Text: "A <&> \"B\" asks\nPIN?"}

// pushCases are the exact bytes of a push of every type that a call can begin a session of.
var pushCases = map[string]struct {
	answers ussd.Shape
	call    string                      // what the network is brought
	taken   func(http.ResponseWriter)   // what says that the page was taken
	not     []func(http.ResponseWriter) // … that it was not
	failed  []func(http.ResponseWriter) // … neither
	typed   func() req                  // what is typed then, as it comes
	want    ussd.Request                // and what that means
}{
	"senti": {
		call: "POST /push|Bearer push-token|||application/json\n" +
			`{"session":"push-1","phone":"+254712000001","code":"*384#","text":"A \u003c\u0026\u003e \"B\" asks\nPIN?"}`,
		taken: says(202, ""), not: []func(http.ResponseWriter){says(409, "")}, failed: []func(http.ResponseWriter){says(401, ""), says(302, "", "Location", "/elsewhere")},
		typed: func() req {
			return req{body: `{"session":"push-1","turn":2,"phone":"+254712000001","code":"*384#","input":"` + markedPIN + `"}`}
		},
		want: ussd.Request{Session: "push-1", Turn: 2, Text: markedPIN},
	},
	"madapi": {
		call: "POST /push||push-token||application/json\n" +
			`{"sessionId":"push-1","messageType":"0","msisdn":"254712000001","serviceCode":"*384#","ussdString":"A \u003c\u0026\u003e \"B\" asks\nPIN?"}`,
		taken: says(201, `{"statusCode":"0000","statusMessage":"","transactionId":"t","data":{"outboundResponse":"0000","sessionId":"net-77","msisdn":"254712000001"},"_link":{}}`),
		not: []func(http.ResponseWriter){says(201, `{"statusCode":"3001","data":{"outboundResponse":"0000"}}`),
			says(200, `{"statusCode":"0000","data":{"outboundResponse":"27"}}`)},
		failed: []func(http.ResponseWriter){says(503, `{"statusCode":"3001"}`), says(201, `<html>`)},
		typed: func() req { // the network calls it otherwise, and told us so
			return req{body: `{"sessionId":"net-77","messageType":"1","msisdn":"254712000001","serviceCode":"*384#","ussdString":"` + markedPIN + `"}`}
		},
		want: ussd.Request{Session: "push-1", Later: true, Text: markedPIN},
	},
	"junebug": {
		answers: ussd.Shape{Unnamed: true},
		call: "POST /push|Token push-token|||application/json\n" +
			`{"to":"+254712000001","from":"*384#","content":"A \u003c\u0026\u003e \"B\" asks\nPIN?","channel_data":{"session_event":"new"}}`,
		taken: says(201, `{"status":201}`), failed: []func(http.ResponseWriter){says(200, ""), says(400, "")},
		typed: func() req {
			return req{body: `{"to":"*384#","from":"+254712000001","message_id":"m2","content":"` + markedPIN + `","channel_data":{"session_event":"resume"}}`}
		},
		want: ussd.Request{ID: "m2", Reused: true, Later: true, Text: markedPIN},
	},
}

func TestPushes(t *testing.T) {
	for name, c := range pushCases {
		t.Run(name, func(t *testing.T) {
			b, n := pushWire(t, name)
			p := b.gateway.Pusher
			if p.Name() != name || p.Limit() != b.gateway.Limit || p.Answers() != c.answers || !p.Serves("+254712000001") || p.Serves("+254733000001") {
				t.Errorf("the pusher: %s %d %+v", p.Name(), p.Limit(), p.Answers())
			}
			n.will(c.taken)
			if err := p.Push(t.Context(), pushedPage); err != nil {
				t.Fatal(err)
			}
			if got := n.was(); !slices.Equal(got, []string{c.call}) {
				t.Errorf("brought %q\nwant %q", got, c.call)
			}
			if status, answer := b.call(c.typed()); status != 200 {
				t.Fatalf("typed: %d %s", status, answer)
			}
			want := c.want
			want.Gateway, want.Caller, want.ServiceCode, want.Limit, want.Deadline = name, "+254712000001", "*384#", b.gateway.Limit, 2*time.Second
			if len(b.requests) != 1 || b.requests[0] != want {
				t.Errorf("typed\n%+v\nwant\n%+v", b.requests, want)
			}
			for _, answer := range c.not {
				n.will(answer)
				if err := p.Push(t.Context(), pushedPage); !errors.Is(err, ussd.ErrNotTaken) {
					t.Errorf("not taken: %v", err)
				}
			}
			for _, answer := range c.failed {
				n.will(answer)
				if err := p.Push(t.Context(), pushedPage); err == nil || errors.Is(err, ussd.ErrNotTaken) || len(n.was()) != 1 {
					t.Errorf("failed: %v after %d calls", err, len(n.was()))
				}
			}
		})
	}
}

// Every type that can begin a session has its case here, and no other can be told to.
func TestEveryTypeThatPushesHasACase(t *testing.T) {
	for _, a := range known() {
		_, has := pushCases[a.name]
		if talks := a.push != nil && a.push.talk != nil; (a.push != nil) != (has || talks) {
			t.Errorf("%s: pushes %t, has a case %t", a.name, a.push != nil, has)
		}
		i := Instance{Type: a.name, Guard: webhook.Guard{Secrets: []string{testSecret}}, Replies: Replies{URL: "http://127.0.0.1/"}, Push: Push{URL: "http://127.0.0.1/"}}
		for _, push := range []Push{{URL: "http://127.0.0.1/"}, {URL: "127.0.0.1/push"}, {Phones: []string{"0712"}}} {
			i.Push = push
			_, err := All(&recorder{}, Config{Region: "KE", Code: "*384#", Gateways: []Instance{i}, Log: slog.New(slog.DiscardHandler)})
			if good := a.push != nil && push.URL == "http://127.0.0.1/"; (err == nil) != good {
				t.Errorf("%s with %+v: %v", a.name, push, err)
			}
		}
	}
}

// A network that says nothing is not waited for longer than is asked.
func TestAPushThatIsNotAnswered(t *testing.T) {
	b, n := pushWire(t, "senti")
	held := make(chan struct{})
	n.will(func(http.ResponseWriter) { <-held })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := b.gateway.Pusher.Push(ctx, pushedPage)
	close(held)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	n.Close()
	if err := b.gateway.Pusher.Push(t.Context(), pushedPage); err == nil || strings.Contains(err.Error(), "PIN") || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("nobody is there: %v", err)
	}
}

const (
	restCommTyped = `<dialog type="Continue" localId="12" remoteId="13" mapMessagesSize="1"><unstructuredSSRequest_Response invokeId="0" dataCodingScheme="15" string="%s"/></dialog>`
	restCommShown = `<dialog type="Continue" localId="12" remoteId="13" mapMessagesSize="1"><unstructuredSSNotify_Response invokeId="1"/></dialog>`
	restCommGone  = `<dialog type="End" localId="12" mapMessagesSize="0"><errComponents><invokeId value="1"/><errorComponent type="MAPErrorMessageAbsentSubscriberSM" errorCode="6"/></errComponents></dialog>`
)

// A session that we begin at RestComm goes on in our calls, to its last page.
func TestRestCommPush(t *testing.T) {
	b, n := pushWire(t, "restcomm")
	n.will(
		says(200, fmt.Sprintf(restCommTyped, "1"), "Set-Cookie", "JSESSIONID=1379BF8A; Path=/push"),
		func(w http.ResponseWriter) {
			b.recorder.mu.Lock()
			b.reply = ussd.Reply{Text: "Done é", End: true}
			b.recorder.mu.Unlock()
			says(200, fmt.Sprintf(restCommTyped, markedPIN))(w)
		},
		says(200, restCommShown), says(200, ""))
	if err := b.gateway.Pusher.Push(t.Context(), pushedPage); err != nil {
		t.Fatal(err)
	}
	b.awaits(t, 1)
	if err := b.gateway.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	head, cookie := "POST /push|Bearer push-token||", "JSESSIONID=1379BF8A|text/xml; charset=utf-8\n"+xmlHead
	want := []string{
		head + "|text/xml; charset=utf-8\n" + xmlHead + `<dialog mapMessagesSize="1"><unstructuredSSRequest_Request dataCodingScheme="15" ` +
			`string="A &lt;&amp;&gt; &#34;B&#34; asks&#xA;PIN?"><msisdn nai="international_number" npi="ISDN" number="254712000001"/></unstructuredSSRequest_Request></dialog>`,
		head + cookie + `<dialog mapMessagesSize="1"><unstructuredSSRequest_Request dataCodingScheme="15" string="Enter amount"/></dialog>`,
		head + cookie + `<dialog mapMessagesSize="1"><unstructuredSSNotify_Request dataCodingScheme="15" string="Done é"/></dialog>`,
		head + cookie + `<dialog mapMessagesSize="0" prearrangedEnd="false"></dialog>`,
	}
	if got := n.was(); len(got) < 3 || !slices.Equal(got, want[:len(got)]) { // the process may have stopped before the release
		t.Errorf("brought\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i, text := range []string{"1", markedPIN} {
		want := ussd.Request{Gateway: "restcomm", Session: "push-1", Caller: "+254712000001", ServiceCode: "*384#", Text: text, Later: true, Limit: 182, Deadline: 2 * time.Second}
		if b.requests[i] != want {
			t.Errorf("typed\n%+v\nwant\n%+v", b.requests[i], want)
		}
	}
	shown := ussd.EndNotice{Gateway: "restcomm", Session: "push-1", Caller: "+254712000001", Reason: "reply written"}
	if !slices.Equal(b.heard, []ussd.EndNotice{shown}) || !slices.Equal(b.outcomes, []string{OutcomeContinue, OutcomeEnd}) {
		t.Errorf("heard %+v, outcomes %v", b.heard, b.outcomes)
	}
}

// What becomes of a session that ends before its last page, and of a page that is not taken at all.
func TestRestCommPushThatFails(t *testing.T) {
	b, n := pushWire(t, "restcomm")
	for _, answer := range []func(http.ResponseWriter){says(200, restCommGone), says(200, `<dialog mapUserAbortChoice="isUserSpecificReason"/>`)} {
		n.will(answer)
		if err := b.gateway.Pusher.Push(t.Context(), pushedPage); !errors.Is(err, ussd.ErrNotTaken) {
			t.Errorf("not taken: %v", err)
		}
	}
	for _, answer := range []func(http.ResponseWriter){says(500, ""), says(200, "<html/>"), says(200, "{}")} {
		n.will(answer)
		if err := b.gateway.Pusher.Push(t.Context(), pushedPage); err == nil || errors.Is(err, ussd.ErrNotTaken) {
			t.Errorf("failed: %v", err)
		}
	}
	n.will(says(200, fmt.Sprintf(restCommTyped, "1")), says(200, restCommGone))
	if err := b.gateway.Pusher.Push(t.Context(), pushedPage); err != nil {
		t.Fatal(err)
	}
	b.awaits(t, 1)
	if h := b.heard[0]; !h.Failed || h.Session != "push-1" {
		t.Errorf("heard %+v", h)
	}
}

// awaits waits until so many ends were heard of.
func (b *bench) awaits(t *testing.T, n int) {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		b.recorder.mu.Lock()
		heard := len(b.heard)
		b.recorder.mu.Unlock()
		if heard >= n {
			return
		}
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatalf("%d ends were heard of", heard)
		}
	}
}
