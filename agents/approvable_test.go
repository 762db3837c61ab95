package agents_test

import (
	"strings"
	"testing"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/staff"
)

// office is the desk of alice, who asks, and of bob, who checks. They have no password here, and need none.
func (w *town) office() (o *wallet.Office, alice, bob staff.Staff) {
	w.t.Helper()
	alice, bob = staff.Staff{Name: "alice", Roles: staff.Maker}, staff.Staff{Name: "bob", Roles: staff.Checker}
	for _, p := range []staff.Staff{alice, bob} {
		_, err := w.db.Exec(bg, `INSERT INTO staff (id, name, roles, status, password, totp, step, tries, locked_until, created_at,
			password_at, proved_at) VALUES (?, ?, ?, ?, ?, NULL, 0, 0, 0, 0, 0, 0)`,
			id.Derive(id.ID{}, "senti.staff.v1:"+p.Name), p.Name, int64(p.Roles), int64(staff.Active), []byte("none"))
		w.must(err)
	}
	return wallet.NewOffice(w.wallet, w.db, w.agents.Approvables()...), alice, bob
}

// Two people of the staff decide a case: one asks, another approves, and neither alone.
func TestCaseDecidedByTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		o, alice, bob := w.office()
		out := w.takesOut(john, njeri, 2_000_00)
		_, err := notPaid(w, john, out)
		w.must(err)
		which := deal.CaseOf(out, deal.NotPaid)
		_, err = o.Ask(bg, alice, agents.RequestCase, agents.CaseArgs{Case: which, For: "somebody"})
		w.refused(err, fault.BadRequest)
		_, err = o.Ask(bg, bob, agents.RequestCase, agents.CaseArgs{Case: which, For: agents.ForCustomer})
		w.refused(err, fault.NotAllowed)
		asked, err := o.Ask(bg, alice, agents.RequestCase, agents.CaseArgs{Case: which, For: agents.ForCustomer})
		w.must(err)
		if want := "for the customer: not paid, Ksh 2,000, JOHN K at MAMA NJERI, Kangemi"; !strings.HasSuffix(asked.Text, want) {
			t.Errorf("bob reads %q", asked.Text)
		}
		other, err := o.Ask(bg, alice, agents.RequestCase, agents.CaseArgs{Case: which, For: agents.ForShop})
		w.must(err)
		_, err = o.Approve(bg, alice, asked.No)
		w.refused(err, fault.SamePerson)
		w.has(john, 2_971_00)

		done, err := o.Approve(bg, bob, asked.No)
		w.must(err)
		if done.Outcome == nil || done.Outcome.Receipt == "" {
			t.Errorf("done %+v", done)
		}
		_, err = o.Approve(bg, bob, asked.No)
		w.must(err)
		_, err = o.Approve(bg, bob, other.No)
		w.refused(err, fault.CaseClosed)
		_, err = o.Ask(bg, alice, agents.RequestCase, agents.CaseArgs{Case: which, For: agents.ForShop})
		w.refused(err, fault.CaseClosed)
		w.has(john, 5_000_00)
		w.has(njeri, 50_000_00)
		c := w.caseIs(out, deal.NotPaid, deal.CaseGranted, 2_000_00)
		if c.Note != "repaid by staff:bob" {
			t.Errorf("the case keeps %q", c.Note)
		}
		entries, err := audit.NewStore(d).List(bg, audit.Filter{Object: "case:" + which.String()})
		w.must(err)
		if len(entries) != 1 || entries[0].Act.Actor != "staff:bob" {
			t.Errorf("the audit has %+v", entries)
		}
		w.right()
	})
}
