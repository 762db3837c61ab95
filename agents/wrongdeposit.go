package agents

import (
	"context"

	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Claimable returns the deposits at the operator's till of which he may still say that they went to a wrong number, newest first.
// Faults: not_operator, operator_suspended.
func (a *Agents) Claimable(ctx context.Context, operator msisdn.Number) ([]Mendable, error) {
	post, err := a.serving(ctx, operator)
	if err != nil {
		return nil, err
	}
	rules := a.rules()
	deals, err := a.deals.OfTill(ctx, post.Till.ID, a.now().Add(-rules.ClaimWithin-rules.WaitFor), listMost)
	if err != nil {
		return nil, err
	}
	var out []Mendable
	for _, d := range deals {
		if d.Kind == ledger.CashIn && d.State == deal.Done && !a.now().After(d.EndedAt.Add(rules.ClaimWithin)) {
			out = append(out, Mendable{Deal: d.ID, At: d.EndedAt, Amount: d.Amount, Whom: d.Name})
		}
	}
	return out, nil
}

// QuoteClaim says to whom the deposit went, and opens the intent that Claim goes through with.
//
// Faults: not_operator, operator_suspended, deal_not_found, deposit_by_code (it cannot have gone to a wrong number), deal_closed (state;
// a deposit is claimed once), too_late.
func (a *Agents) QuoteClaim(ctx context.Context, r MendRequest) (MendQuote, error) {
	post, d, t, err := a.mendAt(ctx, r)
	if err == nil && d.Kind != ledger.CashIn {
		err = fault.New(fault.DealNotFound)
	}
	if err == nil && d.Marks.Has(deal.ByCode) {
		err = fault.New(fault.DepositByCode)
	}
	if err == nil {
		err = faultOrNil(within(deal.Claimed, a.rules().ClaimWithin, id.ID{})(&d, a.now()))
	}
	if err != nil {
		return MendQuote{}, err
	}
	t.Brief.What, t.Back = aboutClaim, nil
	return a.openMend(ctx, ledger.HoldTake, actor(post), r.Origin, t)
}

// Claim holds what is still there of a deposit to a wrong number, and as much of the till's float as is there, so that a false claim
// is not free. Nothing is taken: the customer is told at once, and says that it was not theirs (GiveBack) or that it is
// (KeepDeposit); else staff decide (DecideWrongDeposit). It stays held until one of them did. What was spent is the agent's loss.
// Sent again it tells the same and does nothing.
//
// Faults: wrong_pin (left), pin_locked, no_pin, operator_suspended, deal_closed (state), too_late, case_closed, intent_expired, busy;
// outcome_unknown.
func (a *Agents) Claim(ctx context.Context, intentID id.ID, typed pin.PIN) (MendReceipt, error) {
	in, t, err := a.recallMend(ctx, intentID, ledger.HoldTake, aboutClaim)
	if err != nil {
		return MendReceipt{}, err
	}
	outcome, err := a.ledger.Commit(ctx, a.claimPlan(in, t, typed))
	if err != nil {
		return MendReceipt{}, atCounter(err)
	}
	a.wallet.Wake()
	if !outcome.Replayed {
		a.ring(t.Party.Phone)
	}
	return MendReceipt{Intent: in.ID, End: a.claimEnd(t)(outcome)}, nil
}

// claimPlan is all that a claim commits.
func (a *Agents) claimPlan(in intent.Intent, t MendTerms, typed pin.PIN) *ledger.Plan {
	alike := freeze(floatHold(t.Deal), t.At.Float, t.Amount, in.OpenedAt)
	alike.Like = walletHold(t.Deal)
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.HoldTake, Request: wallet.Request(in), Rules: t.Rules,
		Holds: []ledger.HoldAct{freeze(walletHold(t.Deal), t.Party.Account, t.Amount, in.OpenedAt), alike},
	}
	plan.Companions = append(a.works(t.At, t.PricedAt, 0, 0),
		a.wallet.Intents().Close(in, a.wallet.Ended(t.At.Language, fault.Claiming, a.claimEnd(t))),
		a.wallet.PINs().Check(wallet.OperatorPIN(t.At.Operator), typed),
		a.deals.Change(t.Deal, within(deal.Claimed, a.market.At(t.PricedAt).Agents.ClaimWithin, id.ID{})),
		a.deals.OpenCase(deal.Case{Kind: deal.WrongDeposit, Deal: t.Deal, Customer: t.Customer, Till: t.At.Till, Amount: t.Amount,
			FloatHold: floatHold(t.Deal), WalletHold: walletHold(t.Deal), Evidence: "The operator says that the number was wrong."}),
		a.message(plan, toCustomer, t.Party.Phone, a.claimed(t)),
		a.message(plan, toOperator, t.At.Phone, a.hasClaimed(t)))
	return plan
}
