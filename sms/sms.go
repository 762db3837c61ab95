// Package sms says what a text message is to Senti, out and in: what a sender must do, and what comes from phones.
//
// It sends and receives nothing itself: one file per provider is in package sms/gateway, the outbox decides when to send and when
// to try again, and package sms/intake takes in what comes. It writes no texts either; those come rendered, in the receiver's
// language.
package sms

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// Message is one text for one phone. The text may hold names, amounts and balances, so it is never logged.
type Message struct {
	ID   id.ID // the outbox row; a message sent again after an unclear outcome keeps its ID
	To   msisdn.Number
	Text string
}

// Sender hands messages to a provider. It is safe for concurrent use.
type Sender interface {
	// Name is the provider's name, as used in the configuration, logs and metrics.
	Name() string
	// Send tries each message once and returns one Result per message, in the same order. It never panics on what a
	// provider answers, and returns within its own time limit or soon after ctx is done, whichever comes first.
	Send(ctx context.Context, messages []Message) []Result
}

// Result says what became of one message. Exactly one of Accepted and Err is set.
type Result struct {
	ID          id.ID
	Accepted    bool   // the provider took it on; that the phone got it is not known yet
	ProviderRef string // the provider's own name for the message, for its support desk and for its Report; may be empty
	Unreported  bool   // no Report will come: that it was accepted is all that will ever be known
	Err         *SendError
}

// SendError says why a message was not taken on, and what to do about it.
type SendError struct {
	Sender     string        // name of the sender
	Code       string        // one word: the provider's status or one of the Code constants
	Status     int           // HTTP status or the provider's number for the refusal; 0 when there was no answer
	Retryable  bool          // the same message may be taken on later, unchanged
	Account    bool          // the fault is our account's with the provider (key, credit, sender name, address): a person must mend it
	Unclear    bool          // the message may have been taken on all the same; sending again may double it
	RetryAfter time.Duration // how long the provider asked us to wait; 0 when it did not say
}

// Codes of a SendError that are ours and not the provider's.
const (
	CodeNoAnswer   = "no_answer"   // no connection, or it broke before an answer came
	CodeTimeout    = "timeout"     // no answer in time
	CodeBadAnswer  = "bad_answer"  // an answer that is not what the provider documents
	CodeNotListed  = "not_listed"  // an answer that does not mention this message
	CodeThrottled  = "throttled"   // it came too fast, and may come again
	CodeHTTPStatus = "http_status" // an HTTP status that means failure; see Status
)

// Busy reports whether the provider asks for fewer messages, or for a pause: all messages to it should wait.
func (e *SendError) Busy() bool {
	if !e.Retryable || e.Unclear {
		return false
	}
	return e.RetryAfter > 0 || e.Code == CodeThrottled || e.Code == CodeHTTPStatus && e.Status == http.StatusTooManyRequests
}

// NoAnswer reports whether the provider did not answer as it would, whatever the message: it is not there, or not well.
func (e *SendError) NoAnswer() bool {
	switch e.Code {
	case CodeNoAnswer, CodeTimeout, CodeBadAnswer:
		return true
	}
	return e.Code == CodeHTTPStatus && e.Status >= http.StatusInternalServerError
}

// Error is for the log. It holds no phone number and no text.
func (e *SendError) Error() string {
	var b strings.Builder
	b.WriteString("sms: " + e.Sender + ": " + e.Code)
	if e.Status != 0 {
		b.WriteString(" " + strconv.Itoa(e.Status))
	}
	if e.Retryable {
		b.WriteString(", may be tried again")
	}
	return b.String()
}
