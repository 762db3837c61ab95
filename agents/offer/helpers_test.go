package offer

import (
	"context"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

var (
	ctx  = context.Background()
	ids  id.Random
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

const life = 30 * time.Minute

// counter is a store with a ledger to commit through.
type counter struct {
	*Store
	t      testing.TB
	ledger *ledger.Ledger
	clock  *clock.Fake
}

// join opens a ledger of the database.
func join(t testing.TB, d *db.DB, c *clock.Fake) *counter {
	t.Helper()
	l, err := ledger.Open(ctx, ledger.Options{DB: d, Clock: c, IDs: ids, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &counter{NewStore(d), t, l, c}
}

// commit commits companions that move nothing, and returns what the person hears.
func (c *counter) commit(companions ...ledger.Companion) fault.Code {
	_, err := c.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	return fault.CodeOf(err)
}

// hears asserts what the person hears.
func (c *counter) hears(name string, got, want fault.Code) {
	c.t.Helper()
	if got != want {
		c.t.Errorf("%s: %q, want %q", name, got, want)
	}
}

// asked writes an offer of that kind and returns it as it is kept.
func (c *counter) asked(kind Kind) Offer {
	c.t.Helper()
	o := Offer{ID: ids.New(), Kind: kind, Asker: 71, Till: 70, Amount: 5_000_00, ExpiresAt: c.clock.Now().Add(life)}
	if kind == Cash {
		o.Asker, o.Customer, o.Phone, o.Name, o.Fee, o.Tax = 0, 1001, "+254712000001", "JOHN K.", 69_00, 9_00
	}
	c.hears("asked", c.commit(c.Ask(o)...), "")
	return c.get(o.ID)
}

func (c *counter) get(offer id.ID) Offer {
	c.t.Helper()
	o, err := c.Get(ctx, offer)
	if err != nil {
		c.t.Fatal(err)
	}
	return o
}

// becomes brings an offer to a state and returns what the person hears.
func (c *counter) becomes(o Offer, n Next) fault.Code { return c.commit(c.To(o, n)...) }

// agreed is an offer that the till has said yes to.
func (c *counter) agreed(kind Kind) Offer {
	c.t.Helper()
	o := c.asked(kind)
	c.hears("agreed", c.becomes(o, Next{State: Agreed, Operator: 80, Hold: ids.New(), Until: c.clock.Now().Add(life)}), "")
	return c.get(o.ID)
}

// together does two things at the same moment.
func together(one, other func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, do := range []func(){one, other} {
		wg.Go(func() { <-start; do() })
	}
	close(start)
	wg.Wait()
}
