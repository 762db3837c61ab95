package agents

import (
	"cmp"
	"context"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/sweep"
	"senti/wallet/switches"
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

// QuoteAsk says whom the operator would ask, and what it costs the customer. Nothing is asked yet, and so nothing kept.
//
// Faults: not_operator, operator_suspended, operator_barred, not_registered, cannot_withdraw, asked_often (max), ask_pending (from
// another till), amount_too_small (min), amount_too_big (max).
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
	switch {
	case err != nil:
	case pending && before.Till != post.Till.ID:
		err = fault.New(fault.AskPending)
	case !pending:
		err = a.mayAskAgain(ctx, c.ID, post.Operator.ID)
	}
	return AskQuote{Name: shortName(c.Name), Phone: c.Phone, Amount: r.Amount, Fee: t.Fee(), Mine: pending}, err
}

// mayAskAgain says in time what the commit will say. The fault is asked_often (max).
func (a *Agents) mayAskAgain(ctx context.Context, customerID, operator int64) error {
	asked, err := a.deals.AskedToday(ctx, customerID, operator, a.now())
	if most := a.rules().VainAsks; err == nil && asked >= int64(most) {
		err = fault.New(fault.AskedOften, "max", most)
	}
	return err
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
		ID: in.ID, Customer: c.ID, Till: t.At.Till, Operator: t.At.Operator, Amount: t.Amount, Fee: t.Fee(), Shop: t.At.Shop,
		ExpiresAt: a.now().Add(a.rules().Lives.Ask),
	}
	end = a.texts.Say(t.At.Language, "ask.sent", i18n.Text("name", shortName(c.Name)), i18n.Text("until", a.market.Hour(ask.ExpiresAt)))
	companions := append(a.noted(in, end), a.places.MayAsk(t.At.Operator))
	companions = append(companions, a.deals.AskCustomer(ask, a.rules().VainAsks)...)
	companions = append(companions, a.wallet.Messages().AddUntil(ask.ExpiresAt, outbox.Ask, outbox.MessageID(in.ID, toCustomer), c.Phone, a.pleaseApprove(t)))
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	if err != nil {
		return "", err
	}
	a.wallet.Wake()
	a.ring(c.Phone)
	return end, nil
}

func (a *Agents) asking(ctx context.Context, r AskRequest) (post network.Post, c customer.Customer, t CashOutTerms, err error) {
	if post, err = a.serving(ctx, r.Operator); err != nil {
		return post, c, t, err
	}
	if err = a.wallet.MayBeginAtCounter(switches.Withdraw, post.Operator.Phone, post.Operator.Language); err != nil {
		return post, c, t, err
	}
	if c, err = a.drawer(ctx, r.From); err != nil {
		return post, c, t, err
	}
	t, err = a.priceCashOut(c, a.counterAt(post), r.Amount)
	return post, c, t, err
}

// TakeBack withdraws the request that the operator's till has put to a customer. If the customer has said yes in this moment, what it
// returns says so. The fault is ask_gone: refused, or over.
func (a *Agents) TakeBack(ctx context.Context, operator, from msisdn.Number, o wallet.Origin) (end string, err error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return "", err
	}
	c, err := a.wallet.Customer(ctx, from)
	if err != nil {
		return "", err
	}
	ask, asked, err := a.deals.LastAsk(ctx, c.ID)
	if err != nil || !asked || ask.Till != post.Till.ID {
		return "", orElse(err, fault.New(fault.AskGone))
	}
	end = a.texts.Say(post.Operator.Language, "ask.cancelled")
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(
		a.noted(a.wallet.NewIntent(ledger.Enquiry, actor(post), o, struct{}{}), end),
		a.deals.AnswerAsk(ask, deal.AskCancelled, id.ID{})...)})
	if fault.HasCode(err, fault.AskGone) {
		return a.tooLate(ctx, post, o, ask.ID, err)
	}
	return end, err
}

// tooLate tells an operator who takes a request back that the customer has approved it; gone is the error that stands otherwise.
func (a *Agents) tooLate(ctx context.Context, post network.Post, o wallet.Origin, which id.ID, gone error) (end string, err error) {
	ask, err := a.deals.Ask(ctx, which)
	if err != nil || ask.State != deal.AskApproved {
		return "", cmp.Or(err, gone)
	}
	var t CashOutTerms
	if _, err := a.wallet.Recall(ctx, ask.Posting, &t, ledger.CashOut); err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "ask.approved", a.drawnBy(t)...)
	a.wallet.KeepEnd(ctx, actor(post), o, end)
	return end, nil
}

// ExpireAsks ends the requests that nobody has answered in time, and tells the operators to pay nothing. It returns how many there
// were; page is how many are read at once. It may run twice at the same time.
func (a *Agents) ExpireAsks(ctx context.Context, page int) (int, error) {
	now := a.now()
	return sweep.All(ctx, func(after deal.Ask) ([]deal.Ask, error) { return a.deals.AsksDue(ctx, now, after, page) }, func(ask deal.Ask) (bool, error) {
		var t CashOutTerms
		if _, err := a.wallet.Recall(ctx, ask.ID, &t, ledger.Enquiry); err != nil {
			return false, err
		}
		return a.endWait(ctx, &ledger.Plan{Companions: append(a.deals.ExpireAsk(ask),
			a.wallet.Messages().Add(outbox.Notice, outbox.MessageID(ask.ID, toOperator), t.At.Phone, a.askedFor(t, "sms.ask.expired")))})
	})
}
