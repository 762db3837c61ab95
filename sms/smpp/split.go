package smpp

import (
	"fmt"
	"unicode/utf16"

	"senti/wallet/i18n"
)

// Long is how a text travels that is longer than one message of the radio.
type Long string

// The ways of a long text.
const (
	Header8  Long = "udh"     // parts with a user data header and a reference of 8 bits; what every phone knows
	Header16 Long = "udh16"   // … of 16 bits
	SAR      Long = "sar"     // parts that the options sar_… number
	Payload  Long = "payload" // one message_payload, which the centre splits
)

// Check refuses a word that is none of them.
func (l Long) Check() error {
	if _, ok := room[l]; !ok {
		return fmt.Errorf("smpp: a long text cannot travel as %q: choose udh, udh16, sar or payload", string(l))
	}
	return nil
}

// How much of a message of the radio is text, in septets and in UTF-16 units: 140 octets, less the header.
var room = map[Long]struct{ septets, units int }{
	Header8:  {153, 67},
	Header16: {152, 66},
	SAR:      {153, 67}, // the centre makes a header of 8 bits of them, or of 16 for a reference over 255
	Payload:  {1 << 30, 1 << 30},
}

const (
	oneSeptets = 160 // in a message that is the only one
	oneUnits   = 70
	maxParts   = 255
)

// Parts splits a text as it will travel: into one part, or into several that are numbered. A character is never split, and
// no more than 255 parts are made: what is beyond is cut off.
func (a Alphabet) Parts(text string, long Long) (parts [][]byte, coding byte) {
	whole, coding := a.Encode(text)
	one, most, size := oneUnits, room[long].units, unitsOf
	if coding == CodingDefault {
		one, most, size = oneSeptets, room[long].septets, septetsOf
	}
	total := 0
	for _, r := range text {
		total += size(r)
	}
	if total <= one || long == Payload {
		return [][]byte{whole}, coding
	}
	begin, used := 0, 0
	cut := func(end int) {
		if len(parts) < maxParts {
			parts = append(parts, a.encodeAs(text[begin:end], coding))
		}
		begin, used = end, 0
	}
	for at, r := range text {
		if used+size(r) > most {
			cut(at)
		}
		used += size(r)
	}
	cut(len(text))
	return parts, coding
}

// encodeAs encodes a part in the coding of the whole: a part alone might do with less.
func (a Alphabet) encodeAs(text string, coding byte) []byte {
	if coding == CodingUCS2 {
		return encodeUCS2(text)
	}
	octets, _ := a.Encode(text)
	return octets
}

func septetsOf(r rune) int {
	n, _ := i18n.Septets(string(r))
	return n
}

func unitsOf(r rune) int { return max(1, utf16.RuneLen(r)) } // U+FFFD stands for what is no character

// Mark marks a message as a part of a longer text, which the same reference holds together.
func (m *Message) Mark(long Long, reference uint16, part, total int) {
	switch long {
	case Header8:
		m.Class |= ClassHeader
		m.Text = append([]byte{5, elementShort, 3, byte(reference), byte(total), byte(part)}, m.Text...)
	case Header16:
		m.Class |= ClassHeader
		m.Text = append([]byte{6, elementLong, 4, byte(reference >> 8), byte(reference), byte(total), byte(part)}, m.Text...)
	case SAR:
		m.Options = append(m.Options,
			Option{TagSARReference, []byte{byte(reference >> 8), byte(reference)}},
			Option{TagSARTotal, []byte{byte(total)}},
			Option{TagSARPart, []byte{byte(part)}})
	}
}

// Elements of a user data header.
const (
	elementShort byte = 0x00 // part of a longer text, with a reference of 8 bits
	elementPorts byte = 0x04 // for an application, which it names with 8 bits
	elementPort  byte = 0x05 // … with 16 bits
	elementLong  byte = 0x08 // part of a longer text, with a reference of 16 bits
)
