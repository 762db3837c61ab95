package network

import (
	"fmt"
	"slices"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// branchChange is something that happens after a branch was read, and what the branch is worth then.
type branchChange struct {
	name   string
	of     Ref
	change func() []ledger.Companion
	want   fault.Code
}

// branchChanges are those in a branch, above it and beside it.
func branchChanges(n *town) []branchChange {
	stop := func(s *Status) { *s = Suspended }
	return []branchChange{
		{"nothing", Ref{AnAgent, njeri}, func() []ledger.Companion { return nil }, ""},
		{"a super-agent is suspended above", Ref{AnAgent, njeri}, func() []ledger.Companion {
			return []ledger.Companion{n.ChangeAgent(bank, func(a *Agent) *fault.Error { stop(&a.Status); return nil })}
		}, fault.Conflict},
		{"an agent is suspended above", Ref{ATill, kawa1}, func() []ledger.Companion {
			return []ledger.Companion{n.ChangeAgent(njeri, func(a *Agent) *fault.Error { stop(&a.Status); return nil })}
		}, fault.Conflict},
		{"a store is suspended above", Ref{ATill, kawa1}, func() []ledger.Companion {
			return []ledger.Companion{n.ChangeStore(kawa, func(s *Store) *fault.Error { stop(&s.Status); return nil })}
		}, fault.Conflict},
		{"a till is suspended under it", Ref{AnAgent, bank}, func() []ledger.Companion {
			return []ledger.Companion{n.ChangeTill(river1, func(c *Till) *fault.Error { stop(&c.Status); return nil })}
		}, fault.Conflict},
		{"a till is opened in its store", Ref{AStore, river}, func() []ledger.Companion {
			return n.CreateTill(Till{ID: 5001, Store: river, Agent: njeri, Code: CodeOf(5001), Float: 5002})
		}, fault.Conflict},
		{"a till is opened far below", Ref{AnAgent, bank}, func() []ledger.Companion {
			return n.CreateTill(Till{ID: 5003, Store: river, Agent: njeri, Code: CodeOf(5003), Float: 5004})
		}, fault.Conflict},
		{"a till is closed far below", Ref{AnAgent, bank}, func() []ledger.Companion { return n.CloseTill(n.place(kawa2).Till) }, fault.Conflict},
		{"a store is opened", Ref{AnAgent, njeri}, func() []ledger.Companion {
			return n.CreateStore(Store{ID: 5005, Agent: njeri, Name: "Another", Ward: "CBD"})
		}, fault.Conflict},
		{"an agent is taken on", Ref{AnAgent, bank}, func() []ledger.Companion {
			return n.CreateAgent(Agent{ID: 5006, Parent: bank, Kind: Head, Name: "Another", Payable: 5007})
		}, fault.Conflict},
		{"a till is opened beside it", Ref{ATill, kawa1}, func() []ledger.Companion {
			return n.CreateTill(Till{ID: 5008, Store: kawa, Agent: njeri, Code: CodeOf(5008), Float: 5009})
		}, ""},
		{"a store is opened beside it", Ref{AStore, kawa}, func() []ledger.Companion {
			return n.CreateStore(Store{ID: 5010, Agent: njeri, Name: "Yet another", Ward: "CBD"})
		}, ""},
		{"somebody is taken on", Ref{ATill, kawa1}, func() []ledger.Companion { return n.CreateOperator(worker(5011, kawa1, njeri, noones)) }, ""},
		{"a till is opened for the day", Ref{ATill, kawa1}, func() []ledger.Companion { return []ledger.Companion{n.OpenTill(kawa1, true)} }, ""},
		{"another agent is suspended", Ref{AnAgent, njeri}, func() []ledger.Companion {
			return []ledger.Companion{n.ChangeAgent(omondi, func(a *Agent) *fault.Error { stop(&a.Status); return nil })}
		}, ""},
	}
}

// A branch that was read stands only while nothing in it or above it changes; what happens beside it does not matter.
func TestBranchStands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		for i, c := range branchChanges(n) {
			b, err := n.Branch(ctx, c.of)
			if err != nil {
				t.Fatal(err)
			}
			if change := c.change(); change != nil {
				n.must(change)
			}
			if got := n.commit(n.Unchanged(b)...); got != c.want {
				t.Errorf("%d, %s: heard %q, want %q", i, c.name, got, c.want)
			}
			again, err := n.Branch(ctx, c.of)
			if err != nil {
				t.Fatal(err)
			}
			n.must(n.Unchanged(again))
			for _, r := range []ledger.Companion{
				n.ChangeAgent(bank, func(a *Agent) *fault.Error { a.Status = Active; return nil }),
				n.ChangeAgent(njeri, func(a *Agent) *fault.Error { a.Status = Active; return nil }),
				n.ChangeStore(kawa, func(s *Store) *fault.Error { s.Status = Active; return nil }),
				n.ChangeTill(river1, func(c *Till) *fault.Error { c.Status = Active; return nil }),
			} {
				n.wants("", r)
			}
		}
	})
}

// A branch has every till under it, each with all that stands above.
func TestBranchPlaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		n.must(n.CloseTill(n.place(kawa2).Till))
		for _, c := range []struct {
			of   Ref
			want string
		}{
			{Ref{AnAgent, bank}, "[1020/1010/1002/1001 1022/1011/1002/1001]"},
			{Ref{AnAgent, njeri}, "[1020/1010/1002/1001 1022/1011/1002/1001]"},
			{Ref{AnAgent, omondi}, "[1023/1012/1003/0]"},
			{Ref{AStore, river}, "[1022/1011/1002/1001]"},
			{Ref{ATill, kawa1}, "[1020/1010/1002/1001]"},
			{Ref{ATill, kawa2}, "[]"},
		} {
			b, err := n.Branch(ctx, c.of)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, p := range b.Places(Suspended) {
				if p.Serving() {
					t.Errorf("under a suspended %s, %d serves", c.of, p.Till.ID)
				}
				all = append(all, fmt.Sprintf("%d/%d/%d/%d", p.Till.ID, p.Store.ID, p.Agent.ID, p.Super.ID))
			}
			if got := fmt.Sprint(all); got != c.want {
				t.Errorf("%s has %s, want %s", c.of, got, c.want)
			}
			if slices.ContainsFunc(b.Places(Active), func(p Place) bool { return !p.Serving() }) {
				t.Errorf("under an active %s not all serve", c.of)
			}
		}
		for of, want := range map[Ref]fault.Code{{AnAgent, 77}: fault.AgentNotFound, {AStore, 77}: fault.StoreNotFound,
			{ATill, 77}: fault.TillNotFound, {AnOperator, amina}: fault.BadRequest} {
			if _, err := n.Branch(ctx, of); !fault.HasCode(err, want) {
				t.Errorf("%s: %v, want %s", of, err, want)
			}
		}
	})
}
