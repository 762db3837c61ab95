package agents

import (
	"context"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/outbox"
	"senti/wallet/pin"
)

// QuoteGiveBack says how much of a wrong deposit the customer would give back, and opens the intent that GiveBack goes through with.
//
// Faults: not_registered, deal_not_found, deal_closed (state), case_closed.
func (a *Agents) QuoteGiveBack(ctx context.Context, r MendRequest) (MendQuote, error) {
	d, t, err := a.mendOwn(ctx, r)
	if err == nil && d.State != deal.Claimed {
		err = fault.New(fault.DealClosed, "state", d.State.String())
	}
	if err == nil {
		_, err = a.opened(ctx, &t, deal.WrongDeposit)
	}
	if err == nil && t.Held == 0 { // nobody is asked for what is spent
		err = fault.New(fault.DealNotFound)
	}
	if err != nil {
		return MendQuote{}, err
	}
	t.Brief.Amount = t.Held
	t.keepSpent()
	return a.openMend(ctx, ledger.CashInReversal, wallet.Actor{Number: t.Customer, Phone: t.Party.Phone}, r.Origin, t)
}

// keepSpent leaves with the customer what the case does not hold: it was spent, and is the agent's loss. What the deposit earned is
// taken back whole all the same, as a deposit to a wrong number served nobody.
func (t *MendTerms) keepSpent() { t.Back.but(t.Amount-t.Held, t.Party.Account, t.At.Float) }

// GiveBack takes what is held of a wrong deposit back to the float it came from: the customer agrees that it was not theirs. Money
// leaves the wallet, so it takes the PIN. Sent again it returns the same receipt and moves nothing.
//
// Faults: wrong_pin (left), pin_locked, no_pin, sim_changed, deal_closed (state; staff have decided), case_closed, conflict (more is held by now: begin
// again), intent_expired, busy; outcome_unknown.
func (a *Agents) GiveBack(ctx context.Context, intentID id.ID, typed pin.PIN) (MendReceipt, error) {
	in, t, err := a.recallMend(ctx, intentID, ledger.CashInReversal, "")
	if err != nil {
		return MendReceipt{}, err
	}
	operators, err := a.whoWorks(ctx, t.At.Till)
	if err != nil {
		return MendReceipt{}, err
	}
	back, err := a.uncounts(ctx, t)
	if err != nil {
		return MendReceipt{}, err
	}
	c, err := a.heldFor(ctx, t, deal.WrongDeposit)
	if err != nil {
		return MendReceipt{}, err
	}
	outcome, err := a.ledger.Commit(ctx, a.giveBackPlan(in, t, c, operators, back, typed))
	if err != nil {
		return MendReceipt{}, err
	}
	a.wallet.Wake()
	return MendReceipt{in.ID, outcome.Receipt, a.giveBackEnd(t)(outcome)}, nil
}

// giveBackPlan is all that it commits.
func (a *Agents) giveBackPlan(in intent.Intent, t MendTerms, c deal.Case, operators []network.Operator, back []ledger.Companion, typed pin.PIN) *ledger.Plan {
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.CashInReversal, Request: wallet.Request(in), Corrects: t.Corrects, Rules: t.Rules,
		Legs: t.legs(), Holds: t.thaw(c, true),
	}
	plan.Companions = append([]ledger.Companion{
		a.wallet.Intents().Close(in, a.wallet.Ended(t.Party.Language, fault.GivingBack, a.giveBackEnd(t))),
		a.wallet.Customers().Proven(t.Party.Phone), // a reversal goes past what stops a wallet, but this one is the customer's own act
		a.wallet.PINs().Check(wallet.CustomerPIN(t.Customer), typed),
		a.deals.Change(t.Deal, deal.To(deal.Reversed, in.ID)),
		a.deals.Undone(t.Customer, t.Deal),
		a.closes(c, deal.CaseDropped, "given back by the customer"),
		a.message(plan, toCustomer, t.Party.Phone, a.hasGivenBack(t)),
	}, a.tell(plan, operators, func(language string) text { return a.gotBack(language, t) })...)
	plan.Companions = append(plan.Companions, back...)
	plan.Companions = append(plan.Companions, a.takenBack(t, deal.Reversed, ledger.CashIn)...)
	return plan
}

// KeepDeposit says that a deposit which an operator claims is the customer's own: staff decide. It moves nothing and takes no PIN. It
// returns the text the conversation ends with.
//
// Faults: not_registered, deal_not_found, deal_closed (state; answered or decided before).
func (a *Agents) KeepDeposit(ctx context.Context, r MendRequest) (end string, err error) {
	d, t, err := a.mendOwn(ctx, r)
	if err != nil {
		return "", err
	}
	operators, err := a.whoWorks(ctx, d.Till)
	if err != nil {
		return "", err
	}
	end = a.keptEnd(t)
	companions := append(a.wallet.Noted(wallet.Actor{Number: t.Customer, Phone: t.Party.Phone}, t.Party.Language, r.Origin, end),
		a.wallet.OwnAct(t.Customer),
		a.deals.Change(d.ID, func(d *deal.Deal, _ time.Time) *fault.Error {
			if d.State != deal.Claimed || d.Marks.Has(deal.Kept) {
				return fault.New(fault.DealClosed, "state", d.State.String())
			}
			d.Marks |= deal.Kept
			return nil
		}))
	for i, o := range operators { // said once: the mark sees to that
		companions = append(companions, a.wallet.Messages().Add(
			outbox.Notice, outbox.MessageID(id.Derive(d.ID, "senti.claim.kept.v1"), byte(toOperator+i)), o.Phone, a.hasKept(o.Language, t)))
	}
	if _, err := a.ledger.Commit(ctx, &ledger.Plan{Companions: companions}); err != nil {
		return "", err
	}
	a.wallet.Wake()
	return end, nil
}
