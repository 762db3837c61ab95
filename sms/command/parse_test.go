package command

import (
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	yes, no := Survey{"4821", true}, Survey{"4821", false}
	for text, want := range map[string]Command{
		"1 4821":      yes,
		"yes 4821":    yes,
		"ndiyo 4821":  yes,
		"2 4821":      no,
		"hapana 4821": no,
		"no 4821":     no,

		"no":     Survey{Yes: false},
		"Ndiyo!": Survey{Yes: true},
		"1":      Survey{Yes: true},

		"  NDIO   4821 ":             yes,
		"Yes, 4821.":                 yes,
		"4821 yes":                   yes,
		"1*4821#":                    yes,
		"1-4821":                     yes,
		"yes4821":                    yes,
		"1\n4821\nSent from my Itel": yes,
		"１ ４８２１":                     yes, // wide digits, as some keyboards write them
		"yes 482193":                 Survey{"482193", true},

		"":                     Unknown{},
		" \n.":                 Unknown{},
		"hello":                Unknown{},
		"4821":                 Unknown{},
		"3 4821":               Unknown{},
		"14821":                Unknown{},
		"1 482":                Unknown{},
		"1 4821935":            Unknown{},
		"1 0712000001":         Unknown{},
		"no he paid me":        Unknown{},
		"PIN 4826":             Unknown{},
		"0712 000 001 yes":     Unknown{},
		"yes yes 4821":         Unknown{},
		"send 500 0712000002":  Unknown{},
		"١ ٤٨٢١":               Unknown{}, // Arabic digits are no part of what was asked
		"Ksh 500 RECEIVED 1 2": Unknown{},
	} {
		if got := Parse(text); got != want {
			t.Errorf("%q is %#v, want %#v", text, got, want)
		}
	}
}

// Whatever comes, Parse reads it, and a code is a code.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"1 4821", "no", "Ndiyo4821!", "\xff", "１ ４８２１", "İ 4821"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s, ok := Parse(text).(Survey); ok && s.Code != "" && (!isCode(s.Code) || !utf8.ValidString(s.Code)) {
			t.Errorf("%q has the code %q", text, s.Code)
		}
	})
}
