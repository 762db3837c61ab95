package market

import (
	"strings"
	"testing"
)

// Every market takes the national ID first, and what its pack lists besides, each with numbers of its own shape.
func TestIDs(t *testing.T) {
	for _, c := range []struct {
		market, kinds string
		number        string
		of            string // the types that write such a number
	}{
		{"ke", "national passport alien military diplomatic", "12345678", "national passport alien military diplomatic"},
		{"ke", "national passport alien military diplomatic", "AK0712345", "passport military diplomatic"},
		{"ke", "national passport alien military diplomatic", "1234", ""},
		{"ug", "national passport refugee", "CM90012345ABCD", "national refugee"},
		{"ug", "national passport refugee", "A1234567", "passport refugee"},
	} {
		m := mustLoad(t, c.market)
		var kinds, of []string
		for _, d := range m.IDs {
			kinds = append(kinds, d.Type.String())
			if d.Matches(c.number) {
				of = append(of, d.Type.String())
			}
			if known, ok := ParseIDType(d.Type.String()); !ok || known != d.Type {
				t.Errorf("%s is read as %s", d.Type, known)
			}
		}
		if strings.Join(kinds, " ") != c.kinds || strings.Join(of, " ") != c.of {
			t.Errorf("%s takes %q; %s is a number of %q, want %q", c.market, kinds, c.number, of, c.of)
		}
	}
	ug := mustLoad(t, "ug")
	if d, ok := ug.ID(AlienID); ok {
		t.Errorf("Uganda takes %v", d)
	}
	if d, ok := ug.ID(RefugeeID); !ok || d.Name["sw"] != "kadi ya mkimbizi" || d.Short["en"] != "Refugee ID" {
		t.Errorf("Uganda's refugees have %v", d)
	}
	for _, word := range []string{"", "library", "National"} {
		if kind, ok := ParseIDType(word); ok {
			t.Errorf("%q is %s", word, kind)
		}
	}
	if got := IDType(99).String() + ", " + NoID.String(); got != "type 99, type 0" {
		t.Error(got)
	}
}

// A pack without other documents, or without short names, is whole.
func TestOneDocumentIsEnough(t *testing.T) {
	text := string(kenya(t))
	from, to := strings.Index(text, "\nother_ids:"), strings.Index(text, "\nterms:")
	text = strings.Replace(text[:from]+text[to:], "  short: {en: National ID, sw: Cha taifa}\n", "", 1)
	m, err := parse("packs/ke.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.IDs) != 1 || m.IDs[0].Type != NationalID || m.NationalID.Short["sw"] != "Kitambulisho" {
		t.Errorf("%+v", m.IDs)
	}
}
