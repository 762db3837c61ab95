package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/fault"
	"senti/wallet/staff"
)

// adminStaffCmd is about people.
type adminStaffCmd struct {
	Bootstrap staffBootstrapCmd `cmd:"" help:"Invite the first people: at least one maker and another checker. Works until one of them has enrolled."`
	Enrol     staffEnrolCmd     `cmd:"" help:"With an invitation: set your own password and take your codes into your phone."`
	Password  staffPasswordCmd  `cmd:"" help:"Set another password."`
	List      staffListCmd      `cmd:"" help:"Show everybody."`
	Add       staffAddCmd       `cmd:"" help:"Ask for somebody to be invited; who asks and who approves each get half of the invitation."`
	Roles     staffRolesCmd     `cmd:"" help:"Ask for somebody to have other roles."`
	Reset     staffResetCmd     `cmd:"" help:"Ask for somebody to be invited anew, who lost password or phone."`
	Suspend   staffSuspendCmd   `cmd:"" help:"Stop somebody at once."`
	Restore   staffRestoreCmd   `cmd:"" help:"Ask for a suspended person to be taken back."`
}

type staffBootstrapCmd struct {
	deskFlags
	People []string `arg:"" help:"Everybody as NAME:ROLES, such as alice:maker,support bob:checker." placeholder:"NAME:ROLES"`
}

// Run invites the first people and shows their invitations, once.
func (c staffBootstrapCmd) Run(ctx context.Context) error {
	return c.sit(ctx, func(d *desk) error {
		var people []wallet.NewStaff
		for _, text := range c.People {
			name, roles, _ := strings.Cut(text, ":")
			p := wallet.NewStaff{}
			var err error
			if p.Name, err = staff.ParseName(name); err != nil {
				return fmt.Errorf("%s: a name is 3 to 30 letters, digits, dots and dashes", text)
			}
			if p.Roles, err = staff.ParseRoles(roles); err != nil {
				return fmt.Errorf("%s: write NAME:ROLES with some of maker, checker, support, auditor", text)
			}
			people = append(people, p)
		}
		invitations, err := d.office.Bootstrap(ctx, people)
		switch {
		case fault.HasCode(err, fault.BadRequest):
			return errors.New("nothing was done: invite a maker and, besides, a checker, such as alice:maker bob:checker")
		case fault.HasCode(err, fault.StaffExists):
			return errors.New("nothing was done: somebody has enrolled already, so people are added by: walletd admin staff add")
		case err != nil:
			return err
		}
		for i, p := range people {
			d.invitation(p.Name, invitations[i].Show())
		}
		if len(people) == 2 {
			d.say("Invite a third person soon: it takes two to give somebody a new password who lost it.")
		}
		d.say("You have seen them all: let everybody enrol today, and look at walletd admin staff list whether it was they.")
		return nil
	})
}

// invitation shows what a person begins with.
func (d *desk) invitation(name, invitation string) {
	d.say("Invitation of %s, shown once and good for %d hours: %s", name, int(staff.InvitationLife.Hours()), invitation)
	d.say("Give it to %s, who says: walletd admin staff enrol --staff %s", name, name)
}

// half shows half of what a person begins with; the other half comes from somebody else, so that nobody enrols in the person's name.
func (d *desk) half(name, half, other string) {
	d.say("Half of the invitation of %s, shown once: %s", name, half)
	d.say("Give it to %s alone, who gets %s, and types both within %d hours: walletd admin staff enrol --staff %s", name, other,
		int(staff.InvitationLife.Hours()), name)
}

type staffEnrolCmd struct{ deskFlags }

// Run sets a person's own password, and shows the secret of their codes, once.
func (c staffEnrolCmd) Run(ctx context.Context) error {
	return c.sit(ctx, func(d *desk) error {
		name, err := staff.ParseName(c.Staff)
		if err != nil {
			return errors.New("nothing was done: say who you are with --staff NAME")
		}
		invitation, err := secretOf("Invitation; of one in two halves both, one after the other", passwordEnv)
		if err != nil {
			return err
		}
		own, err := newPassword()
		if err != nil {
			return err
		}
		if refusal := staff.Typed(own).Weak(name); refusal != nil {
			return refusal // before a secret is shown that would come to nothing
		}
		codes, err := staff.NewCodes(name)
		if err != nil {
			return err
		}
		d.say("Take this secret into the program for one-time codes on your phone. It is shown once.")
		d.say("  secret %s\n  %s", codes.Secret(), codes.URL())
		typed, err := shownCode(codes)
		if err != nil {
			return err
		}
		if err := d.office.Enrol(ctx, name, staff.Typed(invitation), staff.Typed(own), codes, typed); err != nil {
			return err
		}
		d.say("%s is enrolled.", name)
		return nil
	})
}

// shownCode asks for the code that the phone shows, a few times if need be, so that nobody is enrolled whose phone has not the
// secret. Where nobody can be asked it returns "".
func shownCode(codes staff.Codes) (typed string, err error) {
	for range 3 {
		if !atTerminal() {
			return "", nil
		}
		if typed, err = ask("The code your phone shows now"); err != nil || codes.Step(typed, clock.System{}.Now().Unix()) > 0 {
			return typed, err
		}
		fmt.Fprintln(os.Stderr, "That is not it. Does the phone have the right time?")
	}
	return typed, nil
}

// newPassword takes a new password from the environment, or asks for it twice.
func newPassword() (string, error) {
	first, err := secretOf("New password, 12 letters or more", newPasswordEnv)
	if err != nil || !atTerminal() {
		return first, err
	}
	second, err := secretOf("The new password again", newPasswordEnv)
	if err == nil && first != second {
		err = errors.New("nothing was done: the two passwords differ")
	}
	return first, err
}

type staffPasswordCmd struct{ deskFlags }

// Run changes a person's own password.
func (c staffPasswordCmd) Run(ctx context.Context) error {
	return c.sit(ctx, func(d *desk) error {
		name, err := staff.ParseName(c.Staff)
		if err != nil {
			return errors.New("nothing was done: say who you are with --staff NAME")
		}
		present, err := secretOf("Present password", passwordEnv)
		if err != nil {
			return err
		}
		code, err := secretOf("One-time code", codeEnv)
		if err != nil {
			return err
		}
		own, err := newPassword()
		if err != nil {
			return err
		}
		if err := d.office.ChangePassword(ctx, name, staff.Typed(present), code, staff.Typed(own)); err != nil {
			return err
		}
		d.say("The password of %s is changed.", name)
		return nil
	})
}

type staffListCmd struct{ deskFlags }

// Run shows everybody.
func (c staffListCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		everybody, err := d.office.Staff().List(ctx)
		if err != nil {
			return err
		}
		now := clock.System{}.Now()
		rows := [][]string{{"NAME", "ROLES", "STATUS", "LAST SEEN", "PASSWORD SET"}}
		for _, s := range everybody {
			status := s.Status.String()
			if now.Before(s.LockedUntil) {
				status += ", locked until " + d.when(s.LockedUntil)
			}
			rows = append(rows, []string{s.Name, s.Roles.String(), status, d.when(s.ProvedAt), d.when(s.PasswordAt)})
		}
		return d.table(rows...)
	})
}

type staffAddCmd struct {
	deskFlags
	Name  string `arg:"" help:"Who is to be invited."`
	Roles string `arg:"" help:"Some of maker,checker,support,auditor." placeholder:"ROLES"`
}

// Run asks for it.
func (c staffAddCmd) Run(ctx context.Context) error {
	return c.asksFor(ctx, wallet.RequestStaffAdd, wallet.StaffArgs{Name: c.Name, Roles: c.Roles})
}

type staffRolesCmd struct {
	deskFlags
	Name  string `arg:"" help:"Whose roles."`
	Roles string `arg:"" help:"All that the person is to have of maker,checker,support,auditor." placeholder:"ROLES"`
}

// Run asks for it.
func (c staffRolesCmd) Run(ctx context.Context) error {
	return c.asksFor(ctx, wallet.RequestStaffRoles, wallet.StaffArgs{Name: c.Name, Roles: c.Roles})
}

type staffResetCmd struct {
	deskFlags
	Name string `arg:"" help:"Who lost password or phone."`
}

// Run asks for it.
func (c staffResetCmd) Run(ctx context.Context) error {
	return c.asksFor(ctx, wallet.RequestStaffReset, wallet.StaffArgs{Name: c.Name})
}

type staffRestoreCmd struct {
	deskFlags
	Name string `arg:"" help:"Who is to be taken back."`
}

// Run asks for it.
func (c staffRestoreCmd) Run(ctx context.Context) error {
	return c.asksFor(ctx, wallet.RequestStaffRestore, wallet.StaffArgs{Name: c.Name})
}

// asksFor makes a request whose arguments need no look at the desk.
func (f deskFlags) asksFor(ctx context.Context, kind string, args any) error {
	return f.prove(ctx, func(d *desk) error { return d.asks(ctx, kind, args) })
}

type staffSuspendCmd struct {
	deskFlags
	Name string `arg:"" help:"Who is to be stopped."`
}

// Run suspends a person.
func (c staffSuspendCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		name, err := staff.ParseName(c.Name)
		if err != nil {
			return err
		}
		if err := d.office.Suspend(ctx, d.who, name); err != nil {
			return err
		}
		d.say("%s is suspended. To take the person back: walletd admin staff restore %s", name, name)
		return nil
	})
}
