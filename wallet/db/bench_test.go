package db_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

// BenchmarkInsertMany writes 500 rows of 8 columns, as the ledger's committer does, in one transaction.
func BenchmarkInsertMany(b *testing.B) {
	for _, base := range []string{"mysql", "sqlite"} {
		for _, rows := range []int{1, 100, 500, 2000} {
			b.Run(fmt.Sprintf("%s/%d", base, rows), func(b *testing.B) { benchInsert(b, base, rows) })
		}
	}
}

func benchInsert(b *testing.B, base string, rows int) {
	ctx := context.Background()
	d := dbtest.SQLite
	if base == "mysql" {
		d = dbtest.MariaDB
	}
	w, release, err := d(b).Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer release()
	t := w.Dialect().Types()
	if _, err := w.Exec(ctx, "CREATE TABLE bench (seq "+t.Int+" NOT NULL PRIMARY KEY, id "+t.ID+" NOT NULL, a "+t.Int+" NOT NULL, b "+
		t.Int+" NOT NULL, c "+t.Int+" NOT NULL, d "+t.Small+" NOT NULL, e "+t.Ascii(40)+" NOT NULL, f "+t.Hash+" NOT NULL) "+t.Engine); err != nil {
		b.Fatal(err)
	}
	args := make([]any, 0, rows*8)
	var hash [32]byte
	_, _ = rand.Read(hash[:])
	seq := int64(0)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		args = args[:0]
		for range rows {
			seq++
			args = append(args, seq, hash[:16], seq*7, seq*5, seq*3, int64(3), "ke-2025.1/ke-2024.2", hash[:])
		}
		err := w.Transact(ctx, func(tx *db.DB) error {
			return tx.Run(ctx, db.InsertMany("INSERT INTO bench (seq, id, a, b, c, d, e, f) VALUES ", 8, args, ""))
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N*rows)/b.Elapsed().Seconds(), "rows/s")
}
