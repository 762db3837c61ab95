package keycheck_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/key"
	"senti/wallet/keycheck"
)

var names = []string{key.PIN, key.Receipt, key.Session, key.IDNumber, key.Blind, key.Check}

// Two keys, and a third that nobody uses twice.
var (
	red   = strings.Repeat("11", 32)
	blue  = strings.Repeat("22", 32)
	green = strings.Repeat("33", 32)
)

// ring is every key red, but for those named: "pin", "2026-01 RED\n2026-07 BLUE".
func ring(t *testing.T, but ...string) *key.Ring {
	t.Helper()
	dir := t.TempDir()
	lines := map[string]string{}
	for _, name := range names {
		lines[name] = red
	}
	for i := 0; i < len(but); i += 2 {
		lines[but[i]] = but[i+1]
	}
	sources := map[string]string{}
	for name, text := range lines {
		text = strings.NewReplacer("RED", red, "BLUE", blue, "GREEN", green).Replace(text)
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		sources[name] = "file:" + file
	}
	r, err := key.Load(sources)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each case starts processes one after another on one database; the last one is admitted, or told what to mend.
func TestAdmit(t *testing.T) {
	for _, c := range []struct {
		name   string
		starts []func(*testing.T) *key.Ring
		says   []string // nil: admitted
	}{
		{"the first start", rings(plain), nil},
		{"the same keys again", rings(plain, plain), nil},
		{"another PIN key under the same ID", rings(plain, with("pin", "BLUE")), []string{"key_pin", `"1"`}},
		{"another receipt key under the same ID", rings(plain, with("receipt", "BLUE")), []string{"key_receipt", `"1"`}},
		{"two wrong keys are told at once", rings(plain, with("pin", "BLUE", "blind", "BLUE")), []string{"key_pin", "key_blind"}},
		{"another PIN key under another ID", rings(plain, with("pin", "2026 BLUE")), []string{"key_pin", `"1"`}},
		{"another index key under another ID", rings(plain, with("blind", "2026 BLUE")), []string{"key_blind"}},
		{"the same key renamed", rings(plain, with("pin", "2026 RED")), []string{"key_pin", `"1"`}},
		{"a newer key behind the old one", rings(plain, with("pin", "1 RED\n2 BLUE")), nil},
		{"the newer key is known from then on", rings(plain, with("pin", "1 RED\n2 BLUE"), with("pin", "1 RED\n2 GREEN")), []string{"key_pin", `"2"`}},
		{"a newer key, and the old one altered", rings(plain, with("pin", "1 GREEN\n2 BLUE")), []string{"key_pin", `"1"`}},
		{"the old key is dropped after the change", rings(plain, with("pin", "1 RED\n2 BLUE"), with("pin", "2 BLUE")), nil},
		{"a process that has not got the newer key yet", rings(plain, with("pin", "1 RED\n2 BLUE"), plain), nil},
		{"a refused start records nothing", rings(plain, with("pin", "BLUE", "session", "1 RED\n2 BLUE"), with("session", "1 RED\n2 GREEN")), nil},
		{"the demo on a served database", rings(plain, demo), []string{"demo", "--db"}},
		{"the demo again", rings(demo, demo), nil},
		{"serving a demo's database", rings(demo, plain), []string{"demo", "db"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				var err error
				for _, start := range c.starts {
					r := start(t)
					err = keycheck.Admit(t.Context(), d, r)
					if confirmed := keycheck.Confirm(t.Context(), d, r); (err == nil) != (confirmed == nil) {
						t.Errorf("admitted: %v, but confirmed: %v", err, confirmed)
					}
				}
				if c.says == nil && err != nil || c.says != nil && !errors.Is(err, keycheck.ErrKeys) {
					t.Fatalf("says %v", err)
				}
				for _, want := range c.says {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("does not say %s: %v", want, err)
					}
				}
				if err != nil && (strings.Contains(err.Error(), red) || strings.Contains(err.Error(), blue)) {
					t.Errorf("a key is in the error: %v", err)
				}
			})
		})
	}
}

func rings(all ...func(*testing.T) *key.Ring) []func(*testing.T) *key.Ring { return all }

func plain(t *testing.T) *key.Ring { return ring(t) }

func demo(*testing.T) *key.Ring { return key.Demo() }

func with(but ...string) func(*testing.T) *key.Ring {
	return func(t *testing.T) *key.Ring { return ring(t, but...) }
}

// A database that was exchanged under a running process is noticed, and so is one that does not answer.
func TestConfirm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := keycheck.Confirm(t.Context(), d, ring(t)); !errors.Is(err, keycheck.ErrKeys) {
			t.Errorf("a database without keys: %v", err)
		}
		if err := keycheck.Admit(t.Context(), d, ring(t)); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Exec(t.Context(), `DELETE FROM key_checks WHERE name = ?`, key.Blind); err != nil {
			t.Fatal(err)
		}
		if err := keycheck.Confirm(t.Context(), d, ring(t)); !errors.Is(err, keycheck.ErrKeys) || !strings.Contains(err.Error(), "key_blind") {
			t.Errorf("a database that lost a key's row: %v", err)
		}
		away, cancel := context.WithCancel(t.Context())
		cancel()
		if err := keycheck.Confirm(away, d, ring(t)); err == nil || errors.Is(err, keycheck.ErrKeys) {
			t.Errorf("a database that does not answer: %v", err)
		}
	})
}

// Two processes that start for the first time at once, with the same keys: both are admitted. With others: one is.
func TestTwoFirstStarts(t *testing.T) {
	for name, c := range map[string]struct {
		second   func(*testing.T) *key.Ring
		admitted int
	}{
		"same keys":          {plain, 2},
		"another key":        {with("pin", "BLUE"), 1},
		"another key and ID": {with("pin", "2 BLUE"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			for range 3 {
				a, b := dbtest.Two(t)
				var wg sync.WaitGroup
				errs := make([]error, 2)
				start := make(chan struct{})
				for i, process := range []struct {
					d *db.DB
					r *key.Ring
				}{{a, ring(t)}, {b, c.second(t)}} {
					wg.Go(func() {
						<-start
						errs[i] = keycheck.Admit(t.Context(), process.d, process.r)
					})
				}
				close(start)
				wg.Wait()
				admitted := 0
				for _, err := range errs {
					switch {
					case err == nil:
						admitted++
					case !errors.Is(err, keycheck.ErrKeys):
						t.Errorf("says %v", err)
					}
				}
				if admitted != c.admitted {
					t.Fatalf("%d admitted, want %d: %v", admitted, c.admitted, errs)
				}
			}
		})
	}
}
