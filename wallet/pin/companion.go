package pin

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

// Check returns the companion that lets a plan through only with the right PIN.
//
// A wrong one refuses the plan with wrong_pin (args: left) and is counted whatever else becomes of the plan; the third
// refuses with pin_locked (an operator's with operator_pin_locked), as does every PIN after it, uncounted. A right one sets the
// count back. no_pin: none was ever set.
func (s *Store) Check(subject Subject, typed PIN) ledger.Companion {
	return check{s, subject.key(), typed}
}

type check struct {
	store *Store
	key   id.ID
	typed PIN
}

// Table is the verifiers' table.
func (c check) Table() ledger.Table { return c.store.table }

// Key is the subject.
func (c check) Key() id.ID { return c.key }

// Check compares and counts.
func (c check) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	v, ok := row.(*verifier)
	if !ok {
		return nil, fault.New(fault.NoPIN)
	}
	if v.locked() {
		return nil, v.lockedOut()
	}
	keys := c.store.keys
	mac, err := verifierMAC(keys, v, c.typed)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal) // the key it was made with is gone: nobody's fault, and no try
	}
	if !key.Equal(mac, v.mac) {
		return v.counted()
	}
	if v.tries == 0 && v.keyID == keys.Current(key.PIN) && v.inUse(at) {
		return nil, nil
	}
	next, err := v.renewed(keys, c.typed, at)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal)
	}
	return next, nil
}

// Finish leaves the row as Check left it.
func (check) Finish(any, *ledger.Outcome) any { return nil }

// counted is the row after one more wrong PIN.
func (v *verifier) counted() (*verifier, *fault.Error) {
	next := *v
	next.tries++
	if next.locked() {
		return &next, next.lockedOut()
	}
	return &next, fault.New(fault.WrongPIN, "left", mostTries-next.tries)
}

// renewed is the row after the right PIN: the count set back, its use noted, and the verifier made anew if a newer key signs now.
func (v *verifier) renewed(keys *key.Ring, p PIN, at time.Time) (*verifier, error) {
	next := *v
	next.tries = 0
	next.quiet, next.quietSince = 0, at
	if next.keyID == keys.Current(key.PIN) {
		return &next, nil
	}
	next.keyID = keys.Current(key.PIN)
	var err error
	next.mac, err = verifierMAC(keys, &next, p)
	return &next, err
}

// Set returns the companion that gives the subject a PIN, unlocked, whatever it had before. That it is not weak, and who
// may set it, is for the caller to have made sure.
func (s *Store) Set(subject Subject, p PIN) (ledger.Companion, error) {
	v, err := newVerifier(s.keys, subject, p)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal)
	}
	return set{store: s, next: v}, nil
}

// Replace is Set for a person who proved an older PIN: it refuses (pin_locked, conflict) unless that PIN, set at since, still
// stands and was not locked in between.
func (s *Store) Replace(subject Subject, since time.Time, p PIN) (ledger.Companion, error) {
	v, err := newVerifier(s.keys, subject, p)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal)
	}
	return set{store: s, next: v, replaces: true, since: since}, nil
}

type set struct {
	store    *Store
	next     *verifier
	replaces bool
	since    time.Time
}

// Table is the verifiers' table.
func (s set) Table() ledger.Table { return s.store.table }

// Key is the subject.
func (s set) Key() id.ID { return s.next.subject }

// Check looks at the PIN to be replaced.
func (s set) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if !s.replaces {
		return nil, nil
	}
	v, ok := row.(*verifier)
	switch {
	case !ok:
		return nil, fault.New(fault.NoPIN)
	case v.locked():
		return nil, v.lockedOut()
	case !v.setAt.Equal(s.since):
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish writes the new verifier if the plan was accepted.
func (s set) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *s.next
	next.setAt, next.quietSince = o.At, o.At
	return &next
}

// Unlock returns the companion that sets the count of wrong PINs back. The PIN stays what it is; the fault is no_pin when there
// is none. Who may ask for it is for the caller to have made sure.
func (s *Store) Unlock(subject Subject) ledger.Companion { return unlocking{s, subject.key()} }

type unlocking struct {
	store *Store
	key   id.ID
}

// Table is the verifiers' table.
func (u unlocking) Table() ledger.Table { return u.store.table }

// Key is the subject.
func (u unlocking) Key() id.ID { return u.key }

// Check looks for a PIN.
func (unlocking) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if _, ok := row.(*verifier); !ok {
		return nil, fault.New(fault.NoPIN)
	}
	return nil, nil
}

// Finish sets the count back if the plan was accepted.
func (unlocking) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *row.(*verifier)
	next.tries = 0
	return &next
}
