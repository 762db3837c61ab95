package voucher

import (
	"encoding/binary"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/msisdn"
)

// Kind is what a code is for. Numbers are stored: never reuse one.
type Kind byte

// The kinds of code that are secret.
const (
	Cash    Kind = 1 // a customer's, for cash at any counter; points at a hold
	Voucher Kind = 2 // for somebody without a wallet, bound to a phone number; the money is in escrow
	Swap    Kind = 3 // one side's of a swap of float
	Reserve Kind = 4 // one side's of a reservation of cash
	OneTime Kind = 5 // proves a phone
)

// digitsOf says how long the codes of a kind are.
var digitsOf = map[Kind]int{Cash: 6, Voucher: 6, Swap: 4, Reserve: 4, OneTime: 6}

// Purpose is what a one-use code proves a phone for. Numbers are stored: never reuse one.
type Purpose byte

// The purposes of one-use codes.
const (
	Activate Purpose = 1 // a wallet that was opened at a counter
	Reset    Purpose = 2 // a new PIN
)

// State is what became of a code. Numbers are stored: never reuse one. That a live one is too old is for the clock to say.
type State int16

// The states of a code.
const (
	Live      State = 1
	Used      State = 2
	Cancelled State = 3
	Expired   State = 4
	Locked    State = 5 // too many wrong tries; it can still be cancelled, and expires
)

// Open reports whether something can yet become of it.
func (s State) Open() bool { return s == Live || s == Locked }

// Slip is what a code stands for: all that is kept of it but the code. A value read from a Store is the caller's own.
type Slip struct {
	ID     id.ID // by CashOf, OneTimeOf or RecordOf; of a voucher the ID of its posting
	From   id.ID // what the code is drawn from: the intent that asked for it. The same for two codes is the same code
	Kind   Kind
	Owner  int64         // the customer or operator whose it is; of a voucher the sender
	Phone  msisdn.Number // the number it is bound to, "" for none
	Record id.ID         // what it opens: a hold, a swap, a reservation; zero for none
	Amount int64         // minor units, as are the next two; 0 when it is not about money
	Fee    int64         // tax included
	Tax    int64
	Worded bool // a secret word belongs to it

	State     State
	Left      int // wrong tries that are left
	MadeAt    time.Time
	ExpiresAt time.Time
	EndedAt   time.Time // zero while it is open
	EndedBy   id.ID     // the intent or posting that used it, zero for none

	proof proof
}

// proof is what proves a code without being it.
type proof struct {
	scheme scheme
	keyID  string
	salt   []byte
	mac    []byte
}

// scheme names how a proof was made, so that another can come later. Numbers are stored.
type scheme int64

const hmacSHA256 scheme = 1

const saltSize = 16

// mostTries wrong codes lock.
const mostTries = 3

// Ref names one code for good, where its ID may be another's later. It may be kept in the terms of an intent.
type Ref struct {
	ID   id.ID `json:"id"`
	From id.ID `json:"from"`
}

// Ref returns the name of the slip's code.
func (s Slip) Ref() Ref { return Ref{s.ID, s.From} }

// Usable reports whether the code can be used at that time.
func (s Slip) Usable(at time.Time) bool { return s.State == Live && at.Before(s.ExpiresAt) }

// waiting is Usable for locked ones too: until then no other code takes the slip's place.
func (s Slip) waiting(at time.Time) bool { return s.State.Open() && at.Before(s.ExpiresAt) }

// CashOf is the slip of a customer's cash code: there is one at a time.
func CashOf(customer int64) id.ID { return id.Number('c', customer) }

// OneTimeOf is the slip of a phone's one-use code for a purpose: there is one at a time.
func OneTimeOf(phone msisdn.Number, purpose Purpose) id.ID {
	k := phone.Bytes16()
	k[15] = byte(purpose)
	return k
}

// RecordOf is the slip of one side's code for a record (a swap, a reservation).
func RecordOf(record id.ID, side string) id.ID { return id.Derive(record, "code."+side) }

// reasonGone is why a code cannot be used or cancelled, nil when it can at that time.
func (s Slip) reasonGone(at time.Time) *fault.Error {
	switch {
	case s.Usable(at):
		return nil
	case s.waiting(at):
		return fault.New(fault.CodeLocked)
	}
	return fault.New(fault.CodeGone)
}

// drawn is the code of a slip under the key its proof names: the same however often it is asked for, so that a repeated request
// shows the same code, and no code needs to be kept to be shown or sent again.
func drawn(keys *key.Ring, s Slip) (Code, error) {
	var failed error
	var n uint64
	c := draw(digitsOf[s.Kind], func() []byte {
		head := binary.BigEndian.AppendUint64([]byte{byte(s.Kind)}, n)
		n++
		mac, err := keys.MAC(key.PIN, s.proof.keyID, []byte("senti.voucher.draw.v1"), head, s.ID[:], s.From[:])
		if err != nil {
			failed = err
			return make([]byte, chunk) // ends the drawing; what it drew is not given out
		}
		return mac[:chunk]
	})
	if failed != nil {
		return Code{}, failed
	}
	return c, nil
}

// macOf is what the proof must hold if code and word are right. Slip and draw are part of it, so a row copied to another is worthless.
func macOf(keys *key.Ring, s Slip, c Code, word string) ([]byte, error) {
	head := binary.BigEndian.AppendUint64([]byte{byte(s.Kind)}, uint64(s.proof.scheme))
	return keys.MAC(key.PIN, s.proof.keyID, []byte("senti.voucher.code.v1"), head, s.ID[:], s.From[:], s.proof.salt,
		[]byte(c.digits), []byte(plainWord(word)))
}

// right reports whether code and word are the slip's. Of a slip without a word it does not matter what was typed as one: a number may
// have codes of both sorts.
func (s Slip) right(keys *key.Ring, c Code, word string) (bool, error) {
	if !s.Worded {
		word = ""
	}
	mac, err := macOf(keys, s, c, word)
	return err == nil && key.Equal(mac, s.proof.mac), err
}

// plainWord is a secret word as it is compared: people write it in capitals or not, with one space or two.
func plainWord(word string) string { return strings.ToLower(strings.Join(strings.Fields(word), " ")) }
