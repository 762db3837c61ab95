package dbtest_test

import (
	"context"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	for range 2 {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			if _, err := d.Exec(context.Background(), "CREATE TABLE mine (a INT)"); err != nil {
				t.Fatal(err) // it would exist if the databases were shared
			}
			if err := db.CheckSchema(context.Background(), d); err != nil {
				t.Error(err)
			}
			if err := d.CheckDurable(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
}
