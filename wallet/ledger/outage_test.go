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
	atCommit atomic.Int32  // what to do with the next COMMIT: 0 nothing, cutBefore or cutAfter
	down     atomic.Bool   // nobody comes through
	cuts     chan struct{} // one for each COMMIT that was cut
	turned   chan struct{} // full when somebody was turned away
	mu       sync.Mutex
	open     []net.Conn
}

// cutMark in a statement has the COMMIT after it cut.
const cutMark = "/* cut before COMMIT */"

const (
	cutBefore = 1 // the server never sees the COMMIT and rolls back
	cutAfter  = 2 // the server commits, and nobody hears of it
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
	w = &wire{listener: listener, server: server, cuts: make(chan struct{}, 1000), turned: make(chan struct{}, 1)}
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
			w.atCommit.Store(cutBefore)
		}
		if bytes.Equal(payload, []byte("\x03COMMIT")) {
			switch w.atCommit.Swap(0) {
			case cutBefore:
				_ = client.Close()
				w.cuts <- struct{}{}
				return
			case cutAfter:
				deaf.Store(true)
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
	for name, where := range map[string]int32{"before": cutBefore, "after": cutAfter} {
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
				go func() { defer wg.Done(); must(t, l, send(w[0], w[1], 10, 1, 1)) }()
				// Without an ID there is no unique key to save a plan from being done twice.
				go func() { defer wg.Done(); must(t, l, &ledger.Plan{Companions: []ledger.Companion{mark(table, key)}}) }()
			}
			for n := range rounds {
				wire.atCommit.Store(where)
				for range callers {
					commit(l)
					if n%2 == 0 {
						commit(rival)
					}
				}
				<-wire.cuts
			}
			wg.Wait()
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
		name     string
		atCommit int32
		want     fault.Code
		was      bool // it was committed the first time
	}{
		{"COMMIT done, answer lost", cutAfter, fault.OutcomeUnknown, true},
		{"COMMIT lost", cutBefore, fault.OutcomeUnknown, false},
		{"away before COMMIT", 0, fault.Busy, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wire, through, direct := newWire(t)
			now := clock.NewFake(noon)
			l := open(t, through, now)
			w := seed(t, l, 2, 1000)
			p := send(w[0], w[1], 100, 5, 2)
			wire.atCommit.Store(c.atCommit)
			wire.down.Store(true)
			if c.atCommit == 0 {
				wire.cutAll()
			}
			done := make(chan error, 1)
			go func() { _, err := l.Commit(bg, p); done <- err }()
			if c.atCommit != 0 {
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
			return []db.Stmt{{SQL: "UPDATE tallies SET n = n " + cutMark}} // can be written, but the COMMIT is lost
		}
		return []db.Stmt{{SQL: "INSERT INTO nowhere (a) VALUES (1)"}}
	}}, ids.New())}
	amongNeighbours(t, l, good, w, bad)
	if tries.Load() < 2 {
		t.Error("the batch was not tried again")
	}
	wantBooksRight(t, direct)
}
