// Package offer keeps what somebody asks of a till and the till has yet to answer: float for another till, a swap of float
// against cash, cash for a customer who is on the way.
//
// An offer is written when it is asked, and ends in one of a few ways that one table of moves allows, decided in the commit: of an
// answer, a cancellation and an expiry at the same moment exactly one wins, and what it does to the money is in the same plan.
// Who asks has one offer open at a time. Beside the offers stand what lay in a till's drawer when it was opened for the day, and when
// a till was last warned that float or cash runs short.
//
// The package moves no money, knows no code and no PIN, and does not say who may ask whom for what.
package offer

import (
	"fmt"
	"time"

	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// Kind is what is asked. Numbers are stored: never reuse one.
type Kind int16

// The kinds of offer.
const (
	Float Kind = 1 // float, for which the asking till pays otherwise
	Swap  Kind = 2 // float against cash over the counter: in escrow until each side typed the other's code
	Cash  Kind = 3 // cash for a customer, whose money is held meanwhile
)

// Offer is what was asked of a till, and what became of it. A value read from a Store is the caller's own.
type Offer struct {
	ID       id.ID // of the intent that asked, unless another till was asked before
	First    id.ID // of that intent, when another till was asked before; else zero
	Kind     Kind
	State    State
	Asker    int64         // the till that asks, 0 for a customer
	Till     int64         // the till that is asked
	Operator int64         // who answered for it, 0 while nobody has
	Customer int64         // who asks for cash, 0 for a till
	Phone    msisdn.Number // the customer's
	Name     string        // the customer's, as an operator may see it
	Amount   int64         // minor units, as are the next two
	Fee      int64         // of the cash, tax included
	Tax      int64
	Hold     id.ID // what is set aside for it, zero for nothing
	Typed    Side  // who has typed the other's code
	Posting  id.ID // of the money, once it has moved

	AskedAt    time.Time
	AnsweredAt time.Time // when it was agreed to, zero before
	EndedAt    time.Time // zero while it is open
	ExpiresAt  time.Time // when the next must have happened; zero once it is over
}

// Intent is the intent that asked, in which stands what was asked for.
func (o Offer) Intent() id.ID {
	if o.First.IsZero() {
		return o.ID
	}
	return o.First
}

// Then is the offer that follows when the till did not say yes: the same, put to another till until then. turn counts, from 1.
func (o Offer) Then(till int64, turn int, until time.Time) Offer {
	return Offer{ID: id.Derive(o.Intent(), fmt.Sprintf("senti.offer.turn.v1:%d", turn)), First: o.Intent(), Kind: o.Kind, Till: till, Customer: o.Customer,
		Phone: o.Phone, Name: o.Name, Amount: o.Amount, Fee: o.Fee, Tax: o.Tax, Hold: o.Hold, ExpiresAt: until}
}

// Side tells the two sides of a swap apart, as bits. Numbers are stored: never reuse one.
type Side int16

// The sides.
const (
	Asking Side = 1 // gets float, gives cash
	Asked  Side = 2 // gives float, gets cash
	both        = Asking | Asked
)

// Other is the other side.
func (s Side) Other() Side { return both &^ s }

// SideOf is which side of the offer a till is on; 0 for neither.
func (o Offer) SideOf(till int64) Side {
	switch till {
	case o.Asker:
		return Asking
	case o.Till:
		return Asked
	}
	return 0
}

// asker names who asks, for the rule that one has one offer open at a time.
func (o Offer) asker() id.ID {
	if o.Asker == 0 {
		return id.Number('c', o.Customer)
	}
	return id.Number('t', o.Asker)
}
