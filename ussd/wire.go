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
	Gateway     string        // name of the gateway, as in its file: "africastalking"
	Session     string        // the gateway's own session ID: ASCII without spaces, 1 to 100 characters
	Caller      msisdn.Number // the phone
	ServiceCode string        // the code as dialled or as the gateway knows it: "*384#"; may be empty

	History bool   // true: Text is everything dialled and typed so far, joined by "*", which itself is not escaped
	Text    string // with History the whole transcript, otherwise the latest input; valid UTF-8, no NUL, may be empty
	New     bool   // true: the gateway is certain that the session starts here; false: it may still be the first request
	Turn    int    // without History: 1 for the first request of the session, then 2, 3 …; a repeat has the same number. 0 with History
	Limit   int    // longest screen the gateway can show, in characters
}

// Reply is the screen that answers a Request.
type Reply struct {
	Text string // the screen, lines separated by "\n", never empty
	End  bool   // true: the last screen of the session
}

// EndNotice tells that a session is over, or whether its last screen was handed to the gateway. It may come more than
// once, late, or not at all; it carries nothing that was typed.
type EndNotice struct {
	Gateway, Session string
	Caller           msisdn.Number
	Failed           bool      // true: the person may not have seen the last screen
	Reason           string    // why, for the log: the gateway's words, digits masked, at most 120 characters
	At               time.Time // when the session ended, as the gateway says; zero if it does not say
}
