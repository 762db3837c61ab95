package db

import (
	"context"
	"database/sql"
)

// Each runs a SELECT and hands every row to scan. It stops at the first error, and never leaves rows open.
func (d *DB) Each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := d.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err tells what matters
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// EachIn is Each for a SELECT that ends with "IN": it is run over the values in lists as Lists cuts them, so that any number
// of values will do. Without values it does nothing.
func (d *DB) EachIn(ctx context.Context, query string, values []any, scan func(*sql.Rows) error) error {
	for _, list := range Lists(values) {
		if err := d.Each(ctx, query+" ("+Marks(len(list))+")", list, scan); err != nil {
			return err
		}
	}
	return nil
}
