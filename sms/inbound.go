package sms

import (
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

// ID is the message's own, the same for each time a gateway brings it. What is done under it is done once.
func (m Inbound) ID() id.ID { return id.Derive(id.ID{}, "sms.inbound.v1:"+m.Gateway+":"+m.ProviderID) }
