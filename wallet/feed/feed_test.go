package feed

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/wallet/clock"
	"senti/wallet/webhook"
)

const (
	secret = "9f3c51d2a07b4e86"
	next   = "next-9f3c51d2a07b4e86"
	swap   = `{"id":"evt-1","event":"swap","number":"254712000001","at":"2026-03-12T08:59:00Z"}`
	again  = `{"id":"evt-2","event":"recycle","number":"+254712000044","at":"2026-03-12T11:59:00+03:00"}`
)

// bench is a door, and what came through it.
type bench struct {
	*testing.T
	feed   *Feed
	took   []agents.NumberEvent
	fails  error
	log    strings.Builder
	counts []string
}

func newBench(t *testing.T, guard webhook.Guard) *bench {
	t.Helper()
	b := &bench{T: t}
	all, err := New(Config{
		Region: "KE", On: []Instance{{"safaricom", guard}}, Clock: clock.NewFake(time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)),
		Take: func(_ context.Context, e agents.NumberEvent) error {
			b.took = append(b.took, e)
			return b.fails
		},
		Log: slog.New(slog.NewTextHandler(&b.log, nil)), Count: func(feed, outcome string) { b.counts = append(b.counts, feed+" "+outcome) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.feed = all[0]
	return b
}

// post sends a body and returns the status and what was answered.
func (b *bench) post(body, media, shown string, header ...string) (int, string) {
	b.Helper()
	r := httptest.NewRequest(http.MethodPost, b.feed.Path(), strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.feed.Serve(w, r, shown)
	return w.Code, w.Body.String()
}

func TestEventsAreTaken(t *testing.T) {
	b := newBench(t, webhook.Guard{Secrets: []string{secret}})
	for _, c := range []struct{ name, body, media, want string }{
		{"one", swap, "application/json", `{"taken":1}`},
		{"two, a line each", swap + "\n" + again + "\n", "application/x-ndjson", `{"taken":2}`},
		{"lines of Windows, and an empty one", swap + "\r\n\r\n" + again, "application/json; charset=UTF-8", `{"taken":2}`},
	} {
		b.took = nil
		status, said := b.post(c.body, c.media, secret)
		if status != 200 || strings.TrimSpace(said) != c.want {
			t.Errorf("%s: %d %s", c.name, status, said)
		}
		want := agents.NumberEvent{Feed: "safaricom", ID: "evt-1", Kind: agents.NumberSwapped, Number: "+254712000001",
			At: time.Date(2026, 3, 12, 8, 59, 0, 0, time.UTC)}
		if len(b.took) == 0 || b.took[0] != want {
			t.Errorf("%s: took %+v", c.name, b.took)
		}
		if len(b.took) == 2 && (b.took[1].Kind != agents.NumberRecycled || !b.took[1].At.Equal(want.At)) {
			t.Errorf("%s: then took %+v", c.name, b.took[1])
		}
	}
	b.took = nil
	ahead := strings.Replace(swap, "08:59", "09:05", 1)
	if status, _ := b.post(ahead, "application/json", secret); status != 200 || !b.took[0].At.Equal(b.feed.Clock.Now()) {
		t.Errorf("from a clock that is ahead: %d, %v", status, b.took)
	}
}

// What is not an event has no effect, not even those beside it, and is no fault of ours.
func TestHostileEvents(t *testing.T) {
	field := func(name, value string) string {
		was := map[string]string{"id": `"evt-1"`, "event": `"swap"`, "number": `"254712000001"`, "at": `"2026-03-12T08:59:00Z"`}[name]
		return strings.Replace(swap, was, value, 1)
	}
	for name, body := range map[string]string{
		"empty": "", "blank": " \n\r\n", "no JSON": "swap 254712000001", "a list": "[" + swap + "]", "cut": swap[:40], "null": "null",
		"a number": "12", "nested deep": strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), "many lists": strings.Repeat("[", 20000),
		"two on a line": swap + swap, "a field twice": strings.Replace(swap, `"id"`, `"id":"evt-0","id"`, 1),
		"a field twice, in capitals": strings.Replace(swap, `"id"`, `"ID":"evt-0","id"`, 1),
		"an unknown field":           strings.Replace(swap, `{`, `{"pin":"4826",`, 1), "a nested field": field("number", `{"n":"254712000001"}`),
		"no id": field("id", `""`), "an id with spaces": field("id", `"a b"`), "a long id": field("id", `"`+strings.Repeat("x", 101)+`"`),
		"an id that is a number": field("id", "17"), "no event": field("event", `""`), "another event": field("event", `"SWAP"`),
		"no number": field("number", `""`), "a fixed line": field("number", `"0202345678"`), "another country's": field("number", `"256772000001"`),
		"no time": field("at", `""`), "a day": field("at", `"2026-03-12"`), "tomorrow": field("at", `"2026-03-13T08:59:00Z"`),
		"long ago": field("at", `"1970-01-01T00:00:00Z"`), "a year of five digits": field("at", `"12026-03-12T08:59:00Z"`),
		"too many": strings.Repeat(swap+"\n", 101), "too long": swap + strings.Repeat(" ", 40_000), "not UTF-8": field("id", "\"\xff\xfe\""),
		"a good one and a bad one": swap + "\n" + field("at", `"now"`), "UTF-16": "\xff\xfe{\x00}\x00", "a byte of nothing": field("id", "\"a\x00\""),
		"a control character": field("id", `"a\u0007"`),
	} {
		b := newBench(t, webhook.Guard{Secrets: []string{secret}})
		status, said := b.post(body, "application/json", secret)
		if status != http.StatusBadRequest || len(b.took) != 0 || !strings.Contains(said, `"malformed"`) {
			t.Errorf("%s: %d %s, took %+v", name, status, said, b.took)
		}
		if strings.Contains(b.log.String(), "4826") || strings.Contains(said, "4826") {
			t.Errorf("%s: what it held is quoted: %s", name, said)
		}
	}
	b := newBench(t, webhook.Guard{Secrets: []string{secret}})
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/json;;"} {
		if status, _ := b.post(swap, media, secret); status != http.StatusBadRequest || len(b.took) != 0 {
			t.Errorf("as %q: %d", media, status)
		}
	}
	if status, said := b.post(swap+"\n"+field("at", `"now"`), "application/json", secret); status != 400 || !strings.Contains(said, `"line":2,"field":"at"`) {
		t.Errorf("which line it was: %d %s", status, said)
	}
}

func TestWhoMayTell(t *testing.T) {
	sign := func(key, body string) string {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(body))
		return "sha256=" + hex.EncodeToString(mac.Sum(nil))
	}
	path := webhook.Guard{Secrets: []string{secret, next}}
	token := webhook.Guard{Locks: []webhook.Lock{{Proof: webhook.BearerToken, Secrets: []string{secret, next}}}}
	login := webhook.Guard{Locks: []webhook.Lock{{Proof: webhook.BasicLogin, Secrets: []string{"telco:old-password", "telco:new-password"}}}}
	signed := webhook.Guard{Signature: webhook.Signature{Header: "X-Signature", Keys: []string{secret, next}}}
	away := webhook.Guard{Secrets: []string{secret}, Allow: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}}
	for i, c := range []struct {
		guard  webhook.Guard
		shown  string
		header []string
		want   int
	}{
		{path, secret, nil, 200}, {path, next, nil, 200}, {path, "", nil, 401}, {path, secret[:15], nil, 401},
		{token, "", []string{"Authorization", "Bearer " + next}, 200}, {token, "", []string{"Authorization", "Bearer nobody"}, 401}, {token, secret, nil, 401},
		{login, "", []string{"Authorization", "Basic dGVsY286b2xkLXBhc3N3b3Jk"}, 200}, {login, "", []string{"Authorization", "Basic dGVsY286bm90aGluZw=="}, 401},
		{signed, "", []string{"X-Signature", sign(secret, swap)}, 200}, {signed, "", []string{"X-Signature", sign(next, swap)}, 200},
		{signed, "", []string{"X-Signature", sign(secret, again)}, 401}, {signed, "", nil, 401},
		{away, secret, nil, 403},
	} {
		b := newBench(t, c.guard)
		status, said := b.post(swap, "application/json", c.shown, c.header...)
		if status != c.want || (len(b.took) == 1) != (c.want == 200) {
			t.Errorf("case %d: %d %s, took %d", i, status, said, len(b.took))
		}
		if strings.Contains(b.log.String(), secret) || strings.Contains(b.log.String(), "254712000001") {
			t.Errorf("case %d: the log has %s", i, b.log.String())
		}
	}
}

// What could not be done is to be sent again, and the answer says so.
func TestAnEventThatFails(t *testing.T) {
	b := newBench(t, webhook.Guard{Secrets: []string{secret}})
	b.fails = errors.New("the database is away")
	status, said := b.post(swap+"\n"+again, "application/json", secret)
	if status != http.StatusServiceUnavailable || len(b.took) != 1 || fmt.Sprint(b.counts) != "[safaricom failed]" {
		t.Errorf("%d %s, took %+v, counted %v", status, said, b.took, b.counts)
	}
}

func TestSettingsThatAreRefused(t *testing.T) {
	one := webhook.Guard{Secrets: []string{secret}}
	for want, on := range map[string][]Instance{
		"a name is":          {{"../etc", one}},
		"two of that name":   {{"a", one}, {"a", one}},
		"nobody may call":    {{"a", webhook.Guard{}}},
		"16 to 128":          {{"a", webhook.Guard{Secrets: []string{"hunter2"}}}},
		"it cannot be open":  {{"a", webhook.Guard{Open: true}}},
		"which is everybody": {{"a", webhook.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}}},
	} {
		_, err := New(Config{On: on, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Take: func(context.Context, agents.NumberEvent) error { return nil }})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
