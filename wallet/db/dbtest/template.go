package dbtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"senti/wallet/db"
)

// A migrated SQLite file is made by copying one that was migrated once in this process: the migrations are many, and each is a
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

// migrate makes the tables of an empty database.
func migrate(dsn string) error {
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		return err
	}
	_, err = db.Migrate(context.Background(), d)
	return errors.Join(err, d.Close())
}

// copyTemplate makes a new SQLite file as one that was migrated.
func copyTemplate(dsn string) error {
	content, err := sqliteTemplate()
	if err != nil {
		return err
	}
	return os.WriteFile(strings.TrimPrefix(dsn, "sqlite:"), content, 0o600)
}
