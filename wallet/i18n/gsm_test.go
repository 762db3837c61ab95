package i18n

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSeptets(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		gsm  bool
	}{
		{"", 0, true},
		{"Ksh 4,493", 9, true},
		{"a\nb", 3, true},
		{"@£$¥èéùìòÇ", 10, true},
		{"é", 1, true},
		{"ê", 0, false}, // not every accent
		{"ç", 0, false}, // only the capital
		{"{}", 4, true}, // behind the escape: two each
		{"€", 2, true},
		{"`", 0, false},
		{"\t", 0, false},
		{"’", 0, false},
		{"–", 0, false},
		{"\x1b", 0, false},
		{"سنتي", 0, false},
	} {
		if n, gsm := Septets(c.text); n != c.n || gsm != c.gsm {
			t.Errorf("Septets(%q) = %d, %v, want %d, %v", c.text, n, gsm, c.n, c.gsm)
		}
	}
	if len(septetsOf) != 127+10 {
		t.Errorf("the alphabet has %d characters, GSM 03.38 has 127 and 10 behind the escape", len(septetsOf))
	}
}

func TestSegments(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       int
	}{
		{"nothing", "", 0},
		{"160 letters", strings.Repeat("a", 160), 1},
		{"161 letters", strings.Repeat("a", 161), 2},
		{"306 letters", strings.Repeat("a", 306), 2},
		{"307 letters", strings.Repeat("a", 307), 3},
		{"80 euro signs", strings.Repeat("€", 80), 1},
		{"81 euro signs", strings.Repeat("€", 81), 2},
		{"153 euro signs: no pair is split, so 76 to a part", strings.Repeat("€", 153), 3},
		{"70 Arabic letters", strings.Repeat("س", 70), 1},
		{"71 Arabic letters", strings.Repeat("س", 71), 2},
		{"35 faces", strings.Repeat("😀", 35), 1},
		{"36 faces", strings.Repeat("😀", 36), 2},
		{"67 faces: no pair is split, so 33 to a part", strings.Repeat("😀", 67), 3},
	} {
		if got := Segments(c.text); got != c.want {
			t.Errorf("%s: %d segments, want %d", c.name, got, c.want)
		}
	}
	if Units("a😀س") != 4 {
		t.Errorf("Units = %d, want 4", Units("a😀س"))
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"JANE WANJIKU", "JANE WANJIKU"},
		{"  Jane \t Wanjiku\n", "Jane Wanjiku"},
		{"José Müller Ñandú", "José Müller Ñandu"}, // é, ü, Ñ every phone has; ú not
		{"François", "Francois"},
		{"Thérèse Nguyễn", "Thérèse Nguyen"},
		{"Cafe\u0301", "Café"}, // a loose accent is put on first
		{"Ng’ang’a", "Ng'ang'a"},
		{"Wanjĩkũ", "Wanjiku"},
		{"Ɔbɛng Ŋɖi", "Obeng Ndi"},
		{"Anne–Marie", "Anne-Marie"},
		{"Œuvré", "OEuvré"},
		{"ﬁona", "fiona"},
		{"[Jane] {W}", "Jane W"}, // two septets each: left out
		{"\u202eevil\u200b", "evil"},
		{"جاني", "????"},
		{"Abcdefghijklmnopqrstuvwxyz", "Abcdefghijklmnopqrstuv"},
		{"Abcdefghijklmnopqrstu vwxyz", "Abcdefghijklmnopqrstu"}, // the cut leaves no space behind
		{"Abcdefghijklmnopqrstué́", "Abcdefghijklmnopqrstué"},
		{"", ""},
	} {
		if got := Fold(c.name); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.name, got, c.want)
		}
	}
	if got := FoldText("“It’s” – done…"); got != `"It's" - done...` {
		t.Errorf("FoldText: %q", got)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"JANE WANJIKU", "Ng’ang’a", "\xff\xfe", "ﷺ", "e\u0301\u0302\u0303", "[[[["} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		folded := Fold(name)
		n, gsm := Septets(folded)
		if !gsm || n > NameLettersMax || n != utf8.RuneCountInString(folded) || strings.ContainsAny(folded, "\n\r") {
			t.Fatalf("Fold(%q) = %q: %d septets, GSM-7 %v", name, folded, n, gsm)
		}
		if again := Fold(folded); again != folded {
			t.Fatalf("Fold(%q) = %q, folded again %q", name, folded, again)
		}
	})
}
