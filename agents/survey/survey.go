// Package survey keeps the questions that customers are asked by SMS about what an agent took from them, and their answers, which
// count on the record of the till.
//
// A question is written with the deal it is about, and asked later or not at all: 30 to 60 minutes after it, as the market says; about a
// deal in the evening, whose half hour ends when no phone is to be disturbed any more, in the first half hour of the next morning. It
// is answered once, the first answer counts. A customer
// is asked at most once a week. All of that is decided in the commit, so that however many processes ask and however often a
// text comes in, nobody is asked twice and nothing is counted twice.
//
// The package sends nothing, does not choose whom to ask, and opens no case: it says when answers weigh enough for one.
package survey

import (
	"fmt"
	"time"

	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// Question is what a customer is asked about one deal.
type Question struct {
	Deal     id.ID
	Kind     ledger.Kind // the deal's
	Customer int64
	Phone    msisdn.Number
	Till     int64
	Code     string // what the customer names it by in the answer
	State    State

	Due        time.Time // Planned only: not before
	Until      time.Time // Planned: not after; Asked: an answer counts until then
	AskedAt    time.Time // zero while it was not
	AnsweredAt time.Time
}

// State is what became of a question. Numbers are stored: never reuse one.
type State int16

// The states of a question.
const (
	Planned State = 1
	Asked   State = 2
	Yes     State = 3 // the agent took more than the fee
	No      State = 4
	Dropped State = 5 // not asked: the deal was undone, or the customer was asked lately
	Late    State = 6 // not asked in time
)

// Answered reports whether the customer has said something.
func (s State) Answered() bool { return s == Yes || s == No }

// How often a customer is asked at most, how long an answer counts, and the time over which answers are weighed.
const (
	Again    = 7 * 24 * time.Hour
	AnswerIn = 3 * 24 * time.Hour
	Window   = 30 * 24 * time.Hour
)

// CodeOf is the code of the question about a deal: four digits, which only the phone that was asked can use.
func CodeOf(deal id.ID) string {
	d := id.Derive(deal, "senti.survey.code.v1")
	return fmt.Sprintf("%04d", 1000+(int(d[0])<<16|int(d[1])<<8|int(d[2]))%9000)
}

// Record is what customers say of a till. What counts for a case is that of the last days; the sums of all time are kept beside it.
type Record struct {
	Till    int64
	Since   time.Time // when the window began
	Yes, No int64     // answers in it
	Cases   int64     // opened in it
	AllAsked, AllYes, AllNo,
	AllCases int64
}

// At is the record as a moment sees it: a window that is over begins anew.
func (r Record) At(t time.Time) Record {
	if r.Since.IsZero() || t.Sub(r.Since) >= Window {
		r.Since, r.Yes, r.No, r.Cases = t, 0, 0, 0
	}
	return r
}

// With is the record after one more answer.
func (r Record) With(yes bool, at time.Time) Record {
	r = r.At(at)
	if yes {
		r.Yes, r.AllYes = r.Yes+1, r.AllYes+1
	} else {
		r.No, r.AllNo = r.No+1, r.AllNo+1
	}
	return r
}

// What answers weigh enough for staff to look at a till: so many who say yes, who are at least one in so many.
const (
	caseYes = 3
	caseOf  = 4
)

// Bad reports whether customers say of the till that it takes more than the fee: so many, and so many of them.
func (r Record) Bad() bool { return r.Yes >= caseYes && caseOf*r.Yes >= r.Yes+r.No }

// Weighs reports whether staff should look at the till, and have not been told in this window.
func (r Record) Weighs() bool { return r.Cases == 0 && r.Bad() }
