// Package proof keeps how far a person has come in proving who they are without a PIN, and counts the wrong answers.
//
// Who forgot the PIN, or never had one because the wallet was opened at a counter, answers two questions: something of the ID
// document, and a code that was sent to the own SIM. One row per person holds the step, the code (as a MAC, never the code) and the count,
// so three wrong answers are three in all, whichever question they were about and however many arrive at once; then nothing is
// heard for a day. What is proven is good for minutes and for one use.
//
// The package compares no ID number (package customer can), sets no PIN, writes no message and does not know what a proof is
// good for.
package proof

import (
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
)

// Way is how a person proves it. Numbers are stored: never reuse one.
type Way int64

// The ways.
const (
	OwnPhone Way = 1 // a forgotten PIN: the ID number typed on the own phone, then a code
	Shown    Way = 2 // a forgotten PIN: the document was shown at a counter; then a code, then the end of the ID number
	Opening  Way = 3 // the first PIN of a wallet opened at a counter: a code, then the end of the ID number
	Office   Way = 4 // as Shown, but to staff
)

// Step is how far a person has come. Numbers are stored: never reuse one.
type Step int64

// The steps.
const (
	Nothing   Step = 0
	CodeSent  Step = 1 // the code is to be typed
	CodeGiven Step = 2 // it was right; the end of the ID number is to be typed
	Proven    Step = 3
)

// Kind says whose row it is. Numbers are stored: never reuse one.
type Kind byte

// The kinds of subject.
const (
	Customer   Kind = 1 // the person's own answers
	AtCounters Kind = 2 // what is typed at counters from documents that are said to be this customer's
	Operator   Kind = 3 // an operator's own answers, for the PIN of the counter
	AtOffices  Kind = 4 // as AtCounters, typed by staff
)

// Subject is whose proof it is.
type Subject struct {
	Kind   Kind
	Number int64 // the customer's or operator's
}

func (s Subject) key() id.ID { return id.Number(byte(s.Kind), s.Number) }

// shown reports whether somebody has seen the document: then wrong answers of before are forgiven.
func (w Way) shown() bool { return w == Shown || w == Office }

// What is allowed.
const (
	triesMost = 3 // wrong answers within lockedFor
	codesMost = 3 // codes sent within lockedFor, and as many from counters: each costs an SMS, and is a chance to guess
	lockedFor = 24 * time.Hour
	provenFor = 10 * time.Minute // between the last answer and its use
)

// CodeDigits is the length of a code.
const CodeDigits = 6

// Code is a one-use code. However it is printed, logged or marshalled, it shows as "******"; only Tell tells it.
type Code struct{ digits string }

const maskedCode = "******"

// NewCode draws a code.
func NewCode() Code {
	for {
		b := key.Random(3)
		n := int(b[0])<<16 | int(b[1])<<8 | int(b[2])
		if n &= 1<<20 - 1; n < 1_000_000 { // 2^20 is a little more: drawn again, so that no code is likelier than another
			return Code{fmt.Sprintf("%0*d", CodeDigits, n)}
		}
	}
}

// ParseCode reads a code as typed, spaces in it allowed. The fault is bad_sms_code.
func ParseCode(text string) (Code, error) {
	text = strings.Join(strings.Fields(text), "")
	if len(text) != CodeDigits || strings.Trim(text, "0123456789") != "" {
		return Code{}, fault.New(fault.BadSMSCode)
	}
	return Code{text}, nil
}

// Tell returns the code for the message to its owner, and for nothing else.
func (c Code) Tell() string { return c.digits }

// String masks the code.
func (Code) String() string { return maskedCode }

// GoString masks the code for %#v.
func (Code) GoString() string { return maskedCode }

// Format masks the code for every verb.
func (Code) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, maskedCode) }

// LogValue masks the code for slog.
func (Code) LogValue() slog.Value { return slog.StringValue(maskedCode) }

// MarshalText masks the code for JSON and the like.
func (Code) MarshalText() ([]byte, error) { return []byte(maskedCode), nil }

// State is what can be said of a person's proof.
type State struct {
	Way         Way
	Step        Step
	Until       time.Time // how long the step is good
	LockedUntil time.Time // zero unless too many answers were wrong
	SmallUntil  time.Time // zero unless small limits follow a PIN that was set
}

// At returns the step that stands at that time.
func (s State) At(now time.Time) Step {
	if !now.Before(s.Until) {
		return Nothing
	}
	return s.Step
}

// Locked reports whether no answer is heard at that time.
func (s State) Locked(now time.Time) bool { return now.Before(s.LockedUntil) }

// row is one person's row: immutable, as the ledger caches it.
type row struct {
	subject    id.ID
	way        Way
	step       Step
	until      time.Time
	keyID      string
	salt, mac  []byte
	wrong      int64
	wrongSince time.Time
	codes      int64 // those that the person asked for
	codesSince time.Time
	shown      int64 // those that counters sent
	shownSince time.Time
	locked     time.Time // until when
	small      time.Time // until when; zero for no
}

// of returns a copy of the row, or a new one. Counts begin anew a day after they began.
func of(subject id.ID, image any, at time.Time) row {
	r := row{subject: subject}
	if image, ok := image.(*row); ok {
		r = *image
	}
	if at.Sub(r.wrongSince) >= lockedFor {
		r.wrong = 0
	}
	if at.Sub(r.codesSince) >= lockedFor {
		r.codes = 0
	}
	if at.Sub(r.shownSince) >= lockedFor {
		r.shown = 0
	}
	return r
}

// standing returns the step that is good at that time.
func (r *row) standing(at time.Time) Step { return State{Step: r.step, Until: r.until}.At(at) }

// wrongAnswer is the row after one more, and what to say: the third locks, and spoils the code.
func (r row) wrongAnswer(code fault.Code, at time.Time) (*row, *fault.Error) {
	if r.wrong == 0 {
		r.wrongSince = at
	}
	r.wrong++
	if r.wrong < triesMost {
		return &r, fault.New(code, "left", triesMost-r.wrong)
	}
	r.locked = at.Add(lockedFor)
	r.forget()
	return &r, r.lockedOut()
}

// operators reports whether it is an operator's row: whoever has one asks a manager for help, and not an agent.
func (r *row) operators() bool { return Kind(r.subject[0]) == Operator }

// lockedOut is what to say while no answer is heard.
func (r *row) lockedOut() *fault.Error {
	if r.operators() {
		return fault.New(fault.OperatorProofLocked)
	}
	return fault.New(fault.ProofLocked)
}

// spent is what to say when no more codes are sent that way, nil when one is. Staff are not counted: they are who is left to help.
func (r *row) spent(way Way) *fault.Error {
	switch {
	case way == Office, way == Shown && r.shown < codesMost, way != Shown && r.codes < codesMost:
		return nil
	case r.operators():
		return fault.New(fault.OperatorCodesSpent)
	case way == Shown:
		return fault.New(fault.CounterCodesSpent)
	}
	return fault.New(fault.SMSCodesSpent)
}

// sent counts a code.
func (r *row) sent(way Way, at time.Time) {
	switch {
	case way == Office:
	case way == Shown:
		if r.shown == 0 {
			r.shownSince = at
		}
		r.shown++
	default:
		if r.codes == 0 {
			r.codesSince = at
		}
		r.codes++
	}
}

// forget takes back all that was proven.
func (r *row) forget() {
	r.way, r.step, r.until = 0, Nothing, time.Time{}
	r.keyID, r.salt, r.mac = "", nil, nil
}

// arm gives the row a code.
func (r *row) arm(keys *key.Ring, c Code) error {
	r.keyID, r.salt = keys.Current(key.PIN), key.Random(16)
	var err error
	r.mac, err = codeMAC(keys, r, c)
	return err
}

// codeMAC is what r.mac must be if the code is right. Subject and way are part of it: a code is good for nothing else.
func codeMAC(keys *key.Ring, r *row, c Code) ([]byte, error) {
	about := sha256.Sum256(fmt.Appendf(nil, "%x:%d", r.subject, r.way))
	return keys.MAC(key.PIN, r.keyID, []byte("senti.proof.code.v1"), about[:], r.salt, []byte(c.digits))
}
