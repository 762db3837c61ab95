package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"senti/wallet/db/dbtest"
)

// What a person at a terminal stops is stopped on both processes within a minute, without a restart of either; and goes on as soon.
func TestAdminSwitch(t *testing.T) {
	t.Run("mysql", func(t *testing.T) { testAdminSwitch(t, dbtest.DSN(t)) })
	t.Run("sqlite", func(t *testing.T) { testAdminSwitch(t, sqliteFile(t)) })
}

func testAdminSwitch(t *testing.T, dsn string) {
	s := newSite(t, dsn)
	nodes := []*node{s.node(t), s.node(t)}
	s.seed(t, 2)
	for _, n := range nodes {
		if err := n.start(); err != nil {
			t.Fatal(err)
		}
	}
	b := &backOffice{t, s, s.file(nodes[0].name + ".yaml"), map[string]string{}}
	first := b.run("", "Invite a third person soon", "staff", "bootstrap", "alice:maker", "bob:checker")
	b.enrol("alice", b.found(`Invitation of alice, .*: (\S+)`, first))

	b.run("", "nothing is stopped", "switch")
	b.run("", "say who you are", "switch", "off", "service", "send", "--why", "a drill")
	b.run("alice", "there is no service", "switch", "off", "service", "sending", "--why", "a drill")
	b.run("alice", "there are: africastalking, senti", "switch", "off", "gateway", "africatalking", "--why", "a drill")
	b.run("alice", "there are: 1, 2", "switch", "off", "tier", "9", "--why", "a drill")
	b.run("alice", "is no phone number", "switch", "pilot", "service", "send", "--phones", "0712", "--why", "a drill")
	b.run("alice", "and not both", "switch", "off", "service", "send", "--why", "a drill", "--for", "1h", "--until", "2030-01-01 00:00")
	b.run("alice", "at most 85 characters", "switch", "off", "service", "send", "--why", "a drill", "--say", "en="+strings.Repeat("x", 86))

	b.run("alice", "service send is off", "switch", "off", "service", "send", "--why", "a drill", "--for", "1h", "--say", "en=Back at 6, or 7 am.")
	b.run("alice", "is pilot", "switch", "pilot", "gateway", "senti", "--why", "new", "--phones", crashPhone(0).National()+","+string(crashPhone(1)))
	listed := b.run("", "service:send says in en: Back at 6, or 7 am.", "switch", "list")
	if !strings.Contains(listed, "a drill") || !strings.Contains(listed, "alice") {
		t.Error(listed)
	}
	telco := newTelco(2)
	for i, n := range nodes {
		b.readyz(n, "ready\nservice send: off\ngateway senti: pilot\n")
		screen, err := telco.call(t.Context(), n, crashPhone(i), fmt.Sprint("switched", i), "1")
		if !strings.HasPrefix(screen, "CON No money has moved. Back at 6, or 7 am.\n") {
			t.Errorf("%s: %q, %v", n.name, screen, err)
		}
		b.metric(n, `senti_stopped{name="send",scope="service",state="off"} 1`)
	}
	b.run("alice", "service send is on", "switch", "on", "service", "send", "--why", "over")
	b.run("alice", "gateway senti is on", "switch", "on", "gateway", "senti", "--why", "over")
	for _, n := range nodes {
		b.readyz(n, "ready\n")
	}
	b.run("", "nothing is stopped", "switch")
	b.run("alice", "switch.pilot", "audit", "--act", "switch.")
	for _, n := range nodes {
		if err := n.stop(time.Minute); err != nil {
			t.Error(err)
		}
	}
}

// readyz waits until a process says so.
func (b *backOffice) readyz(n *node, want string) {
	b.t.Helper()
	limit, tick := time.NewTimer(time.Minute), time.NewTicker(100*time.Millisecond)
	defer limit.Stop()
	defer tick.Stop()
	for {
		said := (&canary{t: b.t, node: n, telco: newTelco(1)}).get("/readyz")
		if said == want {
			return
		}
		select {
		case <-tick.C:
		case <-limit.C:
			b.t.Fatalf("%s says %q after a minute, want %q", n.name, said, want)
		}
	}
}

func (b *backOffice) metric(n *node, want string) {
	b.t.Helper()
	if said := (&canary{t: b.t, node: n, telco: newTelco(1)}).get("/metrics"); !strings.Contains(said, want) {
		b.t.Errorf("%s: no %s", n.name, want)
	}
}
