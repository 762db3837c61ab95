// Package customer keeps who the customers are: phone, name, language, KYC tier, identity document, and whether they may act.
//
// Rows are written only together with a ledger plan, so that a wallet is never half open. The money is not here (package ledger
// has it, under Account), nor is the PIN, nor what a tier allows. An ID number is sealed from the first row on and found
// again by a blind index; the database never holds it in the clear.
package customer

import (
	"time"

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

	Beside []int64 // of a Shared one that ByPhone has read: the ledger accounts of the other wallets on the document
}

// Document is a sealed identity document. The zero value is none.
type Document struct {
	Type   DocumentType
	Sealed []byte // the number, AES-GCM under a key outside the database
	Index  []byte // 32 bytes: equal for equal type and number, and telling nothing else
}

// DocumentType is a kind of identity document. Numbers are stored: never reuse one.
type DocumentType int64

// The types of document.
const (
	NoDocument DocumentType = 0
	NationalID DocumentType = 1
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
