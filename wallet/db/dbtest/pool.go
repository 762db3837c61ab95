package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"senti/wallet/clock"
	"senti/wallet/db"
)

// MariaDB makes and drops tables slowly, each in durable steps, and a schema has many. So the migrated databases of a machine are lent
// to one test after another, of whatever process, and emptied in between. Their names begin with that of the schema, so that programs
// with other tables have others.

const poolPrefix = "senti_p_"

// template is what a migrated database is like when no test was in it yet.
type template struct {
	name   string
	tables map[string]bool // whether migrations wrote rows into it
	shape  string
}

// borrow returns the name of a migrated database that nobody else uses until it is given back.
func (a *adminConn) borrow(ctx context.Context) (name string, giveBack func(), err error) {
	t, err := a.template(ctx)
	if err != nil {
		return "", nil, err
	}
	for n := 1; ; n++ {
		name = fmt.Sprintf("%s_%d", t.name, n)
		unlock, err := tryLock(a.lockOf(name))
		if err != nil {
			return "", nil, err
		}
		if unlock == nil {
			continue
		}
		if err := a.restore(ctx, t, name); err != nil {
			unlock()
			return "", nil, err
		}
		return name, unlock, nil
	}
}

func (a *adminConn) lockOf(name string) string { return filepath.Join(sharedDir(), name+".lock") }

// template returns the template of this program's schema, made by the first process that needs it.
func (a *adminConn) template(ctx context.Context) (*template, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.made != nil {
		return a.made, nil
	}
	schema, err := db.SchemaName()
	if err != nil {
		return nil, err
	}
	t := &template{name: poolPrefix + schema}
	unlock, err := lock(a.lockOf(t.name))
	if err != nil {
		return nil, err
	}
	defer unlock()
	now := clock.System{}.Now()
	if err := os.Chtimes(a.lockOf(t.name), now, now); err != nil {
		return nil, err
	}
	if err := a.dropOutdated(ctx, t.name); err != nil {
		return nil, err
	}
	if _, err := a.db.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+t.name); err != nil {
		return nil, err
	}
	if err := migrate(a.server.DSN(t.name)); err != nil { // also one that broke off
		return nil, err
	}
	if t.tables, err = a.tablesOf(ctx, t.name); err != nil {
		return nil, err
	}
	for table := range t.tables {
		var rows int64
		if err := a.db.QueryRow(ctx, "SELECT COUNT(*) FROM "+t.name+"."+table).Scan(&rows); err != nil {
			return nil, err
		}
		t.tables[table] = rows > 0
	}
	if t.shape, err = a.shapeOf(ctx, t.name); err != nil {
		return nil, err
	}
	a.made = t
	return t, nil
}

// restore makes a database as the template is: emptied if it has the same tables, and anew otherwise.
func (a *adminConn) restore(ctx context.Context, t *template, name string) error {
	shape, err := a.shapeOf(ctx, name)
	if err != nil {
		return err
	}
	if shape != t.shape {
		return a.copy(ctx, t, name)
	}
	for _, table := range slices.Sorted(maps.Keys(t.tables)) {
		if _, err := a.db.Exec(ctx, "DELETE FROM "+name+"."+table); err != nil {
			return fmt.Errorf("dbtest: empty a database: %w", err)
		}
		if err := a.fill(ctx, t, name, table); err != nil {
			return err
		}
	}
	return nil
}

// copy makes a database anew.
func (a *adminConn) copy(ctx context.Context, t *template, name string) error {
	for _, step := range []string{"DROP DATABASE IF EXISTS ", "CREATE DATABASE "} {
		if _, err := a.db.Exec(ctx, step+name); err != nil {
			return err
		}
	}
	for _, table := range slices.Sorted(maps.Keys(t.tables)) {
		if _, err := a.db.Exec(ctx, fmt.Sprintf("CREATE TABLE %s.%s LIKE %s.%[2]s", name, table, t.name)); err != nil {
			return err
		}
		if err := a.fill(ctx, t, name, table); err != nil {
			return err
		}
	}
	return nil
}

// fill writes into a table what the migrations did.
func (a *adminConn) fill(ctx context.Context, t *template, name, table string) error {
	if !t.tables[table] {
		return nil
	}
	_, err := a.db.Exec(ctx, fmt.Sprintf("INSERT INTO %s.%s SELECT * FROM %s.%[2]s", name, table, t.name))
	return err
}

func (a *adminConn) tablesOf(ctx context.Context, name string) (map[string]bool, error) {
	tables := map[string]bool{}
	return tables, a.db.Each(ctx, "SELECT table_name FROM information_schema.tables WHERE table_schema = ?", []any{name}, func(rows *sql.Rows) error {
		var table string
		err := rows.Scan(&table)
		tables[table] = false
		return err
	})
}

// shapeOf is every column and index of a database as text.
func (a *adminConn) shapeOf(ctx context.Context, name string) (string, error) {
	var b strings.Builder
	for _, query := range []string{
		`SELECT CONCAT_WS(' ', table_name, ordinal_position, column_name, column_type, is_nullable) FROM information_schema.columns WHERE table_schema = ? ORDER BY 1`,
		`SELECT CONCAT_WS(' ', table_name, index_name, seq_in_index, column_name, non_unique) FROM information_schema.statistics WHERE table_schema = ? ORDER BY 1`,
	} {
		err := a.db.Each(ctx, query, []any{name}, func(rows *sql.Rows) error {
			var line string
			err := rows.Scan(&line)
			b.WriteString(line + "\n")
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return b.String(), nil
}
