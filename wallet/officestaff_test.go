package wallet

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/staff"
)

// eachTwoHeads runs fn on both databases with two processes on one of each, and nobody on the staff.
func eachTwoHeads(t *testing.T, fn func(t *testing.T, one, two *head)) {
	t.Helper()
	dbtest.EachPair(t, func(t *testing.T, a, b *db.DB) {
		c := clock.NewFake(noon)
		fn(t, newHead(t, a, c), newHead(t, b, c))
	})
}

// Who asks for somebody and who approves it have half of the invitation each, and neither can enrol in that person's name: else one
// person could be maker and checker.
func TestNobodyInvitesThemselves(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		for kind, invite := range map[string]func() (Asked, Decided){
			RequestStaffAdd:   func() (Asked, Decided) { return h.invites(RequestStaffAdd, StaffArgs{Name: "dan", Roles: "maker"}) },
			RequestStaffReset: func() (Asked, Decided) { return h.invites(RequestStaffReset, StaffArgs{Name: "carol"}) },
		} {
			asked, decided := invite()
			name := map[string]string{RequestStaffAdd: "dan", RequestStaffReset: "carol"}[kind]
			for who, typed := range map[string]string{
				"the maker":            asked.Hand,
				"the checker":          decided.Hand,
				"the checker, twice":   decided.Hand + decided.Hand,
				"with the digest":      staff.Typed(asked.Hand).Digest() + decided.Hand,
				"with what is hashed":  staff.Joined(staff.Typed(asked.Hand).Digest(), staff.Typed(decided.Hand).Digest()).Show(),
				"with nothing":         "",
				"with a half of their": decided.Hand + " " + staff.HalfInvitation().Show(),
			} {
				h.clock.Advance(time.Hour) // past a lock
				if code := h.enrol(name, typed); code != fault.StaffWrong && code != fault.StaffLocked {
					t.Errorf("%s: %s enrols as %s: %q", kind, who, name, code)
				}
			}
			h.clock.Advance(time.Hour)
			if code := h.enrol(name, strings.ToLower(decided.Hand)+strings.ReplaceAll(asked.Hand, "-", " ")); code != "" {
				t.Errorf("%s: %s, who has both: %q", kind, name, code)
			}
		}
		h.whole()
	})
}

func (h *head) invites(kind string, args StaffArgs) (Asked, Decided) {
	h.t.Helper()
	asked := h.ask("alice", kind, args)
	decided, err := h.Approve(ctx, h.who("bob"), asked.No)
	if err != nil {
		h.t.Fatal(err)
	}
	return asked, decided
}

// A request of before invitations came in halves gave all of it to who approves, and can no longer be approved.
func TestAnOldRequestToInvite(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		asked := h.ask("alice", RequestStaffAdd, StaffArgs{Name: "dan", Roles: "maker"})
		if _, err := h.db.Exec(ctx, `UPDATE requests SET args = ? WHERE no = ?`, `{"name":"dan","roles":"maker"}`, asked.No); err != nil {
			t.Fatal(err)
		}
		if _, err := newHead(t, h.db, h.clock).Approve(ctx, h.who("bob"), asked.No); !fault.HasCode(err, fault.RequestExpired) {
			t.Errorf("approved: %v", err)
		}
	})
}

// Nobody is suspended without whom no two could ask and approve any more, the last pair's own wish included.
func TestTwoAreLeft(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		h.appoint(NewStaff{"dan", staff.Auditor}, NewStaff{"eve", staff.Checker})
		suspends := func(who, name string, want fault.Code) {
			t.Helper()
			if err := h.Suspend(ctx, h.who(who), name); fault.CodeOf(err) != want {
				t.Errorf("%s suspends %s: %v, want %q", who, name, err, want)
			}
		}
		suspends("bob", "carol", "")
		suspends("bob", "alice", fault.StaffNeeded)
		suspends("alice", "alice", fault.StaffNeeded)
		suspends("eve", "bob", "")
		suspends("alice", "eve", fault.StaffNeeded)
		suspends("dan", "dan", "")
		suspends("alice", "nobody", fault.StaffNotFound)
		if got := h.acts(1)[0]; got != "staff:alice staff.suspend staff:nobody staff_not_found" {
			t.Errorf("recorded %s", got)
		}
		if d, code := h.approvedBy("alice", "eve", RequestStaffRestore, StaffArgs{Name: "carol"}); code != "" {
			t.Errorf("those who are left take carol back: %+v, %q", d, code)
		}
		h.appoint(NewStaff{"fay", staff.Maker})
		suspends("fay", "alice", "")
		h.whole()
	})
}

func (h *head) approvedBy(maker, checker, kind string, args any) (Decided, fault.Code) {
	h.t.Helper()
	d, err := h.Approve(ctx, h.who(checker), h.ask(maker, kind, args).No)
	return d, fault.CodeOf(err)
}

// Two processes, in which each suspends the other's pair at the same moment: two people are left every time.
func TestTwoAreLeftOfMany(t *testing.T) {
	eachTwoHeads(t, func(t *testing.T, one, two *head) {
		for round := range 10 {
			names := []string{"mary", "mike", "cleo", "carl"}
			for i, name := range names {
				names[i] = fmt.Sprintf("%s%d", name, round)
			}
			one.appoint(NewStaff{names[0], staff.Maker}, NewStaff{names[1], staff.Maker}, NewStaff{names[2], staff.Checker}, NewStaff{names[3], staff.Checker})
			var wg sync.WaitGroup
			for i, name := range names {
				h := []*head{one, two}[i%2]
				who := h.who(names[(i+2)%4])
				wg.Go(func() {
					if err := h.Suspend(ctx, who, name); err != nil && !fault.HasCode(err, fault.StaffNeeded) && !fault.HasCode(err, fault.StaffSuspended) {
						t.Errorf("%s suspends %s: %v", who.Name, name, err)
					}
				})
			}
			wg.Wait()
			everybody, err := one.staff.List(ctx)
			if err != nil {
				t.Fatal(err)
			}
			active := slices.DeleteFunc(everybody, func(p staff.Staff) bool { return p.Status != staff.Active })
			if _, _, ok := pair(active); !ok {
				t.Fatalf("round %d: %+v are left", round, active)
			}
			for _, p := range active { // the next round has only its own people
				if _, err := one.db.Exec(ctx, `DELETE FROM staff WHERE name = ?`, p.Name); err != nil {
					t.Fatal(err)
				}
			}
			one, two = newHead(t, one.db, one.clock), newHead(t, two.db, two.clock)
		}
	})
}
