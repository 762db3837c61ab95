package ledger_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

var ids id.Random

func open(t testing.TB, d *db.DB) *ledger.Ledger {
	t.Helper()
	zone, err := time.LoadLocation("Africa/Nairobi")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(context.Background(), ledger.Options{DB: d, Clock: clock.System{}, IDs: ids, Zone: zone,
		Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func request(n ...int64) [32]byte {
	var b []byte
	for _, v := range n {
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	return sha256.Sum256(b)
}

func seed(t testing.TB, l *ledger.Ledger, n int) []int64 {
	t.Helper()
	ctx := context.Background()
	open := []ledger.NewAccount{
		{ID: 1, Type: ledger.FeeIncome, Currency: "KES"},
		{ID: 2, Type: ledger.TaxPayable, Currency: "KES"},
		{ID: 10, Type: ledger.Trust, Currency: "KES"},
	}
	if _, err := l.Commit(ctx, &ledger.Plan{ID: ids.New(), Kind: ledger.Register, Open: open}); err != nil {
		t.Fatal(err)
	}
	out := make([]int64, n)
	var wg sync.WaitGroup
	for i := range n {
		num, err := l.Numbers(ctx)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = num
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := l.Commit(ctx, &ledger.Plan{ID: ids.New(), Kind: ledger.Register,
				Open: []ledger.NewAccount{{ID: num, Type: ledger.Wallet, Currency: "KES", Class: 2}}}); err != nil {
				t.Error(err)
			}
			if _, err := l.Commit(ctx, &ledger.Plan{ID: ids.New(), Kind: ledger.Issue, Legs: []ledger.Leg{
				{Account: 10, Amount: -1_000_000_00}, {Account: num, Amount: 1_000_000_00}}}); err != nil {
				t.Error(err)
			}
		}()
		if i%2000 == 1999 {
			wg.Wait()
		}
	}
	wg.Wait()
	return out
}

func send(from, to, amount, fee, tax int64) *ledger.Plan {
	return &ledger.Plan{ID: ids.New(), Kind: ledger.Send, Request: request(from, to, amount), Rules: "ke.tariff@2023-07-01",
		Legs: []ledger.Leg{
			{Account: from, Amount: -(amount + fee + tax), Counted: amount},
			{Account: to, Amount: amount, Counted: amount},
			{Account: 1, Amount: fee}, {Account: 2, Amount: tax},
		}}
}

func BenchmarkSend(b *testing.B) {
	for name, open_ := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "mysql": dbtest.MariaDB} {
		for _, clients := range []int{1, 64, 1024} {
			b.Run(name+"/"+time.Duration(clients).String(), func(b *testing.B) {
				d := open_(b)
				l := open(b, d)
				accounts := seed(b, l, 10_000)
				b.ResetTimer()
				var n atomic.Int64
				var wg sync.WaitGroup
				for c := range clients {
					wg.Add(1)
					go func() {
						defer wg.Done()
						for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
							k := (int(i)*7919 + c) % len(accounts)
							p := send(accounts[k], accounts[(k+1)%len(accounts)], 1000, 609, 91)
							if _, err := l.Commit(context.Background(), p); err != nil {
								b.Error(err)
								return
							}
						}
					}()
				}
				wg.Wait()
				b.StopTimer()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
				zone, _ := time.LoadLocation("Africa/Nairobi")
				r, err := ledger.Verify(context.Background(), d, zone)
				if err != nil || !r.OK() {
					b.Fatal(err, r)
				}
			})
		}
	}
}
