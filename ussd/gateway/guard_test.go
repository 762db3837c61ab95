package gateway

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"senti/wallet/webhook"
)

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
			b := newBench(t, b.wire, Instance{Guard: c.guard})
			b.admits(c.name, c.want, func(r req) req {
				r.header = c.header
				return r.with(c.secret)
			}, c.secret)
		}
	})
}

// admits shows a proof with a turn and with a notice, and wants that status.
func (b *bench) admits(name string, want int, show func(req) req, secrets ...string) {
	b.t.Helper()
	calls := []req{b.write(usual())}
	if b.notice != nil {
		calls = append(calls, b.notice(usual()))
	}
	for i, r := range calls {
		status, _, _ := b.send(show(r))
		if in := status == 200; in != (want == 200) || !in && status != 401 && status != 403 || !in && want == 403 && status != 403 {
			b.t.Errorf("%s, call %d: status %d, want %d", name, i+1, status, want)
		}
	}
	if through := len(b.requests) + len(b.heard); through != 0 && want != 200 {
		b.t.Errorf("%s: %d callbacks reached the service", name, through)
	}
	if want != 200 && strings.Join(b.outcomes, "") != strings.Repeat(OutcomeRefused, len(calls)) {
		b.t.Errorf("%s: outcomes %v", name, b.outcomes)
	}
	for _, s := range secrets {
		if s != "" && strings.Contains(b.log.String(), s) {
			b.t.Errorf("%s: the secret is in the log:\n%s", name, b.log.String())
		}
	}
}

// A token, a login or a signature, each with an old and a new secret, and each alone.
func TestLocks(t *testing.T) {
	const oldLogin, newLogin, newKey = "senti:old-password", "senti:new-password", "next-9f3c51d2a07b4e86"
	token := Instance{Guard: webhook.Guard{Locks: []webhook.Lock{{Proof: webhook.BearerToken, Secrets: []string{testSecret, newSecret}}}}}
	login := Instance{Logins: []string{oldLogin, newLogin}}
	signature := Instance{Guard: webhook.Guard{Signature: webhook.Signature{Header: "X-Signature", Keys: []string{testSecret, newKey}}}}
	cases := []struct {
		kind     string
		instance Instance
		shown    string
		want     int
	}{
		{"token", token, testSecret, 200},
		{"token", token, newSecret, 200},
		{"token", token, "", 401},
		{"token", token, "another-token-of-nobody", 401},
		{"login", login, oldLogin, 200},
		{"login", login, newLogin, 200},
		{"login", login, "", 401},
		{"login", login, "senti:wrong-password", 401},
		{"login", login, "santa:old-password", 401},
		{"signature", signature, testSecret, 200},
		{"signature", signature, newKey, 200},
		{"signature", signature, "", 401},
		{"signature", signature, "another-key-of-nobody", 401},
	}
	each(t, func(t *testing.T, b *bench) {
		for _, c := range cases {
			b := newBench(t, b.wire, c.instance)
			b.admits(c.kind+" "+c.shown, c.want, func(r req) req { return b.show(r, c.kind, c.shown) }, c.shown)
		}
	})
}

// show adds a proof to a request.
func (b *bench) show(r req, kind, secret string) req {
	r.header = http.Header{}
	switch {
	case secret == "":
	case kind == "token":
		r.header.Set("Authorization", "Bearer "+secret)
	case kind == "signature":
		r.header.Set("X-Signature", "sha256="+signed(secret, r.body+r.query))
	case b.adapter.login == webhook.QueryLogin:
		user, password, _ := strings.Cut(secret, ":")
		r.query += "&" + form("userid", user, "password", password)
	default:
		r.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(secret)))
	}
	return r
}

// A signature stands for what it was made of.
func TestASignatureOfSomethingElse(t *testing.T) {
	key := webhook.Guard{Signature: webhook.Signature{Header: "X-Signature", Keys: []string{testSecret}}}
	each(t, func(t *testing.T, b *bench) {
		b = newBench(t, b.wire, Instance{Guard: key})
		r := b.show(b.write(usual()), "signature", testSecret)
		changed := b.write(fields{usual().session, usual().phone, usual().code, "1"})
		r.body, r.query = changed.body, changed.query
		b.admits("another text", 401, func(changed req) req { return r })
	})
}

func signed(key, content string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(content))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestOpenIsForThisMachine(t *testing.T) {
	open := webhook.Guard{Open: true}
	for _, w := range wires() {
		if !w.adapter.opens {
			_, err := All(&recorder{}, Config{Gateways: []Instance{{Type: w.adapter.name, Table: w.table, Guard: open}}, Log: slog.New(slog.DiscardHandler)})
			if err == nil || !strings.Contains(err.Error(), w.adapter.name) {
				t.Errorf("%s opens without a secret: %v", w.adapter.name, err)
			}
			continue
		}
		b := newBench(t, w, Instance{Guard: open})
		if status, _, _ := b.send(w.write(usual())); status != 200 {
			t.Errorf("%s: status %d here", w.adapter.name, status)
		}
		proxied := w.write(usual())
		proxied.header = http.Header{"X-Forwarded-For": {"127.0.0.1"}}
		if status, _, _ := b.send(proxied); status != 403 {
			t.Errorf("%s: status %d through a proxy", w.adapter.name, status)
		}
		away := httptest.NewRequest(http.MethodPost, "/", nil)
		away.RemoteAddr = "203.0.113.7:4000"
		if status, _ := open.Admit(away, ""); status != 403 {
			t.Errorf("%s: status %d from elsewhere", w.adapter.name, status)
		}
	}
}

func TestSettingsThatAreRefused(t *testing.T) {
	one := webhook.Guard{Secrets: []string{testSecret}}
	for want, i := range map[string]Instance{
		"16 to 128":             {Guard: webhook.Guard{Secrets: []string{"hunter2"}}},
		"secret 1":              {Guard: webhook.Guard{Secrets: []string{"9f3c51d2a07b4e86/events"}}},
		"everybody":             {Guard: webhook.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}},
		"nobody may call":       {},
		"USER:PASSWORD":         {Guard: one, Logins: []string{"senti"}},
		"token 1":               {Guard: webhook.Guard{Locks: []webhook.Lock{{Proof: webhook.BearerToken, Secrets: []string{"hunter2"}}}}},
		"no header":             {Guard: webhook.Guard{Signature: webhook.Signature{Keys: []string{testSecret}}}},
		`no type "nowhere"`:     {Type: "nowhere", Guard: one},
		"a name is":             {Name: "../etc", Guard: one},
		"120 to 182 characters": {Guard: one, Limit: 119},
		"waits 1s to 1m":        {Guard: one, Waits: time.Millisecond},
		"before it has waited":  {Guard: one, Answer: 10 * time.Second},
		"at the soonest":        {Guard: one, Answer: time.Millisecond},
		"silent for 20s to 10m": {Guard: one, Idle: time.Second},
	} {
		i.Type = cmp.Or(i.Type, "senti")
		_, err := All(&recorder{}, Config{Gateways: []Instance{i}, Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	twice := []Instance{{Type: "senti", Guard: one}, {Type: "senti", Guard: one}}
	if _, err := All(&recorder{}, Config{Gateways: twice, Log: slog.New(slog.DiscardHandler)}); err == nil || !strings.Contains(err.Error(), "two of that name") {
		t.Errorf("two of one name: %v", err)
	}
	twice[1].Name = "senti-2"
	if on, err := All(&recorder{}, Config{Gateways: twice, Log: slog.New(slog.DiscardHandler)}); err != nil || len(on) != 2 || on[1].Name != "senti-2" {
		t.Errorf("two of one type: %v, %v", on, err)
	}
	if on, err := All(&recorder{}, Config{Log: slog.New(slog.DiscardHandler)}); err != nil || len(on) != 0 {
		t.Errorf("without gateways %d are on, error %v", len(on), err)
	}
}

// What is configured of a gateway is what its requests say, and a gateway of GSM-7 alone is sent nothing else.
func TestPropertiesOfAGateway(t *testing.T) {
	b := newBench(t, sentiWire(), Instance{Name: "other", Limit: 120, Waits: 3 * time.Second, GSM7: true,
		Guard: webhook.Guard{Secrets: []string{testSecret}}})
	b.reply.Text = "Montant à envoyer, peut-être ? “oui”"
	_, got := b.call(b.write(usual()))
	if r := b.requests[0]; r.Gateway != "other" || r.Limit != 120 || r.Deadline != 1500*time.Millisecond || b.gateway.Idle != 3*time.Minute {
		t.Errorf("request %+v, idle %s", r, b.gateway.Idle)
	}
	if !strings.Contains(got, `Montant à envoyer, peut-etre ? \"oui\"`) {
		t.Errorf("answer %s", got)
	}
}

// What a gateway says of SIMs is passed on, unless it is known to be wrong.
func TestSIMOfAGateway(t *testing.T) {
	for ignored, want := range map[bool]string{false: "639020000000001", true: ""} {
		b := newBench(t, sentiWire(), Instance{NoSIM: ignored, Guard: webhook.Guard{Secrets: []string{testSecret}}})
		r := b.write(usual())
		r.body = strings.Replace(r.body, "{", `{"imsi":"639020000000001","sim_swapped":"2026-03-05T09:14:31Z",`, 1)
		b.call(r)
		if got := b.requests[0]; got.IMSI != want || got.SIMSwapped.IsZero() != ignored {
			t.Errorf("ignored %t: %q, %v", ignored, got.IMSI, got.SIMSwapped)
		}
	}
}
