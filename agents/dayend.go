package agents

import (
	"context"
	"fmt"
	"slices"
	"time"

	"senti/agents/books"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// TillDay returns the day of the operator's till so far, to who knows the operator's PIN. Faults: not_operator, wrong_pin (left),
// pin_locked, no_pin.
func (a *Agents) TillDay(ctx context.Context, operator msisdn.Number, typed pin.PIN) (books.Day, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return books.Day{}, err
	}
	if err := a.prove(ctx, post, typed); err != nil {
		return books.Day{}, err
	}
	_, day, err := a.dayOf(ctx, post.Place)
	return day, err
}

// DayRequest is what an operator counted and says at the end of a day. Amounts are minor units.
type DayRequest struct {
	Operator msisdn.Number
	Counted  int64 // in the drawer
	Brought  int64 // put into it since it was counted last (LastCounted), but not by customers
	Removed  int64 // taken out of it likewise
	Origin   wallet.Origin
}

// CheckDay returns the day as it would be ended: what is missing can still be looked for. That the PIN was asked before, in the same
// session, is for the caller to know. The fault is not_operator.
func (a *Agents) CheckDay(ctx context.Context, r DayRequest) (books.Day, error) {
	post, err := a.Post(ctx, r.Operator)
	if err != nil {
		return books.Day{}, err
	}
	e, err := a.countedDay(ctx, post, r)
	return e.day, err
}

// EndDay ends the day of the operator's till: it keeps what was counted, shuts the till, and tells the till's managers if that is not what
// should have been there. It returns the text the conversation ends with. A day can be ended again until the next one begins: it goes on,
// and what was missing at the first end is missing from it still.
//
// The fault is not_operator.
func (a *Agents) EndDay(ctx context.Context, r DayRequest) (end string, err error) {
	post, err := a.Post(ctx, r.Operator)
	if err != nil {
		return "", err
	}
	for range endTries {
		end, err = a.endCounted(ctx, post, r)
		if !fault.HasCode(err, fault.CounterChanged) {
			break
		}
	}
	a.posts.Forget(r.Operator) // who knew the till open
	a.wallet.Wake()
	return end, err
}

// endTries is how often an end of a day is made anew because the day was ended by somebody else in the same moment.
const endTries = 3

func (a *Agents) endCounted(ctx context.Context, post network.Post, r DayRequest) (end string, err error) {
	e, err := a.countedDay(ctx, post, r)
	if err != nil {
		return "", err
	}
	plan, err := a.endPlan(ctx, post.Place, e.last, e.day)
	if err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "dayend.done", a.ofDay(post.Operator.Language, post.Place, e.day)...)
	plan.Companions = append(plan.Companions, a.books.Counted(e.before.No, e.count))
	plan.Companions = append(plan.Companions, a.shuts(post.Place, a.offers.Shut(post.Till.ID))...)
	plan.Companions = append(plan.Companions, a.wallet.Noted(actor(post), post.Operator.Language, r.Origin, end)...)
	_, err = a.ledger.Commit(ctx, plan)
	return end, err
}

// dayEnding is what ends a day: the day, and the count it ends with, each with the one before.
type dayEnding struct {
	last          *books.Day // nil for none
	day           books.Day
	before, count books.Count
}

// countedDay is the day so far with what the operator says of it.
func (a *Agents) countedDay(ctx context.Context, post network.Post, r DayRequest) (e dayEnding, err error) {
	if e.before, e.count, err = a.countNow(ctx, post, r.Counted); err != nil {
		return e, err
	}
	e.count.Why, e.count.Brought, e.count.Removed = books.Ending, r.Brought, r.Removed
	if e.last, e.day, err = a.dayOf(ctx, post.Place); err != nil {
		return e, err
	}
	e.day.Operator, e.day.Latest = post.Operator.ID, e.before.No+1
	e.day.Brought, e.day.Removed = e.day.Brought+r.Brought, e.day.Removed+r.Removed
	e.day.Counted = books.Cash{Amount: r.Counted, Known: true}
	return e, nil
}

// endPlan is what ending a day commits, whoever does it.
func (a *Agents) endPlan(ctx context.Context, p network.Place, last *books.Day, day books.Day) (*ledger.Plan, error) {
	plan := &ledger.Plan{Companions: a.books.End(last, day)}
	key := dayNews(day)
	if key == "" {
		return plan, nil
	}
	managers, err := a.managers(ctx, p.Till.ID)
	if err != nil {
		return nil, err
	}
	about := &ledger.Plan{ID: dayID(last, day)} // the plan posts nothing; this one only names the messages
	plan.Companions = append(plan.Companions, toEach(a.notice, about, managers, func(language string) text {
		said := a.texts.Say(language, key, a.ofDay(language, p, day)...)
		return func(*ledger.Outcome) string { return said }
	})...)
	return plan, nil
}

// shuts closes a till with its day.
func (a *Agents) shuts(p network.Place, drawer ledger.Companion) []ledger.Companion {
	if p.Till.Status == network.Closed {
		return []ledger.Companion{drawer}
	}
	return []ledger.Companion{drawer, a.places.OpenTill(p.Till.ID, false)}
}

// dayNews is the message that a day is worth, "" for none.
func dayNews(day books.Day) string {
	switch {
	case day.Operator == 0 && (day.In != 0 || day.Out != 0):
		return "sms.dayend.forgotten"
	case day.Difference().Amount != 0:
		return "sms.dayend.differs"
	}
	return ""
}

// dayID tells one end of a day from every other.
func dayID(last *books.Day, day books.Day) id.ID {
	var before int64
	if last != nil {
		before = last.EndedAt.UnixMicro()
	}
	return id.Derive(id.Number('d', day.Till), fmt.Sprintf("senti.dayend.v2:%d:%d:%d", day.Date, before, day.Latest))
}

// dayOf is the day of a till up to now, and the till's last one (nil for none). The day that is open is the one its operator opened it
// on, also after midnight.
func (a *Agents) dayOf(ctx context.Context, p network.Place) (last *books.Day, day books.Day, err error) {
	float, err := a.ledger.Account(ctx, p.Till.Float)
	if err != nil {
		return nil, books.Day{}, err
	}
	before, found, err := a.books.Last(ctx, p.Till.ID)
	if err != nil {
		return nil, books.Day{}, err
	}
	drawer, opened, err := a.offers.Drawer(ctx, p.Till.ID)
	if err != nil {
		return nil, books.Day{}, err
	}
	date := a.market.Day(a.now())
	if opened && (!found || drawer.OpenedAt.After(before.EndedAt)) {
		date = a.market.Day(drawer.OpenedAt)
	}
	if found {
		last = &before
	}
	return a.dayUpTo(ctx, p, last, books.Day{Till: p.Till.ID, Date: date, UpTo: float.Seq, FloatAfter: float.Balance}, time.Time{})
}

// dayUpTo fills in a day after the till's last one, up to a place in the ledger whose time is until, zero for now. It returns the last
// one too, nil for none.
func (a *Agents) dayUpTo(ctx context.Context, p network.Place, before *books.Day, day books.Day, until time.Time) (last *books.Day, _ books.Day, err error) {
	switch {
	case before == nil:
		if day.After, err = a.ledger.Before(ctx, a.market.Begins(day.Date)); err != nil {
			return nil, books.Day{}, err
		}
	case before.Date >= day.Date: // the same day goes on
		day.Date, day.After, day.First, day.Latest = before.Date, before.After, before.First, before.Latest
		if day.First == 0 {
			day.First = before.Latest // nobody had counted before it was ended
		}
	default:
		day.After, day.Latest = before.UpTo, before.Latest
	}
	if err := a.addFloat(ctx, p, &day); err != nil {
		return nil, books.Day{}, err
	}
	return before, day, a.addCash(ctx, p, &day, until)
}

// addFloat fills in what moved the float.
func (a *Agents) addFloat(ctx context.Context, p network.Place, day *books.Day) (err error) {
	if day.FloatBefore, err = a.ledger.BalanceAt(ctx, p.Till.Float, day.After); err != nil {
		return err
	}
	moved, err := a.ledger.MovedBetween(ctx, p.Till.Float, day.After, day.UpTo)
	if err != nil {
		return err
	}
	day.In, day.Out = overCounter(moved)
	day.Other = day.FloatAfter - day.FloatBefore + day.In - day.Out
	return nil
}

// addCash fills in what came to the drawer and left it since the count that the day is reckoned from.
func (a *Agents) addCash(ctx context.Context, p network.Place, day *books.Day, until time.Time) error {
	from := day.Latest
	if day.First != 0 {
		from = day.First
	}
	counts, err := a.books.CountsFrom(ctx, p.Till.ID, from)
	if err != nil {
		return err
	}
	if !until.IsZero() {
		counts = slices.DeleteFunc(counts, func(c books.Count) bool { return !c.At.Before(until) })
	}
	if len(counts) == 0 {
		moved, err := a.ledger.MovedBetween(ctx, p.Till.Float, day.After, day.UpTo)
		day.CashIn, day.CashOut = overCounter(moved)
		return err
	}
	first, err := a.firstCount(ctx, p, *day, counts)
	if err != nil {
		return err
	}
	day.First, day.Latest, day.Opening = first.No, counts[len(counts)-1].No, books.Cash{Amount: first.Counted, Known: true}
	for _, c := range counts {
		if c.No > first.No {
			day.Brought, day.Removed = day.Brought+c.Brought, day.Removed+c.Removed
		}
	}
	day.CashIn, day.CashOut, err = a.cashBetween(ctx, p, first, day.UpTo, until)
	return err
}

// firstCount is the count that the cash of a day is reckoned from: that of its opening, before anything went over the counter, else the
// last one before it. What is missing at the opening went missing overnight, and is that count's own affair. It stays the same
// however often the day is ended.
func (a *Agents) firstCount(ctx context.Context, p network.Place, day books.Day, counts []books.Count) (books.Count, error) {
	first := counts[0]
	if day.First != 0 || day.Latest == 0 || len(counts) == 1 || first.No > day.Latest {
		return first, nil
	}
	opening := counts[1]
	moved, err := a.ledger.MovedBetween(ctx, p.Till.Float, day.After, opening.Place)
	if in, out := overCounter(moved); in == 0 && out == 0 {
		return opening, err
	}
	return first, err
}

// ofDay are the values that texts about a day may have.
func (a *Agents) ofDay(language string, p network.Place, day books.Day) []i18n.Arg {
	return []i18n.Arg{
		i18n.Text("shop", p.Store.Name+" "+p.Till.Label), i18n.Text("date", a.market.DayMonth(a.market.Begins(day.Date))),
		a.wallet.Money("float", day.FloatAfter), a.wallet.Bare("in", day.In), a.wallet.Bare("out", day.Out),
		a.wallet.Bare("counted", day.Counted.Amount), i18n.Text("difference", a.Difference(language, day)),
	}
}
