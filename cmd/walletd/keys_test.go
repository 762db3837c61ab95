package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/key"
)

// With keys that are not those of its database no walletd serves, listens, or writes: right PINs would count as wrong.
func TestKeysOfAnotherDatabase(t *testing.T) {
	t.Run("mysql", func(t *testing.T) { keysOfAnotherDatabase(t, dbtest.DSN(t)) })
	t.Run("sqlite", func(t *testing.T) { keysOfAnotherDatabase(t, sqliteFile(t)) })
}

func keysOfAnotherDatabase(t *testing.T, dsn string) {
	s := newSite(t, dsn)
	s.seed(t, 2)
	before := rowsOf(t, dsn)
	other := func(name string) string {
		s.write(t, "other", fmt.Sprintf("%x\n", key.Random(32)))
		return "key_" + name + ": file:" + s.file("other")
	}
	for _, name := range []string{key.PIN, key.Receipt, key.Session, key.IDNumber, key.Blind, key.Check} {
		s.write(t, "config.yaml", s.settings("127.0.0.1:0", other(name)))
		refusesToServe(t, s, "key_"+name, "put the right one back")
	}
	for _, command := range [][]string{
		{"demo", "--listen", "127.0.0.1:0"},
		{"bench", "ledger", "--customers", "10", "--clients", "1", "--seconds", "1"},
		{"bench", "dialogue", "--customers", "10", "--clients", "1", "--seconds", "1"},
		{"bench", "sms", "--messages", "10"},
	} {
		out, err := runWalletd(t, nil, append(command, "--db", dsn)...)
		if err == nil || !strings.Contains(out, "the benches keep off it") {
			t.Errorf("%v on the database of a real walletd: %v\n%s", command, err, out)
		}
	}
	if after := rowsOf(t, dsn); after != before {
		t.Errorf("the refused have written: %s before, %s after", before, after)
	}
	if err := s.node(t).start(); err != nil { // the control: with its own keys it serves
		t.Error(err)
	}
}

// rowsOf counts what a walletd would write first.
func rowsOf(t *testing.T, dsn string) string {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	var counts []string
	for _, table := range []string{"key_checks", "accounts", "customers", "postings", "batches", "messages WHERE state = 0"} {
		var n int
		if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		counts = append(counts, fmt.Sprintf("%d %s", n, table))
	}
	return strings.Join(counts, ", ")
}

// A database that the demo has written is not for real customers, though the demo goes on with it.
func TestServeRefusesTheDemosDatabase(t *testing.T) {
	dsn := sqliteFile(t)
	for range 2 {
		a, _, err := demoCmd{Listen: "127.0.0.1:0", DB: dsn}.start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := a.stop(); err != nil {
			t.Fatal(err)
		}
	}
	s := newSite(t, dsn)
	s.write(t, "config.yaml", s.settings("127.0.0.1:0"))
	refusesToServe(t, s, "belongs to the demo")
}

// A newer key behind the old one takes over without anybody being asked for a PIN again, and is known from then on.
func TestKeyRotation(t *testing.T) {
	s := newSite(t, dbtest.DSN(t))
	s.seed(t, 1)
	old, newer := fmt.Sprintf("1 %x\n", key.Random(32)), fmt.Sprintf("2026-07 %x\n", key.Random(32))
	s.write(t, "session", old)
	s.write(t, "config.yaml", s.settings("127.0.0.1:0"))
	refusesToServe(t, s, "key_session")

	s = newSite(t, dbtest.DSN(t))
	s.write(t, "pin", old)
	s.seed(t, 1)
	for _, text := range []string{old + newer, old + newer, newer} {
		s.write(t, "pin", text)
		n := s.node(t)
		if err := n.start(); err != nil {
			t.Fatal(err)
		}
		if err := n.stop(time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	s.write(t, "pin", fmt.Sprintf("2026-07 %x\n", key.Random(32)))
	s.write(t, "config.yaml", s.settings("127.0.0.1:0"))
	refusesToServe(t, s, "key_pin", "2026-07")
}

// /readyz answers for the keys too: a database that was put in the place of another under a running walletd gets no callers.
func TestReadyzAnswersForTheKeys(t *testing.T) {
	s := newSite(t, dbtest.DSN(t))
	n := s.node(t)
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for _, change := range []string{`DELETE FROM key_checks WHERE name = 'receipt'`, `UPDATE key_checks SET mac = '` + strings.Repeat("x", 32) + `'`} {
		if _, err := d.Exec(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		response, err := http.Get(n.url("/readyz"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), "key") {
			t.Errorf("after %s: %s %q %v", change, response.Status, body, err)
		}
	}
}
