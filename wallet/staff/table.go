package staff

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
)

// person is one row: immutable, as the ledger caches it.
type person struct {
	Staff
	password []byte // a verifier, sealed
	totp     []byte // a secret, sealed; nil while invited
	step     int64  // the newest step whose code was used
	tries    int64  // wrong ones since the last right one
}

// The lock: so many wrong tries, for so long. Afterwards each further wrong one locks again.
const (
	mostTries = 5
	lockFor   = 15 * time.Minute
)

func (p *person) locked(at time.Time) bool { return at.Before(p.LockedUntil) }

// table is the people as the ledger commits them. There is one for all stores: the ledger keeps one image of a row per table.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

var people = &table{}

// Name is the table's name.
func (*table) Name() string { return "staff" }

const selectPeople = `
	SELECT name, roles, status, password, totp, step, tries, locked_until, created_at, password_at, proved_at
	FROM   staff
	`

// Load reads people by the keys of their names.
func (*table) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectPeople+`WHERE id IN`, values, func(rows *sql.Rows) error {
		p, err := scanPerson(rows)
		found[keyOf(p.Name)] = p
		return err
	})
	return found, err
}

func scanPerson(rows *sql.Rows) (*person, error) {
	var p person
	var locked, created, set, proved int64
	err := rows.Scan(&p.Name, &p.Roles, &p.Status, &p.password, &p.totp, &p.step, &p.tries, &locked, &created, &set, &proved)
	p.LockedUntil, p.CreatedAt, p.PasswordAt, p.ProvedAt = fromMicros(locked), fromMicros(created), fromMicros(set), fromMicros(proved)
	return &p, err
}

// Zero times travel as 0.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

var (
	keyColumns = []string{"id"}
	setColumns = []string{"roles", "status", "password", "totp", "step", "tries", "locked_until", "password_at", "proved_at"}
)

// Write inserts or replaces people.
func (*table) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 12
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		p := r.(*person)
		var secret any
		if p.totp != nil {
			secret = p.totp
		}
		args = append(args, keyOf(p.Name), p.Name, int64(p.Roles), int64(p.Status), p.password, secret, p.step, p.tries,
			micros(p.LockedUntil), micros(p.CreatedAt), micros(p.PasswordAt), micros(p.ProvedAt))
	}
	return db.InsertMany(`INSERT INTO staff (id, name, roles, status, password, totp, step, tries, locked_until, created_at,
		password_at, proved_at) VALUES `, columns, args, d.Upsert(keyColumns, setColumns))
}

// Secrets are sealed under the key of ID numbers, for their person and purpose: copied to another row they do not open.
func seal(keys *key.Ring, name, purpose, secret string) ([]byte, error) {
	sealed, err := keys.Seal(key.IDNumber, []byte(secret), sealContext(name, purpose))
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("staff: seal: %w", err), fault.Internal)
	}
	return sealed, nil
}

func open(keys *key.Ring, name, purpose string, sealed []byte) (string, error) {
	secret, err := keys.Open(key.IDNumber, sealed, sealContext(name, purpose))
	if err != nil {
		return "", fault.Wrap(fmt.Errorf("staff: open what is sealed of %s: %w", name, err), fault.Internal)
	}
	return string(secret), nil
}

// What is sealed.
const (
	ofPassword = "password"
	ofCodes    = "totp"
)

func sealContext(name, purpose string) []byte {
	return []byte("senti.staff." + purpose + ".v1:" + name)
}
