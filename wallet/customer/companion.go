package customer

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// WalletsPerDocument is how many wallets may name one ID number that nobody has checked: a family's phones, not a farm of them.
const WalletsPerDocument = 3

// Create returns the companions that write a new customer: already_open when the phone has one, id_number_used when too
// many wallets name the document and nobody has checked it. Both are decided under the ledger's one order, so two at once cannot
// slip through. A document that was checked comes with Check as well.
func (s *Store) Create(c Customer) []ledger.Companion {
	out := []ledger.Companion{creation{s, c}}
	if c.Document.Type != NoDocument {
		out = append(out, documentCount{s, c.Document.Key(), c.NameVerified})
	}
	return out
}

// Name returns the companion that counts a wallet which names a document later than at its opening, because somebody has checked it.
func (s *Store) Name(d Document) ledger.Companion { return documentCount{s, d.Key(), true} }

type creation struct {
	store    *Store
	customer Customer
}

// Table is the customers' table.
func (c creation) Table() ledger.Table { return c.store.customers }

// Key is the phone.
func (c creation) Key() id.ID { return c.customer.Phone.Bytes16() }

// Check refuses a phone that has a wallet.
func (c creation) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if row != nil && !vacant(row) {
		return nil, fault.New(fault.AlreadyOpen)
	}
	return nil, nil
}

// Finish writes the customer if the plan was accepted.
func (c creation) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := c.customer
	next.CreatedAt, next.TermsAt = o.At, o.At
	return &next
}

// documentCount counts the wallets that name one document.
type documentCount struct {
	store   *Store
	key     id.ID
	checked bool // somebody has the document in hand: others who only named it do not stand in the way
}

type documentRow struct {
	key     id.ID
	wallets int64
}

// Table is the documents' table.
func (c documentCount) Table() ledger.Table { return c.store.documents }

// Key is the document.
func (c documentCount) Key() id.ID { return c.key }

// Check refuses one wallet too many.
func (c documentCount) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if d, ok := row.(*documentRow); ok && !c.checked && d.wallets >= WalletsPerDocument {
		return nil, fault.New(fault.IDNumberUsed)
	}
	return nil, nil
}

// Finish counts the wallet if the plan was accepted.
func (c documentCount) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := documentRow{key: c.key, wallets: 1}
	if d, ok := row.(*documentRow); ok {
		next.wallets += d.wallets
	}
	return &next
}

// Proven returns the companion that lets a plan through only if no change of the customer's SIM waits for a check of the ID: for what the
// ledger lets leave a wallet that is stopped. The faults are not_registered and sim_changed.
func (s *Store) Proven(phone msisdn.Number) ledger.Companion { return proven{s, phone} }

type proven struct {
	store *Store
	phone msisdn.Number
}

// Table is the customers' table.
func (p proven) Table() ledger.Table { return p.store.customers }

// Key is the phone.
func (p proven) Key() id.ID { return p.phone.Bytes16() }

// Check looks at the SIM.
func (proven) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	c, ok := row.(*Customer)
	switch {
	case !ok || vacant(row):
		return nil, fault.New(fault.NotRegistered)
	case !c.SIMChanged.IsZero():
		return nil, fault.New(fault.SIMChanged)
	}
	return nil, nil
}

// Finish leaves the row as it is.
func (proven) Finish(any, *ledger.Outcome) any { return nil }

// Change returns the companion that alters a customer: change gets a copy of the row as it is at the commit, alters it, or
// refuses. It must be pure, and must leave ID and Phone alone. The fault is not_registered for a phone without a wallet.
func (s *Store) Change(phone msisdn.Number, change func(*Customer) *fault.Error) ledger.Companion {
	return alteration{s, phone, change}
}

type alteration struct {
	store  *Store
	phone  msisdn.Number
	change func(*Customer) *fault.Error
}

// Table is the customers' table.
func (a alteration) Table() ledger.Table { return a.store.customers }

// Key is the phone.
func (a alteration) Key() id.ID { return a.phone.Bytes16() }

// Check asks whether the change may be made.
func (a alteration) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	c, ok := row.(*Customer)
	if !ok || vacant(row) {
		return nil, fault.New(fault.NotRegistered)
	}
	next := *c
	return nil, a.change(&next)
}

// Finish makes the change if the plan was accepted.
func (a alteration) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *row.(*Customer)
	next.moved = false
	_ = a.change(&next) // Check has asked it already, of this same row
	return &next
}
