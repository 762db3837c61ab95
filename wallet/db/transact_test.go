package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

func TestTransactIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		purses(t, d)
		broken := errors.New("broken")
		err := d.Transact(ctx, func(tx *db.DB) error {
			exec(t, tx, "UPDATE purse SET amount = 0 WHERE id = 1")
			return broken
		})
		if !errors.Is(err, broken) || errors.Is(err, db.ErrCommitUnknown) {
			t.Errorf("returned %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = d.Transact(ctx, func(tx *db.DB) error {
				exec(t, tx, "UPDATE purse SET amount = 0 WHERE id = 2")
				panic("broken")
			})
		}()
		if n := count(t, d, "SELECT SUM(amount) FROM purse"); n != 200 {
			t.Errorf("the purses hold %d", n)
		}
	})
}

func TestTransactInsideATransactionIsPartOfIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		purses(t, d)
		broken := errors.New("broken")
		err := d.Transact(ctx, func(tx *db.DB) error {
			inner := tx.Transact(ctx, func(tx *db.DB) error {
				exec(t, tx, "UPDATE purse SET amount = 0 WHERE id = 1")
				return nil
			})
			return errors.Join(inner, broken)
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if n := count(t, d, "SELECT amount FROM purse WHERE id = 1"); n != 100 {
			t.Errorf("the inner transaction survived: %d", n)
		}
	})
}

func TestTransactEndsWithItsContext(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		purses(t, d)
		ending, cancel := context.WithCancel(ctx)
		err := d.Transact(ending, func(tx *db.DB) error {
			exec(t, tx, "UPDATE purse SET amount = 0 WHERE id = 1")
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) || errors.Is(err, db.ErrCommitUnknown) {
			t.Errorf("returned %v", err)
		}
		if n := count(t, d, "SELECT amount FROM purse WHERE id = 1"); n != 100 {
			t.Errorf("committed all the same: %d", n)
		}
	})
}

func TestDeadlockIsRunAgain(t *testing.T) {
	a, b := dbtest.Two(t)
	purses(t, a)
	// Each locks its first purse and waits for the other to have done so, then wants the other's: one must be rolled back.
	var locked, done sync.WaitGroup
	locked.Add(2)
	tries := [2]int{}
	move := func(d *db.DB, who int, from, to int64) error {
		return d.Transact(ctx, func(tx *db.DB) error {
			tries[who]++
			if _, err := tx.Exec(ctx, "UPDATE purse SET amount = amount - 10 WHERE id = ?", from); err != nil {
				return err
			}
			if tries[who] == 1 {
				locked.Done()
				locked.Wait()
			}
			_, err := tx.Exec(ctx, "UPDATE purse SET amount = amount + 10 WHERE id = ?", to)
			return err
		})
	}
	var errs [2]error
	done.Add(2)
	go func() { defer done.Done(); errs[0] = move(a, 0, 1, 2) }()
	go func() { defer done.Done(); errs[1] = move(b, 1, 2, 1) }()
	done.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	if tries[0]+tries[1] < 3 {
		t.Errorf("there was no deadlock: %v tries", tries)
	}
	if one, two := count(t, a, "SELECT amount FROM purse WHERE id = 1"), count(t, a, "SELECT amount FROM purse WHERE id = 2"); one != 100 || two != 100 {
		t.Errorf("the purses hold %d and %d", one, two)
	}
}

func TestLockTimeoutIsRetryable(t *testing.T) {
	a, b := dbtest.Two(t)
	purses(t, a)
	err := a.Transact(ctx, func(tx *db.DB) error {
		exec(t, tx, "UPDATE purse SET amount = 0 WHERE id = 1")
		_, err := b.Exec(ctx, "SELECT amount FROM purse WHERE id = 1 FOR UPDATE NOWAIT")
		if !b.Dialect().IsRetryable(err) || b.Dialect().IsConnLost(err) {
			return fmt.Errorf("a row locked by another: %w", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSQLiteWritersOfTwoProcessesTakeTurns(t *testing.T) {
	dsn := sqliteWithPurses(t)
	var done sync.WaitGroup
	for range 2 {
		d, err := db.Open(ctx, dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		for range 4 {
			done.Go(func() {
				for range 10 {
					err := d.Transact(ctx, func(tx *db.DB) error {
						var n int64
						if err := tx.QueryRow(ctx, "SELECT amount FROM purse WHERE id = 1").Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, "UPDATE purse SET amount = ? WHERE id = 1", n+1)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	done.Wait()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if n := count(t, d, "SELECT amount FROM purse WHERE id = 1"); n != 180 {
		t.Errorf("eighty additions to 100 gave %d", n)
	}
}

func sqliteWithPurses(t *testing.T) string {
	t.Helper()
	dsn := "sqlite:" + t.TempDir() + "/senti.db"
	d, err := db.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	purses(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return dsn
}

func TestConnectionLostBeforeCommitIsRunAgain(t *testing.T) {
	d, killer := dbtest.Two(t)
	purses(t, d)
	tries := 0
	err := d.Transact(ctx, func(tx *db.DB) error {
		tries++
		if tries == 1 {
			exec(t, killer, fmt.Sprintf("KILL CONNECTION %d", count(t, tx, "SELECT CONNECTION_ID()")))
		}
		_, err := tx.Exec(ctx, "UPDATE purse SET amount = amount + 1 WHERE id = 1")
		return err
	})
	if err != nil || tries != 2 {
		t.Errorf("%d tries, %v", tries, err)
	}
	if n := count(t, d, "SELECT amount FROM purse WHERE id = 1"); n != 101 {
		t.Errorf("the purse holds %d", n)
	}
}

func TestConnectionLostAtCommitIsUnknownAndNotRunAgain(t *testing.T) {
	d, killer := dbtest.Two(t)
	purses(t, d)
	tries := 0
	err := d.Transact(ctx, func(tx *db.DB) error {
		tries++
		exec(t, tx, "UPDATE purse SET amount = amount + 1 WHERE id = 1")
		exec(t, killer, fmt.Sprintf("KILL CONNECTION %d", count(t, tx, "SELECT CONNECTION_ID()")))
		return nil
	})
	if !errors.Is(err, db.ErrCommitUnknown) || !d.Dialect().IsConnLost(err) || tries != 1 {
		t.Errorf("%d tries, %v", tries, err)
	}
}

func TestSnapshotDoesNotMove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		purses(t, d)
		err := d.Snapshot(ctx, func(view *db.DB) error {
			before := count(t, view, "SELECT SUM(amount) FROM purse")
			exec(t, d, "UPDATE purse SET amount = amount + 50 WHERE id = 1") // another connection: the view has its own
			if after := count(t, view, "SELECT SUM(amount) FROM purse"); after != before {
				return fmt.Errorf("first %d, then %d", before, after)
			}
			if _, err := view.Exec(ctx, "UPDATE purse SET amount = 0"); err == nil {
				return errors.New("the view could be written")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if n := count(t, d, "SELECT SUM(amount) FROM purse"); n != 250 {
			t.Errorf("after the snapshot the purses hold %d", n)
		}
	})
}
