package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/ledger"
)

// twins are two walletd processes on one MariaDB database, under people whose every PIN reaches both at once. The first may
// be sabotaged; it is started on an empty database, as one that forgets what it has posted cannot be started twice.
func twins(t *testing.T, dsn string, sabotage ledger.Sabotage) *load {
	t.Helper()
	const people, phones = 200, 16
	s := newSite(t, dsn)
	nodes := []*node{s.node(t, "log_level: warn"), s.node(t, "log_level: warn")}
	nodes[0].sabotage = sabotage
	if err := nodes[0].start(); err != nil {
		t.Fatal(err)
	}
	s.seed(t, people)
	if err := nodes[1].start(); err != nil {
		t.Fatal(err)
	}
	return &load{t: t, nodes: nodes, journal: newJournal(t, s.file("journal")), telco: newTelco(2 * phones),
		calm: newGate(), rang: make(chan struct{}, 1), people: people, phones: phones, seed: seedOf(t), twice: true}
}

// until runs the load until that many attempts were made or a minute is over.
func (l *load) until(attempts int64) {
	l.start(l.t.Context())
	limit, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	for l.attempts() < attempts && limit.Err() == nil {
		select {
		case <-l.rang:
		case <-limit.Done():
		}
	}
	l.end(time.Minute)
}

func (l *load) attempts() int64 {
	l.journal.mu.Lock()
	defer l.journal.mu.Unlock()
	return l.journal.n
}

func (l *load) auditOf(dsn string) *inquiry {
	l.t.Helper()
	d, err := db.Open(l.t.Context(), dsn)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	a, err := auditCrash(l.t.Context(), d, l.nodes[0].site.file("journal"), crashFloat)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Logf("%+v", a.figures)
	return a
}

// One node led the conversation, the other has never heard of it and answers from the intent. Whichever of the two is first
// decides, and neither may contradict the other: one posting each, and "not done" only where nothing moved.
func TestTwoWalletdsAnswerThePINAtOnce(t *testing.T) {
	dsn := dbtest.DSN(t)
	l := twins(t, dsn, "")
	l.until(400)
	a := l.auditOf(dsn)
	for _, p := range a.problems {
		t.Error(p)
	}
	if a.figures.Attempts < 200 || a.figures.Acked < 20 || a.figures.Sends == a.figures.Attempts {
		t.Errorf("%+v: both nodes should have won now and then, in 200 sessions or more", a.figures)
	}
	out, err := runWalletd(t, nil, "verify", "--db", dsn)
	t.Log(strings.TrimSpace(out))
	if err != nil {
		t.Errorf("walletd verify: %v", err)
	}
	for _, n := range l.nodes {
		if err := n.stop(time.Minute); err != nil {
			t.Error(err)
		}
		if log := n.lastLog(); strings.Contains(strings.ToLower(log), "deadlock") {
			t.Errorf("%s: a deadlock:\n%s", n.name, log)
		}
	}
}

// The negative control: a node that forgets spent IDs, on tables without the unique key, spends them a second time after the
// other node has. The primary key of the closing would still stop it, being a second net below the first, and that of the
// messages a third; so they are taken away as well.
func TestCrashSeesIDsSpentTwice(t *testing.T) {
	dsn := dbtest.DSN(t)
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for _, statement := range []string{
		"DROP INDEX postings_by_id ON postings",
		"ALTER TABLE intent_closings DROP PRIMARY KEY, ADD INDEX (intent)",
		"ALTER TABLE messages DROP PRIMARY KEY, ADD INDEX (id)",
	} {
		if _, err := d.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	l := twins(t, dsn, ledger.NoUniqueKey)
	l.until(200)
	a := l.auditOf(dsn)
	t.Logf("%d violations, such as: %s", a.figures.Violations, first(a.problems))
	if !strings.Contains(strings.Join(a.problems, "\n"), "was spent twice") {
		t.Errorf("a walletd that spends IDs twice was not caught: %v", a.problems)
	}
}

// 200 wrong PINs of one customer reach two processes at once. Three are looked at, then it is locked, and no money has moved.
func TestTwoHundredWrongPINsAtOnce(t *testing.T) {
	const tries = 200
	dsn := dbtest.DSN(t)
	l := twins(t, dsn, "")
	from, to := crashPhone(0), crashPhone(1)
	// Each another amount: a second quote of the same one would be asked about, and spend the first.
	send := func(i int) string { return fmt.Sprintf("1*%s*%d", to.Plain(), 150+i) }
	session := func(i int) string { return fmt.Sprintf("thief-%d", i) }
	for i := range tries {
		if page, err := l.telco.call(t.Context(), l.nodes[i%2], from, session(i), send(i)); err != nil || !strings.HasPrefix(page, "CON Send ") {
			t.Fatalf("session %d: %q, %v", i, page, err)
		}
	}
	said := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range tries {
		all.Go(func() {
			<-start
			page, err := l.telco.call(t.Context(), l.nodes[i%2], from, session(i), fmt.Sprintf("%s*%d", send(i), 5000+i*7))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				said[err.Error()]++
			case strings.Contains(page, "tries left"), strings.Contains(page, "try left"):
				said[strings.Split(page, "\n")[1]]++
			case strings.Contains(page, "locked"):
				said["locked"]++
			default:
				said[page]++
			}
		})
	}
	close(start)
	all.Wait()
	if want := map[string]int{"You have 2 tries left.": 1, "You have 1 try left.": 1, "locked": tries - 2}; fmt.Sprint(said) != fmt.Sprint(want) {
		t.Errorf("people were told %v, want %v", said, want)
	}
	page, err := l.telco.call(t.Context(), l.nodes[0], from, "owner", send(tries))
	if err != nil || !strings.HasPrefix(page, "CON Send ") {
		t.Fatalf("%q, %v", page, err)
	}
	page, err = l.telco.call(t.Context(), l.nodes[0], from, "owner", send(tries)+"*"+crashPIN)
	if err != nil || !strings.Contains(page, "Your PIN is locked") {
		t.Errorf("the right PIN of a locked wallet: %q, %v", page, err)
	}
	checkLocked(t, dsn, tries)
}

// checkLocked reads the tables itself: three tries counted for one customer, and no money moved by anybody.
func checkLocked(t *testing.T, dsn string, tries int64) {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for _, c := range []struct {
		what, query string
		want        int64
	}{
		{"tries counted of all customers", `SELECT SUM(tries) FROM pins`, 3},
		{"customers with a try", `SELECT COUNT(*) FROM pins WHERE tries > 0`, 1},
		{"sends accepted", `SELECT COUNT(*) FROM postings WHERE kind = 3 AND refusal IS NULL`, 0},
		{"sends refused", `SELECT COUNT(*) FROM postings WHERE kind = 3 AND refusal IS NOT NULL`, tries + 1},
		{"wrong PINs told from locked ones", `SELECT COUNT(*) FROM intent_closings WHERE code = 'wrong_pin'`, 2},
	} {
		var got int64
		if err := d.QueryRow(t.Context(), c.query).Scan(&got); err != nil || got != c.want {
			t.Errorf("%s: %d, want %d (%v)", c.what, got, c.want, err)
		}
	}
}
