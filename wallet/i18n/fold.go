package i18n

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NameLettersMax is how many letters of a name are kept and shown; every screen and SMS is measured with that many.
const NameLettersMax = 22

// replacements are the characters that lose no mark when taken apart and still are not GSM-7: typography, and letters of
// African and European languages that have a plain relative.
var replacements = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '‛': "'", 'ʼ': "'", 'ʻ': "'", '`': "'", '´': "'", '′': "'",
	'“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`, '″': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '−': "-", '…': "...", '•': "-",
	'đ': "d", 'Đ': "D", 'ɖ': "d", 'Ɖ': "D", 'ɗ': "d", 'Ɗ': "D", 'ɓ': "b", 'Ɓ': "B", 'ƙ': "k", 'Ƙ': "K", 'ƴ': "y", 'Ƴ': "Y",
	'ŋ': "n", 'Ŋ': "N", 'ɲ': "n", 'Ɲ': "N", 'ɛ': "e", 'Ɛ': "E", 'ɔ': "o", 'Ɔ': "O", 'ə': "e", 'Ə': "E", 'ɣ': "g", 'Ɣ': "G",
	'ƒ': "f", 'Ƒ': "F", 'ʋ': "v", 'Ʋ': "V", 'ı': "i", 'ł': "l", 'Ł': "L", 'œ': "oe", 'Œ': "OE", 'þ': "th", 'Þ': "Th", 'ð': "d", 'Ð': "D",
	'ŧ': "t", 'Ŧ': "T", 'ħ': "h", 'Ħ': "H", 'ẞ': "ß",
}

// Fold writes a name with the letters every phone can show, at one septet each: accents that GSM-7 lacks are taken off,
// quotes made straight, spaces made single, and the whole cut to 22 letters. A letter without any relative becomes "?".
func Fold(name string) string {
	folded := []rune(FoldText(strings.Join(strings.Fields(name), " ")))
	kept := folded[:0]
	for _, r := range folded {
		if len(fromRune[r]) == 1 && !unicode.IsControl(r) {
			kept = append(kept, r)
		}
	}
	short := []rune(strings.TrimSpace(string(kept)))
	if len(short) > NameLettersMax {
		return strings.TrimRight(string(short[:NameLettersMax]), " -'.") // a mark that joined on what was cut off
	}
	return string(short)
}

// FoldText writes a text in GSM-7 as Fold does, without cutting it.
func FoldText(text string) string {
	if _, gsm := Septets(text); gsm {
		return text
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(text) {
		b.WriteString(foldRune(r))
	}
	return b.String()
}

func foldRune(r rune) string {
	if len(fromRune[r]) > 0 {
		return string(r)
	}
	if plain, ok := replacements[r]; ok {
		return plain
	}
	switch {
	case unicode.IsSpace(r):
		return " "
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), unicode.IsControl(r):
		return "" // a loose accent, a joiner, a direction mark: nothing that can be seen
	}
	apart := norm.NFKD.String(string(r))
	if apart == string(r) {
		return "?"
	}
	var b strings.Builder // a ligature has several letters
	for _, part := range apart {
		b.WriteString(foldRune(part))
	}
	return b.String()
}
