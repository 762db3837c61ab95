package i18n

import (
	"encoding/hex"
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
	if len(fromRune) != 127+10 {
		t.Errorf("the alphabet has %d characters, GSM 03.38 has 127 and 10 behind the escape", len(fromRune))
	}
}

func TestUnits(t *testing.T) {
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
		{"Abcdefghijklmnopqrstu vwxyz", "Abcdefghijklmnopqrstu"},   // the cut leaves no space behind
		{"Amina Wanjiru O'Brien-Ochieng", "Amina Wanjiru O'Brien"}, // nor half a hyphen
		{"Martin Luther King sr. II", "Martin Luther King sr"},
		{"Martin Luther King jr.", "Martin Luther King jr."}, // not cut
		{"~ JANE WANJIKU MUTHONI KAMAU", "JANE WANJIKU MUTHONI K"},
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

func TestLossless(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Solde 5 000 F", "Solde 5 000 F"},
		{"“It’s” – done…", `"It's" - done...`},
		{"Reçu à l’hôtel, même prêt: 5\u00a0000\u202fF", "Recu à l'hotel, meme pret: 5 000 F"},
		{"Cœur de Bœuf ÀÉÊ", "Coeur de Boeuf AÉE"},
		{"São João, Coração", "Sao Joao, Coracao"},
		{"e\u0301t e\u0302tre", "ét etre"}, // loose accents
		{"zero\u200bwidth", "zerowidth"},
		{"€5 [x]", "€5 [x]"},

		{"Nguyễn đã gửi", "Nguyễn đã gửi"}, // the marks make other words
		{"ọjà", "ọjà"},
		{"Ɔbɛng", "Ɔbɛng"},
		{"Merci 😀", "Merci 😀"},
		{"رصيدك 500", "رصيدك 500"},
		{"“ምን”", "“ምን”"}, // half of it folded would gain nothing
		{"\xff", "\xff"},
		{"", ""},
	} {
		got := Lossless(c.text)
		if got != c.want {
			t.Errorf("Lossless(%q) = %q, want %q", c.text, got, c.want)
		}
		if Lossless(got) != got {
			t.Errorf("%q folds again to %q", got, Lossless(got))
		}
	}
	for _, r := range spared {
		if n, gsm := Septets(Lossless(string(r))); n != 1 || !gsm {
			t.Errorf("%c becomes %q", r, Lossless(string(r)))
		}
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

// Every septet and every character of the alphabet, against the table of 3GPP TS 23.038 as it is printed.
func TestSeptetsOfTheStandard(t *testing.T) {
	for text, want := range map[string]string{
		"@": "00", "$": "02", "Ç": "09", "\n": "0a", "Å": "0e", "Δ": "10", "_": "11", "Ξ": "1a", "Æ": "1c", "É": "1f", " ": "20",
		"¤": "24", "A": "41", "¡": "40", "Ä": "5b", "§": "5f", "¿": "60", "a": "61", "ä": "7b", "à": "7f",
		"\f": "1b0a", "^": "1b14", "{": "1b28", "}": "1b29", "\\": "1b2f", "[": "1b3c", "~": "1b3d", "]": "1b3e", "|": "1b40", "€": "1b65",
		"Ksh 5€": "4b73682035" + "1b65",
	} {
		got, ok := EncodeGSM(text)
		if hex.EncodeToString(got) != want || !ok {
			t.Errorf("%q is %x, %t, want %s", text, got, ok, want)
		}
		if back := DecodeGSM(got); back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	}
	all := []rune(basic + extension)
	if len(all) != 127+10 {
		t.Errorf("%d characters", len(all))
	}
	for _, r := range all {
		got, ok := EncodeGSM(string(r))
		if n, _ := Septets(string(r)); !ok || len(got) != n || DecodeGSM(got) != string(r) {
			t.Errorf("%q is %x, %t, in %d septets", r, got, ok, n)
		}
	}
	for _, text := range []string{"ê", "`", "😀", "\x80", "\t"} {
		if got, ok := EncodeGSM(text); ok {
			t.Errorf("%q is %x", text, got)
		}
	}
	for septets, want := range map[string]string{"\x1b": "", "\x1bA": "A", "\x1b\x1b": "", "\x80a": "?a", "\x1b\x80": "?"} {
		if got := DecodeGSM([]byte(septets)); got != want {
			t.Errorf("%x is %q, want %q", septets, got, want)
		}
	}
}
