package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"senti/ussd"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/ledger"
)

// ordeal is how much one crash test goes through: rounds of every strike there is, in any order.
type ordeal struct {
	people, phones int
	rounds         int
	sabotage       ledger.Sabotage
}

// usual is short in every run of the tests; SENTI_CRASH=long, which is what make crash sets, kills each a hundred times or more.
func usual() ordeal {
	if os.Getenv("SENTI_CRASH") == "long" {
		return ordeal{people: 2000, phones: 32, rounds: 26}
	}
	return ordeal{people: 200, phones: 16, rounds: 2}
}

// TestCrash kills walletd and MariaDB again and again under people who send money, and then holds the tables against what the
// people were told. What is acknowledged is there once; what is not is there wholly or not at all, and asking again tells which.
func TestCrash(t *testing.T) {
	t.Run("mysql", func(t *testing.T) {
		server, dsn := ownDatabase(t)
		c := newCrash(t, server, dsn, usual())
		c.run()
		c.finish()
	})
	t.Run("sqlite", func(t *testing.T) {
		c := newCrash(t, nil, sqliteFile(t), usual())
		c.run()
		c.finish()
	})
}

// TestCrashSeesAcknowledgementBeforeCommit is the negative control: a walletd that answers before COMMIT must be caught. The
// kills come while a backup holds all commits back, which makes the moment that is looked for as long as need be.
func TestCrashSeesAcknowledgementBeforeCommit(t *testing.T) {
	server, dsn := ownDatabase(t)
	c := newCrash(t, server, dsn, ordeal{people: 200, phones: 16, sabotage: ledger.AckBeforeCommit})
	c.load.start(t.Context())
	for range 4 {
		c.moment()
		c.bothWhileCommitsAreHeld()
	}
	c.load.end(time.Minute)
	if err := c.node.stop(time.Minute); err != nil {
		t.Error(err)
	}
	a := c.audit()
	t.Logf("%d violations, such as: %s", a.figures.Violations, first(a.problems))
	if !strings.Contains(strings.Join(a.problems, "\n"), "was acknowledged [") {
		t.Errorf("a walletd that acknowledges before it commits was not caught: %v", a.problems)
	}
}

func first(problems []string) string {
	if len(problems) == 0 {
		return "none"
	}
	return problems[0]
}

// crash is one test on its way.
type crash struct {
	t       *testing.T
	ordeal  ordeal
	server  *dbtest.Server // nil on SQLite
	wire    *wire          // between the two
	site    *site
	node    *node
	load    *load
	random  *rand.Rand
	started func() time.Duration

	serverIsDown bool
	strikes      strikes
}

// strikes are what a run did to its processes.
type strikes struct {
	WalletdKills int   `json:"walletd_kills"`
	MariaDBKills int   `json:"mariadb_kills"`
	Together     int   `json:"together"` // of these, both at once
	CommitsHeld  int   `json:"commits_held"`
	AnswersLost  int   `json:"answers_lost"`
	SlowestBack  int64 `json:"slowest_back_ms"` // from a restart begun to the first receipt
}

// ownDatabase starts a MariaDB that the test may kill, with an empty database.
func ownDatabase(t *testing.T) (server *dbtest.Server, dsn string) {
	t.Helper()
	server = dbtest.OwnMariaDB(t)
	if err := server.CreateDatabase(t.Context(), "senti"); err != nil {
		t.Fatal(err)
	}
	return server, server.DSN("senti")
}

func sqliteFile(t *testing.T) (dsn string) {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "senti.db")
}

func newCrash(t *testing.T, server *dbtest.Server, dsn string, o ordeal) *crash {
	t.Helper()
	seed := seedOf(t)
	c := &crash{t: t, ordeal: o, server: server, site: newSite(t, dsn), random: rand.New(rand.NewPCG(seed, 0)), started: stopwatch()}
	c.site.seed(t, o.people)
	if server != nil {
		socket := regexp.MustCompile(`unix\((.*)\)`)
		c.wire = newWire(t, socket.FindStringSubmatch(dsn)[1])
		c.site.dsn = socket.ReplaceAllLiteralString(dsn, "unix("+c.wire.socket+")")
	}
	c.node = c.site.node(t, "log_level: warn")
	c.node.sabotage = o.sabotage
	c.must(c.node.start())
	c.load = &load{t: t, nodes: []*node{c.node}, journal: newJournal(t, c.site.file("journal")), telco: newTelco(o.phones),
		calm: newGate(), rang: make(chan struct{}, 1), people: o.people, phones: o.phones, seed: seed}
	return c
}

func (c *crash) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// run starts the load and strikes, round after round.
func (c *crash) run() {
	c.load.start(c.t.Context())
	strikes := []func(){c.killWalletd, c.killWalletd, c.killWalletd, c.killWalletd}
	if c.server != nil {
		strikes = []func(){c.killWalletd, c.killWalletd, c.killMariaDB, c.mariadbWhileCommitsAreHeld, c.outage, c.killBoth,
			c.bothWhileCommitsAreHeld, c.loseAnswers, c.loseAnswers}
	}
	for range c.ordeal.rounds {
		c.random.Shuffle(len(strikes), func(i, j int) { strikes[i], strikes[j] = strikes[j], strikes[i] })
		for _, strike := range strikes {
			c.moment()
			strike()
		}
	}
	c.load.end(time.Minute)
}

// moment lets some hundred payments pass, and then strikes at no particular one.
func (c *crash) moment() {
	pause(c.t.Context(), time.Duration(c.random.Int64N(int64(600*time.Millisecond))))
}

// killWalletd strikes at no particular moment, or, where there is a wire, now and then between a COMMIT that went through and
// whoever waits for it.
func (c *crash) killWalletd() {
	c.strike(func() {
		if c.wire != nil && c.random.IntN(2) == 0 {
			c.fallSilent()
			defer c.wire.cut()
		}
		c.must(c.killNode())
	})
}

// fallSilent waits for a COMMIT whose answer will not come, and gives it a little time to go through, or none.
func (c *crash) fallSilent() {
	if !c.wire.silence(c.t.Context()) {
		c.t.Fatal("nothing was committed for 5 s")
	}
	pause(c.t.Context(), time.Duration(c.random.Int64N(int64(15*time.Millisecond))))
}

func (c *crash) killNode() error {
	c.strikes.WalletdKills++
	return c.node.kill()
}

func (c *crash) killServer() error {
	c.strikes.MariaDBKills++
	c.serverIsDown = true
	return c.server.Kill()
}

// killMariaDB leaves walletd alive: it must find its way back.
func (c *crash) killMariaDB() {
	c.strike(func() { c.must(c.killServer()) })
}

// killBoth ends them one just after the other.
func (c *crash) killBoth() {
	c.strikes.Together++
	victims := []func() error{c.killNode, c.killServer}
	c.random.Shuffle(2, func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
	c.strike(func() {
		c.must(victims[0]())
		pause(c.t.Context(), time.Duration(c.random.Int64N(int64(3*time.Millisecond))))
		c.must(victims[1]())
	})
}

// bothWhileCommitsAreHeld kills both while a backup holds every COMMIT back, so that whatever was sent is lost with certainty:
// nobody may have been told that it was done.
func (c *crash) bothWhileCommitsAreHeld() {
	c.strikes.Together++
	c.strike(func() {
		defer c.holdCommits()()
		c.must(c.killServer())
		c.must(c.killNode())
	})
}

// mariadbWhileCommitsAreHeld leaves walletd alive: it must not take a COMMIT that it has sent for one that went through.
func (c *crash) mariadbWhileCommitsAreHeld() {
	c.strike(func() {
		defer c.holdCommits()()
		c.must(c.killServer())
	})
}

// outage is the same, and MariaDB stays away for longer than a page may take: people are told that it is not known.
func (c *crash) outage() {
	c.strike(func() {
		defer c.holdCommits()()
		c.must(c.killServer())
		pause(c.t.Context(), ussd.AnswerBudget+time.Duration(c.random.Int64N(int64(time.Second))))
	})
}

// holdCommits makes every COMMIT wait, as a backup does, and gives the load a moment to run into that.
func (c *crash) holdCommits() (letGo func()) {
	c.strikes.CommitsHeld++
	d, err := db.Open(c.t.Context(), c.server.DSN("senti"))
	c.must(err)
	backup, release, err := d.Conn(c.t.Context())
	c.must(err)
	for _, stage := range []string{"START", "BLOCK_COMMIT"} {
		_, err := backup.Exec(c.t.Context(), "BACKUP STAGE "+stage)
		c.must(err)
	}
	pause(c.t.Context(), 20*time.Millisecond+time.Duration(c.random.Int64N(int64(60*time.Millisecond))))
	return func() {
		release()
		_ = d.Close() // its server is gone
	}
}

// loseAnswers cuts the line at a COMMIT, and now and then again at that of the next attempt. Both processes live on; walletd must
// find out whether it went through before it tells anybody anything.
func (c *crash) loseAnswers() {
	c.strike(func() {
		for range 1 + c.random.IntN(2) {
			c.strikes.AnswersLost++
			c.fallSilent()
			c.wire.cut()
		}
	})
}

// strike kills, restarts what is down, and returns when people get receipts again.
func (c *crash) strike(kill func()) {
	c.t.Helper()
	kill()
	c.load.calm.shut()
	took := stopwatch()
	if c.serverIsDown {
		c.must(c.server.Restart())
		c.serverIsDown = false
	}
	if c.node.cmd == nil {
		c.must(c.node.start())
	}
	select {
	case <-c.load.rang: // of a receipt before
	default:
	}
	c.load.calm.lift()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	select {
	case <-c.load.rang:
	case <-limit.C:
		c.t.Fatalf("no receipt within 30 s of the restart\n%s", c.node.lastLog())
	}
	c.strikes.SlowestBack = max(c.strikes.SlowestBack, took().Milliseconds())
}

// finish stops walletd as an operator does, and holds everything against everything.
func (c *crash) finish() {
	c.must(c.node.stop(time.Minute))
	a := c.audit()
	for _, p := range a.problems {
		c.t.Error(p)
	}
	if a.figures.Violations > len(a.problems) {
		c.t.Errorf("and %d more", a.figures.Violations-len(a.problems))
	}
	if a.figures.Acked < 20*(c.strikes.WalletdKills+c.strikes.MariaDBKills) {
		c.t.Errorf("only %d receipts under %d kills: this is no load", a.figures.Acked, c.strikes.WalletdKills+c.strikes.MariaDBKills)
	}
	if c.ordeal.rounds > 10 && a.figures.TurnedDone == 0 || a.figures.Unknown == 0 {
		c.t.Error("no kill fell between a COMMIT and its answer: the test did not look where it should")
	}
	out, err := runWalletd(c.t, nil, "verify", "--db", c.site.dsn)
	c.t.Log(strings.TrimSpace(out))
	if err != nil || !strings.Contains(out, "the books are right") {
		c.t.Errorf("walletd verify: %v", err)
	}
}

func (c *crash) audit() *inquiry {
	c.t.Helper()
	d, err := db.Open(c.t.Context(), c.site.dsn)
	c.must(err)
	defer func() { _ = d.Close() }()
	a, err := auditCrash(c.t.Context(), d, c.site.file("journal"), crashFloat)
	c.must(err)
	line, err := json.Marshal(struct {
		DB      string  `json:"db"`
		Seconds float64 `json:"seconds"`
		strikes
		figures
	}{d.Dialect().Name, c.started().Seconds(), c.strikes, a.figures})
	c.must(err)
	c.t.Logf("%s", line)
	return a
}
