package deal

import (
	"strings"
	"testing"
	"time"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

func TestCases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		deal := ids.New()
		want := Case{ID: CaseOf(deal, NotPaid), Kind: NotPaid, Deal: deal, Customer: 1000, Till: 70, Amount: 2000, Held: 1500,
			Evidence: "Asked 14:02, said not paid 14:05. é", State: CaseOpen, OpenedAt: noon}
		open := want
		open.ID, open.State, open.OpenedAt = [16]byte{}, 0, time.Time{}
		if code := c.commit(c.OpenCase(open)); code != "" {
			t.Fatal(code)
		}
		if code := c.commit(c.OpenCase(open)); code != fault.CaseClosed {
			t.Errorf("a second case about one deal: %q", code)
		}
		if got, err := c.Case(ctx, want.ID); err != nil || got != want {
			t.Errorf("%+v, %v\nwant %+v", got, err, want)
		}
		c.clock.Advance(time.Minute)
		split := Case{ID: ids.New(), Kind: SplitDeposits, Till: 70, Customer: 1001, Evidence: strings.Repeat("é", EvidenceMax+1)}
		if code := c.commit(c.OpenCase(split)); code != "" {
			t.Fatal(code)
		}
		if got, err := c.Case(ctx, split.ID); err != nil || got.Evidence != strings.Repeat("é", EvidenceMax) || !got.Deal.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
		c.wantCases("open", 2, func() ([]Case, error) { return c.Cases(ctx, CaseOpen, 5) })
		c.wantCases("of the till", 2, func() ([]Case, error) { return c.CasesOfTill(ctx, 70, noon, 5) })
		c.wantCases("of the till lately", 1, func() ([]Case, error) { return c.CasesOfTill(ctx, 70, noon.Add(time.Second), 5) })

		grant := func(x *Case, _ time.Time) *fault.Error {
			x.State, x.Held, x.Note = CaseGranted, 0, "WANJA: the till's book has no entry"
			return nil
		}
		if code := c.commit(c.ChangeCase(want.ID, grant)); code != "" {
			t.Fatal(code)
		}
		if code := c.commit(c.ChangeCase(want.ID, grant)); code != fault.CaseClosed {
			t.Errorf("decided twice: %q", code)
		}
		if code := c.commit(c.OpenCase(open)); code != fault.CaseClosed {
			t.Errorf("opened again: %q", code)
		}
		if code := c.commit(c.ChangeCase(ids.New(), grant)); code != fault.CaseNotFound {
			t.Errorf("no such case: %q", code)
		}
		want.State, want.Held, want.Note, want.ClosedAt = CaseGranted, 0, "WANJA: the till's book has no entry", noon.Add(time.Minute)
		if got, err := c.Case(ctx, want.ID); err != nil || got != want {
			t.Errorf("%+v, %v\nwant %+v", got, err, want)
		}
		c.wantCases("still open", 1, func() ([]Case, error) { return c.Cases(ctx, CaseOpen, 5) })
		if _, err := c.Case(ctx, ids.New()); !fault.HasCode(err, fault.CaseNotFound) {
			t.Errorf("no such case: %v", err)
		}
	})
}

// A case keeps of what it wanted to freeze what was there.
func TestWhatACaseHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		for i, held := range []int64{600_000, 400_000, 0} { // of 1,000,000 in wallet and float each
			x := Case{Kind: WrongDeposit, Deal: ids.New(), Customer: wallet, Till: 70, Amount: 600_000, WalletHold: ids.New(), FloatHold: ids.New()}
			freeze := func(hold, like id.ID, account int64) ledger.HoldAct {
				return ledger.HoldAct{Verb: ledger.TakeHold, Hold: hold, Account: account, Amount: x.Amount, ExpiresAt: noon.Add(time.Hour), Freeze: true, Like: like}
			}
			o := c.must(&ledger.Plan{ID: ids.New(), Kind: ledger.HoldTake, Companions: []ledger.Companion{c.OpenCase(x)},
				Holds: []ledger.HoldAct{freeze(x.WalletHold, id.ID{}, wallet), freeze(x.FloatHold, x.WalletHold, float)}})
			got, err := c.Case(ctx, CaseOf(x.Deal, WrongDeposit))
			if err != nil || got.Held != held || got.WalletHold.IsZero() != (held == 0) || got.FloatHold.IsZero() != (o.Taken(x.FloatHold) == 0) {
				t.Errorf("case %d: %+v, %v", i, got, err)
			}
		}
	})
}

func (c *counter) wantCases(what string, want int, read func() ([]Case, error)) {
	c.t.Helper()
	if all, err := read(); err != nil || len(all) != want {
		c.t.Errorf("%s: %d cases, %v; want %d", what, len(all), err, want)
	}
}
