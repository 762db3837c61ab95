package agents

import (
	"context"
	"fmt"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// Close ends it for good, from below: an operator, whose phone is then free for another; a till without operators, whose float was
// paid out (destroyed against the bank, or sold to another till); a store without tills; an agent without stores and agents under it,
// whose commission was paid out. What an agent owes, because more was taken back from it than it had still to get, is written off with it:
// there is no later commission to net it from.
//
// On a closed account nothing can be put right. So neither is closed while a case about it is open, nor a till while its customers may
// still say that cash was not paid.
//
// Faults: agent_not_found, store_not_found, till_not_found, not_operator, place_not_empty (left), account_not_empty (left), cases_open
// (left), deals_fresh (until), place_closed.
func (a *Agents) Close(ctx context.Context, by string, what network.Ref, why string, with ...ledger.Companion) error {
	return a.decidedOn(ctx, with, func() (ledger.Plan, error) {
		owed, err := a.closable(ctx, what)
		if err != nil {
			return ledger.Plan{}, err
		}
		return a.closePlan(ctx, by, what, why, owed)
	})
}

// closing is what the audit keeps of something that was closed.
type closing struct {
	Why        string `json:"why"`
	WrittenOff int64  `json:"written_off,omitempty"` // minor units
	Was        any    `json:"was"`
}

func (a *Agents) closePlan(ctx context.Context, by string, what network.Ref, why string, owed debt) (plan ledger.Plan, err error) {
	plan, last := a.writeOff(owed), closing{Why: why, WrittenOff: owed.amount}
	switch what.Kind {
	case network.AnAgent:
		var g network.Agent
		g, err = a.places.Agent(ctx, what.ID)
		last.Was, plan.Companions = g, a.places.CloseAgent(g)
		plan.Change = []ledger.AccountChange{{Account: g.Payable, Raise: ledger.Closed, Empty: true}}
	case network.AStore:
		var s network.Store
		s, err = a.places.Store(ctx, what.ID)
		last.Was, plan.Companions = s, a.places.CloseStore(s)
	case network.ATill:
		var p network.Place
		p, err = a.places.ByTill(ctx, what.ID)
		last.Was, plan.Companions = p.Till, a.places.CloseTill(p.Till)
		plan.Change = []ledger.AccountChange{{Account: p.Till.Float, Raise: ledger.Closed, Empty: true}}
	case network.AnOperator:
		var p network.Post
		p, err = a.places.ByOperator(ctx, what.ID)
		last.Was, plan.Companions = p.Operator, a.places.CloseOperator(p.Operator)
	}
	if err != nil {
		return ledger.Plan{}, err
	}
	plan.Companions = append(plan.Companions, a.audit.Add(act(by, string(what.Kind)+".close", string(what.Kind), what.ID, last))...)
	return plan, nil
}

// debt is what an agent owes: commission that was taken back after it had been paid.
type debt struct {
	payable int64
	amount  int64 // minor units, 0 for none
}

// writeOff books a debt that nobody will pay: what was paid stays earned, and so stays Senti's expense. Without a debt the plan is empty.
func (a *Agents) writeOff(d debt) ledger.Plan {
	if d.amount == 0 {
		return ledger.Plan{}
	}
	asRead := func(after ledger.Account) *fault.Error {
		if after.Balance != 0 {
			return fault.New(fault.Conflict)
		}
		return nil
	}
	return ledger.Plan{ID: a.wallet.IDs().New(), Kind: ledger.Adjust, Legs: []ledger.Leg{
		{Account: d.payable, Amount: d.amount, Rule: asRead},
		{Account: wallet.CommissionExpense, Amount: -d.amount},
	}}
}

// closable says what stands against closing something, and what an agent owes. All of it but cases and deals is decided again in the
// commit. Those need not be: without operators, which the commit sees to, nothing new happens at a till; and a case is opened only while
// the deal is fresh, or by an operator.
func (a *Agents) closable(ctx context.Context, what network.Ref) (debt, error) {
	var account, parts int64
	var status network.Status
	switch what.Kind {
	case network.AnAgent:
		g, err := a.places.Agent(ctx, what.ID)
		if err != nil {
			return debt{}, err
		}
		account, parts, status = g.Payable, g.Parts, g.Status
	case network.AStore:
		s, err := a.places.Store(ctx, what.ID)
		if err != nil {
			return debt{}, err
		}
		parts, status = s.Parts, s.Status
	case network.ATill:
		p, err := a.places.ByTill(ctx, what.ID)
		if err != nil {
			return debt{}, err
		}
		account, parts, status = p.Till.Float, p.Till.Parts, p.Till.Status
	case network.AnOperator:
		return debt{}, nil
	default:
		return debt{}, fault.New(fault.BadRequest, "field", "kind")
	}
	switch {
	case status == network.Closed:
		return debt{}, fault.New(fault.PlaceClosed)
	case parts > 0:
		return debt{}, fault.New(fault.PlaceNotEmpty, "left", parts)
	case account == 0:
		return debt{}, nil
	}
	if err := a.undisputed(ctx, what); err != nil {
		return debt{}, err
	}
	return a.owes(ctx, account)
}

// owes is what has to be written off when an account is closed. The fault is account_not_empty (left).
func (a *Agents) owes(ctx context.Context, account int64) (debt, error) {
	found, err := a.ledger.Account(ctx, account)
	switch {
	case err != nil:
		return debt{}, err
	case found.Type == ledger.Payable && found.Balance < 0:
		return debt{account, -found.Balance}, nil
	case found.Balance != 0:
		return debt{}, fault.New(fault.AccountNotEmpty, "left", fault.Minor(found.Balance))
	}
	return debt{}, nil
}

// undisputed refuses a till or an agent about whose deals somebody may still have to be given something. Faults: deals_fresh (until),
// cases_open (left).
func (a *Agents) undisputed(ctx context.Context, what network.Ref) error {
	tills := []int64{what.ID}
	if what.Kind == network.AnAgent {
		var err error
		if tills, err = a.tillsOf(ctx, what.ID); err != nil {
			return err
		}
	}
	now, life := a.now(), a.rules().DisputeWithin+clocksDiffer
	for _, till := range tills { // before the cases: what is disputed meanwhile is seen here or there
		last, err := a.deals.LastOf(ctx, till, ledger.CashOut, deal.Done, now.Add(-life))
		if err != nil {
			return err
		}
		if until := last.EndedAt.Add(life); !last.ID.IsZero() && !now.After(until) {
			return fault.New(fault.DealsFresh, "until", a.market.DayMonth(until)+" "+a.market.Hour(until))
		}
	}
	open, err := a.deals.OpenCasesAt(ctx, tills, deal.NotPaid, deal.WrongDeposit)
	if err == nil && open > 0 {
		err = fault.New(fault.CasesOpen, "left", open)
	}
	return err
}

// clocksDiffer is by how much the clocks of two processes may: a dispute that one takes as just in time is no surprise to the other.
const clocksDiffer = time.Minute

// tillsOf are the numbers of all tills an agent and those under it ever had.
func (a *Agents) tillsOf(ctx context.Context, agent int64) (all []int64, err error) {
	for after := int64(0); ; {
		page, err := a.places.Find(ctx, network.Search{Tree: agent, After: after, Limit: tillsAtOnce})
		if err != nil || len(page) == 0 {
			return all, err
		}
		for _, p := range page {
			after, all = p.Till.ID, append(all, p.Till.ID)
		}
	}
}

func (a *Agents) sayClose(ctx context.Context, args PlaceArgs, _ bool) (string, error) {
	what, err := a.Describe(ctx, args.ref())
	off := ""
	if args.Owed > 0 {
		off = ", and write off " + a.market.Style.Format(args.Owed) + " that it owes"
	}
	return fmt.Sprintf("close %s for good%s: %s", what, off, args.Why), err
}

// fillClose says early what stands against the closing, and writes into the request what is written off with it.
func (a *Agents) fillClose(ctx context.Context, args PlaceArgs) (PlaceArgs, error) {
	if args.Kind == network.AnOperator {
		return args, fault.New(fault.BadRequest, "field", "kind") // one person is enough: Close
	}
	owed, err := a.closable(ctx, args.ref())
	args.Owed = owed.amount
	return args, err
}

// planClose is what the approval commits. The fault is conflict when the agent no longer owes what the request says.
func (a *Agents) planClose(ctx context.Context, by string, args PlaceArgs) (ledger.Plan, error) {
	owed, err := a.closable(ctx, args.ref())
	if err == nil && owed.amount != args.Owed {
		err = fault.New(fault.Conflict)
	}
	if err != nil {
		return ledger.Plan{}, err
	}
	return a.closePlan(ctx, by, args.ref(), args.Why, owed)
}
