package ledger_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// wire stands between a ledger and MariaDB and cuts the connection where a test wants it cut.
type wire struct {
	listener net.Listener
	server   string
	next     chan cut      // what to do with the next COMMITs, one after another
	down     atomic.Bool   // nobody comes through
	cuts     chan struct{} // one for each COMMIT that was cut
	turned   chan struct{} // full when somebody was turned away
	mu       sync.Mutex
	open     []net.Conn
}

// cutMark in a statement has the COMMIT after it cut.
const cutMark = "/* cut before COMMIT */"

// cut says how a COMMIT is cut.
type cut int

const (
	cutBefore cut = iota // the server never sees the COMMIT and rolls back
	cutAfter             // the server commits, and nobody hears of it
)

// newWire returns a wire to a new database, and the database as reached through it and directly.
func newWire(t *testing.T) (w *wire, through, direct *db.DB) {
	t.Helper()
	dsn := dbtest.DSN(t)
	_, rest, _ := strings.Cut(dsn, "unix(")
	server, _, _ := strings.Cut(rest, ")")
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	w = &wire{listener: listener, server: server, next: make(chan cut, 10), cuts: make(chan struct{}, 1000), turned: make(chan struct{}, 1)}
	go w.serve()
	t.Cleanup(func() { _ = listener.Close(); w.cutAll() })
	return w, openDSN(t, strings.Replace(dsn, server, socket, 1)), openDSN(t, dsn)
}

func (w *wire) serve() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", w.server)
		if err != nil || w.down.Load() {
			_ = client.Close()
			select {
			case w.turned <- struct{}{}:
			default:
			}
			continue
		}
		w.mu.Lock()
		w.open = append(w.open, client, server)
		w.mu.Unlock()
		deaf := &atomic.Bool{}
		go w.answers(client, server, deaf)
		go w.requests(client, server, deaf)
	}
}

// requests passes packets on to the server: three bytes of length, one of sequence, the payload.
func (w *wire) requests(client, server net.Conn, deaf *atomic.Bool) {
	defer func() { _ = server.Close() }()
	in := bufio.NewReader(client)
	for {
		head := make([]byte, 4)
		if _, err := io.ReadFull(in, head); err != nil {
			return
		}
		payload := make([]byte, binary.LittleEndian.Uint32([]byte{head[0], head[1], head[2], 0}))
		if _, err := io.ReadFull(in, payload); err != nil {
			return
		}
		if bytes.Contains(payload, []byte(cutMark)) {
			w.next <- cutBefore
		}
		if bytes.Equal(payload, []byte("\x03COMMIT")) {
			select {
			case how := <-w.next:
				if how == cutBefore {
					_ = client.Close()
					w.cuts <- struct{}{}
					return
				}
				deaf.Store(true)
			default:
			}
		}
		if _, err := server.Write(slices.Concat(head, payload)); err != nil {
			return
		}
	}
}

func (w *wire) answers(client, server net.Conn, deaf *atomic.Bool) {
	defer func() { _ = client.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		if deaf.Load() {
			w.cuts <- struct{}{}
			return
		}
		if _, err := client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (w *wire) cutAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.open {
		_ = c.Close()
	}
	w.open = nil
}

// TestConnectionLostAroundCommit cuts COMMITs under load. The ledger finds out which of them went through: every caller is
// told that the send was done, and it was done once, while another process takes the batch numbers that were lost.
func TestConnectionLostAroundCommit(t *testing.T) {
	t.Parallel()
	for name, cuts := range map[string][]cut{"before": {cutBefore}, "after": {cutAfter}, "twice": {cutBefore, cutAfter}} {
		t.Run(name, func(t *testing.T) {
			wire, through, direct := newWire(t)
			few := func(o *ledger.Options) { o.MaxBatch = 6 }
			l, rival := open(t, through, clock.System{}, few), open(t, direct, clock.System{}, few)
			w := seed(t, l, 2, 1_000_000)
			table, key := newTallies(t, direct), ids.New()
			const rounds, callers = 8, 20
			var wg sync.WaitGroup
			commit := func(l *ledger.Ledger) {
				wg.Add(2)
				// Without an ID there is no unique key to save a plan from being done twice.
				go func() { defer wg.Done(); must(t, l, &ledger.Plan{Companions: []ledger.Companion{mark(table, key)}}) }()
				go func() { defer wg.Done(); must(t, l, send(w[0], w[1], 10, 1, 1)) }()
			}
			for n := range rounds {
				for caller := range callers {
					if caller == n%2*callers/2 { // in every other round in the middle of a load
						for _, how := range cuts {
							wire.next <- how
						}
					}
					commit(l)
					if n%2 == 0 {
						commit(rival)
					}
				}
				for range cuts {
					<-wire.cuts
				}
				wg.Wait() // or the next round's cuts would hit the same batch again, until it has lost its patience
			}
			const sends = rounds * callers * 3 / 2
			wantBalance(t, l, w[0], 1_000_000-sends*12, 0)
			if got := table.read(t, direct, key); got != sends {
				t.Errorf("%d marks were made by %d plans", got, sends)
			}
			if r := wantBooksRight(t, direct); r.Postings != sends+5 {
				t.Errorf("%d postings, want %d", r.Postings, sends+5)
			}
		})
	}
}

// TestDatabaseAway keeps the database away for longer than callers are kept waiting. Where COMMIT was under way the answer
// is outcome_unknown, and asking again with the same ID settles it; where it was not, the answer is busy and nothing is done.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		cuts []cut
		want fault.Code
		was  bool // it was committed the first time
	}{
		{"COMMIT done, answer lost", []cut{cutAfter}, fault.OutcomeUnknown, true},
		{"COMMIT lost", []cut{cutBefore}, fault.OutcomeUnknown, false},
		{"away before COMMIT", nil, fault.Busy, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wire, through, direct := newWire(t)
			now := clock.NewFake(noon)
			l := open(t, through, now)
			w := seed(t, l, 2, 1000)
			p := send(w[0], w[1], 100, 5, 2)
			for _, how := range c.cuts {
				wire.next <- how
			}
			wire.down.Store(true)
			if c.cuts == nil {
				wire.cutAll()
			}
			done := make(chan error, 1)
			go func() { _, err := l.Commit(bg, p); done <- err }()
			for range c.cuts {
				<-wire.cuts
			}
			for answered := false; !answered; {
				select {
				case <-wire.turned: // each time that it tries again
					now.Advance(3 * time.Second)
				case err := <-done:
					if answered = true; !fault.HasCode(err, c.want) {
						t.Errorf("got %v, want %s", err, c.want)
					}
				}
			}
			wire.down.Store(false)
			if o := must(t, l, p); o.Replayed != c.was {
				t.Errorf("asked again: replayed is %t, want %t", o.Replayed, c.was)
			}
			wantBalance(t, l, w[0], 893, 0)
			wantBooksRight(t, direct)
		})
	}
}

// TestABadPlanAfterALostCommit: what cannot be written fails alone also when the connection was lost meanwhile.
func TestABadPlanAfterALostCommit(t *testing.T) {
	t.Parallel()
	_, through, direct := newWire(t)
	l, good := open(t, through, clock.System{}), newTallies(t, direct)
	w := seed(t, l, 2, 1_000_000)
	var tries atomic.Int32
	bad := send(w[0], w[1], 7, 5, 2)
	bad.Companions = []ledger.Companion{mark(&tallies{write: func() []db.Stmt {
		if tries.Add(1) == 1 {
			return []db.Stmt{{SQL: "UPDATE test_tallies SET n = n " + cutMark}} // can be written, but the COMMIT is lost
		}
		return []db.Stmt{{SQL: "INSERT INTO nowhere (a) VALUES (1)"}}
	}}, ids.New())}
	amongNeighbours(t, l, good, w, bad)
	if tries.Load() < 2 {
		t.Error("the batch was not tried again")
	}
	wantBooksRight(t, direct)
}

// TestAGuessOnAPlanThatFailed has a batch decided on top of one that then cannot be written as it stood: a bad plan falls out
// of it, and the rest takes the very place in the books that the guess was built on. What the bad plan would have left must
// not come in with the guess.
func TestAGuessOnAPlanThatFailed(t *testing.T) {
	t.Parallel()
	d := dbtest.MariaDB(t)
	l, good := open(t, d, clock.NewFake(noon)), newTallies(t, d)
	key, lock := ids.New(), ids.New()
	insert := db.Stmt{SQL: "INSERT INTO test_tallies (id, n, note) VALUES (?, 0, '')", Args: []any{lock[:]}}
	if err := d.Run(bg, []db.Stmt{insert}); err != nil {
		t.Fatal(err)
	}
	for range 3 { // from now on it decides ahead
		must(t, l, &ledger.Plan{Companions: []ledger.Companion{mark(good, ids.New())}})
	}
	// The bad plan's rows wait for a lock that this test holds, and then cannot be written.
	bad := &tallies{write: func() []db.Stmt {
		wait := db.Stmt{SQL: "UPDATE test_tallies SET n = n WHERE id = ?", Args: []any{lock[:]}}
		return []db.Stmt{wait, {SQL: "INSERT INTO nowhere (a) VALUES (1)"}}
	}}
	var wg sync.WaitGroup
	commit := func(want fault.Code, companions ...ledger.Companion) {
		wg.Add(1)
		go func() { defer wg.Done(); wantCode(t, l, &ledger.Plan{Companions: companions}, want) }()
	}
	err := d.TransactOnce(bg, func(tx *db.DB) error {
		if _, err := tx.Exec(bg, "UPDATE test_tallies SET n = n WHERE id = ?", lock[:]); err != nil {
			return err
		}
		g := newGate(good)
		wg.Add(1)
		go func() { defer wg.Done(); must(t, l, g.plan) }()
		<-g.entered
		commit("", mark(good, ids.New()))
		commit(fault.Internal, mark(good, key), mark(bad, ids.New()))
		for l.Waiting() < 2 {
			yield()
		}
		close(g.leave)
		// The next plan sees the bad one's mark, so it has been decided on top of it.
		seen, once := make(chan struct{}), sync.Once{}
		look := mark(good, key)
		look.check = func(row any, _ time.Time) (any, *fault.Error) {
			if row != nil {
				once.Do(func() { close(seen) })
			}
			return nil, nil
		}
		for waiting := 0; waiting == 0; { // until the bad plan's batch is being written
			err := d.QueryRow(bg, `SELECT COUNT(*) FROM information_schema.processlist
				WHERE db = DATABASE() AND info LIKE 'UPDATE test_tallies%'`).Scan(&waiting)
			if err != nil {
				return err
			}
		}
		commit("", look)
		<-seen
		return nil // gives the lock free
	})
	if err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if got := good.read(t, d, key); got != 1 {
		t.Errorf("%d marks, want only that of the good plan", got)
	}
	wantBooksRight(t, d)
}
