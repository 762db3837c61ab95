package intake

import (
	"context"
	"database/sql"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// mark is a row: until then a message is not taken in again, or something is counted. One that is over is as good as none.
type mark struct {
	id    id.ID
	until time.Time
	done  bool  // false: a message that somebody is dealing with
	times int64 // how often, of what is counted
}

// standing returns the mark if it still holds.
func standing(row any, at time.Time) (mark, bool) {
	m, ok := row.(mark)
	return m, ok && at.Before(m.until)
}

// claim begins to deal with a message. It refuses its plan with intent_closed when that was done before, and with busy while
// somebody else is at it.
type claim struct {
	marks   *table
	message id.ID
}

// Table is the marks' table.
func (c claim) Table() ledger.Table { return c.marks }

// Key is the message.
func (c claim) Key() id.ID { return c.message }

// Check looks whether the message was dealt with, or is.
func (claim) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	switch m, ok := standing(row, at); {
	case ok && m.done:
		return nil, fault.New(fault.IntentClosed)
	case ok:
		return nil, fault.New(fault.Busy)
	}
	return nil, nil
}

// Finish writes that somebody is dealing with it.
func (c claim) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return mark{c.message, o.At.Add(workFor), false, 0}
}

// done marks a message as dealt with.
type done struct {
	marks   *table
	message id.ID
}

// Table is the marks' table.
func (d done) Table() ledger.Table { return d.marks }

// Key is the message.
func (d done) Key() id.ID { return d.message }

// Check never refuses.
func (done) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes for how long it is known again.
func (d done) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return mark{d.message, o.At.Add(Keep), true, 0}
}

// tally counts how often something happens in a time, which begins with the first, and knows when it is too often.
type tally struct {
	marks  *table
	key    id.ID
	most   int64
	within time.Duration
	over   bool // as last decided by Check
}

// Table is the marks' table.
func (t *tally) Table() ledger.Table { return t.marks }

// Key is what is counted.
func (t *tally) Key() id.ID { return t.key }

// Check decides whether it is too often. It never refuses: the message is dealt with in any case.
func (t *tally) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	m, ok := standing(row, at)
	t.over = ok && m.times >= t.most
	return nil, nil
}

// Finish counts.
func (t *tally) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted || t.over {
		return nil
	}
	m, ok := standing(row, o.At)
	if !ok {
		m = mark{id: t.key, until: o.At.Add(t.within), done: true}
	}
	m.times++
	return m
}

// said marks our own words to a phone as said too often, should they come from it.
type said struct {
	marks *table
	words id.ID
}

// Table is the marks' table.
func (s said) Table() ledger.Table { return s.marks }

// Key is the words.
func (s said) Key() id.ID { return s.words }

// Check never refuses.
func (said) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes for how long they are known.
func (s said) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return mark{s.words, o.At.Add(echoFor), true, SameMost}
}

// table is the marks as the ledger writes them. forget removes rows behind its back, which changes nothing: they are over.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*table) Name() string { return "text_marks" }

// Load reads marks.
func (*table) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	return found, q.EachIn(ctx, `SELECT id, until, done, times FROM text_marks WHERE id IN`, values, func(rows *sql.Rows) error {
		var key []byte
		var until, done, times int64
		if err := rows.Scan(&key, &until, &done, &times); err != nil {
			return err
		}
		k, err := id.FromBytes(key)
		found[k] = mark{k, time.UnixMicro(until).UTC(), done != 0, times}
		return err
	})
}

var (
	markKey = []string{"id"}
	markSet = []string{"until", "done", "times"}
)

// Write inserts or replaces marks.
func (*table) Write(d *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, 4*len(rows))
	for _, r := range rows {
		m := r.(mark)
		args = append(args, m.id, m.until.UnixMicro(), m.done, m.times)
	}
	return db.InsertMany(`INSERT INTO text_marks (id, until, done, times) VALUES `, 4, args, d.Upsert(markKey, markSet))
}

// forget removes marks that are over, the oldest first. Whoever renews one meanwhile keeps it.
func forget(ctx context.Context, d *db.DB, now time.Time, limit int) (int, error) {
	var over []any
	const query = `
		SELECT id
		  FROM text_marks
		 WHERE until <= ?
		 ORDER BY until
		 LIMIT ?`
	err := d.Each(ctx, query, []any{now.UnixMicro(), int64(limit)}, func(rows *sql.Rows) error {
		var key []byte
		err := rows.Scan(&key)
		over = append(over, key)
		return err
	})
	if err != nil {
		return 0, err
	}
	removed := 0
	for _, list := range db.Lists(over) {
		n, err := d.Exec(ctx, `DELETE FROM text_marks WHERE until <= ? AND id IN (`+db.Marks(len(list))+`)`,
			append([]any{now.UnixMicro()}, list...)...)
		if err != nil {
			return removed, err
		}
		removed += int(n)
	}
	return removed, nil
}
