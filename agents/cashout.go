package agents

import (
	"context"
	"strings"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
	"senti/wallet/tariff"
)

// CashOutRequest is what a customer typed to take cash at a shop. Amount is minor units.
type CashOutRequest struct {
	From   msisdn.Number
	Shop   network.ShopCode
	Others []network.ShopCode // of a reservation: who is asked next when the shop does not say yes
	Amount int64
	Origin wallet.Origin
}

// CashOutTerms are what was shown to the customer, and all that CashOut goes by. Amounts are minor units.
type CashOutTerms struct {
	Brief    wallet.Brief `json:"brief"`
	At       Counter      `json:"at"`
	From     wallet.Party `json:"from"`
	Customer int64        `json:"customer"`
	Amount   int64        `json:"amount"`
	NetFee   int64        `json:"net_fee"`
	Tax      int64        `json:"tax"`
	Earned   Earned       `json:"earned"`
	Marks    deal.Marks   `json:"marks,omitempty"`
	Ask      string       `json:"ask,omitempty"`  // the operator's request that the customer approves, an ID
	Slip     string       `json:"slip,omitempty"` // what the customer's code is drawn from, an ID; its money is set aside
	Rules    string       `json:"rules"`
	PricedAt time.Time    `json:"priced_at"`

	Then string `json:"then,omitempty"` // of a reservation: the codes of the shops that are asked next, with spaces between
}

// then are the shops that are asked next.
func (t CashOutTerms) then() []network.ShopCode {
	var out []network.ShopCode
	for code := range strings.FieldsSeq(t.Then) {
		out = append(out, network.ShopCode(code))
	}
	return out
}

// Fee is what the customer pays on top of the amount.
func (t CashOutTerms) Fee() int64 { return t.NetFee + t.Tax }

// Total is what leaves the wallet.
func (t CashOutTerms) Total() int64 { return t.Amount + t.Fee() }

// CashOutQuote is what the customer is to see before the PIN. Amounts are minor units.
type CashOutQuote struct {
	Intent id.ID
	Shop   string // "MAMA NJERI, Kawangware"
	Code   string // the shop code
	Amount int64
	Fee    int64
	Tax    int64
	Total  int64
}

// CashOutReceipt is what the customer is to see afterwards.
type CashOutReceipt struct {
	Intent  id.ID
	Code    string
	Balance int64
	End     string // the text the conversation ends with
}

// QuoteCashOut says which shop that is and what taking cash there costs, and opens the intent that CashOut goes through with. It
// tells nothing about balance and limits.
//
// Faults: not_registered, sender_blocked, stopped, shop_not_found, shop_closed, amount_too_small (min), amount_too_big (max).
func (a *Agents) QuoteCashOut(ctx context.Context, r CashOutRequest) (CashOutQuote, error) {
	c, terms, err := a.newCashOut(ctx, r)
	if err != nil {
		return CashOutQuote{}, err
	}
	return a.openCashOut(ctx, c, terms, r.Origin)
}

// newCashOut is on what terms the customer would take out cash.
func (a *Agents) newCashOut(ctx context.Context, r CashOutRequest) (c customer.Customer, t CashOutTerms, err error) {
	if c, err = a.wallet.Payer(ctx, r.From); err != nil {
		return c, t, err
	}
	if err := a.wallet.MayBegin(ctx, switches.Withdraw, r.From, c.Language); err != nil {
		return c, t, err
	}
	place, err := a.shopOf(ctx, r.Shop)
	if err != nil {
		return c, t, err
	}
	if t, err = a.priceCashOut(c, a.attended(place), r.Amount); err != nil {
		return c, t, err
	}
	t.Marks, err = a.turned(ctx, c, t.At, 0, t.Amount, &t.Earned)
	return c, t, err
}

// CashOut takes the money of a quote from the customer's wallet to the till's float; sent again it returns the same receipt and moves
// nothing. The operator pays on what Recent shows, never on an SMS.
//
// Faults: wrong_pin (left), pin_locked, no_pin, insufficient (available, needed, fee, offer if anything fits), limit_single (max),
// limit_day and limit_month (max, left), shop_full, shop_closed, sender_blocked, stopped, intent_expired, busy; outcome_unknown.
func (a *Agents) CashOut(ctx context.Context, intentID id.ID, typed pin.PIN) (CashOutReceipt, error) {
	var t CashOutTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.CashOut)
	if err == nil && (in.Customer != t.Customer || t.Ask != "") { // an operator's, or one that answers a request
		err = fault.New(fault.BadRequest, "field", "intent")
	}
	if err != nil {
		return CashOutReceipt{}, err
	}
	plan := a.CashOutPlan(in, t, typed)
	plan.Stopped = a.wallet.Stopped(ctx, switches.Withdraw, t.From.Phone, t.From.Language)
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return CashOutReceipt{}, a.withOffer(t.Total(), t.Fee(), err)
	}
	a.wallet.Wake()
	balance, _ := outcome.Balance(t.From.Account)
	return CashOutReceipt{Intent: in.ID, Code: outcome.Receipt, Balance: balance, End: a.cashOutEnd(t)(outcome)}, nil
}

// CashOutPlan is all that one cash-out commits.
func (a *Agents) CashOutPlan(in intent.Intent, t CashOutTerms, typed pin.PIN) *ledger.Plan {
	plan := a.cashOutLegs(in.ID, t)
	plan.Request = wallet.Request(in)
	plan.Companions = []ledger.Companion{
		a.wallet.Intents().Close(in, a.ended(t.From.Language, fault.TakingCash, a.cashOutEnd(t), ofShop)),
		a.wallet.PINs().Check(wallet.CustomerPIN(t.Customer), typed),
		a.places.Attends(t.At.Attendant, t.At.Till),
		a.message(plan, toCustomer, t.From.Phone, a.tookOut(t)),
	}
	plan.Companions = append(plan.Companions, a.addCashOut(in.ID, t)...)
	plan.Companions = append(plan.Companions, a.asksLater(t.deal(in.ID), t.PricedAt)...)
	return a.wallet.Jointly(plan, t.From)
}

// addCashOut writes the deal, and counts it.
func (a *Agents) addCashOut(posting id.ID, t CashOutTerms) []ledger.Companion {
	return a.deals.AddCounted(a.marked(t.deal(posting), t.PricedAt), a.counted(t.Customer, 0, t.Amount, t.Marks, t.Earned, t.PricedAt))
}

// deal is the deal as it is kept.
func (t CashOutTerms) deal(posting id.ID) deal.Deal {
	return deal.Deal{
		ID: posting, Kind: ledger.CashOut, State: deal.Done, Till: t.At.Till, Operator: t.At.Operator, Agent: t.At.Agent, Super: t.At.Super,
		Customer: t.Customer, Phone: t.From.Phone, Name: shortName(t.From.Name), Amount: t.Amount, Fee: t.Fee(), Tax: t.Tax,
		Earned: t.Earned.Total(), EarnedSuper: t.Earned.Super, Marks: t.Marks,
	}
}

// cashOutLegs move the money, the fee and the tax, and book what it earned.
func (a *Agents) cashOutLegs(posting id.ID, t CashOutTerms) *ledger.Plan {
	return &ledger.Plan{
		ID:    posting,
		Kind:  ledger.CashOut,
		Rules: t.Rules,
		Legs: wallet.WithoutZero(append(t.Earned.legs(t.At),
			ledger.Leg{Account: t.From.Account, Amount: -t.Total(), Counted: t.Amount, Rule: limit.Sender(a.market, t.PricedAt, t.Amount)},
			ledger.Leg{Account: t.At.Float, Amount: t.Amount, Counted: t.Amount, Rule: limit.Float(a.market, t.PricedAt, t.Amount)},
			ledger.Leg{Account: wallet.FeeIncome, Amount: t.NetFee},
			ledger.Leg{Account: wallet.TaxPayable, Amount: t.Tax},
		)),
	}
}

// priceCashOut is what the deal would be, before anybody looked at what went before.
func (a *Agents) priceCashOut(c customer.Customer, at Counter, amount int64) (CashOutTerms, error) {
	now := a.now()
	price, refusal := tariff.Price(a.market, tariff.Withdraw, amount, now)
	if refusal != nil {
		return CashOutTerms{}, refusal
	}
	rules := a.market.At(now)
	return CashOutTerms{
		Brief: wallet.Brief{Whom: at.Code, Shop: at.Code, Amount: amount},
		At:    at, From: wallet.PartyOf(c), Customer: c.ID, Amount: amount, NetFee: price.NetFee, Tax: price.Tax,
		Earned: earned(rules, tariff.Withdraw, amount, at), Rules: rules.CounterVersions(), PricedAt: now,
	}, nil
}

func (a *Agents) openCashOut(ctx context.Context, c customer.Customer, t CashOutTerms, o wallet.Origin) (CashOutQuote, error) {
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.CashOut, wallet.Actor{Number: c.ID, Phone: c.Phone}, o, t))
	if err != nil {
		return CashOutQuote{}, err
	}
	return t.quote(in.ID), nil
}

func (t CashOutTerms) quote(intentID id.ID) CashOutQuote {
	return CashOutQuote{Intent: intentID, Shop: t.At.Shop, Code: t.At.Code, Amount: t.Amount, Fee: t.Fee(), Tax: t.Tax, Total: t.Total()}
}

// CashOutQuoted is a quote that was made before, to show it again. The fault is bad_request for an ID of none.
func (a *Agents) CashOutQuoted(ctx context.Context, intentID id.ID) (CashOutQuote, error) {
	var t CashOutTerms
	if _, err := a.wallet.Recall(ctx, intentID, &t, ledger.CashOut); err != nil {
		return CashOutQuote{}, err
	}
	return t.quote(intentID), nil
}

// withOffer adds to "not enough money" what would fit instead, and says what the till cannot in the customer's words.
func (a *Agents) withOffer(needed, fee int64, err error) error {
	e := fault.As(err)
	if e == nil || e.Code != fault.Insufficient {
		return ofShop(err)
	}
	pairs := []any{"available", fault.Minor(e.Int("available")), "needed", fault.Minor(needed), "fee", fault.Minor(fee)}
	if offer, ok := tariff.Largest(a.market, tariff.Withdraw, a.now(), e.Int("available")); ok {
		pairs = append(pairs, "offer", fault.Minor(offer))
	}
	return fault.New(fault.Insufficient, pairs...)
}
