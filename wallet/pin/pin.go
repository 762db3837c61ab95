// Package pin keeps what proves that a person knows a PIN, and counts the wrong ones.
//
// A four-digit PIN has 10,000 values, so no hash alone protects it: the verifier is an HMAC under a key that is not in the
// database, over the subject, its purpose, a salt and the PIN. It is compared inside the ledger's batch, under its row's lock,
// so three wrong PINs are three however many arrive at once, and the answer and the money are one commit.
//
// The package does not know customers, ask for PINs, or decide what a PIN allows. No PIN leaves it: not in an error, a
// log, a row or a type that prints.
package pin

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"senti/wallet/fault"
)

// Digits is the length of a PIN.
const Digits = 4

// PIN is what a person typed. However it is printed, logged or marshalled, it shows as "****".
type PIN struct{ digits string }

const masked = "****"

// Parse reads a PIN as typed, spaces around it allowed. The fault is bad_pin.
func Parse(text string) (PIN, error) {
	text = strings.TrimSpace(text)
	if len(text) != Digits || strings.Trim(text, "0123456789") != "" {
		return PIN{}, fault.New(fault.BadPIN)
	}
	return PIN{text}, nil
}

// IsZero reports whether no PIN was typed at all.
func (p PIN) IsZero() bool { return p.digits == "" }

// String masks the PIN.
func (PIN) String() string { return masked }

// GoString masks the PIN for %#v.
func (PIN) GoString() string { return masked }

// Format masks the PIN for every verb.
func (PIN) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// LogValue masks the PIN for slog.
func (PIN) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText masks the PIN for JSON and the like.
func (PIN) MarshalText() ([]byte, error) { return []byte(masked), nil }
