package agents

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"senti/agents/network"
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
	Rate     int  // of a thousand reservations that were put to it, how many it has kept
	Rated    int  // of how many that says; 0: none was ever put to it, or it was not looked for
	Dear     bool // customers say that it takes more than the fee
	agent    int64
	cash     int64
	float    int64 // minor units, as are the next three
	room     int64 // how much float it may yet get
	keeps    int64 // how much of it it may not give to another agent's till
	low      int64 // below what it has too little for its own customers
}

// FindShops returns the shops there that are open and can do it, by what is known at this moment: the float, and an estimate of the cash.
// Those against which a customer's complaint is open are left out. First come those that keep their word, then those with the most to spare;
// last those that take more than the fee, as customers say who were asked.
// The fault is no_shops.
func (a *Agents) FindShops(ctx context.Context, r FindRequest, most int) ([]Found, error) {
	out, err := a.openShops(ctx, r.Where, r.Purpose == TakeCash, func(s Found) bool { return s.can(r) })
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fault.New(fault.NoShops)
	}
	slices.SortStableFunc(out, func(x, y Found) int { return cmp.Or(cmp.Compare(y.spare(r), x.spare(r)), cmp.Compare(x.Till, y.Till)) })
	out = out[:min(len(out), ratedMost)]
	tills := make([]int64, len(out))
	for i := range out {
		tills[i] = out[i].Till
	}
	records, err := a.offers.RecordsOf(ctx, tills, a.rules().Reservation.Rated)
	if err != nil {
		return nil, err
	}
	if err := a.findDear(ctx, out); err != nil {
		return nil, err
	}
	for i := range out {
		record := records[out[i].Till]
		out[i].Rate, out[i].Rated = record.Permille(), record.Of
	}
	slices.SortStableFunc(out, func(x, y Found) int {
		return cmp.Or(dear(x)-dear(y), cmp.Compare(y.Rate, x.Rate), cmp.Compare(y.spare(r), x.spare(r)), cmp.Compare(x.Till, y.Till))
	})
	return out[:min(len(out), most)], nil
}

// findDear says of which shops customers say that they take more than the fee.
func (a *Agents) findDear(ctx context.Context, found []Found) error {
	tills := make([]int64, len(found))
	for i, f := range found {
		tills[i] = f.Till
	}
	records, err := a.surveys.Records(ctx, tills)
	for i := range found {
		found[i].Dear = records[found[i].Till].At(a.now()).Bad()
	}
	return err
}

func dear(f Found) int {
	if f.Dear {
		return 1
	}
	return 0
}

// ratedMost is of how many shops it is looked up how they kept their word: where there are more, of those with the most to spare.
const ratedMost = 200

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
	out, err := a.openShops(ctx, where, false, func(s Found) bool { return s.Till != post.Till.ID && s.gives(post.Agent.ID, amount) })
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(x, y Found) int { return cmp.Or(cmp.Compare(y.float, x.float), cmp.Compare(x.Till, y.Till)) })
	if len(out) == 0 {
		return nil, fault.New(fault.NoShops)
	}
	return out[:min(len(out), a.rules().Reservation.Offers)], nil
}

func (s Found) can(r FindRequest) bool {
	switch r.Purpose {
	case TakeCash: // it gets the e-money
		return s.cash > 0 && s.cash >= r.Amount && s.room >= r.Amount
	case PutInCash:
		return s.float > 0 && s.float >= r.Amount
	case AnyShop:
	}
	return true
}

// gives reports whether it can give so much float to a till of that agent.
func (s Found) gives(agent, amount int64) bool {
	if s.agent == agent {
		return s.float-amount >= s.low
	}
	return s.float-amount >= max(s.keeps, s.low)
}

func (s Found) spare(r FindRequest) int64 {
	if r.Purpose == PutInCash {
		return s.float
	}
	return s.cash
}

// Wards returns the market's wards, for a list to choose from.
func (a *Agents) Wards() []market.Ward { return a.market.Wards }

// openShops are the tills there that are open and serve, with what they have, as far as they are wanted. Where is a ward by its code or
// name, else a landmark or a part of a shop's name. All of them are looked at, some at a time; whether into their drawers too says cash.
func (a *Agents) openShops(ctx context.Context, where string, cash bool, wanted func(Found) bool) (out []Found, err error) {
	search := network.Search{Serving: true, Limit: tillsAtOnce}
	if ward, ok := a.wardOf(where); ok {
		search.Ward = ward.Code
	} else if search.Landmark = strings.TrimSpace(where); len(search.Landmark) < landmarkLeast {
		return nil, fault.New(fault.NoShops)
	}
	for {
		places, err := a.places.Find(ctx, search)
		if err != nil || len(places) == 0 {
			return out, err
		}
		some, err := a.withMeans(ctx, places, cash)
		if err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(some, func(s Found) bool { return !wanted(s) })...)
		if len(places) < tillsAtOnce {
			return out, nil
		}
		search.After = places[len(places)-1].Till.ID
	}
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

// withMeans looks up what places have, and leaves out those with an open complaint. Cash that is promised to somebody counts as gone, and
// the e-money for it as there.
func (a *Agents) withMeans(ctx context.Context, places []network.Place, drawers bool) ([]Found, error) {
	var floats, tills []int64
	for _, p := range places {
		floats, tills = append(floats, p.Till.Float), append(tills, p.Till.ID)
	}
	accounts, err := a.ledger.Accounts(ctx, floats)
	if err != nil {
		return nil, err
	}
	var cash, promised map[int64]int64
	if drawers {
		if cash, promised, err = a.cashFree(ctx, places, tills); err != nil {
			return nil, err
		}
	}
	risky, err := a.deals.Complained(ctx, tills, a.now().Add(-riskyFor))
	if err != nil {
		return nil, err
	}
	var out []Found
	for _, p := range places {
		float, till := accounts[p.Till.Float], p.Till.ID
		class, ok := a.rules().Class(float.Class)
		if risky[till] || !ok {
			continue
		}
		out = append(out, Found{Till: till, agent: p.Agent.ID, Code: string(p.Till.Code), Shop: a.shop(p), Name: p.Store.Name, Landmark: p.Store.Landmark,
			cash: cash[till] - promised[till], float: float.Available(), room: class.FloatMax - float.Balance - promised[till], keeps: class.FloatMin, low: class.FloatLow})
	}
	return out, nil
}

// cashFree is the cash in drawers, and what of it is promised.
func (a *Agents) cashFree(ctx context.Context, places []network.Place, tills []int64) (cash, promised map[int64]int64, err error) {
	drawers, err := a.offers.Drawers(ctx, tills)
	if err != nil {
		return nil, nil, err
	}
	if cash, err = a.cashIn(ctx, places, drawers); err != nil {
		return nil, nil, err
	}
	promised, err = a.offers.Promised(ctx, tills, a.now())
	return cash, promised, err
}

// riskyFor is how far back complaints are looked for.
const riskyFor = 30 * 24 * time.Hour
