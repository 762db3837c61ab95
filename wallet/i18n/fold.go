package i18n

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NameLettersMax is how many letters of a name are kept and shown; every screen and SMS is measured with that many.
const NameLettersMax = 22

// typography is what reads the same in a plainer form.
var typography = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '‛': "'", 'ʼ': "'", 'ʻ': "'", '`': "'", '´': "'", '′': "'",
	'“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`, '″': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '−': "-", '…': "...", '•': "-",
	'œ': "oe", 'Œ': "OE",
}

// spared are the letters of French, Spanish, Portuguese and Italian that GSM-7 lacks and that are read as well without their mark: phones
// in those languages have always written them so.
const spared = "âêîôûëïÿçáíóúãõýÁÀÂÃÊÈËÍÌÎÏÓÒÔÕÚÙÛŸÝ"

// relatives are letters of African and European languages that lose no mark when taken apart and have a plain relative. It is another
// letter: a name may be written with it, and a text is better left as it is.
var relatives = map[rune]string{
	'đ': "d", 'Đ': "D", 'ɖ': "d", 'Ɖ': "D", 'ɗ': "d", 'Ɗ': "D", 'ɓ': "b", 'Ɓ': "B", 'ƙ': "k", 'Ƙ': "K", 'ƴ': "y", 'Ƴ': "Y",
	'ŋ': "n", 'Ŋ': "N", 'ɲ': "n", 'Ɲ': "N", 'ɛ': "e", 'Ɛ': "E", 'ɔ': "o", 'Ɔ': "O", 'ə': "e", 'Ə': "E", 'ɣ': "g", 'Ɣ': "G",
	'ƒ': "f", 'Ƒ': "F", 'ʋ': "v", 'Ʋ': "V", 'ı': "i", 'ł': "l", 'Ł': "L", 'þ': "th", 'Þ': "Th", 'ð': "d", 'Ð': "D",
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

// Lossless returns a text in GSM-7 when that takes nothing from who reads it: quotes, dashes and spaces of typography, and marks that
// readers of French or Portuguese do without. Any other text is returned as it is, and travels in UCS-2: the marks of Vietnamese or Yoruba
// make other words, and of an Arabic letter there is no plain form.
func Lossless(text string) string {
	if _, gsm := Septets(text); gsm {
		return text
	}
	var b strings.Builder
	for _, r := range norm.NFC.String(text) {
		switch plain := typography[r]; {
		case len(fromRune[r]) > 0:
			b.WriteRune(r)
		case plain != "":
			b.WriteString(plain)
		case r == '\u200b', r == '\ufeff', r == '\u00ad': // a space of no width, a hyphen that is not shown
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case strings.ContainsRune(spared, r):
			first, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
			b.WriteRune(first)
		default:
			return text
		}
	}
	return b.String()
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
	if plain, ok := typography[r]; ok {
		return plain
	}
	if plain, ok := relatives[r]; ok {
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
