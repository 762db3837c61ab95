package agents

import (
	"context"
	"fmt"
	"time"

	"senti/agents/books"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/sweep"
)

// EndDays ends, as of midnight, the days on which a till was opened or dealt with customers and which no operator has ended, and returns
// how many; page is how many tills are looked at together. So every till has a day for each date on which anything went over its
// counter, whether anybody opens it or not. What was in the drawer is then not known, and the till is shut until it is opened again.
// It may run twice at the same time. A till that fails keeps no other waiting; the error tells of it.
func (a *Agents) EndDays(ctx context.Context, page int) (ended int, err error) {
	nights, err := a.nights(ctx)
	if err != nil {
		return 0, err
	}
	var late map[int64]lateTill // of the page
	var unread error
	_, err = sweep.All(ctx, func(after network.Place) (places []network.Place, err error) {
		a.wallet.Wake()
		if places, err = a.places.Find(ctx, network.Search{After: after.Till.ID, Limit: page}); err == nil {
			late, unread = a.dealt(ctx, places, nights[0])
		}
		return places, err
	}, func(p network.Place) (bool, error) {
		mine, err := late, unread
		if err != nil { // by something of one of them: of which, is seen when each is read by itself
			mine, err = a.dealt(ctx, []network.Place{p}, nights[0])
		}
		t, is := mine[p.Till.ID]
		if err != nil || !is {
			return false, atTill(err, p)
		}
		n, err := a.endNights(ctx, t, nights)
		ended += n
		return n > 0, atTill(err, p)
	})
	return ended, err
}

// atTill says at which till something went wrong, if anything did.
func atTill(err error, at network.Place) error {
	if err != nil {
		err = fmt.Errorf("till %d: %w", at.Till.ID, err)
	}
	return err
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
func (a *Agents) dealt(ctx context.Context, places []network.Place, first night) (map[int64]lateTill, error) {
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
	out := map[int64]lateTill{}
	for _, p := range places {
		t := lateTill{Place: p, drawer: drawers[p.Till.ID]}
		since := first.from
		if day, ended := days[p.Till.ID]; ended {
			t.last, since = &day, max(since, day.UpTo)
		}
		if accounts[p.Till.Float].Seq > since || !t.drawer.OpenedAt.Before(first.begins) {
			out[p.Till.ID] = t
		}
	}
	return out, nil
}

// endNights ends what days of a till are to be ended.
func (a *Agents) endNights(ctx context.Context, t lateTill, nights []night) (ended int, err error) {
	for _, n := range nights {
		if t.last != nil && t.last.Date >= n.date {
			continue
		}
		worked, err := a.worked(ctx, t, n)
		if err != nil {
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
