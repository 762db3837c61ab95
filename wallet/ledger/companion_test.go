package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// tallies is a small table of another package: a number by key, and lines that nothing else can name.
type tallies struct {
	load  func()           // called first by Load, if not nil
	write func() []db.Stmt // what Write adds to its statements, if not nil
	keep  int
}

type tally struct {
	key  id.ID
	n    int64
	note string // at most 10 ASCII characters
}

func newTallies(t testing.TB, d *db.DB) *tallies {
	t.Helper()
	types := d.Dialect().Types()
	_, err := d.Exec(bg, fmt.Sprintf(`CREATE TABLE test_tallies (id %s NOT NULL PRIMARY KEY, n %s NOT NULL, note %s NOT NULL) %s`,
		types.ID, types.Int, types.Ascii(10), types.Engine))
	if err != nil {
		t.Fatal(err)
	}
	return &tallies{}
}

func (*tallies) Name() string { return "test_tallies" }

func (s *tallies) KeepRows() int { return s.keep }

func (s *tallies) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	if s.load != nil {
		s.load()
	}
	out := map[id.ID]any{}
	for _, k := range keys {
		row := &tally{key: k}
		err := q.QueryRow(ctx, `SELECT n, note FROM test_tallies WHERE id = ?`, k[:]).Scan(&row.n, &row.note)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[k] = row
	}
	return out, nil
}

func (s *tallies) Write(d *db.Dialect, rows []any) []db.Stmt {
	var args []any
	for _, r := range rows {
		row := r.(*tally)
		args = append(args, row.key[:], row.n, row.note)
	}
	stmts := db.InsertMany(`INSERT INTO test_tallies (id, n, note) VALUES `, 3, args, d.Upsert([]string{"id"}, []string{"n", "note"}))
	if s.write != nil {
		stmts = append(stmts, s.write()...)
	}
	return stmts
}

// read returns a tally as the database has it, or -1.
func (s *tallies) read(t testing.TB, d *db.DB, key id.ID) int64 {
	t.Helper()
	rows, err := s.Load(bg, d, []id.ID{key})
	if err != nil {
		t.Fatal(err)
	}
	if row, ok := rows[key].(*tally); ok {
		return row.n
	}
	return -1
}

// companion is made of functions; those that are nil do nothing.
type companion struct {
	table  ledger.Table
	key    func() id.ID
	check  func(row any, at time.Time) (any, *fault.Error)
	finish func(row any, o *ledger.Outcome) any
}

func (c *companion) Table() ledger.Table { return c.table }

func (c *companion) Key() id.ID {
	if c.key == nil {
		return id.ID{}
	}
	return c.key()
}

func (c *companion) Check(row any, at time.Time) (any, *fault.Error) {
	if c.check == nil {
		return nil, nil
	}
	return c.check(row, at)
}

func (c *companion) Finish(row any, o *ledger.Outcome) any {
	if c.finish == nil {
		return nil
	}
	return c.finish(row, o)
}

// count adds one to a tally when the plan is checked, and refuses from the fourth on, as a PIN's tries would.
func count(table ledger.Table, key id.ID) *companion {
	return &companion{table: table, key: func() id.ID { return key }, check: func(row any, _ time.Time) (any, *fault.Error) {
		next := tally{key: key}
		if old, ok := row.(*tally); ok {
			next.n = old.n
		}
		if next.n++; next.n > 3 {
			return &next, fault.New(fault.WrongPIN, "left", 0)
		}
		return &next, nil
	}}
}

// mark adds one to a tally when the plan is finished, whatever became of it.
func mark(table ledger.Table, key id.ID) *companion {
	return &companion{table: table, key: func() id.ID { return key }, finish: func(row any, _ *ledger.Outcome) any {
		next := tally{key: key, n: 1}
		if old, ok := row.(*tally); ok {
			next.n = old.n + 1
		}
		return &next
	}}
}

func TestCompanionsCommitWithTheirPlan(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, table := open(t, d, clock.NewFake(noon)), newTallies(t, d)
		w := seed(t, l, 2, 1000)
		pin, line := id.Derive(id.ID{3}, "pin"), id.Derive(id.ID{3}, "line")
		message := &companion{table: table, finish: func(row any, o *ledger.Outcome) any {
			if !o.Accepted {
				return nil
			}
			balance, _ := o.Balance(w[0])
			return &tally{key: line, n: balance, note: o.Receipt}
		}}
		p := send(w[0], w[1], 100, 5, 2)
		p.Companions = []ledger.Companion{count(table, pin), message}
		o := must(t, l, p)
		if got := table.read(t, d, line); got != 893 {
			t.Errorf("the message names the balance %d, want 893", got)
		}
		wantCode(t, l, p, "") // the same again: neither counted nor sent twice
		if got := table.read(t, d, pin); got != 1 {
			t.Errorf("after a repeat %d tries are counted, want 1", got)
		}

		poor := send(w[0], w[1], 5000, 5, 2)
		poor.Companions = []ledger.Companion{count(table, pin), message}
		wantCode(t, l, poor, fault.Insufficient)
		wantCode(t, l, poor, fault.Insufficient)
		if got := table.read(t, d, pin); got != 2 {
			t.Errorf("a refused plan and its repeat leave %d tries, want 2", got)
		}
		for n := int64(3); n <= 5; n++ {
			p := send(w[0], w[1], 1, 5, 2)
			p.Companions = []ledger.Companion{count(table, pin), message}
			want := fault.Code("")
			if n > 3 {
				want = fault.WrongPIN
			}
			wantCode(t, l, p, want)
			if got := table.read(t, d, pin); got != n {
				t.Errorf("%d tries are counted, want %d", got, n)
			}
		}
		if o.Receipt == "" {
			t.Error("no receipt")
		}
		wantBooksRight(t, d)
	})
}

// TestAFewRowsInMemoryAreEnough asks for a cache that is too small to hold what is being written, and loses no update.
func TestAFewRowsInMemoryAreEnough(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, table := open(t, d, clock.System{}), newTallies(t, d)
		table.keep = 1
		const clients, rounds = 32, 20
		key := func(n int) id.ID { return id.Number('t', int64(n)) }
		var wg sync.WaitGroup
		for c := range clients {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for r := range rounds {
					must(t, l, &ledger.Plan{Companions: []ledger.Companion{mark(table, key((c+r)%5)), mark(table, key(c%7))}})
				}
			}()
		}
		wg.Wait()
		var sum int64
		for n := range 7 {
			sum += max(0, table.read(t, d, key(n)))
		}
		if want := int64(clients * rounds * 2); sum != want {
			t.Errorf("%d marks are left of %d", sum, want)
		}
	})
}

// TestABadPlanFailsAlone puts plans that cannot be carried out between good ones of the same batch.
func TestABadPlanFailsAlone(t *testing.T) {
	t.Parallel()
	boom := func() { panic("a bug in a companion") }
	cases := map[string]func(good, bad *tallies, key id.ID) *companion{
		"bad SQL": func(_, bad *tallies, key id.ID) *companion {
			bad.write = func() []db.Stmt { return []db.Stmt{{SQL: "INSERT INTO nowhere (a) VALUES (1)"}} }
			return mark(bad, key)
		},
		"a duplicate row": func(_, bad *tallies, key id.ID) *companion {
			bad.write = func() []db.Stmt {
				insert := db.Stmt{SQL: "INSERT INTO test_tallies (id, n, note) VALUES (?, 0, '')", Args: []any{key[:]}}
				return []db.Stmt{insert, insert}
			}
			return mark(bad, key)
		},
		"panic in Key": func(good, _ *tallies, _ id.ID) *companion {
			return &companion{table: good, key: func() id.ID { boom(); return id.ID{} }}
		},
		"panic in Load": func(_, bad *tallies, key id.ID) *companion { bad.load = boom; return mark(bad, key) },
		"panic in Write": func(_, bad *tallies, key id.ID) *companion {
			bad.write = func() []db.Stmt { boom(); return nil }
			return mark(bad, key)
		},
		"panic in Check": func(good, _ *tallies, key id.ID) *companion {
			c := mark(good, key)
			c.check = func(any, time.Time) (any, *fault.Error) { boom(); return nil, nil }
			return c
		},
		"panic in Finish": func(good, _ *tallies, key id.ID) *companion {
			c := mark(good, key)
			c.finish = func(any, *ledger.Outcome) any { boom(); return nil }
			return c
		},
		"a row of another type": func(good, _ *tallies, key id.ID) *companion {
			c := mark(good, key)
			c.finish = func(any, *ledger.Outcome) any { return "not a tally" }
			return c
		},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, good := open(t, d, clock.NewFake(noon)), newTallies(t, d)
		w := seed(t, l, 2, 1_000_000)
		for name, spoil := range cases {
			t.Run(name, func(t *testing.T) {
				key, before := ids.New(), wantBooksRight(t, d)
				bad := send(w[0], w[1], 7, 5, 2)
				bad.Companions = []ledger.Companion{mark(good, key), spoil(good, &tallies{}, key)}
				amongNeighbours(t, l, good, w, bad)
				if got := good.read(t, d, key); got != -1 {
					t.Errorf("the bad plan left a row with %d", got)
				}
				if _, found, _ := l.Posting(bg, bad.ID); found {
					t.Error("the bad plan spent its ID")
				}
				if r := wantBooksRight(t, d); r.Postings != before.Postings+20 {
					t.Errorf("%d postings, want 20 more than %d", r.Postings, before.Postings)
				}
			})
		}
	})
}

// amongNeighbours holds the committer up until ten good plans before the bad one and ten after it wait, so that they make
// one batch; the bad one must end with internal and the others be accepted.
func amongNeighbours(t *testing.T, l *ledger.Ledger, table *tallies, w []int64, bad *ledger.Plan) {
	t.Helper()
	entered, leave := make(chan struct{}, 8), make(chan struct{})
	gate := &companion{table: table, check: func(any, time.Time) (any, *fault.Error) {
		entered <- struct{}{}
		<-leave
		return nil, nil
	}}
	var wg sync.WaitGroup
	commit := func(p *ledger.Plan, want fault.Code) {
		wg.Add(1)
		go func() { defer wg.Done(); wantCode(t, l, p, want) }()
	}
	commit(&ledger.Plan{Companions: []ledger.Companion{gate}}, "")
	<-entered
	for n := range 21 {
		if n == 10 {
			commit(bad, fault.Internal)
		} else {
			good := send(w[0], w[1], 7, 5, 2)
			good.Companions = []ledger.Companion{mark(table, id.Number('n', int64(n)))}
			commit(good, "")
		}
		for l.Waiting() <= n { // the queue is filled in this order
			yield()
		}
	}
	close(leave)
	wg.Wait()
}

// TestAReasonTooLongToKeep: the reason is cut to its code, the same on every database, and what must survive survives.
func TestAReasonTooLongToKeep(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, table := open(t, d, clock.NewFake(noon)), newTallies(t, d)
		key, p := ids.New(), &ledger.Plan{ID: ids.New(), Kind: ledger.Register}
		tries := count(table, key)
		counted := tries.check
		tries.check = func(row any, at time.Time) (any, *fault.Error) {
			keep, _ := counted(row, at)
			return keep, fault.New(fault.WrongPIN, "why", strings.Repeat("because ", 40))
		}
		p.Companions = []ledger.Companion{tries}
		for range 2 {
			if o := wantCode(t, l, p, fault.WrongPIN); o == nil || len(o.Refusal.Args) > 0 {
				t.Errorf("the refusal is %v", o)
			}
		}
		if got := table.read(t, d, key); got != 1 {
			t.Errorf("%d tries are counted, want 1", got)
		}
	})
}

// TestAnOutcomeBelongsToItsCaller: what a caller or a companion does to it reaches neither the books nor the next caller.
func TestAnOutcomeBelongsToItsCaller(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l, table := open(t, d, clock.NewFake(noon)), newTallies(t, d)
		w := seed(t, l, 2, 1000)
		p := send(w[0], w[1], 100, 5, 2)
		p.Companions = []ledger.Companion{&companion{table: table, finish: func(_ any, o *ledger.Outcome) any {
			o.Legs[0].Balance = -1
			return nil
		}}}
		for range 3 {
			must(t, l, p).Legs[1].Amount = -1
		}
		o, _, err := l.Posting(bg, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		again := must(t, l, p)
		if fmt.Sprint(replayedAs(again)) != fmt.Sprint(normal(o)) {
			t.Errorf("in the books %+v, told %+v", o, again)
		}
		wantBooksRight(t, d)
	})
}
