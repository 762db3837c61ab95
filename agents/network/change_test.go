package network

import (
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

func TestChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		n.must([]ledger.Companion{
			n.ChangeAgent(njeri, func(a *Agent) *fault.Error {
				a.Name, a.Class = "Njeri & Sons", 3
				a.Payable, a.Parts = 1, 0
				return nil
			}),
			n.ChangeStore(kawa, func(s *Store) *fault.Error {
				s.Landmark, s.Ward = "Behind the mosque", "kwn"
				s.Agent = omondi
				return nil
			}),
			n.ChangeTill(kawa1, func(c *Till) *fault.Error { c.Label, c.Open = "counter one, left", true; c.Code = "1"; return nil }),
			n.ChangeOperator(amina, func(o *Operator) *fault.Error { o.Language, o.DayIn = "en", 500; o.Till = omondi1; return nil }),
		})
		p, err := n.ByPhone(ctx, aminas)
		if err != nil {
			t.Fatal(err)
		}
		if p.Agent.Name != "Njeri & Sons" || p.Agent.Class != 3 || p.Store.Landmark != "Behind the mosque" || p.Store.Ward != "KWN" ||
			p.Till.Label != "counter on" || !p.Till.Open || p.Operator.Language != "en" || p.Operator.DayIn != 500 {
			t.Errorf("not changed: %+v", p)
		}
		if p.Agent.Payable != 2002 || p.Agent.Parts != 2 || p.Store.Agent != njeri || p.Till.Code != CodeOf(kawa1) || p.Till.ID != kawa1 {
			t.Errorf("what a change may not touch was changed: %+v", p)
		}
		for name, c := range map[string]ledger.Companion{
			"an agent":    n.ChangeAgent(njeri, func(a *Agent) *fault.Error { a.Status = Closed; return nil }),
			"a store":     n.ChangeStore(kawa, func(s *Store) *fault.Error { s.Status = Closed; return nil }),
			"a till":      n.ChangeTill(kawa1, func(c *Till) *fault.Error { c.Status = Closed; return nil }),
			"an operator": n.ChangeOperator(amina, func(o *Operator) *fault.Error { o.Status = Closed; return nil }),
		} {
			if got := n.commit(c); got != fault.Internal {
				t.Errorf("a change closed %s: %q", name, got)
			}
		}
		refuse := func(o *Operator) *fault.Error { o.Language = "fr"; return fault.New(fault.BadChoice) }
		n.wants(fault.BadChoice, n.ChangeOperator(amina, refuse))
		n.wants(fault.NotOperator, n.ChangeOperator(77, refuse))
		if o := n.operator(amina); o.Language != "en" || o.Status != Active {
			t.Errorf("a refused change was written: %+v", o)
		}
	})
}

func TestSuspended(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		n.wants("", n.OpenTill(kawa1, true))
		if p := n.place(kawa1); !p.Serving() || !p.Till.Open {
			t.Errorf("an open till: %+v", p)
		}
		set := func(s Status) map[string]ledger.Companion {
			return map[string]ledger.Companion{
				"super-agent": n.ChangeAgent(bank, func(a *Agent) *fault.Error { a.Status = s; return nil }),
				"agent":       n.ChangeAgent(njeri, func(a *Agent) *fault.Error { a.Status = s; return nil }),
				"store":       n.ChangeStore(kawa, func(p *Store) *fault.Error { p.Status = s; return nil }),
				"till":        n.ChangeTill(kawa1, func(c *Till) *fault.Error { c.Status = s; return nil }),
				"operator":    n.ChangeOperator(amina, func(o *Operator) *fault.Error { o.Status = s; return nil }),
			}
		}
		for name, c := range set(Suspended) {
			n.wants("", c)
			p, err := n.ByPhone(ctx, aminas)
			if err != nil || p.Serving() || (name != "operator") == p.Place.Serving() {
				t.Errorf("%s suspended: %+v, %v", name, p, err)
			}
			n.wants("", set(Active)[name])
			if p, _ := n.ByPhone(ctx, aminas); !p.Serving() {
				t.Errorf("%s active again: %+v", name, p)
			}
		}
		if n.place(kawa1).Till.Open {
			t.Error("a till that was suspended is open again without anybody opening it")
		}
		n.wants("", set(Suspended)["till"])
		n.wants(fault.OperatorSuspended, n.OpenTill(kawa1, true))
		n.wants("", n.OpenTill(kawa1, false))
	})
}

func TestMove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		o := n.operator(amina)
		n.wants(fault.OtherAgent, n.MoveOperator(o, omondi1)...)
		n.wants(fault.TillNotFound, n.MoveOperator(o, 77)...)
		n.must(n.MoveOperator(o, river1))
		if p, err := n.ByPhone(ctx, aminas); err != nil || p.Till.ID != river1 || p.Store.ID != river {
			t.Errorf("moved: %+v, %v", p, err)
		}
		if from, to := n.place(kawa1).Till.Parts, n.place(river1).Till.Parts; from != 0 || to != 2 {
			t.Errorf("%d and %d operators, want 0 and 2", from, to)
		}
		n.wants(fault.Conflict, n.MoveOperator(o, kawa2)...) // as read before he was moved
		n.wants(fault.Conflict, n.CloseOperator(o)...)
		n.wants(fault.OtherAgent, n.MoveOperator(Operator{ID: amina, Till: river1, Agent: omondi}, omondi1)...) // a row nobody read
		n.must(n.MoveOperator(n.operator(amina), river1))                                                       // to where he is
		if p := n.place(river1).Till.Parts; p != 2 {
			t.Errorf("%d operators, want 2", p)
		}
		n.must(n.CloseTill(n.place(kawa1).Till))
		n.wants(fault.PlaceClosed, n.MoveOperator(n.operator(amina), kawa1)...)
		n.must(n.CloseOperator(n.operator(amina)))
		n.wants(fault.PlaceClosed, n.MoveOperator(n.operator(amina), kawa2)...)
	})
}

func TestNominate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		n.wants(fault.OtherAgent, n.Nominate(njeri, omondi1)...)
		n.wants(fault.TillNotFound, n.Nominate(njeri, 77)...)
		n.must(n.Nominate(njeri, kawa2))
		if a, err := n.Agent(ctx, njeri); err != nil || a.Nominated != kawa2 {
			t.Errorf("%+v, %v", a, err)
		}
		n.must(n.CloseTill(n.place(kawa2).Till))
		if a, _ := n.Agent(ctx, njeri); a.Nominated != 0 {
			t.Errorf("a closed till is still nominated: %+v", a)
		}
		n.wants(fault.PlaceClosed, n.Nominate(njeri, kawa2)...)
	})
}

// A whole agent is closed from below, nothing of it comes to life again, and nothing is opened under it.
func TestClose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		agent, err := n.Agent(ctx, omondi)
		if err != nil {
			t.Fatal(err)
		}
		p := n.place(omondi1)
		o := n.operator(otieno)
		n.wants(fault.PlaceNotEmpty, n.CloseAgent(agent)...)
		n.wants(fault.PlaceNotEmpty, n.CloseStore(p.Store)...)
		n.wants(fault.PlaceNotEmpty, n.CloseTill(p.Till)...)
		n.must(n.CloseOperator(o))
		n.must(n.CloseTill(p.Till))
		n.must(n.CloseStore(p.Store))
		n.must(n.CloseAgent(agent))
		for name, plan := range map[string][]ledger.Companion{
			"operator again":    n.CloseOperator(o),
			"till again":        n.CloseTill(p.Till),
			"store again":       n.CloseStore(p.Store),
			"agent again":       n.CloseAgent(agent),
			"operator active":   {n.ChangeOperator(otieno, func(o *Operator) *fault.Error { o.Status = Active; return nil })},
			"till active":       {n.ChangeTill(omondi1, func(c *Till) *fault.Error { c.Status = Active; return nil })},
			"store active":      {n.ChangeStore(omondis, func(s *Store) *fault.Error { s.Status = Active; return nil })},
			"agent active":      {n.ChangeAgent(omondi, func(a *Agent) *fault.Error { a.Status = Active; return nil })},
			"till opened":       {n.OpenTill(omondi1, true)},
			"a store under it":  n.CreateStore(Store{ID: 5001, Agent: omondi, Name: "Shop", Ward: "KWG"}),
			"a till under it":   n.CreateTill(Till{ID: 5001, Store: omondis, Agent: omondi, Code: CodeOf(5001), Float: 5002}),
			"operator under it": n.CreateOperator(worker(5001, omondi1, omondi, noones)),
		} {
			if got := n.commit(plan...); got != fault.PlaceClosed {
				t.Errorf("%s: heard %q, want place_closed", name, got)
			}
		}
		if _, err := n.ByPhone(ctx, otienos); !fault.HasCode(err, fault.NotOperator) {
			t.Errorf("a closed operator by phone: %v", err)
		}
		if p, err := n.ByOperator(ctx, otieno); err != nil || p.Operator.Status != Closed || p.Serving() {
			t.Errorf("a closed operator by number: %+v, %v", p, err)
		}
		if p, err := n.ByCode(ctx, CodeOf(omondi1)); err != nil || p.Till.Status != Closed || p.Serving() {
			t.Errorf("a closed till by code: %+v, %v", p, err)
		}
		n.wants(fault.ShopCodeTaken, n.CreateTill(Till{ID: 5003, Store: kawa, Agent: njeri, Code: CodeOf(omondi1), Float: 5004})...)
		n.must(n.CreateOperator(worker(5005, kawa1, njeri, otienos))) // another agent hires him, with the same phone
		if p, err := n.ByPhone(ctx, otienos); err != nil || p.Operator.ID != 5005 {
			t.Errorf("hired anew: %+v, %v", p, err)
		}
		n.wants(fault.PlaceClosed, n.CloseOperator(n.operator(otieno))...) // which does not take the phone away from the new one
		bankRow, _ := n.Agent(ctx, bank)
		n.wants(fault.PlaceNotEmpty, n.CloseAgent(bankRow)...)
	})
}
