package deal

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

func TestADealKeepsItsRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		until := noon.Add(24 * time.Hour)
		wait := c.cashInWait(500, until)
		waited := c.must(wait)
		c.clock.Advance(time.Minute)
		paid := c.cashOut(300)
		o := c.must(paid)

		want := someDeal(ledger.CashOut, Done, 300)
		want.ID, want.Receipt, want.AskedAt, want.EndedAt, want.Day = paid.ID, o.Receipt, o.At, o.At, 20260312
		if got, err := c.Get(ctx, paid.ID); err != nil || got != want || o.Receipt == "" {
			t.Errorf("read %+v, %v\nwant %+v", got, err, want)
		}
		want = someDeal(ledger.CashIn, Waiting, 500)
		want.ID, want.Hold, want.AskedAt, want.ExpiresAt, want.Day = wait.ID, wait.Holds[0].Hold, waited.At, until, 20260312
		if got, err := c.Get(ctx, wait.ID); err != nil || got != want {
			t.Errorf("read %+v, %v\nwant %+v", got, err, want)
		}
		if _, err := c.Get(ctx, ids.New()); !fault.HasCode(err, fault.DealNotFound) {
			t.Errorf("a deal that there is not: %v", err)
		}

		c.wants("of the till", "500 300", func() ([]Deal, error) { return c.OfTill(ctx, 70, noon, 5) })
		c.wants("of the till lately", "300", func() ([]Deal, error) { return c.OfTill(ctx, 70, noon.Add(time.Second), 5) })
		c.wants("the newest of the till", "300", func() ([]Deal, error) { return c.OfTill(ctx, 70, noon, 1) })
		c.wants("of another till", "", func() ([]Deal, error) { return c.OfTill(ctx, 71, noon, 5) })
		c.wants("of the customer", "500 300", func() ([]Deal, error) { return c.OfCustomer(ctx, 1000, noon, 5) })
		c.wants("waiting", "500", func() ([]Deal, error) { return c.WaitingFor(ctx, 1000, noon) })
		c.wants("waiting for another", "", func() ([]Deal, error) { return c.WaitingFor(ctx, 1001, noon) })
		c.wants("not yet due", "", func() ([]Deal, error) { return c.DueBefore(ctx, Waiting, until.Add(-time.Microsecond), Deal{}, 5) })
		c.wants("due", "500", func() ([]Deal, error) { return c.DueBefore(ctx, Waiting, until, Deal{}, 5) })
		c.wants("due in another state", "", func() ([]Deal, error) { return c.DueBefore(ctx, Claimed, until, Deal{}, 5) })

		yes := c.answered(wait, Done)
		said := c.must(yes)
		want.State, want.Receipt, want.EndedAt, want.ExpiresAt, want.Partner = Done, said.Receipt, said.At, time.Time{}, yes.ID
		if got, err := c.Get(ctx, wait.ID); err != nil || got != want || said.Receipt == "" {
			t.Errorf("answered: read %+v, %v\nwant %+v", got, err, want)
		}
		c.wants("waiting after the answer", "", func() ([]Deal, error) { return c.WaitingFor(ctx, 1000, noon) })
		c.wants("due after the answer", "", func() ([]Deal, error) { return c.DueBefore(ctx, Waiting, until, Deal{}, 5) })
	})
}

// wants compares the amounts of deals read, the oldest first.
func (c *counter) wants(what, want string, read func() ([]Deal, error)) {
	c.t.Helper()
	deals, err := read()
	got := ""
	for _, d := range deals {
		got = fmt.Sprint(d.Amount, " ", got)
	}
	if got = trim(got); got != want || err != nil {
		c.t.Errorf("%s: %q, %v; want %q", what, got, err, want)
	}
}

func trim(s string) string {
	if s == "" {
		return s
	}
	return s[:len(s)-1]
}

// What a refused plan would have written is not there, and what it would have changed is as it was.
func TestARefusedPlanLeavesNoDeal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		much := c.cashOut(2_000_000)
		if _, err := c.ledger.Commit(ctx, much); !fault.HasCode(err, fault.Insufficient) {
			t.Errorf("more than there is: %v", err)
		}
		if _, err := c.Get(ctx, much.ID); !fault.HasCode(err, fault.DealNotFound) {
			t.Errorf("its deal: %v", err)
		}
		if code := c.commit(c.Change(much.ID, To(Returned, id.ID{}))); code != fault.DealNotFound {
			t.Errorf("a change of it: %q", code)
		}
		paid := c.cashOut(100)
		c.must(paid)
		back := &ledger.Plan{ID: ids.New(), Kind: ledger.CashOutReturn, Corrects: paid.ID,
			Legs:       []ledger.Leg{{Account: float, Amount: -2_000_000}, {Account: wallet, Amount: 2_000_000}},
			Companions: []ledger.Companion{c.Change(paid.ID, To(Returned, id.ID{}))}}
		if _, err := c.ledger.Commit(ctx, back); !fault.HasCode(err, fault.Insufficient) {
			t.Errorf("a return of more than there is: %v", err)
		}
		if got, err := c.Get(ctx, paid.ID); err != nil || got.State != Done {
			t.Errorf("%s, %v", got.State, err)
		}
	})
}

func TestSums(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		add := func(kind ledger.Kind, state State, till, amount int64) {
			deal := someDeal(kind, state, amount)
			deal.Till = till
			c.must(&ledger.Plan{ID: deal.ID, Kind: ledger.Register, Companions: []ledger.Companion{c.Add(deal)}})
		}
		add(ledger.CashIn, Done, 70, 1)
		c.clock.Advance(time.Hour)
		from := c.clock.Now()
		add(ledger.CashIn, Done, 70, 500)
		add(ledger.CashIn, Done, 70, 700)
		add(ledger.CashIn, Waiting, 70, 40)
		add(ledger.CashOut, Done, 70, 300)
		add(ledger.VoucherRedeem, Done, 70, 20)
		add(ledger.Commission, Done, 70, 0)
		add(ledger.CashIn, Done, 71, 9000)
		undone := c.cashOut(4000)
		c.must(undone)
		if code := c.commit(c.Change(undone.ID, To(Returned, id.ID{}))); code != "" {
			t.Fatal(code)
		}
		c.clock.Advance(time.Hour)
		to := c.clock.Now()
		add(ledger.CashIn, Done, 70, 2)

		got, err := c.Sums(ctx, 70, from, to)
		if err != nil || len(got.Lines) != 6 {
			t.Fatalf("%+v, %v", got, err)
		}
		if got.Ins != 2 || got.In != 1200 || got.Outs != 2 || got.Out != 320 || got.Waiting != 40 || got.Earned != 5*15 {
			t.Errorf("%+v", got)
		}
		for _, l := range got.Lines {
			if l.Kind == ledger.CashOut && l.State == Returned && (l.Count != 1 || l.Amount != 4000 || l.Fee != 29) {
				t.Errorf("returned: %+v", l)
			}
		}
		if none, err := c.Sums(ctx, 72, from, to); err != nil || len(none.Lines) != 0 {
			t.Errorf("of a till that did nothing: %+v, %v", none, err)
		}
	})
}

// TestADealWhileItIsWritten changes a deal in the batch after its own, while that one is still being written.
func TestADealWhileItIsWritten(t *testing.T) {
	eachPair(t, func(t *testing.T, a, other *db.DB) {
		c := newCounter(t, a)
		for range 3 { // from now on the ledger decides ahead
			c.must(c.cashOut(1))
		}
		paid := c.cashOut(100)
		back := &ledger.Plan{Companions: []ledger.Companion{c.Change(paid.ID, To(Returned, id.ID{}))}}
		var signals [2]chan struct{}
		for i, p := range []*ledger.Plan{paid, back} {
			signals[i] = make(chan struct{})
			p.Companions = append([]ledger.Companion{&signal{Companion: c.Add(Deal{}), at: signals[i]}}, p.Companions...)
		}
		var wg sync.WaitGroup
		err := other.TransactOnce(ctx, func(tx *db.DB) error {
			// While this transaction has the sequencer, batches are decided and none is written.
			if _, err := tx.Exec(ctx, `UPDATE sequencer SET batch = batch WHERE id = 1`); err != nil {
				return err
			}
			for i, p := range []*ledger.Plan{paid, back} {
				wg.Go(func() { c.must(p) })
				<-signals[i]
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if got, err := c.Get(ctx, paid.ID); err != nil || got.State != Returned {
			t.Errorf("%s, %v; want returned", got.State, err)
		}
	})
}

// signal tells when its plan is being decided, and does nothing else.
type signal struct {
	ledger.Companion
	once sync.Once
	at   chan struct{}
}

func (s *signal) Key() id.ID { return id.ID{} }

func (s *signal) Check(any, time.Time) (keep any, refusal *fault.Error) {
	s.once.Do(func() { close(s.at) })
	return nil, nil
}

func (s *signal) Finish(any, *ledger.Outcome) any { return nil }

// TestOneOfTwoWins lets two processes do to one deal what excludes the other, again and again.
func TestOneOfTwoWins(t *testing.T) {
	eachPair(t, func(t *testing.T, da, db *db.DB) {
		a := newCounter(t, da)
		b := join(t, db, a.clock)
		for _, race := range []struct {
			name string
			kind ledger.Kind
			x, y State
		}{
			{"return against not paid", ledger.CashOut, Returned, Disputed},
			{"yes against no", ledger.CashIn, Done, Declined},
			{"yes against expiry", ledger.CashIn, Done, Expired},
			{"no against taking it back", ledger.CashIn, Declined, Cancelled},
		} {
			for n := range 15 {
				plan := a.cashOut(10)
				if race.kind == ledger.CashIn {
					plan = a.cashInWait(10, a.clock.Now().Add(time.Hour))
				}
				a.must(plan)
				var won [2]bool
				try := func(i int, c *counter, to State) {
					p := &ledger.Plan{ID: ids.New(), Kind: ledger.Register, Companions: []ledger.Companion{c.Change(plan.ID, To(to, ids.New()))}}
					_, err := c.ledger.Commit(ctx, p)
					won[i] = err == nil
					if err != nil && !fault.HasCode(err, fault.DealClosed) {
						t.Errorf("%s: %v", race.name, err)
					}
				}
				if n%2 == 0 {
					both(func() { try(0, a, race.x) }, func() { try(1, b, race.y) })
				} else {
					both(func() { try(0, b, race.x) }, func() { try(1, a, race.y) })
				}
				got, err := a.Get(ctx, plan.ID)
				if won[0] == won[1] || err != nil || (got.State == race.x) != won[0] || (got.State == race.y) != won[1] {
					t.Fatalf("%s: won %v, left %s, %v", race.name, won, got.State, err)
				}
			}
		}
	})
}
