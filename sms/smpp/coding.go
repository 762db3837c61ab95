package smpp

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"senti/wallet/i18n"
)

// Alphabet is what data_coding 0 means at a message centre, which every one decides for itself.
type Alphabet string

// The alphabets that data_coding 0 may mean.
const (
	GSM    Alphabet = "gsm"    // GSM 03.38, one septet in each octet; what most centres mean
	Latin1 Alphabet = "latin1" // ISO 8859-1
	ASCII  Alphabet = "ascii"
)

// Check refuses a word that is none of them.
func (a Alphabet) Check() error {
	switch a {
	case GSM, Latin1, ASCII:
		return nil
	}
	return fmt.Errorf("smpp: no alphabet is called %q: choose gsm, latin1 or ascii", string(a))
}

// Values of data_coding.
const (
	CodingDefault byte = 0x00
	CodingASCII   byte = 0x01
	CodingLatin1  byte = 0x03
	CodingUCS2    byte = 0x08

	CodingUSSD     byte = 0x0f // GSM 03.38 as USSD numbers it
	CodingUSSDUCS2 byte = 0x48
)

// Encode returns a text in the alphabet of data_coding 0, or in UCS-2. A text is only written in an alphabet of eight bits if the
// phone can show it in GSM 03.38, which is what the centre makes of it.
func (a Alphabet) Encode(text string) (octets []byte, coding byte) {
	septets, gsm := i18n.EncodeGSM(text)
	switch {
	case gsm && a == GSM:
		return septets, CodingDefault
	case gsm:
		if octets, ok := a.octets(text); ok {
			return octets, CodingDefault
		}
	}
	return encodeUCS2(text), CodingUCS2
}

// octets writes a text in an alphabet of one octet for each character.
func (a Alphabet) octets(text string) ([]byte, bool) {
	highest := rune(0x7f)
	if a == Latin1 {
		highest = 0xff
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > highest {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, true
}

func encodeUCS2(text string) []byte {
	out := make([]byte, 0, 2*len(text))
	for _, unit := range utf16.Encode([]rune(text)) {
		out = binary.BigEndian.AppendUint16(out, unit)
	}
	return out
}

// Decode returns the text of octets; false when the coding is not one of a text. What cannot be read becomes "?" or U+FFFD.
func (a Alphabet) Decode(octets []byte, coding byte) (text string, ok bool) {
	switch {
	case coding == CodingUCS2, coding == CodingUSSDUCS2, coding&0xf0 == 0xe0, coding&0xfc == 0x18:
		return decodeUCS2(octets), true
	case coding == CodingLatin1:
		return decodeOctets(octets), true
	case coding == CodingASCII:
		return decodeIA5(octets), true
	case coding == CodingDefault && a != GSM:
		return decodeOctets(octets), true
	case coding == CodingDefault, coding == CodingUSSD, coding&0xfc == 0x10, coding&0xf4 == 0xf0, coding&0xf0 == 0xd0:
		return i18n.DecodeGSM(octets), true // 0x10 and 0xf0 name the class of the message too, 0xd0 that it is stored
	}
	return "", false
}

func decodeUCS2(octets []byte) string {
	units := make([]uint16, 0, len(octets)/2)
	for i := 0; i+1 < len(octets); i += 2 {
		units = append(units, binary.BigEndian.Uint16(octets[i:]))
	}
	return string(utf16.Decode(units))
}

func decodeOctets(octets []byte) string {
	out := make([]byte, 0, len(octets))
	for _, c := range octets {
		out = utf8.AppendRune(out, rune(c))
	}
	return string(out)
}

// decodeIA5 reads what should be ASCII. Some senders mean GSM 03.38 by it: then "@", "$", "_" and most accents are control
// characters, of which a text has no others but the ends of its lines.
func decodeIA5(octets []byte) string {
	for _, c := range octets {
		if c < ' ' && c != '\n' && c != '\r' {
			return i18n.DecodeGSM(octets)
		}
	}
	return decodeOctets(octets)
}
