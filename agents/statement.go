package agents

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Statement is what moved what an agent is owed, in a time, and why: every line is a posting, and Opening with all lines is Closing.
// Amounts are minor units.
type Statement struct {
	Agent    network.Agent
	From, To time.Time
	Opening  int64
	Earned   int64
	Taken    int64 // taken back with deals that were undone, as a number above zero
	Released int64 // paid out, tax included
	Tax      int64 // held back of Released
	Closing  int64

	Corrected int64 // by hand: such as a debt that was written off

	Lines []StatementLine // oldest first
}

// StatementLine is one posting of a Statement.
type StatementLine struct {
	At      time.Time
	Posting id.ID
	Kind    ledger.Kind
	Receipt string
	Amount  int64 // what it adds to what the agent is owed, below zero for what it takes
	Balance int64 // owed after it

	Deal  deal.Deal     // that earned it, or that was undone; of ID zero for a payment or a correction by hand
	Place network.Place // where the deal was, or whose float was paid
	Tax   int64         // held back of a payment
}

// EarningsStatement explains what an agent is owed at the end of a time by the postings from its beginning on. It is made from the
// ledger's own legs, and from the deals they tell of. The fault is agent_not_found.
func (a *Agents) EarningsStatement(ctx context.Context, agent int64, from, to time.Time) (Statement, error) {
	g, err := a.places.Agent(ctx, agent)
	if err != nil {
		return Statement{}, err
	}
	s := Statement{Agent: g, From: from, To: to}
	after, err := a.ledger.Before(ctx, from)
	if err != nil {
		return Statement{}, err
	}
	upTo, err := a.ledger.Before(ctx, to)
	if err != nil {
		return Statement{}, err
	}
	if s.Opening, err = a.ledger.BalanceAt(ctx, g.Payable, after); err != nil {
		return Statement{}, err
	}
	if s.Closing, err = a.ledger.BalanceAt(ctx, g.Payable, upTo); err != nil {
		return Statement{}, err
	}
	var entries []ledger.Entry
	err = a.ledger.Between(ctx, g.Payable, after, upTo, func(e ledger.Entry) error {
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return Statement{}, err
	}
	return s, a.explain(ctx, &s, entries)
}

// explain says of each entry what it was.
func (a *Agents) explain(ctx context.Context, s *Statement, entries []ledger.Entry) error {
	deals, err := a.dealsOf(ctx, entries)
	if err != nil {
		return err
	}
	paid, err := a.paymentsOf(ctx, entries)
	if err != nil {
		return err
	}
	tills := map[int64]struct{}{}
	for _, e := range entries {
		l := StatementLine{At: e.At, Posting: e.Posting, Kind: e.Kind, Receipt: e.Receipt, Amount: e.Amount, Balance: e.Balance, Deal: deals[e.Posting]}
		switch {
		case e.Kind == ledger.CommissionPay:
			l.Place, l.Tax = paid[e.Posting].place, paid[e.Posting].tax
			s.Released, s.Tax = s.Released-e.Amount, s.Tax+l.Tax
		case e.Kind == ledger.Adjust && l.Deal.ID.IsZero():
			s.Corrected += e.Amount
		case e.Amount > 0:
			s.Earned += e.Amount
		default:
			s.Taken -= e.Amount
		}
		if !l.Deal.ID.IsZero() {
			tills[l.Deal.Till] = struct{}{}
		}
		s.Lines = append(s.Lines, l)
	}
	places, err := a.places.Places(ctx, slices.Collect(maps.Keys(tills)))
	if err != nil {
		return err
	}
	for i := range s.Lines {
		if l := &s.Lines[i]; !l.Deal.ID.IsZero() {
			l.Place = places[l.Deal.Till]
		}
	}
	return nil
}

// dealsOf finds the deal behind each posting: its own; that of the posting it corrects; or that which waited for it, which
// the intent of the customer's answer names.
func (a *Agents) dealsOf(ctx context.Context, entries []ledger.Entry) (map[id.ID]deal.Deal, error) {
	var named []id.ID
	for _, e := range entries {
		if named = append(named, e.Posting); !e.Corrects.IsZero() {
			named = append(named, e.Corrects)
		}
	}
	found, err := a.deals.Among(ctx, named)
	if err != nil {
		return nil, err
	}
	unknown := slices.DeleteFunc(named, func(i id.ID) bool { _, ok := found[i]; return ok })
	waited, err := a.waitedFor(ctx, unknown)
	if err != nil {
		return nil, err
	}
	asked, err := a.deals.Among(ctx, slices.Collect(maps.Values(waited)))
	if err != nil {
		return nil, err
	}
	for answer, waiting := range waited {
		if d, ok := asked[waiting]; ok {
			found[answer] = d
		}
	}
	for _, e := range entries {
		if d, ok := found[e.Corrects]; ok && found[e.Posting].ID.IsZero() {
			found[e.Posting] = d
		}
	}
	return found, nil
}

// waitedFor returns the deals that the answers of customers were about, by the posting of the answer.
func (a *Agents) waitedFor(ctx context.Context, answers []id.ID) (map[id.ID]id.ID, error) {
	records, err := a.wallet.Intents().ByID(ctx, answers)
	if err != nil {
		return nil, err
	}
	out := map[id.ID]id.ID{}
	for _, r := range records {
		var t answerTerms
		if json.Unmarshal(r.Terms, &t) != nil || t.Deal == "" {
			continue
		}
		waiting, err := id.Parse(t.Deal)
		if err != nil {
			return nil, fmt.Errorf("agents: the terms of intent %s: %w", r.ID.Short(), err)
		}
		out[r.ID] = waiting
	}
	return out, nil
}

// payment is where commission was released to.
type payment struct {
	place network.Place
	tax   int64
}

// paymentsOf reads the payments among the entries from their own legs.
func (a *Agents) paymentsOf(ctx context.Context, entries []ledger.Entry) (map[id.ID]payment, error) {
	var paid []id.ID
	for _, e := range entries {
		if e.Kind == ledger.CommissionPay {
			paid = append(paid, e.Posting)
		}
	}
	outcomes, err := a.ledger.Outcomes(ctx, paid)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]payment, len(outcomes))
	for posting, o := range outcomes {
		var p payment
		for _, l := range o.Legs {
			switch {
			case l.Account == wallet.WithholdingTax:
				p.tax = l.Amount
			case l.Account >= ledger.FirstNumber && l.Amount > 0:
				if p.place, err = a.places.ByFloat(ctx, l.Account); err != nil {
					return nil, err
				}
			}
		}
		out[posting] = p
	}
	return out, nil
}
