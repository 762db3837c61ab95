// Package network keeps the people and places of the agent network: super-agents, agents, their stores and tills, the shop code
// painted on the wall, and the operators who work the tills.
//
//	super-agent ── agent ── store ── till ── operators
//	(a bank,       (head    (a       (a float (a phone, a PIN,
//	 a dealer)     office)  ward)    account)  a day's limits)
//
// Rows are written only together with a ledger plan. The parts of the tree that a rule needs are read by the commit itself, so
// that nothing is opened under what is being closed, no phone works two tills and no shop code is given twice, however many
// processes serve. The money is not here (package ledger has it, under Float and Payable), nor is an operator's PIN, nor what
// the market allows: limits come in as arguments.
package network

import (
	"time"

	"senti/wallet/msisdn"
)

// Status says whether a person or place may do business. Values are stored: never rename one.
type Status string

// The statuses. A closed one stays closed.
const (
	Active    Status = "active"
	Suspended Status = "suspended"
	Closed    Status = "closed"
	Swapped   Status = "swapped" // of operators: another SIM has the number, and nobody has said yet that it is still his
)

// AgentKind says where in the tree an agent stands. Values are stored: never rename one.
type AgentKind string

// The kinds of agent. Both may have stores: a super-agent sells float at its own.
const (
	Super AgentKind = "super" // a bank or dealer, with agents under it
	Head  AgentKind = "head"  // an agent's head office, under a super-agent or under nobody
)

// Role says what an operator is to the till. Values are stored: never rename one.
type Role string

// The roles.
const (
	Manager Role = "manager"
	Cashier Role = "cashier"
)

// Agent is a business that keeps tills, or that keeps agents.
type Agent struct {
	ID        int64
	Parent    int64 // the super-agent, or 0
	Kind      AgentKind
	Name      string // folded, at most 22 letters
	Class     int16  // the market's class of agent, by float
	Payable   int64  // the ledger account of what it has earned
	Nominated int64  // the till whose float gets released commission, or 0
	Status    Status
	Parts     int64 // agents and stores under it that are not closed; kept by the package
	CreatedAt time.Time
}

// Store is a shop: one place on one street.
type Store struct {
	ID        int64
	Agent     int64
	Name      string // folded, upper case, at most 20 letters
	Ward      string // the market's ward code, two to four characters
	Landmark  string // folded, at most 24 letters, or ""
	Status    Status
	Parts     int64 // tills that are not closed; kept by the package
	CreatedAt time.Time
}

// Till is a counter of a store, with a float of its own and the code that customers type.
type Till struct {
	ID        int64
	Store     int64
	Agent     int64
	Code      ShopCode
	Label     string // what the store calls it ("till 1"), folded, at most 10 letters
	Float     int64  // the ledger account
	Status    Status
	Open      bool  // an operator has opened it for the day
	Parts     int64 // operators who are not closed; kept by the package
	CreatedAt time.Time
}

// Operator is a person who works a till.
type Operator struct {
	ID        int64
	Till      int64
	Agent     int64
	Phone     msisdn.Number
	Name      string // folded, upper case, at most 22 letters
	Language  string
	Role      Role
	Status    Status
	DayIn     int64 // the most customers may deposit with this operator a day, minor units; 0: the market's
	DayOut    int64 // the same for withdrawals
	CreatedAt time.Time

	SIM        [16]byte  `json:"-"` // a keyed hash of the SIM that the phone was seen with; zero: none was told yet
	SIMChanged time.Time // when it was last another one, or was last said to be his; zero: it never was

	// What follows is counted by Works and Refused, and never written by the other companions.
	Today       Day
	Refusals    int       // asks that customers refused, on Today's date
	BarredUntil time.Time // may not ask customers before; zero: was never barred
}

// Barred reports whether the operator may not ask customers at that moment.
func (o Operator) Barred(at time.Time) bool { return at.Before(o.BarredUntil) }

// SwapIsNews reports whether a change of SIM at that time is after all that is known of the operator's.
func (o Operator) SwapIsNews(at time.Time) bool {
	return at.After(o.CreatedAt) && at.After(o.SIMChanged)
}

// SIMIsNews reports whether the operator's phone was seen with another SIM than that.
func (o Operator) SIMIsNews(seen [16]byte) bool {
	return seen != [16]byte{} && o.SIM != [16]byte{} && seen != o.SIM && o.Status != Swapped
}

// Day is what went over an operator's hands on one date of the market.
type Day struct {
	Date int32 // yyyymmdd, the last date anything was counted on; it never goes backwards
	In   int64 // deposits, minor units
	Out  int64 // withdrawals
}

// On is the day as seen on a date: nothing, when the last thing was counted before it.
func (d Day) On(date int32) Day {
	if d.Date < date {
		return Day{Date: date}
	}
	return d
}

// Place is a till and all that stands above it.
type Place struct {
	Till  Till
	Store Store
	Agent Agent
	Super Agent // of ID 0 when there is none

	Attendant int64 // an operator of the till who may work, the lowest of the numbers; 0 when there is nobody
}

// Shop is how the place is named to customers, with the ward's name as the market writes it: "MAMA NJERI, Kawangware".
func (p Place) Shop(ward string) string {
	if ward == "" {
		return p.Store.Name
	}
	return p.Store.Name + ", " + ward
}

// Serving reports whether the till, its store, its agent and its super-agent may all do business. That the till is open for the
// day is another matter.
func (p Place) Serving() bool {
	return p.Till.Status == Active && p.Store.Status == Active && p.Agent.Status == Active &&
		(p.Super.ID == 0 || p.Super.Status == Active)
}

// Attended reports whether the place may do business and somebody may work there, so that a customer's money is seen.
func (p Place) Attended() bool { return p.Serving() && p.Attendant != 0 }

// Post is an operator and the place he works at.
type Post struct {
	Operator Operator
	Place
}

// Serving reports whether the operator and the place may do business.
func (p Post) Serving() bool { return p.Operator.Status == Active && p.Place.Serving() }
