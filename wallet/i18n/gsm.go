package i18n

import "unicode/utf16"

// basic is the GSM 03.38 default alphabet without the escape; each of these takes one septet.
const basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// extension is the table behind the escape; each of these takes two septets.
const extension = "\f^{}\\[~]|€"

// septetsOf gives the septets of every character of GSM-7; others are absent.
var septetsOf = func() map[rune]int {
	m := make(map[rune]int)
	for _, r := range basic {
		m[r] = 1
	}
	for _, r := range extension {
		m[r] = 2
	}
	return m
}()

// Septets counts the text in GSM-7 septets; gsm is false, and n without meaning, when a character is not of that alphabet.
func Septets(text string) (n int, gsm bool) {
	for _, r := range text {
		size, ok := septetsOf[r]
		if !ok {
			return 0, false
		}
		n += size
	}
	return n, true
}

// Units counts the text in UTF-16 code units, which is how phones count what is not GSM-7.
func Units(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}
