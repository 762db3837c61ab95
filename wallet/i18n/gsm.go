package i18n

import "unicode/utf16"

// basic is the GSM 03.38 default alphabet without the escape; each of these takes one septet.
const basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// extension is the table behind the escape; each of these takes two septets.
const extension = "\f^{}\\[~]|€"

// Septets counts the text in GSM-7 septets; gsm is false, and n without meaning, when a character is not of that alphabet.
func Septets(text string) (n int, gsm bool) {
	for _, r := range text {
		if r < basicSize {
			if widths[r] == 0 {
				return 0, false
			}
			n += int(widths[r])
			continue
		}
		septets, ok := fromRune[r]
		if !ok {
			return 0, false
		}
		n += len(septets)
	}
	return n, true
}

// widths are the septets of the ASCII characters, which most texts are made of; 0 for one that is not of GSM-7.
var widths = func() (all [basicSize]byte) {
	for r := range all {
		all[r] = byte(len(fromRune[rune(r)]))
	}
	return all
}()

// Units counts the text in UTF-16 code units, which is how phones count what is not GSM-7.
func Units(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

const (
	escape    = 0x1b // announces a septet of the extension table
	unknown   = '?'  // stands for a septet that has no character
	basicSize = 128
)

// extensionAt gives the septets behind the escape, in the order of extension.
const extensionAt = "\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65"

// toBasic and toExtension give the character of a septet, and of one behind the escape; 0 where there is none.
var toBasic, toExtension = func() (basics, extensions [basicSize]rune) {
	at := 0
	for _, r := range basic {
		if at == escape {
			at++
		}
		basics[at] = r
		at++
	}
	for i, r := range []rune(extension) {
		extensions[extensionAt[i]] = r
	}
	return basics, extensions
}()

// fromRune gives the septets of every character of GSM-7: one, or the escape and another.
var fromRune = func() map[rune]string {
	m := make(map[rune]string)
	for septet := range basicSize {
		if r := toBasic[septet]; septet != escape {
			m[r] = string([]byte{byte(septet)})
		}
		if r := toExtension[septet]; r != 0 {
			m[r] = string([]byte{escape, byte(septet)})
		}
	}
	return m
}()

// EncodeGSM returns the text's septets, one in each octet; ok is false when a character is not of that alphabet.
func EncodeGSM(text string) (septets []byte, ok bool) {
	septets = make([]byte, 0, len(text)+8)
	for _, r := range text {
		s, known := fromRune[r]
		if !known {
			return nil, false
		}
		septets = append(septets, s...)
	}
	return septets, true
}

// DecodeGSM returns the text of septets, one in each octet. As phones do, it shows the basic character where the extension table
// has none, and "?" for what is no septet.
func DecodeGSM(septets []byte) string {
	out := make([]rune, 0, len(septets))
	escaped := false
	for _, s := range septets {
		switch {
		case s >= basicSize:
			out = append(out, unknown)
		case escaped && toExtension[s] != 0:
			out = append(out, toExtension[s])
		case s == escape:
			escaped = true
			continue
		default:
			out = append(out, toBasic[s])
		}
		escaped = false
	}
	return string(out)
}
