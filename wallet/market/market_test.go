package market

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func mustLoad(t testing.TB, code string) *Market {
	t.Helper()
	m, err := Load(code)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestKenyaIsWhatItPublishes(t *testing.T) {
	m := mustLoad(t, "ke")
	now := time.Date(2026, 12, 3, 11, 2, 0, 0, time.UTC)
	rules := m.At(now)
	if m.Currency.Code != "KES" || m.Style.Format(449300) != "Ksh 4,493" || m.Style.Step != 100 {
		t.Errorf("money: %+v, %+v", m.Currency, m.Style)
	}
	if m.Date(now) != "3/12/26 14:02" || m.Hour(now) != "14:02" || m.Day(now) != 20261203 {
		t.Errorf("date %s, hour %s, day %d", m.Date(now), m.Hour(now), m.Day(now))
	}
	if evening := time.Date(2026, 12, 31, 21, 0, 0, 0, time.UTC); m.Day(evening) != 20270101 {
		t.Errorf("nine in the evening in London is the next day in Nairobi, not %d", m.Day(evening))
	}
	if got := strings.Join(m.Languages, " "); got != "sw en" || m.NativeName("sw") != "Kiswahili" || m.Speaks("fr") {
		t.Errorf("languages: %s", got)
	}
	if got := rules.Versions(); got != "ke.tariff@2023-07-01 ke.tax@2023-07-01 ke.limits@2023-08-15" || len(got) > 80 {
		t.Errorf("versions: %s", got)
	}
	if rules.Tax.Rate != 1500 || !rules.Tax.Included {
		t.Errorf("tax: %+v", rules.Tax)
	}
	verified, ok := rules.Limits.Tier(2)
	if !ok || verified.Single != 250_000_00 || verified.DayOut != 500_000_00 || verified.Balance != 500_000_00 {
		t.Errorf("verified tier: %+v", verified)
	}
	if m.LowestTier(now) != 1 {
		t.Errorf("wallets begin at tier %d", m.LowestTier(now))
	}
	for number, want := range map[string]bool{"12345678": true, "123456": true, "12345": false, "1234567890": false, "1234567A": false, "": false} {
		if m.NationalID.Matches(number) != want {
			t.Errorf("ID number %q: %v", number, !want)
		}
	}
}

func TestUgandaIsNotKenya(t *testing.T) {
	m := mustLoad(t, "ug")
	rules := m.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if m.Currency.Digits != 0 || m.Style.Format(5_000_000) != "UGX 5,000,000" || rules.Tax.Included {
		t.Errorf("%+v %+v", m.Style, rules.Tax)
	}
	for number, want := range map[int16][3]int64{ // single, balance, day
		1: {1_000_000, 3_000_000, 3_000_000},
		2: {3_000_000, 10_000_000, 10_000_000},
		3: {5_000_000, 20_000_000, 20_000_000},
	} {
		tier, ok := rules.Limits.Tier(number)
		if got := [3]int64{tier.Single, tier.Balance, tier.DayOut}; !ok || got != want {
			t.Errorf("class %d: %v, want %v", number, got, want)
		}
	}
	if _, ok := rules.Limits.Tier(4); ok {
		t.Error("there is a fourth class")
	}
}

func TestSenegalCountsInFrancs(t *testing.T) {
	m := mustLoad(t, "sn")
	now := time.Date(2026, 12, 3, 14, 2, 0, 0, time.UTC)
	rules := m.At(now)
	if m.Currency.Digits != 0 || m.Style.Format(5_000) != "5 000 F" || m.Date(now) != "03/12/26 14:02" || m.DayMonth(now) != "03/12" {
		t.Errorf("%+v %s", m.Style, m.Date(now))
	}
	if minor, err := m.Style.Parse("5.000"); err != nil || minor != 5_000 {
		t.Errorf("five thousand francs are %d, %v", minor, err)
	}
	if got := strings.Join(m.Languages, " "); got != "fr en" || m.NationalID.Name["fr"] != "carte d'identité" {
		t.Errorf("languages: %s", got)
	}
	if tier, _ := rules.Limits.Tier(m.CheckedTier(now)); tier.Balance != 2_000_000 || tier.MonthIn != 10_000_000 {
		t.Errorf("identified: %+v", tier)
	}
	for number, want := range map[string]bool{"1751199400123": true, "27511994001234": true, "3751199400123": false, "175119940012": false} {
		if m.NationalID.Matches(number) != want {
			t.Errorf("ID number %q: %v", number, !want)
		}
	}
}

func TestRulesChangeAtMidnightOfTheMarket(t *testing.T) {
	m := changed(t, "taxes:\n", "taxes:\n  - {from: 2018-07-01, rate: 12%, included: true, halves: up}\n")
	midnight := time.Date(2023, 7, 1, 0, 0, 0, 0, m.Zone)
	for _, c := range []struct {
		at   time.Time
		want Version
	}{
		{time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), "ke.tax@2018-07-01"}, // before the first date the first holds
		{midnight.Add(-time.Microsecond), "ke.tax@2018-07-01"},
		{midnight, "ke.tax@2023-07-01"},
		{midnight.Add(time.Hour), "ke.tax@2023-07-01"},
	} {
		if got := m.At(c.at).Tax.Version; got != c.want {
			t.Errorf("at %s: %s, want %s", c.at.In(m.Zone), got, c.want)
		}
	}
}

func TestLoadNamesWhatThereIs(t *testing.T) {
	for _, code := range []string{"xx", "", "../ke", "KE"} {
		if _, err := Load(code); err == nil || !strings.Contains(err.Error(), "use one of ke, sn, ug") {
			t.Errorf("Load(%q): %v", code, err)
		}
	}
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, kenya(t), 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err := LoadFile(file); err != nil || m.Code != "ke" {
		t.Errorf("a pack on disk: %v", err)
	}
	if _, err := LoadFile(file + "x"); err == nil {
		t.Error("a file that is not there was loaded")
	}
}

// Every row changes one thing in the Kenya pack; the pack is then refused with this line's number and this sentence.
func TestBadPacksAreRefusedWithLineAndMend(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"limit below zero", "day_out: 500000", "day_out: -5", "day_out is -5: write a number of KES, zero or above"},
		{"limit missing", "        day_out: 500000\n", "", "day_out is missing: write a number of KES"},
		{"limit in words", "day_out: 500000", "day_out: much", "day_out is much: write a number"},
		{"limit with separators", "day_out: 500000", `day_out: "500,000"`, "without separators"},
		{"limit too fine", "day_out: 500000", "day_out: 500000.001", "day_out is 500000.001"},
		{"single above day", "single: 250000", "single: 600000", "single is 600000, above day_out"},
		{"day above month", "month_out: 5000000", "month_out: 5", "day_out is 500000, above month_out"},
		{"tiers out of order", "tier: 2", "tier: 1", "tier is 1: number the tiers upwards"},
		{"no tier name in Swahili", "{en: verified, sw: umethibitishwa}", "{en: verified}", "name is missing in language sw: add sw: TEXT"},
		{"a name in a language not listed", "{en: verified,", "{en: verified, fr: vérifié,", "name is given in language fr"},
		{"overlapping bands", "{up_to: 1500, fee: 23}", "{up_to: 900, fee: 23}", "up_to is 900, not above the band before it"},
		{"the same band twice", "{up_to: 1500, fee: 23}", "{up_to: 1000, fee: 23}", "up_to is 1000, not above the band before it"},
		{"fee above its band", "{up_to: 500, fee: 7}", "{up_to: 500, fee: 700}", "fee is 700, more than any amount of its band"},
		{"fee below zero", "{up_to: 500, fee: 7}", "{up_to: 500, fee: -7}", "fee is -7"},
		{"fee missing", "{up_to: 500, fee: 7}", "{up_to: 500}", "fee is missing"},
		{"least above the first band", "least: 1\n", "least: 101\n", "least is 101: write an amount above zero that lies in the first band"},
		{"least zero", "least: 1\n", "least: 0\n", "least is 0"},
		{"a band's key misspelt", "{up_to: 500, fee: 7}", "{upto: 500, fee: 7}", `unknown field "upto"`},
		{"unknown key", "region: KE", "region: KE\nplanet: earth", `unknown field "planet"`},
		{"key twice", "region: KE", "region: KE\nregion: UG", `mapping key "region" already defined`},
		{"unknown currency", "currency: KES", "currency: KSH", `currency is "KSH": is no known currency`},
		{"no currency", "  currency: KES\n", "", "currency is missing"},
		{"group and decimal the same", `group: ","`, `group: "."`, "decimal is \".\": write"},
		{"digits in the symbol", "symbol: Ksh", "symbol: K5", `symbol is "K5"`},
		{"nothing can be keyed", "keyed: 1 ", "keyed: 0 ", "keyed is 0"},
		{"bad zone", "zone: Africa/Nairobi", "zone: Africa/Nowhere", `zone is "Africa/Nowhere": write a zone of the tz database`},
		{"the machine's zone", "zone: Africa/Nairobi", "zone: Local", `zone is "Local"`},
		{"unknown region", "region: KE", "region: KX", `region is "KX": write an ISO 3166 country code`},
		{"bad service code", `"*384#"`, `"384"`, `service_code is "384"`},
		{"no number to answer to", "reply_to: \"20384\"", "reply_to: SENTI", `reply_to is "SENTI": write the short code`},
		{"sender too long", "sender_id: SENTI", "sender_id: SENTIWALLETKE", `sender_id is "SENTIWALLETKE"`},
		{"a setting that is none", "sender_id: SENTI", "sender_id: SENTI\npin_length: 6", "pin_length"},
		{"date without a day", "date: 2/1/06 15:04", "date: 1/06 15:04", "date is"},
		{"day without a month", "day: 2/1", "day: 2", `write the day "2/1"`},
		{"no languages", "  - {code: sw, name: Kiswahili}\n  - {code: en, name: English}\n", "", "languages is empty"},
		{"language twice", "{code: sw, name: Kiswahili}", "{code: en, name: Kiswahili}", "a second time"},
		{"no ID name in English", "{en: national ID, sw: kitambulisho}", "{sw: kitambulisho}", "name is missing in language en"},
		{"bad ID form", `"[0-9]{6,9}"`, `"[0-9"`, "form is"},
		{"ID form that nothing fills", `"[0-9]{6,9}"`, `"[0-9]*"`, "form is"},
		{"no such document", "{type: alien,", "{type: library,", `type is "library": write one of passport, alien`},
		{"a document twice", "{type: alien,", "{type: passport,", `type is "passport" a second time`},
		{"a document without a form", `sw: Pasipoti}, form: "[A-Z0-9]{6,9}"}`, `sw: Pasipoti}}`, `form is missing: write a regular expression`},
		{"a long list of documents", "sw: Cha jeshi}", "sw: Kitambulisho cha jeshi la nchi yetu nzuri}", "other_ids makes a list of"},
		{"a long name", "{en: military ID,", "{en: identity card of the defence forces,", `write up to 22 letters`},
		{"undated tariff", "tariffs:\n  - from: 2023-07-01\n    services", "tariffs:\n  - services", "from is missing: write the first day it holds"},
		{"undated terms", "terms:\n  - from: 2026-01-01", "terms:\n  - from: soon", `from is "soon"`},
		{"dates descending", "taxes:\n", "taxes:\n  - {from: 2030-01-01, rate: 20%, included: true, halves: up}\n", "from is 2023-07-01, not after the entry above"},
		{"rate without %", "rate: 15%", "rate: 15", `rate is "15": write a percentage`},
		{"rate above 100", "rate: 15%", "rate: 101%", `rate is "101%"`},
		{"rate too fine", "rate: 15%", "rate: 0.125%", `rate is "0.125%"`},
		{"included or added?", "    included: true ", "    # included: true ", "included is missing: write true when"},
		{"halves sideways", "halves: up", "halves: sideways", `halves is "sideways": write up, down or even`},
		{"not YAML", "languages: ", "languages: [", "correct the YAML"},
		{"two documents", "money:\n", "---\nmoney:\n", "the file does not hold one pack"},
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
	}
}

func TestAMistakeNamesItsLine(t *testing.T) {
	text := edit(t, string(kenya(t)), "day_out: 500000", "day_out: -5")
	text = edit(t, text, "{up_to: 1500, fee: 23}", "{up_to: 900, fee: 23}")
	_, err := parse("packs/ke.yaml", []byte(text))
	lines := strings.Split(text, "\n")
	var want []string
	for i, line := range lines {
		if strings.Contains(line, "up_to: 900") || strings.Contains(line, "day_out: -5") {
			want = append(want, "packs/ke.yaml:"+strconv.Itoa(i+1)+":")
		}
	}
	got := strings.Split(err.Error(), "\n")
	if len(got) != 2 || !strings.HasPrefix(got[0], want[0]) || !strings.HasPrefix(got[1], want[1]) {
		t.Errorf("got\n%v\nwant lines %v", err, want)
	}
}

func TestEmptyAndHugePacks(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "- a\n", "3\n", "languages: ! 0\n", strings.Repeat("#", packBytesMax+1)} {
		if m, err := parse("x.yaml", []byte(text)); err == nil || m != nil {
			t.Errorf("%.10q was accepted", text)
		}
	}
}

func FuzzPack(f *testing.F) {
	for _, code := range Codes() {
		text, err := packs.ReadFile("packs/" + code + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("code: ke\ntaxes: [{from: 2023-07-01}]\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("languages: ! 0\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parse("fuzz.yaml", text)
		if err != nil {
			return
		}
		rules := m.At(time.Unix(1_700_000_000, 0))
		if len(rules.CounterVersions()) > 80 || m.Style.Step <= 0 || len(rules.Limits.Tiers) == 0 {
			t.Fatalf("accepted: %+v", m)
		}
		for name, prices := range rules.Tariff.Services {
			last := prices.Least - 1
			for _, band := range prices.Bands {
				if band.UpTo <= last || band.Fee < 0 || last < 0 {
					t.Fatalf("service %s accepted with %+v", name, prices)
				}
				last = band.UpTo
			}
		}
		for service, bands := range rules.Pay.Services {
			last := bands[0].From - 1
			for _, band := range bands {
				if band.From != last+1 || band.UpTo < band.From || band.Pay < 0 {
					t.Fatalf("service %s accepted with %+v", service, bands)
				}
				last = band.UpTo
			}
		}
	})
}

func kenya(t testing.TB) []byte {
	t.Helper()
	text, err := packs.ReadFile("packs/ke.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func changed(t *testing.T, old, new string) *Market {
	t.Helper()
	m, err := parse("packs/ke.yaml", []byte(edit(t, string(kenya(t)), old, new)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func edit(t *testing.T, text, old, new string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("the pack has no %q to change", old)
	}
	return strings.Replace(text, old, new, 1)
}

func BenchmarkAt(b *testing.B) {
	m, now := mustLoad(b, "ke"), time.Unix(1_790_000_000, 0)
	for b.Loop() {
		_ = m.At(now)
	}
}
