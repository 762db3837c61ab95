package agents

import (
	"context"
	"fmt"
	"time"

	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
	"senti/wallet/sweep"
)

// askPlan sets the money of a cash-in aside on the float, until the customer says yes or the time runs out.
func (a *Agents) askPlan(in intent.Intent, t CashInTerms, typed pin.PIN) *ledger.Plan {
	rules := a.market.At(t.PricedAt).Agents
	until := in.OpenedAt.Add(rules.WaitFor)
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.HoldTake, Request: wallet.Request(in), Rules: t.Rules,
		Holds: []ledger.HoldAct{{
			Verb: ledger.TakeHold, Hold: holdOf(in.ID), Account: t.At.Float, Amount: t.Amount,
			ExpiresAt: until.Add(holdMargin), Rule: limit.FloatAsked(a.market, t.PricedAt, t.Amount),
		}},
	}
	waiting := a.marked(t.deal(in.ID, deal.Waiting), t.PricedAt)
	waiting.Hold, waiting.ExpiresAt = holdOf(in.ID), until
	plan.Companions = append(a.works(t.At, t.PricedAt, t.Amount, 0),
		a.wallet.Intents().Close(in, a.ended(t.At.Language, fault.Depositing, a.cashInEnd(true, t), atCounter)),
		a.wallet.PINs().Check(wallet.OperatorPIN(t.At.Operator), typed),
		a.deals.Add(waiting),
		a.wallet.Messages().AddUntil(until, outbox.Ask, outbox.MessageID(plan.ID, toCustomer), t.To.Phone, a.pleaseSay(t)),
		a.message(plan, toOperator, t.At.Phone, a.waits(t, a.market.Date(until))))
	return plan
}

// Asked is what a shop says of the customer's money, and the customer has yet to answer: a cash-in that waits for their yes, or one
// that was meant for somebody else.
type Asked struct {
	Deal   id.ID
	Shop   string
	Amount int64 // minor units
	Wrong  bool  // the shop wants it back
	Held   int64 // what is held of that
}

// AskedOf returns what that customer has yet to answer, newest first. A claim that is older than the market wants cases to be is for staff
// alone.
func (a *Agents) AskedOf(ctx context.Context, phone msisdn.Number) ([]Asked, error) {
	c, err := a.wallet.Customer(ctx, phone)
	if err != nil {
		return nil, err
	}
	open, err := a.deals.OpenOf(ctx, c.ID, a.claimsSince())
	if err != nil {
		return nil, err
	}
	var out []Asked
	for _, d := range open {
		ask := Asked{Deal: d.ID, Amount: d.Amount, Wrong: d.State == deal.Claimed}
		if ask.Wrong && !d.Marks.Has(deal.Kept) {
			if ask.Held, err = a.heldOf(ctx, d.ID); err != nil {
				return nil, err
			}
		}
		if ask.Held == 0 && (d.State != deal.Waiting || d.Kind != ledger.CashIn || !a.now().Before(d.ExpiresAt)) {
			continue
		}
		place, err := a.places.ByTill(ctx, d.Till)
		if err != nil {
			return nil, err
		}
		ask.Shop = a.shop(place)
		out = append(out, ask)
	}
	return out, nil
}

// heldOf is what the case of a wrong deposit holds.
func (a *Agents) heldOf(ctx context.Context, dealID id.ID) (int64, error) {
	c, err := a.deals.Case(ctx, deal.CaseOf(dealID, deal.WrongDeposit))
	return c.Held, err
}

// AnswerRequest is what a customer says to a cash-in that waits. There is no PIN in it: money arrives, or does not.
type AnswerRequest struct {
	Customer msisdn.Number
	Deal     id.ID
	Yes      bool
	Origin   wallet.Origin
}

// AnswerReceipt is what the customer is to see afterwards.
type AnswerReceipt struct {
	Intent id.ID
	End    string // the text the conversation ends with
}

// Answer lets a cash-in go through, or gives the money back to the float and asks the operator to return the cash. The first
// answer counts, also against the expiry at the same moment.
//
// Faults: deal_not_found, deal_closed (answered or expired before), shop_closed (it was stopped meanwhile), wallet_full, busy;
// outcome_unknown.
func (a *Agents) Answer(ctx context.Context, r AnswerRequest) (AnswerReceipt, error) {
	var t CashInTerms
	if _, err := a.wallet.Recall(ctx, r.Deal, &t, ledger.HoldTake); err != nil {
		return AnswerReceipt{}, err
	}
	if t.To.Phone != r.Customer {
		return AnswerReceipt{}, fault.New(fault.DealNotFound)
	}
	for try := 1; ; try++ {
		plan, err := a.answerPlan(ctx, r, t, try)
		if err != nil {
			return AnswerReceipt{}, err
		}
		outcome, err := a.ledger.Commit(ctx, plan)
		if outcome != nil && outcome.Replayed && !outcome.Accepted && !fault.HasCode(err, fault.DealClosed) {
			continue // that try was refused before, for a reason that may be gone
		}
		if fault.HasCode(err, fault.CounterChanged) && try <= answerTries {
			continue // the customer was at another counter in the same moment: what the deal earns is looked at anew
		}
		if err != nil {
			return AnswerReceipt{}, ofDepositor(err)
		}
		a.wallet.Wake()
		return AnswerReceipt{plan.ID, a.answerEnd(r.Yes, t)(outcome)}, nil
	}
}

// answerPlan is all that an answer commits. A yes is for the customer as they are now, and earns what their day now lets it earn: the
// wait may have been long.
func (a *Agents) answerPlan(ctx context.Context, r AnswerRequest, t CashInTerms, try int) (*ledger.Plan, error) {
	if !r.Yes {
		d, err := a.deals.Get(ctx, r.Deal)
		return a.noPlan(r, t, d, try), err
	}
	c, err := a.wallet.Customer(ctx, r.Customer)
	if err != nil {
		return nil, err
	}
	t.LookedAt = a.now()
	day, err := a.deals.DayOf(ctx, c.ID, t.LookedAt)
	if err != nil {
		return nil, err
	}
	marks, err := a.turnedOn(ctx, day, c, t.At, t.Amount, 0, &t.Earned)
	if err != nil {
		return nil, err
	}
	t.Marks |= marks
	a.look(day, &t)
	return a.wallet.Jointly(a.yesPlan(r, t, try), wallet.PartyOf(c)), nil
}

// yesPlan is the cash-in itself, out of what was set aside.
func (a *Agents) yesPlan(r AnswerRequest, t CashInTerms, try int) *ledger.Plan {
	in := a.answering(r, t, ledger.CashIn, try)
	plan := a.cashInLegs(in.ID, t, nil) // the till's limit was asked when the cash was taken
	plan.Request = wallet.Request(in)
	plan.Holds = []ledger.HoldAct{{Verb: ledger.CaptureHold, Hold: holdOf(r.Deal), Account: t.At.Float, Amount: t.Amount, Final: true}}
	plan.Companions = append(a.answered(in, r, t, deal.Done),
		a.deals.Counted(a.countedIn(t, r.Deal)),
		a.message(plan, toCustomer, t.To.Phone, a.putIn(t)),
		a.message(plan, toOperator, t.At.Phone, a.tookIn(t)))
	plan.Companions = append(plan.Companions, a.asksLater(t.deal(r.Deal, deal.Done), t.PricedAt)...)
	plan.Companions = append(plan.Companions, a.evidence(t, r.Deal)...)
	if t.Earned.Total() != 0 {
		plan.Companions = append(plan.Companions, a.deals.Turned(deal.Turn{Deal: r.Deal, State: deal.Done, Kind: ledger.CashIn, Till: t.At.Till,
			Amount: t.Amount, Earned: t.Earned.Total(), EarnedSuper: t.Earned.Super}))
	}
	return plan
}

// noPlan gives the money back to the float, and its place in the operator's day.
func (a *Agents) noPlan(r AnswerRequest, t CashInTerms, d deal.Deal, try int) *ledger.Plan {
	in := a.answering(r, t, ledger.HoldEnd, try)
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.HoldEnd, Request: wallet.Request(in), Corrects: r.Deal,
		Holds: []ledger.HoldAct{{Verb: ledger.ReleaseHold, Hold: holdOf(r.Deal), Account: t.At.Float}},
	}
	plan.Companions = append(a.answered(in, r, t, deal.Declined), a.places.Undone(t.At.Operator, t.Amount, 0, d.Day),
		a.message(plan, toOperator, t.At.Phone, a.giveBack(t, "sms.cashin.declined")))
	return plan
}

// answering is the intent of an answer, whose ID follows from the deal: yes and no have one each, and the deal takes the first. A refusal
// spends an ID, so each try has its own; one is made only when all before it are known to be refused.
func (a *Agents) answering(r AnswerRequest, t CashInTerms, kind ledger.Kind, try int) intent.Intent {
	in := a.wallet.NewIntent(kind, wallet.Actor{Number: t.Customer, Phone: t.To.Phone}, r.Origin,
		answerTerms{Brief: wallet.Brief{What: answerWhat, Whom: t.At.Code, Shop: t.At.Code, Amount: t.Amount}, Deal: r.Deal.String()})
	in.ID = id.Derive(r.Deal, fmt.Sprintf("senti.answer.v1.%s.%d", kind, try))
	return in
}

// answerWhat is how a redial speaks of a yes.
const answerWhat = "cash_in_yes"

type answerTerms struct {
	Brief wallet.Brief `json:"brief"`
	Deal  string       `json:"deal"`
}

// answered is what both answers commit.
func (a *Agents) answered(in intent.Intent, r AnswerRequest, t CashInTerms, state deal.State) []ledger.Companion {
	return []ledger.Companion{
		a.deals.Change(r.Deal, answeredInTime(state, in.ID, t)),
		a.wallet.Intents().Open(in),
		a.wallet.Intents().Close(in, a.ended(t.To.Language, fault.Answering, a.answerEnd(r.Yes, t), ofDepositor)),
		a.wallet.OwnAct(t.Customer),
	}
}

// answeredInTime ends a wait, unless its time is over: then only the expiry may, so that nobody hears two things.
func answeredInTime(state deal.State, partner id.ID, t CashInTerms) func(*deal.Deal, time.Time) *fault.Error {
	end := deal.To(state, partner)
	return func(d *deal.Deal, at time.Time) *fault.Error {
		if d.State == deal.Waiting && !at.Before(d.ExpiresAt) {
			return fault.New(fault.DealClosed, "state", deal.Expired.String())
		}
		d.Earned, d.EarnedSuper, d.Marks = t.Earned.Total(), t.Earned.Super, d.Marks|t.Marks
		return end(d, at)
	}
}

// holdOf is the hold behind a deal, holdMargin how much longer it stands than the deal waits: the deal's own expiry frees it, and
// the ledger's only if nobody ran that.
func holdOf(dealID id.ID) id.ID { return id.Derive(dealID, "senti.deal.hold.v1") }

const holdMargin = 24 * time.Hour

// ExpireCashIns gives back the money of cash-ins that nobody has answered in time, and tells the operators to return the cash. It
// returns how many there were; page is how many are read at once. It may run twice at the same time.
func (a *Agents) ExpireCashIns(ctx context.Context, page int) (int, error) {
	now := a.now()
	return sweep.All(ctx, func(after deal.Deal) ([]deal.Deal, error) {
		return a.deals.DueBefore(ctx, deal.Waiting, now, after, page)
	},
		func(d deal.Deal) (bool, error) { return a.expireCashIn(ctx, d) })
}

// expiryOf is the posting that ends a wait.
func expiryOf(dealID id.ID) id.ID { return id.Derive(dealID, "senti.answer.v1.expired") }

func (a *Agents) expireCashIn(ctx context.Context, d deal.Deal) (bool, error) {
	var t CashInTerms
	if _, err := a.wallet.Recall(ctx, d.ID, &t, ledger.HoldTake); err != nil {
		return false, err
	}
	to, err := a.reach(ctx, t.To)
	if err != nil {
		return false, err
	}
	plan := &ledger.Plan{
		ID: expiryOf(d.ID), Kind: ledger.HoldEnd, Corrects: d.ID,
		Holds: []ledger.HoldAct{{Verb: ledger.ReleaseHold, Hold: d.Hold, Account: t.At.Float}},
	}
	plan.Companions = []ledger.Companion{
		a.deals.Change(d.ID, deal.To(deal.Expired, id.ID{})),
		a.places.Undone(t.At.Operator, t.Amount, 0, d.Day),
		a.message(plan, toCustomer, to, a.notAnswered(t)),
		a.message(plan, toOperator, t.At.Phone, a.giveBack(t, "sms.cashin.expired")),
	}
	return a.endWait(ctx, plan)
}

// endWait commits the end of something that has waited, which gives back its money, and reports whether it was this that ended it:
// something else may have, in the same instant.
func (a *Agents) endWait(ctx context.Context, plan *ledger.Plan) (bool, error) {
	_, err := a.ledger.Commit(ctx, plan)
	if fault.HasCode(err, fault.HoldClosed) { // it waited so long that the ledger itself has given the money back
		_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: plan.Companions})
	}
	switch {
	case err == nil:
		a.wallet.Wake()
		return true, nil
	case fault.HasCode(err, fault.DealClosed), fault.HasCode(err, fault.CodeGone), fault.HasCode(err, fault.AskGone),
		fault.HasCode(err, fault.CodeLive): // the clock stepped back
		return false, nil
	}
	return false, err
}
