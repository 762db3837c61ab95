package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
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
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"senti/ussd"
	"senti/wallet/webhook"
)

// recorder is the Dialler of these tests: it says what it is told to and keeps what it heard.
type recorder struct {
	mu       sync.Mutex
	reply    ussd.Reply
	requests []ussd.Request
	heard    []ussd.EndNotice
	outcomes []string
	answer   func(ctx context.Context) // called before the reply, when set
}

func (r *recorder) Handle(ctx context.Context, q ussd.Request) ussd.Reply {
	if r.answer != nil {
		r.answer(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, q)
	return r.reply
}

func (r *recorder) Ended(_ context.Context, n ussd.EndNotice) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, n)
}

func (r *recorder) count(_, outcome string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes = append(r.outcomes, outcome)
}

// bench is one adapter behind a real HTTP server.
type bench struct {
	*recorder
	wire
	t       *testing.T
	log     bytes.Buffer
	gateway Gateway
	server  *httptest.Server
	busy    sync.WaitGroup // handlers that have not returned: the caller may have its answer before
	back    *httptest.Server
	replies []string // what came to back, where replies go that are not the answer to a call
	refuses int      // how many of them back refuses
	refusal int      // and with what
}

func newBench(t *testing.T, w wire, i Instance) *bench {
	t.Helper()
	b := &bench{recorder: &recorder{reply: ussd.Reply{Text: "Enter amount"}}, wire: w, t: t}
	b.back = httptest.NewServer(http.HandlerFunc(b.takeReply))
	t.Cleanup(b.back.Close)
	i.Type, i.Table = w.adapter.name, w.table
	i.Replies = Replies{URL: b.back.URL + "/channels/c1/messages/", Token: "reply-token"}
	gateways, err := All(b.recorder, Config{Region: "KE", Code: "*384#", Gateways: []Instance{i},
		Log: slog.New(slog.NewTextHandler(&b.log, nil)), Count: b.count})
	if err != nil || len(gateways) != 1 {
		t.Fatalf("%d gateways, error %v", len(gateways), err)
	}
	b.gateway = gateways[0]
	e := echo.New()
	for _, r := range b.gateway.Routes {
		e.Add(r.Method, r.Path, r.Handler)
	}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.busy.Add(1)
		defer b.busy.Done()
		e.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		b.server.Close()
		if strings.Contains(b.log.String(), markedPIN) {
			t.Errorf("a PIN is in the log:\n%s", b.log.String())
		}
	})
	return b
}

func (b *bench) takeReply(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.replies = append(b.replies, fmt.Sprintf("%s %s %s", r.Header.Get("Authorization"), r.URL.Path, body))
	if b.refuses > 0 {
		b.refuses--
		w.WriteHeader(b.refusal)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// req is one HTTP request to the bench; the zero values are the usual ones.
type req struct {
	method, path, query, body, secret, media string
	header                                   http.Header
}

// with is the request with that secret in its path.
func (r req) with(secret string) req {
	r.secret = secret
	return r
}

// request is a req as HTTP has it.
func (b *bench) request(r req) *http.Request {
	b.t.Helper()
	path := "/ussd/" + b.gateway.Name
	if r.secret != "" {
		path += "/" + r.secret
	}
	path += r.path
	if r.query != "" {
		path += "?" + r.query
	}
	if r.method == "" {
		r.method = http.MethodPost
	}
	request, err := http.NewRequest(r.method, b.server.URL+path, strings.NewReader(r.body))
	if err != nil {
		b.t.Fatal(err)
	}
	if medias := b.door().medias; r.media == "" && len(medias) > 0 {
		r.media = medias[0]
	}
	if r.media != "" {
		request.Header.Set("Content-Type", r.media)
	}
	for name, values := range r.header {
		request.Header[name] = values
	}
	return request
}

// door is the first of the gateway: where turns come in.
func (b *bench) door() door { return b.adapter.doors[0] }

// call makes a request with the secret that opens every bench but where that is the question.
func (b *bench) call(r req) (status int, body string) {
	b.t.Helper()
	status, body, _ = b.send(r.with(testSecret))
	return status, body
}

func (b *bench) send(r req) (status int, body string, header http.Header) {
	b.t.Helper()
	response, err := http.DefaultClient.Do(b.request(r))
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	return response.StatusCode, string(answer), response.Header
}

// settle waits for the handlers, and for the replies that go another way.
func (b *bench) settle() {
	b.t.Helper()
	b.busy.Wait()
	if err := b.gateway.Stop(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// each runs a test for every adapter, with one secret in the path.
func each(t *testing.T, run func(t *testing.T, b *bench)) {
	for _, w := range wires() {
		t.Run(w.adapter.name, func(t *testing.T) {
			t.Parallel()
			run(t, newBench(t, w, Instance{Guard: webhook.Guard{Secrets: []string{testSecret}}}))
		})
	}
}

func TestEveryAdapterHasAWire(t *testing.T) {
	var with []string
	for _, w := range wires() {
		with = append(with, w.adapter.name)
	}
	for _, a := range known() {
		if !slices.Contains(with, a.name) {
			t.Errorf("%s has no cases", a.name)
		}
	}
}

func TestTurns(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, c := range b.turns {
			b.requests = nil
			status, answer := b.call(c.req)
			c.want.Gateway, c.want.Limit, c.want.Deadline = b.adapter.name, b.adapter.limit, 2*time.Second
			if status != http.StatusOK || !slices.Equal(b.requests, []ussd.Request{c.want}) {
				t.Errorf("%s: status %d, answer %q, requests\n%+v\nwant\n%+v", c.name, status, answer, b.requests, c.want)
			}
		}
	})
}

func TestAnswers(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		screen := func(name, want, headers string) {
			t.Helper()
			status, got, header := b.send(b.write(usual()).with(testSecret))
			if b.adapter.async {
				got = b.replies[len(b.replies)-1]
			}
			if status != 200 || got != want {
				t.Errorf("%s: %d\n%s\nwant\n%s", name, status, got, want)
			}
			for line := range strings.Lines(headers) {
				name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				if header.Get(name) != value {
					t.Errorf("%s: header %s is %q, want %q", name, name, header.Get(name), value)
				}
			}
		}
		screen("a question", b.continues, b.continuesHeader)
		if len(b.heard) != 0 {
			t.Errorf("a question made notices %+v", b.heard)
		}
		b.reply = ussd.Reply{Text: "Bye", End: true}
		screen("an end", b.ends, b.endsHeader)
		written := ussd.EndNotice{Gateway: b.adapter.name, Session: b.requests[0].Session, Caller: "+254712000001", Reason: "reply written"}
		if !slices.Equal(b.heard, []ussd.EndNotice{written}) {
			t.Errorf("an end made notices %+v, want %+v", b.heard, written)
		}
		b.reply = ussd.Reply{Text: strings.Repeat("x", b.adapter.limit+1)}
		b.call(b.write(usual()))
		if want := []string{OutcomeContinue, OutcomeEnd, OutcomeOverlong}; !slices.Equal(b.outcomes, want) {
			t.Errorf("outcomes %v, want %v", b.outcomes, want)
		}
	})
}

// What stands on a screen does not break out of the format it is sent in.
func TestAnswersAreWellFormed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.reply.Text = "a \"b\" <c> & 'd' \\ e\n1 é"
		_, got := b.call(b.write(usual()))
		if b.adapter.async {
			_, got, _ = strings.Cut(b.replies[0], "/ ")
		}
		switch got = strings.TrimSpace(got); got[0] {
		case '{':
			if !json.Valid([]byte(got)) || !utf8.ValidString(got) {
				t.Errorf("not JSON: %s", got)
			}
		case '<':
			d := xml.NewDecoder(strings.NewReader(got))
			for {
				_, err := d.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("not XML: %v\n%s", err, got)
				}
			}
		default:
			if !strings.Contains(got, b.reply.Text) {
				t.Errorf("another text: %s", got)
			}
		}
	})
}

// A repeated callback reaches the service as the same request and is answered with the same bytes.
func TestReplay(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		_, first := b.call(b.write(usual()))
		_, again := b.call(b.write(usual()))
		if first != again || len(b.requests) != 2 || b.requests[0] != b.requests[1] {
			t.Errorf("answers %q and %q, requests %+v", first, again, b.requests)
		}
		if b.adapter.async && b.replies[0] != b.replies[1] {
			t.Errorf("replies %q", b.replies)
		}
	})
}

func TestNotices(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		cases := b.notices
		if b.notice != nil {
			cases = append([]noticeCase{{"usual", b.notice(usual()), b.ended}}, cases...)
		}
		if tells := strings.Contains(b.adapter.tells, "end"); tells != (len(cases) > 0) {
			t.Errorf("tells of ends: %v, cases: %d", tells, len(cases))
		}
		b.call(b.write(usual())) // some notices do not say whose session it was
		for _, c := range cases {
			b.heard = nil
			c.want.Gateway = b.adapter.name
			status, answer := b.call(c.req)
			if got := b.heard; status != http.StatusOK || !slices.Equal(got, []ussd.EndNotice{c.want}) {
				t.Errorf("%s: status %d, answer %q, notices\n%+v\nwant\n%+v", c.name, status, answer, got, c.want)
			}
		}
	})
}

func TestOtherCalls(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, c := range b.others {
			b.outcomes = nil
			if status, answer := b.call(c.req); status != 200 || answer != c.answer {
				t.Errorf("%s: %d %q, want %q", c.name, status, answer, c.answer)
			}
			if !slices.Equal(b.outcomes, []string{OutcomeNothing}) {
				t.Errorf("%s: outcomes %v", c.name, b.outcomes)
			}
		}
		if len(b.requests)+len(b.heard) != 0 {
			t.Errorf("reached the service: %+v, %+v", b.requests, b.heard)
		}
	})
}
