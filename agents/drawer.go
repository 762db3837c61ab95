package agents

import (
	"context"
	"slices"
	"time"

	"senti/agents/books"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// SwitchRequest is an operator who opens the till for the day, counts its cash anew, or closes it.
type SwitchRequest struct {
	Operator msisdn.Number
	Cash     int64 // in the drawer, when it is opened or counted; minor units
	ByHand   bool  // what is more or less than it should be was put in or taken out by hand, says the operator
	Origin   wallet.Origin
}

// TillOpen reports whether the operator's till is open for the day: only then customers are sent to it. The fault is not_operator.
func (a *Agents) TillOpen(ctx context.Context, operator msisdn.Number) (bool, error) {
	post, err := a.places.ByPhone(ctx, operator)
	return post.Till.Open, err
}

// OpenDay opens the till for the day, or counts the cash of one that is open. The first time it needs the float that a till of its class
// opens with. It keeps the count with what should have been there, and tells the till's managers of what is not as it should be. It
// returns the text the conversation ends with. Faults: not_operator, operator_suspended, opening_short (min).
func (a *Agents) OpenDay(ctx context.Context, r SwitchRequest) (end string, err error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return "", err
	}
	for range endTries {
		end, err = a.openCounted(ctx, post, r)
		if !fault.HasCode(err, fault.CounterChanged) {
			break
		}
	}
	a.wallet.Wake()
	return end, err
}

func (a *Agents) openCounted(ctx context.Context, post network.Post, r SwitchRequest) (end string, err error) {
	last, count, err := a.switchCount(ctx, post, r)
	if err != nil {
		return "", err
	}
	account, err := a.ledger.Account(ctx, post.Till.Float)
	if err != nil {
		return "", err
	}
	if err := a.mayOpen(ctx, post, account); err != nil {
		return "", err
	}
	news, err := a.countNews(ctx, post, last, count)
	if err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "till.opened", a.wallet.Money("cash", r.Cash))
	if count.Difference().Amount != 0 {
		end = a.texts.Say(post.Operator.Language, "till.opened.differs", a.wallet.Money("cash", r.Cash),
			i18n.Text("difference", a.CountDifference(post.Operator.Language, count)))
	}
	what := "till.open"
	if count.Why == books.Anew {
		what = "till.count"
	}
	return end, a.switched(ctx, r, post, what, end, append(news, a.places.OpenTill(post.Till.ID, true), a.books.Counted(last.No, count),
		a.offers.Opened(offer.Drawer{Till: post.Till.ID, Operator: post.Operator.ID, Cash: r.Cash, Float: account.Balance}))...)
}

// OpenSeed opens a till that is taken to have traded before, a week ago, for seeds. It is on record as any opening.
func (a *Agents) OpenSeed(ctx context.Context, by string, till int64) error {
	lastWeek := a.now().AddDate(0, 0, -7)
	_, err := a.ledger.Commit(ctx, &ledger.Plan{Companions: append([]ledger.Companion{
		a.places.OpenTill(till, true),
		a.offers.Opened(offer.Drawer{Till: till, OpenedAt: lastWeek, ClosedAt: lastWeek}),
	}, a.audit.Add(act(by, "till.open", "till", till, counted{}))...)})
	return err
}

// mayOpen refuses a till that was never open, and has not the float to begin with. What it has on other days is its own affair.
func (a *Agents) mayOpen(ctx context.Context, post network.Post, float ledger.Account) error {
	_, before, err := a.offers.Drawer(ctx, post.Till.ID)
	if err != nil || before || post.Till.Open {
		return err
	}
	if class, ok := a.rules().Class(float.Class); ok && float.Available() < class.FloatMin {
		return fault.New(fault.OpeningShort, "min", fault.Minor(class.FloatMin))
	}
	return nil
}

// ShutDay closes the till for the day: no customer is sent to it until it is opened again. It returns the text the conversation ends
// with. Faults: not_operator, operator_suspended.
func (a *Agents) ShutDay(ctx context.Context, r SwitchRequest) (end string, err error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "till.shut")
	return end, a.switched(ctx, r, post, "till.shut", end, a.places.OpenTill(post.Till.ID, false), a.offers.Shut(post.Till.ID))
}

func (a *Agents) switched(ctx context.Context, r SwitchRequest, post network.Post, what, end string, rows ...ledger.Companion) error {
	at := a.counterAt(post)
	at.Store = post.Store.ID
	companions := slices.Concat(a.works(at, a.now(), 0, 0), a.open(at), rows)
	companions = append(companions, a.audit.Add(act(audit.Operator(post.Operator.ID), what, "till", post.Till.ID, counted{r.Cash}))...)
	companions = append(companions, a.wallet.Noted(actor(post), post.Operator.Language, r.Origin, end)...)
	_, err := a.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	a.posts.Forget(r.Operator)
	return err
}

type counted struct {
	Cash int64 `json:"cash,omitempty"`
}

// CashAt estimates what is in the drawer of a till now: what the operator counted at the opening, with what deposits and swaps have brought
// since, less what was paid out. Of a till whose opening nobody has noted today it is taken that its drawer began the day
// with as much as the low mark of its class. It may be below zero: then the estimate is wrong, and there is hardly any.
func (a *Agents) CashAt(ctx context.Context, till int64) (int64, error) {
	place, err := a.places.ByTill(ctx, till)
	if err != nil {
		return 0, err
	}
	drawers, err := a.offers.Drawers(ctx, []int64{till})
	if err != nil {
		return 0, err
	}
	cash, err := a.cashIn(ctx, []network.Place{place}, drawers)
	return cash[till], err
}

// cashIn is CashAt of several tills, with the drawers as they were read.
func (a *Agents) cashIn(ctx context.Context, places []network.Place, drawers map[int64]offer.Drawer) (map[int64]int64, error) {
	now := a.now()
	cash, since := map[int64]int64{}, map[int64]time.Time{}
	for _, p := range places {
		till := p.Till.ID
		since[till] = a.market.Begins(a.market.Day(now))
		if d, noted := drawers[till]; noted && d.ClosedAt.IsZero() && now.Sub(d.OpenedAt) < drawerDay {
			since[till], cash[till] = d.OpenedAt, d.Cash
		} else if class, ok := a.rules().Class(p.Agent.Class); ok {
			cash[till] = class.FloatLow
		}
	}
	taken, err := a.deals.Taken(ctx, since, now.Add(time.Microsecond))
	if err != nil {
		return nil, err
	}
	swapped, err := a.offers.SwappedSince(ctx, since)
	for till := range since {
		cash[till] += taken[till] + swapped[till]
	}
	return cash, err
}

// drawerDay is how long an opening is believed: who did not close in the evening has not counted in the morning.
const drawerDay = 20 * time.Hour
