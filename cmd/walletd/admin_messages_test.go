package main

import (
	"strings"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/outbox"
)

// Staff look at what phones were sent, as much as their role needs, and send once more what did not arrive.
func TestAdminMessages(t *testing.T) {
	for name, dsn := range map[string]func(*testing.T) string{
		"mysql":  func(t *testing.T) string { return dbtest.DSN(t) },
		"sqlite": func(t *testing.T) string { return sqliteFile(t) },
	} {
		t.Run(name, func(t *testing.T) { testAdminMessages(t, dsn(t)) })
	}
}

func testAdminMessages(t *testing.T, dsn string) {
	s := newSite(t, dsn)
	if out, err := runWalletd(t, nil, "migrate", "--db", dsn); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	s.write(t, "desk.yaml", s.settings("127.0.0.1:0"))
	b := &backOffice{t, s, s.file("desk.yaml"), map[string]string{}}
	first := b.run("", "Invitation of", "staff", "bootstrap", "alice:maker,support", "bob:checker,auditor", "carol:auditor")
	for _, name := range []string{"alice", "bob", "carol"} {
		b.enrol(name, b.found(`Invitation of `+name+`, .*: (\S+)`, first))
	}
	lost, code := wroteMessages(t, dsn)

	said := b.run("alice", "Ksh 500 RECEIVED from JOHN", "messages", "of", "0791000001")
	if strings.Contains(said, "482913") || !strings.Contains(said, "(holds a code)") || !strings.Contains(said, "delivered") || strings.Contains(said, "another") {
		t.Errorf("alice sees\n%s", said)
	}
	said = b.run("bob", "Ksh *** RECEIVED from JOHN", "messages", "of", "0791000001")
	if strings.Contains(said, "500") || strings.Contains(said, "482913") {
		t.Errorf("bob sees\n%s", said)
	}
	b.run("bob", "messages.show", "audit", "--actor", "staff:alice")
	said = b.run("carol", "InvalidPhoneNumber", "messages", "dead")
	if strings.Contains(said, "0791000001") || strings.Contains(said, "RECEIVED") || strings.Contains(said, "delivered") {
		t.Errorf("dead letters are\n%s", said)
	}
	said = b.run("carol", "telco-a", "messages", "routes")
	if got := strings.Fields(b.found(`(?m)^(telco-a .*)$`, said)); strings.Join(got[:8], " ") != "telco-a 0 1 1 0 0 2 100.0%" {
		t.Errorf("routes are\n%s", said)
	}

	b.run("carol", "not_allowed", "messages", "retry", lost, "--why", "she called")
	b.run("alice", "nothing_to_resend", "messages", "retry", code, "--why", "she called")
	b.run("alice", "nothing_to_resend", "messages", "retry", id.Random{}.New().String(), "--why", "she called")
	b.run("alice", "is no message", "messages", "retry", "x", "--why", "she called")
	again := b.found(`as message (\S+)`, b.run("alice", "it waits again", "messages", "retry", lost, "--why", "she called"))
	b.run("alice", "resent_before", "messages", "retry", lost, "--why", "she called")
	said = b.run("alice", "told otherwise", "messages", "of", "0791000001", "--all")
	if strings.Count(said, "Ksh 500 RECEIVED") != 3 || !strings.Contains(said, again) {
		t.Errorf("after that alice sees\n%s", said)
	}
	b.run("bob", "she called", "audit", "--act", "message.retry")
}

// wroteMessages writes messages of the first two phones, and returns one that is lost and one with a code.
func wroteMessages(t *testing.T, dsn string) (lost, code string) {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	write := func(phone string, kind outbox.Kind, state outbox.State, text, reason string, segments int64) string {
		t.Helper()
		message, now := id.Random{}.New(), clock.System{}.Now()
		_, err := d.Exec(t.Context(), `INSERT INTO messages (id, phone, body, created_at, attempts, state, done_at, route, error, kind, segments) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)`,
			message, phone, text, now.Add(-time.Second).UnixMicro(), int64(state), now.UnixMicro(), "telco-a", reason, int64(kind), segments)
		if err != nil {
			t.Fatal(err)
		}
		return message.String()
	}
	const phone = "+254791000001"
	write(phone, outbox.Receipt, outbox.Delivered, "Ksh 500 RECEIVED from JOHN", "", 1)
	write("+254791000002", outbox.Receipt, outbox.Sent, "another's", "", 1)
	return write(phone, outbox.Receipt, outbox.Failed, "Ksh 500 RECEIVED from JOHN", "InvalidPhoneNumber", 0),
		write(phone, outbox.Code, outbox.Failed, "Your code is 482913", outbox.Expired, 0)
}
