package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"senti/wallet/db"
)

// A migrated database is made by copying one that was migrated once in this process: the migrations are many, and each is a
// durable step of its own. The tests of the migrations themselves, and what begins with an empty database, do not come here.

// sqliteTemplate is the content of a migrated SQLite file.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "senti-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "senti.db")
	if err := migrate("sqlite:" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// mariaTemplate is the name of a migrated MariaDB database, and the tables in it. It goes with the orphans of this process.
var mariaTemplate = sync.OnceValues(func() (*template, error) {
	a, err := admin()
	if err != nil {
		return nil, err
	}
	t := &template{name: fmt.Sprintf("%s%d_0", prefix, os.Getpid())}
	ctx := context.Background()
	if _, err := a.db.Exec(ctx, "CREATE DATABASE "+t.name); err != nil {
		return nil, err
	}
	if err := migrate(a.server.DSN(t.name)); err != nil {
		return nil, err
	}
	return t, a.db.Each(ctx, "SELECT table_name FROM information_schema.tables WHERE table_schema = ? ORDER BY table_name", []any{t.name},
		func(rows *sql.Rows) error {
			var table string
			err := rows.Scan(&table)
			t.tables = append(t.tables, table)
			return err
		})
})

type template struct {
	name   string
	tables []string
}

// migrate makes the tables of an empty database.
func migrate(dsn string) error {
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		return err
	}
	_, err = db.Migrate(context.Background(), d)
	return errors.Join(err, d.Close())
}

// copyTemplate makes an empty database as one that was migrated: its tables, and what the migrations wrote into them.
func copyTemplate(dsn string) error {
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		content, err := sqliteTemplate()
		if err != nil {
			return err
		}
		return os.WriteFile(file, content, 0o600)
	}
	t, err := mariaTemplate()
	if err != nil {
		return err
	}
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		return err
	}
	for _, table := range t.tables {
		for _, step := range []string{"CREATE TABLE %[1]s LIKE %[2]s.%[1]s", "INSERT INTO %[1]s SELECT * FROM %[2]s.%[1]s"} {
			if _, stepErr := d.Exec(context.Background(), fmt.Sprintf(step, table, t.name)); stepErr != nil {
				return errors.Join(stepErr, d.Close())
			}
		}
	}
	return d.Close()
}
