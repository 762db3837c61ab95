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
	RequestStaffAdd     = "staff.add"     // StaffArgs with roles; the checker gets the invitation
	RequestStaffRoles   = "staff.roles"   // StaffArgs with roles
	RequestStaffReset   = "staff.reset"   // StaffArgs; the checker gets the invitation
	RequestStaffRestore = "staff.restore" // StaffArgs; undoes a suspension
)

// StaffArgs is whom a request is about.
type StaffArgs struct {
	Name  string `json:"name"`
	Roles string `json:"roles,omitempty"` // as staff.ParseRoles reads them
}

func (o *Office) staffKinds() []Approvable {
	kind := func(name, says string, do func(StaffArgs, staff.Roles) (ledger.Companion, string, error)) Approvable {
		return Approvable{
			Kind: name, Asks: staff.Maker, Checks: staff.Checker,
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
		kind(RequestStaffAdd, "invite %s as %s", func(a StaffArgs, roles staff.Roles) (ledger.Companion, string, error) {
			invitation := staff.Invitation()
			c, err := o.staff.Invite(a.Name, roles, invitation)
			return c, invitation.Show(), err
		}),
		kind(RequestStaffReset, "take password and codes of %[1]s away and invite anew", func(a StaffArgs, _ staff.Roles) (ledger.Companion, string, error) {
			invitation := staff.Invitation()
			c, err := o.staff.Reset(a.Name, invitation)
			return c, invitation.Show(), err
		}),
		kind(RequestStaffRoles, "give %s the roles %s", func(a StaffArgs, roles staff.Roles) (ledger.Companion, string, error) {
			return o.staff.SetRoles(a.Name, roles), "", nil
		}),
		kind(RequestStaffRestore, "take %[1]s back after a suspension", func(a StaffArgs, _ staff.Roles) (ledger.Companion, string, error) {
			return o.staff.Restore(a.Name), "", nil
		}),
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
