package ledger_test

import (
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// move is a send without a fee.
func move(from, to, amount int64) *ledger.Plan {
	return &ledger.Plan{ID: ids.New(), Kind: ledger.Send, Legs: []ledger.Leg{{Account: from, Amount: -amount}, {Account: to, Amount: amount}}}
}

// A rule sees what is on other accounts as it will be when the plan is done, also of those that it moves itself, and as the plans before
// it in the batch have left them.
func TestARuleSeesWhatIsBeside(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, clock.NewFake(noon))
		w := seed(t, l, 3, 300)
		most := func(sum int64) ledger.Rule {
			return func(after ledger.Account) *fault.Error {
				if after.Balance+after.Beside > sum {
					return fault.New(fault.CannotReceive)
				}
				return nil
			}
		}
		commit := func(from, to int64, amount, together int64) fault.Code {
			t.Helper()
			p := move(from, to, amount)
			for i := range p.Legs {
				if p.Legs[i].Account == to {
					p.Legs[i].Rule = most(together)
					p.Legs[i].Beside = []int64{w[1], 999_999}
				}
			}
			_, err := l.Commit(bg, p)
			return fault.CodeOf(err)
		}
		if code := commit(w[2], w[0], 1, 600); code != fault.CannotReceive {
			t.Errorf("601 of 600: %q", code)
		}
		if code := commit(w[1], w[0], 100, 600); code != "" {
			t.Errorf("from one to the other: %q", code)
		}
		if code := commit(w[2], w[0], 50, 650); code != "" {
			t.Errorf("650 of 650: %q", code)
		}
		if a, err := l.Account(bg, w[0]); err != nil || a.Balance != 450 || a.Beside != 0 {
			t.Errorf("kept %+v, %v", a, err)
		}
		wantBooksRight(t, d)
	})
}

// What goes by an account as it was read is refused when something has moved since.
func TestUnmoved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := open(t, d, clock.NewFake(noon))
		w := seed(t, l, 2, 300)
		read, err := l.Account(bg, w[0])
		if err != nil {
			t.Fatal(err)
		}
		change := &ledger.Plan{Change: []ledger.AccountChange{{Account: w[0], Raise: ledger.Joint, Unmoved: &read.Seq}}}
		must(t, l, move(w[0], w[1], 1))
		if _, err := l.Commit(bg, change); !fault.HasCode(err, fault.Conflict) {
			t.Errorf("moved since: %v", err)
		}
		if read, err = l.Account(bg, w[0]); err != nil || read.Flags != 0 {
			t.Fatalf("%+v, %v", read, err)
		}
		must(t, l, &ledger.Plan{Change: []ledger.AccountChange{{Account: w[0], Raise: ledger.Joint, Unmoved: &read.Seq}}})
	})
}

// The rule of a hold sees the account with the hold on it, and the turnover of the commit's day.
func TestRuleOfAHold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(noon)
		l := open(t, d, c)
		w := seed(t, l, 2, 300)
		counted := move(w[0], w[1], 50)
		for i := range counted.Legs {
			counted.Legs[i].Counted = 50
		}
		must(t, l, counted)
		hold := func(amount int64) fault.Code {
			t.Helper()
			_, err := l.Commit(bg, &ledger.Plan{ID: ids.New(), Kind: ledger.HoldTake, Holds: []ledger.HoldAct{{
				Verb: ledger.TakeHold, Hold: ids.New(), Account: w[0], Amount: amount, ExpiresAt: c.Now().Add(time.Hour),
				Rule: func(a ledger.Account) *fault.Error {
					if a.Turnover.OutDay+a.Held > 100 {
						return fault.New(fault.TillLimit)
					}
					return nil
				}}}})
			return fault.CodeOf(err)
		}
		for i, want := range []fault.Code{"", fault.TillLimit, ""} {
			if code := hold([]int64{30, 21, 20}[i]); code != want {
				t.Errorf("hold %d: %q, want %q", i+1, code, want)
			}
		}
		c.Advance(24 * time.Hour)
		if code := hold(50); code != "" {
			t.Errorf("the next day: %q", code)
		}
		wantBooksRight(t, d)
	})
}
