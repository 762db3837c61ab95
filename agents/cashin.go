package agents

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
	"senti/wallet/tariff"
	"senti/wallet/voucher"
)

// CashInRequest is what the operator typed: the customer's code or number, and an amount in minor units.
type CashInRequest struct {
	Operator msisdn.Number
	Code     voucher.Code  // of DepositCode, zero when by number
	To       msisdn.Number // "" when by code
	Amount   int64
	Origin   wallet.Origin
}

// CashInTerms are what was shown to the operator, and all that CashIn goes by. Amounts are minor units.
type CashInTerms struct {
	Brief    wallet.Brief `json:"brief"`
	At       Counter      `json:"at"`
	To       wallet.Party `json:"to"`
	Customer int64        `json:"customer"`
	Code     string       `json:"code,omitempty"` // the customer's code: presence is proven
	Amount   int64        `json:"amount"`
	Earned   Earned       `json:"earned"`
	Marks    deal.Marks   `json:"marks,omitempty"`
	Seen     deal.Seen    `json:"seen,omitzero"` // beside the deposits before it
	LookedAt time.Time    `json:"-"`             // when that was, unless it was PricedAt
	Rules    string       `json:"rules"`
	PricedAt time.Time    `json:"priced_at"`
}

// CashInQuote is what the operator is to see before the PIN.
type CashInQuote struct {
	Intent id.ID
	Name   string        // the customer's, as far as an operator sees it
	To     msisdn.Number // for the screen, masked
	Code   string        // the customer's code, if that was named
	Amount int64
	Earned int64      // by the agent, minor units
	Waits  bool       // the customer will be asked first
	Warn   *deal.Seen // it looks like a split deposit; nil when it does not
}

// CashInReceipt is what the operator is to see afterwards.
type CashInReceipt struct {
	Intent id.ID
	Code   string
	Waits  bool   // the money is set aside until the customer says yes
	End    string // the text the conversation ends with
}

// The messages of a cash-in, as outbox.MessageID numbers them.
const (
	toCustomer = 1
	toOperator = 2
)

// QuoteCashIn says who would get the money and whether the customer must say yes first, and opens the intent that CashIn goes
// through with.
//
// Faults: not_operator, operator_suspended, stopped, code_unknown, codes_barred, not_registered, cannot_receive, amount_too_small (min), amount_too_big
// (max).
func (a *Agents) QuoteCashIn(ctx context.Context, r CashInRequest) (CashInQuote, error) {
	in, terms, warn, err := a.newCashIn(ctx, r)
	if err != nil {
		return CashInQuote{}, err
	}
	if in, err = a.wallet.OpenIntent(ctx, in); err != nil {
		return CashInQuote{}, err
	}
	q := terms.quote(in)
	q.Warn = warn
	return q, nil
}

// newCashIn is the intent of a deposit and its terms, not yet written, and what the operator is to be warned of.
func (a *Agents) newCashIn(ctx context.Context, r CashInRequest) (in intent.Intent, terms CashInTerms, warn *deal.Seen, err error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return in, terms, nil, err
	}
	if err := a.wallet.MayBeginAtCounter(switches.Deposit, post.Operator.Phone, post.Operator.Language); err != nil {
		return in, terms, nil, err
	}
	c, err := a.depositor(ctx, post, r)
	if err != nil {
		return in, terms, nil, err
	}
	if terms, err = a.priceCashIn(post, c, r); err != nil {
		return in, terms, nil, err
	}
	day, err := a.deals.DayOf(ctx, c.ID, a.now())
	if err != nil {
		return in, terms, nil, err
	}
	if terms.Marks, err = a.turnedOn(ctx, day, c, terms.At, r.Amount, 0, &terms.Earned); err != nil {
		return in, terms, nil, err
	}
	if warn, err = a.splitWarning(ctx, day, &terms); err != nil {
		return in, terms, nil, err
	}
	in = a.wallet.NewIntent(ledger.CashIn, actor(post), r.Origin, terms)
	asks, err := a.mustAsk(terms)
	if asks {
		in.Kind = ledger.HoldTake
	}
	return in, terms, warn, err
}

// quote is what to show of an intent with these terms.
func (t CashInTerms) quote(in intent.Intent) CashInQuote {
	return CashInQuote{Intent: in.ID, Name: t.To.Name, To: t.To.Phone, Code: t.Code, Amount: t.Amount, Earned: t.Earned.Agent,
		Waits: in.Kind == ledger.HoldTake}
}

// CashIn moves the money of a quote from the till's float to the customer, or sets it aside until the customer says yes; sent
// again it returns the same receipt and moves nothing.
//
// Faults: wrong_pin (left), pin_locked, no_pin, operator_suspended, operator_limit (max, left), till_short (available), till_limit,
// cannot_receive, stopped, code_gone, counter_changed (another deposit was made since, beside which this one is to be warned of), intent_expired,
// busy; outcome_unknown.
func (a *Agents) CashIn(ctx context.Context, intentID id.ID, typed pin.PIN) (CashInReceipt, error) {
	var t CashInTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.CashIn, ledger.HoldTake)
	if err != nil {
		return CashInReceipt{}, err
	}
	plan := a.CashInPlan(in, t, typed)
	if in.Kind == ledger.HoldTake {
		plan = a.askPlan(in, t, typed)
	}
	plan.Stopped = a.wallet.StoppedAtCounter(switches.Deposit, t.At.Phone, t.At.Language)
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return CashInReceipt{}, atCounter(err)
	}
	a.wallet.Wake()
	if in.Kind == ledger.HoldTake && !outcome.Replayed {
		a.ring(t.To.Phone)
	}
	return CashInReceipt{Intent: in.ID, Code: outcome.Receipt, Waits: in.Kind == ledger.HoldTake, End: a.cashInEnd(in.Kind == ledger.HoldTake, t)(outcome)}, nil
}

// CashInPlan is all that a cash-in commits that need not wait for the customer.
func (a *Agents) CashInPlan(in intent.Intent, t CashInTerms, typed pin.PIN) *ledger.Plan {
	plan := a.cashInLegs(in.ID, t, limit.Float(a.market, t.PricedAt, -t.Amount))
	plan.Request = wallet.Request(in)
	plan.Companions = append(a.works(t.At, t.PricedAt, t.Amount, 0),
		a.wallet.Intents().Close(in, a.ended(t.At.Language, fault.Depositing, a.cashInEnd(false, t), atCounter)),
		a.wallet.PINs().Check(wallet.OperatorPIN(t.At.Operator), typed),
		a.deals.Add(a.marked(t.deal(in.ID, deal.Done), t.PricedAt)),
		a.deals.Counted(a.countedIn(t, in.ID)),
		a.message(plan, toCustomer, t.To.Phone, a.putIn(t)),
		a.message(plan, toOperator, t.At.Phone, a.tookIn(t)))
	plan.Companions = append(plan.Companions, a.asksLater(t.deal(in.ID, deal.Done), t.PricedAt)...)
	plan.Companions = append(plan.Companions, a.evidence(t, in.ID)...)
	if code, err := voucher.Parse(t.Code); err == nil { // there is one: QuoteCashIn looked it up
		plan.Companions = append(plan.Companions, a.codes.UseDeposit(code, t.Customer, in.ID))
	}
	return a.wallet.Jointly(plan, t.To)
}

// deal is the deal as it is kept.
func (t CashInTerms) deal(posting id.ID, state deal.State) deal.Deal {
	if t.Code != "" {
		t.Marks |= deal.ByCode
	}
	return deal.Deal{
		ID: posting, Kind: ledger.CashIn, State: state, Till: t.At.Till, Operator: t.At.Operator, Agent: t.At.Agent, Super: t.At.Super,
		Customer: t.Customer, Phone: t.To.Phone, Name: t.To.Name, Amount: t.Amount,
		Earned: t.Earned.Total(), EarnedSuper: t.Earned.Super, Marks: t.Marks,
	}
}

// cashInLegs move the money and book what it earned. The rule is the float's.
func (a *Agents) cashInLegs(posting id.ID, t CashInTerms, till ledger.Rule) *ledger.Plan {
	return &ledger.Plan{
		ID:    posting,
		Kind:  ledger.CashIn,
		Rules: t.Rules,
		Legs: wallet.WithoutZero(append(t.Earned.legs(t.At),
			ledger.Leg{Account: t.At.Float, Amount: -t.Amount, Counted: t.Amount, Rule: till},
			ledger.Leg{Account: t.To.Account, Amount: t.Amount, Counted: t.Amount, Rule: limit.Depositor(a.market, t.PricedAt, t.Amount)},
		)),
	}
}

// priceCashIn is what the deal would be, before anybody looked at what went before.
func (a *Agents) priceCashIn(post network.Post, c customer.Customer, r CashInRequest) (CashInTerms, error) {
	now := a.now()
	if _, refusal := tariff.Price(a.market, tariff.Deposit, r.Amount, now); refusal != nil {
		return CashInTerms{}, refusal
	}
	rules, at := a.market.At(now), a.counterAt(post)
	to := wallet.PartyOf(c)
	to.Name = shortName(c.Name)
	return CashInTerms{
		Brief: wallet.Brief{Whom: c.Phone.Masked(), Shop: at.Code, Amount: r.Amount, Mine: toOperator},
		At:    at, To: to, Customer: c.ID, Code: r.Code.Show(), Amount: r.Amount,
		Earned: earned(rules, tariff.Deposit, r.Amount, at), Rules: rules.CounterVersions(), PricedAt: now,
	}, nil
}

// mustAsk decides whether the customer must say yes. Who read out a code has said so already; of small deposits by number a share is
// asked. The lot is the customer's at that till for the day, drawn under a key: an operator who sees that the customer will be asked can
// begin anew as often as he likes, and nobody can say beforehand whom it will fall on.
func (a *Agents) mustAsk(t CashInTerms) (bool, error) {
	rules := a.market.At(t.PricedAt).Agents
	switch {
	case t.Code != "":
		return false, nil
	case t.Amount > rules.ConfirmAbove:
		return true, nil
	}
	var on [20]byte
	binary.BigEndian.PutUint64(on[:8], uint64(t.Customer))
	binary.BigEndian.PutUint64(on[8:16], uint64(t.At.Till))
	binary.BigEndian.PutUint32(on[16:], uint32(a.market.Day(t.PricedAt)))
	lot, err := a.wallet.Keys().MAC(key.Blind, a.wallet.Keys().Current(key.Blind), []byte("senti.confirm.v1"), on[:])
	if err != nil {
		return false, fmt.Errorf("agents: draw whom to ask: %w", err)
	}
	return sampled(lot, rules.ConfirmSample), nil
}

// sampled draws a share of all lots, which are random bytes.
func sampled(lot []byte, share market.Rate) bool {
	end := lot[len(lot)-3:]
	drawn := int64(end[0])<<16 | int64(end[1])<<8 | int64(end[2])
	return drawn*int64(market.RateWhole) < int64(share)<<24
}
