// Package msisdn is a mobile phone number as a type: read in every spelling people and gateways use, kept in one.
//
// A Number that came from Parse is a valid mobile number of the region asked for. Whether anyone answers it, has a wallet or
// uses that network is not known here. It is the only importer of the number-plan library: the traps of that library end here.
package msisdn

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/nyaruka/phonenumbers/v2"
)

// Number is a mobile number in E.164 form: "+254712000001". The zero value is no number.
type Number string

// Why a text is not a number. All of them mean "ask again"; tests and logs like to know which.
var (
	ErrSyntax    = errors.New("msisdn: not digits")
	ErrInvalid   = errors.New("msisdn: no such number in the number plan")
	ErrNotMobile = errors.New("msisdn: not a mobile number")
	ErrRegion    = errors.New("msisdn: a number of another country")
)

const (
	textMax   = 32 // longer than any spelling of a number; what is longer is not read at all
	digitsMin = 7  // shorter is a short code, ours or another's
)

// Parse reads a mobile number of the region (ISO 3166 code, "KE") in any of its spellings: 0712000001, 712000001,
// 254712000001, +254712000001, 00254712000001, with spaces, dots, dashes or brackets between the digits.
func Parse(text, region string) (Number, error) {
	if n, ok := known.get(region, text); ok {
		return n, nil
	}
	digits, err := dialled(text)
	if err != nil {
		return "", err
	}
	parsed, err := phonenumbers.Parse(digits, region)
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return "", ErrInvalid // "possible" is not enough: one digit too many is possible
	}
	switch phonenumbers.GetNumberType(parsed) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
	default:
		return "", ErrNotMobile
	}
	if phonenumbers.GetRegionCodeForNumber(parsed) != region {
		return "", ErrRegion
	}
	n := Number(phonenumbers.Format(parsed, phonenumbers.E164))
	known.put(region, text, n)
	return n, nil
}

// dialled reduces a spelling to "+digits" or "digits". Letters are refused here because the library reads 0722OOO as a keypad
// would, and the 00 of an international call is taken off here because Kenya's own prefix is 000 and 00254… would go wrong.
func dialled(text string) (string, error) {
	if len(text) > textMax {
		return "", ErrSyntax
	}
	text = strings.TrimSpace(text)
	international := strings.HasPrefix(text, "+")
	digits := make([]byte, 0, len(text))
	for _, c := range []byte(strings.TrimPrefix(text, "+")) {
		switch {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case strings.IndexByte(" -.()", c) < 0:
			return "", ErrSyntax
		}
	}
	if len(digits) < digitsMin {
		return "", ErrSyntax
	}
	if strings.HasPrefix(string(digits), "00") {
		return "+" + strings.TrimLeft(string(digits), "0"), nil // no country's code begins with 0
	}
	if international {
		return "+" + string(digits), nil
	}
	return string(digits), nil
}

// NoNumber stands where a number does for a holder who has none any more, as somebody else has it. It is not dialled, not parsed and
// no other holder's: no country's code begins with 0. Nothing is sent to it.
func NoNumber(holder int64) Number { return Number(fmt.Sprintf("+0%014d", holder)) }

// noNumber is how people read it.
const noNumber = "-"

// IsNone reports whether a number is what NoNumber makes, or empty.
func (n Number) IsNone() bool { return n == "" || strings.HasPrefix(string(n), "+0") }

// E164 returns the number as stored and as given to gateways: "+254712000001".
func (n Number) E164() string { return string(n) }

// Plain returns the number as it is dialled at home, without spaces: "0712000002".
func (n Number) Plain() string {
	if n.IsNone() {
		return noNumber
	}
	trunk, national := n.split()
	return trunk + national
}

// National returns the number as it is dialled at home, in groups that can be read out: "0712 000 002".
func (n Number) National() string {
	plain := n.Plain()
	if len(plain) <= 6 {
		return plain
	}
	head := len(plain) - 6
	return plain[:head] + " " + plain[head:head+3] + " " + plain[head+3:]
}

// Masked returns the number with its middle hidden, for people who need not know it and for logs: "0712***001", "771***001".
func (n Number) Masked() string {
	if n.IsNone() {
		return noNumber
	}
	plain := n.Plain()
	if len(plain) <= 7 {
		return "***" + n.Last3()
	}
	return plain[:len(plain)-6] + "***" + n.Last3()
}

// Last3 returns the last three digits.
func (n Number) Last3() string { return string(n[max(0, len(n)-3):]) }

// LogValue makes slog write the masked form.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.Masked()) }

// Bytes16 packs the digits into a key column: ASCII digits, country code first, filled up with zero bytes. E.164 allows 15.
func (n Number) Bytes16() [16]byte {
	var out [16]byte
	copy(out[:15], strings.TrimPrefix(string(n), "+"))
	return out
}

// FromBytes16 is the inverse of Bytes16; false when the bytes are not what it makes.
func FromBytes16(b [16]byte) (Number, bool) {
	digits := strings.TrimRight(string(b[:]), "\x00")
	if len(digits) < digitsMin || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return Number("+" + digits), true
}

// split returns the prefix dialled at home ("0", or "" where there is none) and the number without its country code. Calling
// codes have one to three digits and none begins another.
func (n Number) split() (trunk, national string) {
	digits := strings.TrimPrefix(string(n), "+")
	code := 0
	for i := 0; i < min(3, len(digits)); i++ {
		code = code*10 + int(digits[i]-'0')
		region := phonenumbers.GetRegionCodeForCountryCode(code)
		if region != "" && region != "ZZ" {
			return phonenumbers.GetNddPrefixForRegion(region, true), digits[i+1:]
		}
	}
	return "", digits
}

// Example is a mobile number of a region that is nobody's, for texts that show how one is written.
func Example(region string) Number {
	return Number(phonenumbers.Format(phonenumbers.GetExampleNumberForTypeInRegion(region, phonenumbers.MOBILE), phonenumbers.E164))
}

// KnownRegion reports whether there is a number plan for the region.
func KnownRegion(region string) bool { return phonenumbers.GetSupportedRegions()[region] }
