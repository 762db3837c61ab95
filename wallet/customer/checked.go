package customer

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

// CheckedPerDocument is how many wallets may be opened on one document that somebody has checked.
const CheckedPerDocument = 3

// A document that somebody has checked is one person, and that person's limits hold across all the wallets opened on it. As long as
// there is one wallet, its account's own turnover says everything, and no payment pays for more. The commit that opens the second
// marks both (Customer.Shared, ledger.Joint) and begins the row of the document; from then on their payments count there too.

// Checked returns the wallets that were opened on the document after somebody had checked it.
func (s *Store) Checked(ctx context.Context, d Document) ([]Customer, error) {
	var all []Customer
	err := s.db.Each(ctx, selectCustomer+` WHERE id_index = ? AND name_verified = 1 ORDER BY id`, []any{d.Index},
		func(rows *sql.Rows) error {
			c, err := scan(rows)
			all = append(all, c)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("customer: read the wallets of a document: %w", err)
	}
	return all, nil
}

// beside are the accounts of the other wallets on a customer's document.
func (s *Store) beside(ctx context.Context, c Customer) ([]int64, error) {
	all, err := s.Checked(ctx, c.Document)
	var accounts []int64
	for _, other := range all {
		if other.ID != c.ID {
			accounts = append(accounts, other.Account)
		}
	}
	return accounts, err
}

// Check returns the companion that notes one more wallet on a document that was checked. Before is how many the caller has found
// and marked; at another number the fault is conflict, and the caller looks again. Moved is what has been moved so far and was never
// counted for the document: by the first wallet when the second comes, and by the one that is noted. The caller sees to it that nothing
// more is moved meanwhile. The fault is id_number_used when it would be one too many.
func (s *Store) Check(d Document, before int, moved ledger.Turnover) ledger.Companion {
	return checking{s, d.Key(), int64(before), moved}
}

type checking struct {
	store  *Store
	key    id.ID
	before int64
	moved  ledger.Turnover
}

// checkedRow is immutable, as the ledger caches it.
type checkedRow struct {
	key     id.ID
	wallets int64
	moved   ledger.Turnover
}

// Table is the checked documents' table.
func (c checking) Table() ledger.Table { return c.store.checked }

// Key is the document.
func (c checking) Key() id.ID { return c.key }

// Check refuses one wallet too many, and one that its caller does not know of.
func (c checking) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	var wallets int64
	if d, ok := row.(*checkedRow); ok {
		wallets = d.wallets
	}
	switch {
	case wallets >= CheckedPerDocument:
		return nil, fault.New(fault.IDNumberUsed)
	case wallets != c.before:
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish notes the wallet if the plan was accepted.
func (c checking) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := checkedRow{key: c.key}
	if d, ok := row.(*checkedRow); ok {
		next = *d
	}
	switch next.wallets {
	case 0: // nothing is counted here while there is one
	case 1:
		next.moved = c.moved
	default:
		next.moved = added(next.moved, c.moved)
	}
	next.wallets++
	return &next
}

// added are two turnovers together, on the later of their days.
func added(a, b ledger.Turnover) ledger.Turnover {
	day := max(a.Day, b.Day)
	a, b = a.On(day), b.On(day)
	a.OutDay, a.InDay = a.OutDay+b.OutDay, a.InDay+b.InDay
	a.OutMonth, a.InMonth = a.OutMonth+b.OutMonth, a.InMonth+b.InMonth
	return a
}

// Movement is what a plan moves out of one of a document's wallets, or into it.
type Movement struct {
	Document id.ID       // Document.Key
	Wallets  int         // on the document, as the plan's maker knew it
	Out, In  int64       // minor units counted
	Class    int16       // the wallet's tier, whose limits are to hold
	Rule     ledger.Rule // nil, or what is to hold
}

// Moved returns the companion that counts a movement for the document and asks the rule, which sees an account of that class with the
// turnover of all its wallets. The fault is conflict when there is a wallet more by now. day gives the market's date of a moment.
func (s *Store) Moved(m Movement, day func(time.Time) int32) ledger.Companion {
	return movement{s, m, day}
}

type movement struct {
	store *Store
	Movement
	day func(time.Time) int32
}

// Table is the checked documents' table.
func (m movement) Table() ledger.Table { return m.store.checked }

// Key is the document.
func (m movement) Key() id.ID { return m.Document }

// Check asks the rule.
func (m movement) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	d, ok := row.(*checkedRow)
	if !ok || d.wallets != int64(m.Wallets) {
		return nil, fault.New(fault.Conflict)
	}
	if m.Rule == nil {
		return nil, nil
	}
	return nil, m.Rule(ledger.Account{Class: m.Class, Turnover: m.counted(d, at)})
}

// Finish counts the movement if the plan was accepted.
func (m movement) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *row.(*checkedRow)
	next.moved = m.counted(&next, o.At)
	return &next
}

func (m movement) counted(d *checkedRow, at time.Time) ledger.Turnover {
	t := d.moved.On(m.day(at))
	t.OutDay, t.OutMonth = t.OutDay+m.Out, t.OutMonth+m.Out
	t.InDay, t.InMonth = t.InDay+m.In, t.InMonth+m.In
	return t
}

// MovedBack returns the companion that takes off a document's turnover what was undone of a movement of that day (yyyymmdd), where it still
// is. It refuses nothing.
func (s *Store) MovedBack(m Movement, day int32) ledger.Companion { return movedBack{s, m, day} }

type movedBack struct {
	store *Store
	Movement
	day int32
}

// Table is the checked documents' table.
func (m movedBack) Table() ledger.Table { return m.store.checked }

// Key is the document.
func (m movedBack) Key() id.ID { return m.Document }

// Check never refuses.
func (movedBack) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish takes it off if the plan was accepted.
func (m movedBack) Finish(row any, o *ledger.Outcome) any {
	was, ok := row.(*checkedRow)
	if !o.Accepted || !ok {
		return nil
	}
	next := *was
	t := &next.moved
	if t.Day == m.day {
		t.OutDay, t.InDay = max(0, t.OutDay-m.Out), max(0, t.InDay-m.In)
	}
	if t.Month == m.day/100 {
		t.OutMonth, t.InMonth = max(0, t.OutMonth-m.Out), max(0, t.InMonth-m.In)
	}
	return &next
}

// checkedTable is the documents that somebody has checked.
type checkedTable struct{ _ byte } // as customerTable

// Name is the table's name.
func (*checkedTable) Name() string { return "verified_documents" }

// Load reads documents.
func (*checkedTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, `SELECT document, wallets, day, month, out_day, in_day, out_month, in_month
		FROM verified_documents WHERE document IN`, values, func(rows *sql.Rows) error {
		var document []byte
		var d checkedRow
		m := &d.moved
		err := rows.Scan(&document, &d.wallets, &m.Day, &m.Month, &m.OutDay, &m.InDay, &m.OutMonth, &m.InMonth)
		if err != nil {
			return err
		}
		d.key, err = id.FromBytes(document)
		found[d.key] = &d
		return err
	})
	return found, err
}

var (
	checkedKey = []string{"document"}
	checkedSet = []string{"wallets", "day", "month", "out_day", "in_day", "out_month", "in_month"}
)

// Write inserts or replaces documents.
func (*checkedTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 8
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		row := r.(*checkedRow)
		m := row.moved
		args = append(args, row.key, row.wallets, int64(m.Day), int64(m.Month), m.OutDay, m.InDay, m.OutMonth, m.InMonth)
	}
	return db.InsertMany(`INSERT INTO verified_documents (document, wallets, day, month, out_day, in_day, out_month, in_month) VALUES `,
		columns, args, d.Upsert(checkedKey, checkedSet))
}
