package offer

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

// Drawer is a till's last opening for the day, and what was there then.
type Drawer struct {
	Till     int64
	Operator int64 // who opened it
	Cash     int64 // in the drawer as the operator counted it, minor units
	Float    int64 // the balance of its account
	OpenedAt time.Time
	ClosedAt time.Time // zero while it is open
}

// Opened returns the companion that notes that a till was opened; the commit fills in the time. Opened again it counts anew.
func (s *Store) Opened(d Drawer) ledger.Companion {
	return drawing{store: s, till: d.Till, next: func(*Drawer, time.Time) *Drawer { next := d; return &next }}
}

// ShutBefore is Shut for a till that was opened before a moment. It refuses with counter_changed when it was opened since.
func (s *Store) ShutBefore(till int64, moment time.Time) ledger.Companion {
	shut := s.Shut(till).(drawing)
	shut.before = moment
	return shut
}

// Shut returns the companion that notes that a till was closed for the day. For one whose opening nobody noted it does nothing.
func (s *Store) Shut(till int64) ledger.Companion {
	return drawing{store: s, till: till, next: func(was *Drawer, at time.Time) *Drawer {
		if was == nil || !was.ClosedAt.IsZero() {
			return nil
		}
		next := *was
		next.ClosedAt = at
		return &next
	}}
}

type drawing struct {
	store  *Store
	till   int64
	next   func(was *Drawer, at time.Time) *Drawer
	before time.Time // zero, or when the till must have been opened before
}

// Table is the drawers' table.
func (d drawing) Table() ledger.Table { return d.store.drawers }

// Key is the till.
func (d drawing) Key() id.ID { return tillKey(d.till) }

// Check refuses to shut a till that was opened since.
func (d drawing) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*Drawer); ok && !d.before.IsZero() && !was.OpenedAt.Before(d.before) {
		return nil, fault.New(fault.CounterChanged)
	}
	return nil, nil
}

// Finish writes the drawer if the plan was accepted.
func (d drawing) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	was, _ := row.(*Drawer)
	next := d.next(was, o.At)
	if next == nil {
		return nil
	}
	if next.OpenedAt.IsZero() {
		next.OpenedAt = o.At
	}
	return next
}

// Drawer returns the last opening of a till; false when nobody has noted one.
func (s *Store) Drawer(ctx context.Context, till int64) (Drawer, bool, error) {
	all, err := s.Drawers(ctx, []int64{till})
	d, found := all[till]
	return d, found, err
}

// Drawers returns the last openings of tills, by till; one that nobody has noted is absent.
func (s *Store) Drawers(ctx context.Context, tills []int64) (map[int64]Drawer, error) {
	keys := make([]id.ID, len(tills))
	for i, t := range tills {
		keys[i] = tillKey(t)
	}
	rows, err := s.drawers.Load(ctx, s.db, keys)
	if err != nil {
		return nil, fmt.Errorf("offer: read drawers: %w", err)
	}
	out := make(map[int64]Drawer, len(rows))
	for _, row := range rows {
		d := row.(*Drawer)
		out[d.Till] = *d
	}
	return out, nil
}

// drawerTable is the drawers as the ledger commits them: one row for each till.
type drawerTable struct{ _ byte } // as offerTable

// Name is the table's name.
func (*drawerTable) Name() string { return "drawers" }

// Load reads drawers.
func (*drawerTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectDrawer+` WHERE till IN`, tillArgs(keys), func(rows *sql.Rows) error {
		d, err := scanDrawer(rows)
		found[tillKey(d.Till)] = &d
		return err
	})
	return found, err
}

const selectDrawer = `SELECT till, operator, cash, float_balance, opened_at, closed_at FROM drawers`

func scanDrawer(rows *sql.Rows) (d Drawer, err error) {
	var opened int64
	var closed sql.NullInt64
	err = rows.Scan(&d.Till, &d.Operator, &d.Cash, &d.Float, &opened, &closed)
	d.OpenedAt, d.ClosedAt = time.UnixMicro(opened).UTC(), orZero(closed)
	return d, err
}

// Write inserts or replaces drawers.
func (*drawerTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 6
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		w := r.(*Drawer)
		args = append(args, w.Till, w.Operator, w.Cash, w.Float, w.OpenedAt.UnixMicro(), microsOrNull(w.ClosedAt))
	}
	return db.InsertMany(`INSERT INTO drawers (till, operator, cash, float_balance, opened_at, closed_at) VALUES `, columns, args,
		d.Upsert([]string{"till"}, []string{"operator", "cash", "float_balance", "opened_at", "closed_at"}))
}

// tillKey is a till's number as the ledger's key of its row, and back.
func tillKey(till int64) id.ID { return id.Number('t', till) }

func tillArgs(keys []id.ID) []any {
	args := make([]any, len(keys))
	for i := range keys {
		var n int64
		for _, b := range keys[i][8:] {
			n = n<<8 | int64(b)
		}
		args[i] = n
	}
	return args
}
