// Package reply keeps the one-time codes with which a person who has agreed to it confirms small payments by SMS.
//
// The same SIM gets the code and sends it back, so it is no second factor: it proves little more than that the phone is at hand, and the caps
// are those of payments without a PIN. One row per customer holds whether that was agreed to, the code that was sent last (as a MAC, never
// the code), the count of wrong ones, and what was paid so on that day; all of it is decided in the ledger's commit, so three wrong codes are
// three in all, and the day's cap holds however many answers arrive at once.
//
// The package moves no money and writes no message.
package reply

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

// What is allowed.
const (
	Life      = 5 * time.Minute // of a code
	triesMost = 3               // wrong codes within lockedFor
	lockedFor = 24 * time.Hour
)

// Caps are what may be confirmed so, in minor units of what leaves the wallet. 0 is nothing.
type Caps struct {
	Single int64
	Day    int64
}

// State is what can be said of a customer's codes.
type State struct {
	Agreed bool
	Intent id.ID // what the code that was sent last is for; zero when none is good
	Locked bool  // no code is heard now
	Spent  int64 // what was paid so today
}

// Allows reports whether that much may be confirmed by a code now.
func (s State) Allows(total int64, caps Caps) bool {
	return s.Agreed && !s.Locked && total <= caps.Single && s.Spent+total <= caps.Day
}

// Store reads the rows as last committed, and makes the companions that write them. It is safe for concurrent use.
type Store struct {
	db    *db.DB
	keys  *key.Ring
	table *table
	day   func(time.Time) int32 // the market's date
}

// NewStore returns the store of the codes in a database. day gives the market's date of a moment.
func NewStore(d *db.DB, keys *key.Ring, day func(time.Time) int32) *Store {
	return &Store{db: d, keys: keys, table: &table{}, day: day}
}

// Get returns what stands of a customer's codes at that time.
func (s *Store) Get(ctx context.Context, customer int64, at time.Time) (State, error) {
	subject := keyOf(customer)
	rows, err := s.table.Load(ctx, s.db, []id.ID{subject})
	if err != nil {
		return State{}, fmt.Errorf("reply: read: %w", err)
	}
	r := s.of(subject, rows[subject], at)
	state := State{Agreed: r.agreed != 0, Locked: at.Before(r.locked), Spent: r.spent}
	if at.Before(r.until) {
		state.Intent = r.intent
	}
	return state, nil
}

func keyOf(customer int64) id.ID { return id.Number(1, customer) }

// row is a customer's row: immutable, as the ledger caches it.
type row struct {
	customer   id.ID
	agreed     int64 // microseconds, 0 for no
	intent     id.ID
	keyID      string
	salt, mac  []byte
	until      time.Time
	wrong      int64
	wrongSince time.Time
	locked     time.Time
	day        int32
	spent      int64
}

// of returns a copy of the row, or a new one. Counts begin anew when their time is over.
func (s *Store) of(customer id.ID, image any, at time.Time) row {
	r := row{customer: customer}
	if image, ok := image.(*row); ok {
		r = *image
	}
	if at.Sub(r.wrongSince) >= lockedFor {
		r.wrong = 0
	}
	if today := s.day(at); r.day != today {
		r.day, r.spent = today, 0
	}
	return r
}

// forget takes back the code.
func (r *row) forget() {
	r.intent, r.keyID, r.salt, r.mac, r.until = id.ID{}, "", nil, nil, time.Time{}
}

// companion is what all of this package's have in common.
type companion struct {
	store    *Store
	customer id.ID
}

// Table is the codes' table.
func (c companion) Table() ledger.Table { return c.store.table }

// Key is the customer.
func (c companion) Key() id.ID { return c.customer }

// Agree returns the companion that notes whether a customer agrees to confirm small payments so. Who does not has no code any more.
func (s *Store) Agree(customer int64, yes bool) ledger.Companion {
	return agreement{companion{s, keyOf(customer)}, yes}
}

type agreement struct {
	companion
	yes bool
}

// Check never refuses.
func (agreement) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish notes it if the plan was accepted.
func (a agreement) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	r := a.store.of(a.customer, image, o.At)
	r.forget()
	if r.agreed = 0; a.yes {
		r.agreed = o.At.UnixMicro()
	}
	return &r
}

// Send returns the companion that puts a code in place of the one before, for an intent. Telling it is for the caller, in the same plan, and
// so is whether one may be sent: what matters is asked when it comes back.
func (s *Store) Send(customer int64, intent id.ID, digits string) (ledger.Companion, error) {
	c := sending{companion{s, keyOf(customer)}, row{intent: intent, keyID: s.keys.Current(key.PIN), salt: key.Random(16)}}
	var err error
	c.armed.mac, err = s.mac(c.customer, &c.armed, digits)
	return c, err
}

type sending struct {
	companion
	armed row
}

// Check never refuses.
func (sending) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish keeps the code if the plan was accepted.
func (c sending) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	r := c.store.of(c.customer, image, o.At)
	r.intent, r.keyID, r.salt, r.mac, r.until = c.armed.intent, c.armed.keyID, c.armed.salt, c.armed.mac, o.At.Add(Life)
	return &r
}

// mac is what a row holds of a code. Customer and intent are part of it: a code is good for nothing else.
func (s *Store) mac(customer id.ID, r *row, digits string) ([]byte, error) {
	about := sha256.Sum256(append(append([]byte{}, customer[:]...), r.intent[:]...))
	return s.keys.MAC(key.PIN, r.keyID, []byte("senti.reply.code.v1"), about[:], r.salt, []byte(digits))
}

// Try returns the companion that lets a plan through only with the code that was sent for an intent. A wrong one refuses with
// wrong_sms_code (left) and is counted whatever becomes of the plan; the third locks, and refuses with code_locked, as does every code for
// a day after it. The fault is sms_code_expired when no code is good.
func (s *Store) Try(customer int64, intent id.ID, digits string) ledger.Companion {
	return trying{companion{s, keyOf(customer)}, intent, digits}
}

type trying struct {
	companion
	intent id.ID
	digits string
}

// Check compares and counts.
func (c trying) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	r := c.store.of(c.customer, image, at)
	switch {
	case at.Before(r.locked):
		return nil, fault.New(fault.CodeLocked)
	case r.agreed == 0, r.intent != c.intent, !at.Before(r.until):
		return nil, fault.New(fault.SMSCodeExpired)
	}
	mac, err := c.store.mac(c.customer, &r, c.digits)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal) // the key it was made with is gone: nobody's fault, and no try
	}
	if key.Equal(mac, r.mac) {
		return nil, nil
	}
	if r.wrong == 0 {
		r.wrongSince = at
	}
	if r.wrong++; r.wrong < triesMost {
		return &r, fault.New(fault.WrongSMSCode, "left", triesMost-r.wrong)
	}
	r.locked = at.Add(lockedFor)
	r.forget()
	return &r, fault.New(fault.CodeLocked)
}

// Finish leaves the row as Check left it.
func (trying) Finish(any, *ledger.Outcome) any { return nil }

// Spend returns the companion that lets a payment through with the code, within the caps, and spends both. Faults: those of Try, limit_single
// (max), limit_day (max, left).
func (s *Store) Spend(customer int64, intent id.ID, digits string, total int64, caps Caps) ledger.Companion {
	return spending{trying{companion{s, keyOf(customer)}, intent, digits}, total, caps}
}

type spending struct {
	trying
	total int64
	caps  Caps
}

// Check compares, and looks at the caps.
func (c spending) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	if keep, refusal = c.trying.Check(image, at); refusal != nil {
		return keep, refusal
	}
	r := c.store.of(c.customer, image, at)
	switch {
	case c.total > c.caps.Single:
		return nil, fault.New(fault.LimitSingle, "max", fault.Minor(c.caps.Single))
	case r.spent+c.total > c.caps.Day:
		return nil, fault.New(fault.LimitDay, "max", fault.Minor(c.caps.Day), "left", fault.Minor(max(0, c.caps.Day-r.spent)))
	}
	return nil, nil
}

// Finish spends the code if the plan was accepted.
func (c spending) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	r := c.store.of(c.customer, image, o.At)
	r.forget()
	r.wrong = 0
	r.spent += c.total
	return &r
}
