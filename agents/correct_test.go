package agents_test

import (
	"strings"
	"testing"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// What is kept of places and people is put right, and what it was stays on record.
func TestPutRight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		till, operator := w.tills[njeri], w.operator(njeri)
		name, ward, landmark, none := "Njeri Corner", "102", "Opposite Shell", ""
		w.must(w.agents.RenameAgent(bg, "staff:ann", w.agent.ID, "Njeri Stores", "a merger"))
		w.recorded("agent.rename", "staff:ann", `{"why":"a merger","from":"NJERI TRADERS","to":"Njeri Stores"}`)
		w.must(w.agents.ChangeStore(bg, "staff:ann", till.Store, agents.StoreChange{Name: &name, Ward: &ward, Landmark: &landmark}, "has moved"))
		w.recorded("store.change", "staff:ann", `"from":{"name":"MAMA NJERI"`)
		w.must(w.agents.LabelTill(bg, "staff:ann", till.ID, "left", "a second one comes"))
		w.recorded("till.label", "staff:ann", `{"why":"a second one comes","from":"till 1","to":"left"}`)
		married := "Njeri Kamau"
		w.must(w.agents.ChangeOperator(bg, "staff:ann", operator.ID, agents.OperatorChange{Name: &married, Why: "has married"}, false))
		w.recorded("operator.change", "staff:ann", `{"name":"Njeri Kamau","why":"has married"}`)
		post, err := w.agents.Post(bg, njeri)
		w.must(err)
		if post.Agent.Name != "Njeri Stores" || post.Store.Name != "NJERI CORNER" || post.Store.Ward != ward || post.Store.Landmark != landmark ||
			post.Till.Label != "left" || post.Operator.Name != "NJERI KAMAU" || post.Till.Code != till.Code {
			t.Errorf("put right: %+v", post)
		}
		w.must(w.agents.ChangeStore(bg, "staff:ann", till.Store, agents.StoreChange{Landmark: &none}, "it was torn down"))
		if post, _ = w.agents.Post(bg, njeri); post.Store.Landmark != "" || post.Store.Name != "NJERI CORNER" {
			t.Errorf("without a landmark: %+v", post.Store)
		}
		far := "999"
		for what, err := range map[fault.Code]error{
			fault.BadName:       w.agents.RenameAgent(bg, "staff:ann", w.agent.ID, " ", ""),
			fault.AgentNotFound: w.agents.RenameAgent(bg, "staff:ann", 77, "Nobody", ""),
			fault.BadWard:       w.agents.ChangeStore(bg, "staff:ann", till.Store, agents.StoreChange{Ward: &far}, ""),
			fault.BadStoreName:  w.agents.ChangeStore(bg, "staff:ann", till.Store, agents.StoreChange{Name: &none}, ""),
			fault.StoreNotFound: w.agents.ChangeStore(bg, "staff:ann", 77, agents.StoreChange{Name: &name}, ""),
			fault.TillNotFound:  w.agents.LabelTill(bg, "staff:ann", 77, "x", ""),
		} {
			w.refused(err, what)
		}
		w.refused(w.agents.ChangeOperator(bg, "staff:ann", operator.ID, agents.OperatorChange{Name: &none}, false), fault.BadName)
	})
}

// Another class takes two people, and comes with all tills, also with one that is opened at the same moment.
func TestClass(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		p := twoPeople{town: one}
		p.office, p.alice, p.bob = one.office()
		_, err := p.asks(agents.RequestClass, agents.ClassArgs{Agent: one.agent.ID, Class: 77, Why: "a test"})
		one.refused(err, fault.BadRequest)
		for round := range raceRounds {
			class := one.class(round % 3)
			asked, err := p.asks(agents.RequestClass, agents.ClassArgs{Agent: one.agent.ID, Class: class, Why: "a test"})
			one.must(err)
			a, b := atOnce(
				func() error { _, err := p.office.Approve(bg, p.bob, asked.No); return err },
				func() error {
					_, err := two.agents.AddTill(bg, "system", network.Till{Store: one.tills[njeri].Store, Label: "another"})
					return err
				})
			one.must(a)
			one.must(b)
			tills, err := one.agents.Places().Find(bg, network.Search{Agent: one.agent.ID})
			one.must(err)
			for _, place := range tills {
				float, err := one.ledger.Account(bg, place.Till.Float)
				one.must(err)
				if place.Agent.Class != class || float.Class != class {
					t.Fatalf("round %d: the agent is of class %d, till %d's float of %d, want %d", round, place.Agent.Class, place.Till.ID, float.Class, class)
				}
			}
			one.recorded("agent.class", "staff:bob", `"why":"a test"`)
		}
	})
}

// An ID number is kept by two people, the operator is told, and it stands in no record that can be read, sealed or not.
func TestAnotherIDNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		p := twoPeople{town: w}
		p.office, p.alice, p.bob = w.office()
		draft := w.idOf(otieno, otienoID)
		args := agents.OperatorIDArgs{Operator: w.operator(otieno).ID, Document: draft, Why: "none was kept"}
		p.agree(agents.RequestOperatorID, args, "keep another ID number of operator")
		w.must(w.agents.MayResetPIN(bg, otieno))
		w.recorded("operator.id", "staff:bob", `{"why":"none was kept"}`)
		w.told(map[msisdn.Number]string{otieno: "Senti has a new ID number for your work"})
		hired, err := w.agents.NumberOperator(bg, agents.OperatorArgs{Till: w.tills[njeri].ID, Phone: wanjiru, Name: "Wanjiru Kimani", Language: "sw",
			Role: network.Manager, Document: w.idOf(wanjiru, wanjiruID)})
		w.must(err)
		p.agree(agents.RequestOperatorAdd, hired, "WANJIRU KIMANI")
		entries, err := audit.NewStore(d).List(bg, audit.Filter{})
		w.must(err)
		for _, e := range entries {
			for _, secret := range []string{string(draft), string(hired.Document), otienoID, wanjiruID} {
				if strings.Contains(e.Act.Detail, secret) {
					t.Errorf("the audit has an ID number: %+v", e.Act)
				}
			}
		}
		w.recorded("request.approve", "staff:bob", `"document":"(sealed)"`)

		// A request that can no longer be told shows its arguments, without the number.
		args.Operator = 77
		lost, err := p.office.Ask(bg, p.alice, agents.RequestOperatorID, args)
		w.refused(err, fault.NotOperator)
		args.Operator = w.operator(otieno).ID
		lost, err = p.asks(agents.RequestOperatorID, args)
		w.must(err)
		_, err = w.db.Exec(bg, `UPDATE requests SET args = REPLACE(args, '"why"', '"operator":"?","why"') WHERE no = ?`, lost.No)
		w.must(err)
		told, err := p.office.Asked(bg, lost.No)
		w.must(err)
		if strings.Contains(told.Text, string(draft)) || !strings.Contains(told.Text, "(sealed)") {
			t.Errorf("told as %s", told.Text)
		}
		_, err = w.agents.Post(bg, otieno)
		w.must(err)
		w.must(w.agents.Close(bg, "system", w.worker(otieno), "left"))
		_, err = p.asks(agents.RequestOperatorID, args)
		w.refused(err, fault.PlaceClosed)
	})
}
