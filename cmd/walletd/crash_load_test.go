package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// This file is the load of the tests that kill: customers and the phones they dial with.

const (
	crashPIN   = "4826"
	crashFloat = 200_000_00 // cents
)

func crashPhone(i int) msisdn.Number { return msisdn.Number(fmt.Sprintf("+254791%06d", i)) }

// seed migrates the site's database and opens its customers, in this process, which then lets go of it.
func (s *site) seed(t *testing.T, customers int) {
	t.Helper()
	a := s.open(t)
	defer func() {
		if err := a.stop(); err != nil {
			t.Fatal(err)
		}
	}()
	p, err := pin.Parse(crashPIN)
	if err != nil {
		t.Fatal(err)
	}
	limits := a.market.At(clock.System{}.Now()).Limits
	err = inParallel(customers, func(i int) error {
		_, err := a.wallet.OpenWallet(t.Context(), wallet.NewWallet{Phone: crashPhone(i), Name: fmt.Sprintf("PERSON %04d", i),
			Language: "en", Tier: limits.Tiers[len(limits.Tiers)-1].Number, Verified: true, PIN: p, Float: crashFloat})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// open puts walletd together in this process, on a migrated database.
func (s *site) open(t *testing.T, more ...string) *app {
	t.Helper()
	s.write(t, "inside.yaml", s.settings("127.0.0.1:0", more...))
	c, err := loadConfig(s.file("inside.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c.DB = s.dsn
	p, err := servePlan(c)
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	a, err := build(t.Context(), d, p)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// load is many phones that send money without a pause.
type load struct {
	t       *testing.T
	nodes   []*node
	journal *journal
	telco   *telco
	calm    *gate
	people  int
	phones  int
	seed    uint64
	twice   bool // every PIN is brought to all nodes at once

	rang    chan struct{} // told of receipts; holds one, however many came
	running sync.WaitGroup
	halt    context.CancelFunc // no new attempts
	abandon context.CancelFunc // not even questions about old ones
}

// gate is shut while something is down, so that phones that were turned away do not dial in a tight loop.
type gate struct {
	mu   sync.Mutex
	open chan struct{}
}

func newGate() *gate {
	g := &gate{open: make(chan struct{})}
	close(g.open)
	return g
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = make(chan struct{})
}

func (g *gate) lift() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.open)
}

func (g *gate) wait(ctx context.Context) {
	g.mu.Lock()
	open := g.open
	g.mu.Unlock()
	select {
	case <-open:
	case <-ctx.Done():
	}
}

func (l *load) start(ctx context.Context) {
	asking, abandon := context.WithCancel(ctx)
	dialling, halt := context.WithCancel(asking)
	l.halt, l.abandon = halt, abandon
	for i := range l.phones {
		l.running.Go(func() { l.phone(dialling, asking, i) })
	}
}

// end lets the phones finish what they began and find out what became of it.
func (l *load) end(limit time.Duration) {
	l.halt()
	finished := make(chan struct{})
	go func() { defer close(finished); l.running.Wait() }()
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	select {
	case <-finished:
	case <-timeout.C:
		l.t.Errorf("the phones did not find out in %s what became of their money", limit)
	}
	l.abandon()
	<-finished
}

// phone is one handset. Its customers are its own, so that each does one thing at a time; whom they pay is anybody.
func (l *load) phone(dialling, asking context.Context, number int) {
	random := rand.New(rand.NewPCG(l.seed, uint64(number)))
	next := map[int]int64{} // the amount each customer sends next, so that no two attempts look alike
	for call := 0; dialling.Err() == nil; call++ {
		from := number + l.phones*random.IntN(l.people/l.phones)
		to := random.IntN(l.people)
		amount := 60 + next[from]
		if from == to || amount > 5000 {
			continue
		}
		c := &conversation{load: l, node: l.nodes[random.IntN(len(l.nodes))], random: random,
			from: crashPhone(from), to: crashPhone(to), amount: amount, session: fmt.Sprintf("%d-%d-%d", l.seed, number, call)}
		if !c.dial(asking) {
			l.calm.wait(dialling)
			continue
		}
		next[from]++
		c.attempt = l.journal.attempt(c.from, c.to, amount)
		c.pay(asking)
	}
}

// conversation is one attempt to send money: a short dial to the PIN page, the PIN, and questions if the answer is not clear.
type conversation struct {
	*load
	node     *node
	random   *rand.Rand
	from, to msisdn.Number
	amount   int64
	session  string
	text     string
	attempt  int64
	asked    int
}

// dial reports whether the PIN page came.
func (c *conversation) dial(ctx context.Context) bool {
	c.text = fmt.Sprintf("1*%s*%d", c.to.Plain(), c.amount)
	page, err := c.telco.call(ctx, c.node, c.from, c.session, c.text)
	c.text += "*" + crashPIN
	return err == nil && strings.HasPrefix(page, "CON Send Ksh ")
}

// note writes down what a screen said, and reports whether that settles the matter.
func (c *conversation) note(screen string, err error) bool {
	e := entry{Attempt: c.attempt}
	e.Event, e.Receipt = read(screen, err)
	if err != nil {
		e.Said = err.Error()
	} else if e.Event != acked {
		e.Said = screen
	}
	c.journal.write(e)
	if e.Event == acked {
		select {
		case c.rang <- struct{}{}:
		default:
		}
	}
	return e.Event != unknown && e.Event != "other"
}

func (c *conversation) pay(ctx context.Context) {
	var settled bool
	if c.twice {
		answers := make([]bool, len(c.nodes))
		var both sync.WaitGroup
		for i, n := range c.nodes {
			both.Go(func() { answers[i] = c.note(c.telco.call(ctx, n, c.from, c.session, c.text)) })
		}
		both.Wait()
		settled = answers[0] || answers[len(answers)-1]
	} else {
		settled = c.note(c.telco.call(ctx, c.node, c.from, c.session, c.text))
	}
	const most = 200 // a minute or more of asking
	for ; !settled && c.asked < most && ctx.Err() == nil; c.asked++ {
		c.calm.wait(ctx)
		settled = c.ask(ctx)
	}
}

// ask asks again, at any node: first by the same callback, as a telco repeats it, and when that says nothing, by a new dial, as
// a person does. If neither says anything the next question waits a moment.
func (c *conversation) ask(ctx context.Context) bool {
	n := c.nodes[c.random.IntN(len(c.nodes))]
	if c.note(c.telco.call(ctx, n, c.from, c.session, c.text)) {
		return true
	}
	if c.note(c.telco.call(ctx, n, c.from, fmt.Sprintf("%s-again%d", c.session, c.asked), "")) {
		return true
	}
	pause(ctx, 100*time.Millisecond)
	return false
}

// pause waits for a timer. It is for moments that are meant to be random, and for asking again: there is nothing else to wait
// for in either.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// seedOf is where a run's chance comes from: given, so that a run can be repeated, or the time.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(clock.System{}.Now().UnixMicro())
	if given := os.Getenv("SENTI_SEED"); given != "" {
		if _, err := fmt.Sscan(given, &seed); err != nil {
			t.Fatalf("SENTI_SEED: %v", err)
		}
	}
	t.Logf("seed %d (SENTI_SEED repeats it)", seed)
	return seed
}
