// Package voucher keeps the codes that people read out or type: for a deposit, for cash, for a voucher, for a swap of float or
// a reservation, and the one-use codes that prove a phone.
//
// A deposit code says who somebody is, so it is found by itself and is no secret; all others are found by whose they are, and
// the database holds only a MAC of them under a key that it does not have. A code is compared inside the ledger's commit, so
// the count of wrong tries, the answer and the money are one, and of two who use a code at the same moment exactly one does.
//
// The package moves no money, sends no message, and does not know who may use a code or what it buys.
package voucher

import (
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"senti/wallet/fault"
	"senti/wallet/key"
)

// Code is a typed or drawn code. It shows itself to nobody but by Show.
type Code struct{ digits string }

// How many digits codes have.
const (
	leastDigits = 4
	mostDigits  = 6
)

const masked = "****"

// Parse reads a code as people type it, spaces and dashes between its digits allowed. The fault is bad_code.
func Parse(text string) (Code, error) {
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, text)
	if len(digits) < leastDigits || len(digits) > mostDigits || strings.Trim(digits, "0123456789") != "" {
		return Code{}, fault.New(fault.BadCode)
	}
	return Code{digits}, nil
}

// IsZero reports whether there is no code at all.
func (c Code) IsZero() bool { return c.digits == "" }

// Show returns the digits, for the page or message that gives the code to its owner and for nothing else.
func (c Code) Show() string { return c.digits }

// String masks the code.
func (Code) String() string { return masked }

// GoString masks the code for %#v.
func (Code) GoString() string { return masked }

// Format masks the code for every verb.
func (Code) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// LogValue masks the code for slog.
func (Code) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText masks the code for JSON and the like.
func (Code) MarshalText() ([]byte, error) { return []byte(masked), nil }

// random draws a code of that many digits, each as likely as any other.
func random(digits int) Code {
	return draw(digits, func() []byte { return key.Random(chunk) })
}

// chunk is how many random bytes one attempt at a code takes.
const chunk = 4

// draw makes a code of random bytes. Bytes that would make low codes likelier than high ones are thrown away.
func draw(digits int, next func() []byte) Code {
	codes := uint64(1)
	for range digits {
		codes *= 10
	}
	const all = uint64(1) << (8 * chunk)
	for {
		if n := uint64(binary.BigEndian.Uint32(next())); n < all-all%codes {
			return Code{fmt.Sprintf("%0*d", digits, n%codes)}
		}
	}
}
