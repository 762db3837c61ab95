package proof

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/key"
)

// Store reads proofs as last committed, and makes the companions that write them. It is safe for concurrent use.
type Store struct {
	db    *db.DB
	keys  *key.Ring
	table *table
}

// NewStore returns the store of the proofs in a database, under the keys of the ring.
func NewStore(d *db.DB, keys *key.Ring) *Store { return &Store{d, keys, &table{}} }

// State returns how far the subject has come.
func (s *Store) State(ctx context.Context, subject Subject) (State, error) {
	found, err := s.table.Load(ctx, s.db, []id.ID{subject.key()})
	if err != nil {
		return State{}, fmt.Errorf("proof: read: %w", err)
	}
	r, ok := found[subject.key()].(*row)
	if !ok {
		return State{}, nil
	}
	return State{r.way, r.step, r.until, r.locked, r.small}, nil
}

// Small is a day of small limits.
type Small struct {
	Subject Subject
	Until   time.Time
}

// SmallOver returns up to limit days of small limits that are over at now, those that ended first come first, from the one after that
// one on: the zero value for all.
func (s *Store) SmallOver(ctx context.Context, now time.Time, after Small, limit int) ([]Small, error) {
	var all []Small
	from := after.Until.UnixMicro()
	err := s.db.Each(ctx, `
		SELECT   subject, small_until
		FROM     proofs
		WHERE    small_until <= ? AND (small_until > ? OR small_until = ? AND subject > ?)
		ORDER BY small_until, subject
		LIMIT    ?`, []any{now.UnixMicro(), from, from, after.Subject.key(), int64(limit)}, func(rows *sql.Rows) error {
		var subject []byte
		var until int64
		if err := rows.Scan(&subject, &until); err != nil {
			return err
		}
		k, err := id.FromBytes(subject)
		all = append(all, Small{Subject{Kind(k[0]), int64(binary.BigEndian.Uint64(k[8:]))}, time.UnixMicro(until).UTC()})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("proof: look for small limits that are over: %w", err)
	}
	return all, nil
}

// table is the proofs as the ledger commits them.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*table) Name() string { return "proofs" }

// Load reads the proofs of subjects.
func (*table) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	err := q.EachIn(ctx, `
		SELECT subject, way, step, until, key_id, salt, mac, wrong, wrong_since, codes, codes_since, locked_until, small_until,
		       shown_codes, shown_since
		FROM   proofs
		WHERE  subject IN`, values, func(rows *sql.Rows) error {
		var r row
		var subject []byte
		var until, wrongSince, codesSince, locked, shownSince int64
		var small sql.NullInt64
		err := rows.Scan(&subject, &r.way, &r.step, &until, &r.keyID, &r.salt, &r.mac, &r.wrong, &wrongSince, &r.codes, &codesSince,
			&locked, &small, &r.shown, &shownSince)
		if err != nil {
			return err
		}
		r.until, r.wrongSince, r.codesSince = moment(until), moment(wrongSince), moment(codesSince)
		r.locked, r.small, r.shownSince = moment(locked), moment(small.Int64), moment(shownSince)
		r.subject, err = id.FromBytes(subject)
		found[r.subject] = &r
		return err
	})
	return found, err
}

// moment reads a time; 0 is none.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// micros writes a time; none is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

var (
	keyColumns = []string{"subject"}
	setColumns = []string{"way", "step", "until", "key_id", "salt", "mac", "wrong", "wrong_since", "codes", "codes_since",
		"locked_until", "small_until", "shown_codes", "shown_since"}
)

// Write inserts or replaces proofs.
func (*table) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 15
	args := make([]any, 0, columns*len(rows))
	for _, image := range rows {
		r := image.(*row)
		var small any
		if !r.small.IsZero() {
			small = r.small.UnixMicro()
		}
		args = append(args, r.subject, int64(r.way), int64(r.step), micros(r.until), r.keyID, orEmpty(r.salt), orEmpty(r.mac), r.wrong,
			micros(r.wrongSince), r.codes, micros(r.codesSince), micros(r.locked), small, r.shown, micros(r.shownSince))
	}
	return db.InsertMany(`
		INSERT INTO proofs (subject, way, step, until, key_id, salt, mac, wrong, wrong_since, codes, codes_since, locked_until,
		                    small_until, shown_codes, shown_since) VALUES `, columns, args, d.Upsert(keyColumns, setColumns))
}

// orEmpty makes bytes that the database does not take for NULL.
func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
