package gateway

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"senti/ussd"
	"senti/wallet/msisdn"
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
	t      *testing.T
	log    bytes.Buffer
	server *httptest.Server
	busy   sync.WaitGroup // handlers that have not returned: the caller may have its answer before
}

func newBench(t *testing.T, w wire, g webhook.Guard) *bench {
	t.Helper()
	b := &bench{recorder: &recorder{reply: ussd.Reply{Text: "Enter amount"}}, wire: w, t: t}
	c := Config{Region: "KE", Log: slog.New(slog.NewTextHandler(&b.log, nil)), Count: b.count}
	if w.adapter.name == "senti" {
		c.Senti = g
	} else {
		c.AfricasTalking = g
	}
	gateways, err := All(b.recorder, c)
	if err != nil || len(gateways) != 1 {
		t.Fatalf("%d gateways, error %v", len(gateways), err)
	}
	e := echo.New()
	for _, r := range gateways[0].Routes {
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

// call is one HTTP request to the bench; the zero values are the usual ones.
type call struct {
	method, body, secret, media string
	event                       bool
	header                      http.Header
}

// request is a call as HTTP has it.
func (b *bench) request(c call) *http.Request {
	b.t.Helper()
	path := b.adapter.path
	if b.adapter.proof == webhook.SecretInPath && c.secret != "" {
		path += "/" + c.secret
	}
	if c.event {
		path += "/events"
	}
	if c.method == "" {
		c.method = http.MethodPost
	}
	r, err := http.NewRequest(c.method, b.server.URL+path, strings.NewReader(c.body))
	if err != nil {
		b.t.Fatal(err)
	}
	if c.media == "" {
		c.media = b.adapter.media
	}
	r.Header.Set("Content-Type", c.media)
	if b.adapter.proof == webhook.BearerToken && c.secret != "" {
		r.Header.Set("Authorization", "Bearer "+c.secret)
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	return r
}

func (b *bench) call(c call) (status int, body string) {
	b.t.Helper()
	response, err := http.DefaultClient.Do(b.request(c))
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.busy.Wait()
	return response.StatusCode, string(answer)
}

// each runs a test for every adapter, with one secret.
func each(t *testing.T, run func(t *testing.T, b *bench)) {
	for _, w := range wires() {
		t.Run(w.adapter.name, func(t *testing.T) {
			run(t, newBench(t, w, webhook.Guard{Secrets: []string{testSecret}}))
		})
	}
}

func TestTurns(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, c := range b.turns {
			b.requests = nil
			status, _ := b.call(call{body: c.body, secret: testSecret})
			c.want.Gateway, c.want.Limit = b.adapter.name, b.adapter.limit
			if status != http.StatusOK || !slices.Equal(b.requests, []ussd.Request{c.want}) {
				t.Errorf("%s: status %d, requests\n%+v\nwant\n%+v", c.name, status, b.requests, c.want)
			}
		}
	})
}

func TestAnswers(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		body := b.write(usual())
		if status, got := b.call(call{body: body, secret: testSecret}); status != 200 || got != b.continues {
			t.Errorf("a question: %d %q, want %q", status, got, b.continues)
		}
		if len(b.heard) != 0 {
			t.Errorf("a question made notices %+v", b.heard)
		}
		b.reply = ussd.Reply{Text: "Bye", End: true}
		if status, got := b.call(call{body: body, secret: testSecret}); status != 200 || got != b.ends {
			t.Errorf("an end: %d %q, want %q", status, got, b.ends)
		}
		written := ussd.EndNotice{Gateway: b.adapter.name, Session: usual().session, Caller: "+254712000001", Reason: "reply written"}
		if !slices.Equal(b.heard, []ussd.EndNotice{written}) {
			t.Errorf("an end made notices %+v, want %+v", b.heard, written)
		}
		b.reply = ussd.Reply{Text: strings.Repeat("x", b.adapter.limit+1)}
		b.call(call{body: body, secret: testSecret})
		if want := []string{OutcomeContinue, OutcomeEnd, OutcomeOverlong}; !slices.Equal(b.outcomes, want) {
			t.Errorf("outcomes %v, want %v", b.outcomes, want)
		}
	})
}

// A repeated callback reaches the service as the same request and is answered with the same bytes.
func TestReplay(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		_, first := b.call(call{body: b.write(usual()), secret: testSecret})
		_, again := b.call(call{body: b.write(usual()), secret: testSecret})
		if first != again || len(b.requests) != 2 || b.requests[0] != b.requests[1] {
			t.Errorf("answers %q and %q, requests %+v", first, again, b.requests)
		}
	})
}

func TestNotices(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		cases := append([]noticeCase{{"usual", b.notice(usual()), b.ended}}, b.notices...)
		for _, c := range cases {
			b.heard = nil
			c.want.Gateway = b.adapter.name
			status, _ := b.call(call{body: c.body, secret: testSecret, event: true})
			if got := b.heard; status != http.StatusOK || !slices.Equal(got, []ussd.EndNotice{c.want}) {
				t.Errorf("%s: status %d, notices\n%+v\nwant\n%+v", c.name, status, got, c.want)
			}
		}
	})
}

// What every adapter must refuse, whatever its format.
func TestHostileCallbacks(t *testing.T) {
	with := func(change func(*fields)) fields {
		f := usual()
		change(&f)
		return f
	}
	type hostile struct {
		name  string
		call  call
		field string // named in the answer
	}
	each(t, func(t *testing.T, b *bench) {
		send := func(change func(*fields)) call { return call{body: b.write(with(change))} }
		cases := []hostile{
			{"empty", call{body: ""}, ""},
			{"no phone", send(func(f *fields) { f.phone = "" }), "phone"},
			{"not a number", send(func(f *fields) { f.phone = "Jane" }), "phone"},
			{"a landline", send(func(f *fields) { f.phone = "+254202222222" }), "phone"},
			{"another country", send(func(f *fields) { f.phone = "+15005550006" }), "phone"},
			{"number too long", send(func(f *fields) { f.phone = "+2547120000011111111111" }), "phone"},
			{"Arabic digits and a mark", send(func(f *fields) { f.phone = "\u202e+٢٥٤" }), "phone"},
			{"no session", send(func(f *fields) { f.session = "" }), "session"},
			{"session too long", send(func(f *fields) { f.session = strings.Repeat("s", 101) }), "session"},
			{"session of two lines", send(func(f *fields) { f.session = "a\nb" }), "session"},
			{"session with a NUL", send(func(f *fields) { f.session = "a\x00b" }), "session"},
			{"code too long", send(func(f *fields) { f.code = strings.Repeat("*", 41) }), "code"},
			{"code with letters", send(func(f *fields) { f.code = "<script>" }), "code"},
			{"text too long", send(func(f *fields) { f.text = strings.Repeat("1", 1501) }), ""},
			{"text with a NUL", send(func(f *fields) { f.text = "1*\x00" }), ""},
			{"text with an escape", send(func(f *fields) { f.text = "\x1b[2J" }), ""},
			{"text not UTF-8", send(func(f *fields) { f.text = "caf\xe9" }), ""},
			{"oversize", send(func(f *fields) { f.text = strings.Repeat("1", 100_000) }), "body"},
			{"other content type", call{body: b.write(usual()), media: "text/xml"}, "Content-Type"},
			{"no content type", call{body: b.write(usual()), media: ";"}, "Content-Type"},
			{"other charset", call{body: b.write(usual()), media: b.adapter.media + "; charset=utf-16"}, "Content-Type"},
		}
		for _, c := range b.bad {
			cases = append(cases, hostile{c.name, call{body: c.body}, c.field})
		}
		for _, c := range cases {
			b.outcomes = nil
			c.call.secret = testSecret
			status, answer := b.call(c.call)
			if status != http.StatusBadRequest || !slices.Equal(b.outcomes, []string{OutcomeMalformed}) {
				t.Errorf("%s: status %d, outcomes %v, answer %q", c.name, status, b.outcomes, answer)
			}
			if !strings.Contains(strings.ToLower(answer), strings.ToLower(c.field)) {
				t.Errorf("%s: the answer does not name %q: %q", c.name, c.field, answer)
			}
			if !utf8.ValidString(answer) || len(answer) > 200 || strings.Contains(answer, markedPIN) {
				t.Errorf("%s: answer %q", c.name, answer)
			}
		}
		if status, _ := b.call(call{method: http.MethodGet, secret: testSecret}); status != http.StatusMethodNotAllowed {
			t.Errorf("GET: status %d", status)
		}
		if len(b.requests) != 0 {
			t.Errorf("reached the service: %+v", b.requests)
		}
	})
}

func TestHostileNotices(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		send := func(f fields) string { return b.notice(f) }
		cases := append([]badCase{
			{"empty", "", ""},
			{"no phone", send(fields{session: "S1"}), "phone"},
			{"no session", send(fields{phone: "+254712000001"}), "session"},
			{"oversize", strings.Repeat("x", 40_000), "body"},
		}, b.badEnds...)
		for _, c := range cases {
			status, answer := b.call(call{body: c.body, secret: testSecret, event: true})
			if status != http.StatusBadRequest || !strings.Contains(strings.ToLower(answer), strings.ToLower(c.field)) {
				t.Errorf("%s: status %d, answer %q", c.name, status, answer)
			}
		}
		if len(b.heard) != 0 {
			t.Errorf("reached the service: %+v", b.heard)
		}
	})
}

// Who gets in, by what the guard asks and what the caller shows. The caller is on 127.0.0.1.
func TestGuard(t *testing.T) {
	networks := func(list ...string) (out []netip.Prefix) {
		for _, n := range list {
			out = append(out, netip.MustParsePrefix(n))
		}
		return out
	}
	here, away := networks("127.0.0.0/8"), networks("203.0.113.0/24")
	one, two := []string{testSecret}, []string{testSecret, newSecret}
	forwarded := func(by string) http.Header { return http.Header{"X-Forwarded-For": {by}} }
	cases := []struct {
		name   string
		guard  webhook.Guard
		secret string
		header http.Header
		want   int
	}{
		{"right secret", webhook.Guard{Secrets: one}, testSecret, nil, 200},
		{"wrong secret", webhook.Guard{Secrets: one}, "9f3c51d2a07b4e87", nil, 401},
		{"a beginning of it", webhook.Guard{Secrets: one}, "9f3c51d2a07b4e8", nil, 401},
		{"no secret", webhook.Guard{Secrets: one}, "", nil, 401},
		{"old secret while it is replaced", webhook.Guard{Secrets: two}, testSecret, nil, 200},
		{"new secret while it is replaced", webhook.Guard{Secrets: two}, newSecret, nil, 200},
		{"listed address", webhook.Guard{Allow: here}, "", nil, 200},
		{"other address", webhook.Guard{Allow: away}, "", nil, 403},
		{"other address, forged header", webhook.Guard{Allow: away}, "", forwarded("203.0.113.7"), 403},
		{"through a known proxy", webhook.Guard{Allow: away, Proxies: here}, "", forwarded("203.0.113.7"), 200},
		{"through it, forged before it", webhook.Guard{Allow: away, Proxies: here}, "", forwarded("203.0.113.7, 198.51.100.1"), 403},
		{"through it, no address", webhook.Guard{Allow: away, Proxies: here}, "", forwarded("unknown"), 403},
		{"both asked, both right", webhook.Guard{Secrets: one, Allow: here}, testSecret, nil, 200},
		{"both asked, wrong secret", webhook.Guard{Secrets: one, Allow: here}, newSecret, nil, 401},
		{"both asked, wrong address", webhook.Guard{Secrets: one, Allow: away}, testSecret, nil, 403},
	}
	each(t, func(t *testing.T, b *bench) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				b := newBench(t, b.wire, c.guard)
				for _, event := range []bool{false, true} {
					body := b.write(usual())
					if event {
						body = b.notice(usual())
					}
					if status, _ := b.call(call{body: body, secret: c.secret, header: c.header, event: event}); status != c.want {
						t.Errorf("event %v: status %d, want %d", event, status, c.want)
					}
				}
				if through := len(b.requests) + len(b.heard); through != 0 && c.want != 200 {
					t.Errorf("%d callbacks reached the service", through)
				}
				if c.want != 200 && !slices.Equal(b.outcomes, []string{OutcomeRefused, OutcomeRefused}) {
					t.Errorf("outcomes %v", b.outcomes)
				}
				if c.secret != "" && strings.Contains(b.log.String(), c.secret) {
					t.Errorf("the secret is in the log:\n%s", b.log.String())
				}
			})
		}
	})
}

func TestOpenIsForThisMachine(t *testing.T) {
	for _, w := range wires() {
		if !w.open {
			_, err := All(&recorder{}, Config{Senti: webhook.Guard{Open: true}, Log: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.Contains(err.Error(), w.adapter.name) {
				t.Errorf("%s opens without a secret: %v", w.adapter.name, err)
			}
			continue
		}
		b := newBench(t, w, webhook.Guard{Open: true})
		if status, _ := b.call(call{body: w.write(usual())}); status != 200 {
			t.Errorf("%s: status %d here", w.adapter.name, status)
		}
		header := http.Header{"X-Forwarded-For": {"127.0.0.1"}}
		if status, _ := b.call(call{body: w.write(usual()), header: header}); status != 403 {
			t.Errorf("%s: status %d through a proxy", w.adapter.name, status)
		}
		away := httptest.NewRequest(http.MethodPost, "/", nil)
		away.RemoteAddr = "203.0.113.7:4000"
		if status, _ := (webhook.Guard{Open: true}).Admit(away, ""); status != 403 {
			t.Errorf("%s: status %d from elsewhere", w.adapter.name, status)
		}
	}
}

func TestGuardsThatOnlyLookLikeOne(t *testing.T) {
	for name, g := range map[string]webhook.Guard{
		"short secret":      {Secrets: []string{"hunter2"}},
		"slash in a secret": {Secrets: []string{"9f3c51d2a07b4e86/events"}},
		"everybody":         {Allow: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
		"everybody, IPv6":   {Allow: []netip.Prefix{netip.MustParsePrefix("::/0")}},
	} {
		if _, err := All(&recorder{}, Config{AfricasTalking: g, Log: slog.New(slog.DiscardHandler)}); err == nil {
			t.Errorf("%s is taken for a guard", name)
		}
	}
	if on, err := All(&recorder{}, Config{Log: slog.New(slog.DiscardHandler)}); err != nil || len(on) != 0 {
		t.Errorf("without guards %d gateways are on, error %v", len(on), err)
	}
}

func TestLimits(t *testing.T) {
	if got := fmt.Sprint(Limits()); got != "map[africastalking:156 senti:160]" {
		t.Errorf("limits %s", got)
	}
}

// fuzz feeds any bytes to an adapter's two parsers: what they let through must be what the service is promised.
func fuzz(f *testing.F, w wire) {
	f.Add([]byte(w.write(usual())))
	f.Add([]byte(w.notice(usual())))
	for _, c := range w.turns {
		f.Add([]byte(c.body))
	}
	for _, c := range slices.Concat(w.bad, w.badEnds) {
		f.Add([]byte(c.body))
	}
	a := w.adapter
	f.Fuzz(func(t *testing.T, body []byte) {
		r, wrong := a.parse(body, "KE")
		if wrong == nil {
			checkPromises(t, r.Session, r.Caller)
			if len(r.Text) > maxText || !utf8.ValidString(r.Text) || strings.ContainsRune(r.Text, 0) {
				t.Errorf("text %q", r.Text)
			}
			if r.History == (r.Turn > 0) || strings.Trim(r.ServiceCode, "0123456789*#") != "" {
				t.Errorf("request %+v", r)
			}
		} else if r != (ussd.Request{}) || len(wrong.Field)+len(wrong.Problem) > 200 {
			t.Errorf("refused with %+v and still %+v", wrong, r)
		}
		n, wrong := a.notice(body, "KE")
		if wrong != nil {
			return
		}
		checkPromises(t, n.Session, n.Caller)
		if len(n.Reason) > 120 || strings.ContainsAny(n.Reason, "0123456789\n") {
			t.Errorf("reason %q", n.Reason)
		}
	})
}

func checkPromises(t *testing.T, session string, caller msisdn.Number) {
	t.Helper()
	if session == "" || len(session) > maxSession || strings.ContainsAny(session, " \n\x00") {
		t.Errorf("session %q", session)
	}
	if again, err := msisdn.Parse(string(caller), "KE"); err != nil || again != caller {
		t.Errorf("caller %q: %q, %v", caller, again, err)
	}
}
