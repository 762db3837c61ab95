package outbox

import (
	"context"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

const (
	// pageLimit is how long reading, sending and marking one page may take: a page begins with at least that much of the lease.
	pageLimit = readLimit + sendLimit + lastLimit
	// leaseTerm is how long a worker that died keeps others from sending. Under load it is prolonged every five seconds.
	leaseTerm = pageLimit + 5*time.Second
)

// lease is the right to send, one row won by compare-and-set: of all processes one sends. That spares every message the
// write of a claim. A worker that dies before it could mark a page, or outlives its lease (a machine that was asleep), lets the
// page's messages be sent twice.
type lease struct {
	*Store
	holder id.ID
	held   bool      // as of the last call of hold
	until  time.Time // of what we hold, by our own clock
}

// hold takes the lease, or prolongs it when less is left than a page may take; held tells whether we have it.
func (l *lease) hold(ctx context.Context) error {
	now := l.clock.Now()
	if l.held && now.Before(l.until.Add(-pageLimit)) {
		return nil
	}
	l.held = false
	if err := l.create(ctx); err != nil {
		return fmt.Errorf("outbox: create the lease: %w", err)
	}
	until := now.Add(leaseTerm)
	n, err := l.db.Exec(ctx, `UPDATE message_lease SET holder = ?, until = ? WHERE id = 1 AND (holder = ? OR until < ?)`,
		l.holder, until.UnixMicro(), l.holder, now.UnixMicro())
	if err != nil {
		return fmt.Errorf("outbox: take the lease: %w", err)
	}
	// Asking may have taken long; what is left must still be enough for a page.
	l.held, l.until = n == 1 && l.clock.Now().Before(until.Add(-pageLimit)), until
	return nil
}

// create makes the row on an empty database.
func (l *lease) create(ctx context.Context) error {
	var n int64
	if err := l.db.QueryRow(ctx, `SELECT COUNT(*) FROM message_lease`).Scan(&n); err != nil || n > 0 {
		return err
	}
	_, err := l.db.Exec(ctx, `INSERT INTO message_lease (id, holder, until) VALUES (1, ?, 0)`, l.holder)
	if l.db.Dialect().IsDuplicate(err) {
		return nil // another process was quicker
	}
	return err
}

// keep tells whether the lease is still ours, and keeps others from taking it until the transaction ends.
func (l *lease) keep(ctx context.Context, tx *db.DB) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE message_lease SET holder = ? WHERE id = 1 AND holder = ?`, l.holder, l.holder)
	return n == 1, err
}

// release lets another process go on at once.
func (l *lease) release(ctx context.Context) error {
	_, err := l.db.Exec(ctx, `UPDATE message_lease SET until = 0 WHERE id = 1 AND holder = ?`, l.holder)
	return err
}
