package agents

import (
	"context"
	"slices"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/tariff"
	"senti/wallet/voucher"
)

// PayoutRequest is what the operator typed: the number of the customer at the counter, and the code that was read out.
type PayoutRequest struct {
	Operator msisdn.Number
	From     msisdn.Number
	Code     voucher.Code
	Origin   wallet.Origin
}

// PayoutQuote is what the operator is to see before the PIN. Amounts are minor units; the amount is the code's.
type PayoutQuote struct {
	Intent id.ID
	Name   string // the customer's, as far as an operator sees it
	Phone  msisdn.Number
	Amount int64
	Earned int64 // by the agent
	SeeID  bool  // the market wants the customer's document seen for such an amount
}

// QuotePayout compares the code and says how much is to be paid to whom, and opens the intent that Payout goes through with. A
// wrong code is counted; the third kills the code, frees what stands behind it and tells the customer.
//
// Faults: not_operator, operator_suspended, not_registered, cannot_withdraw, code_unknown, wrong_code (left), code_locked,
// code_gone.
func (a *Agents) QuotePayout(ctx context.Context, r PayoutRequest) (PayoutQuote, error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return PayoutQuote{}, err
	}
	c, err := a.drawer(ctx, r.From)
	if err != nil {
		return PayoutQuote{}, err
	}
	slip, err := a.payable(ctx, c.ID)
	if err != nil {
		return PayoutQuote{}, err
	}
	proven, tried, err := a.codes.Prove([]voucher.Slip{slip}, r.Code, "")
	if err != nil {
		return PayoutQuote{}, err
	}
	if proven.ID.IsZero() {
		return PayoutQuote{}, a.wrongCode(ctx, slip, a.counterAt(post), tried)
	}
	t, err := a.pricePayout(ctx, post, c, slip)
	if err != nil {
		return PayoutQuote{}, err
	}
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.CashOut, actor(post), r.Origin, t), tried...)
	if err != nil {
		return PayoutQuote{}, err
	}
	return PayoutQuote{Intent: in.ID, Name: shortName(c.Name), Phone: c.Phone, Amount: t.Amount, Earned: t.Earned.Agent,
		SeeID: t.Amount > a.rules().IDAbove}, nil
}

// payable is the customer's code, if it can be paid on. Faults: code_unknown, code_gone.
func (a *Agents) payable(ctx context.Context, owner int64) (voucher.Slip, error) {
	slip, usable, err := a.cashSlip(ctx, owner)
	switch {
	case err != nil || usable:
		return slip, err
	case slip.ID.IsZero():
		return slip, fault.New(fault.CodeUnknown)
	}
	return slip, fault.New(fault.CodeGone)
}

// wrongCode counts a wrong code. No intent is opened: nobody has been shown anything to go through with.
func (a *Agents) wrongCode(ctx context.Context, slip voucher.Slip, at Counter, tried []ledger.Companion) error {
	_, err := a.ledger.Commit(ctx, &ledger.Plan{Companions: tried})
	if fault.HasCode(err, fault.CodeLocked) {
		if err := a.freeLockedCode(ctx, slip, at); err != nil {
			return err // ExpireCashCodes will do it
		}
	}
	return orElse(err, fault.New(fault.CodeGone))
}

// pricePayout is what the deal would be: at the price that the customer was told with the code.
func (a *Agents) pricePayout(ctx context.Context, post network.Post, c customer.Customer, slip voucher.Slip) (CashOutTerms, error) {
	now, at := a.now(), a.counterAt(post)
	rules := a.market.At(now)
	t := CashOutTerms{
		Brief: wallet.Brief{What: payoutWhat, Whom: c.Phone.Masked(), Shop: at.Code, Amount: slip.Amount, Mine: toOperator},
		At:    at, From: wallet.PartyOf(c), Customer: c.ID, Amount: slip.Amount, NetFee: slip.Fee - slip.Tax, Tax: slip.Tax,
		Earned: earned(rules, tariff.Withdraw, slip.Amount, at), Slip: slip.From.String(), Rules: rules.CounterVersions(), PricedAt: now,
	}
	var err error
	t.Marks, err = a.turned(ctx, c, at, 0, slip.Amount, &t.Earned)
	return t, err
}

// payoutWhat is how a redial speaks of a payout.
const payoutWhat = "payout"

// Payout takes what stands behind a code to the till's float, and uses the code up; sent again it returns the same receipt and
// moves nothing. The operator pays on the page that says so, or on Recent, never on an SMS.
//
// Faults: wrong_pin (left), pin_locked, no_pin, operator_suspended, operator_limit (max, left), till_limit (max, left), float_full
// (max), code_gone, cannot_withdraw, counter_changed, intent_expired, busy; outcome_unknown.
func (a *Agents) Payout(ctx context.Context, intentID id.ID, typed pin.PIN) (CashOutReceipt, error) {
	var t CashOutTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.CashOut)
	if err != nil {
		return CashOutReceipt{}, err
	}
	from, err := id.Parse(t.Slip)
	if err != nil || in.Customer != t.At.Operator { // a customer's
		return CashOutReceipt{}, fault.New(fault.BadRequest, "field", "intent")
	}
	outcome, err := a.ledger.Commit(ctx, a.payoutPlan(in, t, from, typed))
	if err != nil {
		return CashOutReceipt{}, ofDrawer(err)
	}
	a.wallet.Wake()
	return CashOutReceipt{Intent: in.ID, Code: outcome.Receipt, End: a.payoutEnd(t)(outcome)}, nil
}

func (a *Agents) payoutPlan(in intent.Intent, t CashOutTerms, from id.ID, typed pin.PIN) *ledger.Plan {
	plan := a.cashOutLegs(in.ID, t)
	plan.Request = wallet.Request(in)
	plan.Holds = []ledger.HoldAct{{Verb: ledger.CaptureHold, Hold: holdOf(from), Account: t.From.Account, Amount: t.Total(), Final: true}}
	plan.Companions = slices.Concat([]ledger.Companion{
		a.wallet.Intents().Close(in, a.ended(t.At.Language, fault.PayingOut, a.payoutEnd(t), ofDrawer)),
		a.wallet.PINs().Check(wallet.OperatorPIN(t.At.Operator), typed),
		a.codes.Use(voucher.Ref{ID: voucher.CashOf(t.Customer), From: from}, in.ID),
		a.message(plan, toCustomer, t.From.Phone, a.tookOut(t)),
		a.message(plan, toOperator, t.At.Phone, a.paidOut(t)),
	}, a.addCashOut(in.ID, t), a.works(t.At, t.PricedAt, 0, t.Amount))
	plan.Companions = append(plan.Companions, a.asksLater(t.deal(in.ID), t.PricedAt)...)
	return a.wallet.Jointly(plan, t.From)
}
