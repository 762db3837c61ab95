package staff

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

const secretWords = "five green bicycles"

// office is a store with a ledger to commit through, and the codes of the people in it.
type office struct {
	*Store
	t      *testing.T
	db     *db.DB
	ledger *ledger.Ledger
	clock  *clock.Fake
	codes  map[string]Codes
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	c := clock.NewFake(noon)
	l, err := ledger.Open(ctx, ledger.Options{
		DB: d, Clock: c, IDs: id.Random{}, Zone: time.UTC, Receipts: ledger.NewReceiptCoder([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &office{NewStore(d, key.Demo(), c), t, d, l, c, map[string]Codes{}}
}

func (o *office) commit(companions ...ledger.Companion) fault.Code {
	_, err := o.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	return fault.CodeOf(err)
}

func (o *office) try(name, password, code string) Try {
	o.t.Helper()
	t, err := o.Try(ctx, name, Typed(password), code)
	if err != nil {
		o.t.Fatal(err)
	}
	return t
}

// prove tries and tells what is heard.
func (o *office) prove(name, password, code string) fault.Code {
	o.t.Helper()
	return o.commit(o.Prove(o.try(name, password, code)))
}

// code is what the person's phone shows now.
func (o *office) code(name string) string {
	o.t.Helper()
	code, err := CodeAt(o.codes[name].Secret(), o.clock.Now().Unix())
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

// next waits for the next code.
func (o *office) next(name string) string {
	o.t.Helper()
	o.clock.Advance(period * time.Second)
	return o.code(name)
}

// hire invites a person and lets them enrol.
func (o *office) hire(name string, roles Roles) {
	o.t.Helper()
	invitation := Invitation()
	c, err := o.Invite(name, roles, invitation)
	if err != nil {
		o.t.Fatal(err)
	}
	if code := o.commit(c); code != "" {
		o.t.Fatalf("invite %s: %s", name, code)
	}
	if code := o.enrol(name, invitation.Show(), secretWords); code != "" {
		o.t.Fatalf("enrol %s: %s", name, code)
	}
}

func (o *office) enrol(name, invitation, own string) fault.Code {
	o.t.Helper()
	codes, err := NewCodes(name)
	if err != nil {
		o.t.Fatal(err)
	}
	companions, err := o.Enrol(o.try(name, invitation, ""), Typed(own), codes, 0)
	if err != nil {
		o.t.Fatal(err)
	}
	code := o.commit(companions...)
	if code == "" {
		o.codes[name] = codes
	}
	return code
}

func TestProve(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.hire("alice", Maker|Support)
		right := o.code("alice")
		for _, c := range []struct {
			name, person, password, code string
			want                         fault.Code
		}{
			{"a wrong password", "alice", "five green bicycle", right, fault.StaffWrong},
			{"a wrong code", "alice", secretWords, "000000", fault.StaffWrong},
			{"no code", "alice", secretWords, "", fault.StaffWrong},
			{"nobody of that name", "alica", secretWords, right, fault.StaffWrong},
			{"both right", "alice", secretWords, right, ""},
			{"the same code again", "alice", secretWords, right, fault.CodeUsed},
			{"the next code", "alice", secretWords, o.next("alice"), ""},
			{"the code before it", "alice", secretWords, right, fault.CodeUsed},
		} {
			if got := o.prove(c.person, c.password, c.code); got != c.want {
				t.Errorf("%s: heard %q, want %q", c.name, got, c.want)
			}
		}
		got, err := o.Get(ctx, "alice")
		if err != nil || got.Roles != Maker|Support || got.Status != Active || !got.ProvedAt.Equal(noon.Add(period*time.Second)) || !got.PasswordAt.Equal(noon) {
			t.Errorf("read %+v, %v", got, err)
		}
		if _, err := o.Get(ctx, "bob"); !fault.HasCode(err, fault.StaffNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// A code that two processes are shown at the same moment works in one of them.
func TestOneCodeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := newOffice(t, d)
		a.hire("alice", Maker)
		b := newOffice(t, d)
		code := a.code("alice")
		tries := []Try{a.try("alice", secretWords, code), b.try("alice", secretWords, code)}
		heard := make([]fault.Code, len(tries))
		var wg sync.WaitGroup
		for i, o := range []*office{a, b} {
			wg.Go(func() { heard[i] = o.commit(o.Prove(tries[i])) })
		}
		wg.Wait()
		if fmt.Sprint(heard) != "[ code_used]" && fmt.Sprint(heard) != "[code_used ]" {
			t.Errorf("heard %q; want one accepted", heard)
		}
	})
}

func TestLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.hire("alice", Maker)
		var tries []Try
		for range 20 { // compared before any of them is counted
			tries = append(tries, Try{name: "alice", seen: o.try("alice", "wrong", "").seen})
		}
		right := o.try("alice", secretWords, o.code("alice"))
		heard := map[fault.Code]int{}
		for _, try := range tries {
			heard[o.commit(o.Prove(try))]++
		}
		if heard[fault.StaffWrong] != mostTries-1 || heard[fault.StaffLocked] != 20-mostTries+1 {
			t.Errorf("heard %v", heard)
		}
		if got := o.commit(o.Prove(right)); got != fault.StaffLocked {
			t.Errorf("the right one while locked: %q", got)
		}
		o.clock.Advance(lockFor)
		if got := o.prove("alice", "wrong again", ""); got != fault.StaffLocked {
			t.Errorf("one more wrong one after the lock: %q, want locked again", got)
		}
		o.clock.Advance(lockFor)
		if got := o.prove("alice", secretWords, o.code("alice")); got != "" {
			t.Errorf("the right one after the lock: %q", got)
		}
		if got := o.prove("alice", "wrong", ""); got != fault.StaffWrong {
			t.Errorf("the count begins anew: %q", got)
		}
	})
}

func TestInvitation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		invitation := Invitation()
		invite, err := o.Invite("bob", Checker, invitation)
		if err != nil {
			t.Fatal(err)
		}
		o.commit(invite)
		if got := o.commit(invite); got != fault.StaffExists {
			t.Errorf("invited twice: %q", got)
		}
		if got := o.prove("bob", invitation.Show(), ""); got != fault.StaffInvited {
			t.Errorf("an invitation proves nothing: %q", got)
		}
		if got := o.commit(o.Acts("bob", Checker)); got != fault.StaffInvited {
			t.Errorf("an invited person acts: %q", got)
		}
		if got := o.enrol("bob", "not it", secretWords); got != fault.StaffWrong {
			t.Errorf("a wrong invitation: %q", got)
		}
		if got := o.enrol("bob", invitation.Show(), secretWords); got != "" {
			t.Fatalf("enrol: %q", got)
		}
		if got := o.enrol("bob", invitation.Show(), "another password"); got != fault.StaffWrong {
			t.Errorf("the invitation a second time: %q", got)
		}
		if got := o.prove("bob", secretWords, o.code("bob")); got != "" {
			t.Errorf("the own password: %q", got)
		}
		again := Invitation()
		reset, err := o.Reset("bob", again)
		if err != nil {
			t.Fatal(err)
		}
		o.commit(reset)
		if got := o.prove("bob", secretWords, o.next("bob")); got != fault.StaffWrong {
			t.Errorf("the old password after a reset: %q", got)
		}
		o.clock.Advance(InvitationLife)
		if got := o.enrol("bob", again.Show(), secretWords); got != fault.InvitationOver {
			t.Errorf("an old invitation: %q", got)
		}
	})
}

func TestRolesAndSuspension(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.hire("alice", Maker)
		if got := o.commit(o.Acts("alice", Maker|Support)); got != "" {
			t.Errorf("one of the roles: %q", got)
		}
		if got := o.commit(o.Acts("alice", Checker)); got != fault.NotAllowed {
			t.Errorf("another role: %q", got)
		}
		if got := o.commit(o.Acts("carol", Checker)); got != fault.NotAllowed {
			t.Errorf("nobody: %q", got)
		}
		o.commit(o.SetRoles("alice", Checker))
		if got := o.commit(o.Acts("alice", Checker)); got != "" {
			t.Errorf("the new role: %q", got)
		}
		o.commit(o.Suspend("alice"))
		if got := o.commit(o.Acts("alice", Checker)); got != fault.StaffSuspended {
			t.Errorf("suspended: %q", got)
		}
		if got := o.prove("alice", secretWords, o.code("alice")); got != fault.StaffSuspended {
			t.Errorf("suspended, with the right password: %q", got)
		}
		if got := o.prove("alice", "wrong", ""); got != fault.StaffWrong {
			t.Errorf("suspended, with a wrong password: %q", got)
		}
		o.commit(o.Restore("alice"))
		if got := o.prove("alice", secretWords, o.next("alice")); got != "" {
			t.Errorf("restored: %q", got)
		}
		if got := o.commit(o.Restore("alice")); got != fault.StaffActive {
			t.Errorf("restored twice: %q", got)
		}
		everybody, err := o.List(ctx)
		if err != nil || len(everybody) != 1 || everybody[0].Name != "alice" {
			t.Errorf("listed %v, %v", everybody, err)
		}
	})
}

func TestSetPassword(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	o.hire("alice", Maker)
	companions, err := o.SetPassword(o.try("alice", secretWords, o.code("alice")), Typed("seven purple lamps"))
	if err != nil {
		t.Fatal(err)
	}
	if got := o.commit(companions...); got != "" {
		t.Fatal(got)
	}
	if got := o.prove("alice", secretWords, o.next("alice")); got != fault.StaffWrong {
		t.Errorf("the old one: %q", got)
	}
	if got := o.prove("alice", "seven purple lamps", o.code("alice")); got != "" {
		t.Errorf("the new one: %q", got)
	}
	if got := o.commit(companions...); got != fault.Conflict {
		t.Errorf("the same try a second time: %q", got)
	}
}

// What a thief finds in the table tells neither passwords nor secrets, and a row copied over another person's is worthless.
func TestSecretsAreSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.hire("alice", Maker)
		o.hire("mallory", Auditor)
		var password, secret []byte
		if err := d.QueryRow(ctx, `SELECT password, totp FROM staff WHERE name = 'mallory'`).Scan(&password, &secret); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(password), "argon2id") || strings.Contains(string(secret), o.codes["mallory"].Secret()) {
			t.Error("a secret stands in the clear")
		}
		if _, err := d.Exec(ctx, `UPDATE staff SET password = ?, totp = ? WHERE name = 'alice'`, password, secret); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Try(ctx, "alice", Typed(secretWords), o.code("mallory")); !fault.HasCode(err, fault.Internal) {
			t.Errorf("copied secrets: %v, want internal", err)
		}
	})
}

func TestPasswords(t *testing.T) {
	for text, weak := range map[string]bool{
		"five green bicycles": false, "short": true, "aaaaaaaaaaaaaaaa": true, "abababababababab": true,
		"i am Alice, really": true, strings.Repeat("abcdef", 40): true,
	} {
		if got := Typed(text).Weak("alice") != nil; got != weak {
			t.Errorf("%q: weak %v, want %v", text, got, weak)
		}
	}
	shown, err := json.Marshal(map[string]any{"p": Typed("hunter2")})
	if err != nil || strings.Contains(string(shown)+fmt.Sprintf("%v %+v %#v %s", Typed("hunter2"), Typed("hunter2"), Typed("hunter2"), Typed("hunter2")), "hunter2") {
		t.Errorf("a password shows: %s %v", shown, err)
	}
	written := hashed(Typed("x"))
	if !matches(written, Typed("x")) || matches(written, Typed("y")) || matches("", Typed("")) || matches(written+"x", Typed("x")) || matches("$argon2id$v=19$m=1,t=0,p=0$AA$AA", Typed("x")) {
		t.Error("verifiers do not tell passwords apart")
	}
	if a, b := Invitation().Show(), Invitation().Show(); a == b || len(a) != 29 {
		t.Errorf("invitations %q and %q", a, b)
	}
}

// The vector of RFC 6238, appendix B, cut to six digits.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // 12345678901234567890
	for unix, want := range map[int64]string{59: "287082", 1111111109: "081804", 2000000000: "279037"} {
		if got, err := CodeAt(secret, unix); err != nil || got != want {
			t.Errorf("at %d: %s, %v, want %s", unix, got, err, want)
		}
		if step := stepOf(secret, want, unix+period); step != unix/period {
			t.Errorf("at %d, a step late: %d", unix, step)
		}
		if step := stepOf(secret, want, unix+2*period); step != 0 {
			t.Errorf("at %d, two steps late: %d", unix, step)
		}
	}
}

func TestNamesAndRoles(t *testing.T) {
	for text, want := range map[string]string{" Alice ": "alice", "o.neill-2": "o.neill-2", "al": "", "2pac": "", "alice!": "", "a.": "", strings.Repeat("a", 31): ""} {
		if got, err := ParseName(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
	r, err := ParseRoles("Checker, maker,maker")
	if err != nil || r.String() != "maker,checker" {
		t.Errorf("read %s, %v", r, err)
	}
	if _, err := ParseRoles("maker,boss"); !fault.HasCode(err, fault.BadRequest) {
		t.Errorf("an unknown role: %v", err)
	}
}
