package agents

import (
	"context"
	"time"

	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/sweep"
)

// tillsAtOnce is how many tills are looked at together.
const tillsAtOnce = 200

// FloatAlerts looks at the tills that are open and tells their operators, and those of the till that their agent has named for itself,
// what runs short: float below the low mark of its class or cash because float is above the high one, or either of them within the hours
// to come as on the same day of earlier weeks. A till is not told the same again within the market's quiet time. It returns how many
// were told; page is how many are looked at together. It may run twice at the same time; run again it goes on with those who were not
// told.
func (a *Agents) FloatAlerts(ctx context.Context, page int) (sent int, err error) {
	near := neighbours{}
	return sweep.All(ctx, func(after tillNow) ([]tillNow, error) { return a.tillsNow(ctx, after.place.Till.ID, page) },
		func(t tillNow) (bool, error) { return a.alert(ctx, t, near) })
}

// tillNow is a till as an alert looks at it.
type tillNow struct {
	place   network.Place
	float   ledger.Account
	drawers map[int64]offer.Drawer // of the tills of its page
	told    offer.Warning          // the last
	ever    bool                   // there was one
}

// tillsNow are the open tills after that one.
func (a *Agents) tillsNow(ctx context.Context, after int64, page int) ([]tillNow, error) {
	places, err := a.places.Find(ctx, network.Search{Serving: true, After: after, Limit: page})
	if err != nil || len(places) == 0 {
		return nil, err
	}
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
	warnings, err := a.offers.Warnings(ctx, tills)
	if err != nil {
		return nil, err
	}
	out := make([]tillNow, len(places))
	for i, p := range places {
		out[i] = tillNow{place: p, float: accounts[p.Till.Float], drawers: drawers}
		out[i].told, out[i].ever = warnings[p.Till.ID]
	}
	return out, nil
}

// alert tells one till what runs short there, unless it knows, and reports whether it did.
func (a *Agents) alert(ctx context.Context, t tillNow, near neighbours) (bool, error) {
	s, short, err := a.shortageAt(ctx, t.place, t.float, t.drawers)
	if err != nil || !short || t.ever && t.told.Covers(s.about, a.now(), a.rules().Forecast.Quiet) {
		return false, err
	}
	err = a.warn(ctx, s, near)
	if fault.HasCode(err, fault.WarnedAlready) { // by another process
		return false, nil
	}
	return err == nil, err
}

// shortage is what runs short at a till.
type shortage struct {
	place     network.Place
	about     offer.Shortage
	available int64     // of it, minor units
	mark      int64     // that was passed
	least     int64     // what a till of its class should hold of e-money
	at        time.Time // when it will be used up, of what is foreseen
}

// shortageAt looks at one till. What is short now goes before what will be.
func (a *Agents) shortageAt(ctx context.Context, p network.Place, float ledger.Account, drawers map[int64]offer.Drawer) (shortage, bool, error) {
	s := shortage{place: p, available: float.Available()}
	class, ok := a.rules().Class(float.Class)
	switch {
	case !ok:
		return s, false, nil
	case s.available < class.FloatLow:
		s.about, s.mark, s.least = offer.FloatShort, class.FloatLow, class.FloatMin
		return s, true, nil
	case s.available > class.FloatHigh:
		s.about, s.mark = offer.CashShort, class.FloatHigh
		return s, true, nil
	}
	now := a.now()
	weeks, err := a.earlier(ctx, p.Till.ID, now)
	if err != nil {
		return s, false, err
	}
	if after, soon := runsOut(s.available, weeks); soon {
		s.about, s.at = offer.FloatSoon, now.Add(after)
		return s, true, nil
	}
	if _, noted := drawers[p.Till.ID]; !noted {
		return s, false, nil // what is in the drawer is anybody's guess
	}
	cash, err := a.cashIn(ctx, []network.Place{p}, drawers)
	if err != nil {
		return s, false, err
	}
	s.available = cash[p.Till.ID]
	after, soon := runsOut(max(0, s.available), turnedRound(weeks))
	s.about, s.at = offer.CashSoon, now.Add(after)
	return s, soon, nil
}

var shortageTexts = map[offer.Shortage]string{
	offer.FloatShort: "sms.alert.float", offer.CashShort: "sms.alert.cash", offer.FloatSoon: "sms.alert.float.soon", offer.CashSoon: "sms.alert.cash.soon",
}

// neighbours are the tills of wards that are open, by the wards that were asked for.
type neighbours map[string][]neighbour

// neighbour is a till and what it has to spare, or lacks, of e-money; minor units.
type neighbour struct {
	place network.Place
	spare int64
	lack  int64
}

// of returns the tills of a ward, all of them, and reads them once.
func (n neighbours) of(ctx context.Context, a *Agents, ward string) ([]neighbour, error) {
	if known, ok := n[ward]; ok {
		return known, nil
	}
	var all []neighbour
	for after := int64(0); ; {
		places, err := a.places.Find(ctx, network.Search{Ward: ward, Serving: true, After: after, Limit: tillsAtOnce})
		if err != nil {
			return nil, err
		}
		floats := make([]int64, len(places))
		for i, p := range places {
			floats[i] = p.Till.Float
		}
		accounts, err := a.ledger.Accounts(ctx, floats)
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			float := accounts[p.Till.Float]
			if class, ok := a.rules().Class(float.Class); ok {
				all = append(all, neighbour{p, float.Available() - max(class.FloatMin, sparesAbove*class.FloatLow), class.FloatLow - float.Available()})
			}
		}
		if len(places) < tillsAtOnce {
			n[ward] = all
			return all, nil
		}
		after = places[len(places)-1].Till.ID
	}
}

// partner is a till of the same ward that has what this one lacks, and lacks what it has: the one most so. There may be none.
func (a *Agents) partner(ctx context.Context, s shortage, near neighbours) (network.Place, bool, error) {
	all, err := near.of(ctx, a, s.place.Store.Ward)
	if err != nil {
		return network.Place{}, false, err
	}
	best, found, most := network.Place{}, false, int64(0)
	for _, n := range all {
		has := n.lack
		if s.about.OfFloat() {
			has = n.spare
		}
		if n.place.Till.ID != s.place.Till.ID && has > most {
			best, found, most = n.place, true, has
		}
	}
	return best, found, nil
}

// sparesAbove is how many times the low mark of its class a till has that has float to spare; and never less than it must keep.
const sparesAbove = 2

// warn tells a till, and the one that its agent has named. It says with which neighbour it could swap, if there is one.
func (a *Agents) warn(ctx context.Context, s shortage, near neighbours) error {
	other, there, err := a.partner(ctx, s, near)
	if err != nil {
		return err
	}
	key := shortageTexts[s.about]
	if there {
		key += ".near"
	}
	told := a.wallet.IDs().New()
	say := func(language string) string {
		return a.texts.Say(language, key, i18n.Text("shop", s.place.Store.Name), a.wallet.Money("available", max(0, s.available)),
			a.wallet.Bare("low", s.mark), a.wallet.Bare("high", s.mark), a.wallet.Bare("min", s.least), i18n.Text("time", a.market.Hour(s.at)),
			i18n.Text("near", other.Store.Name), i18n.Text("code", string(other.Till.Code)), i18n.Text("service", a.market.ServiceCode))
	}
	messages, err := a.tellTill(ctx, told, 1, s.place.Till.ID, say)
	if err != nil {
		return err
	}
	if named := s.place.Agent.Nominated; named != 0 && named != s.place.Till.ID {
		office, err := a.tellTill(ctx, told, 1+hearMost, named, say)
		if err != nil {
			return err
		}
		messages = append(messages, office...)
	}
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(
		[]ledger.Companion{a.offers.Warn(s.place.Till.ID, s.about, a.rules().Forecast.Quiet)}, messages...)})
	if err == nil {
		a.wallet.Wake()
	}
	return err
}
