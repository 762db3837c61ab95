// Package lease lets one of several processes do what one alone must do: send the messages, lead the jobs.
//
// A lease is one row for each name. It has a holder, an expiry and a fence, and it changes by compare-and-set on all three, so
// that of two who reach for it one wins. The holder renews it; a holder that died is replaced when its term is over, one that
// stops lets go of it at once. The fence is a number that grows with every new holder. A holder may be asleep when its term
// ends and not know it, so its own clock proves nothing: a write that must not come from a former holder is made in one
// transaction with Keep, which asks the row and locks it.
//
// Clocks that disagree may let a lease be taken early or late; there is never more than one whom Keep believes. The package
// does not renew by itself, does not wait, and starts no goroutine.
package lease

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/id"
)

// Lease is one process's hand on the lease of a name.
type Lease struct {
	db     *db.DB
	clock  clock.Clock
	name   string
	term   time.Duration
	holder id.ID

	mu    sync.Mutex
	mine  bool // as of the last time we looked
	fence int64
	until time.Time // of whoever had it when we last looked
}

// New returns a process's hand on a lease: the holder is an ID of its own, the term how long it keeps the lease without
// renewing it. It takes nothing yet.
func New(d *db.DB, c clock.Clock, holder id.ID, name string, term time.Duration) *Lease {
	return &Lease{db: d, clock: c, name: name, term: term, holder: holder}
}

// Hold takes the lease if it is free, and renews it if less than that much is left of our term. It reports whether we have
// it for at least that long from now. It is for one goroutine; all else is for any.
func (l *Lease) Hold(ctx context.Context, least time.Duration) (bool, error) {
	if l.heldFor(least) {
		return true, nil
	}
	r, err := l.read(ctx)
	if err != nil {
		return false, fmt.Errorf("lease: look at %s: %w", l.name, err)
	}
	now := l.clock.Now()
	fence, ours := r.Fence, r.holder == l.holder
	if !ours {
		if now.Before(r.Until) {
			l.note(false, l.Fence(), r.Until)
			return false, nil
		}
		fence++
	}
	until := now.Add(l.term)
	n, err := l.db.Exec(ctx, `UPDATE leases SET holder = ?, fence = ?, until = ? WHERE name = ? AND holder = ? AND fence = ? AND until = ?`,
		l.holder, fence, until.UnixMicro(), l.name, r.holder, r.Fence, r.Until.UnixMicro())
	switch {
	case err != nil:
		return false, fmt.Errorf("lease: take %s: %w", l.name, err)
	case n != 1:
		l.note(false, l.Fence(), now) // somebody was quicker; the next look tells until when
		return false, nil
	}
	l.note(true, fence, until)
	return l.heldFor(least), nil // asking may have taken long
}

func (l *Lease) note(mine bool, fence int64, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mine, l.fence, l.until = mine, fence, until
}

func (l *Lease) heldFor(least time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mine && l.clock.Now().Add(least).Before(l.until)
}

// Held reports whether we have the lease, as far as can be known without asking.
func (l *Lease) Held() bool { return l.heldFor(0) }

// Fence returns the number of our last term; 0 if we never had one.
func (l *Lease) Fence() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fence
}

// Until returns when the term ends of whoever had the lease when we last looked.
func (l *Lease) Until() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.until
}

// Keep reports whether the lease is still ours with that fence, and keeps others from taking it until the transaction ends.
func (l *Lease) Keep(ctx context.Context, tx *db.DB, fence int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE leases SET holder = ? WHERE name = ? AND holder = ? AND fence = ?`,
		l.holder, l.name, l.holder, fence)
	if err != nil {
		return false, fmt.Errorf("lease: keep %s: %w", l.name, err)
	}
	if n != 1 {
		l.lose(fence)
	}
	return n == 1, nil
}

// lose notes that the term with that fence is over, whatever our clock says.
func (l *Lease) lose(fence int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fence == fence {
		l.mine = false
	}
}

// Release lets another process take the lease at once.
func (l *Lease) Release(ctx context.Context) error {
	l.lose(l.Fence())
	_, err := l.db.Exec(ctx, `UPDATE leases SET until = 0 WHERE name = ? AND holder = ?`, l.name, l.holder)
	if err != nil {
		return fmt.Errorf("lease: release %s: %w", l.name, err)
	}
	return nil
}

// Row is a lease as the database has it.
type Row struct {
	Fence  int64 // how many holders there have been
	Until  time.Time
	holder id.ID
}

// Look returns the lease of a name; false if nobody ever held it.
func Look(ctx context.Context, d *db.DB, name string) (Row, bool, error) {
	var r Row
	var holder []byte
	var until int64
	err := d.QueryRow(ctx, `SELECT holder, fence, until FROM leases WHERE name = ?`, name).Scan(&holder, &r.Fence, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return Row{}, false, nil
	}
	if err == nil {
		r.holder, err = id.FromBytes(holder)
	}
	r.Until = time.UnixMicro(until).UTC()
	return r, err == nil, err
}

// read returns the row, which it makes on an empty database; another process may do so at the same time.
func (l *Lease) read(ctx context.Context) (Row, error) {
	r, found, err := Look(ctx, l.db, l.name)
	if err != nil || found {
		return r, err
	}
	_, err = l.db.Exec(ctx, `INSERT INTO leases (name, holder, fence, until) VALUES (?, ?, 0, 0)`, l.name, id.ID{})
	if err != nil && !l.db.Dialect().IsDuplicate(err) {
		return Row{}, err
	}
	r, _, err = Look(ctx, l.db, l.name)
	return r, err
}
