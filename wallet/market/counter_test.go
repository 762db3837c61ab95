package market

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC)

// What a posting over a counter is priced with fits into its row, whatever the market.
func TestCounterVersions(t *testing.T) {
	for code, want := range map[string]string{
		"ke": "ke.tariff@2023-07-01 ke.tax@2023-07-01 ke.limits@2023-08-15 ke.pay@2018-01-01",
		"ug": "ug.tariff@2024-07-01 ug.tax@2024-07-01 ug.limits@2024-07-01 ug.pay@2024-07-01",
	} {
		if got := mustLoad(t, code).At(noon).CounterVersions(); got != want || len(got) > 80 {
			t.Errorf("%s: %d characters: %s", code, len(got), got)
		}
	}
}

func TestKenyaCounter(t *testing.T) {
	rules := mustLoad(t, "ke").At(noon)
	a := rules.Agents
	if a.Version != "ke.agents@2026-01-01" || a.ConfirmAbove != 5_000_00 || a.ConfirmSample != 500 || a.WaitFor != 24*time.Hour {
		t.Errorf("confirmation: %+v", a)
	}
	if a.ReturnWithin != 30*time.Minute || a.ClaimWithin != 30*time.Minute || a.LoopsPaid != 2 || a.Refusals != 3 ||
		a.VainAsks != 5 || a.WrongCodes != 5 || a.WrongFor != time.Hour {
		t.Errorf("mending and guards: %+v", a)
	}
	if l := a.Lives; l.Deposit != 5*time.Minute || l.Cash != 10*time.Minute || l.Reserve != 45*time.Minute {
		t.Errorf("lives: %+v", l)
	}
	if a.SurveySample != 500 || a.SurveyAfter != 30*time.Minute || a.SurveyWithin != time.Hour {
		t.Errorf("survey: %+v", a)
	}
	if a.Release != Monthly || a.Withholding != 500 || a.Voucher != (VoucherRules{On: false, Life: 7 * 24 * time.Hour}) {
		t.Errorf("release and vouchers: %+v", a)
	}
	for number, least := range map[int16]int64{1: 30_000_00, 2: 100_000_00, 3: 500_000_00} {
		if c, ok := a.Class(number); !ok || c.FloatMin != least || c.Name["en"] == "" {
			t.Errorf("class %d: %+v", number, c)
		}
	}
	if _, ok := a.Class(4); ok {
		t.Error("there is a fourth class")
	}
	if want := []Share{{"agent", 80_00}, {"super", 20_00}}; !slices.Equal(rules.Pay.Split, want) {
		t.Errorf("split: %+v", rules.Pay.Split)
	}
	if s := rules.Limits.Small; s != (SmallDay{2_000_00, 5_000_00, 24 * time.Hour}) {
		t.Errorf("small day: %+v", s)
	}
}

func TestWithVouchers(t *testing.T) {
	m := mustLoad(t, "ke")
	on := m.WithVouchers()
	if !on.At(noon).Agents.Voucher.On || on.At(noon).Agents.Voucher.Life != m.At(noon).Agents.Voucher.Life || on.Code != "ke" {
		t.Errorf("switched on: %+v", on.At(noon).Agents.Voucher)
	}
	if m.At(noon).Agents.Voucher.On {
		t.Error("the market itself was changed")
	}
}

func TestHolidays(t *testing.T) {
	m := mustLoad(t, "ke")
	for day, want := range map[int32]string{20261212: "Jamhuri Day", 20261213: "", 20280417: "Easter Monday", 0: ""} {
		if h, ok := m.Holiday(day); h.Name != want || ok != (want != "") {
			t.Errorf("%d: %+v, %v, want %q", day, h, ok, want)
		}
	}
	years := map[int32]int{}
	for _, h := range m.Holidays {
		years[h.Day/10000]++
		// A holiday of a fixed day that falls on a Sunday is kept on the Monday too.
		date := time.Date(int(h.Day/10000), time.Month(h.Day/100%100), int(h.Day%100), 12, 0, 0, 0, m.Zone)
		if _, kept := m.Holiday(m.Day(date.AddDate(0, 0, 1))); date.Weekday() == time.Sunday && !kept {
			t.Errorf("%s %d is a Sunday, and the Monday is no holiday", h.Name, h.Day)
		}
	}
	if years[2026] < 12 || years[2027] < 12 || years[2028] < 12 {
		t.Errorf("holidays a year: %v", years)
	}
}

func TestWardsDormancyRetention(t *testing.T) {
	m := mustLoad(t, "ke")
	if w, ok := m.Ward("102"); !ok || w.Name != "Kawangware" || len(m.Wards) < 12 {
		t.Errorf("ward 102: %+v of %d", w, len(m.Wards))
	}
	if _, ok := m.Ward("999"); ok {
		t.Error("there is a ward 999")
	}
	if m.Dormancy.After != 730*24*time.Hour || len(m.Dormancy.Warn) != 3 {
		t.Errorf("Kenya: %+v", m.Dormancy)
	}
	if ug := mustLoad(t, "ug"); ug.Dormancy.After != 274*24*time.Hour || !ug.At(noon).Agents.Voucher.On {
		t.Errorf("Uganda: %+v", ug.Dormancy)
	}
	if m.Retention.Messages != 90*24*time.Hour || m.Retention.Records < 7*365*24*time.Hour {
		t.Errorf("retention: %+v", m.Retention)
	}
}

// Every row changes one thing about agents in the Kenya pack; the pack is then refused with this line and this sentence.
func TestBadCounterRulesAreRefusedWithLineAndMend(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"code too long", "code: ke", "code: kenya", `code is "kenya": write two small letters`},
		{"no price of withdrawals", "      withdraw:             # cash", "      topup:             # cash", "services lack withdraw: write the prices of withdraw"},
		{"a service without letters", "      voucher:              #", "      v0ucher:              #", `services name a service "v0ucher"`},
		{"pay of an unknown service", "      redeem:  ", "      ransom:  ", `services name a service "ransom": write deposit, withdraw, redeem or register`},
		{"no pay for vouchers", "      redeem:  ", "      ransom:  ", "services lack redeem"},
		{"pay missing", "{up_to: 510, pay: 8}", "{up_to: 510}", "pay is missing: write a number of KES"},
		{"pay below zero", "{up_to: 510, pay: 8}", "{up_to: 510, pay: -8}", "pay is -8"},
		{"pay above the amount", "{up_to: 510, pay: 8}", "{up_to: 510, pay: 511}", "pay is 511, more than any amount of its band: correct pay or up_to"},
		{"pay bands overlap", "{up_to: 510, pay: 8}", "{up_to: 90, pay: 8}", "up_to is 90, not above the band before it"},
		{"each beside bands", "      redeem:  ", "      redeem:\n        each: 5 ", "each stands beside bands"},
		{"neither each nor bands", "{each: 20}", "{}", "bands is empty: write at least one band {up_to: AMOUNT, pay: AMOUNT}"},
		{"shares above the whole", "part: 20%", "part: 21%", "split does not add up to 100%"},
		{"no share of the agent", "      - {to: agent, part: 80%}\n", "", `to is "super": write the agent's share first`},
		{"a third share", "part: 20%}", "part: 20%}\n      - {to: bank, part: 0%}", `to is "bank"`},
		{"share without %", "part: 20%", "part: 20", `part is "20": write a percentage`},
		{"undated pay", "pay:                        # what", "pay:\n  - {from: 2030-01-01}\npays:                        # what", `unknown field "pays"`},
		{"class out of order", "class: 2 ", "class: 1 ", "class is 1: number the classes upwards"},
		{"class without a name", "{en: outlet, sw: duka la wakala}", "{en: outlet}", "name is missing in language sw"},
		{"least above most", "min: 30000", "min: 300001", "min is 300001, above high"},
		{"low above high", "low: 10000", "low: 400000", "low is 400000, above min"},
		{"high above most", "high: 300000", "high: 500001", "high is 500001, above max"},
		{"no maximum", "        max: 500000\n", "", "max is missing"},
		{"confirm above words", "above: 5000", "above: lots", "above is lots"},
		{"sample without %", "sample: 5%", "sample: 5", `sample is "5"`},
		{"wait without a unit", "wait: 24h", "wait: 24", `wait is "24": write how long it lasts, above zero: 30s, 5m, 24h or 7d`},
		{"wait of zero", "wait: 24h", "wait: 0h", `wait is "0h"`},
		{"wait in weeks", "wait: 24h", "wait: 2w", `wait is "2w"`},
		{"wait of parts", "wait: 24h", "wait: 1h30m", `wait is "1h30m"`},
		{"wait below zero", "wait: 24h", "wait: -4h", `wait is "-4h"`},
		{"wait for ever", "wait: 24h", "wait: 2000000000d", `wait is "2000000000d"`},
		{"no life of a code", "deposit: 5m, ", "", "deposit is missing: write how long"},
		{"operator above till", "operator_in: 1000000", "operator_in: 3000000", "operator_in is 3000000, above till_in"},
		{"no loops", "      loops_paid: 2 ", "      # loops_paid: 2 ", "loops_paid is missing: write a whole number from 0 to 1000"},
		{"refusals of zero", "refusals: 3", "refusals: 0", `refusals is "0": write a whole number from 1`},
		{"half an offer", "offers: 3", "offers: 2.5", `offers is "2.5"`},
		{"survey closes before it opens", "within: 60m", "within: 30m", "within is 30m, not above after"},
		{"release never", "release: monthly", "release: never", `release is "never": write daily, weekly or monthly`},
		{"vouchers on or off?", "      on: false ", "      # on: false ", "on is missing: write true or false"},
		{"no small day", "      single: 2000\n", "", "single is missing"},
		{"small day within a payment", "single: 2000\n", "single: 6000\n", "single is 6000, above day_out"},
		{"a tier of a small day", "tier: 2 ", "tier: 101 ", "tier is 101: number the tiers upwards from 1 to 99"},
		{"holidays out of order", "{day: 2026-05-01,", "{day: 2026-07-01,", "day is 2026-05-27, not after the entry above"},
		{"a day that is none", "{day: 2026-05-01,", "{day: 2026-02-30,", `day is "2026-02-30": write a day`},
		{"a holiday without a name", ", name: Labour Day}", "}", "name is missing"},
		{"warnings out of order", "[182d, 365d, 547d]", "[365d, 182d, 547d]", "warn has 182d out of order"},
		{"a warning after the event", "[182d, 365d, 547d]", "[182d, 365d, 730d]", "warn has 730d out of order"},
		{"two warnings", "[182d, 365d, 547d]", "[182d, 365d]", "warn has 2 warnings: write three or more"},
		{"a warning in months", "[182d, 365d, 547d]", "[6M]", `is "6M": write how long it lasts`},
		{"never dormant", "  after: 730d\n", "", "after is missing"},
		{"messages for ever", "  messages: 90d\n", "", "messages is missing"},
		{"ward twice", `code: "102"`, `code: "101"`, `code is "101" a second time`},
		{"ward in letters", `code: "102"`, `code: "KW"`, `code is "KW": write two to six digits`},
		{"an unknown key", "    release: monthly", "    release: monthly\n    bonus: 5", `unknown field "bonus"`},
	} {
		text := edit(t, string(kenya(t)), c.old, c.new)
		m, err := parse("packs/ke.yaml", []byte(text))
		if err == nil || m != nil {
			t.Errorf("%s: accepted", c.name)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "packs/ke.yaml:") {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
		if strings.Contains(err.Error(), "ke.yaml:1: ") && !strings.Contains(c.new, "kenya") {
			t.Errorf("%s: no line was found: %v", c.name, err)
		}
	}
}

// Everything in a flow map, too, is found on its own line.
func TestACounterMistakeNamesItsLine(t *testing.T) {
	text := edit(t, string(kenya(t)), "{up_to: 7510, pay: 20}", "{up_to: 7510, pay: lots}")
	_, err := parse("packs/ke.yaml", []byte(text))
	before, _, _ := strings.Cut(text, "pay: lots")
	line := strings.Count(before, "\n") + 1
	if want := "packs/ke.yaml:" + strconv.Itoa(line) + ": pay is lots"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
