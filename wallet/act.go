package wallet

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"senti/wallet/clock"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/proof"
)

// Brief is the head of the terms of every act but a send: what a redial and a statement may say of it. Terms are JSON, with the
// Brief under "brief".
type Brief struct {
	Whom   string `json:"whom"`           // the other side as whoever holds the phone may see it: a masked number, a shop code
	Shop   string `json:"shop,omitempty"` // the shop it happened at, for the customer's statement
	Amount int64  `json:"amount"`         // minor units
	What   string `json:"what,omitempty"` // what it was, when the kind does not say; a redial has a text of that name
	Mine   byte   `json:"mine,omitempty"` // which of the act's messages (outbox.MessageID) is for whoever does it, if it is not the first
}

// Actor is whose phone an act is done on: a customer, or an operator under an operator's number.
type Actor struct {
	Number int64
	Phone  msisdn.Number
}

// The parts of a wallet, for use cases of other packages (agents). All writing goes through the ledger.

// Ledger returns the way to the books.
func (w *Wallet) Ledger() *ledger.Ledger { return w.ledger }

// Customers returns the store of the customers.
func (w *Wallet) Customers() *customer.Store { return w.customers }

// PINs returns the store of the PINs.
func (w *Wallet) PINs() *pin.Store { return w.pins }

// Proofs returns the store of what people have proven without a PIN.
func (w *Wallet) Proofs() *proof.Store { return w.proofs }

// Intents returns the store of the intents.
func (w *Wallet) Intents() *intent.Store { return w.intents }

// Keys returns the secret keys.
func (w *Wallet) Keys() *key.Ring { return w.keys }

// Clock returns the clock.
func (w *Wallet) Clock() clock.Clock { return w.clock }

// IDs returns the source of IDs.
func (w *Wallet) IDs() id.Source { return w.ids }

// Wake tells the sender of messages that there is one.
func (w *Wallet) Wake() { w.wake() }

// EncodeTerms is the JSON of an act's terms.
func EncodeTerms(terms any) []byte {
	b, err := json.Marshal(terms)
	if err != nil {
		panic("wallet: terms that are no JSON: " + err.Error()) // numbers, times and texts always are
	}
	return b
}

// NewIntent is an intent that is not yet written.
func (w *Wallet) NewIntent(kind ledger.Kind, who Actor, o Origin, terms any) intent.Intent {
	return intent.Intent{
		ID: w.ids.New(), Kind: kind, Customer: who.Number, Phone: who.Phone,
		Gateway: o.Gateway, Session: o.Session, Turn: o.Turn, Terms: EncodeTerms(terms),
	}
}

// OpenIntent writes the intent, with what else the quote needs (nothing, as a rule), and returns it as it stands.
func (w *Wallet) OpenIntent(ctx context.Context, in intent.Intent, with ...ledger.Companion) (intent.Intent, error) {
	outcome, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: append(with, w.intents.Open(in))})
	if err != nil {
		return intent.Intent{}, err
	}
	in = in.Opened(outcome.At)
	w.acts.Put(in.ID, in)
	return in, nil
}

// Recall finds an intent of one of the kinds, opened here or on another node, and decodes its terms. The fault is bad_request
// for one that there is not.
func (w *Wallet) Recall(ctx context.Context, intentID id.ID, terms any, kinds ...ledger.Kind) (intent.Intent, error) {
	in, ok := w.acts.Get(intentID)
	if !ok {
		r, err := w.intents.Get(ctx, intentID)
		if err != nil {
			return intent.Intent{}, err
		}
		in = r.Intent
		w.acts.Put(intentID, in)
	}
	if !slices.Contains(kinds, in.Kind) || json.Unmarshal(in.Terms, terms) != nil {
		return intent.Intent{}, fault.New(fault.BadRequest, "field", "intent")
	}
	return in, nil
}

// Reopen opens a new intent on the terms of one that a wrong PIN has spent; turn is that of the session now. The fault is
// intent_closed for one whose act is done.
func (w *Wallet) Reopen(ctx context.Context, intentID id.ID, turn int) (intent.Intent, error) {
	record, err := w.intents.Get(ctx, intentID)
	if err != nil {
		return intent.Intent{}, err
	}
	if record.State == intent.Accepted {
		return intent.Intent{}, fault.New(fault.IntentClosed)
	}
	next := record.Intent
	next.ID, next.Turn = w.ids.New(), turn
	return w.OpenIntent(ctx, next)
}

// Request is the hash that tells a repeat of an intent's act from another act under the same ID.
func Request(in intent.Intent) [32]byte { return request(in) }

// CustomerPIN is a customer's PIN for money, OperatorPIN an operator's. One person may have both; they are not the same.
func CustomerPIN(customerID int64) pin.Subject { return pinOf(customerID) }

// OperatorPIN is an operator's PIN.
func OperatorPIN(operatorID int64) pin.Subject {
	return pin.Subject{Kind: pin.Operator, Number: operatorID, Purpose: pin.Transact}
}

// Afterwards returns the function that says a text once the money has moved, with {balance} of the account, {receipt} and
// {when} filled in. All other work is done here and now, as the function runs inside the ledger's batch.
func (w *Wallet) Afterwards(language, key string, account int64, args ...i18n.Arg) func(*ledger.Outcome) string {
	return w.afterwards(language, key, account, args...)
}

// Ended returns the function that says how a conversation ends: as done says when the plan was accepted, with the fault when
// it was refused for good, in those words, and with nothing when the person may go on.
func (w *Wallet) Ended(language string, in fault.Words, done func(*ledger.Outcome) string) func(*ledger.Outcome) string {
	return w.ended(language, in, done)
}

// Money writes an amount with its currency, Bare without.
func (w *Wallet) Money(name string, minor int64) i18n.Arg { return w.money(name, minor) }

// Bare writes an amount without its currency.
func (w *Wallet) Bare(name string, minor int64) i18n.Arg { return w.bare(name, minor) }

// WithoutZero leaves out legs that move nothing, such as the fee of a free band.
func WithoutZero(legs []ledger.Leg) []ledger.Leg { return withoutZero(legs) }

// Noted is what keeps how a conversation ended that moves no money, so that a repeated call-back hears the same from any node.
func (w *Wallet) Noted(who Actor, language string, o Origin, done string) []ledger.Companion {
	in := w.NewIntent(ledger.Enquiry, who, o, struct{}{})
	return w.intents.Note(in, w.ended(language, fault.General, func(*ledger.Outcome) string { return done }))
}

// briefOf reads the head of an act's terms.
func briefOf(in intent.Intent) (Brief, error) {
	var t struct {
		Brief Brief `json:"brief"`
	}
	if err := json.Unmarshal(in.Terms, &t); err != nil {
		return Brief{}, fmt.Errorf("wallet: the terms of intent %s: %w", in.ID.Short(), err)
	}
	return t.Brief, nil
}
