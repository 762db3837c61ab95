package pin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"senti/wallet/fault"
	"senti/wallet/key"
	"senti/wallet/ledger"
)

var (
	amina = Subject{Customer, 1001, Transact}
	brian = Subject{Customer, 1002, Transact}
	noon  = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
)

// desk stands in for the ledger: one row, to which companions are put one after another.
type desk struct {
	store *Store
	row   any
}

func (d *desk) set(t *testing.T, s Subject, p string) {
	t.Helper()
	c, err := d.store.Set(s, typed(t, p))
	if err != nil {
		t.Fatal(err)
	}
	d.row = c.Finish(d.row, &ledger.Outcome{Accepted: true, At: noon})
}

// put checks as the ledger does and returns what the person hears: "ok" or the fault.
func (d *desk) put(c ledger.Companion) string {
	keep, refusal := c.Check(d.row, noon)
	if keep != nil {
		d.row = keep
	}
	if refusal != nil {
		return refusal.Error()
	}
	return "ok"
}

func newDesk(keys *key.Ring) *desk { return &desk{store: NewStore(nil, keys)} }

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		types string
		hears string
	}{
		{"right at once", "4826", "ok"},
		{"wrong, then right", "1357 4826", "wrong_pin left=2, ok"},
		{"twice wrong, then right: the count begins anew", "1357 1358 4826 1357",
			"wrong_pin left=2, wrong_pin left=1, ok, wrong_pin left=2"},
		{"the third locks, and the right one is too late", "1357 1358 1359 4826 1357",
			"wrong_pin left=2, wrong_pin left=1, pin_locked, pin_locked, pin_locked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(key.Demo())
			d.set(t, amina, "4826")
			var heard []string
			for p := range strings.FieldsSeq(c.types) {
				heard = append(heard, d.put(d.store.Check(amina, typed(t, p))))
			}
			if got := strings.Join(heard, ", "); got != c.hears {
				t.Errorf("typed %s\nheard %s\nwant  %s", c.types, got, c.hears)
			}
		})
	}
}

func TestLockedIsNotCounted(t *testing.T) {
	d := newDesk(key.Demo())
	d.set(t, amina, "4826")
	for range 10 {
		d.put(d.store.Check(amina, typed(t, "1357")))
	}
	if got := d.row.(*verifier).tries; got != mostTries {
		t.Errorf("%d tries counted, want %d", got, mostTries)
	}
}

func TestNoPIN(t *testing.T) {
	d := newDesk(key.Demo())
	if got := d.put(d.store.Check(amina, typed(t, "4826"))); got != "no_pin" {
		t.Errorf("heard %s, want no_pin", got)
	}
}

// A thief with write access to the table who copies his own row over another's gains nothing.
func TestVerifierBelongsToItsSubject(t *testing.T) {
	d := newDesk(key.Demo())
	d.set(t, brian, "4826")
	copied := *d.row.(*verifier)
	copied.subject = amina.key()
	d.row = &copied
	if got := d.put(d.store.Check(amina, typed(t, "4826"))); got != "wrong_pin left=2" {
		t.Errorf("a copied row: heard %s", got)
	}
}

func TestRowsAreNotAltered(t *testing.T) {
	d := newDesk(key.Demo())
	d.set(t, amina, "4826")
	before := *d.row.(*verifier)
	row := d.row.(*verifier)
	d.put(d.store.Check(amina, typed(t, "1357")))
	if row.tries != before.tries || d.row == any(row) {
		t.Error("a wrong PIN altered the row it was given instead of returning another")
	}
}

func TestKeyRotation(t *testing.T) {
	old, both, fresh := ring(t, "2025"), ring(t, "2025", "2026"), ring(t, "2026")
	d := newDesk(old)
	d.set(t, amina, "4826")

	d.store = NewStore(nil, both)
	if got := d.put(d.store.Check(amina, typed(t, "1357"))); got != "wrong_pin left=2" {
		t.Fatalf("a wrong PIN under the older key: heard %s", got)
	}
	if got := d.row.(*verifier).keyID; got != "2025" {
		t.Fatalf("after a wrong PIN the verifier is under key %s: it cannot have been made anew", got)
	}
	if got := d.put(d.store.Check(amina, typed(t, "4826"))); got != "ok" {
		t.Fatalf("the right PIN under the older key: heard %s", got)
	}
	if got := d.row.(*verifier); got.keyID != "2026" || got.tries != 0 {
		t.Fatalf("after the right PIN: key %s, %d tries; want 2026, 0", got.keyID, got.tries)
	}

	d.store = NewStore(nil, fresh) // the older key is thrown away
	if got := d.put(d.store.Check(amina, typed(t, "4826"))); got != "ok" {
		t.Errorf("the right PIN under the newer key: heard %s", got)
	}
}

// A verifier whose key is gone is our fault: it refuses, and costs the person no try.
func TestKeyGone(t *testing.T) {
	d := newDesk(ring(t, "2025"))
	d.set(t, amina, "4826")
	d.store = NewStore(nil, ring(t, "2026"))
	got := d.put(d.store.Check(amina, typed(t, "4826")))
	if !strings.HasPrefix(got, string(fault.Internal)) || d.row.(*verifier).tries != 0 {
		t.Errorf("heard %s, %d tries", got, d.row.(*verifier).tries)
	}
}

func TestReplace(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(*desk)
		since  time.Time
		hears  string
	}{
		{"the PIN that was proved", func(*desk) {}, noon, "ok"},
		{"changed since it was proved", func(*desk) {}, noon.Add(-time.Hour), "conflict"},
		{"locked since it was proved", func(d *desk) {
			for range mostTries {
				d.put(d.store.Check(amina, PIN{"1357"}))
			}
		}, noon, "pin_locked"},
		{"never set", func(d *desk) { d.row = nil }, noon, "no_pin"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(key.Demo())
			d.set(t, amina, "4826")
			c.before(d)
			companion, err := d.store.Replace(amina, c.since, typed(t, "9173"))
			if err != nil {
				t.Fatal(err)
			}
			if got := d.put(companion); got != c.hears {
				t.Fatalf("heard %s, want %s", got, c.hears)
			}
			if c.hears != "ok" {
				return
			}
			d.row = companion.Finish(d.row, &ledger.Outcome{Accepted: true, At: noon.Add(time.Minute)})
			if got := d.put(d.store.Check(amina, typed(t, "9173"))); got != "ok" {
				t.Errorf("the new PIN: heard %s", got)
			}
			if got := d.put(d.store.Check(amina, typed(t, "4826"))); got != "wrong_pin left=2" {
				t.Errorf("the old PIN: heard %s", got)
			}
		})
	}
}

// A refused plan leaves the PIN as it was.
func TestSetNeedsAcceptance(t *testing.T) {
	c, err := NewStore(nil, key.Demo()).Set(amina, typed(t, "4826"))
	if err != nil {
		t.Fatal(err)
	}
	if row := c.Finish(nil, &ledger.Outcome{Accepted: false, Refusal: fault.New(fault.AlreadyOpen)}); row != nil {
		t.Errorf("a refused plan wrote %v", row)
	}
}

// ring has PIN keys of those IDs, oldest first, and demonstration keys for the rest.
func ring(t *testing.T, keyIDs ...string) *key.Ring {
	t.Helper()
	var lines strings.Builder
	for _, keyID := range keyIDs {
		lines.WriteString(keyID + " " + strings.Repeat(strings.TrimLeft(keyID, "0"), 16) + "\n") // 64 hexadecimal digits
	}
	file := filepath.Join(t.TempDir(), "pin.key")
	if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := key.Load(map[string]string{
		key.PIN: "file:" + file, key.Receipt: "demo", key.Session: "demo", key.IDNumber: "demo", key.Blind: "demo", key.Check: "demo",
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// A locked operator hears of another way out than a customer.
func TestOperatorIsLockedInWordsOfHisOwn(t *testing.T) {
	d := newDesk(key.Demo())
	otieno := Subject{Operator, 1003, Transact}
	d.set(t, otieno, "4826")
	var heard []string
	for _, p := range []string{"1357", "1358", "1359", "4826"} {
		heard = append(heard, d.put(d.store.Check(otieno, typed(t, p))))
	}
	if got := strings.Join(heard, ", "); got != "wrong_pin left=2, wrong_pin left=1, operator_pin_locked, operator_pin_locked" {
		t.Errorf("hears %s", got)
	}
	replaced, err := d.store.Replace(otieno, noon, typed(t, "8264"))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.put(replaced); got != "operator_pin_locked" {
		t.Errorf("replacing hears %s", got)
	}
}
