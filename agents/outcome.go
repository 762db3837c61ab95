package agents

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

// LastOutcome is the last act on that phone, as wallet.LastOutcome tells it, with what only the counter knows: a request that was shown and not
// approved on this page may have been approved on the page before. When the phone has been told of that act, it is what else happened to
// its owner at a counter within a day, of which the SMS was lost: who gets money, is paid back or must give cash back has done nothing on
// the own phone that could be told. The fault is look_again when it cannot be seen.
func (a *Agents) LastOutcome(ctx context.Context, phone msisdn.Number) (wallet.Last, bool, error) {
	last, ok, err := a.wallet.LastOutcome(ctx, phone)
	if ok && err == nil {
		var since time.Time
		since, err = a.heldSince(ctx, phone)
		ok = !last.At.Before(since)
	}
	if err == nil && ok && last.Kind == ledger.CashOut && last.State == wallet.NotDone {
		last, err = a.orApproved(ctx, last)
	}
	if err == nil && (!ok || !last.Untold()) {
		var news wallet.Last
		var some bool
		if news, some, err = a.news(ctx, phone); some {
			last, ok = news, true
		}
	}
	if err != nil && fault.As(err) == nil {
		err = fault.Wrap(err, fault.LookAgain)
	}
	return last, ok && err == nil, err
}

// heldSince is since when who has a number now is known to have it, as a customer or as an operator; now for nobody. What a phone was told
// before was for somebody else.
func (a *Agents) heldSince(ctx context.Context, phone msisdn.Number) (time.Time, error) {
	since := a.now()
	c, err := a.wallet.Customer(ctx, phone)
	switch {
	case err == nil:
		since = c.CreatedAt
	case !fault.HasCode(err, fault.NotRegistered):
		return since, err
	}
	post, err := a.Post(ctx, phone)
	switch {
	case err == nil && post.Operator.CreatedAt.Before(since):
		since = post.Operator.CreatedAt
	case err != nil && !fault.HasCode(err, fault.NotOperator):
		return since, err
	}
	return since, nil
}

// orApproved is the cash-out that the request has become which an act was about.
func (a *Agents) orApproved(ctx context.Context, last wallet.Last) (wallet.Last, error) {
	var t CashOutTerms
	if _, err := a.wallet.Recall(ctx, last.Intent, &t, ledger.CashOut); err != nil {
		return wallet.Last{}, err
	}
	ask, err := id.Parse(t.Ask)
	if err != nil {
		return last, nil // it answers no request
	}
	posting, err := a.becameOf(ctx, ask)
	if err != nil || posting.IsZero() {
		return last, err
	}
	return a.wallet.Outcome(ctx, posting)
}

// What a redial tells of that the caller has not done.
const (
	aboutCashBack = "cash_back"   // a deposit came to nothing: the cash is to be given back
	aboutNoCash   = "pay_no_cash" // a request came to nothing
	aboutReturned = "returned"
	aboutReceipt  = "receipt" // money came, went or came back: its SMS tells
)

// How far back news go, and how many deals of a person and of a till are looked at for them.
const (
	newsWithin = 24 * time.Hour
	newsOf     = 5
	newsAt     = 20
)

// news is the newest thing of which the SMS to that phone was lost; false when there is none, which is what nearly every dial hears.
// What happened at a counter is named; of any other receipt, for what somebody else did, it is said that there is one.
func (a *Agents) news(ctx context.Context, phone msisdn.Number) (wallet.Last, bool, error) {
	missed, err := a.wallet.Messages().LostOf(ctx, phone, a.now().Add(-newsWithin))
	if err != nil || len(missed) == 0 {
		return wallet.Last{}, false, err
	}
	since, err := a.heldSince(ctx, phone)
	if err != nil {
		return wallet.Last{}, false, err
	}
	missed = slices.DeleteFunc(missed, func(m outbox.Lost) bool { return m.At.Before(since) })
	all, err := a.happened(ctx, phone)
	if err != nil {
		return wallet.Last{}, false, err
	}
	lost := map[id.ID]outbox.Lost{}
	for _, m := range missed {
		lost[m.ID] = m
	}
	all = slices.DeleteFunc(all, func(n wallet.Last) bool { return lost[n.Message].ID.IsZero() })
	missed = slices.DeleteFunc(missed, func(m outbox.Lost) bool {
		return m.Kind != outbox.Receipt || slices.ContainsFunc(all, func(n wallet.Last) bool { return n.Message == m.ID })
	})
	own, err := a.ownActs(ctx, phone, missed)
	if err != nil {
		return wallet.Last{}, false, err
	}
	for _, m := range missed {
		if !own[m.ID] {
			all = append(all, wallet.Last{Actor: a.ownerOf(ctx, phone), Kind: ledger.Enquiry, What: aboutReceipt, State: wallet.Done, At: m.At, Message: m.ID})
		}
	}
	if len(all) == 0 {
		return wallet.Last{}, false, nil
	}
	n := slices.MaxFunc(all, func(x, y wallet.Last) int { return x.At.Compare(y.At) })
	n.End, n.MessageFailed = lost[n.Message].Text, true
	return n, true, nil
}

// ownActs tells which of the messages are about what was done on that phone itself: there the last page has said it.
func (a *Agents) ownActs(ctx context.Context, phone msisdn.Number, messages []outbox.Lost) (map[id.ID]bool, error) {
	const most = 9 // messages of one act: both sides, and the operators of a shop
	about := map[id.ID]id.ID{}
	for _, m := range messages {
		for n := byte(1); n <= most; n++ {
			about[outbox.MessageID(m.ID, n)] = m.ID // which leads back as it led there
		}
	}
	acts, err := a.wallet.Intents().ByID(ctx, slices.Collect(maps.Keys(about)))
	own := map[id.ID]bool{}
	for _, act := range acts {
		own[about[act.ID]] = own[about[act.ID]] || act.Phone == phone
	}
	return own, err
}

// ownerOf is whose PIN shows what was lost on a phone: the customer's, or the operator's where there is no wallet.
func (a *Agents) ownerOf(ctx context.Context, phone msisdn.Number) int64 {
	if c, err := a.wallet.Customer(ctx, phone); err == nil {
		return c.ID
	}
	post, _ := a.Post(ctx, phone) // who is neither has no PIN, and is not shown it
	return post.Operator.ID
}

// happened are the things of a day that the owner of a phone was told of by SMS, as a customer and at the own till.
func (a *Agents) happened(ctx context.Context, phone msisdn.Number) ([]wallet.Last, error) {
	var all []wallet.Last
	since := a.now().Add(-newsWithin)
	c, err := a.wallet.Customer(ctx, phone)
	switch {
	case err == nil:
		deals, err := a.deals.OfCustomer(ctx, c.ID, since, newsOf)
		if err != nil {
			return nil, err
		}
		for _, d := range deals {
			place, err := a.places.ByTill(ctx, d.Till)
			if err != nil {
				return nil, err
			}
			all = append(all, ofCustomer(d, string(place.Till.Code))...)
		}
	case !fault.HasCode(err, fault.NotRegistered):
		return nil, err
	}
	post, err := a.Post(ctx, phone)
	switch {
	case fault.HasCode(err, fault.NotOperator):
		return all, nil
	case err != nil:
		return nil, err
	}
	here, err := a.happenedAt(ctx, post.Till.ID, post.Operator.ID, since)
	return append(all, here...), err
}

// happenedAt are those of an operator.
func (a *Agents) happenedAt(ctx context.Context, till, operator int64, since time.Time) ([]wallet.Last, error) {
	deals, err := a.deals.OfTill(ctx, till, since, newsAt)
	if err != nil {
		return nil, err
	}
	var all []wallet.Last
	for _, d := range deals {
		if d.Operator == operator {
			all = append(all, ofOperator(d)...)
		}
	}
	asks, err := a.deals.AsksOfTill(ctx, till, since, newsOf)
	if err != nil {
		return nil, err
	}
	for _, ask := range asks {
		if ask.Operator != operator || ask.State != deal.AskRefused && ask.State != deal.AskExpired {
			continue
		}
		c, err := a.wallet.Customers().ByID(ctx, ask.Customer)
		if err != nil {
			return nil, err
		}
		all = append(all, wallet.Last{Actor: operator, Kind: ledger.CashOut, What: aboutNoCash, State: wallet.NotDone, At: ask.AskedAt,
			Whom: c.Phone.Masked(), Amount: ask.Amount, Message: outbox.MessageID(ask.ID, toOperator)})
	}
	return all, nil
}

// ofCustomer is what the customer of a deal was told of it.
func ofCustomer(d deal.Deal, shop string) []wallet.Last {
	n := wallet.Last{Actor: d.Customer, Kind: d.Kind, State: wallet.Done, At: d.EndedAt, Whom: shop, Amount: d.Amount}
	switch {
	case d.State == deal.Returned || d.State == deal.Reversed:
		n.What, n.Message = aboutReturned, outbox.MessageID(d.Partner, toCustomer)
	case d.Kind == ledger.CashIn && d.State == deal.Expired:
		n.What, n.State, n.Message = answerWhat, wallet.NotDone, outbox.MessageID(expiryOf(d.ID), toCustomer)
	case d.Kind == ledger.CashIn && d.State.Stands():
		n.What, n.Message = answerWhat, outbox.MessageID(moneyOf(d), toCustomer)
	case d.Kind == ledger.CashOut && d.State.Stands():
		n.What, n.Message = d.Kind.String(), outbox.MessageID(d.ID, toCustomer)
	default:
		return nil
	}
	return []wallet.Last{n}
}

// ofOperator is what the operator of a deal was told of it.
func ofOperator(d deal.Deal) []wallet.Last {
	n := wallet.Last{Actor: d.Operator, Kind: d.Kind, State: wallet.Done, At: cmp.Or(d.EndedAt, d.AskedAt), Whom: d.Phone.Masked(), Amount: d.Amount}
	switch {
	case d.Kind == ledger.CashIn && d.State == deal.Declined:
		n.What, n.State, n.Message = aboutCashBack, wallet.NotDone, outbox.MessageID(d.Partner, toOperator)
	case d.Kind == ledger.CashIn && d.State == deal.Expired:
		n.What, n.State, n.Message = aboutCashBack, wallet.NotDone, outbox.MessageID(expiryOf(d.ID), toOperator)
	case d.Kind == ledger.CashIn && d.State.Stands():
		n.What, n.Message = d.Kind.String(), outbox.MessageID(moneyOf(d), toOperator)
	case d.Kind == ledger.CashOut && d.State.Stands():
		n.What, n.Message = payoutWhat, outbox.MessageID(d.ID, toOperator)
	default:
		return nil
	}
	return []wallet.Last{n}
}

// moneyOf is the posting that moved the money of a deal that stands.
func moneyOf(d deal.Deal) id.ID {
	if d.Kind == ledger.CashIn && !d.Partner.IsZero() { // it waited for the customer's yes
		return d.Partner
	}
	return d.ID
}
