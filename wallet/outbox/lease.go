package outbox

import (
	"context"
	"fmt"
	"time"

	"senti/wallet/id"
)

// leaseTerm is how long a worker that died keeps others from sending.
const leaseTerm = 15 * time.Second

// lease is the right to send, one row won by compare-and-set: of all processes one sends. That spares every message the
// write of a claim. A worker that outlives its lease (a machine that was asleep) sends some messages twice, which is allowed.
type lease struct {
	*Store
	holder id.ID
	held   bool      // as of the last call of hold
	until  time.Time // of what we hold, by our own clock
}

// hold takes or prolongs the lease; held tells whether we have it.
func (l *lease) hold(ctx context.Context) error {
	now := l.clock.Now()
	if l.held && now.Before(l.until.Add(-leaseTerm/2)) {
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
	l.held, l.until = n == 1, until
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

// release lets another process go on at once.
func (l *lease) release(ctx context.Context) error {
	_, err := l.db.Exec(ctx, `UPDATE message_lease SET until = 0 WHERE id = 1 AND holder = ?`, l.holder)
	return err
}
