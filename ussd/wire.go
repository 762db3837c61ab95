// Package ussd answers USSD callbacks: a request comes from a gateway, finds its session, takes one step of its dialogue
// and gets one screen back.
//
// It knows no telco's wire format (package gateway does), no screen (package dialogue does) and moves no money itself
// (package wallet does).
package ussd

import (
	"time"

	"senti/wallet/msisdn"
)

// Request is one callback of a gateway, translated: what the person dialled or typed, on which phone, in which session.
//
// Text holds PINs, plain, as soon as one was typed. Nothing may log, store or wrap it in an error.
type Request struct {
	Gateway     string        // name of the gateway, as it is configured: "africastalking"
	Session     string        // the gateway's own session ID: ASCII without spaces, at most 100 characters; empty when it has none, a phone having one session at a time
	Caller      msisdn.Number // the phone
	ServiceCode string        // the code as dialled or as the gateway knows it: "*384#"; may be empty

	History bool   // true: Text is everything dialled and typed so far, joined by "*", which itself is not escaped
	Text    string // with History the whole transcript, otherwise the latest input, or at first what was dialled after the code; valid UTF-8, no NUL, may be empty
	New     bool   // true: the gateway is certain that the session starts here; false: it may still be the first request
	Later   bool   // true: the gateway is certain that the session started before
	Reused  bool   // true: the gateway has no session IDs, or gives one again and again: every New is another session
	Turn    int    // without History: 1 for the first request of the session, then 2, 3 …; a repeat has the same number. 0 when the gateway does not count
	ID      string // the gateway's own name for this very call, if it has one: a repeat has the same
	Opening string // when Text is the latest input and neither New, Later nor Turn is known: what was dialled after the code, should this be the first request

	Limit    int           // longest screen the gateway can show, in characters
	Deadline time.Duration // after how long the page must be there at the latest; 0 for as the service has it

	// What the gateway tells of the phone besides, mostly nothing.
	Network    string    // its name or code of the network: "63902", "MTN"
	IMSI       string    // of the SIM, 6 to 15 digits, plain. Nothing may log or store it so
	SIMSwapped time.Time // when the number last moved to another SIM; zero when the gateway does not say
}

// Reply is the screen that answers a Request.
type Reply struct {
	Text string // the screen, lines separated by "\n", never empty
	End  bool   // true: the last screen of the session
}

// EndNotice tells that a session is over, or whether its last screen was handed to the gateway. It may come more than
// once, late, or not at all; it carries nothing that was typed.
type EndNotice struct {
	Gateway, Session string // as in the session's requests
	Caller           msisdn.Number
	Failed           bool      // true: the person may not have seen the last screen
	Reason           string    // why, for the log: the gateway's words, digits masked, at most 120 characters
	At               time.Time // when the session ended, as the gateway says; zero if it does not say
}
