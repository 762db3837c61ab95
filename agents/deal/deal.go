// Package deal keeps what happened over a counter: cash that came in and went out, what became of it afterwards, and what
// protects the two people at the counter from each other.
//
// A deal is written in the commit of the money it tells of, under the ID of its posting. Few are ever changed: a return, a
// dispute, an answer, an expiry; each change is decided in the commit by one table of moves, so that of two at the same moment
// exactly one wins. Beside the deals stand what a customer did at counters today, the request an operator has put to a
// customer, and the cases that staff decide.
//
// The package moves no money, knows no price and no PIN, and does not say who stands at which counter: deals name tills,
// operators and agents by their numbers only.
package deal

import (
	"time"

	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// Deal is one deal over a counter. A value read from a Store is the caller's own.
type Deal struct {
	ID       id.ID // the intent's and the posting's: of the money, or of the hold it waits with
	Kind     ledger.Kind
	State    State
	Till     int64
	Operator int64
	Agent    int64
	Super    int64         // the super-agent above, 0 when there is none
	Customer int64         // 0 for somebody without a wallet
	Phone    msisdn.Number // the customer's
	Name     string        // the customer's, as the operator may see it

	Amount      int64 // minor units, as are all sums below
	Fee         int64 // tax included
	Tax         int64
	Earned      int64 // by all agents together
	EarnedSuper int64 // the super-agent's part of Earned

	Hold      id.ID     // the money set aside for it, zero for none
	Receipt   string    // of the money, "" while none has moved
	AskedAt   time.Time // when it was written
	EndedAt   time.Time // when it came to the state it is in, zero while it waits
	ExpiresAt time.Time // when somebody must decide at the latest; zero once somebody has
	Day       int32     // yyyymmdd of AskedAt in the market's zone
	Marks     Marks
	Partner   id.ID // another posting or deal that belongs to it: the money of an answered wait, the return; zero for none
}

// Marks are what was noticed about a deal.
type Marks uint16

// The marks. Numbers are stored: never reuse one.
const (
	Split   Marks = 1 << iota // one of several that together would have earned less
	Loop                      // paid out what was paid in the same day
	Own                       // at the counter of the wallet's owner
	Sampled                   // the customer is asked whether all was right
	Kept                      // paid in to the wrong number, says the operator; the customer says: it is mine
	ByCode                    // paid in on a code that the customer read out: the number cannot be wrong
)

// Has reports whether all of the marks are set.
func (m Marks) Has(these Marks) bool { return m&these == these }
