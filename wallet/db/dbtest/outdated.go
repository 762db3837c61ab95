package dbtest

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"time"

	"senti/wallet/clock"
)

// outdatedAfter is for how long the databases of a schema are kept that no test used: of another branch, perhaps.
const outdatedAfter = 24 * time.Hour

// dropOutdated removes the lent databases of other schemas that nobody has used for long.
func (a *adminConn) dropOutdated(ctx context.Context, ours string) error {
	bySchema := map[string][]string{}
	err := a.db.Each(ctx, "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE ?",
		[]any{strings.ReplaceAll(poolPrefix, "_", `\_`) + "%"}, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			schema, _, _ := strings.Cut(strings.TrimPrefix(name, poolPrefix), "_")
			bySchema[poolPrefix+schema] = append(bySchema[poolPrefix+schema], name)
			return err
		})
	if err != nil {
		return err
	}
	now := clock.System{}.Now()
	for template, names := range bySchema {
		used, err := os.Stat(a.lockOf(template))
		if template == ours || err == nil && now.Sub(used.ModTime()) < outdatedAfter {
			continue
		}
		unlock, err := tryLock(a.lockOf(template))
		if err != nil {
			return err
		}
		if unlock == nil { // a process works with it
			continue
		}
		for _, name := range names {
			if _, err := a.db.Exec(ctx, "DROP DATABASE IF EXISTS "+name); err != nil {
				unlock()
				return err
			}
		}
		unlock()
	}
	return nil
}
