package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
)

var ctx = context.Background()

// exec runs statements that must succeed.
func exec(t *testing.T, d *db.DB, query string, args ...any) int64 {
	t.Helper()
	n, err := d.Exec(ctx, query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// count reads one number.
func count(t *testing.T, d *db.DB, query string, args ...any) (n int64) {
	t.Helper()
	if err := d.QueryRow(ctx, query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// purses makes a table of two rows, 1 and 2, with 100 each.
func purses(t *testing.T, d *db.DB) {
	t.Helper()
	types := d.Dialect().Types()
	exec(t, d, "CREATE TABLE purse (id "+types.Int+" NOT NULL PRIMARY KEY, amount "+types.Int+" NOT NULL) "+types.Engine)
	exec(t, d, "INSERT INTO purse (id, amount) VALUES (1, 100), (2, 100)")
}

func TestOpenRefuses(t *testing.T) {
	cases := []struct{ name, dsn, says string }{
		{"nothing", "", "begins with"},
		{"another database", "postgres://senti:s3cret@host/senti", "begins with"},
		{"sqlite in memory", "sqlite::memory:", "needs a file"},
		{"sqlite in a folder that is not there", "sqlite:/nowhere/senti.db", "no such file"},
		{"mysql without a database", "mysql:senti:s3cret@tcp(127.0.0.1:3306)/", "names no database"},
		{"mysql that cannot be read", "mysql:senti:s3cret@tcp(127.0.0.1:3306)", "not a DSN"},
		{"mysql that does not answer", "mysql:senti:s3cret@tcp(127.0.0.1:1)/senti", "refused"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := db.Open(ctx, c.dsn)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("says %v, want something with %q", err, c.says)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("shows the password: %v", err)
			}
		})
	}
}

func TestSQLiteFileIsPrivateAndMayHaveAnyName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%20e&f.db")
	d, err := db.Open(ctx, "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, d, "CREATE TABLE t (a INTEGER)")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("%s has mode %v and %d bytes", path, info.Mode(), info.Size())
	}
}

func TestAffectedMeansMatched(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		purses(t, d)
		if n := exec(t, d, "UPDATE purse SET amount = 100 WHERE id = 1"); n != 1 {
			t.Errorf("an update to the same value matched %d rows, want 1", n)
		}
		if n := exec(t, d, "UPDATE purse SET amount = 7 WHERE id = 3"); n != 0 {
			t.Errorf("an update of no row matched %d", n)
		}
	})
}

func TestValuesComeBackAsTheyWent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		types := d.Dialect().Types()
		exec(t, d, "CREATE TABLE v (id "+types.ID+" NOT NULL PRIMARY KEY, hash "+types.Hash+" NOT NULL, n "+types.Int+
			" NOT NULL, name "+types.Text(22)+", code "+types.Ascii(10)+") "+types.Engine)
		key, hash := id.ID{1, 2}, [32]byte{9} // both end in zero bytes, which must not be cut
		exec(t, d, "INSERT INTO v (id, hash, n, name, code) VALUES (?, ?, ?, ?, ?)", key, hash, int64(-1<<63), "Wanjikũ é", nil)

		var gotKey, gotHash []byte
		var n int64
		var name string
		var code sql.NullString
		err := d.QueryRow(ctx, "SELECT id, hash, n, name, code FROM v WHERE id = ?", key).Scan(&gotKey, &gotHash, &n, &name, &code)
		if err != nil {
			t.Fatal(err)
		}
		if string(gotKey) != string(key[:]) || string(gotHash) != string(hash[:]) || n != -1<<63 || name != "Wanjikũ é" || code.Valid {
			t.Errorf("got %x %x %d %q %v", gotKey, gotHash, n, name, code)
		}
		if n := count(t, d, "SELECT COUNT(*) FROM v WHERE name = ?", "wanjikũ é"); n != 0 {
			t.Error("texts are compared without regard to case")
		}
	})
}

func TestArgumentsThatHaveNoPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		purses(t, d)
		for _, bad := range []any{1.5, time.Unix(0, 0), []int{1}} {
			if _, err := d.Exec(ctx, "UPDATE purse SET amount = ? WHERE id = 1", bad); err == nil {
				t.Errorf("a %T was taken", bad)
			}
		}
		if n := count(t, d, "SELECT amount FROM purse WHERE id = 1"); n != 100 {
			t.Errorf("the amount is now %d", n)
		}
	})
}

func TestDuplicateIsToldFromOtherErrors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		purses(t, d)
		is := d.Dialect()
		_, err := d.Exec(ctx, "INSERT INTO purse (id, amount) VALUES (1, 5)")
		if !is.IsDuplicate(err) || is.IsRetryable(err) || is.IsConnLost(err) {
			t.Errorf("a taken key: %v", err)
		}
		_, err = d.Exec(ctx, "INSERT INTO purse (id, amount) VALUES (3, NULL)")
		if err == nil || is.IsDuplicate(err) || is.IsRetryable(err) {
			t.Errorf("a missing value: %v", err)
		}
	})
}

func TestMariaDBRefusesWhatDoesNotFit(t *testing.T) {
	d := dbtest.MariaDB(t)
	exec(t, d, "CREATE TABLE small (a VARCHAR(3))")
	if _, err := d.Exec(ctx, "INSERT INTO small (a) VALUES (?)", "four"); err == nil {
		t.Error("a text was cut in silence")
	}
}

func TestMariaDBSession(t *testing.T) {
	d := dbtest.MariaDB(t)
	var isolation, mode string
	err := d.Transact(ctx, func(tx *db.DB) error {
		return tx.QueryRow(ctx, "SELECT @@tx_isolation, @@sql_mode").Scan(&isolation, &mode)
	})
	if err != nil {
		t.Fatal(err)
	}
	if isolation != "READ-COMMITTED" || !strings.Contains(mode, "STRICT_ALL_TABLES") {
		t.Errorf("a write transaction has %s and %s", isolation, mode)
	}
	if n := count(t, d, "SELECT @@innodb_lock_wait_timeout"); n != 5 {
		t.Errorf("a lock is waited for %d s", n)
	}
}

func TestLargeStatementPasses(t *testing.T) {
	d := dbtest.MariaDB(t)
	exec(t, d, "CREATE TABLE large (id BIGINT NOT NULL PRIMARY KEY, body VARBINARY(40000) NOT NULL) ENGINE=InnoDB")
	body := make([]byte, 40_000)
	var args []any
	for i := range 512 { // 20 MB: more than the server's usual limit and more than one packet of the protocol
		args = append(args, int64(i), body)
	}
	stmts := db.InsertMany("INSERT INTO large (id, body) VALUES ", 2, args, "")
	if len(stmts) != 1 {
		t.Fatalf("%d statements, want one", len(stmts))
	}
	if err := d.Run(ctx, stmts); err != nil {
		t.Fatal(err)
	}
	if n := count(t, d, "SELECT COUNT(*) FROM large WHERE LENGTH(body) = 40000"); n != 512 {
		t.Errorf("%d rows arrived", n)
	}
}

func TestStatementsArePreparedOncePerConnection(t *testing.T) {
	d := dbtest.MariaDB(t)
	purses(t, d)
	w, release, err := d.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	prepares := func() (n int64) {
		var name string
		if err := w.QueryRow(ctx, "SHOW SESSION STATUS LIKE 'Com_stmt_prepare'").Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := prepares()
	for range 10 {
		err := w.Transact(ctx, func(tx *db.DB) error {
			return tx.Run(ctx, []db.Stmt{
				{SQL: "UPDATE purse SET amount = amount - ? WHERE id = ?", Args: []any{1, 1}},
				{SQL: "\n\tUPDATE purse\n\tSET\tamount = amount + ?\n\tWHERE id = ?", Args: []any{1, 2}},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := prepares() - before; n != 2 {
		t.Errorf("two texts in ten transactions were prepared %d times", n)
	}
}

func TestMoreTextsThanAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		purses(t, d)
		for i := range db.MaxPrepared + 50 {
			if n := count(t, d, fmt.Sprintf("SELECT amount + %d FROM purse WHERE id = ?", i), 1); n != int64(100+i) {
				t.Fatalf("text %d gave %d", i, n)
			}
		}
	})
}

func TestSameTextWhileItsRowsAreRead(t *testing.T) {
	d := dbtest.SQLite(t) // the MySQL protocol has no second result on one connection
	purses(t, d)
	const all = "SELECT id FROM purse ORDER BY id"
	var seen []int64
	err := d.Snapshot(ctx, func(view *db.DB) error {
		outer, err := view.Query(ctx, all)
		if err != nil {
			return err
		}
		defer func() { _ = outer.Close() }()
		for outer.Next() {
			var id, first int64
			if err := errors.Join(outer.Scan(&id), view.QueryRow(ctx, all).Scan(&first)); err != nil {
				return err
			}
			seen = append(seen, id, first)
		}
		return outer.Err()
	})
	if err != nil || fmt.Sprint(seen) != "[1 1 2 1]" {
		t.Errorf("saw %v, %v", seen, err)
	}
}

func TestConnKeepsToOneConnectionAndReplacesALostOne(t *testing.T) {
	d := dbtest.MariaDB(t)
	w, release, err := d.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	number := func() int64 { return count(t, w, "SELECT CONNECTION_ID()") }
	first := number()
	if second := number(); second != first {
		t.Errorf("connection %d, then %d", first, second)
	}
	exec(t, d, fmt.Sprintf("KILL CONNECTION %d", first))
	err = w.Transact(ctx, func(tx *db.DB) error { _, err := tx.Exec(ctx, "SELECT 1"); return err })
	if err != nil {
		t.Fatalf("after the connection was lost: %v", err)
	}
	if number() == first {
		t.Error("the connection was not lost at all")
	}
}
