package agents

import (
	"context"
	"fmt"
	"slices"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Warned is a deposit that was made although it looked like one of several parts, as it looked then: what the operator was warned of, and
// what the agent and staff can read.
type Warned struct {
	deal.Evidence
	Of    deal.Deal // as it is now
	Place network.Place
	Shop  string // "MAMA NJERI, Kawangware"
}

// Warnings returns the deposits of the last thirty days that look split, newest first, to who knows the operator's PIN: those at
// the own till, and to a manager those at all tills of the agent. One that was undone is not among them.
//
// Faults: not_operator, wrong_pin (left), pin_locked, no_pin.
func (a *Agents) Warnings(ctx context.Context, operator msisdn.Number, typed pin.PIN, most int) ([]Warned, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return nil, err
	}
	if err := a.prove(ctx, post, typed); err != nil {
		return nil, err
	}
	kept, err := a.deals.SplitsOfAgent(ctx, post.Agent.ID, a.now().Add(-warnedWithin), warnedMost)
	if err != nil {
		return nil, err
	}
	if post.Operator.Role != network.Manager {
		kept = slices.DeleteFunc(kept, func(e deal.Evidence) bool { return e.Till != post.Till.ID })
	}
	out, err := a.warned(ctx, kept)
	out = slices.DeleteFunc(out, func(w Warned) bool { return !w.Of.State.Stands() })
	return out[:min(len(out), most)], err
}

// Said is what customers who were asked say of a till, or of all tills of an agent together, in the last thirty days.
type Said struct {
	Answers int64
	More    int64 // say that more than the fee was taken
}

// saidLeast is how many must have answered before an agent reads how: of fewer it would be plain who said what.
const saidLeast = 3

// Said returns what customers say of the operator's till, and to a manager of all tills of the agent; false when too few have answered.
// The fault is not_operator.
func (a *Agents) Said(ctx context.Context, operator msisdn.Number) (Said, bool, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return Said{}, false, err
	}
	tills := []int64{post.Till.ID}
	if post.Operator.Role == network.Manager {
		places, err := a.places.Find(ctx, network.Search{Agent: post.Agent.ID})
		if err != nil {
			return Said{}, false, err
		}
		for _, p := range places {
			tills = append(tills, p.Till.ID)
		}
	}
	records, err := a.surveys.Records(ctx, tills)
	var s Said
	for _, r := range records {
		now := r.At(a.now())
		s.Answers, s.More = s.Answers+now.Yes+now.No, s.More+now.Yes
	}
	return s, s.Answers >= saidLeast, err
}

// SplitDeposits returns the deposits that look split and were made at or after a moment, for staff, newest first: those at an agent's tills, or
// of agent 0 all.
func (a *Agents) SplitDeposits(ctx context.Context, agent int64, since time.Time, most int) ([]Warned, error) {
	read := func() ([]deal.Evidence, error) { return a.deals.Splits(ctx, since, most) }
	if agent != 0 {
		read = func() ([]deal.Evidence, error) { return a.deals.SplitsOfAgent(ctx, agent, since, most) }
	}
	kept, err := read()
	if err != nil {
		return nil, err
	}
	return a.warned(ctx, kept)
}

// warned adds what the evidence is about.
func (a *Agents) warned(ctx context.Context, kept []deal.Evidence) ([]Warned, error) {
	var ids []id.ID
	var tills []int64
	for _, e := range kept {
		ids, tills = append(ids, e.Deal), append(tills, e.Till)
	}
	deals, err := a.deals.Among(ctx, ids)
	if err != nil {
		return nil, err
	}
	places, err := a.places.Places(ctx, tills)
	if err != nil {
		return nil, err
	}
	out := make([]Warned, len(kept))
	for i, e := range kept {
		out[i] = Warned{e, deals[e.Deal], places[e.Till], a.shop(places[e.Till])}
	}
	return out, nil
}

const (
	warnedWithin = 30 * 24 * time.Hour
	warnedMost   = 200
)

// OpenSplitCases opens a case for staff about each till at which deposits were split as often in thirty days as the market says, unless there
// was one about it in that time, and returns how many. It may run twice at the same time.
func (a *Agents) OpenSplitCases(ctx context.Context, limit int) (opened int, err error) {
	since := a.now().Add(-warnedWithin)
	often, err := a.deals.OftenSplit(ctx, since, a.rules().SplitCase)
	if err != nil {
		return 0, err
	}
	for _, t := range often {
		if opened == limit {
			break
		}
		before, err := a.deals.CasesOfTill(ctx, t.Till, since, warnedMost)
		if err != nil {
			return opened, err
		}
		if slices.ContainsFunc(before, func(c deal.Case) bool { return c.Kind == deal.SplitDeposits }) {
			continue
		}
		d, err := a.deals.Get(ctx, t.Newest)
		if err != nil {
			return opened, err
		}
		_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{a.deals.OpenCase(deal.Case{
			ID:   id.Derive(id.Number('t', t.Till), fmt.Sprintf("senti.split.case.v1:%d", a.market.Day(a.now()))), // one a day, however many open it
			Kind: deal.SplitDeposits, Deal: d.ID, Customer: d.Customer, Till: t.Till, Amount: t.Gain,
			Evidence: fmt.Sprintf("%d deposits at this till since %s look like parts of others, and earned %s more than in one.",
				t.Count, a.market.DayMonth(since), a.market.Style.Format(t.Gain)),
		})}})
		switch {
		case err == nil:
			opened++
		case !fault.HasCode(err, fault.CaseClosed): // another process was there
			return opened, err
		}
	}
	return opened, nil
}
