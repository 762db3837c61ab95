package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"senti/sms"
	smsgateway "senti/sms/gateway"
)

// doorsOf reads a configuration and opens the doors for texts that it asks for.
func doorsOf(t *testing.T, text string) ([]smsgateway.Route, error) {
	t.Helper()
	c, err := loadConfig("")
	if err != nil {
		t.Fatal(err)
	}
	if err := parseConfig([]byte(text), c); err != nil {
		return nil, err
	}
	on, err := c.textDoors()
	if err != nil {
		return nil, err
	}
	return smsgateway.Inbound(nil, smsgateway.InboundConfig{Region: "KE", Log: slog.New(slog.DiscardHandler), On: on,
		Reports: func(context.Context, []sms.Report) error { return nil }})
}

// Everybody who is on has doors for texts, and for reports if there are any.
func TestTextsOfTheConfiguration(t *testing.T) {
	file := secretsIn(t, map[string]string{"path": "0123456789abcdef", "login": "senti:passw0rd", "twilio": "f3b1c2d3e4a5968778695a4b3c2d1e0f"})
	named := strings.NewReplacer("PATH", file("path"), "LOGIN", file("login"), "TWILIO", file("twilio"))
	routes, err := doorsOf(t, named.Replace(`
africastalking_secret: PATH
senti_token: PATH
texts:
  - {type: twilio, sign: TWILIO, url: "https://senti.example/sms/twilio"}
  - {type: kannel, secret: PATH, allow: [127.0.0.1]}
  - {type: kannel, name: kannel-2, login: LOGIN}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range routes {
		if !strings.Contains(r.Path, ":secret") {
			got = append(got, r.Method+" "+r.Path)
		}
	}
	want := []string{"POST /sms/africastalking", "POST /sms/africastalking/reports", "POST /sms/senti", "POST /sms/twilio", "POST /sms/twilio/reports",
		"GET /sms/kannel", "GET /sms/kannel/reports", "GET /sms/kannel-2", "GET /sms/kannel-2/reports"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for text, says := range map[string]string{
		"texts: [{type: pigeon, secret: PATH}]":           "choose one of",
		"texts: [{type: kannel}]":                         "anybody could call",
		"texts: [{type: twilio, secret: PATH}]":           "it signs",
		"texts: [{type: kannel, secret: 0123456789abcd}]": "texts 1 (kannel): secret",
		"texts: [{type: kannel, colour: green}]":          "colour",
	} {
		if _, err := doorsOf(t, named.Replace(text)); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "0123456789abcd") {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}
