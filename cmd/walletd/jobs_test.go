package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db/dbtest"
)

// metric asks a process for one of its metrics, as it stands in the text.
func (n *node) metric(t *testing.T, name string) string {
	t.Helper()
	r, err := http.Get(n.url("/metrics"))
	if err != nil {
		return ""
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// awaitLeader returns the first of the processes that says that it leads.
func awaitLeader(t *testing.T, limit time.Duration, nodes ...*node) (leader, other *node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		for i, n := range nodes {
			if n.metric(t, "senti_jobs_leading") == "1" {
				return n, nodes[len(nodes)-1-i]
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("nobody leads after %v", limit)
		}
	}
}

// Of two walletd on one database one runs the jobs. Killed with kill -9 it is replaced when its term of 15 seconds is over, and one
// that stops in good order at once.
func TestJobsOfTwoWalletds(t *testing.T) {
	t.Parallel()
	const term, spare = 15 * time.Second, 10 * time.Second // the second is for a machine with much else to do
	s := newSite(t, dbtest.DSN(t))
	nodes := []*node{s.node(t), s.node(t)}
	for _, n := range nodes {
		if err := n.start(); err != nil {
			t.Fatal(err)
		}
	}
	list := func(want string) {
		t.Helper()
		out, err := runWalletd(t, []string{"SENTI_DB=" + s.dsn}, "admin", "jobs", "--config", s.file(nodes[0].name+".yaml"))
		if err != nil || !strings.Contains(out, want) || !strings.Contains(out, "expire_holds") {
			t.Errorf("the list has no %q: %v\n%s", want, err, out)
		}
	}
	leader, other := awaitLeader(t, spare, nodes...)
	if other.metric(t, "senti_jobs_leading") != "0" {
		t.Error("both lead")
	}
	list("a walletd runs them")
	out, err := runWalletd(t, []string{"SENTI_DB=" + s.dsn}, "admin", "jobs", "run", "expire_holds", "--config", s.file(nodes[0].name+".yaml"))
	if err == nil || !strings.Contains(out, "say who you are") {
		t.Errorf("anybody may run jobs: %v\n%s", err, out)
	}

	if err := leader.kill(); err != nil {
		t.Fatal(err)
	}
	killed := clock.System{}.Now()
	awaitLeader(t, term+spare, other, other)
	t.Logf("the next one led %v after the first was killed", clock.System{}.Now().Sub(killed).Round(time.Millisecond))

	if err := leader.start(); err != nil {
		t.Fatal(err)
	}
	if err := other.stop(time.Minute); err != nil {
		t.Fatal(err)
	}
	stopped := clock.System{}.Now()
	awaitLeader(t, spare, leader, leader)
	t.Logf("the next one led %v after the other had stopped", clock.System{}.Now().Sub(stopped).Round(time.Millisecond))
	awaitRuns(t, leader, "expire_holds", term+spare)
	list("done")
	if err := leader.stop(time.Minute); err != nil {
		t.Fatal(err)
	}
	list("NOBODY runs them")
}

// A person of the staff has a job run by the walletd that serves, and the audit chain tells of it. An auditor may only look.
func TestJobsByHand(t *testing.T) {
	t.Parallel()
	s := newSite(t, sqliteFile(t))
	if out, err := runWalletd(t, nil, "migrate", "--db", s.dsn); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	n := s.node(t)
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	b := &backOffice{t, s, s.file(n.name + ".yaml"), map[string]string{}}
	first := b.run("", "Invitation", "staff", "bootstrap", "alice:maker,support", "bob:checker", "eve:auditor")
	for _, name := range []string{"alice", "eve"} {
		b.enrol(name, b.found(`Invitation of `+name+`, .*: (\S+)`, first))
	}
	awaitLeader(t, 30*time.Second, n, n)
	b.run("alice", "verify_ledger: done after", "jobs", "run", "verify_ledger")
	b.run("alice", "no job \"make_tea\", only", "jobs", "run", "make_tea")
	b.run("eve", "not_allowed", "jobs", "run", "verify_ledger")
	b.run("", "round_end", "jobs")
	if out := b.run("eve", "job:verify_ledger", "audit", "--act", "job.run"); !strings.Contains(out, "staff:alice") || !strings.Contains(out, "not_allowed") {
		t.Errorf("the audit chain says\n%s", out)
	}
	if err := n.stop(time.Minute); err != nil {
		t.Fatal(err)
	}
	b.run("alice", "no walletd serves", "jobs", "run", "verify_ledger")
}

// awaitRuns waits until the process has done a job.
func awaitRuns(t *testing.T, n *node, job string, limit time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	name := fmt.Sprintf("senti_job_runs_total{job=%q,state=\"done\"}", job)
	for n.metric(t, name) == "" {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%s was not done within %v", job, limit)
		}
	}
}
