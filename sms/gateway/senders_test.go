package gateway

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	at := func(change func(*Account)) Config {
		c := Config{Account: Account{Username: "senti", Secret: testKey}}
		change(&c.Account)
		return c
	}
	cases := []struct {
		name    string
		sender  string
		config  Config
		problem string // "" = opens
	}{
		{"log", "log", Config{Log: slog.New(slog.DiscardHandler)}, ""},
		{"log without a logger", "log", Config{}, "needs a logger"},
		{"unknown", "pigeon", Config{}, `"pigeon"; choose one of africastalking, infobip, jasmin, kannel, log, twilio`},
		{"default address", "africastalking", at(func(*Account) {}), ""},
		{"no key", "africastalking", at(func(a *Account) { a.Secret = "" }), "API key"},
		{"no user", "africastalking", at(func(a *Account) { a.Username = "" }), "user name"},
		{"plain http away", "africastalking", at(func(a *Account) { a.URL = "http://example.com" }), "must be https"},
		{"plain http here", "africastalking", at(func(a *Account) { a.URL = "http://127.0.0.1:9" }), ""},
		{"not a URL", "africastalking", at(func(a *Account) { a.URL = "api.africastalking.com" }), "base URL"},
		{"password in it", "africastalking", at(func(a *Account) { a.URL = "https://a:b@example.com" }), "base URL"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := Open(c.sender, c.config)
			switch {
			case c.problem == "" && err != nil:
				t.Errorf("does not open: %v", err)
			case c.problem == "" && s.Name() != c.sender:
				t.Errorf("is called %q", s.Name())
			case c.problem != "" && err == nil:
				t.Errorf("opens")
			case c.problem != "" && !strings.Contains(err.Error(), c.problem):
				t.Errorf("says %q, want %q", err, c.problem)
			}
		})
	}
}

func TestLogSaysWhoAndHowLongButNotWhat(t *testing.T) {
	var out bytes.Buffer
	batch := messages("Ksh 500 RECEIVED", "Salio")
	results := NewLog(slog.New(slog.NewTextHandler(&out, nil))).Send(context.Background(), batch)
	if len(results) != 2 || !results[0].Accepted || results[1].ID != batch[1].ID {
		t.Errorf("results %+v", results)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "to=0712***001") || !strings.Contains(lines[0], "characters=16") {
		t.Errorf("log:\n%s", out.String())
	}
	if strings.Contains(out.String(), "RECEIVED") || strings.Contains(out.String(), "712000001") {
		t.Errorf("a text or a whole number in the log:\n%s", out.String())
	}
}
