package sms

import (
	"context"
	"time"

	"senti/wallet/id"
)

// Fate is what became of a message that a provider took on.
type Fate int

// The fates. A later report may change Buffered; the other two are final, and of two finals the first stands.
const (
	Buffered    Fate = iota // on its way: with the network, or waiting for the phone to come back
	Delivered               // the phone has it
	Undelivered             // the phone will not get it
)

// Final reports whether nothing more will be said of the message.
func (f Fate) Final() bool { return f != Buffered }

// Report is what a provider says became of a message, translated. It may come twice, late, out of order or never, and before the
// answer to the message's own submission.
type Report struct {
	Gateway     string    // whose message it was, as in Sender.Name
	Message     id.ID     // ours, where the provider brings it back; otherwise zero
	ProviderRef string    // the provider's own name for the message, as in Result; may be empty when Message is not
	Fate        Fate      // what is said
	Reason      string    // the provider's word for it, for the log: one word, no phone number and no text
	At          time.Time // when it came to that, UTC; the zero time when it is not said
}

// ReportHandler takes reports in, as many at once as there are. After nil they are durable, and the provider may forget them; after an
// error it must bring all of them again. Reports of messages that nobody knows are taken in too, and do nothing.
type ReportHandler func(ctx context.Context, reports []Report) error
