// Package switches keeps what staff have stopped for now, or limited to a list of phones: a service, a gateway, a route of messages, a
// tier of wallets, a range of numbers.
//
// A switch stops beginnings and never ends: money that is under way (set aside, waiting, on its way back) goes on, and so do the messages
// that tell of it. Who asks is the use case that begins something, the gateway's service, and the outbox for its routes.
//
// The rows are in the database, changed by an audited act of staff. Every process has a Board: a copy in memory that it reads again every
// few seconds, so that nothing is read while somebody waits; when it cannot be read, the last one stays. The package decides nothing about
// roles, and says nothing in words but those that staff wrote.
package switches

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"senti/wallet/i18n"
	"senti/wallet/msisdn"
)

// Scope is what kind of thing is switched. Stored: never rename one.
type Scope string

// The scopes.
const (
	Service Scope = "service" // one of Services
	Gateway Scope = "gateway" // a USSD or SMPP gateway by its configured name
	Route   Scope = "route"   // a route of messages by its configured name
	Tier    Scope = "tier"    // wallets of that tier, "1": their owners begin nothing
	Numbers Scope = "numbers" // phones whose number begins so, "+25471": their owners begin nothing
)

// Scopes lists every scope.
var Scopes = []Scope{Service, Gateway, Route, Tier, Numbers}

// The services. Stored: never rename one.
const (
	Send     = "send"     // money to another wallet
	Voucher  = "voucher"  // money to a number without a wallet
	Withdraw = "withdraw" // e-money for cash: at a shop, asked by an operator, a code, a reservation
	Deposit  = "deposit"  // cash for e-money
	Float    = "float"    // float between tills, sold, asked for or swapped
	Register = "register" // wallets opened, on the phone or at a counter
	NewPIN   = "newpin"   // a new PIN for who forgot the old one, on the own phone
	Text     = "text"     // what people ask for by SMS
)

// Services lists every service, in the order in which menus speak of them.
var Services = []string{Send, Voucher, Withdraw, Deposit, Float, Register, NewPIN, Text}

// State is how a switch stands. Numbers are stored.
type State int16

// The states.
const (
	On    State = 1 // nothing is stopped
	Pilot State = 2 // only the phones of the list go on
	Off   State = 3
)

// String returns the state as people read it.
func (s State) String() string {
	switch s {
	case On:
		return "on"
	case Pilot:
		return "pilot"
	case Off:
		return "off"
	}
	return "unknown"
}

// Switch is one of them as it was last set.
type Switch struct {
	Scope Scope
	Name  string
	State State
	Pilot []msisdn.Number   // of state Pilot, in order
	Words map[string]string // by language: the line that phones show, instead of the catalogue's
	Why   string
	From  time.Time // zero: from when it was set
	Until time.Time // zero: until it is set again
	By    string    // who of the staff has set it
	At    time.Time // when
}

// InForce reports whether it stops anything at that moment.
func (s *Switch) InForce(at time.Time) bool {
	return s.State != On && !at.Before(s.From) && (s.Until.IsZero() || at.Before(s.Until))
}

// Stops reports whether it stops that phone at that moment.
func (s *Switch) Stops(phone msisdn.Number, at time.Time) bool {
	if !s.InForce(at) {
		return false
	}
	_, listed := slices.BinarySearch(s.Pilot, phone)
	return s.State == Off || !listed
}

// Object is how the audit chain names it: "service:send".
func (s *Switch) Object() string { return string(s.Scope) + ":" + s.Name }

// LongestLine is how long words may be, in septets: behind "No money has moved." they fit the smallest screen, and with their code the
// column that keeps why a posting was refused.
const LongestLine = 85

const (
	mostPilot = 500
	mostWhy   = 200
)

var (
	nameShape   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$`)
	rangeShape  = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)
	outsideLine = "\"\\{}\n\r"
)

// Check returns what is to be mended in a switch before it can be set, and nil when that is nothing.
func (s Switch) Check() error {
	switch s.Scope {
	case Service:
		if !slices.Contains(Services, s.Name) {
			return fmt.Errorf("there is no service %q: choose %s", s.Name, strings.Join(Services, ", "))
		}
	case Gateway, Route:
		if !nameShape.MatchString(s.Name) {
			return fmt.Errorf("%q is not the name of a %s", s.Name, s.Scope)
		}
	case Tier:
		if n, err := strconv.ParseInt(s.Name, 10, 16); err != nil || n < 0 || strconv.FormatInt(n, 10) != s.Name {
			return fmt.Errorf("%q is not the number of a tier", s.Name)
		}
	case Numbers:
		if !rangeShape.MatchString(s.Name) {
			return fmt.Errorf("%q is not how numbers begin: write it like +25471", s.Name)
		}
	default:
		return fmt.Errorf("there is no scope %q: choose %s", s.Scope, scopeNames())
	}
	return s.checkState()
}

func scopeNames() string {
	names := make([]string, len(Scopes))
	for i, s := range Scopes {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

func (s Switch) checkState() error {
	switch {
	case s.State != On && s.State != Pilot && s.State != Off:
		return errors.New("it must be on, pilot or off")
	case s.Why == "" || utf8.RuneCountInString(s.Why) > mostWhy:
		return fmt.Errorf("say why, in at most %d letters", mostWhy)
	case s.State == Pilot && len(s.Pilot) == 0:
		return errors.New("a pilot needs the phones that go on")
	case s.State != Pilot && len(s.Pilot) > 0:
		return errors.New("only a pilot has phones that go on")
	case len(s.Pilot) > mostPilot:
		return fmt.Errorf("a pilot has at most %d phones", mostPilot)
	case !s.Until.IsZero() && !s.From.Before(s.Until):
		return errors.New("it would be over before it begins")
	}
	for language, line := range s.Words {
		width, gsm := i18n.Septets(line)
		if line == "" || !gsm || width > LongestLine || strings.ContainsAny(line, outsideLine) {
			return fmt.Errorf("the words in %s must be one line of at most %d characters that every phone can show, without quotes or braces (it has %d)",
				language, LongestLine, width)
		}
	}
	return nil
}

// Tidied returns the switch as it is kept: the phones in order, each once, and times of the database's fineness.
func (s Switch) Tidied() Switch {
	s.Pilot = slices.Compact(slices.Sorted(slices.Values(s.Pilot)))
	s.Why = strings.TrimSpace(s.Why)
	if s.State == On {
		s.Words, s.From, s.Until = nil, time.Time{}, time.Time{}
	}
	return s
}
