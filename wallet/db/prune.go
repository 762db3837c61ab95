package db

import (
	"context"
	"database/sql"
	"fmt"
)

// Prune deletes at most limit rows of a table, those that the rest of the query finds first ("WHERE ended_at < ? ORDER BY
// ended_at"), in one transaction, and returns how many. The key is the column that names a row. It is for rows that are over:
// nothing may bring one of them back meanwhile.
func Prune(ctx context.Context, d *DB, table, key, rest string, args []any, limit int) (int, error) {
	var keys []any
	query := `SELECT ` + key + ` FROM ` + table + ` ` + rest + ` LIMIT ?`
	err := d.Each(ctx, query, append(args[:len(args):len(args)], int64(limit)), func(rows *sql.Rows) error {
		var name []byte
		err := rows.Scan(&name)
		keys = append(keys, name)
		return err
	})
	if err == nil && len(keys) > 0 {
		err = d.Transact(ctx, func(tx *DB) error {
			for _, list := range Lists(keys) {
				if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE `+key+` IN (`+Marks(len(list))+`)`, list...); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return 0, fmt.Errorf("db: prune %s: %w", table, err)
	}
	return len(keys), nil
}
