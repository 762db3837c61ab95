package trust

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

// table is one of the package's tables as the ledger commits it. A row image is a *T that nobody alters; the first column is the
// key. There is one value of each for all stores: the ledger keeps one image of a row per table.
type table[T any] struct {
	name    string
	columns []string
	fixed   int                 // how many columns, from the first on, are never updated
	arg     func(key id.ID) any // the key column's value
	keyOf   func(row *T) id.ID
	fields  func(row *T) []any // where the columns are scanned to
	values  func(row *T) []any // what is written to them
}

// Name is the table's name.
func (t *table[T]) Name() string { return t.name }

// Load reads rows by key.
func (t *table[T]) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = t.arg(k)
	}
	found := make(map[id.ID]any, len(keys))
	return found, q.EachIn(ctx, t.selects()+` WHERE `+t.columns[0]+` IN`, args, func(rows *sql.Rows) error {
		row := new(T)
		err := rows.Scan(t.fields(row)...)
		found[t.keyOf(row)] = row
		return err
	})
}

// list reads rows by a condition of fixed text.
func (t *table[T]) list(ctx context.Context, q *db.DB, where string, args ...any) ([]T, error) {
	var found []T
	err := q.Each(ctx, t.selects()+" "+where, args, func(rows *sql.Rows) error {
		var row T
		err := rows.Scan(t.fields(&row)...)
		found = append(found, row)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("trust: read %s: %w", t.name, err)
	}
	return found, nil
}

func (t *table[T]) selects() string {
	return `SELECT ` + strings.Join(t.columns, ", ") + ` FROM ` + t.name
}

// Write inserts or replaces rows.
func (t *table[T]) Write(d *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, len(t.columns)*len(rows))
	for _, r := range rows {
		args = append(args, t.values(r.(*T))...)
	}
	return db.InsertMany(`INSERT INTO `+t.name+` (`+strings.Join(t.columns, ", ")+`) VALUES `, len(t.columns), args,
		d.Upsert(t.columns[:1], t.columns[t.fixed:]))
}

// numbered is the key of a row that is keyed by a number, numberOf its inverse.
func numbered(n int64) id.ID { return id.Number('n', n) }

func numberOf(key id.ID) any { return int64(binary.BigEndian.Uint64(key[8:])) }

func itself(key id.ID) any { return key }

var banks = &table[Bank]{
	name: "trust_banks", columns: []string{"account", "name", "number", "added_at"}, fixed: 1,
	arg: numberOf, keyOf: func(b *Bank) id.ID { return numbered(b.Account) },
	fields: func(b *Bank) []any { return []any{&b.Account, &b.Name, &b.Number, moment{&b.AddedAt}} },
	values: func(b *Bank) []any { return []any{b.Account, b.Name, b.Number, micros(b.AddedAt)} },
}

var payees = &table[Payee]{
	name: "trust_payees", columns: []string{"no", "account", "bank", "number", "holder", "added_at", "dropped_at"}, fixed: 6,
	arg: numberOf, keyOf: func(p *Payee) id.ID { return numbered(p.No) },
	fields: func(p *Payee) []any {
		return []any{&p.No, &p.Account, &p.Bank, &p.Number, &p.Holder, moment{&p.AddedAt}, moment{&p.DroppedAt}}
	},
	values: func(p *Payee) []any {
		return []any{p.No, p.Account, p.Bank, p.Number, p.Holder, micros(p.AddedAt), micros(p.DroppedAt)}
	},
}

var lines = &table[Line]{
	name:    "trust_lines",
	columns: []string{"id", "bank", "seq", "day", "reference", "detail", "amount", "balance", "imported_at", "used", "settled"}, fixed: 9,
	arg: itself, keyOf: func(l *Line) id.ID { return l.ID },
	fields: func(l *Line) []any {
		return []any{idOf{&l.ID}, &l.Bank, &l.Seq, &l.Day, &l.Reference, &l.Detail, &l.Amount, &l.Balance, moment{&l.ImportedAt}, &l.Used, ignored{}}
	},
	values: func(l *Line) []any {
		return []any{l.ID, l.Bank, l.Seq, int64(l.Day), l.Reference, l.Detail, l.Amount, l.Balance, micros(l.ImportedAt), l.Used, l.Left() == 0}
	},
}

var heads = &table[Head]{
	name: "trust_heads", columns: []string{"bank", "seq", "balance", "day"}, fixed: 1,
	arg: numberOf, keyOf: func(h *Head) id.ID { return numbered(h.Bank) },
	fields: func(h *Head) []any { return []any{&h.Bank, &h.Seq, &h.Balance, &h.Day} },
	values: func(h *Head) []any { return []any{h.Bank, h.Seq, h.Balance, int64(h.Day)} },
}

var entries = &table[Entry]{
	name: "trust_entries", columns: []string{"id", "bank", "amount", "at", "posting", "receipt", "payee", "line"}, fixed: 7,
	arg: itself, keyOf: func(e *Entry) id.ID { return e.ID },
	fields: func(e *Entry) []any {
		return []any{idOf{&e.ID}, &e.Bank, &e.Amount, moment{&e.At}, idOf{&e.Posting}, &e.Receipt, &e.Payee, idOf{&e.Line}}
	},
	values: func(e *Entry) []any {
		return []any{e.ID, e.Bank, e.Amount, micros(e.At), e.Posting, e.Receipt, e.Payee, orNull(e.Line)}
	},
}

// alarmRow is what a check found last; short is 0 while nothing is missing.
type alarmRow struct {
	alarm Alarm
	short int64
	since time.Time
}

var alarms = &table[alarmRow]{
	name: "trust_alarms", columns: []string{"id", "short", "since"}, fixed: 1,
	arg: numberOf, keyOf: func(a *alarmRow) id.ID { return numbered(int64(a.alarm)) },
	fields: func(a *alarmRow) []any { return []any{&a.alarm, &a.short, moment{&a.since}} },
	values: func(a *alarmRow) []any { return []any{int64(a.alarm), a.short, micros(a.since)} },
}

// moment scans a column of UTC microseconds; 0 is the zero time.
type moment struct{ t *time.Time }

// Scan is for database/sql.
func (m moment) Scan(value any) error {
	us, ok := value.(int64)
	if !ok {
		return fmt.Errorf("trust: a time is a %T", value)
	}
	*m.t = time.Time{}
	if us != 0 {
		*m.t = time.UnixMicro(us).UTC()
	}
	return nil
}

// idOf scans a column of an ID; NULL is the zero ID.
type idOf struct{ id *id.ID }

// Scan is for database/sql.
func (i idOf) Scan(value any) (err error) {
	switch b := value.(type) {
	case nil:
		*i.id = id.ID{}
	case []byte:
		*i.id, err = id.FromBytes(b)
	default:
		err = fmt.Errorf("trust: an ID is a %T", value)
	}
	return err
}

// orNull writes an ID; the zero ID is NULL.
func orNull(i id.ID) any {
	if i.IsZero() {
		return nil
	}
	return i
}

// ignored scans a column that follows from the others.
type ignored struct{}

// Scan is for database/sql.
func (ignored) Scan(any) error { return nil }

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
