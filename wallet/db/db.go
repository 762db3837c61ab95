// Package db is Senti's one door to a database: SQLite in a file, or the MySQL family over the network, from one SQL text.
//
// A DB is a database or a transaction on it, so a function that takes one need not know which. The package knows how each
// database takes a write lock, tells a duplicate from a deadlock, names a column type and survives a lost connection.
// It does not know any table but its own two (schema_steps, schema_lease), does not build queries, and maps no structs.
//
// Rules for callers: "?" placeholders, columns listed, no NOW(), RETURNING or vendor JSON; arguments are int64, string,
// []byte, id.ID, [32]byte, bool or nil (times are UTC microseconds in an int64). Pass a context that cannot end to work that
// must not be cut in the middle, and bound it by time elsewhere: both drivers start a watcher for one that can.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// DB is a database, or a transaction on one. It is safe for concurrent use unless it is a transaction.
type DB struct {
	dialect     *Dialect
	read, write *sql.DB                 // one and the same on the MySQL family; both nil in a transaction
	tx          *sql.Tx                 // nil outside a transaction
	dedicate    func() (*sql.DB, error) // opens a pool of one connection; nil where write is one already
}

// Stmt is one SQL text with its arguments.
type Stmt struct {
	SQL  string
	Args []any
}

// Open opens "sqlite:PATH", or "mysql:DSN" with the DSN as go-sql-driver/mysql writes it, and proves that it answers.
// Settings that Senti's correctness rests on are forced, whatever the DSN says.
func Open(ctx context.Context, dsn string) (*DB, error) {
	kind, rest, _ := strings.Cut(dsn, ":")
	var d *DB
	var err error
	switch kind {
	case "sqlite":
		d, err = openSQLite(rest)
	case "mysql":
		d, err = openMySQL(rest)
	default:
		// The DSN itself is not shown: a wrong one may still carry a password.
		return nil, errors.New(`db: a DSN begins with "sqlite:" or "mysql:", such as sqlite:/var/lib/senti/senti.db`)
	}
	if err != nil {
		return nil, err
	}
	if err := d.Ping(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("db: open %s database: %w", kind, err), d.Close())
	}
	return d, nil
}

// Close closes the database. It does nothing on a transaction.
func (d *DB) Close() error {
	if d.tx != nil {
		return nil
	}
	if d.read == d.write {
		return d.write.Close()
	}
	// Readers first: the last SQLite connection to go folds the write-ahead log into the file.
	return errors.Join(d.read.Close(), d.write.Close())
}

// Dialect returns how this database differs from the others.
func (d *DB) Dialect() *Dialect { return d.dialect }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	if d.tx != nil {
		return nil
	}
	if err := d.write.PingContext(ctx); err != nil || d.read == d.write {
		return err
	}
	return d.read.PingContext(ctx)
}

// Exec runs one statement and returns how many rows it matched (not: changed), on every database.
func (d *DB) Exec(ctx context.Context, query string, args ...any) (affected int64, err error) {
	var res sql.Result
	if d.tx != nil {
		res, err = d.tx.ExecContext(ctx, query, args...)
	} else {
		res, err = d.write.ExecContext(ctx, query, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query runs a SELECT. Outside a transaction it sees the last commit and never waits for a writer.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if d.tx != nil {
		return d.tx.QueryContext(ctx, query, args...)
	}
	return d.read.QueryContext(ctx, query, args...)
}

// QueryRow runs a SELECT of at most one row; Scan returns sql.ErrNoRows when there is none.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if d.tx != nil {
		return d.tx.QueryRowContext(ctx, query, args...)
	}
	return d.read.QueryRowContext(ctx, query, args...)
}

// Run executes the statements in their order and stops at the first error. Outside a transaction each stands alone.
func (d *DB) Run(ctx context.Context, stmts []Stmt) error {
	for i := range stmts {
		if _, err := d.Exec(ctx, stmts[i].SQL, stmts[i].Args...); err != nil {
			return err
		}
	}
	return nil
}

// Conn returns a DB whose statements and transactions all use one connection that nobody else uses, so that a busy writer
// never waits for readers and prepares its statements once. A lost connection is replaced at the next use. On SQLite, whose
// single write connection all writers of a process share, it is d itself. Call release when done.
func (d *DB) Conn(ctx context.Context) (bound *DB, release func(), err error) {
	if d.tx != nil || d.dedicate == nil {
		return d, func() {}, nil
	}
	pool, err := d.dedicate()
	if err != nil {
		return nil, nil, err
	}
	bound = &DB{dialect: d.dialect, read: pool, write: pool}
	if err := bound.Ping(ctx); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("db: open a connection: %w", err), pool.Close())
	}
	return bound, func() { _ = pool.Close() }, nil // nothing is left on it that closing could lose
}
