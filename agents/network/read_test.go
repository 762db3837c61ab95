package network

import (
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

func TestReadBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		p, err := n.ByPhone(ctx, aminas)
		if err != nil {
			t.Fatal(err)
		}
		at := noon.UTC()
		want := Post{
			Operator: worker(amina, kawa1, njeri, aminas),
			Place: Place{
				Till:  Till{ID: kawa1, Store: kawa, Agent: njeri, Code: CodeOf(kawa1), Label: "till", Float: 3000 + kawa1, Status: Active, Parts: 1, CreatedAt: at},
				Store: Store{ID: kawa, Agent: njeri, Name: "MAMA NJERI", Ward: "KWG", Landmark: "Opposite Total, stage 46", Status: Active, Parts: 2, CreatedAt: at},
				Agent: Agent{ID: njeri, Parent: bank, Kind: Head, Name: "Njeri Traders", Class: 2, Payable: 2002, Status: Active, Parts: 2, CreatedAt: at},
				Super: Agent{ID: bank, Kind: Super, Name: "Duka Bank", Class: 3, Payable: 2001, Status: Active, Parts: 1, CreatedAt: at},

				Attendant: amina,
			},
		}
		want.Operator.CreatedAt = at
		if p != want {
			t.Errorf("by phone:\n%+v\nwant\n%+v", p, want)
		}
		if got, err := n.ByOperator(ctx, amina); err != nil || got != want {
			t.Errorf("by operator: %+v, %v", got, err)
		}
		for name, read := range map[string]func() (Place, error){
			"by code":  func() (Place, error) { return n.ByCode(ctx, CodeOf(kawa1)) },
			"by till":  func() (Place, error) { return n.ByTill(ctx, kawa1) },
			"by float": func() (Place, error) { return n.ByFloat(ctx, 3000+kawa1) },
		} {
			if got, err := read(); err != nil || got != want.Place {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
		if p := n.place(omondi1); p.Super != (Agent{}) || !p.Serving() || p.Shop("Kawangware") != "DUKA LA OMONDI, Kawangware" {
			t.Errorf("an agent under nobody: %+v, %q", p, p.Shop("Kawangware"))
		}
	})
}

func TestNotThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := built(t, d)
		for name, c := range map[string]struct {
			read func() error
			code fault.Code
		}{
			"phone":    {func() error { _, err := n.ByPhone(ctx, noones); return err }, fault.NotOperator},
			"operator": {func() error { _, err := n.ByOperator(ctx, kawa1); return err }, fault.NotOperator},
			"code":     {func() error { _, err := n.ByCode(ctx, CodeOf(7)); return err }, fault.ShopNotFound},
			"till":     {func() error { _, err := n.ByTill(ctx, amina); return err }, fault.TillNotFound},
			"float":    {func() error { _, err := n.ByFloat(ctx, 1); return err }, fault.TillNotFound},
			"agent":    {func() error { _, err := n.Agent(ctx, kawa); return err }, fault.AgentNotFound},
			"store":    {func() error { _, err := n.Store(ctx, njeri); return err }, fault.StoreNotFound},
			"tree":     {func() error { _, err := n.Tree(ctx, kawa); return err }, fault.AgentNotFound},
		} {
			if err := c.read(); !fault.HasCode(err, c.code) {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
		}
	})
}
