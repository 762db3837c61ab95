package db

import (
	"context"
	"errors"
	"fmt"

	"senti/wallet/clock"
)

// lease is the right to migrate, held through one row that is won by compare-and-set.
type lease struct {
	db     *DB
	clock  clock.Clock
	holder string
}

// take waits until the lease is free or its holder is overdue.
func (l lease) take(ctx context.Context) error {
	for {
		won, err := l.set(ctx, `UPDATE schema_lease SET holder = ?, until = ? WHERE number = 1 AND until <= ?`,
			l.holder, l.until(), l.clock.Now().UnixMicro())
		if err != nil || won {
			return err
		}
		if err := wait(ctx, leasePoll); err != nil {
			return fmt.Errorf("db: another process is migrating: %w", err)
		}
	}
}

// renew prolongs the lease, and fails if somebody else took it because we were too slow.
func (l lease) renew(ctx context.Context) error {
	kept, err := l.set(ctx, `UPDATE schema_lease SET until = ? WHERE number = 1 AND holder = ?`, l.until(), l.holder)
	if err == nil && !kept {
		err = errors.New("db: lost the migration lease to another process; run it again")
	}
	return err
}

// release lets the next one in at once.
func (l lease) release(ctx context.Context) error {
	_, err := l.set(ctx, `UPDATE schema_lease SET until = 0 WHERE number = 1 AND holder = ?`, l.holder)
	return err
}

func (l lease) until() int64 { return l.clock.Now().Add(leaseTerm).UnixMicro() }

func (l lease) set(ctx context.Context, query string, args ...any) (bool, error) {
	var affected int64
	err := l.db.Transact(ctx, func(tx *DB) (err error) {
		affected, err = tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("db: migration lease: %w", err)
	}
	return affected == 1, nil
}
