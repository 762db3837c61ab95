// Package intent keeps what a dialogue was about to do, and what became of it.
//
// An intent is written before the PIN is asked, so that money never moves without a record of what was shown; its ID is the
// ID of the posting that may follow. It never changes. What became of it is a second row, its closing, written in the same
// commit as the posting; since a posting ID is spent once, an intent is closed once, and neither row needs to be locked or
// read to be written. That the person saw the end is known only later and from outside the ledger, so it is a third row (Marks).
//
// A conversation that moves no money needs no intent; if its last page is to be repeated it leaves one, opened and closed at
// once (Note).
//
// The package does not know what the terms of an intent mean, does not post money, and shows nothing to anybody.
package intent

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// Life is how long a quote stands.
const Life = 10 * time.Minute

// Intent is what a person was shown and asked to confirm.
type Intent struct {
	ID        id.ID // also the posting's
	Kind      ledger.Kind
	Customer  int64
	Phone     msisdn.Number
	Gateway   string   // "" when it came by none
	Session   [16]byte // keyed hash of the gateway's session ID; zero when it came by none
	Turn      int      // of the session
	Terms     []byte   // what the use case needs to go through with it, in its own encoding; at most TermsMax bytes
	OpenedAt  time.Time
	ExpiresAt time.Time
}

// TermsMax is the longest encoding of terms, in bytes.
const TermsMax = 1000

// Opened returns the intent as it stands in the database when it was committed at that time.
func (in Intent) Opened(at time.Time) Intent {
	in.OpenedAt, in.ExpiresAt = at, at.Add(Life)
	return in
}

// State is what became of an intent.
type State int

// The states. That an open intent has expired is for the reader's clock to say.
const (
	Open     State = iota // nothing yet
	Accepted              // done
	Refused               // not done, for good
)

// Closing is what became of an intent; the zero value says that it is open.
type Closing struct {
	State    State
	Code     fault.Code // why it was refused
	Receipt  string     // "" unless money moved
	End      string     // the text the conversation ended with, or ""
	ClosedAt time.Time
}

// Shown says whether the person is known to have got the end of the conversation.
type Shown int

// What is known of it.
const (
	NotShown   Shown = 0 // never written to the gateway, as far as is known
	WasShown   Shown = 1 // written to the gateway
	ShowFailed Shown = 2 // the gateway could not be written to, or said that the phone did not get it
)

// Record is an intent with all that is known of it.
type Record struct {
	Intent
	Closing
	Shown Shown
}
