package offer

import (
	"context"
	"database/sql"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Warning is what a till was last warned of.
type Warning struct {
	Till  int64
	About Shortage
	At    time.Time
}

// Shortage is what runs short at a till. Numbers are stored: never reuse one.
type Shortage int16

// The shortages.
const (
	FloatShort Shortage = 1 // e-money is short, cash is long
	CashShort  Shortage = 2 // cash is short, e-money is long
	FloatSoon  Shortage = 3 // e-money will be short within hours, as on other such days
	CashSoon   Shortage = 4 // cash will be
)

// OfFloat reports whether it is float that is short, and cash that is long.
func (s Shortage) OfFloat() bool { return s == FloatShort || s == FloatSoon }

// says reports whether who was warned of one need not be warned of the other: float that was said to run out soon and now has is news.
func (s Shortage) says(other Shortage) bool { return s == other || s+2 == other }

// Warn returns the companion that notes that a till is warned. It refuses with warned_already when the same was said within quiet.
func (s *Store) Warn(till int64, about Shortage, quiet time.Duration) ledger.Companion {
	return warns{s, Warning{Till: till, About: about}, quiet}
}

type warns struct {
	store   *Store
	warning Warning
	quiet   time.Duration
}

// Table is the warnings' table.
func (w warns) Table() ledger.Table { return w.store.warnings }

// Key is the till.
func (w warns) Key() id.ID { return tillKey(w.warning.Till) }

// Check refuses a repetition.
func (w warns) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*Warning); ok && was.Covers(w.warning.About, at, w.quiet) {
		return nil, fault.New(fault.WarnedAlready)
	}
	return nil, nil
}

// Covers reports whether a warning makes another one at that time needless.
func (w Warning) Covers(about Shortage, at time.Time, quiet time.Duration) bool {
	return w.About.says(about) && at.Before(w.At.Add(quiet))
}

// Finish notes the warning if the plan was accepted.
func (w warns) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := w.warning
	next.At = o.At
	return &next
}

// Warnings returns the last warnings of tills, by till; one that was never warned is absent.
func (s *Store) Warnings(ctx context.Context, tills []int64) (map[int64]Warning, error) {
	keys := make([]id.ID, len(tills))
	for i, t := range tills {
		keys[i] = tillKey(t)
	}
	rows, err := s.warnings.Load(ctx, s.db, keys)
	out := make(map[int64]Warning, len(rows))
	for _, row := range rows {
		w := row.(*Warning)
		out[w.Till] = *w
	}
	return out, err
}

// warningTable is the warnings as the ledger commits them: one row for each till.
type warningTable struct{ _ byte } // as offerTable

// Name is the table's name.
func (*warningTable) Name() string { return "till_warnings" }

// Load reads warnings.
func (*warningTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, `SELECT till, about, warned_at FROM till_warnings WHERE till IN`, tillArgs(keys), func(rows *sql.Rows) error {
		var w Warning
		var at int64
		if err := rows.Scan(&w.Till, &w.About, &at); err != nil {
			return err
		}
		w.At = time.UnixMicro(at).UTC()
		found[tillKey(w.Till)] = &w
		return nil
	})
	return found, err
}

// Write inserts or replaces warnings.
func (*warningTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 3
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		w := r.(*Warning)
		args = append(args, w.Till, int64(w.About), w.At.UnixMicro())
	}
	return db.InsertMany(`INSERT INTO till_warnings (till, about, warned_at) VALUES `, columns, args,
		d.Upsert([]string{"till"}, []string{"about", "warned_at"}))
}
