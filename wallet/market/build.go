package market

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"senti/wallet/money"
	"senti/wallet/msisdn"
)

var (
	codeForm        = regexp.MustCompile(`^[a-z]{2}$`) // two, so that the versions of four rule sets fit into a posting
	serviceCodeForm = regexp.MustCompile(`^\*[0-9]{2,6}(\*[0-9]{1,6})*#$`)
	senderForm      = regexp.MustCompile(`^[A-Za-z0-9]{1,11}$`)
	replyForm       = regexp.MustCompile(`^\+?[0-9]{3,15}$`)
	symbolForm      = regexp.MustCompile(`^[A-Za-z$]{1,4}$`)
	languageForm    = regexp.MustCompile(`^[a-z]{2,3}$`)
	serviceForm     = regexp.MustCompile(`^[a-z][a-z_]{1,19}$`)
	wardForm        = regexp.MustCompile(`^[0-9]{2,6}$`)
)

func (b *builder) market(p *pack) *Market {
	m := &Market{
		Code:        b.matching("code", p.Code, codeForm, "two small letters"),
		Name:        b.text("name", p.Name, 40),
		Region:      p.Region,
		ServiceCode: b.matching("service_code", p.ServiceCode, serviceCodeForm, `a code as it is dialled, "*384#"`),
		SenderID:    b.matching("sender_id", p.SenderID, senderForm, "up to 11 letters and digits"),
		ReplyTo:     b.matching("reply_to", p.ReplyTo, replyForm, `the short code or number to which people send SMS, "20384"`),
	}
	if !msisdn.KnownRegion(p.Region) {
		b.fail("region", quoted(p.Region), `write an ISO 3166 country code, "KE"`)
	}
	b.zone(m, p.Zone)
	b.money(m, &p.Money)
	b.date(m, p.Date)
	b.day(m, p.Day)
	b.languages(m, p.Languages)
	b.ids(m, p)
	if len(b.mistakes) > 0 {
		return nil // amounts and dates cannot be read without currency and zone
	}
	b.rules(m, p)
	b.holidays(m, p.Holidays)
	b.dormancy(m, p.Dormancy)
	b.retention(m, p.Retention)
	m.Trust = Trust{Transit: b.lasting("trust.transit", p.Trust.Transit), Suspense: b.lasting("trust.suspense", p.Trust.Suspense)}
	b.wards(m, p.Wards)
	return m
}

func (b *builder) zone(m *Market, name string) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		b.fail("zone", quoted(name), `write a zone of the tz database, "Africa/Nairobi"`)
		return
	}
	m.Zone = zone
}

func (b *builder) money(m *Market, p *packMoney) {
	currency, ok := money.Find(p.Currency)
	if !ok {
		b.fail("money.currency", quoted(p.Currency), `is no known currency: write an ISO 4217 code, "KES", or add it to wallet/money/currency.go`)
		return
	}
	m.Currency = currency
	b.matching("money.symbol", p.Symbol, symbolForm, "up to four letters")
	if !slices.Contains([]string{",", ".", " ", "'", ""}, p.Group) {
		b.fail("money.group", quoted(p.Group), `write ",", ".", " ", "'" or ""`)
	}
	if (p.Decimal != "." && p.Decimal != ",") || p.Decimal == p.Group {
		b.fail("money.decimal", quoted(p.Decimal), `write "." or ",", and not what group is`)
	}
	m.Style = money.Style{Symbol: p.Symbol, After: p.After, Group: p.Group, Decimal: p.Decimal, Digits: currency.Digits}
	m.Style.Step = b.amount(m, "money.keyed", p.Keyed)
	if m.Style.Step == 0 {
		b.fail("money.keyed", "is 0", "write the smallest amount a person may key, such as 1")
	}
}

// date accepts a layout that gives back the minute it was given, so that no SMS is silent about the day or the hour.
func (b *builder) date(m *Market, layout string) {
	moment := time.Date(2026, time.December, 31, 23, 59, 0, 0, time.UTC)
	written := moment.Format(layout)
	back, err := time.Parse(layout, written)
	if err != nil || !back.Equal(moment) || len(written) > 16 {
		b.fail("date", quoted(layout), `write the moment "2/1/06 15:04" in the market's order, at most 16 characters`)
	}
	m.dateLayout = layout
}

// day accepts a layout that gives back the month and the day it was given.
func (b *builder) day(m *Market, layout string) {
	moment := time.Date(0, time.December, 31, 0, 0, 0, 0, time.UTC)
	written := moment.Format(layout)
	back, err := time.Parse(layout, written)
	if err != nil || !back.Equal(moment) || len(written) > 6 {
		b.fail("day", quoted(layout), `write the day "2/1" in the market's order, at most 6 characters`)
	}
	m.dayLayout = layout
}

func (b *builder) languages(m *Market, all []packNative) {
	m.languageNames = make(map[string]string)
	for i, l := range all {
		place := fmt.Sprintf("languages[%d]", i)
		b.matching(place+".code", l.Code, languageForm, `an ISO 639 code, "sw"`)
		b.text(place+".name", l.Name, 20)
		if m.languageNames[l.Code] != "" {
			b.fail(place+".code", quoted(l.Code)+" a second time", "list each language once")
		}
		m.languageNames[l.Code] = l.Name
		m.Languages = append(m.Languages, l.Code)
	}
	if len(all) == 0 {
		b.fail("languages", "is empty", "list at least one language with code and name")
	}
}

// translated checks that a text is there in each language of the market and in no other.
func (b *builder) translated(m *Market, place string, texts map[string]string) map[string]string {
	for _, language := range m.Languages {
		if strings.TrimSpace(texts[language]) == "" {
			b.fail(place, "is missing in language "+language, "add "+language+": TEXT")
		}
	}
	for language := range texts {
		if !m.Speaks(language) {
			b.fail(place, "is given in language "+language, "list the language under languages, or remove it here")
		}
	}
	return texts
}

func (b *builder) text(place, value string, lengthMax int) string {
	if strings.TrimSpace(value) == "" || len(value) > lengthMax {
		b.fail(place, quoted(value), fmt.Sprintf("write a text of 1 to %d characters", lengthMax))
	}
	return value
}

func (b *builder) matching(place, value string, form *regexp.Regexp, want string) string {
	if !form.MatchString(value) {
		b.fail(place, quoted(value), "write "+want)
	}
	return value
}

// unread stands for an amount that could not be read, so that one mistake is not reported as two.
const unread = -1

// amount reads a number of units ("7", "0.50") into minor units.
func (b *builder) amount(m *Market, place, text string) int64 {
	if text == "" {
		b.fail(place, "is missing", "write a number of "+m.Currency.Code+", zero or above")
		return unread
	}
	plain := money.Style{Decimal: ".", Digits: m.Currency.Digits}
	minor, err := plain.Parse(text)
	if errors.Is(err, money.ErrZero) {
		return 0
	}
	if err != nil || strings.ContainsAny(text, " ") {
		b.fail(place, "is "+text, "write a number of "+m.Currency.Code+", zero or above, without separators")
		return unread
	}
	return minor
}

func quoted(value string) string {
	if value == "" {
		return "is missing"
	}
	return fmt.Sprintf("is %q", value)
}
