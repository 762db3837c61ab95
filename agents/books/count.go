package books

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Count is one time that the cash in a till's drawer was counted: what was there, against what should have been there by the count
// before. Counts of a till are numbered, written once and never changed, so that what was missing at one stays missing there,
// whatever is counted later. Amounts are minor units.
type Count struct {
	Till     int64
	No       int64 // 1, 2, 3 … of the till; kept by the package
	Why      Occasion
	Operator int64
	Place    int64 // in the ledger: the postings up to it were made before the count
	At       time.Time

	Was              Cash  // at the count before
	CashIn, CashOut  int64 // what came to the drawer and left it since, over the counter
	Brought, Removed int64 // the same by somebody's own hand, as the operator says: to the bank, from the owner
	Counted          int64
}

// Occasion is why cash was counted. Numbers are stored: never reuse one.
type Occasion int16

// The occasions.
const (
	Opening Occasion = 1 // the till was opened
	Anew    Occasion = 2 // while it was open
	Ending  Occasion = 3 // its day was ended
)

var occasions = map[Occasion]string{Opening: "opened", Anew: "counted anew", Ending: "day ended"}

// String returns the occasion as people read it.
func (o Occasion) String() string { return occasions[o] }

// Expected is the cash that should have been there.
func (c Count) Expected() Cash {
	if !c.Was.Known {
		return Cash{}
	}
	return Cash{c.Was.Amount + c.CashIn - c.CashOut + c.Brought - c.Removed, true}
}

// Difference is what was counted above that, below zero for what is missing.
func (c Count) Difference() Cash {
	expected := c.Expected()
	if !expected.Known {
		return Cash{}
	}
	return Cash{c.Counted - expected.Amount, true}
}

// LastCount returns the newest count of a till; false when nobody ever counted there.
func (s *Store) LastCount(ctx context.Context, till int64) (Count, bool, error) {
	all, err := s.readCounts(ctx, ` WHERE till = ? ORDER BY till DESC, no DESC LIMIT 1`, till)
	if err != nil || len(all) == 0 {
		return Count{}, false, err
	}
	return all[0], true, nil
}

// CountsFrom returns the counts of a till from that number on, the oldest first.
func (s *Store) CountsFrom(ctx context.Context, till, no int64) ([]Count, error) {
	return s.readCounts(ctx, ` WHERE till = ? AND no >= ? ORDER BY till, no`, till, no)
}

// CountsOfTill returns the newest counts of a till, newest first.
func (s *Store) CountsOfTill(ctx context.Context, till int64, limit int) ([]Count, error) {
	return s.readCounts(ctx, ` WHERE till = ? ORDER BY till DESC, no DESC LIMIT ?`, till, int64(limit))
}

func (s *Store) readCounts(ctx context.Context, where string, args ...any) ([]Count, error) {
	var all []Count
	err := s.db.Each(ctx, selectCounts+where, args, func(rows *sql.Rows) error {
		c, err := scanCount(rows)
		all = append(all, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("books: read counts: %w", err)
	}
	return all, nil
}

// Counted returns the companion that writes a count after the till's last one as it was read, at the time of the commit. It
// refuses with counter_changed when somebody has counted meanwhile.
func (s *Store) Counted(last int64, c Count) ledger.Companion {
	c.No = last + 1
	return counting{s, c}
}

type counting struct {
	store *Store
	count Count
}

// Table is the counts' table.
func (c counting) Table() ledger.Table { return c.store.counts }

// Key is the till and the count's number.
func (c counting) Key() id.ID { return countKey(c.count.Till, c.count.No) }

// Check refuses a count that is not the next.
func (c counting) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if row != nil {
		return nil, fault.New(fault.CounterChanged)
	}
	return nil, nil
}

// Finish writes the count if the plan was accepted.
func (c counting) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := c.count
	next.At = o.At
	return &next
}

// countKey names a count of a till.
func countKey(till, no int64) id.ID {
	key := id.Number('k', till)
	binary.BigEndian.PutUint32(key[1:], uint32(no)) // as keyOf
	return key
}

// countTable is the counts as the ledger commits them.
type countTable struct{ _ byte } // as table

// Name is the table's name.
func (*countTable) Name() string { return "till_counts" }

const selectCounts = `
	SELECT till, no, why, operator, place, counted_at, was, cash_in, cash_out, brought, removed, counted
	  FROM till_counts`

func scanCount(rows *sql.Rows) (c Count, err error) {
	var at int64
	var was sql.NullInt64
	err = rows.Scan(&c.Till, &c.No, &c.Why, &c.Operator, &c.Place, &at, &was, &c.CashIn, &c.CashOut, &c.Brought, &c.Removed, &c.Counted)
	c.At, c.Was = time.UnixMicro(at).UTC(), Cash{was.Int64, was.Valid}
	return c, err
}

// Load reads counts.
func (*countTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	args := make([]any, len(keys))
	for i := range keys {
		args[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	return found, q.EachIn(ctx, selectCounts+` WHERE id IN`, args, func(rows *sql.Rows) error {
		c, err := scanCount(rows)
		found[countKey(c.Till, c.No)] = &c
		return err
	})
}

// Write inserts counts.
func (*countTable) Write(_ *db.Dialect, rows []any) []db.Stmt {
	const columns = 13
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		c := r.(*Count)
		args = append(args, countKey(c.Till, c.No), c.Till, c.No, int64(c.Why), c.Operator, c.Place, c.At.UnixMicro(), orNull(c.Was),
			c.CashIn, c.CashOut, c.Brought, c.Removed, c.Counted)
	}
	return db.InsertMany(`
		INSERT INTO till_counts (id, till, no, why, operator, place, counted_at, was, cash_in, cash_out, brought, removed, counted) VALUES `,
		columns, args, "")
}
