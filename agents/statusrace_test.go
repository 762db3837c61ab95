package agents_test

import (
	"fmt"
	"sync"
	"testing"

	"senti/agents/network"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/ledger"
)

const notMoving = ledger.DebitBlocked | ledger.CreditBlocked

// asTheyStand asserts that every float is stopped if anything about its till is, and else is free.
func (w *town) asTheyStand(when string) {
	w.t.Helper()
	for after := int64(0); ; {
		page, err := w.agents.Places().Find(bg, network.Search{After: after, Limit: 500})
		if w.must(err); len(page) == 0 {
			return
		}
		var floats []int64
		for _, p := range page {
			after, floats = p.Till.ID, append(floats, p.Till.Float)
		}
		accounts, err := w.ledger.Accounts(bg, floats)
		w.must(err)
		for _, p := range page {
			if is := accounts[p.Till.Float].Flags & notMoving; p.Till.Status != network.Closed && (is == 0) != p.Serving() {
				w.t.Fatalf("%s: till %d (till %s, store %s, agent %s, super-agent %s) has a float of flags %b", when, p.Till.ID, p.Till.Status,
					p.Store.Status, p.Agent.Status, p.Super.Status, is)
			}
		}
	}
}

// Whoever suspends and resumes at the same moment, in two processes: a float is stopped exactly while something about its till is.
func TestSuspendAndResumeAtOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		agent, bank := network.Ref{Kind: network.AnAgent, ID: one.agent.ID}, network.Ref{Kind: network.AnAgent, ID: one.bank.ID}
		store, till := network.Ref{Kind: network.AStore, ID: one.tills[njeri].Store}, network.Ref{Kind: network.ATill, ID: one.tills[njeri].ID}
		suspend := func(w *town, what network.Ref) func() error {
			return func() error { return w.agents.Suspend(bg, "system", what, "a test") }
		}
		resume := func(w *town, what network.Ref) func() error {
			return func() error { return w.agents.Resume(bg, "system", what, "a test") }
		}
		opens := func() error {
			_, err := two.agents.AddTill(bg, "system", network.Till{Store: store.ID, Label: "another"})
			return err
		}
		for round := range 3 * raceRounds {
			for name, race := range map[string]struct {
				stopped []network.Ref // before
				a, b    func() error
			}{
				"a store is stopped while its agent goes on":   {[]network.Ref{agent}, resume(one, agent), suspend(two, store)},
				"two go on that waited for each other":         {[]network.Ref{agent, store}, resume(one, agent), resume(two, store)},
				"three levels, up and down":                    {[]network.Ref{bank, till}, resume(one, bank), resume(two, till)},
				"a till is opened while its agent is stopped":  {nil, suspend(one, agent), opens},
				"a till is opened while its super-agent is":    {nil, suspend(one, bank), opens},
				"a till is opened while its agent goes on":     {[]network.Ref{agent}, resume(one, agent), opens},
				"a till is opened while its store is stopped":  {nil, suspend(one, store), opens},
				"a till is stopped while its store goes on":    {[]network.Ref{store}, resume(one, store), suspend(two, till)},
				"one agent is stopped and goes on at one time": {nil, suspend(one, agent), resume(two, agent)},
			} {
				for _, what := range race.stopped {
					one.must(suspend(one, what)())
				}
				a, b := atOnce(race.a, race.b)
				if a != nil || b != nil {
					t.Fatalf("%s: %v, %v", name, a, b)
				}
				one.asTheyStand(fmt.Sprintf("round %d, %s", round, name))
				for _, what := range []network.Ref{bank, agent, store, till} {
					one.must(resume(one, what)())
				}
				one.asTheyStand("all go on")
			}
		}
	})
}

// However many tills an agent has, all of them stop with it and go on with it; what is closed stays so.
func TestManyTillsStop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		const many, atOnce = 1_200, 50
		var wg sync.WaitGroup
		for i := range atOnce {
			wg.Go(func() {
				for j := i; j < many; j += atOnce {
					till, err := w.agents.AddTill(bg, "system", network.Till{Store: w.tills[otieno].Store, Label: fmt.Sprintf("till %d", j)})
					if err == nil && j%20 == 0 {
						err = w.agents.Close(bg, "system", network.Ref{Kind: network.ATill, ID: till.ID}, "a test")
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		bank := network.Ref{Kind: network.AnAgent, ID: w.bank.ID}
		w.must(w.agents.Suspend(bg, "system", bank, "a test"))
		w.asTheyStand("stopped")
		late, err := w.agents.AddTill(bg, "system", network.Till{Store: w.tills[otieno].Store, Label: "late"})
		w.must(err)
		w.asTheyStand("opened under what is stopped")
		w.must(w.agents.Resume(bg, "system", bank, "a test"))
		w.asTheyStand("going on")
		if a, err := w.ledger.Account(bg, late.Float); err != nil || a.Flags != 0 {
			t.Errorf("the last till's float: %+v, %v", a, err)
		}
	})
}
