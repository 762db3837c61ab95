package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"senti/wallet/db"
	"senti/wallet/key"
)

// What serve must not face customers with, and what it says of it. Each is tried on the real program: it must end by itself, say
// what to mend, and never have served.
func TestServeRefusesUnsafeSettings(t *testing.T) {
	s := newSite(t, sqliteFile(t))
	if out, err := runWalletd(t, nil, "migrate", "--db", s.dsn); err != nil {
		t.Fatal(err, out)
	}
	s.write(t, "short", "too-short\n")
	s.write(t, "empty", "\n")
	s.write(t, "weak", "abcd\n")
	pack := func(name, find, replace string) string {
		builtIn, err := os.ReadFile("../../wallet/market/packs/ke.yaml")
		if err != nil || !strings.Contains(string(builtIn), find) {
			t.Fatalf("the pack has no %q (%v)", find, err)
		}
		s.write(t, name, strings.Replace(string(builtIn), find, replace, 1))
		return s.file(name)
	}
	everybody := []string{`africastalking_secret: ""`, "africastalking_allow: [0.0.0.0/0]"}
	for _, c := range []struct {
		name     string
		settings []string
		wants    []string
	}{
		{"nothing is set", []string{`senti_token: ""`, `africastalking_secret: ""`, `key_pin: ""`, `key_blind: ""`},
			[]string{"key_pin is not set", "key_blind is not set", "no gateway may call", "openssl rand -hex 32"}},
		{"the demo key", []string{"key_receipt: demo"}, []string{"key_receipt is the demo key"}},
		{"a key that is not there", []string{"key_pin: file:" + s.file("nowhere")}, []string{"key pin", "nowhere"}},
		{"a key too short", []string{"key_pin: file:" + s.file("weak")}, []string{"key pin", "at least 32 are needed"}},
		{"a key in the configuration", []string{fmt.Sprintf("key_pin: %x", key.Random(32))}, []string{"key pin", "file:PATH"}},
		{"a gateway for everybody", everybody, []string{"0.0.0.0/0", "everybody"}},
		{"a secret that can be guessed", []string{"africastalking_secret: file:" + s.file("short")}, []string{"16 to 128"}},
		{"a secret in the configuration", []string{"senti_token: 2f8c1e2f8c1e2f8c1e2f8c1e"}, []string{"senti_token", "file:PATH"}},
		{"an empty secret", []string{"senti_token: file:" + s.file("empty")}, []string{"senti_token", "is empty"}},
		{"an unknown SMS provider", []string{"sms: pigeon"}, []string{`sms is "pigeon"`, "africastalking, infobip, jasmin, kannel, log, twilio"}},
		{"an SMS provider without a key", []string{"sms: africastalking", "africastalking_username: senti"}, []string{"africastalking_api_key"}},
		{"an unknown market", []string{"market: xx"}, []string{"xx"}},
		{"a pack that is not there", []string{"market: ./nowhere.yaml"}, []string{"nowhere.yaml"}},
		{"a pack with a limit below zero", []string{"market: " + pack("below.yaml", "day_out: 20000", "day_out: -20000")}, []string{"below.yaml:", "-20000"}},
		{"a pack with overlapping bands", []string{"market: " + pack("overlap.yaml", "up_to: 1500", "up_to: 400")}, []string{"overlap.yaml:"}},
		{"a pack with an unknown currency", []string{"market: " + pack("currency.yaml", "currency: KES", "currency: KSH")}, []string{"currency.yaml:", "KSH"}},
		{"an unknown log level", []string{"log_level: loud"}, []string{`log_level is "loud"`}},
		{"no batch", []string{"batch_size: 0"}, []string{"batch_size is 0", "1 to 2000"}},
		{"no sessions", []string{"session_count: 0"}, []string{"session_count is 0"}},
		{"no time", []string{"request_timeout: 1s"}, []string{"request_timeout must be at least 3s"}},
		{"a misspelt setting", []string{"sesion_count: 100000"}, []string{"sesion_count", "config.yaml"}},
		{"a URL that is none", []string{"africastalking_url: nonsense"}, []string{"africastalking_url"}},
		{"a proxy that is no address", []string{"proxies: [proxy.example]"}, []string{"proxies", "proxy.example"}},
		{"an address that is taken twice", []string{"listen: 127.0.0.1:99999"}, []string{"99999"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.write(t, "config.yaml", s.settings("127.0.0.1:0", c.settings...))
			refusesToServe(t, s, c.wants...)
		})
	}
	for _, name := range []string{key.PIN, key.Receipt} { // the control: nothing above was refused for another reason
		s.write(t, "config.yaml", s.settings("127.0.0.1:99999", "key_"+name+": file:"+s.file(name)))
		refusesToServe(t, s, "invalid port")
	}
}

// refusesToServe runs serve with the site's config.yaml and wants it to end with an error that holds all these.
func refusesToServe(t *testing.T, s *site, wants ...string) {
	t.Helper()
	out, err := runWalletd(t, []string{"SENTI_DB=" + s.dsn}, "serve", "--config", s.file("config.yaml"))
	if err == nil {
		t.Fatalf("it served, and ended well:\n%s", out)
	}
	for _, want := range wants {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, `"msg":"serving"`) || strings.Contains(out, "goroutine") {
		t.Errorf("it served or panicked:\n%s", out)
	}
}

// A database that may lose what was acknowledged, or that is not ours, is refused too.
func TestServeRefusesUnfitDatabases(t *testing.T) {
	server, dsn := ownDatabase(t)
	s := newSite(t, dsn)
	s.write(t, "config.yaml", s.settings("127.0.0.1:0"))
	exec := func(query string) {
		t.Helper()
		d, err := db.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		if _, err := d.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	refusesToServe(t, s, "walletd migrate") // empty
	if out, err := runWalletd(t, nil, "migrate", "--db", dsn); err != nil {
		t.Fatal(err, out)
	}

	exec("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
	refusesToServe(t, s, "innodb_flush_log_at_trx_commit")
	exec("SET GLOBAL innodb_flush_log_at_trx_commit = 1")

	exec("DELETE FROM schema_steps WHERE number = 12")
	refusesToServe(t, s, "walletd migrate", "0012")
	if out, err := runWalletd(t, nil, "migrate", "--db", dsn); err != nil {
		t.Fatal(err, out) // the step is there already, and is only recorded
	}
	exec("INSERT INTO schema_steps (number, name, applied_at) VALUES (9999, 'from_the_future', 0)")
	refusesToServe(t, s, "9999_from_the_future")
	exec("DELETE FROM schema_steps WHERE number = 9999")

	n := s.node(t)
	if err := n.start(); err != nil { // the control: with all that mended it serves
		t.Fatal(err)
	}
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	refusesToServe(t, s, "sock")
}

// The demo, whose keys everybody knows, is for this machine only.
func TestDemoIsForThisMachineOnly(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:8080", "[::]:0", "example.com:80", "8080"} {
		out, err := runWalletd(t, nil, "demo", "--listen", address, "--db", sqliteFile(t))
		if err == nil || !strings.Contains(out, "--listen "+address) {
			t.Errorf("%s: %v %s", address, err, out)
		}
	}
}
