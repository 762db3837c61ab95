package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// ErrCommitUnknown says that COMMIT was sent and no answer came: the transaction is wholly there or wholly absent, and only
// a look at the rows tells which. Never repeat such a transaction blindly.
var ErrCommitUnknown = errors.New("db: commit sent, outcome unknown")

const (
	maxTries  = 6
	leastWait = 5 * time.Millisecond
	mostWait  = 50 * time.Millisecond
)

// Transact runs fn in a write transaction and commits it, or rolls back when fn fails. On the MySQL family it is READ
// COMMITTED; on SQLite it holds the write lock from its beginning. A deadlock, a lock timeout or a connection lost before
// COMMIT runs fn again, at most five times, so fn must have no effect but through tx. Inside a transaction fn runs in that.
func (d *DB) Transact(ctx context.Context, fn func(tx *DB) error) error {
	if d.tx != nil {
		return fn(d)
	}
	for try := 1; ; try++ {
		err := d.TransactOnce(ctx, fn)
		if err == nil || try == maxTries || !d.mayRepeat(err) {
			return err
		}
		if wait(ctx, jitter()) != nil {
			return err
		}
	}
}

func (d *DB) mayRepeat(err error) bool {
	if errors.Is(err, ErrCommitUnknown) {
		return false
	}
	return d.dialect.IsRetryable(err) || d.dialect.IsConnLost(err)
}

// TransactOnce is Transact without the repetition. An error for which errors.Is(err, ErrCommitUnknown) holds means that the
// transaction may have been committed; any other error means that it was not.
func (d *DB) TransactOnce(ctx context.Context, fn func(tx *DB) error) error {
	if d.tx != nil {
		return fn(d)
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("db: begin: %w", err)
	}
	// After a commit this does nothing. Otherwise its error adds nothing: a connection that cannot roll back is thrown away,
	// which rolls back too.
	defer func() { _ = tx.Rollback() }()
	if err := fn(&DB{dialect: d.dialect, tx: tx}); err != nil {
		return err
	}
	// The transaction ends itself when its context does, so from here it can only be cut by the network.
	err = tx.Commit()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil:
		return fmt.Errorf("db: commit: %w", errors.Join(ctx.Err(), err)) // the context ended, and database/sql had rolled back already
	case errors.Is(err, sql.ErrTxDone), ctx.Err() != nil && errors.Is(err, ctx.Err()), d.dialect.IsRetryable(err):
		return fmt.Errorf("db: commit: %w", err) // it was rolled back instead
	}
	return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
}

// Snapshot runs fn on one unchanging view of the database; fn must not write. Writers go on meanwhile.
func (d *DB) Snapshot(ctx context.Context, fn func(view *DB) error) error {
	if d.tx != nil {
		return fn(d)
	}
	tx, err := d.read.BeginTx(ctx, d.dialect.snapshot)
	if err != nil {
		return fmt.Errorf("db: begin snapshot: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return fn(&DB{dialect: d.dialect, tx: tx})
}

// jitter spreads the next tries of transactions that got into each other's way.
func jitter() time.Duration {
	var b [1]byte
	_, _ = rand.Read(b[:]) // never fails; the program ends if the system has no randomness
	return leastWait + (mostWait-leastWait)*time.Duration(b[0])/255
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
