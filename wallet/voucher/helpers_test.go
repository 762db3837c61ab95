package voucher

import (
	"context"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

var (
	ctx  = context.Background()
	ids  id.Random
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

// booth is a store with a ledger to commit through.
type booth struct {
	*Store
	t      testing.TB
	ledger *ledger.Ledger
	clock  *clock.Fake
}

func newBooth(t testing.TB, d *db.DB) *booth {
	t.Helper()
	return join(t, d, clock.NewFake(noon))
}

// join opens another ledger of the same database.
func join(t testing.TB, d *db.DB, c *clock.Fake) *booth {
	t.Helper()
	l, err := ledger.Open(ctx, ledger.Options{DB: d, Clock: c, IDs: ids, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &booth{NewStore(d, key.Demo(), c), t, l, c}
}

// eachPair runs fn on both databases with two booths of two processes.
func eachPair(t *testing.T, fn func(t *testing.T, a, b *booth)) {
	t.Helper()
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		var handles [2]*db.DB
		for i := range handles {
			d, err := db.Open(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			handles[i] = d
		}
		if _, err := db.Migrate(ctx, handles[0]); err != nil {
			t.Fatal(err)
		}
		a := newBooth(t, handles[0])
		fn(t, a, join(t, handles[1], a.clock))
	})
}

// commit commits companions that move nothing, and returns what the person hears: "" or the fault.
func (b *booth) commit(companions ...ledger.Companion) string {
	_, err := b.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	return heard(err)
}

func heard(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// made makes a code and returns it with its slip.
func (b *booth) made(slip Slip, word string) (Code, Slip) {
	b.t.Helper()
	code, c, err := b.New(slip, word)
	if err != nil {
		b.t.Fatal(err)
	}
	if said := b.commit(c); said != "" {
		b.t.Fatalf("made: %s", said)
	}
	return code, b.slip(slip.ID)
}

func (b *booth) slip(which id.ID) Slip {
	b.t.Helper()
	s, err := b.Slip(ctx, which)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// try proves a code for slips, and returns the slip and what the person hears.
func (b *booth) try(typed Code, word string, slips ...Slip) (Slip, string) {
	proven, companions, err := b.Prove(slips, typed, word)
	if err != nil {
		return Slip{}, heard(err)
	}
	said := b.commit(companions...)
	if said != "" {
		proven = Slip{}
	}
	return proven, said
}

func (b *booth) wants(what, got, want string) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// another is a code that is not c: the n-th such.
func another(c Code, n int) Code {
	d := []byte(c.digits)
	d[n%len(d)] = '0' + (d[n%len(d)]-'0'+1+byte(n/len(d)))%10
	return Code{string(d)}
}

func cashSlip(b *booth) Slip {
	return Slip{ID: CashOf(1000), From: ids.New(), Kind: Cash, Owner: 1000, Record: ids.New(), Amount: 2000, Fee: 29, Tax: 4,
		ExpiresAt: b.clock.Now().Add(10 * time.Minute)}
}

func voucherSlip(b *booth) Slip {
	return Slip{ID: ids.New(), Kind: Voucher, Owner: 1000, Phone: "+254712000009", Amount: 700, Fee: 35, Tax: 5,
		ExpiresAt: b.clock.Now().Add(7 * 24 * time.Hour)}
}

// both does two things at the same moment.
func both(one, other func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, do := range []func(){one, other} {
		wg.Go(func() { <-start; do() })
	}
	close(start)
	wg.Wait()
}

func typed(t testing.TB, text string) Code {
	t.Helper()
	c, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func isCode(err error, code fault.Code) bool { return fault.HasCode(err, code) }
