package wallet

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/approval"
	"senti/wallet/audit"
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/staff"
)

const officeWords = "five green bicycles"

// head is an office with a few people who have proved who they are, a float (account 900) and a bank.
type head struct {
	*Office
	t     *testing.T
	db    *db.DB
	clock *clock.Fake
	codes map[string]staff.Codes
}

const shopFloat int64 = 900

// eachHead runs fn on an office in either database: alice makes, bob checks, carol does both.
func eachHead(t *testing.T, fn func(t *testing.T, h *head)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHead(t, d, clock.NewFake(noon))
		h.settleIn()
		fn(t, h)
	})
}

// eachPair is eachHead with two processes that have a handle of their own on the database, and one clock.
func eachPair(t *testing.T, fn func(t *testing.T, h, other *head)) {
	t.Helper()
	dbtest.EachPair(t, func(t *testing.T, a, b *db.DB) {
		c := clock.NewFake(noon)
		h := newHead(t, a, c)
		h.settleIn()
		fn(t, h, newHead(t, b, c))
	})
}

func (h *head) settleIn() {
	h.t.Helper()
	if err := h.w.EnsureSystemAccounts(ctx); err != nil {
		h.t.Fatal(err)
	}
	_, err := h.w.ledger.Commit(ctx, &ledger.Plan{ID: h.w.ids.New(), Kind: ledger.Register,
		Open: []ledger.NewAccount{{ID: shopFloat, Type: ledger.Float, Currency: "KES", Class: 1}}}) // a small shop, which may hold 500,000
	if err != nil {
		h.t.Fatal(err)
	}
	h.appoint(NewStaff{"alice", staff.Maker}, NewStaff{"bob", staff.Checker}, NewStaff{"carol", staff.Maker | staff.Checker})
}

// appoint puts people behind the desk who have no password: an honest one takes a tenth of a second to set, and most tests sign
// nobody in.
func (h *head) appoint(people ...NewStaff) {
	h.t.Helper()
	for _, p := range people {
		_, err := h.db.Exec(ctx, `INSERT INTO staff (id, name, roles, status, password, totp, step, tries, locked_until, created_at,
			password_at, proved_at) VALUES (?, ?, ?, ?, ?, NULL, 0, 0, 0, 0, 0, 0)`,
			id.Derive(id.ID{}, "senti.staff.v1:"+p.Name), p.Name, int64(p.Roles), int64(staff.Active), []byte("none"))
		if err != nil {
			h.t.Fatal(err)
		}
	}
}

// enrolAgain lets appointed people set a password after all, by the way of those who lost theirs.
func (h *head) enrolAgain(names ...string) {
	h.t.Helper()
	for _, name := range names {
		invitation := staff.Invitation()
		reset, err := h.staff.Reset(name, invitation)
		if err == nil {
			err = h.commit(ctx, nil, reset)
		}
		if err != nil {
			h.t.Fatal(err)
		}
		if code := h.enrol(name, invitation.Show()); code != "" {
			h.t.Fatalf("%s enrols: %s", name, code)
		}
	}
}

func newHead(t *testing.T, d *db.DB, c *clock.Fake) *head {
	t.Helper()
	return &head{NewOffice(newNode(t, d, c).Wallet, d), t, d, c, map[string]staff.Codes{}}
}

func (h *head) enrol(name, invitation string) fault.Code {
	h.t.Helper()
	codes, err := staff.NewCodes(name)
	if err != nil {
		h.t.Fatal(err)
	}
	err = h.Enrol(ctx, name, staff.Typed(invitation), staff.Typed(officeWords), codes, "")
	if err == nil {
		h.codes[name] = codes
	}
	return fault.CodeOf(err)
}

// code is what the person's phone shows now.
func (h *head) code(name string) string {
	h.t.Helper()
	code, err := staff.CodeAt(h.codes[name].Secret(), h.clock.Now().Unix())
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

// who is a person as the database has them.
func (h *head) who(name string) staff.Staff {
	h.t.Helper()
	s, err := h.staff.Get(ctx, name)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// ask makes a request that nothing speaks against.
func (h *head) ask(name, kind string, args any) Asked {
	h.t.Helper()
	a, err := h.Ask(ctx, h.who(name), kind, args)
	if err != nil {
		h.t.Fatalf("%s asks for %s: %v", name, kind, err)
	}
	return a
}

// approved asks as alice and approves as bob.
func (h *head) approved(kind string, args any) (Decided, fault.Code) {
	h.t.Helper()
	a, err := h.Ask(ctx, h.who("alice"), kind, args)
	if err != nil {
		return Decided{}, fault.CodeOf(err)
	}
	d, err := h.Approve(ctx, h.who("bob"), a.No)
	return d, fault.CodeOf(err)
}

// invited has alice ask for somebody and bob approve it, and returns both halves of the invitation.
func (h *head) invited(name, roles string) string {
	h.t.Helper()
	asked := h.ask("alice", RequestStaffAdd, StaffArgs{Name: name, Roles: roles})
	added, err := h.Approve(ctx, h.who("bob"), asked.No)
	if err != nil || asked.Hand == "" || added.Hand == "" || added.Text != "invite "+strings.ToLower(name)+" as "+roles {
		h.t.Fatalf("%s is added: %+v, %v", name, added, err)
	}
	if again, err := h.Approve(ctx, h.who("bob"), added.No); err != nil || again.Hand != "" {
		h.t.Errorf("approved again: %+v, %v; want no second invitation", again, err)
	}
	return asked.Hand + " " + added.Hand
}

func (h *head) balance(account int64) int64 {
	h.t.Helper()
	a, err := h.w.ledger.Account(ctx, account)
	if err != nil {
		h.t.Fatal(err)
	}
	return a.Balance
}

// acts are the newest entries of the audit chain, oldest first, as "actor act object refusal".
func (h *head) acts(n int) []string {
	h.t.Helper()
	found, err := h.audit.List(ctx, audit.Filter{Limit: n})
	if err != nil {
		h.t.Fatal(err)
	}
	all := make([]string, len(found))
	for i, e := range found {
		all[len(found)-1-i] = strings.TrimSpace(strings.Join([]string{e.Act.Actor, e.Act.Act, e.Act.Object, e.Refusal}, " "))
	}
	return all
}

// whole proves both chains and that no cent was made or lost.
func (h *head) whole() {
	h.t.Helper()
	books, err := ledger.Verify(ctx, h.db, h.w.market.Zone)
	if err != nil || !books.OK() {
		h.t.Errorf("the books: %v, %v", books, err)
	}
	chain, err := audit.Verify(ctx, h.db)
	if err != nil || !chain.OK() {
		h.t.Errorf("the audit chain: %v, %v", chain, err)
	}
}

func TestSignIn(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		h.enrolAgain("alice")
		other := newHead(t, h.db, h.clock) // another process
		code := h.code("alice")
		heard := make([]fault.Code, 2)
		var wg sync.WaitGroup
		for i, office := range []*head{h, other} {
			wg.Go(func() {
				_, err := office.SignIn(ctx, "Alice", staff.Typed(officeWords), code)
				heard[i] = fault.CodeOf(err)
			})
		}
		wg.Wait()
		if heard[0]+heard[1] != fault.CodeUsed {
			t.Errorf("one code at two processes: heard %q; want it to work once", heard)
		}
		if _, err := h.SignIn(ctx, "hunter2", staff.Typed("x"), ""); !fault.HasCode(err, fault.StaffWrong) {
			t.Errorf("nobody of that name: %v", err)
		}
		if _, err := h.SignIn(ctx, "alice", staff.Typed("x"), code); !fault.HasCode(err, fault.StaffWrong) {
			t.Errorf("a wrong password: %v", err)
		}
		got := strings.Join(h.acts(4), "\n")
		want := "staff:alice staff.sign_in\nstaff:alice staff.sign_in  code_used\nstaff:unknown staff.sign_in  staff_wrong\nstaff:alice staff.sign_in  staff_wrong"
		if got != want {
			t.Errorf("recorded\n%s\nwant\n%s", got, want)
		}
		h.whole()
	})
}

func TestBootstrap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHead(t, d, clock.NewFake(noon))
		alice, bob := NewStaff{"alice", staff.Maker}, NewStaff{"bob", staff.Checker}
		for name, people := range map[string][]NewStaff{
			"nobody": nil, "one": {{"alice", staff.Maker | staff.Checker}}, "two makers": {alice, {"bob", staff.Maker}},
			"one person twice": {alice, {"alice", staff.Checker}},
		} {
			if _, err := h.Bootstrap(ctx, people); !fault.HasCode(err, fault.BadRequest) {
				t.Errorf("%s: %v", name, err)
			}
		}
		lost, err := h.Bootstrap(ctx, []NewStaff{alice, bob})
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
		found, err := h.Bootstrap(ctx, []NewStaff{alice, bob})
		if err != nil {
			t.Fatalf("the invitations were lost before anybody used them: %v", err)
		}
		if code := h.enrol("alice", lost[0].Show()); code != fault.StaffWrong {
			t.Errorf("the lost invitation: %q", code)
		}
		if code := h.enrol("alice", found[0].Show()); code != "" {
			t.Errorf("the second invitation: %q", code)
		}
		if _, err := h.Bootstrap(ctx, []NewStaff{{"mallory", staff.Maker}, {"malice", staff.Checker}}); !fault.HasCode(err, fault.StaffExists) {
			t.Errorf("after somebody has enrolled: %v", err)
		}
		if err := h.Enrol(ctx, "bob", found[1], staff.Typed("short"), h.codes["alice"], ""); !fault.HasCode(err, fault.WeakPassword) {
			t.Errorf("a weak password: %v", err)
		}
		if err := h.Enrol(ctx, "bob", found[1], staff.Typed(officeWords), h.codes["alice"], "000000"); !fault.HasCode(err, fault.StaffWrong) {
			t.Errorf("a code the phone does not have: %v", err)
		}
		h.whole()
	})
}

func TestChangesOfStaffTakeTwoOthers(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		if code := h.enrol("dan", h.invited("Dan", "support")); code != "" {
			t.Errorf("dan enrols: %q", code)
		}
		for _, c := range []struct {
			name, maker, kind string
			args              StaffArgs
			want              fault.Code
		}{
			{"without the role", "dan", RequestStaffRoles, StaffArgs{Name: "carol", Roles: "auditor"}, fault.NotAllowed},
			{"for oneself", "alice", RequestStaffRoles, StaffArgs{Name: "alice", Roles: "checker"}, fault.SamePerson},
			{"a role that is none", "alice", RequestStaffRoles, StaffArgs{Name: "carol", Roles: "boss"}, fault.BadRequest},
		} {
			if _, err := h.Ask(ctx, h.who(c.maker), c.kind, c.args); fault.CodeOf(err) != c.want {
				t.Errorf("%s: heard %v, want %s", c.name, err, c.want)
			}
		}
		mine := h.ask("alice", RequestStaffRoles, StaffArgs{Name: "bob", Roles: "maker,checker"})
		if _, err := h.Approve(ctx, h.who("bob"), mine.No); !fault.HasCode(err, fault.SamePerson) {
			t.Errorf("bob gives himself a role: %v", err)
		}
		if _, err := h.Approve(ctx, h.who("alice"), mine.No); !fault.HasCode(err, fault.SamePerson) {
			t.Errorf("alice approves what she asked for: %v", err)
		}
		if _, err := h.Approve(ctx, h.who("dan"), mine.No); !fault.HasCode(err, fault.NotAllowed) {
			t.Errorf("support approves: %v", err)
		}
		stale := h.who("alice") // signed in before she is suspended
		if err := h.Suspend(ctx, h.who("carol"), "alice"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Approve(ctx, h.who("carol"), mine.No); !fault.HasCode(err, fault.StaffSuspended) {
			t.Errorf("what a suspended person asked for: %v", err)
		}
		if _, err := h.Ask(ctx, stale, RequestStaffRoles, StaffArgs{Name: "dan", Roles: "maker"}); !fault.HasCode(err, fault.StaffSuspended) {
			t.Errorf("a suspended person asks: %v", err)
		}
		h.whole()
	})
}

func TestRejectAndWithdraw(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		first := h.ask("alice", RequestStaffAdd, StaffArgs{Name: "dan", Roles: "support"})
		second := h.ask("alice", RequestStaffAdd, StaffArgs{Name: "eve", Roles: "support"})
		if err := h.Reject(ctx, h.who("alice"), first.No, ""); !fault.HasCode(err, fault.NotAllowed) {
			t.Errorf("rejected by its maker, who is no checker: %v", err)
		}
		if err := h.Reject(ctx, h.who("bob"), first.No, "we do not know him"); err != nil {
			t.Error(err)
		}
		if err := h.Withdraw(ctx, h.who("bob"), second.No); !fault.HasCode(err, fault.NotAllowed) {
			t.Errorf("withdrawn by another: %v", err)
		}
		if err := h.Withdraw(ctx, h.who("alice"), second.No); err != nil {
			t.Error(err)
		}
		all, err := h.AllAsked(ctx, 0, 10)
		if err != nil || len(all) != 2 || all[0].State != approval.Withdrawn || all[1].State != approval.Rejected || all[1].Note != "we do not know him" {
			t.Errorf("listed %+v, %v", all, err)
		}
		if _, err := h.Approve(ctx, h.who("bob"), first.No); !fault.HasCode(err, fault.RequestClosed) {
			t.Errorf("approved after it was rejected: %v", err)
		}
	})
}

// Other packages bring kinds of their own.
func TestKindsOfOthers(t *testing.T) {
	h := newHead(t, dbtest.SQLite(t), clock.NewFake(noon))
	mine := Approvable{Kind: "agent.close", Asks: staff.Support, Checks: staff.Checker}
	o := NewOffice(h.w, h.db, mine)
	if got := strings.Join(o.Kinds(), " "); !strings.Contains(got, "agent.close bank.add customer.claim customer.detach customer.sim destroy issue") {
		t.Errorf("kinds are %s", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("two kinds of one name")
		}
	}()
	NewOffice(h.w, h.db, mine, mine)
}

// What a request keeps is told by its arguments; what they say is never a secret.
func TestRequestsKeepNoSecrets(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		halves := strings.Fields(h.invited("dan", "support"))
		entries, err := h.audit.List(ctx, audit.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := h.AllAsked(ctx, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := json.Marshal([]any{entries, all})
		if err != nil || strings.Contains(string(kept), halves[0]) || strings.Contains(string(kept), halves[1]) {
			t.Errorf("the invitation is on record: %s, %v", kept, err)
		}
		digest := staff.Typed(halves[0]).Digest()
		for _, e := range entries {
			if strings.Contains(e.Act.Detail, digest) || strings.HasPrefix(e.Act.Act, "request.") && !strings.Contains(e.Act.Detail, `"half":"(sealed)"`) {
				t.Errorf("the audit has %+v", e.Act)
			}
		}
	})
}

func TestSessions(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		h.enrolAgain("alice", "carol")
		session, err := h.Session(h.who("alice"))
		if err != nil {
			t.Fatal(err)
		}
		other := newHead(t, h.db, h.clock) // another process
		if who, err := other.BySession(ctx, session); err != nil || who.Name != "alice" {
			t.Errorf("signed in as %+v, %v", who, err)
		}
		for _, forged := range []string{"", "a.b", "a.b.c", session + "x", "x" + session, session[:len(session)-4] + "AAAA",
			strings.Replace(session, "eyJuYW1l", "eyJuYW1m", 1)} {
			if _, err := h.BySession(ctx, forged); !fault.HasCode(err, fault.StaffWrong) {
				t.Errorf("%q: %v, want staff_wrong", forged, err)
			}
		}
		h.clock.Advance(SessionLife)
		if _, err := h.BySession(ctx, session); !fault.HasCode(err, fault.StaffWrong) {
			t.Errorf("a session that is over: %v", err)
		}
		session, _ = h.Session(h.who("bob"))
		if err := h.Suspend(ctx, h.who("carol"), "bob"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.BySession(ctx, session); !fault.HasCode(err, fault.StaffSuspended) {
			t.Errorf("a suspended person's: %v", err)
		}
		session, _ = h.Session(h.who("carol"))
		err = h.ChangePassword(ctx, "carol", staff.Typed(officeWords), h.code("carol"), staff.Typed("seven purple lamps"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.BySession(ctx, session); !fault.HasCode(err, fault.StaffWrong) {
			t.Errorf("from before the password was changed: %v", err)
		}
	})
}
