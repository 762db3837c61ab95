// Package tally counts what may be asked for only so often: how many codes of receipts a phone got wrong in a day, how often it had a
// message sent again.
//
// A count belongs to somebody, for one thing. It begins with the first and is over some time later, whatever came in between; then it
// begins anew. Each is a row that commits with a plan, so that the count is exact however many ask at once, on whatever node, and whoever
// was counted hears an answer only when the count is durable. What a row counts, and of whom, cannot be read from it.
//
// The package does not know what is asked for, and says nothing to anybody: a rule brings the fault.
package tally

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Rule is how often something may be.
type Rule struct {
	What  string        // what is counted: with whose it is, the name of the count
	Most  int64         // at most so often
	Per   time.Duration // in that time from the first on
	Apart time.Duration // and not sooner than that after the last; 0 for at once
	Over  fault.Code    // what is said when it was that often
	Soon  fault.Code    // what is said when it was just now; only with Apart
}

// Store counts. It is safe for concurrent use, and by several processes on one database.
type Store struct {
	db    *db.DB
	table *table
}

// NewStore returns the store of the counts in a database.
func NewStore(d *db.DB) *Store { return &Store{d, &table{}} }

// Count returns the companion that counts one more, or refuses its plan.
func (s *Store) Count(r Rule, whose string) ledger.Companion {
	return count{s.table, r, keyOf(r, whose), 1}
}

// Look returns the companion that refuses its plan as Count does, and counts nothing.
func (s *Store) Look(r Rule, whose string) ledger.Companion {
	return count{s.table, r, keyOf(r, whose), 0}
}

func keyOf(r Rule, whose string) id.ID { return id.Derive(id.ID{}, "senti.tally.v1:"+r.What+":"+whose) }

// Forget removes at most limit counts that are over, and returns how many. It may be called at any time and by anybody.
func (s *Store) Forget(ctx context.Context, now time.Time, limit int) (int, error) {
	var over []any
	err := s.db.Each(ctx, `SELECT id FROM tallies WHERE until <= ? ORDER BY until LIMIT ?`, []any{now.UnixMicro(), int64(limit)},
		func(rows *sql.Rows) error {
			var key []byte
			err := rows.Scan(&key)
			over = append(over, key)
			return err
		})
	removed := int64(0)
	for _, list := range db.Lists(over) {
		if err != nil {
			break
		}
		var n int64
		n, err = s.db.Exec(ctx, `DELETE FROM tallies WHERE until <= ? AND id IN (`+db.Marks(len(list))+`)`, append([]any{now.UnixMicro()}, list...)...)
		removed += n
	}
	if err != nil {
		return int(removed), fmt.Errorf("tally: forget counts: %w", err)
	}
	return int(removed), nil
}

// row is one count: immutable, as the ledger caches it. One that is over is as good as none.
type row struct {
	id    id.ID
	n     int64
	last  time.Time
	until time.Time
}

type count struct {
	table *table
	rule  Rule
	key   id.ID
	by    int64
}

// Table is the counts' table.
func (c count) Table() ledger.Table { return c.table }

// Key is the count.
func (c count) Key() id.ID { return c.key }

// Check refuses when it was often enough, or a moment ago.
func (c count) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	switch r := c.of(image, at); {
	case r.n >= c.rule.Most:
		return nil, fault.New(c.rule.Over)
	case r.n > 0 && at.Sub(r.last) < c.rule.Apart:
		return nil, fault.New(c.rule.Soon)
	}
	return nil, nil
}

// Finish counts if the plan was accepted.
func (c count) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted || c.by == 0 {
		return nil
	}
	r := c.of(image, o.At)
	r.n, r.last = r.n+c.by, o.At
	return r
}

func (c count) of(image any, at time.Time) row {
	if r, ok := image.(row); ok && at.Before(r.until) {
		return r
	}
	return row{id: c.key, until: at.Add(c.rule.Per)}
}

// table is the counts as the ledger writes them. Forget removes rows behind its back, which changes nothing: they are over.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*table) Name() string { return "tallies" }

// Load reads counts.
func (*table) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	return found, q.EachIn(ctx, `SELECT id, n, last_at, until FROM tallies WHERE id IN`, values, func(rows *sql.Rows) error {
		var key []byte
		var n, last, until int64
		if err := rows.Scan(&key, &n, &last, &until); err != nil {
			return err
		}
		k, err := id.FromBytes(key)
		found[k] = row{k, n, time.UnixMicro(last).UTC(), time.UnixMicro(until).UTC()}
		return err
	})
}

var (
	rowKey = []string{"id"}
	rowSet = []string{"n", "last_at", "until"}
)

// Write inserts or replaces counts.
func (*table) Write(d *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, 4*len(rows))
	for _, each := range rows {
		r := each.(row)
		args = append(args, r.id, r.n, r.last.UnixMicro(), r.until.UnixMicro())
	}
	return db.InsertMany(`INSERT INTO tallies (id, n, last_at, until) VALUES `, 4, args, d.Upsert(rowKey, rowSet))
}
