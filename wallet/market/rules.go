package market

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"senti/wallet/money"
)

// rateDigits are the decimal places of a percentage that a Rate can hold.
const rateDigits = 2

// tierMax leaves the numbers from 100 for wallets in their small day, see package limit.
const tierMax = 99

var halves = map[string]money.Rounding{"up": money.HalfUp, "down": money.HalfDown, "even": money.HalfEven}

func (b *builder) rules(m *Market, p *pack) {
	terms := dates(b, m, "terms", p.Terms, func(t packTerms) string { return t.From })
	for _, d := range terms {
		m.Terms = append(m.Terms, Terms{Version: d.version, From: d.from})
	}
	for i, d := range dates(b, m, "taxes", p.Taxes, func(t packTax) string { return t.From }) {
		m.Taxes = append(m.Taxes, b.tax(d, p.Taxes[i]))
	}
	for i, d := range dates(b, m, "tariffs", p.Tariffs, func(t packTariff) string { return t.From }) {
		m.Tariffs = append(m.Tariffs, b.tariff(m, d, p.Tariffs[i]))
	}
	for i, d := range dates(b, m, "limits", p.Limits, func(l packLimits) string { return l.From }) {
		m.Limits = append(m.Limits, b.limits(m, d, p.Limits[i]))
	}
	for i, d := range dates(b, m, "pay", p.Pay, func(e packPay) string { return e.From }) {
		m.Pay = append(m.Pay, b.pay(m, d, p.Pay[i]))
	}
	for i, d := range dates(b, m, "agents", p.Agents, func(e packAgents) string { return e.From }) {
		m.Agents = append(m.Agents, b.agents(m, d, p.Agents[i]))
	}
}

// dated is the head every rule has: where it stands in the pack, since when it holds, and the name that postings keep.
type dated struct {
	place   string
	from    time.Time
	version Version
}

var versionNames = map[string]string{
	"terms": "terms", "taxes": "tax", "tariffs": "tariff", "limits": "limits", "pay": "pay", "agents": "agents",
}

func dates[R any](b *builder, m *Market, list string, rules []R, from func(R) string) []dated {
	if len(rules) == 0 {
		b.fail(list, "is empty", "write at least one entry with a from: date")
	}
	var out []dated
	for i, r := range rules {
		d := dated{place: fmt.Sprintf("%s[%d]", list, i)}
		var err error
		if d.from, err = time.ParseInLocation(time.DateOnly, from(r), m.Zone); err != nil {
			b.fail(d.place+".from", quoted(from(r)), "write the first day it holds, 2026-01-31")
		} else if i > 0 && !d.from.After(out[i-1].from) {
			b.fail(d.place+".from", "is "+from(r)+", not after the entry above", "order the entries by date and give each its own")
		}
		d.version = Version(m.Code + "." + versionNames[list] + "@" + from(r))
		out = append(out, d)
	}
	return out
}

func (b *builder) tax(d dated, p packTax) Tax {
	t := Tax{Version: d.version, From: d.from, Halves: halves[p.Halves]}
	if t.Halves == 0 {
		b.fail(d.place+".halves", quoted(p.Halves), "write up, down or even")
	}
	if p.Included == nil {
		b.fail(d.place+".included", "is missing", "write true when the published fee contains the tax, false when it is added")
	} else {
		t.Included = *p.Included
	}
	t.Rate = b.rate(d.place+".rate", p.Rate)
	return t
}

// rate reads a percentage, as strictly as an amount.
func (b *builder) rate(place, text string) Rate {
	number, isPercent := strings.CutSuffix(text, "%")
	style := money.Style{Decimal: ".", Digits: rateDigits}
	hundredths, err := style.Parse(number)
	if errors.Is(err, money.ErrZero) {
		err = nil
	}
	if err != nil || !isPercent || hundredths > int64(RateWhole) {
		b.fail(place, quoted(text), "write a percentage from 0% to 100%, such as 15% or 0.5%")
	}
	return Rate(hundredths)
}

// services are those that every price list has, if only to say that they are free.
var services = []string{"send", "withdraw", "voucher", "deposit"}

// sortedKeys are a map's keys in one order, so that mistakes too come in the same order every time.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

func (b *builder) tariff(m *Market, d dated, p packTariff) Tariff {
	t := Tariff{Version: d.version, From: d.from, Services: make(map[string]Prices)}
	for _, service := range services {
		if _, ok := p.Services[service]; !ok {
			b.fail(d.place+".services", "lack "+service, "write the prices of "+service+": {least: AMOUNT, bands: [...]}")
		}
	}
	for _, service := range sortedKeys(p.Services) {
		if !serviceForm.MatchString(service) {
			b.fail(d.place+".services", "name a service "+strconv.Quote(service), "write small letters, such as send")
			continue
		}
		t.Services[service] = b.bands(m, d.place+".services."+service, p.Services[service], "fee")
	}
	return t
}

// bands reads a list of bands; what it gives for an amount is called price: a fee or a pay.
func (b *builder) bands(m *Market, place string, p packPrices, price string) Prices {
	out := Prices{Least: b.amount(m, place+".least", p.Least)}
	if len(p.Bands) == 0 {
		b.fail(place+".bands", "is empty", "write at least one band {up_to: AMOUNT, "+price+": AMOUNT}")
	}
	for i, band := range p.Bands {
		at := fmt.Sprintf("%s.bands[%d]", place, i)
		next := Band{UpTo: b.amount(m, at+".up_to", band.UpTo), Fee: b.amount(m, at+"."+price, band.Fee)}
		switch {
		case next.UpTo == unread || out.Least == unread:
		case i > 0 && next.UpTo <= out.Bands[i-1].UpTo:
			b.fail(at+".up_to", "is "+band.UpTo+", not above the band before it", "order the bands by amount; each ends where the next begins")
		case i == 0 && (out.Least == 0 || out.Least > next.UpTo):
			b.fail(place+".least", "is "+p.Least, "write an amount above zero that lies in the first band")
		}
		if next.UpTo != unread && next.Fee > next.UpTo {
			b.fail(at+"."+price, "is "+band.Fee+", more than any amount of its band", "correct "+price+" or up_to")
		}
		out.Bands = append(out.Bands, next)
	}
	return out
}

func (b *builder) limits(m *Market, d dated, p packLimits) Limits {
	out := Limits{Version: d.version, From: d.from}
	if len(p.Tiers) == 0 {
		b.fail(d.place+".tiers", "is empty", "write at least one tier")
	}
	for i, tier := range p.Tiers {
		at := fmt.Sprintf("%s.tiers[%d]", d.place, i)
		if tier.Tier < 1 || tier.Tier > tierMax || (i > 0 && tier.Tier <= p.Tiers[i-1].Tier) {
			b.fail(at+".tier", fmt.Sprintf("is %d", tier.Tier), fmt.Sprintf("number the tiers upwards from 1 to %d", tierMax))
		}
		out.Tiers = append(out.Tiers, b.tier(m, at, tier))
	}
	at := d.place + ".small_day"
	out.Small = SmallDay{
		Single: b.amount(m, at+".single", p.Small.Single), DayOut: b.amount(m, at+".day_out", p.Small.DayOut),
		Lasts: b.lasting(at+".lasts", p.Small.Lasts),
	}
	b.ordered(at, named{"single", p.Small.Single, out.Small.Single}, named{"day_out", p.Small.DayOut, out.Small.DayOut})
	if p.Pinless != nil {
		at = d.place + ".pinless"
		out.Pinless = Pinless{b.amount(m, at+".single", p.Pinless.Single), b.amount(m, at+".day", p.Pinless.Day)}
		b.ordered(at, named{"single", p.Pinless.Single, out.Pinless.Single}, named{"day", p.Pinless.Day, out.Pinless.Day})
	}
	return out
}

func (b *builder) tier(m *Market, at string, p packTier) Tier {
	t := Tier{
		Number:   p.Tier,
		Name:     b.translated(m, at+".name", p.Name),
		Single:   b.amount(m, at+".single", p.Single),
		DayOut:   b.amount(m, at+".day_out", p.DayOut),
		DayIn:    b.amount(m, at+".day_in", p.DayIn),
		MonthOut: b.amount(m, at+".month_out", p.MonthOut),
		MonthIn:  b.amount(m, at+".month_in", p.MonthIn),
		Balance:  b.amount(m, at+".balance", p.Balance),
	}
	for _, c := range []struct {
		small, great     int64
		name, text, over string
	}{
		{t.Single, t.DayOut, "single", p.Single, "day_out"},
		{t.DayOut, t.MonthOut, "day_out", p.DayOut, "month_out"},
		{t.DayIn, t.MonthIn, "day_in", p.DayIn, "month_in"},
	} {
		if c.great != unread && c.small > c.great {
			b.fail(at+"."+c.name, "is "+c.text+", above "+c.over, "a limit may not pass the longer one around it")
		}
	}
	return t
}
