package agents

import (
	"context"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Unpaid returns the customer's last withdrawals of which they may still say that the cash was not paid, newest first. The fault is
// not_registered.
func (a *Agents) Unpaid(ctx context.Context, phone msisdn.Number) ([]Mendable, error) {
	c, err := a.wallet.Customer(ctx, phone)
	if err != nil {
		return nil, err
	}
	life := a.rules().DisputeWithin
	deals, err := a.deals.OfCustomer(ctx, c.ID, a.now().Add(-life), listMost)
	if err != nil {
		return nil, err
	}
	var out []Mendable
	for _, d := range deals {
		if d.Kind != ledger.CashOut || d.State != deal.Done {
			continue
		}
		place, err := a.places.ByTill(ctx, d.Till)
		if err != nil {
			return nil, err
		}
		out = append(out, Mendable{Deal: d.ID, At: d.EndedAt, Amount: d.Amount, Whom: place.Store.Name})
	}
	return out, nil
}

// QuoteNotPaid says which withdrawal it is, and opens the intent that NotPaid goes through with.
//
// Faults: not_registered, deal_not_found, deal_closed (state), too_late.
func (a *Agents) QuoteNotPaid(ctx context.Context, r MendRequest) (MendQuote, error) {
	d, t, err := a.mendOwn(ctx, r)
	if err == nil && d.Kind != ledger.CashOut {
		err = fault.New(fault.DealNotFound)
	}
	if err == nil {
		err = faultOrNil(within(deal.Disputed, a.rules().DisputeWithin, id.ID{})(&d, a.now()))
	}
	if err != nil {
		return MendQuote{}, err
	}
	t.Brief.What, t.Back = aboutNotPaid, nil
	return a.openMend(ctx, ledger.HoldTake, wallet.Actor{Number: t.Customer, Phone: t.Party.Phone}, r.Origin, t)
}

// NotPaid freezes the sum of a withdrawal in the till, as far as it is there (FreezeMore does the rest), and opens a case: the operator may return it (Return),
// else staff decide (DecideNotPaid). Sent again it tells the same and does nothing.
//
// Faults: wrong_pin (left), pin_locked, no_pin, deal_closed (state; it was returned meanwhile), too_late, case_closed, intent_expired,
// busy; outcome_unknown.
func (a *Agents) NotPaid(ctx context.Context, intentID id.ID, typed pin.PIN) (MendReceipt, error) {
	in, t, err := a.recallMend(ctx, intentID, ledger.HoldTake, aboutNotPaid)
	if err != nil {
		return MendReceipt{}, err
	}
	operators, err := a.whoWorks(ctx, t.At.Till)
	if err != nil {
		return MendReceipt{}, err
	}
	outcome, err := a.ledger.Commit(ctx, a.notPaidPlan(in, t, operators, typed))
	if err != nil {
		return MendReceipt{}, err
	}
	a.wallet.Wake()
	return MendReceipt{Intent: in.ID, End: a.notPaidEnd(t)(outcome)}, nil
}

// notPaidPlan is all that it commits.
func (a *Agents) notPaidPlan(in intent.Intent, t MendTerms, operators []network.Operator, typed pin.PIN) *ledger.Plan {
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.HoldTake, Request: wallet.Request(in), Rules: t.Rules,
		Holds: []ledger.HoldAct{freeze(floatHold(t.Deal), t.At.Float, t.Amount, in.OpenedAt)},
	}
	plan.Companions = append([]ledger.Companion{
		a.wallet.Intents().Close(in, a.wallet.Ended(t.Party.Language, fault.NotPaid, a.notPaidEnd(t))),
		a.wallet.PINs().Check(wallet.CustomerPIN(t.Customer), typed),
		a.deals.Change(t.Deal, within(deal.Disputed, a.market.At(t.PricedAt).Agents.DisputeWithin, id.ID{})),
		a.deals.OpenCase(deal.Case{Kind: deal.NotPaid, Deal: t.Deal, Customer: t.Customer, Till: t.At.Till, Amount: t.Amount,
			FloatHold: floatHold(t.Deal), Evidence: "The customer says that the cash was not paid."}),
		a.message(plan, toCustomer, t.Party.Phone, a.saidNotPaid(t, floatHold(t.Deal))),
	}, a.tell(plan, operators, func(language string) text { return a.toldNotPaid(language, t) })...)
	return plan
}
