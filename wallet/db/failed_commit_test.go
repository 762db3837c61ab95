package db_test

import (
	"context"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

// A COMMIT that SQLite refuses leaves its transaction open; the driver ends it. Were it not so, the next user of the one write
// connection would be inside a transaction that can never be committed.
func TestFailedCommitEndsTheTransaction(t *testing.T) {
	ctx := context.Background()
	d := dbtest.SQLite(t)
	for _, q := range []string{
		`PRAGMA foreign_keys = ON`, // of this one write connection: only to make a COMMIT fail
		`CREATE TABLE shop (id INTEGER PRIMARY KEY)`,
		`CREATE TABLE till (id INTEGER PRIMARY KEY, shop INTEGER REFERENCES shop (id) DEFERRABLE INITIALLY DEFERRED)`,
	} {
		if _, err := d.Exec(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	open := func(shop int64) error {
		return d.TransactOnce(ctx, func(tx *db.DB) error {
			_, err := tx.Exec(ctx, `INSERT INTO till (id, shop) VALUES (?, ?)`, shop, shop)
			return err
		})
	}
	if err := open(7); err == nil {
		t.Fatal("a till of no shop was committed")
	}
	if _, err := d.Exec(ctx, `INSERT INTO shop (id) VALUES (?)`, int64(8)); err != nil {
		t.Fatalf("after a failed COMMIT: %v", err)
	}
	if err := open(8); err != nil {
		t.Fatalf("the next transaction: %v", err)
	}
	var tills int64
	if err := d.QueryRow(ctx, `SELECT COUNT(*) FROM till`).Scan(&tills); err != nil || tills != 1 {
		t.Errorf("%d tills (%v), want the one that was committed", tills, err)
	}
}
