// Package keycheck holds the keys of a process against those its database was written with.
//
// With another key of the same name every right PIN would be a wrong one, every old receipt would have another code, and the
// limit on wallets per ID number would be void; and the demo, whose keys everybody knows, must not write among real customers.
// So each database keeps a MAC of a constant under every key it has met, and a process that differs is refused before it serves.
//
// The package makes and rotates no keys (package key holds them) and learns nothing of a key from the database.
package keycheck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"senti/wallet/db"
	"senti/wallet/key"
)

// ErrKeys is the cause of every refusal; its text names the settings to mend.
var ErrKeys = errors.New("the keys are not those this database was written with")

// constant is what the MACs are of. It must never change.
const constant = "senti.keycheck.v1"

// Admit returns nil if the ring fits the database, and an ErrKeys otherwise. For every name the ring must hold a key the
// database knows, and no other under a known ID. A database without keys takes the ring's, and newer keys beside a known one
// are recorded too; a refused ring records nothing. Call it before anything else reads or writes.
func Admit(ctx context.Context, d *db.DB, ring *key.Ring) error {
	own, known, err := compared(ctx, d, ring)
	if err != nil {
		return err
	}
	if unknown := without(own, known); len(unknown) > 0 {
		if err := d.Transact(ctx, func(tx *db.DB) error { return record(ctx, tx, own) }); err != nil {
			return err
		}
	}
	for _, c := range without(known, own) {
		slog.Warn("the database knows a key that is not in the ring: what was made with it cannot be used here", "setting", setting(c.Name), "key_id", c.ID)
	}
	return nil
}

// Confirm returns nil if the ring fits the database as Admit left it, and an ErrKeys otherwise. It writes nothing.
func Confirm(ctx context.Context, d *db.DB, ring *key.Ring) error {
	own, known, err := compared(ctx, d, ring)
	if err != nil {
		return err
	}
	if unknown := without(own, known); len(unknown) > 0 {
		return fmt.Errorf("%w: it has no record of %s", ErrKeys, setting(unknown[0].Name))
	}
	return nil
}

// compared returns the checks of the ring and those the database has, and an ErrKeys if they do not fit.
func compared(ctx context.Context, d *db.DB, ring *key.Ring) (own, known []check, err error) {
	if own, err = checksOf(ring); err != nil {
		return nil, nil, err
	}
	if known, err = read(ctx, d); err != nil {
		return nil, nil, err
	}
	return own, known, compare(own, known)
}

// check is what the database keeps of a key.
type check struct {
	key.Ref
	mac [32]byte
}

func checksOf(ring *key.Ring) ([]check, error) {
	var all []check
	for _, ref := range ring.All() {
		mac, err := ring.MAC(ref.Name, ref.ID, []byte(constant))
		if err != nil {
			return nil, err
		}
		all = append(all, check{ref, [32]byte(mac)})
	}
	return all, nil
}

// compare says everything that keeps the ring's keys from being used on a database that knows these.
func compare(own, known []check) error {
	switch {
	case len(known) == 0:
		return nil
	case isDemo(known) && !isDemo(own):
		return fmt.Errorf("%w: it belongs to the demo, whose keys everybody knows: name another database in db", ErrKeys)
	case isDemo(own) && !isDemo(known):
		return fmt.Errorf("%w: it has keys of its own, so the demo and the benches keep off it: name another database with --db", ErrKeys)
	}
	var wrong []error
	seen := map[string]bool{}
	for _, o := range own {
		if seen[o.Name] {
			continue
		}
		seen[o.Name] = true
		if err := compareName(o.Name, named(own, o.Name), named(known, o.Name)); err != nil {
			wrong = append(wrong, err)
		}
	}
	return errors.Join(wrong...)
}

func isDemo(all []check) bool {
	return slices.ContainsFunc(all, func(c check) bool { return c.ID == key.DemoID })
}

func compareName(name string, own, known []check) error {
	if len(known) == 0 {
		return nil
	}
	met := false
	for _, o := range own {
		i := slices.IndexFunc(known, func(k check) bool { return k.ID == o.ID })
		if i >= 0 && known[i].mac != o.mac {
			return fmt.Errorf("%w: %s has another key %q: put the right one back, or name another database in db",
				ErrKeys, setting(name), o.ID)
		}
		met = met || i >= 0
	}
	if met {
		return nil
	}
	return fmt.Errorf("%w: %s lacks the key %s: put it back, or name another database in db",
		ErrKeys, setting(name), ids(known))
}

// setting is how the configuration calls a key.
func setting(name string) string { return "key_" + name }

func ids(all []check) string {
	var quoted []string
	for _, c := range all {
		quoted = append(quoted, fmt.Sprintf("%q", c.ID))
	}
	return strings.Join(quoted, " or ")
}

func named(all []check, name string) []check {
	var out []check
	for _, c := range all {
		if c.Name == name {
			out = append(out, c)
		}
	}
	return out
}

// without returns those that are not among the others.
func without(all, others []check) []check {
	return slices.DeleteFunc(slices.Clone(all), func(c check) bool {
		return slices.ContainsFunc(others, func(o check) bool { return o.Ref == c.Ref })
	})
}

// record adds the ring's keys that the database has not met. Processes that start together come one after another: each
// first writes the same row, which names no key, and then looks again at what the others recorded.
func record(ctx context.Context, tx *db.DB, own []check) error {
	const insert = `INSERT INTO key_checks (name, key_id, mac) VALUES `
	again := tx.Dialect().Upsert([]string{"name", "key_id"}, []string{"mac"})
	var nobody [32]byte
	if err := tx.Run(ctx, db.InsertMany(insert, 3, []any{"", "", nobody[:]}, again)); err != nil {
		return fmt.Errorf("keycheck: wait for others that start: %w", err)
	}
	known, err := read(ctx, tx)
	if err != nil {
		return err
	}
	if err := compare(own, known); err != nil {
		return err
	}
	var args []any
	for _, c := range without(own, known) {
		args = append(args, c.Name, c.ID, c.mac[:])
	}
	if err := tx.Run(ctx, db.InsertMany(insert, 3, args, "")); err != nil {
		return fmt.Errorf("keycheck: record the keys: %w", err)
	}
	return nil
}

func read(ctx context.Context, d *db.DB) ([]check, error) {
	var known []check
	err := d.Each(ctx, `SELECT name, key_id, mac FROM key_checks WHERE name <> '' ORDER BY name, key_id`, nil, func(rows *sql.Rows) error {
		var c check
		var mac []byte
		if err := rows.Scan(&c.Name, &c.ID, &mac); err != nil {
			return err
		}
		copy(c.mac[:], mac) // of another length it is no key's
		known = append(known, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keycheck: read which keys the database knows: %w", err)
	}
	return known, nil
}
