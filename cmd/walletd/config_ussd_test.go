package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	ussdgateway "senti/ussd/gateway"
	"senti/wallet/webhook"
)

// secretsIn writes a file for each secret and returns the references to them.
func secretsIn(t *testing.T, texts map[string]string) func(name string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string { return "file:" + filepath.Join(dir, name) }
}

// configured reads a configuration and resolves its USSD gateways.
func configured(t *testing.T, text string) ([]ussdgateway.Instance, error) {
	t.Helper()
	c, err := loadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	if err := parseConfig([]byte(text), c); err != nil {
		return nil, err
	}
	return c.gateways()
}

const bushTable = `{name: bush, method: GET, phone: p, session: s, input: i, screen: 160, waits: 5s, reply: {media: text/plain, continue: "${text}", end: "${text}"}}`

// Two gateways of one type, one that a table tells, and those with settings of their own.
func TestGatewaysOfTheConfiguration(t *testing.T) {
	file := secretsIn(t, map[string]string{"path": "0123456789abcdef", "old-new": "0123456789abcdef\nfedcba9876543210\n", "login": "senti:passw0rd", "table": bushTable})
	on, err := configured(t, strings.NewReplacer("PATH", file("path"), "BOTH", file("old-new"), "LOGIN", file("login"),
		"TABLE", strings.TrimPrefix(file("table"), "file:")).Replace(`
proxies: [198.51.100.1]
africastalking_secret: PATH
senti_token: BOTH
ussd:
  - {type: hubtel, secret: PATH, allow: [203.0.113.0/24]}
  - {type: hubtel, name: hubtel-2, token: BOTH, code: "*713*9#", screen: 140, waits: 4s, alphabet: gsm7}
  - {type: comviva-get, login: LOGIN, sign: PATH, sign_header: X-Signature}
  - {type: http, name: bush, secret: PATH, table: TABLE}
  - {type: junebug, secret: PATH, replies: "http://junebug/channels/1/messages/", replies_token: PATH, replies_login: LOGIN}
  - {type: senti, name: integrator, token: PATH, push: "https://integrator/push", push_token: PATH, push_login: LOGIN, phones: ["+25470"]}
`))
	if err != nil {
		t.Fatal(err)
	}
	gateways, err := ussdgateway.All(nil, ussdgateway.Config{Region: "KE", Gateways: on, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range gateways {
		names = append(names, g.Name)
	}
	if want := []string{"africastalking", "senti", "hubtel", "hubtel-2", "comviva-get", "bush", "junebug", "integrator"}; !slices.Equal(names, want) {
		t.Errorf("gateways %v, want %v", names, want)
	}
	if g := gateways[7]; g.Pusher == nil || gateways[6].Pusher != nil || !g.Pusher.Serves("+254700000001") {
		t.Errorf("who pushes: %+v", g.Pusher)
	}
	if want := (ussdgateway.Push{URL: "https://integrator/push", Token: "0123456789abcdef", Login: "senti:passw0rd", Phones: []string{"+25470"}}); !reflect.DeepEqual(on[7].Push, want) {
		t.Errorf("pushes %+v, want %+v", on[7].Push, want)
	}
	both := []string{"0123456789abcdef", "fedcba9876543210"}
	token := []webhook.Lock{{Proof: webhook.BearerToken, Secrets: both}}
	if !reflect.DeepEqual(on[1].Guard.Locks, token) || len(on[1].Guard.Secrets) != 0 {
		t.Errorf("senti's own token: %+v", on[1].Guard)
	}
	second := ussdgateway.Instance{Type: "hubtel", Name: "hubtel-2", Code: "*713*9#", Limit: 140, Waits: 4 * time.Second, GSM7: true,
		Guard: webhook.Guard{Locks: token, Proxies: on[0].Guard.Proxies}}
	if !reflect.DeepEqual(on[3], second) {
		t.Errorf("got  %+v\nwant %+v", on[3], second)
	}
	if s := on[4].Guard.Signature; !reflect.DeepEqual(on[4].Logins, []string{"senti:passw0rd"}) || s.Header != "X-Signature" || len(s.Keys) != 1 {
		t.Errorf("comviva-get: %+v", on[4])
	}
	if want := (ussdgateway.Replies{URL: "http://junebug/channels/1/messages/", Token: both[0], Login: "senti:passw0rd"}); on[6].Replies != want {
		t.Errorf("junebug: %+v", on[6].Replies)
	}
}

func TestGatewaysThatAreMisconfigured(t *testing.T) {
	for want, list := range map[string]string{
		"ussd gateway 1 (hubtel): secret":         "[{type: hubtel, secret: 0123456789abcdef}]",
		"ussd gateway 2 (nalo): login":            "[{type: hubtel}, {type: nalo, login: me:passw0rd}]",
		"ussd gateway 1 (beem): allow":            "[{type: beem, allow: [everywhere]}]",
		"ussd gateway 1 (http): table":            "[{type: http, table: /nowhere/t.yaml}]",
		`alphabet is "latin1": write gsm7`:        "[{type: hubtel, alphabet: latin1}]",
		"ussd gateway 1 (junebug): replies_token": "[{type: junebug, replies_token: x}]",
		`unknown field "colour"`:                  "[{type: hubtel, colour: green}]",
	} {
		if _, err := configured(t, "ussd: "+list); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "passw0rd") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	t.Setenv("SENTI_USSD", "[{type: hubtel, name: h2}]")
	c, err := loadConfig("")
	if err != nil || len(c.USSD) != 1 || c.USSD[0].Door.Name != "h2" {
		t.Errorf("in the environment: %+v, %v", c.USSD, err)
	}
	t.Setenv("SENTI_USSD", "[{tipe: hubtel}]")
	if _, err := loadConfig(""); err == nil || !strings.Contains(err.Error(), "tipe") {
		t.Errorf("misspelt in the environment: %v", err)
	}
}

// Every type of gateway is measured.
func TestEveryGatewayHasASample(t *testing.T) {
	for _, name := range ussdgateway.Types() {
		if s := gatewaySamples[name]; s.first == "" || s.later == "" {
			t.Errorf("%s has no sample", name)
		}
	}
}
