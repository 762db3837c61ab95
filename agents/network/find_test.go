package network

import (
	"fmt"
	"slices"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

func TestFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		n.wants("", n.OpenTill(kawa2, true), n.OpenTill(river1, true), n.OpenTill(omondi1, true))
		if got := found(t, n, Search{Store: kawa, Serving: true}); got != nil {
			t.Errorf("where nobody works %v serve", got)
		}
		n.must(n.CreateOperator(worker(cara, kawa2, njeri, noones)))
		for _, c := range []struct {
			name   string
			search Search
			want   []int64
		}{
			{"all", Search{}, []int64{kawa1, kawa2, river1, omondi1}},
			{"a page", Search{Limit: 2}, []int64{kawa1, kawa2}},
			{"the next", Search{After: kawa2, Limit: 2}, []int64{river1, omondi1}},
			{"a ward", Search{Ward: "KWG"}, []int64{kawa1, kawa2, omondi1}},
			{"those open in a ward", Search{Ward: "KWG", Serving: true}, []int64{kawa2, omondi1}},
			{"no such ward", Search{Ward: "KW"}, nil},
			{"a landmark, however written", Search{Landmark: " tOTAL  stA"}, []int64{omondi1}},
			{"a landmark of two", Search{Landmark: "total"}, []int64{kawa1, kawa2, omondi1}},
			{"a shop's name", Search{Landmark: "mama nj"}, []int64{kawa1, kawa2}},
			{"a percent sign is itself", Search{Landmark: "50%"}, []int64{river1}},
			{"and no joker", Search{Landmark: "5%a"}, nil},
			{"nor is a line below", Search{Landmark: "t_tal"}, nil},
			{"nor a mark of exclamation", Search{Landmark: "!"}, nil},
			{"a quote is nothing special", Search{Landmark: "' OR 1=1 --"}, nil},
			{"a store", Search{Store: kawa}, []int64{kawa1, kawa2}},
			{"an agent", Search{Agent: njeri}, []int64{kawa1, kawa2, river1}},
			{"a super-agent's own", Search{Agent: bank}, nil},
			{"a super-agent's tree", Search{Tree: bank}, []int64{kawa1, kawa2, river1}},
			{"an agent's tree", Search{Tree: omondi}, []int64{omondi1}},
			{"all at once", Search{Ward: "KWG", Landmark: "stage", Tree: bank, Agent: njeri, Store: kawa, Serving: true}, []int64{kawa2}},
		} {
			if got := found(t, n, c.search); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
		}
		p, err := n.Find(ctx, Search{Store: river})
		if err != nil || len(p) != 1 || p[0] != n.place(river1) {
			t.Errorf("found %+v, %v; by till %+v", p, err, n.place(river1))
		}
		n.wants("", n.ChangeAgent(bank, func(a *Agent) *fault.Error { a.Status = Suspended; return nil }))
		if got := found(t, n, Search{Serving: true}); !slices.Equal(got, []int64{omondi1}) {
			t.Errorf("with the super-agent suspended %v serve", got)
		}
	})
}

func found(t *testing.T, n *town, s Search) (tills []int64) {
	t.Helper()
	places, err := n.Find(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		tills = append(tills, p.Till.ID)
	}
	return tills
}

func TestTree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		n.must(n.CreateStore(Store{ID: 1013, Agent: bank, Name: "Bank branch", Ward: "CBD"}))
		n.wants("", n.Works(n.operator(amina), 70, 0, ofMarket)...)
		tree, err := n.Tree(ctx, bank)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := drawn(tree), "1001[1013{} 1002[1010{1020(1030:70) 1021()} 1011{1022(1031:0)}]]"; got != want {
			t.Errorf("the tree is %s, want %s", got, want)
		}
		if tree, err = n.Tree(ctx, omondi); err != nil || drawn(tree) != "1003[1012{1023(1032:0)}]" {
			t.Errorf("an agent's tree is %s, %v", drawn(tree), err)
		}
		operators, err := n.Operators(ctx, kawa1)
		if err != nil || len(operators) != 1 || operators[0] != n.operator(amina) {
			t.Errorf("the operators of a till: %+v, %v", operators, err)
		}
		agents, err := n.Agents(ctx, bank, 1)
		if err != nil || len(agents) != 1 || agents[0].ID != njeri {
			t.Errorf("the agents after the first: %+v, %v", agents, err)
		}
		n.must(n.CloseOperator(n.operator(amina)))
		if operators, err = n.Operators(ctx, kawa1); err != nil || len(operators) != 0 {
			t.Errorf("a closed operator works: %+v, %v", operators, err)
		}
		places, err := n.Places(ctx, []int64{kawa1, omondi1, 77})
		if err != nil || len(places) != 2 || places[omondi1] != n.place(omondi1) {
			t.Errorf("many at once: %+v, %v", places, err)
		}
	})
}

// drawn is a tree as one line: agent[stores{tills(operators:deposits today)} agents under it].
func drawn(t Tree) string {
	s := fmt.Sprintf("%d[", t.Agent.ID)
	for i, st := range t.Stores {
		if i > 0 {
			s += " "
		}
		s += fmt.Sprintf("%d{", st.Store.ID)
		for j, c := range st.Tills {
			if j > 0 {
				s += " "
			}
			s += fmt.Sprintf("%d(", c.Till.ID)
			for _, o := range c.Operators {
				s += fmt.Sprintf("%d:%d", o.ID, o.Today.In)
			}
			s += ")"
		}
		s += "}"
	}
	for _, u := range t.Under {
		s += " " + drawn(u)
	}
	return s + "]"
}
