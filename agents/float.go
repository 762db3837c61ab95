package agents

import (
	"context"
	"time"

	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// FloatRequest is what an operator typed to sell float to another shop, or to ask it for float. Amount is minor units.
type FloatRequest struct {
	Operator msisdn.Number
	Shop     network.ShopCode // the other one
	Amount   int64
	Origin   wallet.Origin
}

// FloatTerms are what was shown to the operator who gives float, and all that MoveFloat goes by. Amounts are minor units.
type FloatTerms struct {
	Brief    wallet.Brief `json:"brief"`
	At       Counter      `json:"at"`              // who gives
	To       Counter      `json:"to"`              // who gets
	Offer    string       `json:"offer,omitempty"` // the request that is answered with it, an ID
	Amount   int64        `json:"amount"`
	Rules    string       `json:"rules"`
	PricedAt time.Time    `json:"priced_at"`
}

// FloatQuote is what the operator is to see before the PIN.
type FloatQuote struct {
	Intent id.ID
	Shop   string // who gets it
	Code   string // its shop code
	Amount int64  // minor units
}

// FloatReceipt is what the operator is to see afterwards.
type FloatReceipt struct {
	Intent id.ID
	Code   string
	End    string // the text the conversation ends with
}

// QuoteFloat says to which shop float would go, and opens the intent that MoveFloat goes through with. Float is bought and sold
// between tills of one agent, and between those of an agent and its super-agent, in either direction.
//
// Faults: not_operator, operator_suspended, shop_not_found, shop_closed, own_shop, other_agent, bad_amount, stopped.
func (a *Agents) QuoteFloat(ctx context.Context, r FloatRequest) (FloatQuote, error) {
	post, to, err := a.dealers(ctx, r)
	if err == nil {
		err = relatives(post.Place, to)
	}
	if err != nil {
		return FloatQuote{}, err
	}
	return a.openFloat(ctx, post, to, r.Amount, "", r.Origin)
}

func (a *Agents) openFloat(ctx context.Context, post network.Post, to network.Place, amount int64, answers string, o wallet.Origin) (FloatQuote, error) {
	if err := a.wallet.MayBeginAtCounter(switches.Float, post.Operator.Phone, post.Operator.Language); err != nil {
		return FloatQuote{}, err
	}
	now := a.now()
	t := FloatTerms{
		Brief: wallet.Brief{Whom: string(to.Till.Code), Shop: string(to.Till.Code), Amount: amount},
		At:    a.counterAt(post), To: a.attended(to), Offer: answers, Amount: amount,
		Rules: a.market.At(now).CounterVersions(), PricedAt: now,
	}
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.FloatMove, actor(post), o, t))
	if err != nil {
		return FloatQuote{}, err
	}
	return FloatQuote{in.ID, t.To.Shop, t.To.Code, amount}, nil
}

// MoveFloat moves the float of a quote; sent again it returns the same receipt and moves nothing. A quote that answers a request ends
// that in the same commit.
//
// Faults: wrong_pin (left), pin_locked, no_pin, operator_suspended, till_short (available), float_min (min: it would keep less), float_full
// (max), shop_closed, offer_gone (the request was taken back, or its time is over), intent_expired, busy; outcome_unknown.
func (a *Agents) MoveFloat(ctx context.Context, intentID id.ID, typed pin.PIN) (FloatReceipt, error) {
	var t FloatTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.FloatMove)
	if err != nil {
		return FloatReceipt{}, err
	}
	plan, err := a.floatPlan(ctx, in, t, typed)
	if err != nil {
		return FloatReceipt{}, err
	}
	plan.Stopped = a.wallet.StoppedAtCounter(switches.Float, t.At.Phone, t.At.Language)
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return FloatReceipt{}, betweenShops(err)
	}
	a.wallet.Wake()
	return FloatReceipt{in.ID, outcome.Receipt, a.floatSold(t)(outcome)}, nil
}

func (a *Agents) floatPlan(ctx context.Context, in intent.Intent, t FloatTerms, typed pin.PIN) (*ledger.Plan, error) {
	staff, err := a.whoWorks(ctx, t.To.Till)
	if err != nil {
		return nil, err
	}
	plan := a.floatLegs(in.ID, t)
	plan.Legs[0].Rule = a.keeps(t)
	plan.Request = wallet.Request(in)
	plan.Companions = append(a.works(t.At, t.PricedAt, 0, 0),
		a.wallet.Intents().Close(in, a.ended(t.At.Language, fault.InFloat, a.floatSold(t), betweenShops)),
		a.wallet.PINs().Check(wallet.OperatorPIN(t.At.Operator), typed),
		a.places.Attends(t.To.Attendant, t.To.Till))
	if t.Offer != "" {
		asked, err := a.offerOf(ctx, t.Offer)
		if err != nil {
			return nil, err
		}
		plan.Companions = append(plan.Companions,
			a.offers.To(asked, offer.Next{State: offer.Done, Operator: t.At.Operator, Posting: in.ID})...)
	}
	plan.Companions = append(plan.Companions, a.floatMessages(plan, t, staff)...)
	return plan, nil
}

// floatLegs move the float.
func (a *Agents) floatLegs(posting id.ID, t FloatTerms) *ledger.Plan {
	return &ledger.Plan{
		ID: posting, Kind: ledger.FloatMove, Rules: t.Rules,
		Legs: []ledger.Leg{
			{Account: t.At.Float, Amount: -t.Amount},
			{Account: t.To.Float, Amount: t.Amount, Rule: limit.FloatRoom(a.market, t.PricedAt)},
		},
	}
}

// keeps is the rule that a till which gives float away keeps what one of its class must. Between the tills of one agent there is none:
// where its float lies is its own affair, and a till that closes gives all of it.
func (a *Agents) keeps(t FloatTerms) ledger.Rule {
	if t.At.Agent == t.To.Agent {
		return nil
	}
	return limit.FloatKept(a.market, t.PricedAt)
}

// offerOf reads an offer that terms name.
func (a *Agents) offerOf(ctx context.Context, text string) (offer.Offer, error) {
	which, err := id.Parse(text)
	if err != nil {
		return offer.Offer{}, fault.Wrap(err, fault.BadRequest, "field", "offer")
	}
	return a.offers.Get(ctx, which)
}

// dealers are the operator who acts and the other shop. Faults: not_operator, operator_suspended, shop_not_found, shop_closed,
// own_shop, bad_amount.
func (a *Agents) dealers(ctx context.Context, r FloatRequest) (network.Post, network.Place, error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return network.Post{}, network.Place{}, err
	}
	other, err := a.shopOf(ctx, r.Shop)
	switch {
	case err != nil:
	case other.Till.ID == post.Till.ID:
		err = fault.New(fault.OwnShop)
	case r.Amount <= 0:
		err = fault.New(fault.BadAmount)
	}
	return post, other, err
}

// Dealer returns how people know the shop with which an operator wants to deal in float: one of the own tree, or any for a swap. Faults:
// not_operator, operator_suspended, shop_not_found, shop_closed, own_shop, other_agent.
func (a *Agents) Dealer(ctx context.Context, operator msisdn.Number, code network.ShopCode, tree bool) (string, error) {
	post, other, err := a.dealers(ctx, FloatRequest{Operator: operator, Shop: code, Amount: 1})
	if err == nil && tree {
		err = relatives(post.Place, other)
	}
	return a.shop(other), err
}

// relatives refuses float between tills that have nothing to do with each other. Who stands under whom never changes. The fault is
// other_agent.
func relatives(one, other network.Place) error {
	if one.Agent.ID == other.Agent.ID || one.Super.ID == other.Agent.ID || other.Super.ID == one.Agent.ID {
		return nil
	}
	return fault.New(fault.OtherAgent)
}

// betweenShops says a refusal of the ledger to the operator who gives float: what stops the other till is not this one's affair.
func betweenShops(err error) error {
	if fault.HasCode(err, fault.CannotReceive) {
		return fault.Wrap(err, fault.ShopClosed)
	}
	return atCounter(err)
}

// FloatNow is what a till holds, as its operator may see it. Amounts are minor units.
type FloatNow struct {
	Balance   int64
	Held      int64     // set aside
	Low, High int64     // the marks of its class
	RunsOut   time.Time // when it will be used up, as on other such days; zero: not within the hours that are looked at
	End       string    // the text the conversation ends with
}

// Float tells what the till holds to an operator who knows the PIN. Faults: not_operator, wrong_pin (left), pin_locked, no_pin.
func (a *Agents) Float(ctx context.Context, operator msisdn.Number, typed pin.PIN, o wallet.Origin) (FloatNow, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return FloatNow{}, err
	}
	// Read before the PIN is compared, so that the commit which compares it can keep what is told.
	f, err := a.floatNow(ctx, post)
	if err != nil {
		return FloatNow{}, err
	}
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(
		[]ledger.Companion{a.wallet.PINs().Check(wallet.OperatorPIN(post.Operator.ID), typed)},
		a.wallet.Noted(actor(post), post.Operator.Language, o, f.End)...)})
	return f, err
}

// floatNow is what the till holds.
func (a *Agents) floatNow(ctx context.Context, post network.Post) (FloatNow, error) {
	account, err := a.ledger.Account(ctx, post.Till.Float)
	if err != nil {
		return FloatNow{}, err
	}
	f := FloatNow{Balance: account.Balance, Held: account.Held}
	if class, ok := a.rules().Class(account.Class); ok {
		f.Low, f.High = class.FloatLow, class.FloatHigh
	}
	if f.RunsOut, err = a.floatRunsOut(ctx, post.Till.ID, account.Available()); err != nil {
		return FloatNow{}, err
	}
	f.End = a.floatPage(post.Operator.Language, f)
	return f, nil
}
