package agents_test

import (
	"strings"
	"testing"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/staff"
)

// twoPeople ask and approve.
type twoPeople struct {
	*town
	office     *wallet.Office
	alice, bob staff.Staff
}

func (p twoPeople) asks(kind string, args any) (wallet.Asked, error) {
	return p.office.Ask(bg, p.alice, kind, args)
}

// agree asks for something as alice and approves it as bob, who reads what is in says.
func (p twoPeople) agree(kind string, args any, says string) {
	p.t.Helper()
	asked, err := p.asks(kind, args)
	p.must(err)
	if !strings.Contains(asked.Text, says) {
		p.t.Errorf("bob reads %q, want %q in it", asked.Text, says)
	}
	_, err = p.office.Approve(bg, p.alice, asked.No)
	p.refused(err, fault.SamePerson)
	_, err = p.office.Approve(bg, p.bob, asked.No)
	p.must(err)
	again, err := p.office.Approve(bg, p.bob, asked.No)
	p.must(err)
	if !strings.Contains(again.Text, says) {
		p.t.Errorf("afterwards bob reads %q", again.Text)
	}
}

// Two people take on an agent, a store of it, a till and somebody to work there, pay its commission there, and end it all again.
func TestAnAgentsLifeByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		p := twoPeople{town: w}
		p.office, p.alice, p.bob = w.office()

		agent, err := w.agents.NumberAgent(bg, agents.AgentArgs{Kind: network.Head, Name: "Kariuki & Sons", Class: w.class(0), Parent: w.bank.ID})
		w.must(err)
		p.agree(agents.RequestAgentAdd, agent, "Kariuki & Sons")
		store, err := w.agents.AddStore(bg, audit.Staff("alice"), network.Store{Agent: agent.ID, Name: "Kariuki shop", Ward: "101"},
			p.office.Staff().Acts("alice", staff.Maker))
		w.must(err)
		_, err = w.agents.AddStore(bg, audit.Staff("bob"), network.Store{Agent: agent.ID, Name: "Kariuki shop", Ward: "101"},
			p.office.Staff().Acts("bob", staff.Maker))
		w.refused(err, fault.NotAllowed)
		till, err := w.agents.NumberTill(bg, agents.TillArgs{Store: store.ID, Label: "till 1"})
		w.must(err)
		code := network.CodeOf(till.ID)
		p.agree(agents.RequestTillAdd, till, "shop code "+code.Painted())
		if place, err := w.agents.Places().ByCode(bg, code); err != nil || place.Agent.ID != agent.ID || place.Till.Float != till.Float {
			t.Errorf("the till is at %+v, %v", place, err)
		}
		hired, err := w.agents.NumberOperator(bg, agents.OperatorArgs{Till: till.ID, Phone: wanjiru, Name: "Wanjiru Kimani", Language: "sw",
			Role: network.Manager, Document: w.idOf(wanjiru, wanjiruID)})
		w.must(err)
		p.agree(agents.RequestOperatorAdd, hired, "WANJIRU KIMANI 0712 000 013 as manager")
		_, err = p.asks(agents.RequestOperatorAdd, hired)
		w.refused(err, fault.OperatorTaken)
		p.agree(agents.RequestNominate, agents.NominateArgs{Agent: agent.ID, Till: till.ID}, "release the commission")
		_, err = p.asks(agents.RequestNominate, agents.NominateArgs{Agent: agent.ID, Till: w.tills[njeri].ID})
		w.refused(err, fault.OtherAgent)

		most := w.wallet.Market().At(w.clock.Now()).Agents.OperatorDayIn
		p.agree(agents.RequestOperatorRaise, agents.LimitArgs{Operator: hired.ID, DayIn: 2 * most}, "WANJIRU KIMANI take in")
		if o := w.operator(wanjiru); o.DayIn != 2*most || o.DayOut != 0 {
			t.Errorf("limits of %+v", o)
		}
		p.suspendsAndResumes(hired)
		p.ends(agent.ID, store.ID, till, hired.ID)
		w.right()
	})
}

// suspendsAndResumes stops a till alone, and lets it go on by two.
func (p twoPeople) suspendsAndResumes(hired agents.OperatorArgs) {
	p.t.Helper()
	till := network.Ref{Kind: network.ATill, ID: hired.Till}
	p.must(p.agents.Suspend(bg, audit.Staff("bob"), till, "a complaint", p.office.Staff().Acts("bob", staff.Checker)))
	p.refused(p.agents.Suspend(bg, audit.Staff("bob"), till, "a complaint", p.office.Staff().Acts("bob", staff.Auditor)), fault.NotAllowed)
	post, err := p.agents.Post(bg, wanjiru)
	p.must(err)
	if post.Serving() {
		p.t.Error("the till serves")
	}
	p.agree(agents.RequestResume, agents.PlaceArgs{Kind: network.ATill, ID: till.ID, Why: "cleared"}, "work again: cleared")
	post, err = p.agents.Places().ByPhone(bg, wanjiru)
	p.must(err)
	if !post.Serving() {
		p.t.Error("the till does not serve")
	}
}

// ends closes an agent from below. What stands against it is said when it is asked for.
func (p twoPeople) ends(agent, store int64, till agents.TillArgs, operator int64) {
	p.t.Helper()
	place := func(kind network.RefKind, number int64) agents.PlaceArgs {
		return agents.PlaceArgs{Kind: kind, ID: number, Why: "moved away"}
	}
	_, err := p.asks(agents.RequestClose, place(network.ATill, till.ID))
	p.refused(err, fault.PlaceNotEmpty)
	_, err = p.asks(agents.RequestClose, place(network.AnOperator, operator))
	p.refused(err, fault.BadRequest)
	p.must(p.agents.Close(bg, audit.Staff("alice"), network.Ref{Kind: network.AnOperator, ID: operator}, "left"))
	_, err = p.wallet.Issue(bg, till.Float, 100, "a shilling")
	p.must(err)
	_, err = p.asks(agents.RequestClose, place(network.ATill, till.ID))
	p.refused(err, fault.AccountNotEmpty)
	_, err = p.ledger.Commit(bg, &ledger.Plan{ID: p.wallet.IDs().New(), Kind: ledger.FloatMove, Legs: []ledger.Leg{
		{Account: till.Float, Amount: -100}, {Account: p.tills[njeri].Float, Amount: 100}}})
	p.must(err)
	p.agree(agents.RequestClose, place(network.ATill, till.ID), "close till")
	p.agree(agents.RequestClose, place(network.AStore, store), "KARIUKI SHOP")
	_, err = p.asks(agents.RequestClose, place(network.AStore, store))
	p.refused(err, fault.PlaceClosed)
	p.agree(agents.RequestClose, place(network.AnAgent, agent), "for good: moved away")
	entries, err := audit.NewStore(p.db).List(bg, audit.Filter{Act: "agent.close"})
	p.must(err)
	if len(entries) != 1 || entries[0].Act.Actor != "staff:bob" || !strings.Contains(entries[0].Act.Detail, "moved away") {
		p.t.Errorf("on record: %+v", entries)
	}
}

// Limits are lowered by one person, and raised by two; so is 0, the market's, where it is more.
func TestOperatorLimits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		operator, amount, none := w.operator(otieno).ID, int64(100_00), int64(0)
		low, back := agents.OperatorChange{DayIn: &amount}, agents.OperatorChange{DayIn: &none}
		for _, c := range []struct {
			change agents.OperatorChange
			raises bool
			code   fault.Code
		}{{low, false, ""}, {back, true, fault.Conflict}} {
			raises, err := w.agents.Raises(bg, operator, c.change)
			w.must(err)
			if raises != c.raises {
				t.Errorf("%+v raises: %t", c.change, raises)
			}
			if err := w.agents.ChangeOperator(bg, "staff:ann", operator, c.change, false); fault.CodeOf(err) != c.code {
				t.Errorf("%+v alone: %v", c.change, err)
			}
		}
		w.must(w.agents.ChangeOperator(bg, "staff:ann", operator, back, true))
		french, boss := "fr", network.Role("boss")
		w.refused(w.agents.ChangeOperator(bg, "staff:ann", operator, agents.OperatorChange{Language: &french}, false), fault.BadChoice)
		w.refused(w.agents.ChangeOperator(bg, "staff:ann", operator, agents.OperatorChange{Role: &boss}, false), fault.BadRequest)
		amount = -1
		w.refused(w.agents.ChangeOperator(bg, "staff:ann", operator, low, false), fault.BadRequest)
		swahili := "sw"
		w.must(w.agents.ChangeOperator(bg, "staff:ann", operator, agents.OperatorChange{Language: &swahili}, false))
		if o := w.operator(otieno); o.Language != "sw" || o.DayIn != 0 {
			t.Errorf("he is %+v", o)
		}
	})
}
