package agents

import (
	"cmp"
	"context"
	"slices"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Commission is what moved what an agent is owed in a time, by shop and by day: its own part of what its tills earned, and its share of
// what the tills of agents under it did. Opening with Earned, without Taken and Paid, is Closing. Amounts are minor units.
type Commission struct {
	Agent                                 network.Agent
	From, To                              time.Time
	Opening, Earned, Taken, Paid, Closing int64
	Shops                                 []ShopCommission // by number of the till; those that earned nothing are left out
	Days                                  []DayCommission  // newest first; likewise
	More                                  bool             // there are more tills than are looked at
}

// ShopCommission is what an agent earned at one till.
type ShopCommission struct {
	Place  network.Place
	Shop   string // "MAMA NJERI, Kawangware"
	Share  bool   // of a till of an agent under it
	Deals  int64
	Earned int64 // less what was taken back
}

// DayCommission is what an agent earned on one day.
type DayCommission struct {
	Day    int32 // yyyymmdd
	Deals  int64
	Earned int64 // less what was taken back
}

// commissionTills is how many tills are looked at.
const commissionTills = 1000

// ProveManager compares the PIN of an operator who is to read what the agent earns. Faults: not_operator, not_manager, wrong_pin
// (left), pin_locked, no_pin.
func (a *Agents) ProveManager(ctx context.Context, operator msisdn.Number, typed pin.PIN) error {
	post, err := a.Post(ctx, operator)
	if err == nil && post.Operator.Role != network.Manager {
		err = fault.New(fault.NotManager)
	}
	if err != nil {
		return err
	}
	return a.prove(ctx, post, typed)
}

// Commission returns what the agent of an operator earned this month, or in the month that was so many before it. That the PIN of a
// manager was asked before, in the same session, is for the caller to know. Faults: not_operator, not_manager.
func (a *Agents) Commission(ctx context.Context, operator msisdn.Number, monthsAgo int) (Commission, error) {
	post, err := a.Post(ctx, operator)
	if err == nil && post.Operator.Role != network.Manager {
		err = fault.New(fault.NotManager)
	}
	if err != nil {
		return Commission{}, err
	}
	from, to := a.month(monthsAgo)
	return a.CommissionOf(ctx, post.Agent.ID, from, to)
}

// month is this month of the market, or the one that was so many before it.
func (a *Agents) month(ago int) (from, to time.Time) {
	today := a.market.Day(a.now())
	from, to = a.market.Begins(today-today%100+1), a.soon()
	for range ago {
		to = from
		before := a.market.Day(from.Add(-12 * time.Hour))
		from = a.market.Begins(before - before%100 + 1)
	}
	return from, to
}

// CommissionOf returns what an agent earned in a time. The fault is agent_not_found.
func (a *Agents) CommissionOf(ctx context.Context, agent int64, from, to time.Time) (Commission, error) {
	g, err := a.places.Agent(ctx, agent)
	if err != nil {
		return Commission{}, err
	}
	c := Commission{Agent: g, From: from, To: to}
	if err := a.addOwed(ctx, &c); err != nil {
		return Commission{}, err
	}
	tills, err := a.places.Find(ctx, network.Search{Tree: agent, Limit: commissionTills + 1})
	if err != nil {
		return Commission{}, err
	}
	if c.More = len(tills) > commissionTills; c.More {
		tills = tills[:commissionTills]
	}
	numbers := make([]int64, len(tills))
	for i, p := range tills {
		numbers[i] = p.Till.ID
	}
	earned, err := a.deals.Earnings(ctx, numbers, from, to)
	if err != nil {
		return Commission{}, err
	}
	a.addShops(&c, tills, earned)
	return c, nil
}

// addOwed fills in what the ledger says.
func (a *Agents) addOwed(ctx context.Context, c *Commission) error {
	after, err := a.ledger.Before(ctx, c.From)
	if err != nil {
		return err
	}
	upTo, err := a.ledger.Before(ctx, c.To)
	if err != nil {
		return err
	}
	if c.Opening, err = a.ledger.BalanceAt(ctx, c.Agent.Payable, after); err != nil {
		return err
	}
	if c.Closing, err = a.ledger.BalanceAt(ctx, c.Agent.Payable, upTo); err != nil {
		return err
	}
	moved, err := a.ledger.MovedBetween(ctx, c.Agent.Payable, after, upTo)
	for kind, m := range moved {
		if kind == ledger.CommissionPay {
			c.Paid -= m.Net()
			continue
		}
		c.Earned, c.Taken = c.Earned+m.In, c.Taken+m.Out
	}
	return err
}

// addShops fills in which shops and days it came from.
func (a *Agents) addShops(c *Commission, tills []network.Place, earned []deal.Earning) {
	byTill, byDay := map[int64]*ShopCommission{}, map[int32]*DayCommission{}
	for _, p := range tills {
		byTill[p.Till.ID] = &ShopCommission{Place: p, Shop: a.shop(p), Share: p.Agent.ID != c.Agent.ID}
	}
	for _, e := range earned {
		s := byTill[e.Till]
		net := e.Earned - e.EarnedSuper - e.Taken + e.TakenSuper
		if s.Share {
			net = e.EarnedSuper - e.TakenSuper
		}
		s.Deals, s.Earned = s.Deals+e.Deals, s.Earned+net
		if byDay[e.Day] == nil {
			byDay[e.Day] = &DayCommission{Day: e.Day}
		}
		byDay[e.Day].Deals += e.Deals
		byDay[e.Day].Earned += net
	}
	for _, p := range tills {
		if s := byTill[p.Till.ID]; s.Deals != 0 || s.Earned != 0 {
			c.Shops = append(c.Shops, *s)
		}
	}
	for _, d := range byDay {
		c.Days = append(c.Days, *d)
	}
	slices.SortFunc(c.Days, func(x, y DayCommission) int { return cmp.Compare(y.Day, x.Day) })
}

// ShopEarning is one line of what an agent earned on a day.
type ShopEarning struct {
	Earning
	Shop string // "MAMA NJERI"
}

// CommissionOn returns what the agent of an operator earned on a day (of the month, as Commission has it), line by line, newest
// first: at most that many. The rest is as Commission has it.
func (a *Agents) CommissionOn(ctx context.Context, operator msisdn.Number, monthsAgo int, date int32, most int) ([]ShopEarning, error) {
	c, err := a.Commission(ctx, operator, monthsAgo)
	if err != nil {
		return nil, err
	}
	first := a.market.Day(c.From)
	day := first - first%100 + date
	begins := a.market.Begins(day)
	if a.market.Day(begins) != day { // the month has no such day
		return nil, nil
	}
	ends := a.market.Begins(a.market.Day(begins.Add(36 * time.Hour)))
	var out []ShopEarning
	for _, s := range c.Shops {
		part := ownPart
		if s.Share {
			part = superPart
		}
		lines, err := a.earningsAt(ctx, s.Place, begins, ends, most, part)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			out = append(out, ShopEarning{l, s.Place.Store.Name})
		}
	}
	slices.SortStableFunc(out, func(x, y ShopEarning) int { return y.At.Compare(x.At) })
	return out[:min(len(out), most)], nil
}

// superPart is what of that much, with that part of the super-agent's, is the super-agent's.
func superPart(_, super int64) int64 { return super }
