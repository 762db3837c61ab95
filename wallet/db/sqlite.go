package db

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"

	"modernc.org/sqlite"
)

// Result codes of SQLite, from https://www.sqlite.org/rescode.html; the low byte is the primary code.
const (
	sqliteError            = 1
	sqliteBusyCode         = 5
	sqliteLockedCode       = 6
	sqliteBusySnapshot     = 517
	sqliteConstraintPK     = 1555
	sqliteConstraintUnique = 2067
	sqliteConstraintRowID  = 2579
)

var (
	sqliteDuplicate = []int{sqliteConstraintPK, sqliteConstraintUnique, sqliteConstraintRowID}
	sqliteBusy      = []int{sqliteBusyCode, sqliteLockedCode, sqliteBusySnapshot}
)

// sqlitePragmas are set on every connection, in this order: busy_timeout first, so that the others can wait for a lock.
// A commit is on disk when it returns (synchronous=FULL); Senti's tables have no foreign keys, the ledger proves its own sums.
var sqlitePragmas = []string{
	"busy_timeout(5000)",
	"journal_mode(WAL)",
	"synchronous(FULL)",
	"foreign_keys(OFF)",
	"cache_size(-65536)",        // 64 MiB
	"wal_autocheckpoint(10000)", // 40 MiB of log between two checkpoints, as one stalls the commit that meets it
	"temp_store(MEMORY)",
}

func openSQLite(path string) (*DB, error) {
	if path == "" || strings.Contains(path, ":memory:") {
		return nil, errors.New("db: sqlite needs a file, such as sqlite:/var/lib/senti/senti.db")
	}
	// The driver would create the file readable for everybody.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	write, err := sqlitePool(path, "&_txlock=immediate", 1)
	if err != nil {
		return nil, err
	}
	read, err := sqlitePool(path, "&_pragma=query_only(1)", max(4, runtime.NumCPU()))
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	return &DB{dialect: sqliteDialect, read: read, write: write}, nil
}

func sqlitePool(path, options string, connections int) (*sql.DB, error) {
	uri := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	var query strings.Builder
	for i, p := range sqlitePragmas {
		if i > 0 {
			query.WriteByte('&')
		}
		query.WriteString("_pragma=" + p)
	}
	connector, err := sqlite.NewConnector(uri.String() + "?" + query.String() + options)
	if err != nil {
		return nil, fmt.Errorf("db: sqlite: %w", err)
	}
	pool := sql.OpenDB(preparing{Connector: connector})
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

func sqliteCode(codes []int) func(error) bool {
	return func(err error) bool {
		var e *sqlite.Error
		return errors.As(err, &e) && (slices.Contains(codes, e.Code()) || slices.Contains(codes, e.Code()&0xff))
	}
}

// sqliteIsThere reads the message, because SQLite has one code for every mistake in a statement.
func sqliteIsThere(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) || e.Code() != sqliteError {
		return false
	}
	text := e.Error()
	return strings.Contains(text, "already exists") || strings.Contains(text, "duplicate column name")
}
