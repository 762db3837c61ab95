// Package customer keeps who the customers are: phone, name, language, KYC tier, identity document, and whether they may act.
//
// Rows are written only together with a ledger plan, so that a wallet is never half open. The money is not here (package ledger
// has it, under Account), nor is the PIN, nor what a tier allows. An ID number is sealed from the first row on and found
// again by a blind index; the database never holds it in the clear.
package customer

import (
	"time"

	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// Customer is one customer. A value read from a Store is the caller's own; changing it changes nothing stored.
type Customer struct {
	ID           int64 // the number of the first account, and the customer's for good
	Account      int64 // the ledger account
	Phone        msisdn.Number
	Name         string // folded to GSM-7, upper case, at most 22 letters
	NameVerified bool   // somebody compared it with the document
	Tier         int16  // KYC tier, also the class of the ledger account
	Status       Status
	Was          Status // of a blocked one: what it was before, "" if that is not known
	Language     string
	Terms        string // version of the terms accepted
	TermsAt      time.Time
	Document     Document
	Photo        string // where the photo of a checked document is kept, or ""
	Shared       bool   // other wallets were opened on the same checked document, so limits hold across them
	CreatedAt    time.Time

	SIM        SIM       // the phone was seen with; zero: none was told yet
	SIMChanged time.Time // since when nothing may leave, as another SIM has the number; zero: it may
	SIMChecked time.Time // when the ID was checked after such a change; zero: never

	moved bool // the row's number has changed with this image: see table.go

	Beside []int64 // of a Shared one that ByPhone has read: the ledger accounts of the other wallets on the document
}

// SIM is a keyed hash of the number of a SIM card: equal for one card, and telling nothing else.
type SIM [16]byte

// IsZero reports whether no SIM is known.
func (s SIM) IsZero() bool { return s == SIM{} }

// Detached reports whether the customer's number is somebody else's by now. The wallet is as it was, and its owner can claim it.
func (c Customer) Detached() bool { return c.Phone.IsNone() }

// SwapIsNews reports whether a change of SIM at that time is after all that is known: the opening of the wallet, the last check of the
// ID, and the change that is waiting for one.
func (c Customer) SwapIsNews(at time.Time) bool {
	return at.After(c.CreatedAt) && at.After(c.SIMChecked) && c.SIMChanged.IsZero()
}

// SIMIsNews reports whether the phone was seen with another SIM than that, and no change waits for a check of the ID.
func (c Customer) SIMIsNews(seen SIM) bool {
	return !seen.IsZero() && !c.SIM.IsZero() && seen != c.SIM && c.SIMChanged.IsZero()
}

// Document is a sealed identity document. The zero value is none.
type Document struct {
	Type   DocumentType
	Sealed []byte // the number, AES-GCM under a key outside the database
	Index  []byte // 32 bytes: equal for equal type and number, and telling nothing else
}

// DocumentType is a type of identity document, as markets name and number them.
type DocumentType = market.IDType

// The types of document that this package and its callers speak of by name.
const (
	NoDocument = market.NoID
	NationalID = market.NationalID
)

// Status says whether a customer may act. Values are stored: never rename one.
type Status string

// The statuses. The ledger account's flags enforce what they show.
const (
	Active  Status = "active"
	Pending Status = "pending" // opened at a counter, without a PIN yet: it can only receive
	Dormant Status = "dormant" // not used for so long that nothing may leave it until its owner wakes it
	Blocked Status = "blocked" // by staff: it neither pays nor receives
)

// Pays reports whether money may leave the wallet.
func (s Status) Pays() bool { return s == Active }

// Receives reports whether money may arrive.
func (s Status) Receives() bool { return s != Blocked }
