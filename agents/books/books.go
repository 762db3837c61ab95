// Package books keeps how tills' days ended: the float at the beginning and at the end, what customers brought and took, the cash
// that should lie in the drawer and the cash that an operator counted there.
//
// A till has one row for each day of the market that was ended, by its operator or, when nobody did, by the clock. The rows of a till meet:
// each begins at the place in the ledger where the one before stopped, so that no deal is left out and none counted twice. That is
// held in the commit, however many end a day at once: rows are numbered, and each looks at the one before. Beside the days stand
// all counts of the cash (Count): a day is reckoned from its first and ends with its last.
//
// The package adds nothing up and moves no money: what a day came to is the caller's, from the ledger's legs.
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

// Day is one day of a till. Amounts are minor units.
type Day struct {
	Till     int64
	No       int64 // 1, 2, 3 … of the till; kept by the package
	Date     int32 // yyyymmdd in the market's zone
	Operator int64 // who ended it, 0 for the clock
	After    int64 // the day is the postings after this place in the ledger
	UpTo     int64 // and up to this one
	EndedAt  time.Time

	FloatBefore, FloatAfter int64
	In, Out                 int64 // cash that customers paid in and were paid out
	Other                   int64 // what moved the float otherwise: float bought and sold, commission

	First, Latest    int64 // numbers of counts: what the cash is reckoned from, and the last that belongs to the day or one before it; 0 for none
	Opening          Cash  // what was counted at First
	CashIn, CashOut  int64 // what came to the drawer and left it since, over the counter
	Brought, Removed int64 // the same by the operator's own hand, as he says: to the bank, from the owner
	Counted          Cash
}

// Cash is an amount that somebody counted, or that nobody has.
type Cash struct {
	Amount int64
	Known  bool
}

// Expected is the cash that should lie in the drawer.
func (d Day) Expected() Cash {
	if !d.Opening.Known {
		return Cash{}
	}
	return Cash{d.Opening.Amount + d.CashIn - d.CashOut + d.Brought - d.Removed, true}
}

// Difference is what was counted above what should have been there, below zero for what is missing.
func (d Day) Difference() Cash {
	expected := d.Expected()
	if !expected.Known || !d.Counted.Known {
		return Cash{}
	}
	return Cash{d.Counted.Amount - expected.Amount, true}
}

// Store reads days and counts as last committed, and makes the companions that write them. It is safe for concurrent use.
type Store struct {
	db     *db.DB
	days   *table
	counts *countTable
}

// NewStore returns the store of the days in a database.
func NewStore(d *db.DB) *Store { return &Store{d, &table{}, &countTable{}} }

// Last returns the newest day of a till; false when none was ever ended.
func (s *Store) Last(ctx context.Context, till int64) (Day, bool, error) {
	all, err := s.OfTill(ctx, till, 1)
	if err != nil || len(all) == 0 {
		return Day{}, false, err
	}
	return all[0], true, nil
}

// Newest returns the newest days of tills, by till; one that has none is absent.
func (s *Store) Newest(ctx context.Context, tills []int64) (map[int64]Day, error) {
	args := make([]any, len(tills))
	for i, t := range tills {
		args[i] = t
	}
	found := make(map[int64]Day, len(tills))
	err := s.db.EachIn(ctx, selectDays+` WHERE no = (SELECT MAX(m.no) FROM till_days m WHERE m.till = till_days.till) AND till IN`, args,
		func(rows *sql.Rows) error {
			d, err := scan(rows)
			found[d.Till] = d
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("books: read days: %w", err)
	}
	return found, nil
}

// OfTill returns the newest days of a till, newest first.
func (s *Store) OfTill(ctx context.Context, till int64, limit int) ([]Day, error) {
	var all []Day
	err := s.db.Each(ctx, selectDays+` WHERE till = ? ORDER BY till DESC, no DESC LIMIT ?`, []any{till, limit}, func(rows *sql.Rows) error {
		d, err := scan(rows)
		all = append(all, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("books: read days: %w", err)
	}
	return all, nil
}

// End returns the companions that write the day after last, the till's newest as it was read (nil when there was none), at the time of the
// commit. A day that is ended twice goes on to the later place. They refuse with counter_changed when a day of the till was
// ended meanwhile.
func (s *Store) End(last *Day, next Day) []ledger.Companion {
	switch {
	case last == nil:
		next.No = 1
		return []ledger.Companion{ending{s, next, nil, true}}
	case last.Date == next.Date:
		next.No = last.No
		return []ledger.Companion{ending{s, next, last, true}}
	}
	next.No = last.No + 1
	return []ledger.Companion{ending{s, *last, last, false}, ending{s, next, nil, true}}
}

type ending struct {
	store *Store
	day   Day
	was   *Day // as the row must be, nil: absent
	write bool
}

// Table is the days' table.
func (e ending) Table() ledger.Table { return e.store.days }

// Key is the till and the day's number.
func (e ending) Key() id.ID { return keyOf(e.day.Till, e.day.No) }

// Check refuses a day that is not as it was read.
func (e ending) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	now, found := row.(*Day)
	if found != (e.was != nil) || found && (now.UpTo != e.was.UpTo || !now.EndedAt.Equal(e.was.EndedAt)) {
		return nil, fault.New(fault.CounterChanged)
	}
	return nil, nil
}

// Finish writes the day if the plan was accepted.
func (e ending) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted || !e.write {
		return nil
	}
	next := e.day
	next.EndedAt = o.At
	return &next
}

// keyOf names a day of a till.
func keyOf(till, no int64) id.ID {
	key := id.Number('d', till)
	binary.BigEndian.PutUint32(key[1:], uint32(no)) // 2^32 days of a till are eleven million years
	return key
}

// table is the days as the ledger commits them.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*table) Name() string { return "till_days" }

const selectDays = `
	SELECT till, no, day, operator, after_seq, upto_seq, ended_at, float_before, float_after, in_sum, out_sum, other_sum,
	       opening, cash_in, cash_out, brought, removed, counted, first_count, last_count
	  FROM till_days`

func scan(rows *sql.Rows) (d Day, err error) {
	var ended int64
	var opening, counted sql.NullInt64
	err = rows.Scan(&d.Till, &d.No, &d.Date, &d.Operator, &d.After, &d.UpTo, &ended, &d.FloatBefore, &d.FloatAfter, &d.In, &d.Out, &d.Other,
		&opening, &d.CashIn, &d.CashOut, &d.Brought, &d.Removed, &counted, &d.First, &d.Latest)
	d.EndedAt = time.UnixMicro(ended).UTC()
	d.Opening, d.Counted = Cash{opening.Int64, opening.Valid}, Cash{counted.Int64, counted.Valid}
	return d, err
}

// Load reads days.
func (*table) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	args := make([]any, len(keys))
	for i := range keys {
		args[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	return found, q.EachIn(ctx, selectDays+` WHERE id IN`, args, func(rows *sql.Rows) error {
		d, err := scan(rows)
		found[keyOf(d.Till, d.No)] = &d
		return err
	})
}

var (
	dayKey = []string{"id"}
	daySet = []string{"operator", "after_seq", "upto_seq", "ended_at", "float_before", "float_after", "in_sum", "out_sum", "other_sum",
		"opening", "cash_in", "cash_out", "brought", "removed", "counted", "first_count", "last_count"}
)

// Write inserts or replaces days.
func (*table) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 21
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		day := r.(*Day)
		args = append(args, keyOf(day.Till, day.No), day.Till, day.No, int64(day.Date), day.Operator, day.After, day.UpTo, day.EndedAt.UnixMicro(),
			day.FloatBefore, day.FloatAfter, day.In, day.Out, day.Other, orNull(day.Opening), day.CashIn, day.CashOut,
			day.Brought, day.Removed, orNull(day.Counted), day.First, day.Latest)
	}
	return db.InsertMany(`
		INSERT INTO till_days (id, till, no, day, operator, after_seq, upto_seq, ended_at, float_before, float_after, in_sum, out_sum,
		                       other_sum, opening, cash_in, cash_out, brought, removed, counted, first_count, last_count) VALUES `,
		columns, args, d.Upsert(dayKey, daySet))
}

func orNull(c Cash) any {
	if !c.Known {
		return nil
	}
	return c.Amount
}
