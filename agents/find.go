package agents

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet/fault"
	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// Purpose is what a shop is looked for.
type Purpose string

// The purposes.
const (
	TakeCash  Purpose = "cash"    // it can pay that much out
	PutInCash Purpose = "deposit" // it has float enough to take that much in
	AnyShop   Purpose = "any"     // it is open
)

// FindRequest says where, and for what. Amount is minor units; 0 for any.
type FindRequest struct {
	Where   string // a ward's code or name, or a landmark
	Purpose Purpose
	Amount  int64
}

// Found is a shop that can do what was asked.
type Found struct {
	Till     int64
	Code     string // the shop code
	Shop     string // "MAMA NJERI, Kawangware"
	Name     string // "MAMA NJERI"
	Landmark string
	Rate     int // of a thousand reservations that were put to it, how many it has kept
	cash     int64
	float    int64
}

// FindShops returns the shops there that are open and can do it, by what is known at this moment: the float, and an estimate of the cash.
// Those against which a customer's complaint is open are left out. First come those that keep their word, then those with the most to spare.
// The fault is no_shops.
func (a *Agents) FindShops(ctx context.Context, r FindRequest, most int) ([]Found, error) {
	all, err := a.openShops(ctx, r.Where)
	if err != nil {
		return nil, err
	}
	var out []Found
	for _, s := range all {
		if s.can(r) {
			out = append(out, s)
		}
	}
	for i := range out {
		record, err := a.offers.RecordOf(ctx, out[i].Till, a.rules().Reservation.Rated)
		if err != nil {
			return nil, err
		}
		out[i].Rate = record.Permille()
	}
	slices.SortStableFunc(out, func(x, y Found) int {
		return cmp.Or(cmp.Compare(y.Rate, x.Rate), cmp.Compare(y.spare(r), x.spare(r)), cmp.Compare(x.Till, y.Till))
	})
	if len(out) == 0 {
		return nil, fault.New(fault.NoShops)
	}
	return out[:min(len(out), most)], nil
}

// ReserveShops returns the shops that a customer who wants to reserve cash is to choose from. The fault is no_shops.
func (a *Agents) ReserveShops(ctx context.Context, where string, amount int64) ([]Found, error) {
	return a.FindShops(ctx, FindRequest{where, TakeCash, amount}, a.rules().Reservation.Offers)
}

// SwapShops returns the tills there, but the operator's own, that can give so much float and still have enough for their customers, the
// longest of e-money first. Faults: not_operator, no_shops.
func (a *Agents) SwapShops(ctx context.Context, operator msisdn.Number, where string, amount int64) ([]Found, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return nil, err
	}
	all, err := a.openShops(ctx, where)
	if err != nil {
		return nil, err
	}
	low := int64(0)
	if class, ok := a.rules().Class(post.Agent.Class); ok {
		low = class.FloatLow
	}
	out := slices.DeleteFunc(all, func(s Found) bool { return s.Till == post.Till.ID || s.float-amount < low })
	slices.SortStableFunc(out, func(x, y Found) int { return cmp.Or(cmp.Compare(y.float, x.float), cmp.Compare(x.Till, y.Till)) })
	if len(out) == 0 {
		return nil, fault.New(fault.NoShops)
	}
	return out[:min(len(out), a.rules().Reservation.Offers)], nil
}

func (s Found) can(r FindRequest) bool {
	switch r.Purpose {
	case TakeCash:
		return s.cash > 0 && s.cash >= r.Amount
	case PutInCash:
		return s.float > 0 && s.float >= r.Amount
	case AnyShop:
	}
	return true
}

func (s Found) spare(r FindRequest) int64 {
	if r.Purpose == PutInCash {
		return s.float
	}
	return s.cash
}

// Wards returns the market's wards, for a list to choose from.
func (a *Agents) Wards() []market.Ward { return a.market.Wards }

// foundMost bounds how many shops of one place are looked at.
const foundMost = 100

// openShops are the tills there that are open and serve, with what they have. Where is a ward by its code or name, else a landmark or
// a part of a shop's name.
func (a *Agents) openShops(ctx context.Context, where string) ([]Found, error) {
	search := network.Search{Serving: true, Limit: foundMost}
	if ward, ok := a.wardOf(where); ok {
		search.Ward = ward.Code
	} else if search.Landmark = strings.TrimSpace(where); len(search.Landmark) < landmarkLeast {
		return nil, fault.New(fault.NoShops)
	}
	places, err := a.places.Find(ctx, search)
	if err != nil || len(places) == 0 {
		return nil, err
	}
	return a.withMeans(ctx, places)
}

// landmarkLeast is how many letters a landmark has: fewer would find everything.
const landmarkLeast = 3

func (a *Agents) wardOf(text string) (market.Ward, bool) {
	text = strings.TrimSpace(text)
	if w, ok := a.market.Ward(strings.ToUpper(text)); ok {
		return w, true
	}
	i := slices.IndexFunc(a.market.Wards, func(w market.Ward) bool { return strings.EqualFold(w.Name, text) })
	if i < 0 {
		return market.Ward{}, false
	}
	return a.market.Wards[i], true
}

// withMeans looks up what places have, and leaves out those with an open complaint. Cash that is promised to somebody counts as gone.
func (a *Agents) withMeans(ctx context.Context, places []network.Place) ([]Found, error) {
	var floats, tills []int64
	for _, p := range places {
		floats, tills = append(floats, p.Till.Float), append(tills, p.Till.ID)
	}
	accounts, err := a.ledger.Accounts(ctx, floats)
	if err != nil {
		return nil, err
	}
	drawers, err := a.offers.Drawers(ctx, tills)
	if err != nil {
		return nil, err
	}
	var out []Found
	for _, p := range places {
		if risky, err := a.risky(ctx, p.Till.ID); err != nil || risky {
			if err != nil {
				return nil, err
			}
			continue
		}
		cash, err := a.cashIn(ctx, p, drawers)
		if err != nil {
			return nil, err
		}
		promised, err := a.promisedAt(ctx, p.Till.ID)
		if err != nil {
			return nil, err
		}
		float := accounts[p.Till.Float]
		out = append(out, Found{Till: p.Till.ID, Code: string(p.Till.Code), Shop: a.shop(p), Name: p.Store.Name, Landmark: p.Store.Landmark,
			cash: cash - promised, float: float.Available()})
	}
	return out, nil
}

// risky reports whether a customer's complaint against a till is open.
func (a *Agents) risky(ctx context.Context, till int64) (bool, error) {
	cases, err := a.deals.CasesOfTill(ctx, till, a.now().Add(-riskyFor), riskyMost)
	return slices.ContainsFunc(cases, func(c deal.Case) bool { return c.Kind == deal.NotPaid && c.State == deal.CaseOpen }), err
}

// How far back complaints are looked for.
const (
	riskyFor  = 30 * 24 * time.Hour
	riskyMost = 50
)

// promisedAt is the cash that a till has promised and not yet paid.
func (a *Agents) promisedAt(ctx context.Context, till int64) (int64, error) {
	open, err := a.offers.OpenAt(ctx, till, a.now())
	sum := int64(0)
	for _, o := range open {
		if o.Kind == offer.Cash && o.State == offer.Agreed {
			sum += o.Amount
		}
	}
	return sum, err
}
