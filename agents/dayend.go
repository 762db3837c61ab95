package agents

import (
	"context"
	"fmt"
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
	Brought  int64 // put into it since it was counted last, but not by customers
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
	_, day, err := a.countedDay(ctx, post, r)
	return day, err
}

// EndDay ends the day of the operator's till: it keeps what was counted, shuts the till, and tells the till's managers if that is not what
// should have been there. It returns the text the conversation ends with. A day can be ended again until the next one begins; the
// later count is the one that stands.
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
	last, day, err := a.countedDay(ctx, post, r)
	if err != nil {
		return "", err
	}
	plan, err := a.endPlan(ctx, post.Place, last, day)
	if err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "dayend.done", a.ofDay(post.Operator.Language, post.Place, day)...)
	plan.Companions = append(plan.Companions, a.wallet.Noted(actor(post), post.Operator.Language, r.Origin, end)...)
	_, err = a.ledger.Commit(ctx, plan)
	return end, err
}

// countedDay is the day so far with what the operator says of it.
func (a *Agents) countedDay(ctx context.Context, post network.Post, r DayRequest) (last *books.Day, day books.Day, err error) {
	last, day, err = a.dayOf(ctx, post.Place)
	day.Operator, day.Brought, day.Removed = post.Operator.ID, r.Brought, r.Removed
	day.Counted = books.Cash{Amount: r.Counted, Known: true}
	return last, day, err
}

// endPlan is what ending a day commits, whoever does it.
func (a *Agents) endPlan(ctx context.Context, p network.Place, last *books.Day, day books.Day) (*ledger.Plan, error) {
	plan := &ledger.Plan{Companions: append(a.books.End(last, day), a.offers.Shut(p.Till.ID))}
	if p.Till.Status != network.Closed {
		plan.Companions = append(plan.Companions, a.places.OpenTill(p.Till.ID, false))
	}
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
	return id.Derive(id.Number('d', day.Till), fmt.Sprintf("senti.dayend.v1:%d:%d", day.Date, before))
}

// dayOf is the day of a till up to now, and the till's last one (nil for none). The day that is open is the one its operator opened it
// on, also after midnight.
func (a *Agents) dayOf(ctx context.Context, p network.Place) (last *books.Day, day books.Day, err error) {
	float, err := a.ledger.Account(ctx, p.Till.Float)
	if err != nil {
		return nil, books.Day{}, err
	}
	return a.dayUpTo(ctx, p, float.Seq, float.Balance, time.Time{})
}

// dayUpTo is the day of a till up to a place in the ledger, at which the float was that much. The time is that of the place, zero for now.
func (a *Agents) dayUpTo(ctx context.Context, p network.Place, place, float int64, until time.Time) (last *books.Day, day books.Day, err error) {
	before, found, err := a.books.Last(ctx, p.Till.ID)
	if err != nil {
		return nil, books.Day{}, err
	}
	drawer, opened, err := a.offers.Drawer(ctx, p.Till.ID)
	if err != nil {
		return nil, books.Day{}, err
	}
	day = books.Day{Till: p.Till.ID, Date: a.market.Day(a.now()), UpTo: place, FloatAfter: float}
	if opened && (!found || drawer.OpenedAt.After(before.EndedAt)) {
		day.Date = a.market.Day(drawer.OpenedAt)
	}
	switch {
	case !found:
		if day.After, err = a.ledger.Before(ctx, a.market.Begins(day.Date)); err != nil {
			return nil, books.Day{}, err
		}
	case before.Date >= day.Date: // the same day goes on
		last, day.Date, day.After = &before, before.Date, before.After
	default:
		last, day.After = &before, before.UpTo
	}
	if err := a.addFloat(ctx, p, &day); err != nil {
		return nil, books.Day{}, err
	}
	count := lastCount{place: day.After}
	switch {
	case found && before.Counted.Known && (!opened || !drawer.OpenedAt.After(before.EndedAt)):
		count = lastCount{before.Counted, before.UpTo, before.EndedAt}
	case opened:
		count = lastCount{cash: books.Cash{Amount: drawer.Cash, Known: true}, at: drawer.OpenedAt}
		if count.place, err = a.ledger.Before(ctx, drawer.OpenedAt); err != nil {
			return nil, books.Day{}, err
		}
	}
	return last, day, a.addCash(ctx, p, &day, count, until)
}

// lastCount is when cash was counted last.
type lastCount struct {
	cash  books.Cash
	place int64 // in the ledger
	at    time.Time
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

// addCash fills in what came to the drawer and left it since it was counted last. What customers bring makes the float less by as much, and
// what they take makes it more; of what moves the float otherwise only a swap is against cash. Cash of a deposit that waits for
// the customer is kept apart until it is theirs or the till's, and is in neither.
func (a *Agents) addCash(ctx context.Context, p network.Place, day *books.Day, count lastCount, until time.Time) error {
	day.Opening = count.cash
	moved, err := a.ledger.MovedBetween(ctx, p.Till.Float, count.place, day.UpTo)
	if err != nil {
		return err
	}
	day.CashIn, day.CashOut = overCounter(moved)
	if !count.cash.Known {
		return nil
	}
	in, out, err := a.offers.Swapped(ctx, p.Till.ID, count.at)
	if err != nil {
		return err
	}
	day.CashIn, day.CashOut = day.CashIn+in, day.CashOut+out
	if until.IsZero() {
		return nil
	}
	in, out, err = a.offers.Swapped(ctx, p.Till.ID, until) // those are of the next day
	day.CashIn, day.CashOut = day.CashIn-in, day.CashOut-out
	return err
}

// overCounter is the cash that customers brought and took, as the legs on the float tell. A deposit or withdrawal that was undone is
// taken off.
func overCounter(moved map[ledger.Kind]ledger.Moved) (in, out int64) {
	in = -moved[ledger.CashIn].Net() - moved[ledger.CashInReversal].Net()
	out = moved[ledger.CashOut].Net() + moved[ledger.CashOutReturn].Net() + moved[ledger.VoucherRedeem].Net()
	return in, out
}

// ofDay are the values that texts about a day may have.
func (a *Agents) ofDay(language string, p network.Place, day books.Day) []i18n.Arg {
	return []i18n.Arg{
		i18n.Text("shop", p.Store.Name+" "+p.Till.Label), i18n.Text("date", a.market.DayMonth(a.market.Begins(day.Date))),
		a.wallet.Money("float", day.FloatAfter), a.wallet.Bare("in", day.In), a.wallet.Bare("out", day.Out),
		a.wallet.Bare("counted", day.Counted.Amount), i18n.Text("difference", a.Difference(language, day)),
	}
}

// Difference says how the cash that was counted differs from what there should be.
func (a *Agents) Difference(language string, day books.Day) string {
	difference, expected := day.Difference(), a.wallet.Bare("expected", day.Expected().Amount)
	switch {
	case !difference.Known:
		return a.texts.Say(language, "dayend.unknown")
	case difference.Amount < 0:
		return a.texts.Say(language, "dayend.missing", expected, a.wallet.Money("amount", -difference.Amount))
	case difference.Amount > 0:
		return a.texts.Say(language, "dayend.more", expected, a.wallet.Money("amount", difference.Amount))
	}
	return a.texts.Say(language, "dayend.right")
}

// EndDays ends, as of midnight, the days of tills that were opened on an earlier day and that no operator has ended: at most that many,
// and returns how many. What was in the drawer is then not known, and the till is shut. It may run twice at the same time.
func (a *Agents) EndDays(ctx context.Context, limit int) (ended int, err error) {
	midnight := a.market.Begins(a.market.Day(a.now()))
	place, err := a.ledger.Before(ctx, midnight)
	if err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		opened, err := a.offers.OpenedBetween(ctx, midnight.Add(-forgottenWithin), midnight, after, tillsAtOnce)
		if err != nil || len(opened) == 0 {
			return ended, err
		}
		after = opened[len(opened)-1].Till
		tills := make([]int64, len(opened))
		for i, d := range opened {
			tills[i] = d.Till
		}
		days, err := a.books.Newest(ctx, tills)
		if err != nil {
			return ended, err
		}
		for _, drawer := range opened {
			if days[drawer.Till].EndedAt.After(drawer.OpenedAt) {
				continue
			}
			if ended == limit {
				return ended, nil
			}
			err := a.endForgotten(ctx, drawer.Till, place, midnight)
			if err != nil && !fault.HasCode(err, fault.CounterChanged) { // if so, the operator has come to it
				return ended, err
			}
			if err == nil {
				ended++
			}
		}
		a.wallet.Wake()
	}
}

// forgottenWithin is for how long a day can be forgotten: one of longer ago is left as it is.
const forgottenWithin = 7 * 24 * time.Hour

func (a *Agents) endForgotten(ctx context.Context, till, place int64, midnight time.Time) error {
	p, err := a.places.ByTill(ctx, till)
	if err != nil {
		return err
	}
	float, err := a.ledger.BalanceAt(ctx, p.Till.Float, place)
	if err != nil {
		return err
	}
	last, day, err := a.dayUpTo(ctx, p, place, float, midnight)
	if err != nil {
		return err
	}
	plan, err := a.endPlan(ctx, p, last, day)
	if err == nil {
		_, err = a.ledger.Commit(ctx, plan)
	}
	return err
}
