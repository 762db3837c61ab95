package deal

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/ledger"
)

// BenchmarkCounter commits the rows of deals without their money, among 100,000 customers and 1,000 tills: what a deal and its
// customer's day add to a posting.
func BenchmarkCounter(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) *db.DB
	}{{"sqlite", dbtest.SQLite}, {"mysql", dbtest.MariaDB}} {
		for _, what := range []string{"bare", "deal", "deal-and-day"} {
			b.Run(fmt.Sprintf("%s/%s", engine.name, what), func(b *testing.B) { benchmarkCounter(b, engine.open(b), what) })
		}
	}
}

func benchmarkCounter(b *testing.B, d *db.DB, what string) {
	const clients = 512
	c := newCounter(b, d)
	b.ResetTimer()
	var n atomic.Int64
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
				deal := someDeal(ledger.CashOut, Done, 1000)
				deal.Till, deal.Customer = i*7919%1000, 1000+i*7919%100_000
				p := &ledger.Plan{ID: deal.ID, Kind: ledger.Register}
				if what != "bare" {
					p.Companions = append(p.Companions, c.Add(deal))
				}
				if what == "deal-and-day" {
					p.Companions = append(p.Companions, c.Counted(Count{Customer: deal.Customer, Out: deal.Amount}))
				}
				c.must(p)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deals/s")
}
