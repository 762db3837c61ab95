package agents

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"senti/agents/commission"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/sweep"
)

// Owed is commission that an agent had earned by the end of the last period and has not been paid.
type Owed struct {
	Agent  network.Agent
	Place  network.Place // of the till whose float gets it; of no till when Stuck
	Amount int64         // minor units, as are all below
	Tax    int64         // held back of it
	Stuck  Stuck         // why it cannot be paid, "" when it can
}

// Stuck is why commission stays owed.
type Stuck string

// The reasons.
const (
	NoTill         Stuck = "no_till"         // no till is nominated, or that till can receive nothing
	AgentSuspended Stuck = "agent_suspended" // somebody is looking into what the agent does
)

// Release is what the last period owes, on one day.
type Release struct {
	Ended int32 // yyyymmdd, the day that the period had ended with
	Due   bool  // it is paid that day: a holiday or a weekend puts it off to the next working day
	Owed  []Owed
	Sum   int64 // of what can be paid
	Fund  int64 // what there is to pay it from
}

// CommissionOwed returns what is to be released now, by ascending number of the agents. What an agent has earned since the period
// ended is not in it; what was taken back since is netted.
func (a *Agents) CommissionOwed(ctx context.Context) (Release, error) {
	now := a.now()
	today := a.market.Day(now)
	r := Release{Ended: a.rules().Release.Ended(today), Due: a.market.Working(today)}
	place, err := a.ledger.Before(ctx, a.market.Begins(r.Ended))
	if err != nil {
		return Release{}, err
	}
	fund, err := a.ledger.Account(ctx, wallet.CommissionFund)
	if err != nil {
		return Release{}, err
	}
	r.Fund = fund.Available()
	for after := int64(0); ; {
		page, err := a.places.Agents(ctx, after, agentsAtOnce)
		if err != nil || len(page) == 0 {
			return r, err
		}
		after = page[len(page)-1].ID
		owed, err := a.owedTo(ctx, page, r.Ended, place)
		if err != nil {
			return Release{}, err
		}
		for _, o := range owed {
			r.Owed = append(r.Owed, o)
			if o.Stuck == "" {
				r.Sum += o.Amount
			}
		}
	}
}

const agentsAtOnce = 500

// owedTo is what a few agents are owed. place is where the period ended in the ledger.
func (a *Agents) owedTo(ctx context.Context, agents []network.Agent, ended int32, place int64) ([]Owed, error) {
	payables, tills, first := make([]int64, len(agents)), make([]int64, 0, len(agents)), make([]id.ID, len(agents))
	for i, g := range agents {
		payables[i], first[i] = g.Payable, releaseID(g.ID, ended, 1)
		if g.Nominated != 0 {
			tills = append(tills, g.Nominated)
		}
	}
	accounts, err := a.ledger.Accounts(ctx, payables)
	if err != nil {
		return nil, err
	}
	paid, err := a.ledger.Outcomes(ctx, first)
	if err != nil {
		return nil, err
	}
	places, err := a.places.Places(ctx, tills)
	if err != nil {
		return nil, err
	}
	var out []Owed
	for i, g := range agents {
		if accounts[g.Payable].Balance <= 0 {
			continue
		}
		if done, err := a.isPaid(ctx, g.ID, ended, paid[first[i]]); err != nil {
			return nil, err
		} else if done {
			continue
		}
		then, err := a.ledger.BalanceAt(ctx, g.Payable, place)
		if err != nil {
			return nil, err
		}
		o := Owed{Agent: g, Amount: min(then, accounts[g.Payable].Balance)}
		if o.Amount <= 0 {
			continue
		}
		o.Tax = commission.Withheld(o.Amount, a.rules().Withholding)
		if err := a.findTill(ctx, &o, places[g.Nominated]); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// findTill says where the commission goes, or why it stays owed.
func (a *Agents) findTill(ctx context.Context, o *Owed, p network.Place) error {
	switch {
	case o.Agent.Status != network.Active:
		o.Stuck = AgentSuspended
	case p.Till.ID == 0 || p.Till.Status != network.Active || p.Store.Status != network.Active:
		o.Stuck = NoTill
	default:
		float, err := a.ledger.Account(ctx, p.Till.Float)
		if err != nil {
			return err
		}
		if o.Place = p; float.Flags&(ledger.CreditBlocked|ledger.Closed) != 0 {
			o.Place, o.Stuck = network.Place{}, NoTill
		}
	}
	return nil
}

// releaseID is the posting that pays an agent for the time before that day. A refusal spends an ID, so each try has its own; one is
// made only when all before it are known to be refused, and so at most one of them is accepted, whoever makes them.
func releaseID(agent int64, ended int32, try int) id.ID {
	return id.Derive(id.Number('r', agent), fmt.Sprintf("senti.release.v1:%d:%d", ended, try))
}

// isPaid reports whether an agent was paid for the time before that day, by what became of the first try.
func (a *Agents) isPaid(ctx context.Context, agent int64, ended int32, first *ledger.Outcome) (bool, error) {
	for try, o := 2, first; o != nil; try++ {
		if o.Accepted {
			return true, nil
		}
		var err error
		if o, _, err = a.ledger.Posting(ctx, releaseID(agent, ended, try)); err != nil {
			return false, err
		}
	}
	return false, nil
}

// ReleaseCommission pays agents what they had earned by the end of the last period, into the floats they nominated, and returns how
// many it has paid. It may run twice at the same time, and every day: a period is paid once. On a day that is no working day it does
// nothing.
//
// Nobody is paid in part, and when the fund has less than all that can be paid, nobody is paid at all: the fault is
// commission_fund_short (available, needed). What cannot be paid, because no till is nominated or the agent is suspended, stays owed, and the
// managers of the agent's tills are told once a period.
//
// What a till's class may hold does not stop it: the money is earned, and withholding it would not make the float smaller than
// the agent can make it by selling.
func (a *Agents) ReleaseCommission(ctx context.Context) (released int, err error) {
	r, err := a.CommissionOwed(ctx)
	if err != nil || !r.Due {
		return 0, err
	}
	if r.Sum > r.Fund {
		return 0, fundShort(r.Fund, r.Sum)
	}
	var short error // once somebody else has used the fund meanwhile
	released, err = sweep.Each(ctx, r.Owed, func(o Owed) (bool, error) {
		switch {
		case short != nil:
			return false, nil
		case o.Stuck != "":
			return false, a.tellStuck(ctx, o, r.Ended)
		}
		done, err := a.releaseOwed(ctx, o, r.Ended)
		if fault.HasCode(err, fault.Insufficient) {
			short = fundShort(0, o.Amount)
			return false, nil
		}
		return done, err
	})
	a.wallet.Wake()
	return released, errors.Join(short, err)
}

func fundShort(available, needed int64) error {
	return fault.New(fault.CommissionFundShort, "available", fault.Minor(available), "needed", fault.Minor(needed))
}

// releaseOwed pays one agent, and reports whether this call did it.
func (a *Agents) releaseOwed(ctx context.Context, o Owed, ended int32) (bool, error) {
	managers, err := a.managers(ctx, o.Place.Till.ID)
	if err != nil {
		return false, err
	}
	for try := 1; ; try++ {
		outcome, err := a.ledger.Commit(ctx, a.releasePlan(o, ended, try, managers))
		switch {
		case outcome == nil:
			return false, err
		case outcome.Replayed && !outcome.Accepted: // that try was refused before
		case outcome.Accepted:
			return !outcome.Replayed, nil
		case fault.HasCode(err, fault.Insufficient):
			return false, err
		default: // what is owed, or to whom, has changed since it was read: the next run will see
			return false, nil
		}
	}
}

// releasePlan is all that one payment commits. Of the same agent and period every request is the same, whatever the amount has
// become: the first that is accepted is the one.
func (a *Agents) releasePlan(o Owed, ended int32, try int, managers []network.Operator) *ledger.Plan {
	plan := &ledger.Plan{
		ID:      releaseID(o.Agent.ID, ended, try),
		Request: sha256.Sum256(fmt.Appendf(nil, "senti.release.v1:%d:%d", o.Agent.ID, ended)),
		Kind:    ledger.CommissionPay,
		Rules:   string(a.rules().Version),
		Legs: wallet.WithoutZero([]ledger.Leg{
			{Account: o.Agent.Payable, Amount: -o.Amount, Rule: stillOwed},
			{Account: wallet.CommissionPaid, Amount: o.Amount},
			{Account: wallet.CommissionFund, Amount: -o.Amount},
			{Account: o.Place.Till.Float, Amount: o.Amount - o.Tax},
			{Account: wallet.WithholdingTax, Amount: o.Tax},
		}),
		Companions: []ledger.Companion{a.places.PaidTo(o.Agent.ID, o.Place.Till.ID)},
	}
	plan.Companions = append(plan.Companions, a.tell(plan, managers, func(language string) text {
		return a.wallet.Afterwards(language, "sms.commission.paid", o.Place.Till.Float, a.wallet.Money("amount", o.Amount),
			a.wallet.Bare("tax", o.Tax), i18n.Text("shop", o.Place.Store.Name+" "+o.Place.Till.Label))
	})...)
	return plan
}

// stillOwed refuses to pay what was taken back since it was read.
func stillOwed(after ledger.Account) *fault.Error {
	if after.Balance < 0 {
		return fault.New(fault.CounterChanged)
	}
	return nil
}

// tillsMost is how many of an agent's tills are told of something.
const tillsMost = 5

// managers are those of a till who are to be told of something.
func (a *Agents) managers(ctx context.Context, till int64) ([]network.Operator, error) {
	staff, err := a.places.Operators(ctx, till)
	if err != nil {
		return nil, err
	}
	var out []network.Operator
	for _, o := range staff {
		if o.Role == network.Manager && o.Status == network.Active && len(out) < hearMost {
			out = append(out, o)
		}
	}
	return out, nil
}

// tellStuck tells the managers of an agent's tills, once a period, that commission waits and why.
func (a *Agents) tellStuck(ctx context.Context, o Owed, ended int32) error {
	told := id.Derive(id.Number('r', o.Agent.ID), "senti.release.stuck.v1:"+strconv.Itoa(int(ended)))
	if _, before, err := a.ledger.Posting(ctx, told); err != nil || before {
		return err
	}
	tills, err := a.places.Find(ctx, network.Search{Agent: o.Agent.ID, Limit: tillsMost})
	if err != nil {
		return err
	}
	plan := &ledger.Plan{ID: told, Kind: ledger.Register}
	var all []network.Operator
	for _, t := range tills {
		managers, err := a.managers(ctx, t.Till.ID)
		if err != nil {
			return err
		}
		all = append(all, managers...)
	}
	plan.Companions = toEach(a.notice, plan, all, func(language string) text {
		text := a.texts.Say(language, "sms.commission."+string(o.Stuck), a.wallet.Money("amount", o.Amount))
		return func(*ledger.Outcome) string { return text }
	})
	slog.Warn("agents: commission stays owed", "agent", o.Agent.ID, "why", o.Stuck)
	_, err = a.ledger.Commit(ctx, plan)
	return err
}
