package wallet

import (
	"context"
	"fmt"

	"senti/wallet/approval"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/staff"
)

// What can be asked for about staff.
const (
	RequestStaffAdd     = "staff.add"     // StaffArgs with roles; maker and checker get half of the invitation each
	RequestStaffRoles   = "staff.roles"   // StaffArgs with roles
	RequestStaffReset   = "staff.reset"   // StaffArgs; maker and checker get half of the invitation each
	RequestStaffRestore = "staff.restore" // StaffArgs; undoes a suspension
)

// StaffArgs is whom a request is about.
type StaffArgs struct {
	Name  string `json:"name"`
	Roles string `json:"roles,omitempty"` // as staff.ParseRoles reads them
	Half  string `json:"half,omitempty"`  // the digest of the half of an invitation that the maker has; filled in
}

func (o *Office) staffKinds() []Approvable {
	kind := func(name, says string, do func(StaffArgs, staff.Roles) (ledger.Companion, string, error)) Approvable {
		return Approvable{
			Kind: name, Asks: staff.Maker, Checks: staff.Checker, Sealed: []string{"half"},
			Say: func(_ context.Context, r approval.Request) (string, error) {
				a, roles, err := staffArgs(r)
				if err != nil {
					return "", err
				}
				return fmt.Sprintf(says, a.Name, roles), nil
			},
			Plan: func(_ context.Context, r approval.Request) (Deed, error) {
				a, roles, err := staffArgs(r)
				if err != nil {
					return Deed{}, err
				}
				c, hand, err := do(a, roles)
				if err != nil {
					return Deed{}, err
				}
				return Deed{Plan: ledger.Plan{Companions: []ledger.Companion{c}}, Hand: hand}, nil
			},
		}
	}
	return []Approvable{
		inviting(kind(RequestStaffAdd, "invite %s as %s", invited(func(a StaffArgs, roles staff.Roles, invitation staff.Password) (ledger.Companion, error) {
			return o.staff.Invite(a.Name, roles, invitation)
		}))),
		inviting(kind(RequestStaffReset, "take password and codes of %[1]s away and invite anew",
			invited(func(a StaffArgs, _ staff.Roles, invitation staff.Password) (ledger.Companion, error) {
				return o.staff.Reset(a.Name, invitation)
			}))),
		kind(RequestStaffRoles, "give %s the roles %s", func(a StaffArgs, roles staff.Roles) (ledger.Companion, string, error) {
			return o.staff.SetRoles(a.Name, roles), "", nil
		}),
		kind(RequestStaffRestore, "take %[1]s back after a suspension", func(a StaffArgs, _ staff.Roles) (ledger.Companion, string, error) {
			return o.staff.Restore(a.Name), "", nil
		}),
	}
}

// inviting draws one half of an invitation when it is asked for, which the maker hands over.
func inviting(k Approvable) Approvable {
	k.Fill = func(_ context.Context, r approval.Request) (any, string, error) {
		a, _, err := staffArgs(r)
		half := staff.HalfInvitation()
		a.Half = half.Digest()
		return a, half.Show(), err
	}
	return k
}

// invited draws the other half when it is approved, which the checker hands over. With one half alone nobody can enrol: else who approves
// somebody could be that somebody, and with two accounts be maker and checker.
func invited(do func(StaffArgs, staff.Roles, staff.Password) (ledger.Companion, error)) func(StaffArgs, staff.Roles) (ledger.Companion, string, error) {
	return func(a StaffArgs, roles staff.Roles) (ledger.Companion, string, error) {
		if a.Half == "" { // of a time when the checker got it all: to be asked for anew
			return nil, "", fault.New(fault.RequestExpired)
		}
		half := staff.HalfInvitation()
		c, err := do(a, roles, staff.Joined(a.Half, half.Digest()))
		return c, half.Show(), err
	}
}

// staffArgs reads the arguments. Nobody asks for or approves a change of their own account: with two accounts in one hand, maker
// and checker would be one person.
func staffArgs(r approval.Request) (a StaffArgs, roles staff.Roles, err error) {
	if err := DecodeArgs(r, &a); err != nil {
		return a, 0, err
	}
	if a.Name, err = staff.ParseName(a.Name); err != nil {
		return a, 0, err
	}
	if a.Name == r.Maker || a.Name == r.Checker {
		return a, 0, fault.New(fault.SamePerson)
	}
	if r.Kind == RequestStaffAdd || r.Kind == RequestStaffRoles {
		roles, err = staff.ParseRoles(a.Roles)
	}
	return a, roles, err
}
