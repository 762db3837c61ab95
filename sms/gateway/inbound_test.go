package gateway

import (
	"bytes"
	"cmp"
	"context"
	"errors"
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

	"senti/sms"
	"senti/wallet/msisdn"
	"senti/wallet/webhook"
)

// recorder is the Receiver of these tests: it knows a message again, and keeps what it heard.
type recorder struct {
	mu       sync.Mutex
	broken   bool
	messages []sms.Inbound
	reports  []sms.Report
	outcomes []string
	during   func(ctx context.Context) // called in the middle of it, when set
}

func (r *recorder) Receive(ctx context.Context, m sms.Inbound) (fresh bool, err error) {
	if r.during != nil {
		r.during(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken {
		return false, errors.New("the database is away")
	}
	fresh = !slices.ContainsFunc(r.messages, func(known sms.Inbound) bool { return known.ID() == m.ID() })
	if fresh {
		r.messages = append(r.messages, m)
	}
	return fresh, nil
}

func (r *recorder) report(_ context.Context, reports []sms.Report) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken {
		return errors.New("the database is away")
	}
	r.reports = append(r.reports, reports...)
	return nil
}

func (r *recorder) count(_, outcome string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes = append(r.outcomes, outcome)
}

// gate is one provider's door behind a real HTTP server.
type gate struct {
	*recorder
	wire
	t      *testing.T
	log    bytes.Buffer
	server *httptest.Server
	busy   sync.WaitGroup // handlers that have not returned: the caller may have its answer before
}

func newGate(t *testing.T, w wire, g webhook.Guard) *gate {
	t.Helper()
	d := &gate{recorder: &recorder{}, wire: w, t: t}
	c := InboundConfig{Region: "KE", Log: slog.New(slog.NewTextHandler(&d.log, nil)), Count: d.count, Reports: d.report,
		On: []Instance{{Type: w.inbound.name, Guard: g, URL: publicURL + "/sms/" + w.inbound.name, Keys: w.keys}}}
	routes, err := Inbound(d.recorder, c)
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	for _, r := range routes {
		e.Add(r.Method, r.Path, r.Handler)
	}
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.busy.Add(1)
		defer d.busy.Done()
		e.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		d.server.Close()
		for _, secret := range []string{markedPIN, "254712000001", testSecret} {
			if strings.Contains(d.log.String(), secret) {
				t.Errorf("%s is in the log:\n%s", secret, d.log.String())
			}
		}
	})
	return d
}

// knock is one HTTP request to the gate; the zero values are the usual ones.
type knock struct {
	method, body, secret, media, suffix string
	header                              http.Header
}

func (d *gate) request(ctx context.Context, c knock) *http.Request {
	d.t.Helper()
	at := d.inbound.doors[0]
	for _, door := range d.inbound.doors {
		if door.suffix == c.suffix {
			at = door
		}
	}
	address := "/sms/" + d.inbound.name
	if d.inbound.proof == webhook.SecretInPath && c.secret != "" {
		address += "/" + c.secret
	}
	address += c.suffix
	var body io.Reader
	if at.medias == nil {
		address += "?" + c.body
	} else {
		body = strings.NewReader(c.body)
	}
	r, err := http.NewRequestWithContext(ctx, cmp.Or(c.method, at.method), d.server.URL+address, body)
	if err != nil {
		d.t.Fatal(err)
	}
	if at.medias != nil {
		r.Header.Set("Content-Type", cmp.Or(c.media, at.medias[0]))
	}
	if d.inbound.proof == webhook.BearerToken && c.secret != "" {
		r.Header.Set("Authorization", "Bearer "+c.secret)
	}
	if d.wire.sign != nil {
		r.Header.Set("X-Twilio-Signature", d.wire.sign(publicURL+"/sms/"+d.inbound.name+c.suffix, c.body))
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	return r
}

func (d *gate) knock(c knock) (status int, body string) {
	d.t.Helper()
	response, err := http.DefaultClient.Do(d.request(d.t.Context(), c))
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	d.busy.Wait()
	return response.StatusCode, string(answer)
}

// each runs a test for every provider, with one secret.
func each(t *testing.T, run func(t *testing.T, d *gate)) {
	for _, w := range wires() {
		t.Run(w.inbound.name, func(t *testing.T) {
			run(t, newGate(t, w, webhook.Guard{Secrets: []string{testSecret}}))
		})
	}
}

func TestInboundMessages(t *testing.T) {
	each(t, func(t *testing.T, d *gate) {
		for _, c := range d.wire.messages {
			d.recorder.messages = nil
			status, _ := d.knock(knock{body: c.body, secret: testSecret})
			c.want.Gateway = d.inbound.name
			if got := d.recorder.messages; status != http.StatusOK || !slices.Equal(got, []sms.Inbound{c.want}) {
				t.Errorf("%s: status %d, messages\n%+v\nwant\n%+v", c.name, status, got, c.want)
			}
		}
	})
}

// A repeated message is answered well and is the receiver's to know; one that failed is asked for again.
func TestInboundAnswers(t *testing.T) {
	each(t, func(t *testing.T, d *gate) {
		send := func(status int, answer string) {
			t.Helper()
			if s, a := d.knock(knock{body: d.write(usual()), secret: testSecret}); s != status || a != answer {
				t.Errorf("%d %q, want %d %q", s, a, status, answer)
			}
		}
		d.broken = true
		send(http.StatusServiceUnavailable, d.failed)
		d.broken = false
		send(http.StatusOK, d.taken)
		send(http.StatusOK, d.repeated)
		send(http.StatusOK, d.repeated)
		if want := []string{OutcomeFailed, OutcomeTaken, OutcomeRepeated, OutcomeRepeated}; !slices.Equal(d.outcomes, want) {
			t.Errorf("outcomes %v, want %v", d.outcomes, want)
		}
	})
}

// A gateway that hangs up in the middle brings the message again; what was begun is finished all the same.
func TestInboundHangUp(t *testing.T) {
	each(t, func(t *testing.T, d *gate) {
		ctx, hangUp := context.WithCancel(t.Context())
		d.during = func(inner context.Context) {
			hangUp()
			if _, ok := inner.Deadline(); !ok || inner.Err() != nil {
				t.Errorf("the work ends with the caller: %v", inner.Err())
			}
		}
		if response, err := http.DefaultClient.Do(d.request(ctx, knock{body: d.write(usual()), secret: testSecret})); err == nil {
			response.Body.Close()
		}
		d.busy.Wait()
		d.during = nil
		if status, answer := d.knock(knock{body: d.write(usual()), secret: testSecret}); status != http.StatusOK || answer != d.repeated {
			t.Errorf("%d %q", status, answer)
		}
	})
}

// What every provider's door must refuse, whatever its format.
func TestHostileInbound(t *testing.T) {
	each(t, func(t *testing.T, d *gate) {
		send := func(change func(*fields)) knock {
			f := usual()
			change(&f)
			return knock{body: d.write(f)}
		}
		cases := []struct {
			name  string
			call  knock
			field string // named in the answer
		}{
			{"empty", knock{}, ""},
			{"no sender", send(func(f *fields) { f.from = "" }), "from"},
			{"a company's name", send(func(f *fields) { f.from = "SAFARICOM" }), "from"},
			{"a short code", send(func(f *fields) { f.from = "20384" }), "from"},
			{"a landline", send(func(f *fields) { f.from = "+254202222222" }), "from"},
			{"another country", send(func(f *fields) { f.from = "+15005550006" }), "from"},
			{"number too long", send(func(f *fields) { f.from = "+2547120000011111111111" }), "from"},
			{"Arabic digits and a mark", send(func(f *fields) { f.from = "\u202e+٢٥٤" }), "from"},
			{"no id", send(func(f *fields) { f.id = "" }), "id"},
			{"id too long", send(func(f *fields) { f.id = strings.Repeat("i", 101) }), "id"},
			{"id of two lines", send(func(f *fields) { f.id = "a\nb" }), "id"},
			{"id with a NUL", send(func(f *fields) { f.id = "a\x00b" }), "id"},
			{"to too long", send(func(f *fields) { f.to = strings.Repeat("2", 41) }), "to"},
			{"to with a NUL", send(func(f *fields) { f.to = "\x00" }), "to"},
			{"text too long", send(func(f *fields) { f.text = strings.Repeat("1", 4001) }), "text"},
			{"text not UTF-8", send(func(f *fields) { f.text = "caf\xe9" }), ""},
		}
		type hostile = struct {
			name  string
			call  knock
			field string
		}
		if medias := d.inbound.doors[0].medias; medias != nil {
			cases = append(cases,
				hostile{"oversize", send(func(f *fields) { f.text = strings.Repeat("1", 100_000) }), "body"},
				hostile{"other content type", knock{body: d.write(usual()), media: "text/xml"}, "Content-Type"},
				hostile{"no content type", knock{body: d.write(usual()), media: ";"}, "Content-Type"},
				hostile{"other charset", knock{body: d.write(usual()), media: medias[0] + "; charset=utf-16"}, "Content-Type"})
		}
		for _, c := range d.bad {
			cases = append(cases, hostile{c.name, knock{body: c.body}, c.field})
		}
		for _, c := range cases {
			d.outcomes = nil
			c.call.secret = testSecret
			want := cmp.Or(d.wire.refused, http.StatusBadRequest)
			if c.field == "from" {
				want = d.stranger
			}
			status, answer := d.knock(c.call)
			if status != want || !slices.Equal(d.outcomes, []string{OutcomeMalformed}) {
				t.Errorf("%s: status %d, want %d, outcomes %v, answer %q", c.name, status, want, d.outcomes, answer)
			}
			if !strings.Contains(answer, cmp.Or(d.names[c.field], c.field)) && status != http.StatusOK || !utf8.ValidString(answer) || len(answer) > 200 || strings.Contains(answer, markedPIN) {
				t.Errorf("%s: answer %q", c.name, answer)
			}
		}
		if status, _ := d.knock(knock{method: http.MethodDelete, secret: testSecret}); status != http.StatusMethodNotAllowed {
			t.Errorf("DELETE: status %d", status)
		}
		if len(d.recorder.messages) != 0 {
			t.Errorf("reached the receiver: %+v", d.recorder.messages)
		}
	})
}

// Who gets in, by what the guard asks and what the caller shows. The caller is on 127.0.0.1.
func TestInboundGuard(t *testing.T) {
	here, away := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	one, two := []string{testSecret}, []string{testSecret, newSecret}
	forwarded := http.Header{"X-Forwarded-For": {"127.0.0.1"}}
	cases := []struct {
		name   string
		guard  webhook.Guard
		secret string
		header http.Header
		want   int
	}{
		{"right secret", webhook.Guard{Secrets: one}, testSecret, nil, 200},
		{"wrong secret", webhook.Guard{Secrets: one}, newSecret, nil, 401},
		{"a beginning of it", webhook.Guard{Secrets: one}, testSecret[:15], nil, 401},
		{"no secret", webhook.Guard{Secrets: one}, "", nil, 401},
		{"new secret while it is replaced", webhook.Guard{Secrets: two}, newSecret, nil, 200},
		{"listed address", webhook.Guard{Allow: here}, "", nil, 200},
		{"other address", webhook.Guard{Allow: away}, "", nil, 403},
		{"both asked, wrong address", webhook.Guard{Secrets: one, Allow: away}, testSecret, nil, 403},
		{"open on this machine", webhook.Guard{Open: true}, "", nil, 200},
		{"open, through a proxy", webhook.Guard{Open: true}, "", forwarded, 403},
	}
	for _, w := range wires() {
		for _, c := range cases {
			t.Run(w.inbound.name+"/"+c.name, func(t *testing.T) {
				d := newGate(t, w, c.guard)
				if w.sign != nil && c.guard.Empty() {
					return
				}
				if status, _ := d.knock(knock{body: d.write(usual()), secret: c.secret, header: c.header}); status != c.want {
					t.Errorf("status %d, want %d", status, c.want)
				}
				if c.want != 200 && (len(d.recorder.messages) != 0 || !slices.Equal(d.outcomes, []string{OutcomeRefused})) {
					t.Errorf("outcomes %v, messages %+v", d.outcomes, d.recorder.messages)
				}
			})
		}
	}
}

// Reports are taken in as the provider means them; one that is not taken in is asked for again.
func TestReports(t *testing.T) {
	each(t, func(t *testing.T, d *gate) {
		for _, c := range d.wire.reports {
			d.recorder.reports, d.outcomes = nil, nil
			status, _ := d.knock(knock{body: c.body, secret: testSecret, suffix: reportsSuffix})
			for i := range c.want {
				c.want[i].Gateway = d.inbound.name
			}
			if got := d.recorder.reports; status != http.StatusOK || !slices.Equal(got, c.want) || len(d.outcomes) != len(c.want) {
				t.Errorf("%s: status %d, outcomes %v, reports\n%+v\nwant\n%+v", c.name, status, d.outcomes, got, c.want)
			}
			d.broken = true
			if status, _ := d.knock(knock{body: c.body, secret: testSecret, suffix: reportsSuffix}); len(c.want) > 0 && status != http.StatusServiceUnavailable {
				t.Errorf("%s: status %d while the database is away", c.name, status)
			}
			d.broken = false
		}
		for _, c := range d.wire.badReports {
			d.recorder.reports = nil
			status, answer := d.knock(knock{body: c.body, secret: testSecret, suffix: reportsSuffix})
			if status != cmp.Or(d.wire.refused, http.StatusBadRequest) || !strings.Contains(answer, c.field) || len(d.recorder.reports) != 0 || strings.Contains(answer, markedPIN) {
				t.Errorf("%s: %d %q, reports %+v", c.name, status, answer, d.recorder.reports)
			}
		}
		if len(d.wire.reports) > 0 {
			if status, _ := d.knock(knock{body: d.wire.reports[0].body, secret: newSecret, suffix: reportsSuffix}); status != http.StatusUnauthorized {
				t.Errorf("a stranger's report: %d", status)
			}
		}
	})
}

func TestInboundList(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	take := func(context.Context, []sms.Report) error { return nil }
	open := webhook.Guard{Secrets: []string{testSecret}}
	if routes, err := Inbound(&recorder{}, InboundConfig{Log: quiet, Reports: take}); err != nil || len(routes) != 0 {
		t.Errorf("with nothing on there are %d routes, error %v", len(routes), err)
	}
	for says, c := range map[string]InboundConfig{
		"no logger":       {Reports: take},
		"nobody who":      {Log: quiet},
		"choose one of":   {Log: quiet, Reports: take, On: []Instance{{Type: "pigeon", Guard: open}}},
		"anybody":         {Log: quiet, Reports: take, On: []Instance{{Type: "kannel"}}},
		"two of that":     {Log: quiet, Reports: take, On: []Instance{{Type: "kannel", Guard: open}, {Type: "jasmin", Name: "kannel", Guard: open}}},
		"it signs":        {Log: quiet, Reports: take, On: []Instance{{Type: "twilio", Guard: open}}},
		"senti: secret 1": {Log: quiet, Reports: take, On: []Instance{{Type: "senti", Guard: webhook.Guard{Secrets: []string{"hunter2"}}}}},
	} {
		if _, err := Inbound(&recorder{}, c); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("want an error with %q: %v", says, err)
		}
	}
}

// fuzz feeds any bytes to a provider's doors: what they let through must be what those behind them are promised.
func fuzz(f *testing.F, w wire) {
	f.Add([]byte(w.write(usual())))
	for _, c := range w.messages {
		f.Add([]byte(c.body))
	}
	for _, c := range w.bad {
		f.Add([]byte(c.body))
	}
	for _, c := range w.reports {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, door := range w.inbound.doors {
			h, wrong := door.hear(call{body, "KE"})
			if wrong != nil {
				if len(h.messages)+len(h.reports) > 0 || len(wrong.Field)+len(wrong.Problem) > 200 {
					t.Errorf("refused with %+v and still %+v", wrong, h)
				}
				continue
			}
			for _, m := range h.messages {
				promised(t, m)
			}
			for _, r := range h.reports {
				if r.Message.IsZero() && r.ProviderRef == "" || r.Fate < sms.Buffered || r.Fate > sms.Undelivered || strings.ContainsAny(r.Reason, " \n+") || len(r.Reason) > 40 {
					t.Errorf("report %+v", r)
				}
			}
		}
	})
}

func promised(t *testing.T, m sms.Inbound) {
	if m.ProviderID == "" || len(m.ProviderID) > maxMessageID || strings.ContainsAny(m.ProviderID, " \n\x00") {
		t.Errorf("id %q", m.ProviderID)
	}
	if again, err := msisdn.Parse(string(m.From), "KE"); err != nil || again != m.From {
		t.Errorf("from %q: %q, %v", m.From, again, err)
	}
	if len(m.Text) > maxText || !utf8.ValidString(m.Text) || strings.ContainsAny(m.Text, "\x00\r\t\x1b") {
		t.Errorf("text %q", m.Text)
	}
}
