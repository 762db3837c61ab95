package voucher

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

const depositLife = 5 * time.Minute

// deposit draws a deposit code for a customer.
func (b *booth) deposit(customer int64) Deposit {
	b.t.Helper()
	d, err := b.NewDeposit(ctx, b.ledger, Deposit{Customer: customer, Phone: "+254712000001", ExpiresAt: b.clock.Now().Add(depositLife)}, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return d
}

func TestADepositCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		var told string
		made, err := b.NewDeposit(ctx, b.ledger, Deposit{Customer: 1000, Phone: "+254712000001", ExpiresAt: noon.Add(depositLife)},
			func(c Code) []ledger.Companion { told = c.Show(); return nil })
		if err != nil || len(made.Code.Show()) != 4 || told != made.Code.Show() || !made.MadeAt.Equal(noon) {
			t.Fatalf("%+v, told %q, %v", made, told, err)
		}
		if got, err := b.Deposit(ctx, typed(t, told), noon); err != nil || got != made {
			t.Errorf("read %+v, %v\nwant %+v", got, err, made)
		}
		if got, err := b.DepositOf(ctx, 1000, noon); err != nil || got != made {
			t.Errorf("the customer's: %+v, %v", got, err)
		}
		if _, err := b.DepositOf(ctx, 1001, noon); !isCode(err, fault.CodeUnknown) {
			t.Errorf("another's: %v", err)
		}
		if _, err := b.Deposit(ctx, another(made.Code, 0), noon); !isCode(err, fault.CodeUnknown) {
			t.Errorf("another code: %v", err)
		}
		by := ids.New()
		b.wants("used for another", b.commit(b.UseDeposit(made.Code, 1001, by)), "code_gone")
		b.wants("used", b.commit(b.UseDeposit(made.Code, 1000, by)), "")
		b.wants("used again", b.commit(b.UseDeposit(made.Code, 1000, by)), "code_gone")
		if _, err := b.Deposit(ctx, made.Code, noon); !isCode(err, fault.CodeUnknown) {
			t.Errorf("read after use: %v", err)
		}

		late := b.deposit(1000)
		b.clock.Set(late.ExpiresAt.Add(-time.Microsecond))
		if _, err := b.Deposit(ctx, late.Code, b.clock.Now()); err != nil {
			t.Errorf("in the last microsecond: %v", err)
		}
		b.clock.Set(late.ExpiresAt)
		if _, err := b.Deposit(ctx, late.Code, b.clock.Now()); !isCode(err, fault.CodeUnknown) {
			t.Errorf("too late: %v", err)
		}
		b.wants("used too late", b.commit(b.UseDeposit(late.Code, 1000, by)), "code_gone")
	})
}

// fill writes live codes of a length, the first n of them or all.
func (b *booth) fill(d *db.DB, digits, n int, until time.Time) {
	b.t.Helper()
	var rows []any
	for i := range n {
		rows = append(rows, &Deposit{Code: Code{fmt.Sprintf("%0*d", digits, i)}, Customer: 5000, Phone: "+254712000005",
			MadeAt: noon, ExpiresAt: until})
	}
	if err := d.Transact(ctx, func(tx *db.DB) error { return tx.Run(ctx, b.deposits.Write(d.Dialect(), rows)) }); err != nil {
		b.t.Fatal(err)
	}
}

// TestBusyDepositCodesGrow fills a tenth of the codes of four digits, then of five; when they are used or too old the codes
// are short again.
func TestBusyDepositCodesGrow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		length := func(want int) {
			t.Helper()
			b.clock.Advance(busyFor) // a count is believed no longer
			if got := b.deposit(1000); len(got.Code.Show()) != want {
				t.Errorf("%d digits, want %d", len(got.Code.Show()), want)
			}
		}
		until := noon.Add(time.Hour)
		b.fill(d, 4, 999, until)
		length(4)
		length(5)
		b.fill(d, 5, 10_000, until)
		length(6)
		b.clock.Set(until)
		length(4)
	})
}

// TestManyDrawWithinOneCount draws more codes than a count allows for before it is made anew.
func TestManyDrawWithinOneCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		b.fill(d, 4, 960, noon.Add(time.Hour))
		var mu sync.Mutex
		lengths, seen := map[int]int{}, map[Code]bool{}
		var wg sync.WaitGroup
		for n := range int64(8) {
			wg.Go(func() {
				for range 10 {
					c := b.deposit(1000 + n).Code
					mu.Lock()
					lengths[len(c.Show())]++
					if seen[c] {
						t.Errorf("%s was given to two", c.Show())
					}
					seen[c] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if lengths[4] < 40 || lengths[4] > 47 || lengths[4]+lengths[5] != 80 {
			t.Errorf("lengths %v, want 40 of four digits, or as many more as draw at once", lengths)
		}
	})
}

// TestNoFreeCode stands before codes that are all taken, though nobody counted them: longer ones are drawn, and nobody's is
// given away.
func TestNoFreeCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooth(t, d)
		b.deposit(1000) // counts
		b.fill(d, 4, 10_000, noon.Add(time.Hour))
		if got := b.deposit(1001); len(got.Code.Show()) != 5 {
			t.Errorf("%d digits, want 5", len(got.Code.Show()))
		}
		if got, err := b.Deposit(ctx, Code{"0042"}, noon); err != nil || got.Customer != 5000 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestTwoTillsUseOneDepositCode lets two tills at two processes use one code, and draws codes at both meanwhile.
func TestTwoTillsUseOneDepositCode(t *testing.T) {
	eachPair(t, func(t *testing.T, a, b *booth) {
		for range 20 {
			made := a.deposit(1000)
			var said [2]string
			both(func() { said[0] = a.commit(a.UseDeposit(made.Code, 1000, ids.New())); a.deposit(1001) },
				func() { said[1] = b.commit(b.UseDeposit(made.Code, 1000, ids.New())); b.deposit(1002) })
			if (said[0] == "") == (said[1] == "") || said[0]+said[1] != "code_gone" {
				t.Fatalf("%q", said)
			}
		}
	})
}
