package dialogue

import (
	"strings"
	"testing"

	"senti/ussd/menu"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/market"
)

// worst is the widest value that each {name} of a screen or fault can have in a market: the names shown are cut to 22
// letters, amounts are at most what the highest tier may hold or the tariff carries, and the widest letter of GSM-7 is one
// character wide as any other.
func worst(t *testing.T, m *market.Market, texts *i18n.Texts, lang string) []fault.Arg {
	t.Helper()
	rules := m.At(m.Limits[len(m.Limits)-1].From)
	tiers := rules.Limits.Tiers
	most := tiers[len(tiers)-1].MonthOut // the greatest amount on any page
	full := m.Style.Format(most)
	send := rules.Tariff.Services["send"]
	largest := send.Most()
	fee := send.Bands[len(send.Bands)-1].Fee * 2 // with any tax that is added
	bare := func(minor int64) string { return m.Style.FormatBare(minor) }
	name := strings.Repeat("W", 22)
	cost := func(key string) string { return texts.Say(lang, key, i18n.Text("fee", bare(fee))) }
	return []fault.Arg{
		{Name: "name", Value: name},
		{Name: "to", Value: "0712 000 002"},
		{Name: "time", Value: "14:02"},
		{Name: "amount", Value: m.Style.Format(largest)},
		{Name: "fee", Value: bare(fee)},
		{Name: "what", Value: texts.Say(lang, "redial.cash_out_return", i18n.Text("to", "0712***002"))},
		{Name: "shop", Value: strings.Repeat("W", 20) + ", " + longestWard(m)}, {Name: "code", Value: "2010457"},
		{Name: "phone", Value: "0712 000 002"},
		{Name: "until", Value: "31/12"}, {Name: "back", Value: full},
		{Name: "late", Value: texts.Say(lang, "sendcode.allback", i18n.Text("until", "31/12"))},
		{Name: "till", Value: "till 12345"}, {Name: "count", Value: int64(12)}, {Name: "sum", Value: full},
		{Name: "earned", Value: m.Style.Format(15200)}, {Name: "earns", Value: texts.Say(lang, "counter.earn", i18n.Text("earned", m.Style.Format(15200)))},
		{Name: "taken", Value: bare(largest)}, {Name: "paid", Value: bare(largest)}, {Name: "since", Value: "31/12 14:02"},
		{Name: "answers", Value: int64(250)}, {Name: "more", Value: int64(120)},
		{Name: "state", Value: "not answered"}, {Name: "see", Value: "\n" + texts.Say(lang, "withdraw.see")},
		{Name: "once", Value: texts.Say(lang, "redial.once")},
		{Name: "cost", Value: cost("send.taxed")}, {Name: "brief", Value: cost("send.fee")},
		{Name: "total", Value: bare(largest + fee)},
		{Name: "needed", Value: bare(largest + fee)},
		{Name: "offer", Value: bare(largest)},
		{Name: "most", Value: bare(largest)},
		{Name: "available", Value: full},
		{Name: "balance", Value: full},
		{Name: "single", Value: full}, {Name: "day", Value: full}, {Name: "month", Value: full},
		{Name: "min", Value: full}, {Name: "max", Value: full},
		{Name: "left", Value: int64(2)},
		{Name: "other", Value: "0712***002"},
		{Name: "first", Value: "Kiswahili"}, {Name: "second", Value: "Kiswahili"}, {Name: "third", Value: "Kiswahili"},
		{Name: "language", Value: "Language/Langue"}, {Name: "languages", Value: "Langue / Language / Lugha"},
		{Name: "welcome", Value: "Bienvenue chez Senti / Welcome / Karibu"},
		{Name: "document", Value: longestID(m, lang)},
		{Name: "ida", Value: shortID(m, 0, lang)}, {Name: "idb", Value: shortID(m, 1, lang)}, {Name: "idc", Value: shortID(m, 2, lang)},
		{Name: "idd", Value: shortID(m, 3, lang)}, {Name: "ide", Value: shortID(m, 4, lang)}, {Name: "idf", Value: shortID(m, 5, lang)},
		{Name: "menu", Value: "*384*1234*5*7#"},
		{Name: "held", Value: m.Style.Format(largest)}, {Name: "whom", Value: name}, {Name: "minutes", Value: int64(120)},
		{Name: "one", Value: "14:02 " + m.Style.Format(largest) + " " + name + " HAIKULIPWA?"}, {Name: "two", Value: "14:02 " + m.Style.Format(largest) + " " + name},
		{Name: "three", Value: "14:02 " + m.Style.Format(largest) + " " + name}, {Name: "four", Value: "14:02 " + m.Style.Format(largest) + " " + name},
		{Name: "today", Value: full}, {Name: "owed", Value: "\n" + texts.Say(lang, "earnings.owed", i18n.Text("amount", full))},
		{Name: "before", Value: full}, {Name: "after", Value: bare(most)}, {Name: "in", Value: bare(most)}, {Name: "out", Value: bare(most)},
		{Name: "counted", Value: full}, {Name: "difference", Value: texts.Say(lang, "dayend.missing", i18n.Text("amount", full), i18n.Text("expected", bare(most)))},
		{Name: "ref", Value: "0a1b2c3d"}, {Name: "field", Value: "amount"},
		{Name: "secret", Value: "4821"}, {Name: "theirs", Value: "7305"}, {Name: "landmark", Value: strings.Repeat("W", 24)},
		{Name: "came", Value: int64(12)}, {Name: "of", Value: int64(20)}, {Name: "record", Value: "Amekuja 12 kati ya 20."},
		{Name: "end", Value: texts.Say(lang, "send.done",
			i18n.Text("amount", m.Style.Format(largest)), i18n.Text("name", name), i18n.Text("cost", cost("send.fee")),
			i18n.Text("balance", full), i18n.Text("receipt", "TK7Q2M9XRD"), i18n.Text("service", m.ServiceCode))},
	}
}

// Every screen of every dialogue fits the phone, in every language of every market, with the widest values there can be:
// questions whole and under each fault they are asked again for, the others in parts.
func TestEveryScreenFits(t *testing.T) {
	for _, code := range market.Codes() {
		for _, limit := range []int{182, 160, 156, 120} {
			for _, o := range overflows(t, code, limit) {
				t.Errorf("%s, limit %d: %s", code, limit, o)
			}
		}
	}
}

func overflows(t *testing.T, code string, limit int) []menu.Overflow {
	t.Helper()
	m, err := market.Load(code)
	if err != nil {
		t.Fatal(err)
	}
	built, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	texts, err := built.With(menu.Source(flows...))
	if err != nil {
		t.Fatal(err)
	}
	d := &Dialogues{market: m, texts: texts}
	if d.engine, err = menu.New(d.say, flows...); err != nil {
		t.Fatal(err)
	}
	var out []menu.Overflow
	for _, lang := range m.Languages {
		out = append(out, d.engine.Proof([]string{lang}, limit, worst(t, m, texts, lang))...)
	}
	return out
}

// Every {name} on a page has a worst case above: a page with an unfilled one would be proved too short.
func TestTheProofKnowsEveryValue(t *testing.T) {
	m, err := market.Load("ke")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, a := range worst(t, m, texts, "en") {
		known[a.Name] = true
	}
	for key, text := range menu.Source(flows...) {
		for _, part := range strings.Split(text, "{")[1:] {
			if name, _, _ := strings.Cut(part, "}"); !known[name] {
				t.Errorf("%s: {%s} has no worst case", key, name)
			}
		}
	}
}

func longestID(m *market.Market, lang string) string {
	longest := ""
	for _, d := range m.IDs {
		if len(d.Name[lang]) > len(longest) {
			longest = d.Name[lang]
		}
	}
	return longest
}

// shortID is the name of the market's n-th document in a list: with all of them a list has at most 85 letters, which its pack is held to.
func shortID(m *market.Market, n int, lang string) string {
	if n >= len(m.IDs) {
		return ""
	}
	return m.IDs[n].Short[lang]
}

func longestWard(m *market.Market) string {
	longest := ""
	for _, w := range m.Wards {
		if len(w.Name) > len(longest) {
			longest = w.Name
		}
	}
	return longest
}
