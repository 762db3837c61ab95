package money

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Style is how a market writes amounts and which amounts a person may key.
type Style struct {
	Symbol  string // "Ksh"
	After   bool   // the symbol stands behind the number, "5 000 F", not before it
	Group   string // between thousands: ","
	Decimal string // before the minor units: "."
	Digits  int    // decimal places of the currency's minor unit
	Step    int64  // keyed amounts are multiples of this many minor units: 100 = whole shillings
}

// Why a keyed text is not an amount. All of them mean "ask again"; tests and logs like to know which.
var (
	ErrEmpty    = errors.New("money: nothing was keyed")
	ErrNotDigit = errors.New("money: something other than digits")
	ErrNegative = errors.New("money: below zero")
	ErrZero     = errors.New("money: zero")
	ErrGrouping = errors.New("money: thousands set apart in the wrong place")
	ErrFraction = errors.New("money: a finer amount than the market keys")
	ErrTooLong  = errors.New("money: more than 15 digits")
)

// keyedDigitsMax keeps every keyed amount, in any currency of up to 3 decimal places, inside 64 bits.
const keyedDigitsMax = 15

// Format writes an amount with its symbol: "Ksh 4,493", "Ksh 0.91", "-Ksh 7", "4 493 F". Decimals appear only when it is not whole.
func (s Style) Format(minor int64) string {
	if s.After {
		return s.FormatBare(minor) + " " + s.Symbol
	}
	sign := ""
	if minor < 0 {
		sign = "-"
	}
	return sign + s.Symbol + " " + s.unsigned(minor)
}

// FormatBare writes an amount without its symbol: "4,493", "0.91", "-7".
func (s Style) FormatBare(minor int64) string {
	if minor < 0 {
		return "-" + s.unsigned(minor)
	}
	return s.unsigned(minor)
}

func (s Style) unsigned(minor int64) string {
	whole, fraction := s.split(minor)
	digits := strconv.FormatUint(whole, 10)
	var b strings.Builder
	b.Grow(len(digits) + len(digits)/3*len(s.Group) + 1 + s.Digits)
	for i := 0; i < len(digits); i++ {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(s.Group)
		}
		b.WriteByte(digits[i])
	}
	if strings.Trim(fraction, "0") != "" {
		b.WriteString(s.Decimal)
		b.WriteString(fraction)
	}
	return b.String()
}

// split returns the units and the minor units of an amount without its sign, the latter padded to the currency's digits.
func (s Style) split(minor int64) (whole uint64, fraction string) {
	size := uint64(minor)
	if minor < 0 {
		size = -size // also right for the smallest int64, which has no positive twin
	}
	per := uint64(powerOfTen(s.Digits))
	fraction = strconv.FormatUint(size%per, 10)
	if s.Digits == 0 {
		return size, ""
	}
	return size / per, strings.Repeat("0", s.Digits-len(fraction)) + fraction
}

// Parse reads an amount as a person keys it: "500", "1,000", "1 000", "0500", " 500 ", also with the symbol before or behind it
// ("Ksh 500", "500F") and with what shillings are closed with on paper ("500/=", "500/-"). A separator must stand where
// thousands do: "1,00" may have meant 1.00 or 100, and money is not guessed at. A currency without minor units knows no decimals, so
// that in it every separator is one of thousands: "5.000", "5,000". The result is minor units, above zero and a multiple of Step; the
// error is one of this file's.
func (s Style) Parse(text string) (minor int64, err error) {
	text = strings.TrimSpace(s.plain(strings.TrimSpace(text)))
	if text == "" {
		return 0, ErrEmpty
	}
	if text[0] == '-' {
		return 0, ErrNegative
	}
	whole, fraction, hasFraction := text, "", false
	if s.Decimal != "" && !s.thousands(text) {
		whole, fraction, hasFraction = strings.Cut(text, s.Decimal)
	}
	digits, err := s.ungroup(whole)
	if err != nil {
		return 0, err
	}
	if hasFraction {
		if fraction, err = s.padFraction(fraction); err != nil {
			return 0, err
		}
	} else {
		fraction = strings.Repeat("0", s.Digits)
	}
	return s.value(strings.TrimLeft(digits, "0"), fraction)
}

// plain takes off what people write around the number.
func (s Style) plain(text string) string {
	if n := len(s.Symbol); n > 0 && len(text) > n && strings.EqualFold(text[:n], s.Symbol) {
		text = text[n:]
	}
	if n := len(text) - len(s.Symbol); s.Symbol != "" && n > 0 && strings.EqualFold(text[n:], s.Symbol) {
		text = text[:n]
	}
	for _, closing := range []string{"/=", "/-"} {
		if number, ok := strings.CutSuffix(text, closing); ok {
			return number
		}
	}
	return text
}

// thousands reports whether what could be a decimal sign parts thousands: where there are no minor units, and three digits follow.
func (s Style) thousands(text string) bool {
	last := strings.LastIndex(text, s.Decimal)
	return s.Digits == 0 && len(text)-last-len(s.Decimal) == 3
}

// ungroup takes the thousands' separators out: the market's own one and the space, not both in one number. Without minor units every
// separator is as good as the market's own.
func (s Style) ungroup(whole string) (string, error) {
	separator := " "
	own := []string{s.Group}
	if s.Digits == 0 {
		own = append(own, ",", ".")
	}
	for _, mark := range own {
		if mark != "" && strings.Contains(whole, mark) {
			separator = mark
			break
		}
	}
	groups := strings.Split(whole, separator)
	for i, g := range groups {
		if !allDigits(g) {
			return "", ErrNotDigit
		}
		first, alone := i == 0, len(groups) == 1
		if len(g) == 0 || (!first && len(g) != 3) || (first && !alone && (len(g) > 3 || g[0] == '0')) {
			return "", ErrGrouping
		}
	}
	return strings.Join(groups, ""), nil
}

func (s Style) padFraction(fraction string) (string, error) {
	switch {
	case fraction == "" || !allDigits(fraction):
		return "", ErrNotDigit
	case len(fraction) > s.Digits:
		return "", ErrFraction
	}
	return fraction + strings.Repeat("0", s.Digits-len(fraction)), nil
}

func (s Style) value(whole, fraction string) (int64, error) {
	if len(whole) > keyedDigitsMax {
		return 0, ErrTooLong
	}
	minor, err := strconv.ParseInt("0"+whole+fraction, 10, 64)
	switch {
	case err != nil || minor == math.MaxInt64:
		return 0, ErrTooLong
	case minor == 0:
		return 0, ErrZero
	case s.Step > 1 && minor%s.Step != 0:
		return 0, ErrFraction
	}
	return minor, nil
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
