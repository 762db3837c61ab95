package market

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

func (b *builder) pay(m *Market, d dated, p packPay) Pay {
	out := Pay{Version: d.version, From: d.from, Split: b.split(d.place+".split", p.Split), Services: make(map[string][]PayBand)}
	for _, service := range PayServices {
		if _, ok := p.Services[service]; !ok {
			b.fail(d.place+".services", "lack "+service, "write what "+service+" earns: {least: AMOUNT, bands: [...]} or {each: AMOUNT}")
		}
	}
	for _, service := range sortedKeys(p.Services) {
		if !slices.Contains(PayServices, service) {
			b.fail(d.place+".services", "name a service "+strconv.Quote(service), "write deposit, withdraw, redeem or register")
			continue
		}
		out.Services[service] = b.payBands(m, d.place+".services."+service, p.Services[service])
	}
	return out
}

// roles are those who share what is earned, in the order of the shares.
var roles = []string{"agent", "super"}

func (b *builder) split(place string, all []packShare) []Share {
	var out []Share
	var whole Rate
	for i, s := range all {
		at := fmt.Sprintf("%s[%d]", place, i)
		if slices.Index(roles, s.To) != i {
			b.fail(at+".to", quoted(s.To), "write the agent's share first, then the super's, and no other")
		}
		out = append(out, Share{Role: s.To, Part: b.rate(at+".part", s.Part)})
		whole += out[i].Part
	}
	if whole != RateWhole {
		b.fail(place, "does not add up to 100%", "write {to: agent, part: 80%} and {to: super, part: 20%}, or what was agreed")
	}
	return out
}

func (b *builder) payBands(m *Market, place string, p packPayService) []PayBand {
	if p.Each != "" {
		if p.Least != "" || len(p.Bands) > 0 {
			b.fail(place+".each", "stands beside bands", "write either each or least and bands")
		}
		return []PayBand{{UpTo: math.MaxInt64, Pay: b.amount(m, place+".each", p.Each)}}
	}
	prices := packPrices{Least: p.Least} // the same rules as for prices: ascending, without gaps, never more than the amount
	for _, band := range p.Bands {
		prices.Bands = append(prices.Bands, packBand{UpTo: band.UpTo, Fee: band.Pay})
	}
	read := b.bands(m, place, prices, "pay")
	var out []PayBand
	from := read.Least
	for _, band := range read.Bands {
		out = append(out, PayBand{From: from, UpTo: band.UpTo, Pay: band.Fee})
		from = band.UpTo + 1
	}
	return out
}

func (b *builder) agents(m *Market, d dated, p packAgents) AgentRules {
	out := AgentRules{
		Version: d.version, From: d.from,
		Classes: b.classes(m, d.place, p.Classes),

		ConfirmAbove:  b.amount(m, d.place+".confirm.above", p.Confirm.Above),
		ConfirmSample: b.rate(d.place+".confirm.sample", p.Confirm.Sample),
		WaitFor:       b.lasting(d.place+".confirm.wait", p.Confirm.Wait),
		ReturnWithin:  b.lasting(d.place+".mend.return", p.Mend.Return),
		ClaimWithin:   b.lasting(d.place+".mend.claim", p.Mend.Claim),
		DisputeWithin: b.lasting(d.place+".mend.dispute", p.Mend.Dispute),
		DecideWithin:  b.lasting(d.place+".mend.decide", p.Mend.Decide),
		IDAbove:       b.amount(m, d.place+".id_above", p.IDAbove),

		Lives: b.lives(d.place+".lives", p.Lives),

		LoopsPaid:   b.count(d.place+".guard.loops_paid", p.Guard.LoopsPaid, 0),
		Refusals:    b.count(d.place+".guard.refusals", p.Guard.Refusals, 1),
		RefusalsFor: b.lasting(d.place+".guard.refusals_for", p.Guard.RefusalsFor),
		VainAsks:    b.count(d.place+".guard.vain_asks", p.Guard.VainAsks, 1),
		WrongCodes:  b.count(d.place+".guard.wrong_codes", p.Guard.WrongCodes, 1),
		WrongFor:    b.lasting(d.place+".guard.wrong_for", p.Guard.WrongFor),
		SplitWindow: b.lasting(d.place+".guard.split_window", p.Guard.SplitWindow),
		SplitGain:   b.amount(m, d.place+".guard.split_gain", p.Guard.SplitGain),
		SplitCase:   b.count(d.place+".guard.split_case", p.Guard.SplitCase, 1),

		SurveySample: b.rate(d.place+".survey.sample", p.Survey.Sample),
		SurveyAfter:  b.lasting(d.place+".survey.after", p.Survey.After),
		SurveyWithin: b.lasting(d.place+".survey.within", p.Survey.Within),

		Release:     Release(p.Release),
		Withholding: b.rate(d.place+".withholding", p.Withholding),
		Voucher: VoucherRules{
			On:      b.yes(d.place+".voucher.on", p.Voucher.On),
			Life:    b.lasting(d.place+".voucher.life", p.Voucher.Life),
			FeeBack: b.yes(d.place+".voucher.fee_back", p.Voucher.FeeBack),
		},
		Reservation: Reservation{
			Offers: b.count(d.place+".reservation.offers", p.Reservation.Offers, 1),
			Rated:  b.count(d.place+".reservation.rated", p.Reservation.Rated, 1),
		},
		Forecast: Forecast{
			Weeks: b.count(d.place+".forecast.weeks", p.Forecast.Weeks, 1),
			Ahead: b.lasting(d.place+".forecast.ahead", p.Forecast.Ahead),
			Quiet: b.lasting(d.place+".forecast.quiet", p.Forecast.Quiet),
		},
	}
	b.agentDay(m, d.place+".day", &out, p.Day)
	if !slices.Contains([]Release{Daily, Weekly, Monthly}, out.Release) {
		b.fail(d.place+".release", quoted(p.Release), "write daily, weekly or monthly")
	}
	if out.SurveyWithin > 0 && out.SurveyWithin <= out.SurveyAfter {
		b.fail(d.place+".survey.within", "is "+p.Survey.Within+", not above after", "write a longer time than after")
	}
	return out
}

func (b *builder) classes(m *Market, place string, all []packClass) []AgentClass {
	if len(all) == 0 {
		b.fail(place+".classes", "is empty", "write at least one class")
	}
	var out []AgentClass
	for i, p := range all {
		at := fmt.Sprintf("%s.classes[%d]", place, i)
		if p.Class < 1 || (i > 0 && p.Class <= all[i-1].Class) {
			b.fail(at+".class", fmt.Sprintf("is %d", p.Class), "number the classes upwards from 1")
		}
		c := AgentClass{
			Number: p.Class, Name: b.translated(m, at+".name", p.Name),
			FloatMin: b.amount(m, at+".min", p.Min), FloatMax: b.amount(m, at+".max", p.Max),
			FloatLow: b.amount(m, at+".low", p.Low), FloatHigh: b.amount(m, at+".high", p.High),
		}
		b.ordered(at,
			named{"low", p.Low, c.FloatLow}, named{"min", p.Min, c.FloatMin}, named{"high", p.High, c.FloatHigh}, named{"max", p.Max, c.FloatMax})
		out = append(out, c)
	}
	return out
}

// named is an amount with its key and its text.
type named struct {
	key, text string
	amount    int64
}

// ordered checks that no amount is above the one after it.
func (b *builder) ordered(place string, amounts ...named) {
	for i, a := range amounts[1:] {
		before := amounts[i]
		if a.amount != unread && before.amount > a.amount {
			b.fail(place+"."+before.key, "is "+before.text+", above "+a.key, "write an amount up to "+a.key)
		}
	}
}

func (b *builder) agentDay(m *Market, place string, out *AgentRules, p packAgentDay) {
	out.OperatorDayIn, out.OperatorDayOut = b.amount(m, place+".operator_in", p.OperatorIn), b.amount(m, place+".operator_out", p.OperatorOut)
	out.TillDayIn, out.TillDayOut = b.amount(m, place+".till_in", p.TillIn), b.amount(m, place+".till_out", p.TillOut)
	out.OwnWalletDay = b.amount(m, place+".own_wallet", p.OwnWallet)
	b.ordered(place, named{"operator_in", p.OperatorIn, out.OperatorDayIn}, named{"till_in", p.TillIn, out.TillDayIn})
	b.ordered(place, named{"operator_out", p.OperatorOut, out.OperatorDayOut}, named{"till_out", p.TillOut, out.TillDayOut})
}

func (b *builder) lives(place string, p packLives) CodeLives {
	return CodeLives{
		Deposit:  b.lasting(place+".deposit", p.Deposit),
		Cash:     b.lasting(place+".cash", p.Cash),
		Ask:      b.lasting(place+".ask", p.Ask),
		Offer:    b.lasting(place+".offer", p.Offer),
		Reserve:  b.lasting(place+".reserve", p.Reserve),
		Swap:     b.lasting(place+".swap", p.Swap),
		Float:    b.lasting(place+".float", p.Float),
		Activate: b.lasting(place+".activate", p.Activate),
		Reset:    b.lasting(place+".reset", p.Reset),
	}
}

func (b *builder) yes(place string, value *bool) bool {
	if value == nil {
		b.fail(place, "is missing", "write true or false")
		return false
	}
	return *value
}

func (b *builder) count(place, text string, least int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > 1000 {
		b.fail(place, quoted(text), fmt.Sprintf("write a whole number from %d to 1000", least))
	}
	return n
}

var units = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}

// lastingMax is far above any period in a pack and far below where durations overflow.
const lastingMax = 100 * 365 * 24 * time.Hour

// lasting reads how long something lasts: "30s", "5m", "24h" or "7d".
func (b *builder) lasting(place, text string) time.Duration {
	if text != "" {
		n, err := strconv.ParseUint(text[:len(text)-1], 10, 31)
		unit := units[text[len(text)-1]]
		if err == nil && n > 0 && unit > 0 && time.Duration(n) <= lastingMax/unit {
			return time.Duration(n) * unit
		}
	}
	b.fail(place, quoted(text), "write how long it lasts, above zero: 30s, 5m, 24h or 7d")
	return 0
}

func (b *builder) holidays(m *Market, all []packHoliday) {
	var last int32
	for i, h := range all {
		at := fmt.Sprintf("holidays[%d]", i)
		day, err := time.ParseInLocation(time.DateOnly, h.Day, time.UTC)
		if err != nil {
			b.fail(at+".day", quoted(h.Day), "write a day, 2026-12-12")
			continue
		}
		year, month, date := day.Date()
		next := Holiday{Day: int32(year*10000 + int(month)*100 + date), Name: b.text(at+".name", h.Name, 40)}
		if next.Day <= last {
			b.fail(at+".day", "is "+h.Day+", not after the entry above", "order the holidays by day and list each once")
		}
		last = next.Day
		m.Holidays = append(m.Holidays, next)
	}
}

// leastWarnings is how often an owner is told before a wallet goes to sleep.
const leastWarnings = 3

func (b *builder) dormancy(m *Market, p packDormancy) {
	m.Dormancy.After = b.lasting("dormancy.after", p.After)
	if len(p.Warn) < leastWarnings {
		b.fail("dormancy.warn", fmt.Sprintf("has %d warnings", len(p.Warn)), "write three or more, upwards, all before after")
	}
	last := time.Duration(0)
	for i, text := range p.Warn {
		at := fmt.Sprintf("dormancy.warn[%d]", i)
		next := b.lasting(at, text)
		if next > 0 && (next <= last || next >= m.Dormancy.After) {
			b.fail("dormancy.warn", "has "+text+" out of order", "write the warnings upwards, all before after")
		}
		last = next
		m.Dormancy.Warn = append(m.Dormancy.Warn, next)
	}
}

func (b *builder) retention(m *Market, p packRetention) {
	m.Retention = Retention{
		Records: b.lasting("retention.records", p.Records), Quotes: b.lasting("retention.quotes", p.Quotes),
		Messages: b.lasting("retention.messages", p.Messages),
		Codes:    b.lasting("retention.codes", p.Codes), Runs: b.lasting("retention.runs", p.Runs),
	}
}

func (b *builder) wards(m *Market, all []packWard) {
	if len(all) == 0 {
		b.fail("wards", "is empty", "list at least one ward with code and name")
	}
	for i, p := range all {
		at := fmt.Sprintf("wards[%d]", i)
		b.matching(at+".code", p.Code, wardForm, `two to six digits, "101"`)
		b.text(at+".name", p.Name, 24)
		if _, twice := m.Ward(p.Code); twice {
			b.fail(at+".code", quoted(p.Code)+" a second time", "give each ward its own code")
		}
		m.Wards = append(m.Wards, Ward(p))
	}
}
