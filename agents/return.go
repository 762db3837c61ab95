package agents

import (
	"context"
	"time"

	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Returnable returns the withdrawals that can be returned at the operator's till: first those of which a customer says that they
// were not paid, then those of the last minutes, each newest first. Faults: not_operator, operator_suspended.
func (a *Agents) Returnable(ctx context.Context, operator msisdn.Number) ([]Mendable, error) {
	post, err := a.serving(ctx, operator)
	if err != nil {
		return nil, err
	}
	list, err := a.disputedAt(ctx, post.Till.ID)
	if err != nil {
		return nil, err
	}
	life := a.rules().ReturnWithin
	deals, err := a.deals.OfTill(ctx, post.Till.ID, a.now().Add(-life), listMost)
	if err != nil {
		return nil, err
	}
	for _, d := range deals {
		if d.Kind == ledger.CashOut && d.State == deal.Done && !a.now().After(d.EndedAt.Add(life)) {
			list = append(list, Mendable{Deal: d.ID, At: d.EndedAt, Amount: d.Amount, Whom: d.Name})
		}
	}
	return list, nil
}

// disputedAt are the withdrawals at a till of which a customer says that they were not paid, and that nobody has decided, newest first.
func (a *Agents) disputedAt(ctx context.Context, till int64) ([]Mendable, error) {
	cases, err := a.deals.CasesOfTill(ctx, till, time.Time{}, listMost)
	if err != nil {
		return nil, err
	}
	var list []Mendable
	for _, c := range cases {
		if c.Kind != deal.NotPaid || c.State != deal.CaseOpen {
			continue
		}
		d, err := a.deals.Get(ctx, c.Deal)
		if err != nil {
			return nil, err
		}
		list = append(list, Mendable{d.ID, d.AskedAt, d.Amount, d.Name, true})
	}
	return list, nil
}

// listMost bounds how many deals or cases are looked at for a list.
const listMost = 1000

// QuoteReturn says whose withdrawal it is and how much goes back, and opens the intent that Return goes through with.
//
// Faults: not_operator, operator_suspended, deal_not_found, deal_closed (state), too_late.
func (a *Agents) QuoteReturn(ctx context.Context, r MendRequest) (MendQuote, error) {
	post, d, t, err := a.mendAt(ctx, r)
	switch {
	case err != nil:
		return MendQuote{}, err
	case d.Kind != ledger.CashOut:
		return MendQuote{}, fault.New(fault.DealNotFound)
	case d.State == deal.Disputed:
		_, err = a.opened(ctx, &t, deal.NotPaid)
	default:
		err = faultOrNil(within(deal.Returned, a.rules().ReturnWithin, id.ID{})(&d, a.now()))
	}
	if err != nil {
		return MendQuote{}, err
	}
	return a.openMend(ctx, ledger.CashOutReturn, actor(post), r.Origin, t)
}

// Return undoes a withdrawal, fee and all, from the till's float; what it had earned is taken from what the agents are owed. It is the
// operator's for the market's while after the withdrawal, and as the answer to a customer who was not paid as long as that is open.
// Sent again it returns the same receipt and moves nothing.
//
// Faults: wrong_pin (left), pin_locked, no_pin, operator_suspended, deal_closed (state; the customer said something meanwhile, or it
// was decided), too_late, till_short (available), intent_expired, busy; outcome_unknown.
func (a *Agents) Return(ctx context.Context, intentID id.ID, typed pin.PIN) (MendReceipt, error) {
	in, t, err := a.recallMend(ctx, intentID, ledger.CashOutReturn, "")
	if err != nil {
		return MendReceipt{}, err
	}
	back, err := a.uncounts(ctx, t)
	if err != nil {
		return MendReceipt{}, err
	}
	var c deal.Case // as it is by now: more may be frozen than when it was quoted, and the sum goes back whole
	if t.Opened {
		c, err = a.deals.Case(ctx, deal.CaseOf(t.Deal, deal.NotPaid))
	}
	if err != nil {
		return MendReceipt{}, err
	}
	outcome, err := a.ledger.Commit(ctx, a.returnPlan(in, t, c, back, typed))
	if err != nil {
		return MendReceipt{}, atCounter(err)
	}
	a.wallet.Wake()
	return MendReceipt{in.ID, outcome.Receipt, a.returnEnd(t)(outcome)}, nil
}

// returnPlan is all that a return commits. The case is looked at if there is one about it.
func (a *Agents) returnPlan(in intent.Intent, t MendTerms, c deal.Case, back []ledger.Companion, typed pin.PIN) *ledger.Plan {
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.CashOutReturn, Request: wallet.Request(in), Corrects: t.Corrects, Rules: t.Rules, Legs: t.legs(),
	}
	plan.Companions = append(append(a.works(t.At, t.PricedAt, 0, 0), back...),
		a.wallet.Intents().Close(in, a.wallet.Ended(t.At.Language, fault.Returning, a.returnEnd(t))),
		a.wallet.PINs().Check(wallet.OperatorPIN(t.At.Operator), typed))
	if t.Opened {
		plan.Holds = t.thaw(c, true)
		plan.Companions = append(plan.Companions, a.takenBack(t, deal.Reversed, ledger.CashOut)...)
		plan.Companions = append(plan.Companions, a.deals.Change(t.Deal, deal.To(deal.Reversed, in.ID)),
			a.closes(c, deal.CaseDropped, "returned by "+audit.Operator(t.At.Operator)))
	} else {
		plan.Companions = append(plan.Companions, a.takenBack(t, deal.Returned, ledger.CashOut)...)
		plan.Companions = append(plan.Companions,
			a.deals.Change(t.Deal, within(deal.Returned, a.market.At(t.PricedAt).Agents.ReturnWithin, in.ID)))
	}
	plan.Companions = append(plan.Companions,
		a.message(plan, toCustomer, t.Party.Phone, a.returned(t)),
		a.message(plan, toOperator, t.At.Phone, a.gaveBack(t)))
	return plan
}

// faultOrNil keeps a nil fault from becoming an error that is not nil.
func faultOrNil(f *fault.Error) error {
	if f == nil {
		return nil
	}
	return f
}
