package sms

import (
	"context"
	"time"

	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// Inbound is one text that a phone sent to us. A person may have typed anything into it, a PIN too, so it is neither logged nor
// kept. Who it is from is only what the network says.
type Inbound struct {
	From       msisdn.Number
	To         string    // our number, short code or name, as the gateway writes it; may be empty
	Text       string    // UTF-8 without control characters but line breaks
	At         time.Time // when the gateway had it, UTC; the zero time when it did not say
	ProviderID string    // the gateway's own name for the message, the same when it brings it again
	Gateway    string
}

// ID is the message's own, the same for each time a gateway brings it. What a Handler does under it is done once.
func (m Inbound) ID() id.ID { return id.Derive(id.ID{}, "sms.inbound.v1:"+m.Gateway+":"+m.ProviderID) }

// Handler does what a text asks for and returns what to answer, or "" for nothing. An error is for us to mend: the gateway is
// asked to bring the message again.
//
// A message comes to it once, unless it failed or the process died before that was on record: then it comes again, under the
// same ID, and what was done then must not be done a second time.
type Handler func(ctx context.Context, m Inbound) (answer string, err error)
