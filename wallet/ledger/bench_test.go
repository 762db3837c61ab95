package ledger_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
)

// BenchmarkSend commits whole sends between 10,000 wallets and then proves the books.
func BenchmarkSend(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) *db.DB
	}{{"sqlite", dbtest.SQLite}, {"mysql", dbtest.MariaDB}} {
		for _, clients := range []int{1, 64, 1024} {
			b.Run(fmt.Sprintf("%s/%d-clients", engine.name, clients), func(b *testing.B) {
				benchmarkSend(b, engine.open(b), clients)
			})
		}
	}
}

func benchmarkSend(b *testing.B, d *db.DB, clients int) {
	l := open(b, d, clock.System{})
	wallets := seed(b, l, 10_000, 1_000_000_00)
	b.ResetTimer()
	var n atomic.Int64
	var wg sync.WaitGroup
	for c := range clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
				k := (int(i)*7919 + c) % len(wallets)
				if _, err := l.Commit(bg, send(wallets[k], wallets[(k+1)%len(wallets)], 1000, 609, 91)); err != nil {
					b.Error(err)
					return
				}
			}
		}()
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
	wantBooksRight(b, d)
}
