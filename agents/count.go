package agents

import (
	"context"
	"fmt"
	"time"

	"senti/agents/books"
	"senti/agents/network"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Whenever the cash in a drawer is counted it is compared with what should be there by the count before: at the opening with the
// evening before, in the middle of the day and at its end with whatever was counted last. What is missing is written down with
// that count, and the next one begins from what was there.

// Prove compares an operator's PIN before the cash is counted. Faults: not_operator, wrong_pin (left), pin_locked, no_pin.
func (a *Agents) Prove(ctx context.Context, operator msisdn.Number, typed pin.PIN) error {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return err
	}
	return a.prove(ctx, post, typed)
}

// CheckCash returns the count with which OpenDay would open the till, or count anew: what is missing can still be looked for. That the
// PIN was asked before, in the same session, is for the caller to know. Faults: not_operator, operator_suspended.
func (a *Agents) CheckCash(ctx context.Context, r SwitchRequest) (books.Count, error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return books.Count{}, err
	}
	_, count, err := a.switchCount(ctx, post, r)
	return count, err
}

// LastCounted returns when the cash of the operator's till was counted last; false when it never was. The fault is not_operator.
func (a *Agents) LastCounted(ctx context.Context, operator msisdn.Number) (time.Time, bool, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return time.Time{}, false, err
	}
	last, counted, err := a.books.LastCount(ctx, post.Till.ID)
	return last.At, counted, err
}

// switchCount is the count of an operator who opens the till, or counts anew in one that is open. It returns the till's last count too.
func (a *Agents) switchCount(ctx context.Context, post network.Post, r SwitchRequest) (last, count books.Count, err error) {
	last, count, err = a.countNow(ctx, post, r.Cash)
	if err != nil {
		return last, count, err
	}
	count.Why = books.Opening
	drawer, noted, err := a.offers.Drawer(ctx, post.Till.ID)
	if noted && drawer.ClosedAt.IsZero() {
		count.Why = books.Anew
	}
	if d := count.Difference(); r.ByHand && d.Known {
		count.Brought, count.Removed = max(0, d.Amount), max(0, -d.Amount)
	}
	return last, count, err
}

// countNow is the cash as an operator counts it, beside what the ledger says of it up to now.
func (a *Agents) countNow(ctx context.Context, post network.Post, counted int64) (last, count books.Count, err error) {
	last, found, err := a.books.LastCount(ctx, post.Till.ID)
	if err != nil {
		return last, count, err
	}
	float, err := a.ledger.Account(ctx, post.Till.Float)
	if err != nil {
		return last, count, err
	}
	count = books.Count{Till: post.Till.ID, Operator: post.Operator.ID, Place: float.Seq, Counted: counted}
	if !found {
		return last, count, nil
	}
	count.Was = books.Cash{Amount: last.Counted, Known: true}
	count.CashIn, count.CashOut, err = a.cashBetween(ctx, post.Place, last, float.Seq, time.Time{})
	return last, count, err
}

// cashBetween is what came to a drawer and left it after a count and up to a place in the ledger, whose time is until, zero for now. What
// customers bring makes the float less by as much, and what they take makes it more; of what moves the float otherwise only a
// swap is against cash. Cash of a deposit that waits for the customer is kept apart until it is theirs or the till's, and is in
// neither.
func (a *Agents) cashBetween(ctx context.Context, p network.Place, from books.Count, place int64, until time.Time) (in, out int64, err error) {
	moved, err := a.ledger.MovedBetween(ctx, p.Till.Float, from.Place, place)
	if err != nil {
		return 0, 0, err
	}
	in, out = overCounter(moved)
	swapIn, swapOut, err := a.offers.Swapped(ctx, p.Till.ID, from.At)
	if err != nil || until.IsZero() {
		return in + swapIn, out + swapOut, err
	}
	laterIn, laterOut, err := a.offers.Swapped(ctx, p.Till.ID, until)
	return in + swapIn - laterIn, out + swapOut - laterOut, err
}

// overCounter is the cash that customers brought and took, as the legs on the float tell. A deposit or withdrawal that was undone is
// taken off.
func overCounter(moved map[ledger.Kind]ledger.Moved) (in, out int64) {
	in = -moved[ledger.CashIn].Net() - moved[ledger.CashInReversal].Net()
	out = moved[ledger.CashOut].Net() + moved[ledger.CashOutReturn].Net() + moved[ledger.VoucherRedeem].Net()
	return in, out
}

// countNews are the messages to a till's managers that a count is worth, when it was no end of a day: what is missing, and what an operator
// says somebody took or brought, which nobody but they can know.
func (a *Agents) countNews(ctx context.Context, p network.Post, last, count books.Count) ([]ledger.Companion, error) {
	key := ""
	switch {
	case count.Brought != 0 || count.Removed != 0:
		key = "sms.count.byhand"
	case count.Difference().Amount == 0:
		return nil, nil
	case count.Why == books.Anew:
		key = "sms.count.anew"
	default:
		key = "sms.count.opened"
	}
	managers, err := a.managers(ctx, p.Till.ID)
	if err != nil {
		return nil, err
	}
	about := &ledger.Plan{ID: id.Derive(id.Number('k', p.Till.ID), fmt.Sprintf("senti.count.v1:%d", last.No+1))} // it only names the messages
	return a.tell(about, managers, func(language string) text {
		said := a.texts.Say(language, key, a.ofCount(language, p, last, count)...)
		return func(*ledger.Outcome) string { return said }
	}), nil
}

// ofCount are the values that texts about a count may have.
func (a *Agents) ofCount(language string, p network.Post, last, count books.Count) []i18n.Arg {
	byHand, hand := "count.removed", count.Removed
	if count.Brought != 0 {
		byHand, hand = "count.brought", count.Brought
	}
	return []i18n.Arg{
		i18n.Text("shop", p.Store.Name+" "+p.Till.Label), i18n.Text("operator", p.Operator.Name), i18n.Text("since", a.Since(last.At)),
		a.wallet.Bare("counted", count.Counted), i18n.Text("difference", a.difference(language, count.Expected(), count.Difference())),
		i18n.Text("byhand", a.texts.Say(language, byHand, a.wallet.Money("amount", hand))),
	}
}

// Since says when something was, seen from today: 8:02, or 2/12 18:40.
func (a *Agents) Since(at time.Time) string {
	if a.market.Day(at) == a.market.Day(a.now()) {
		return a.market.Hour(at)
	}
	return a.market.DayMonth(at) + " " + a.market.Hour(at)
}

// CountDifference says how the cash that was counted differs from what there should be.
func (a *Agents) CountDifference(language string, c books.Count) string {
	return a.difference(language, c.Expected(), c.Difference())
}

// Difference says the same of a day.
func (a *Agents) Difference(language string, day books.Day) string {
	return a.difference(language, day.Expected(), day.Difference())
}

func (a *Agents) difference(language string, should, differs books.Cash) string {
	expected := a.wallet.Bare("expected", should.Amount)
	switch {
	case !differs.Known:
		return a.texts.Say(language, "dayend.unknown")
	case differs.Amount < 0:
		return a.texts.Say(language, "dayend.missing", expected, a.wallet.Money("amount", -differs.Amount))
	case differs.Amount > 0:
		return a.texts.Say(language, "dayend.more", expected, a.wallet.Money("amount", differs.Amount))
	}
	return a.texts.Say(language, "dayend.right")
}
