// Package dbtest gives every storage test both databases for real: SQLite in a temporary file and a private MariaDB.
//
// The MariaDB is one per machine and user, durable like production, started on demand and left running; a test gets a
// database of its own on it. Nothing is faked and nothing is skipped: without MariaDB the test fails and says how to install
// it. The package also starts servers of their own for tests that kill them. It is not for production code.
package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"senti/wallet/db"
)

// Each runs fn as sub-tests "sqlite" and "mysql", each with a migrated database that no other test sees.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("mysql", func(t *testing.T) { fn(t, MariaDB(t)) })
}

// EachDSN is Each for what is not yet open or migrated: fn gets the DSN of an empty database.
func EachDSN(t *testing.T, fn func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, sqliteDSN(t)) })
	t.Run("mysql", func(t *testing.T) { fn(t, EmptyDSN(t)) })
}

// SQLite returns a migrated SQLite database in a temporary file.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	dsn := sqliteDSN(t)
	if err := copyTemplate(dsn); err != nil {
		t.Fatal(err)
	}
	return open(t, dsn)
}

// MariaDB returns a migrated MariaDB database.
func MariaDB(t testing.TB) *db.DB {
	t.Helper()
	return open(t, DSN(t))
}

// EachPair is Each with two handles on the database, as two processes have.
func EachPair(t *testing.T, fn func(t *testing.T, a, b *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		dsn := sqliteDSN(t)
		if err := copyTemplate(dsn); err != nil {
			t.Fatal(err)
		}
		fn(t, open(t, dsn), open(t, dsn))
	})
	t.Run("mysql", func(t *testing.T) {
		one, other := Two(t)
		fn(t, one, other)
	})
}

// Two returns two handles on one migrated MariaDB database, as two processes would have.
func Two(t testing.TB) (a, b *db.DB) {
	t.Helper()
	dsn := DSN(t)
	return open(t, dsn), open(t, dsn)
}

// DSN returns the DSN of a migrated MariaDB database, for tests that start processes.
func DSN(t testing.TB) string {
	t.Helper()
	a, err := admin()
	if err != nil {
		t.Fatal(err)
	}
	name, giveBack, err := a.borrow(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(giveBack)
	return a.server.DSN(name)
}

// OwnMariaDB starts a server that only this test uses and may kill and restart; it and its data go when the test ends.
func OwnMariaDB(t testing.TB) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "senti-own-") //nolint:usetesting // t.TempDir is too long for a socket's path, and closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	server, err := StartMariaDB(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Kill(); err != nil {
			t.Errorf("end the test's MariaDB: %v", err)
		}
	})
	return server
}

func sqliteDSN(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "senti.db") }

func open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return d
}

// admin is this process's connection to the shared server.
var admin = sync.OnceValues(func() (*adminConn, error) {
	server, err := Shared()
	if err != nil {
		return nil, err
	}
	d, err := db.Open(context.Background(), server.DSN("mysql"))
	if err != nil {
		return nil, err
	}
	return &adminConn{server: server, db: d}, dropOrphans(d)
})

type adminConn struct {
	server *Server
	db     *db.DB

	mu   sync.Mutex
	made *template
}

const prefix = "senti_t_"

var counter atomic.Int64

// EmptyDSN returns the DSN of an empty MariaDB database, which is dropped when the test ends.
func EmptyDSN(t testing.TB) string {
	t.Helper()
	a, err := admin()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%s%d_%d", prefix, os.Getpid(), counter.Add(1))
	if _, err := a.db.Exec(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := a.db.Exec(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return a.server.DSN(name)
}

// dropOrphans removes the databases of test processes that died before they could.
func dropOrphans(d *db.DB) error {
	ctx := context.Background()
	rows, err := d.Query(ctx, "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE ?",
		strings.ReplaceAll(prefix, "_", `\_`)+"%")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var orphans []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		owner, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "_")
		if pid, err := strconv.Atoi(owner); err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			orphans = append(orphans, name)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, name := range orphans {
		if _, err := d.Exec(ctx, "DROP DATABASE IF EXISTS "+name); err != nil {
			return err
		}
	}
	return nil
}
