package staff

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
)

// Store reads people as last committed, and makes the companions that write them. It is safe for concurrent use.
type Store struct {
	db    *db.DB
	keys  *key.Ring
	clock clock.Clock
	turns chan struct{} // bounds how many passwords are compared at once, and with it the memory
}

// comparisons is how many passwords are compared at once.
const comparisons = 2

// NewStore returns the store of the staff in a database.
func NewStore(d *db.DB, keys *key.Ring, c clock.Clock) *Store {
	return &Store{d, keys, c, make(chan struct{}, comparisons)}
}

// Get returns the person of that name, or staff_not_found.
func (s *Store) Get(ctx context.Context, name string) (Staff, error) {
	p, err := s.person(ctx, name)
	if err != nil {
		return Staff{}, err
	}
	if p == nil {
		return Staff{}, fault.New(fault.StaffNotFound)
	}
	return p.Staff, nil
}

// List returns everybody, in the order of their names.
func (s *Store) List(ctx context.Context) ([]Staff, error) {
	var all []Staff
	err := s.db.Each(ctx, selectPeople+`ORDER BY name`, nil, func(rows *sql.Rows) error {
		p, err := scanPerson(rows)
		all = append(all, p.Staff)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("staff: read: %w", err)
	}
	return all, nil
}

// person returns the row of that name, or nil.
func (s *Store) person(ctx context.Context, name string) (*person, error) {
	rows, err := people.Load(ctx, s.db, []id.ID{keyOf(name)})
	if err != nil {
		return nil, fmt.Errorf("staff: read: %w", err)
	}
	p, _ := rows[keyOf(name)].(*person)
	return p, nil
}

// Try is a person's attempt to prove who they are, compared already. Nobody may be told what came of it before the companion
// made of it has been committed: only there it is counted.
type Try struct {
	name     string
	seen     *person // nil for a name that nobody has
	password bool    // it was right
	step     int64   // the step whose code was typed; 0 for a wrong one
}

// TryInvitation compares an invitation with what is kept. It takes as long as Try.
func (s *Store) TryInvitation(ctx context.Context, name string, typed Password) (Try, error) {
	return s.Try(ctx, name, typed.invited(), "")
}

// Try compares a password and a one-time code with what is kept. It takes a twentieth of a second.
func (s *Store) Try(ctx context.Context, name string, typed Password, code string) (Try, error) {
	seen, err := s.person(ctx, name)
	if err != nil {
		return Try{}, err
	}
	t := Try{name: name, seen: seen}
	if seen != nil && seen.locked(s.clock.Now()) {
		return t, nil // whatever was typed
	}
	written := ""
	if seen != nil {
		if written, err = open(s.keys, name, ofPassword, seen.password); err != nil {
			return Try{}, err
		}
	}
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return Try{}, fault.Wrap(ctx.Err(), fault.Busy)
	}
	if seen == nil {
		hashed(typed) // takes as long as for a name that is known
		return t, nil
	}
	t.password = matches(written, typed)
	if seen.totp == nil {
		return t, nil
	}
	secret, err := open(s.keys, name, ofCodes, seen.totp)
	if err != nil {
		return Try{}, err
	}
	t.step = stepOf(secret, code, s.clock.Now().Unix())
	return t, nil
}

// Known reports whether anybody has the name that was typed.
func (t Try) Known() bool { return t.seen != nil }

// stillAsSeen reports whether what was compared is what stands now.
func (t Try) stillAsSeen(p *person) bool {
	return t.seen != nil && bytes.Equal(t.seen.password, p.password) && bytes.Equal(t.seen.totp, p.totp)
}
