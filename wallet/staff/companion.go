package staff

import (
	"fmt"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// onPerson is the part of a companion that concerns one person's row.
type onPerson struct{ name string }

// Table is the staff's table.
func (onPerson) Table() ledger.Table { return people }

// Key is the name.
func (o onPerson) Key() id.ID { return keyOf(o.name) }

// Finish leaves the row as Check left it.
func (onPerson) Finish(any, *ledger.Outcome) any { return nil }

// Prove returns the companion that lets a plan through only if the try was right.
//
// A wrong one refuses the plan with staff_wrong and is counted whatever else becomes of the plan; the fifth in a row refuses
// with staff_locked, as does everything for a quarter of an hour. A code that was used is a wrong one, and says code_used. Who has
// proved it but may not act hears staff_invited or staff_suspended.
func (s *Store) Prove(t Try) ledger.Companion { return proof{onPerson{t.name}, t, Active} }

type proof struct {
	onPerson
	try  Try
	must Status // what the person has to be
}

// Check counts.
func (c proof) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	p, ok := row.(*person)
	switch {
	case !ok:
		return nil, fault.New(fault.StaffWrong)
	case p.locked(at):
		return nil, fault.New(fault.StaffLocked)
	case !c.try.stillAsSeen(p):
		return nil, fault.New(fault.Conflict) // changed since it was compared: to be compared again
	case !c.try.password:
		return p.counted(at, fault.StaffWrong)
	case p.Status != c.must:
		return nil, standing(p.Status)
	case c.must == Active && c.try.step == 0:
		return p.counted(at, fault.StaffWrong)
	case c.must == Active && c.try.step <= p.step:
		return p.counted(at, fault.CodeUsed)
	case c.must == Invited && !at.Before(p.PasswordAt.Add(InvitationLife)):
		return nil, fault.New(fault.InvitationOver)
	}
	next := *p
	next.tries, next.LockedUntil, next.ProvedAt = 0, time.Time{}, at
	next.step = max(p.step, c.try.step)
	return &next, nil
}

// InvitationLife is how long an invitation is good for.
const InvitationLife = 72 * time.Hour

// standing says why a person may not do what others may.
func standing(s Status) *fault.Error {
	switch s {
	case Invited:
		return fault.New(fault.StaffInvited)
	case Active:
		return fault.New(fault.StaffActive)
	}
	return fault.New(fault.StaffSuspended)
}

// counted is the row after one more wrong try.
func (p *person) counted(at time.Time, code fault.Code) (*person, *fault.Error) {
	next := *p
	next.tries++
	if next.tries < mostTries {
		return &next, fault.New(code)
	}
	next.LockedUntil = at.Add(lockFor)
	return &next, fault.New(fault.StaffLocked)
}

// Acts returns the companion that lets a plan through only if the person may act now and has one of the roles: not_allowed,
// staff_suspended, staff_invited. It is decided in the commit, so who was suspended a moment ago does nothing more.
func (s *Store) Acts(name string, any Roles) ledger.Companion { return acting{onPerson{name}, any} }

type acting struct {
	onPerson
	any Roles
}

// Check compares the roles.
func (c acting) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	p, ok := row.(*person)
	switch {
	case !ok:
		return nil, fault.New(fault.NotAllowed, "role", c.any.String())
	case p.Status != Active:
		return nil, standing(p.Status)
	case !p.Has(c.any):
		return nil, fault.New(fault.NotAllowed, "role", c.any.String())
	}
	return nil, nil
}

// AsRead returns the companion that lets a plan through only if the person has the status and the roles that were read. The fault is
// conflict.
func (s *Store) AsRead(read Staff) ledger.Companion { return standingStill{onPerson{read.Name}, read} }

type standingStill struct {
	onPerson
	read Staff
}

// Check compares status and roles.
func (c standingStill) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if p, ok := row.(*person); !ok || p.Status != c.read.Status || p.Roles != c.read.Roles {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Needed returns the companion that refuses a plan because the person cannot be spared. The fault is staff_needed.
func (s *Store) Needed(name string) ledger.Companion { return needed{onPerson{name}} }

type needed struct{ onPerson }

// Check refuses.
func (needed) Check(any, time.Time) (keep any, refusal *fault.Error) {
	return nil, fault.New(fault.StaffNeeded)
}

// Invite returns the companion that makes an account for a person, with an invitation instead of a password. The fault is
// staff_exists.
func (s *Store) Invite(name string, roles Roles, invitation Password) (ledger.Companion, error) {
	sealed, err := seal(s.keys, name, ofPassword, hashed(invitation))
	if err != nil {
		return nil, err
	}
	return writing{onPerson: onPerson{name}, decide: func(p *person) (*person, *fault.Error) {
		if p != nil {
			return nil, fault.New(fault.StaffExists)
		}
		return &person{Staff: Staff{Name: name, Roles: roles, Status: Invited}, password: sealed}, nil
	}}, nil
}

// Found is Invite for the first people, before any of them has set a password: who was invited already gets the new invitation
// instead of the old one. The fault is staff_active.
func (s *Store) Found(name string, roles Roles, invitation Password) (ledger.Companion, error) {
	sealed, err := seal(s.keys, name, ofPassword, hashed(invitation))
	if err != nil {
		return nil, err
	}
	return writing{onPerson: onPerson{name}, decide: func(p *person) (*person, *fault.Error) {
		if p != nil && (p.Status != Invited || !p.ProvedAt.IsZero()) {
			return nil, fault.New(fault.StaffActive)
		}
		next := &person{Staff: Staff{Name: name, Roles: roles, Status: Invited}, password: sealed}
		if p != nil {
			next.CreatedAt = p.CreatedAt
		}
		return next, nil
	}}, nil
}

// Reset returns the companion that takes a person's password and codes away and gives an invitation instead; wrong tries are
// forgotten. The fault is staff_not_found. Who was suspended stays so until restored, and then begins with the invitation.
func (s *Store) Reset(name string, invitation Password) (ledger.Companion, error) {
	sealed, err := seal(s.keys, name, ofPassword, hashed(invitation))
	if err != nil {
		return nil, err
	}
	return writing{onPerson: onPerson{name}, decide: func(p *person) (*person, *fault.Error) {
		if p == nil {
			return nil, fault.New(fault.StaffNotFound)
		}
		next := *p
		next.password, next.totp, next.tries, next.LockedUntil = sealed, nil, 0, time.Time{}
		if next.Status == Active {
			next.Status = Invited
		}
		return &next, nil
	}}, nil
}

// Enrol returns the companions by which an invited person, who has tried the invitation, sets password and codes. confirmed is
// the step whose code the person typed to show that the phone has the secret, or 0.
func (s *Store) Enrol(t Try, own Password, codes Codes, confirmed int64) ([]ledger.Companion, error) {
	password, err := seal(s.keys, t.name, ofPassword, hashed(own))
	if err != nil {
		return nil, err
	}
	secret, err := seal(s.keys, t.name, ofCodes, codes.Secret())
	if err != nil {
		return nil, err
	}
	return []ledger.Companion{
		proof{onPerson{t.name}, t, Invited},
		writing{onPerson: onPerson{t.name}, decide: func(p *person) (*person, *fault.Error) {
			next := *p // the proof has refused a nil one
			next.password, next.totp, next.step, next.Status = password, secret, confirmed, Active
			return &next, nil
		}},
	}, nil
}

// SetPassword returns the companions by which a person, who has tried the present password, sets another.
func (s *Store) SetPassword(t Try, own Password) ([]ledger.Companion, error) {
	sealed, err := seal(s.keys, t.name, ofPassword, hashed(own))
	if err != nil {
		return nil, err
	}
	return []ledger.Companion{s.Prove(t), writing{onPerson: onPerson{t.name}, decide: func(p *person) (*person, *fault.Error) {
		next := *p
		next.password = sealed
		return &next, nil
	}}}, nil
}

// SetRoles returns the companion that gives a person other roles. The fault is staff_not_found.
func (s *Store) SetRoles(name string, roles Roles) ledger.Companion {
	return s.change(name, func(p *person) *fault.Error { p.Roles = roles; return nil })
}

// Suspend returns the companion that stops a person from doing anything. Faults: staff_not_found, staff_suspended.
func (s *Store) Suspend(name string) ledger.Companion {
	return s.change(name, func(p *person) *fault.Error {
		if p.Status == Suspended {
			return fault.New(fault.StaffSuspended)
		}
		p.Status = Suspended
		return nil
	})
}

// Restore returns the companion that takes a suspended person back. Faults: staff_not_found, staff_active.
func (s *Store) Restore(name string) ledger.Companion {
	return s.change(name, func(p *person) *fault.Error {
		if p.Status != Suspended {
			return fault.New(fault.StaffActive)
		}
		p.Status = Active
		if p.totp == nil {
			p.Status = Invited
		}
		return nil
	})
}

func (s *Store) change(name string, change func(*person) *fault.Error) ledger.Companion {
	return writing{onPerson: onPerson{name}, decide: func(p *person) (*person, *fault.Error) {
		if p == nil {
			return nil, fault.New(fault.StaffNotFound)
		}
		next := *p
		if refusal := change(&next); refusal != nil {
			return nil, refusal
		}
		return &next, nil
	}}
}

// writing writes the row that decide makes of the one that is there (nil for none), if the plan is accepted. decide is pure.
type writing struct {
	onPerson
	decide func(*person) (*person, *fault.Error)
}

// Check asks whether it may be done.
func (c writing) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	p, _ := row.(*person)
	_, refusal = c.decide(p)
	return nil, refusal
}

// Finish does it if the plan was accepted.
func (c writing) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	p, _ := row.(*person)
	next, refusal := c.decide(p)
	if refusal != nil {
		panic(fmt.Sprintf("staff: %s after Check had agreed to it", refusal)) // of this same row
	}
	if p == nil {
		next.CreatedAt = o.At
	}
	if p == nil || string(p.password) != string(next.password) {
		next.PasswordAt = o.At
	}
	return next
}
