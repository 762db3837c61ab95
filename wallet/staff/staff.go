// Package staff keeps the people who work at Senti: their names and roles, and what proves that it is they.
//
// A person proves to be who they say by a password (argon2id) and by a one-time code (RFC 6238), and no code works twice. Wrong
// tries are counted in the ledger's commit, so they are exact however many arrive at once, and lock for a while. Nobody else ever
// knows a person's password or code: an account begins with an invitation, which is good for nothing but to set both.
//
// The package does not ask for passwords, keeps no sessions and decides nothing about money; roles are compared here, but
// what a role may do is the use cases' affair. No secret leaves it in an error, a log, a row in the clear or a type that prints.
package staff

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
)

// Roles is a set of roles. Bits are stored: never reuse one.
type Roles int16

// The roles. A person may have several; maker and checker of one request are two people all the same.
const (
	Maker   Roles = 1 << iota // asks for what moves Senti's own money or changes who may act
	Checker                   // approves what a maker asked for
	Support                   // helps customers and agents
	Auditor                   // reads everything, changes nothing
)

var roleNames = []struct {
	role Roles
	name string
}{{Maker, "maker"}, {Checker, "checker"}, {Support, "support"}, {Auditor, "auditor"}}

// ParseRoles reads "maker,checker". The fault is bad_request.
func ParseRoles(text string) (Roles, error) {
	var all Roles
	for word := range strings.SplitSeq(text, ",") {
		var one Roles
		for _, r := range roleNames {
			if r.name == strings.ToLower(strings.TrimSpace(word)) {
				one = r.role
			}
		}
		if one == 0 {
			return 0, fault.New(fault.BadRequest, "field", "roles")
		}
		all |= one
	}
	return all, nil
}

// String writes the roles as ParseRoles reads them.
func (r Roles) String() string {
	var names []string
	for _, known := range roleNames {
		if r&known.role != 0 {
			names = append(names, known.name)
		}
	}
	return strings.Join(names, ",")
}

// Status says how far a person's account is. Numbers are stored: never reuse one.
type Status int16

// The statuses.
const (
	Invited   Status = 1 // has an invitation, and no password or codes yet
	Active    Status = 2
	Suspended Status = 3 // may do nothing until taken back
)

// String returns the status as people read it.
func (s Status) String() string {
	switch s {
	case Invited:
		return "invited"
	case Active:
		return "active"
	case Suspended:
		return "suspended"
	}
	return "unknown"
}

// Staff is one person.
type Staff struct {
	Name        string
	Roles       Roles
	Status      Status
	LockedUntil time.Time // in the past, or zero, when not locked
	CreatedAt   time.Time
	PasswordAt  time.Time // when the password, or the invitation, was set
	ProvedAt    time.Time // when last proved; zero for never
}

// Has reports whether the person has at least one of the roles.
func (s Staff) Has(any Roles) bool { return s.Roles&any != 0 }

// nameForm is short enough for a log and safe in a file name.
var nameForm = regexp.MustCompile(`^[a-z][a-z0-9.-]{1,28}[a-z0-9]$`)

// ParseName reads a person's name as typed: 3 to 30 letters, digits, dots and dashes, of which the first is a letter. The fault
// is bad_request.
func ParseName(text string) (string, error) {
	name := strings.ToLower(strings.TrimSpace(text))
	if !nameForm.MatchString(name) {
		return "", fault.New(fault.BadRequest, "field", "name")
	}
	return name, nil
}

// keyOf is the key of a person's row.
func keyOf(name string) id.ID { return id.Derive(id.ID{}, "senti.staff.v1:"+name) }

// Password is what a person typed. However it is printed, logged or marshalled, it shows as "****".
type Password struct{ text string }

// Typed is what a person typed as the password.
func Typed(text string) Password { return Password{text} }

const masked = "****"

// Lengths of a password.
const (
	leastPassword = 12
	mostPassword  = 200
)

// Weak refuses with weak_password what is too short or holds the name: length is what counts.
func (p Password) Weak(name string) *fault.Error {
	letters := map[rune]bool{}
	for _, r := range p.text {
		letters[r] = true
	}
	if len(p.text) < leastPassword || len(p.text) > mostPassword || len(letters) < 5 || strings.Contains(strings.ToLower(p.text), name) {
		return fault.New(fault.WeakPassword, "least", leastPassword)
	}
	return nil
}

// IsZero reports whether nothing was typed.
func (p Password) IsZero() bool { return p.text == "" }

// String masks the password.
func (Password) String() string { return masked }

// GoString masks the password for %#v.
func (Password) GoString() string { return masked }

// Format masks the password for every verb.
func (Password) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, masked) }

// LogValue masks the password for slog.
func (Password) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText masks the password for JSON and the like.
func (Password) MarshalText() ([]byte, error) { return []byte(masked), nil }
