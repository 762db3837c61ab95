package main

import (
	"fmt"
	"math/rand"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"senti/wallet/db"
)

// How a session ends that somebody drops, or does not.
const (
	dropSilently  = iota // nobody sends anything any more
	dropAborted          // the centre tells that it is over
	dropRepeated         // what was typed last comes again
	dropUnheard          // nobody waits for the last page
	dropRedialled        // the person dials again at once, under the same number
	dropWays
)

// Ten thousand sessions over SMPP are dropped at a random place in a random way. Money moves where a PIN was typed, and only once;
// whoever it concerns is told by a text of the same commit.
func TestTenThousandDroppedSessions(t *testing.T) {
	const sessions, payers, workers = 10_000, 500, 64
	centre, err := newBenchCentre()
	if err != nil {
		t.Fatal(err)
	}
	defer centre.close()
	s := newSite(t, sqliteFile(t))
	s.seed(t, payers)
	s.write(t, "smpp", benchPassword+"\n")
	before := sendsAndMessages(t, s)
	a := s.open(t, fmt.Sprintf("smpp: [{name: telco, role: ussd, address: %q, system_id: bench, password: %q, window: 500}]",
		centre.listener.Addr(), "file:"+s.file("smpp")))
	<-centre.bound

	var next, sequence, pins, paid atomic.Int64
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			random := rand.New(rand.NewSource(int64(worker)))
			for n := int(next.Add(1)) - 1; n < sessions && !t.Failed(); n = int(next.Add(1)) - 1 {
				d := dropped{centre: centre, sequence: &sequence, payer: n % payers, n: n}
				d.run(t, random)
				if d.pinTyped {
					pins.Add(1)
				}
				if strings.Contains(d.screen, "SENT") {
					paid.Add(1)
				}
			}
		})
	}
	all.Wait()
	last := dropped{centre: centre, sequence: &sequence, n: sessions}
	last.turn(t, 1, "*384#")         // when it is answered, all that nobody waited for is at least in work
	if err := a.stop(); err != nil { // finishes what is under way
		t.Error(err)
	}
	after := sendsAndMessages(t, s)
	sends, messages := after[0]-before[0], after[1]-before[1]
	t.Logf("%d sessions: %d PINs were typed, %d receipts seen, %d payments, %d texts", sessions, pins.Load(), paid.Load(), sends, messages)
	if sends != pins.Load() || paid.Load() > sends || messages != 2*sends || sends < sessions/12 {
		t.Errorf("%d payments for %d PINs, %d texts", sends, pins.Load(), messages)
	}
}

// sendsAndMessages counts the payments and the texts in the tables.
func sendsAndMessages(t *testing.T, s *site) (n [2]int64) {
	t.Helper()
	d, err := db.Open(t.Context(), s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if n[0], err = sendsIn(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM messages`).Scan(&n[1]); err != nil {
		t.Fatal(err)
	}
	return n
}

// dropped is one session.
type dropped struct {
	centre   *benchCentre
	sequence *atomic.Int64
	payer, n int
	screen   string
	pinTyped bool
}

func (d *dropped) run(t *testing.T, random *rand.Rand) {
	typed := []string{"", "1", crashPhone((d.payer + 1) % 500).Plain(), fmt.Sprint(100 + d.n/500), crashPIN}
	steps, way := 1+random.Intn(len(typed)), random.Intn(dropWays)
	for i := range steps {
		op, text := byte(18), typed[i]
		if i == 0 {
			op, text = 1, "*384#"
		}
		d.pinTyped = d.pinTyped || i == len(typed)-1
		if i == steps-1 && way == dropUnheard {
			d.tell(t, op, text)
			return
		}
		d.turn(t, op, text)
		if i == 0 && !strings.Contains(d.screen, "1 Send money") { // what became of an earlier payment of this phone, and "2 Menu"
			d.turn(t, 18, "2")
		}
	}
	switch way {
	case dropAborted:
		d.tell(t, 129, "")
	case dropRepeated:
		screen := d.screen
		d.turn(t, 18, typed[steps-1])
		d.screen = screen
	case dropRedialled:
		screen := d.screen
		d.turn(t, 1, "*384#")
		d.screen = screen
	}
}

func (d *dropped) turn(t *testing.T, op byte, text string) {
	wait := newBenchWait()
	err := d.centre.tell(wait, uint32(d.sequence.Add(1)), uint16(2*d.n), crashPhone(d.payer), op, text)
	var page benchPage
	if err == nil {
		page, err = wait.page()
	}
	if err != nil {
		t.Error(err)
	}
	d.screen = page.text
}

func (d *dropped) tell(t *testing.T, op byte, text string) {
	if err := d.centre.tell(nil, uint32(d.sequence.Add(1)), uint16(2*d.n), crashPhone(d.payer), op, text); err != nil {
		t.Error(err)
	}
}
