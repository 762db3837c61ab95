package network

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

// table is one table of the network as the ledger commits it. A row image is a *T that nobody alters.
type table[T any] struct {
	name    string
	key     string // the column the ledger keys it by, the first of columns
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
	query := `SELECT ` + strings.Join(t.columns, ", ") + ` FROM ` + t.name + ` WHERE ` + t.key + ` IN`
	return found, q.EachIn(ctx, query, args, func(rows *sql.Rows) error {
		row := new(T)
		err := rows.Scan(t.fields(row)...)
		found[t.keyOf(row)] = row
		return err
	})
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

// columnsOf writes the columns with their table's alias, for a join.
func columnsOf(alias string, columns []string) string {
	return alias + "." + strings.Join(columns, ", "+alias+".")
}

// moment scans a column of UTC microseconds; 0 and NULL are the zero time.
type moment struct{ t *time.Time }

// Scan is for database/sql.
func (m moment) Scan(value any) error {
	switch us := value.(type) {
	case nil:
	case int64:
		*m.t = fromMicros(us)
	default:
		return fmt.Errorf("network: a time is a %T", value)
	}
	return nil
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
