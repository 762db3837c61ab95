package pin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/key"
)

// Store makes the companions that check and set PINs. It is safe for concurrent use.
type Store struct {
	db    *db.DB
	keys  *key.Ring
	table *table
}

// NewStore returns the store of the verifiers in a database, under the keys of the ring.
func NewStore(d *db.DB, keys *key.Ring) *Store { return &Store{d, keys, &table{}} }

// SetAt tells when the subject's PIN was last set, and false when it has none.
func (s *Store) SetAt(ctx context.Context, subject Subject) (time.Time, bool, error) {
	var at int64
	err := s.db.QueryRow(ctx, `SELECT set_at FROM pins WHERE subject = ?`, subject.key()).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("pin: read when it was set: %w", err)
	}
	return time.UnixMicro(at).UTC(), true, nil
}

// State is what can be said of a subject's PIN.
type State struct {
	Set    bool // there is one
	Locked bool // too many wrong ones were typed
	SetAt  time.Time
}

// State returns what can be said of the subject's PIN, for the eyes of those who help its owner.
func (s *Store) State(ctx context.Context, subject Subject) (State, error) {
	found, err := s.table.Load(ctx, s.db, []id.ID{subject.key()})
	if err != nil {
		return State{}, fmt.Errorf("pin: read its state: %w", err)
	}
	v, ok := found[subject.key()].(*verifier)
	if !ok {
		return State{}, nil
	}
	return State{true, v.locked(), v.setAt}, nil
}

// table is the verifiers as the ledger commits them.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*table) Name() string { return "pins" }

const selectVerifier = `SELECT subject, tries, scheme, key_id, salt, mac, set_at, quiet, quiet_since FROM pins`

// Load reads the verifiers of subjects.
func (*table) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i][:]
	}
	err := q.EachIn(ctx, selectVerifier+` WHERE subject IN`, values, func(rows *sql.Rows) error {
		var v verifier
		var subject []byte
		var setAt, quietSince int64
		err := rows.Scan(&subject, &v.tries, &v.scheme, &v.keyID, &v.salt, &v.mac, &setAt, &v.quiet, &quietSince)
		if err != nil {
			return err
		}
		v.setAt, v.quietSince = time.UnixMicro(setAt).UTC(), time.UnixMicro(quietSince).UTC()
		v.subject, err = id.FromBytes(subject)
		found[v.subject] = &v
		return err
	})
	return found, err
}

var (
	keyColumns = []string{"subject"}
	setColumns = []string{"tries", "scheme", "key_id", "salt", "mac", "set_at", "quiet", "quiet_since"}
)

// Write inserts or replaces verifiers.
func (*table) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 9
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		v := r.(*verifier)
		args = append(args, v.subject[:], v.tries, int64(v.scheme), v.keyID, v.salt, v.mac, v.setAt.UnixMicro(),
			v.quiet, v.quietSince.UnixMicro())
	}
	return db.InsertMany(`INSERT INTO pins (subject, tries, scheme, key_id, salt, mac, set_at, quiet, quiet_since) VALUES `,
		columns, args, d.Upsert(keyColumns, setColumns))
}
