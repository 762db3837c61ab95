// Package money counts in whole minor units and writes and reads amounts the way a market does.
//
// There is no float and no decimal type anywhere near it: an amount is an int64 of minor units, every sum is checked for
// overflow, and where a division must round, the market's rule says how halves fall. It knows no country, no fee and no tax.
package money

import (
	"errors"
	"math"
	"math/bits"
	"strconv"
)

// What arithmetic can refuse.
var (
	ErrOverflow = errors.New("money: the result does not fit in 64 bits")
	ErrCurrency = errors.New("money: amounts of different currencies")
)

// Amount is a number of minor units of a currency; it may be negative (a leg that pays out).
type Amount struct {
	Minor    int64
	Currency Currency
}

// Add returns a + b, or ErrCurrency or ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrCurrency
	}
	sum := a.Minor + b.Minor
	if (sum > a.Minor) != (b.Minor > 0) {
		return Amount{}, ErrOverflow
	}
	return Amount{sum, a.Currency}, nil
}

// Sub returns a - b, or ErrCurrency or ErrOverflow.
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrCurrency
	}
	difference := a.Minor - b.Minor
	if (difference < a.Minor) != (b.Minor > 0) {
		return Amount{}, ErrOverflow
	}
	return Amount{difference, a.Currency}, nil
}

// String is for logs and tests: the code and the plain number, "KES 4493.00". People are shown Style.Format.
func (a Amount) String() string {
	plain := Style{Decimal: ".", Digits: a.Currency.Digits}
	whole, fraction := plain.split(a.Minor)
	text := strconv.FormatUint(whole, 10)
	if a.Currency.Digits > 0 {
		text += "." + fraction
	}
	if a.Minor < 0 {
		text = "-" + text
	}
	return a.Currency.Code + " " + text
}

// Rounding says where a value goes that lies exactly half-way between two minor units. All else goes to the nearer one.
type Rounding uint8

// The ways halves fall.
const (
	HalfUp   Rounding = iota + 1 // 0.5 becomes 1
	HalfDown                     // 0.5 becomes 0
	HalfEven                     // 0.5 becomes 0 and 1.5 becomes 2
)

// Share returns amount × part / whole in minor units, rounded once. The product may pass 64 bits; the result may not.
// amount and part are zero or above, whole is above zero; anything else is ErrOverflow.
func (r Rounding) Share(amount, part, whole int64) (int64, error) {
	if amount < 0 || part < 0 || whole <= 0 {
		return 0, ErrOverflow
	}
	hi, lo := bits.Mul64(uint64(amount), uint64(part))
	if hi >= uint64(whole) {
		return 0, ErrOverflow
	}
	quotient, rest := bits.Div64(hi, lo, uint64(whole))
	missing := uint64(whole) - rest // what rest lacks to the next unit; comparing it with rest cannot overflow
	switch {
	case rest > missing, rest == missing && r == HalfUp, rest == missing && r == HalfEven && quotient%2 == 1:
		quotient++
	}
	if quotient > math.MaxInt64 {
		return 0, ErrOverflow
	}
	return int64(quotient), nil
}
