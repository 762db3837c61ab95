package agents

import (
	"context"
	"time"

	"senti/agents/books"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// EndDays ends, as of midnight, the days on which a till was opened or dealt with customers and which no operator has ended: at most
// that many, and returns how many. So every till has a day for each date on which anything went over its counter, whether anybody opens
// it or not. What was in the drawer is then not known, and the till is shut until it is opened again. It may run twice at
// the same time.
func (a *Agents) EndDays(ctx context.Context, limit int) (ended int, err error) {
	nights, err := a.nights(ctx)
	if err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		places, err := a.places.Find(ctx, network.Search{After: after, Limit: tillsAtOnce})
		if err != nil || len(places) == 0 {
			return ended, err
		}
		after = places[len(places)-1].Till.ID
		late, err := a.dealt(ctx, places, nights[0])
		if err != nil {
			return ended, err
		}
		for _, t := range late {
			n, err := a.endNights(ctx, t, nights, limit-ended)
			if ended += n; err != nil || ended >= limit {
				return ended, err
			}
		}
		a.wallet.Wake()
	}
}

// night is the end of a day of the market, and both its places in the ledger.
type night struct {
	date             int32
	begins, midnight time.Time
	from, place      int64
}

// forgottenDays is for how many days one can be forgotten: what is older goes into the next.
const forgottenDays = 7

// nights are the ends of the last days, the oldest first.
func (a *Agents) nights(ctx context.Context) (out []night, err error) {
	out = make([]night, forgottenDays)
	midnight := a.market.Begins(a.market.Day(a.now()))
	place, err := a.ledger.Before(ctx, midnight)
	for i := forgottenDays - 1; i >= 0 && err == nil; i-- {
		n := night{date: a.market.Day(midnight.Add(-12 * time.Hour)), midnight: midnight, place: place}
		n.begins = a.market.Begins(n.date)
		n.from, err = a.ledger.Before(ctx, n.begins)
		out[i], midnight, place = n, n.begins, n.from
	}
	return out, err
}

// lateTill is a till that may have a day to be ended.
type lateTill struct {
	network.Place
	last   *books.Day // nil for none
	drawer offer.Drawer
}

// dealt are those of the places that were opened since the first night began, or whose float has moved since it or since their last day.
func (a *Agents) dealt(ctx context.Context, places []network.Place, first night) ([]lateTill, error) {
	var tills, floats []int64
	for _, p := range places {
		tills, floats = append(tills, p.Till.ID), append(floats, p.Till.Float)
	}
	days, err := a.books.Newest(ctx, tills)
	if err != nil {
		return nil, err
	}
	accounts, err := a.ledger.Accounts(ctx, floats)
	if err != nil {
		return nil, err
	}
	drawers, err := a.offers.Drawers(ctx, tills)
	if err != nil {
		return nil, err
	}
	var out []lateTill
	for _, p := range places {
		t := lateTill{Place: p, drawer: drawers[p.Till.ID]}
		since := first.from
		if day, ended := days[p.Till.ID]; ended {
			t.last, since = &day, max(since, day.UpTo)
		}
		if accounts[p.Till.Float].Seq > since || !t.drawer.OpenedAt.Before(first.begins) {
			out = append(out, t)
		}
	}
	return out, nil
}

// endNights ends what days of a till are to be ended, at most so many.
func (a *Agents) endNights(ctx context.Context, t lateTill, nights []night, most int) (ended int, err error) {
	for _, n := range nights {
		if t.last != nil && t.last.Date >= n.date {
			continue
		}
		worked, err := a.worked(ctx, t, n)
		if err != nil || ended == most {
			return ended, err
		}
		if !worked {
			continue
		}
		err = a.endForgotten(ctx, t, n)
		if fault.HasCode(err, fault.CounterChanged) {
			return ended, nil // an operator has come to it, or another process
		}
		if err != nil {
			return ended, err
		}
		ended++
		day, _, err := a.books.Last(ctx, t.Till.ID)
		if err != nil {
			return ended, err
		}
		t.last = &day
	}
	return ended, nil
}

// worked reports whether a till was opened on a day, or dealt with customers on it since its last day was ended.
func (a *Agents) worked(ctx context.Context, t lateTill, n night) (bool, error) {
	from := n.from
	if t.last != nil {
		from = max(from, t.last.UpTo)
	}
	at := t.drawer.OpenedAt
	if !at.Before(n.begins) && at.Before(n.midnight) && (t.last == nil || at.After(t.last.EndedAt)) {
		return true, nil
	}
	if from >= n.place {
		return false, nil
	}
	moved, err := a.ledger.MovedBetween(ctx, t.Till.Float, from, n.place)
	for _, kind := range []ledger.Kind{ledger.CashIn, ledger.CashInReversal, ledger.CashOut, ledger.CashOutReturn, ledger.VoucherRedeem} {
		if moved[kind].Count > 0 {
			return true, err
		}
	}
	return false, err
}

func (a *Agents) endForgotten(ctx context.Context, t lateTill, n night) error {
	float, err := a.ledger.BalanceAt(ctx, t.Till.Float, n.place)
	if err != nil {
		return err
	}
	last, day, err := a.dayUpTo(ctx, t.Place, t.last, books.Day{Till: t.Till.ID, Date: n.date, UpTo: n.place, FloatAfter: float}, n.midnight)
	if err != nil {
		return err
	}
	plan, err := a.endPlan(ctx, t.Place, last, day)
	if err != nil {
		return err
	}
	if t.drawer.OpenedAt.Before(n.midnight) { // else it was opened since, for another day
		plan.Companions = append(plan.Companions, a.shuts(t.Place, a.offers.ShutBefore(t.Till.ID, n.midnight))...)
	}
	_, err = a.ledger.Commit(ctx, plan)
	return err
}
