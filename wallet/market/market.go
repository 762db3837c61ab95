// Package market knows what differs from country to country: currency, number plan, languages, tariffs, taxes, limits, what
// agents earn and the rules of their counters, each dated, and holidays, wards and periods, read from a country pack in YAML.
//
// A pack is checked as a whole when it is loaded, and a pack with a mistake does not start: the error names file, line and
// mend. Nothing about a country is in code. The package computes no fee and enforces no limit; packages tariff, limit and
// commission do, with the rules At gives them.
package market

import (
	"sort"
	"time"

	"senti/wallet/money"
)

// Market is a country pack after loading. It is immutable and shared by everyone who reads it.
type Market struct {
	Code        string         // "ke"; begins every version: "ke.tariff@2023-07-01"
	Name        string         // "Kenya"
	Region      string         // ISO 3166 code of the number plan, "KE"
	Zone        *time.Location // where a day and a month begin
	ServiceCode string         // "*384#"
	SenderID    string         // who an SMS comes from
	ReplyTo     string         // the number to which people send theirs: a sender that is a name cannot be answered
	Currency    money.Currency
	Style       money.Style
	Languages   []string   // codes, in the order the first page offers them
	NationalID  Document   // the one that most people have
	IDs         []Document // all that the market takes, the national ID first

	Terms   []Terms // each of these lists ascends by From and is not empty
	Taxes   []Tax
	Tariffs []Tariff
	Limits  []Limits
	Pay     []Pay
	Agents  []AgentRules

	Holidays  []Holiday // ascending
	Dormancy  Dormancy
	Retention Retention
	Trust     Trust
	Wards     []Ward // in the order a list of them is shown

	languageNames map[string]string
	dateLayout    string
	dayLayout     string
}

// Version names one dated set of rules: "ke.tariff@2023-07-01".
type Version string

// Terms are the conditions a customer accepts.
type Terms struct {
	Version Version
	From    time.Time
}

// Tax is what the tax office takes of every fee.
type Tax struct {
	Version  Version
	From     time.Time
	Rate     Rate
	Included bool // the published fee includes it; otherwise it is added to the fee
	Halves   money.Rounding
}

// Rate is a part of a whole in hundredths of a percent: 15% is 1500.
type Rate int64

// RateWhole is 100 %.
const RateWhole Rate = 100_00

// Tariff is the published price list.
type Tariff struct {
	Version  Version
	From     time.Time
	Services map[string]Prices // by service: "send"
}

// Prices are the fees of one service. All amounts are minor units.
type Prices struct {
	Least int64  // the smallest amount that can be moved
	Bands []Band // ascending; each begins one minor unit above the end of the one before
}

// Most is the greatest amount that can be moved.
func (p Prices) Most() int64 { return p.Bands[len(p.Bands)-1].UpTo }

// Band is the fee of all amounts up to and including UpTo.
type Band struct{ UpTo, Fee int64 }

// Limits are what each KYC tier may move and hold.
type Limits struct {
	Version Version
	From    time.Time
	Tiers   []Tier // ascending by number
	Small   SmallDay
	Pinless Pinless
}

// SmallDay caps what a wallet of any tier may pay out in the day after its PIN was set anew. Amounts are minor units.
type SmallDay struct {
	Single int64
	DayOut int64
	Lasts  time.Duration
}

// Pinless caps what may be paid without a PIN. Amounts are minor units of what leaves the wallet; 0 is nothing.
type Pinless struct{ Single, Day int64 }

// Tier is one KYC tier. All amounts are minor units.
type Tier struct {
	Number   int16
	Name     map[string]string // by language
	Single   int64             // one transaction out
	DayOut   int64
	DayIn    int64
	MonthOut int64
	MonthIn  int64
	Balance  int64 // the most it may hold
}

// Tier returns the tier with that number, or false.
func (l *Limits) Tier(number int16) (Tier, bool) {
	for _, t := range l.Tiers {
		if t.Number == number {
			return t, true
		}
	}
	return Tier{}, false
}

// Rules are what is in force at one moment.
type Rules struct {
	Terms  *Terms
	Tax    *Tax
	Tariff *Tariff
	Limits *Limits
	Pay    *Pay
	Agents *AgentRules
}

// At returns the rules in force at t. Before the first date of a list its first entry holds: a pack has no blank past.
func (m *Market) At(t time.Time) Rules {
	return Rules{
		Terms:  inForce(m.Terms, t, func(r *Terms) time.Time { return r.From }),
		Tax:    inForce(m.Taxes, t, func(r *Tax) time.Time { return r.From }),
		Tariff: inForce(m.Tariffs, t, func(r *Tariff) time.Time { return r.From }),
		Limits: inForce(m.Limits, t, func(r *Limits) time.Time { return r.From }),
		Pay:    inForce(m.Pay, t, func(r *Pay) time.Time { return r.From }),
		Agents: inForce(m.Agents, t, func(r *AgentRules) time.Time { return r.From }),
	}
}

func inForce[R any](list []R, t time.Time, from func(*R) time.Time) *R {
	later := sort.Search(len(list), func(i int) bool { return from(&list[i]).After(t) })
	return &list[max(0, later-1)]
}

// Versions names the rules a posting is priced with, for its Rules column: ASCII, at most 80 characters.
func (r Rules) Versions() string {
	return string(r.Tariff.Version) + " " + string(r.Tax.Version) + " " + string(r.Limits.Version)
}

// CounterVersions names the rules that a posting over a counter is priced with: those of Versions and what agents earn.
func (r Rules) CounterVersions() string { return r.Versions() + " " + string(r.Pay.Version) }

// Speaks reports whether the market has that language.
func (m *Market) Speaks(language string) bool { return m.languageNames[language] != "" }

// NativeName returns a language's name for itself, "Kiswahili", or "".
func (m *Market) NativeName(language string) string { return m.languageNames[language] }

// LowestTier is the number of the tier a wallet opened on the phone begins with.
func (m *Market) LowestTier(at time.Time) int16 { return m.At(at).Limits.Tiers[0].Number }

// CheckedTier is the number of the tier of a wallet whose holder's ID document somebody has checked: the one above the lowest.
func (m *Market) CheckedTier(at time.Time) int16 {
	tiers := m.At(at).Limits.Tiers
	return tiers[min(1, len(tiers)-1)].Number
}

// Day is the market's calendar day of t as yyyymmdd.
func (m *Market) Day(t time.Time) int32 {
	year, month, day := t.In(m.Zone).Date()
	return int32(year*10000 + int(month)*100 + day)
}

// Date writes a moment as the market writes it: "3/12/26 14:02".
func (m *Market) Date(t time.Time) string { return t.In(m.Zone).Format(m.dateLayout) }

// DayMonth writes the day as the market writes it, without the year: "3/12".
func (m *Market) DayMonth(t time.Time) string { return t.In(m.Zone).Format(m.dayLayout) }

// Hour writes the time of day: "14:02".
func (m *Market) Hour(t time.Time) string { return t.In(m.Zone).Format("15:04") }
