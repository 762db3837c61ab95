package agents

import (
	"context"
	"encoding/hex"
	"strconv"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
	"senti/wallet/sweep"
)

// AskRequest is an operator who asks a customer to approve a cash-out. Amount is minor units.
type AskRequest struct {
	Operator msisdn.Number
	From     msisdn.Number
	Amount   int64
	Origin   wallet.Origin
}

// AskQuote is what the operator is to see before asking. Amounts are minor units.
type AskQuote struct {
	Name   string // the customer's, as far as an operator sees it
	Phone  msisdn.Number
	Amount int64
	Fee    int64 // the customer pays it
	Mine   bool  // there is a request already, from this till: it must be taken back first
}

// Pending is a request that waits for a customer's PIN. Amounts are minor units.
type Pending struct {
	Ask                id.ID
	Shop               string
	Amount, Fee, Total int64
	Until              time.Time
}

// QuoteAsk says whom the operator would ask, and what it costs the customer. Nothing is asked yet, and so nothing kept.
//
// Faults: not_operator, operator_suspended, operator_barred, not_registered, cannot_withdraw, ask_pending (from another till),
// amount_too_small (min), amount_too_big (max).
func (a *Agents) QuoteAsk(ctx context.Context, r AskRequest) (AskQuote, error) {
	post, c, t, err := a.asking(ctx, r)
	if err != nil {
		return AskQuote{}, err
	}
	if post, err = a.places.ByOperator(ctx, post.Operator.ID); err != nil { // as it is now: it may have been refused a moment ago
		return AskQuote{}, err
	}
	if post.Operator.Barred(a.now()) {
		return AskQuote{}, fault.New(fault.OperatorBarred)
	}
	before, pending, err := a.deals.PendingAsk(ctx, c.ID, a.now())
	if err == nil && pending && before.Till != post.Till.ID {
		err = fault.New(fault.AskPending)
	}
	return AskQuote{Name: shortName(c.Name), Phone: c.Phone, Amount: r.Amount, Fee: t.Fee(), Mine: pending}, err
}

// Ask puts the request to the customer, who hears of it by SMS and finds it on dialling. A customer has one at a time, so a repeat
// asks nobody twice. Nothing may be paid yet: Recent shows it once the customer has approved.
//
// Faults: those of QuoteAsk.
func (a *Agents) Ask(ctx context.Context, r AskRequest) (end string, err error) {
	post, c, t, err := a.asking(ctx, r)
	if err != nil {
		return "", err
	}
	in := a.wallet.NewIntent(ledger.Enquiry, actor(post), r.Origin, t)
	ask := deal.Ask{
		Customer: c.ID, Intent: in.ID, Till: t.At.Till, Operator: t.At.Operator, Amount: t.Amount, Fee: t.Fee(), Shop: t.At.Shop,
		ExpiresAt: a.now().Add(a.rules().Lives.Ask),
	}
	end = a.texts.Say(t.At.Language, "ask.sent", i18n.Text("name", shortName(c.Name)), i18n.Text("until", a.market.Hour(ask.ExpiresAt)))
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(a.noted(in, end),
		a.places.MayAsk(t.At.Operator),
		a.deals.AskCustomer(ask),
		a.wallet.Messages().AddUntil(ask.ExpiresAt, outbox.Ask, outbox.MessageID(in.ID, toCustomer), c.Phone, a.pleaseApprove(t)))})
	if err != nil {
		return "", err
	}
	a.wallet.Wake()
	return end, nil
}

func (a *Agents) asking(ctx context.Context, r AskRequest) (post network.Post, c customer.Customer, t CashOutTerms, err error) {
	if post, err = a.serving(ctx, r.Operator); err != nil {
		return post, c, t, err
	}
	if c, err = a.drawer(ctx, r.From); err != nil {
		return post, c, t, err
	}
	t, err = a.priceCashOut(c, a.counterAt(post), r.Amount)
	return post, c, t, err
}

// TakeBack withdraws the request that the operator's till has put to a customer. The fault is ask_gone: answered, or over.
func (a *Agents) TakeBack(ctx context.Context, operator, from msisdn.Number, o wallet.Origin) (end string, err error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return "", err
	}
	c, err := a.wallet.Customer(ctx, from)
	if err != nil {
		return "", err
	}
	ask, pending, err := a.deals.PendingAsk(ctx, c.ID, a.now())
	if err != nil || !pending || ask.Till != post.Till.ID {
		return "", orElse(err, fault.New(fault.AskGone))
	}
	end = a.texts.Say(post.Operator.Language, "ask.cancelled")
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(
		a.noted(a.wallet.NewIntent(ledger.Enquiry, actor(post), o, struct{}{}), end),
		a.deals.AnswerAsk(c.ID, ask.Intent, deal.AskCancelled))})
	return end, err
}

// PendingFor returns the request that waits for that customer's PIN; false when there is none.
func (a *Agents) PendingFor(ctx context.Context, phone msisdn.Number) (Pending, bool, error) {
	c, err := a.wallet.Customer(ctx, phone)
	if err != nil {
		return Pending{}, false, err
	}
	ask, ok, err := a.deals.PendingAsk(ctx, c.ID, a.now())
	return Pending{
		Ask: ask.Intent, Shop: ask.Shop, Amount: ask.Amount, Fee: ask.Fee, Total: ask.Amount + ask.Fee, Until: ask.ExpiresAt,
	}, ok, err
}

// Approval is a customer's answer to a request.
type Approval struct {
	Customer msisdn.Number
	Ask      id.ID
	Origin   wallet.Origin
}

// Approve is the cash-out that the operator asked for. It is one act for each turn of a session: the same again returns the same
// receipt, and a PIN typed anew after a wrong one is a new try. However many there are, the request is approved once. The receipt names the intent of a
// try that was refused, too.
//
// Faults: wrong_pin (left), pin_locked, no_pin, ask_gone, insufficient (available, needed, fee), limit_single (max), limit_day and
// limit_month (max, left), shop_full, shop_closed, sender_blocked, counter_changed, busy; outcome_unknown.
func (a *Agents) Approve(ctx context.Context, r Approval, typed pin.PIN) (CashOutReceipt, error) {
	t, err := a.askedTerms(ctx, r)
	if err != nil {
		return CashOutReceipt{}, err
	}
	c, err := a.wallet.Payer(ctx, r.Customer)
	if err != nil {
		return CashOutReceipt{}, err
	}
	t.From, t.Ask = wallet.PartyOf(c), r.Ask.String()
	if t.Marks, err = a.turned(ctx, c, t.At, 0, t.Amount, &t.Earned); err != nil {
		return CashOutReceipt{}, err
	}
	in := a.wallet.NewIntent(ledger.CashOut, wallet.Actor{Number: c.ID, Phone: c.Phone}, r.Origin, t)
	if r.Origin != (wallet.Origin{}) { // without a session every call is a try of its own
		in.ID = id.Derive(r.Ask, "senti.approve.v1."+hex.EncodeToString(r.Origin.Session[:])+"."+strconv.Itoa(r.Origin.Turn))
	}
	outcome, err := a.ledger.Commit(ctx, a.approvalPlan(in, t, r.Ask, typed))
	if err != nil {
		return CashOutReceipt{Intent: in.ID}, a.withOffer(t.Total(), t.Fee(), err)
	}
	a.wallet.Wake()
	balance, _ := outcome.Balance(t.From.Account)
	return CashOutReceipt{Intent: in.ID, Code: outcome.Receipt, Balance: balance, End: a.cashOutEnd(t)(outcome)}, nil
}

// askedTerms are those of the request, if it is that customer's. The fault is ask_gone.
func (a *Agents) askedTerms(ctx context.Context, r Approval) (CashOutTerms, error) {
	var t CashOutTerms
	_, err := a.wallet.Recall(ctx, r.Ask, &t, ledger.Enquiry)
	if err == nil && (t.From.Phone != r.Customer || t.At.Operator == 0) {
		err = fault.New(fault.AskGone)
	}
	return t, err
}

func (a *Agents) approvalPlan(in intent.Intent, t CashOutTerms, ask id.ID, typed pin.PIN) *ledger.Plan {
	plan := a.cashOutLegs(in.ID, t)
	plan.Request = wallet.Request(intent.Intent{Kind: in.Kind, Terms: ask[:]}) // what was noticed since is no other request
	plan.Companions = append([]ledger.Companion{
		a.wallet.Intents().Open(in),
		a.wallet.Intents().Close(in, a.ended(t.From.Language, a.cashOutEnd(t), ofShop)),
		a.wallet.PINs().Check(wallet.CustomerPIN(t.Customer), typed),
		a.deals.AnswerAsk(t.Customer, ask, deal.AskApproved),
		a.deals.Add(a.marked(t.deal(in.ID), t.PricedAt)),
		a.deals.Counted(a.counted(t.Customer, 0, t.Amount, t.Marks, t.Earned, t.PricedAt)),
		a.message(plan, toCustomer, t.From.Phone, a.tookOut(t)),
		a.message(plan, toOperator, t.At.Phone, a.paidOut(t)),
	}, a.works(t.At, t.PricedAt, 0, t.Amount)...)
	plan.Companions = append(plan.Companions, a.asksLater(t.deal(in.ID), t.PricedAt)...)
	return a.wallet.Jointly(plan, t.From)
}

// Refuse says no to a request. It counts against the operator: of too many refusals the market makes a pause. There is no PIN in it.
// The fault is ask_gone.
func (a *Agents) Refuse(ctx context.Context, r Approval) (end string, err error) {
	t, err := a.askedTerms(ctx, r)
	if err != nil {
		return "", err
	}
	rules := a.rules()
	end = a.texts.Say(t.From.Language, "ask.no", i18n.Text("shop", t.At.Shop))
	in := a.wallet.NewIntent(ledger.Enquiry, wallet.Actor{Number: t.Customer, Phone: t.From.Phone}, r.Origin, struct{}{})
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(a.noted(in, end),
		a.deals.AnswerAsk(t.Customer, r.Ask, deal.AskRefused),
		a.wallet.OwnAct(t.Customer),
		a.places.Refused(t.At.Operator, rules.Refusals, rules.RefusalsFor),
		a.wallet.Messages().Add(outbox.Notice, outbox.MessageID(r.Ask, toOperator), t.At.Phone, a.askedFor(t, "sms.ask.refused")))})
	if err != nil {
		return "", err
	}
	a.wallet.Wake()
	return end, nil
}

// ExpireAsks ends the requests that nobody has answered in time, and tells the operators to pay nothing. It returns how many there
// were; page is how many are read at once. It may run twice at the same time.
func (a *Agents) ExpireAsks(ctx context.Context, page int) (int, error) {
	now := a.now()
	return sweep.All(ctx, func(after deal.Ask) ([]deal.Ask, error) { return a.deals.AsksDue(ctx, now, after, page) }, func(ask deal.Ask) (bool, error) {
		var t CashOutTerms
		if _, err := a.wallet.Recall(ctx, ask.Intent, &t, ledger.Enquiry); err != nil {
			return false, err
		}
		return a.endWait(ctx, &ledger.Plan{Companions: []ledger.Companion{
			a.deals.ExpireAsk(ask.Customer, ask.Intent),
			a.wallet.Messages().Add(outbox.Notice, outbox.MessageID(ask.Intent, toOperator), t.At.Phone, a.askedFor(t, "sms.ask.expired")),
		}})
	})
}
