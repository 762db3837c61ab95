package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db/dbtest"
	"senti/wallet/staff"
)

// backOffice is people who type commands beside a walletd that serves.
type backOffice struct {
	t        *testing.T
	site     *site
	config   string
	sessions map[string]string
}

const adminPassword = "five green bicycles"

// run types a command as somebody (or nobody, "") and returns what it said; want is in it, or in how it failed.
func (b *backOffice) run(who string, want string, args ...string) string {
	b.t.Helper()
	environment := []string{"SENTI_DB=" + b.site.dsn}
	if who != "" {
		environment = append(environment, sessionEnv+"="+b.sessions[who])
	}
	out, err := b.typed(environment, args...)
	if !strings.Contains(out, want) || (err != nil) != strings.Contains(out, "walletd: ") {
		b.t.Errorf("walletd admin %s: %v, want %q in\n%s", strings.Join(args, " "), err, want, out)
	}
	return out
}

func (b *backOffice) typed(environment []string, args ...string) (string, error) {
	return runWalletd(b.t, environment, append(append([]string{"admin"}, args...), "--config", b.config)...)
}

// found returns the first group of the pattern in what was said.
func (b *backOffice) found(pattern, said string) string {
	b.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(said)
	if m == nil {
		b.t.Fatalf("no %s in\n%s", pattern, said)
	}
	return m[1]
}

// enrol lets a person use their invitation, and keeps a session of theirs.
func (b *backOffice) enrol(name, invitation string) {
	b.t.Helper()
	secrets := []string{"SENTI_DB=" + b.site.dsn, passwordEnv + "=" + invitation, newPasswordEnv + "=" + adminPassword}
	out, err := b.typed(secrets, "staff", "enrol", "--staff", name)
	if err != nil {
		b.t.Fatalf("%s enrols: %v\n%s", name, err, out)
	}
	code, err := staff.CodeAt(b.found(`  secret (\w+)`, out), clock.System{}.Now().Unix())
	if err != nil {
		b.t.Fatal(err)
	}
	own := []string{"SENTI_DB=" + b.site.dsn, passwordEnv + "=" + adminPassword, codeEnv + "=" + code}
	out, err = b.typed(own, "sign-in", "--staff", name)
	if err != nil {
		b.t.Fatalf("%s signs in: %v\n%s", name, err, out)
	}
	b.sessions[name] = b.found(sessionEnv+`=(\S+)`, out)
	if out, err := b.typed(own, "staff", "list", "--staff", name); err == nil || !strings.Contains(out, "code_used") {
		b.t.Errorf("the code a second time: %v\n%s", err, out)
	}
}

// approved asks as alice and approves as bob; done is in what bob reads.
func (b *backOffice) approved(done string, args ...string) string {
	b.t.Helper()
	no := b.found(`request (\d+):`, b.run("alice", "Nothing is done yet", args...))
	b.run("alice", "same_person", "approve", no)
	return b.run("bob", done, "approve", no)
}

// Two people run the trust accounts at terminals, while walletd serves on the same database.
func TestBackOffice(t *testing.T) {
	dsns := map[string]func(*testing.T) string{
		"mysql":  func(t *testing.T) string { return dbtest.DSN(t) },
		"sqlite": func(t *testing.T) string { return sqliteFile(t) },
	}
	for name, dsn := range dsns {
		t.Run(name, func(t *testing.T) { testBackOffice(t, dsn(t)) })
	}
}

func testBackOffice(t *testing.T, dsn string) {
	s := newSite(t, dsn)
	if out, err := runWalletd(t, nil, "migrate", "--db", dsn); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	n := s.node(t)
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	b := &backOffice{t, s, s.file(n.name + ".yaml"), map[string]string{}}
	b.run("", "say who you are with --staff", "staff", "list")
	b.run("", "a maker and, besides, a checker", "staff", "bootstrap", "alice:maker")
	first := b.run("", "Invite a third person soon", "staff", "bootstrap", "alice:maker,support", "bob:checker")
	for _, name := range []string{"alice", "bob"} {
		b.enrol(name, b.found(`Invitation of `+name+`, .*: (\S+)`, first))
	}
	b.run("", "somebody has enrolled already", "staff", "bootstrap", "eve:maker", "mallory:checker")
	half := `Half of the invitation of carol, .*: (\S+)`
	asked := b.run("alice", "the other half from whoever approves", "staff", "add", "carol", "maker,checker")
	added := b.run("bob", "the other half from alice", "approve", b.found(`request (\d+):`, asked))
	b.enrol("carol", b.found(half, asked)+" "+b.found(half, added))

	b.approved("done", "bank", "add", "10", "KCB", "1107")
	b.statement("Date,Reference,Amount,Balance\n12/03/2026,FT001,\"150,000.00\",\"150,000.00\"\n")
	line := b.found(`(?m)^(\w{8}) .* FT001`, b.run("bob", "FT001", "statement", "lines"))
	issued := b.approved(", receipt ", "issue", "--line", line, "--to", "32=100000", "--to", "20=50,000")
	again := b.run("bob", ", receipt ", "approve", b.found(`request (\d+):`, issued))
	if again != issued {
		t.Errorf("approved again, bob reads\n%sand not\n%s", again, issued)
	}
	b.run("alice", "line_used", "issue", "--line", line, "--to", "32")

	payee := b.found(`request (\d+):`, b.approved("done", "bank", "nominate", "--for", "20", "--bank", "Equity", "--number", "0170", "--holder", "A PERSON"))
	b.run("alice", "not_nominated", "destroy", "--from", "32", "--amount", "1", "--to", payee)
	paid := b.approved("The money is held", "destroy", "--from", "20", "--amount", "50,000", "--to", payee)
	b.run("bob", "ordered", "bank", "payouts")
	b.statement(fmt.Sprintf("Date;Details;Debit;Credit;Balance\n13/03/2026;RTGS %s;50,000.00;;100,000.00\n13/03/2026;FEE;35.00;;99,965.00\n", b.found(`reference (\w+)`, paid)))
	b.run("bob", "paid", "bank", "payouts")
	b.run("carol", "trust falls SHORT", "check") // the bank took 35
	b.statement("Date,Reference,Amount\n14/03/2026,FROM SENTI,35\n", "--opening", "99,965", "--closing", "100,000")
	lines := b.run("carol", "FROM SENTI", "statement", "lines")
	b.approved("done", "statement", "cancel", b.found(`(?m)^(\w{8}) .* FEE`, lines), b.found(`(?m)^(\w{8}) .* FROM SENTI`, lines))
	b.run("carol", "Ksh 100,000", "check")

	b.run("carol", "bob is suspended", "staff", "suspend", "bob")
	b.run("bob", "staff_suspended", "requests")
	b.run("carol", "staff.suspend", "audit", "--actor", "staff:carol")
	b.run("carol", "the books are right", "verify")
	if err := n.stop(time.Minute); err != nil {
		t.Error(err)
	}
}

// statement imports a file as alice.
func (b *backOffice) statement(content string, flags ...string) {
	b.t.Helper()
	file := b.site.file("statement.csv")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	args := append([]string{"statement", "import", file}, flags...)
	b.run("alice", "new lines", args...)
	b.run("alice", "0 new lines", args...)
}
