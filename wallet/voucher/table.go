package voucher

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// slipTable is what secret codes stand for, as the ledger commits it.
type slipTable struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*slipTable) Name() string { return "codes" }

const selectSlip = `
	SELECT id, drawn_from, kind, owner, phone, record, amount, fee, tax, worded, state, tries_left, scheme, key_id, salt, mac,
	       made_at, expires_at, ended_at, ended_by
	  FROM codes`

func scanSlip(rows *sql.Rows) (s Slip, err error) {
	var key, from, record, by []byte
	var phone string
	var worded, made, expires int64
	var ended sql.NullInt64
	err = rows.Scan(&key, &from, &s.Kind, &s.Owner, &phone, &record, &s.Amount, &s.Fee, &s.Tax, &worded, &s.State, &s.Left,
		&s.proof.scheme, &s.proof.keyID, &s.proof.salt, &s.proof.mac, &made, &expires, &ended, &by)
	if err != nil {
		return Slip{}, err
	}
	s.Phone, s.Worded = msisdn.Number(phone), worded != 0
	s.MadeAt, s.ExpiresAt, s.EndedAt = time.UnixMicro(made).UTC(), time.UnixMicro(expires).UTC(), orZero(ended)
	return s, scanIDs(idColumn{key, &s.ID}, idColumn{from, &s.From}, idColumn{record, &s.Record}, idColumn{by, &s.EndedBy})
}

// Load reads slips.
func (*slipTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectSlip+` WHERE id IN`, values, func(rows *sql.Rows) error {
		s, err := scanSlip(rows)
		found[s.ID] = &s
		return err
	})
	return found, err
}

var (
	slipKey = []string{"id"}
	slipSet = []string{"drawn_from", "kind", "owner", "phone", "record", "amount", "fee", "tax", "worded", "state", "tries_left",
		"scheme", "key_id", "salt", "mac", "made_at", "expires_at", "ended_at", "ended_by", "due_at"}
)

// Write inserts or replaces slips.
func (*slipTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 21
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		s := r.(*Slip)
		var due any
		if s.State.Open() {
			due = s.ExpiresAt.UnixMicro()
		}
		args = append(args, s.ID, s.From, int64(s.Kind), s.Owner, string(s.Phone), orNull(s.Record), s.Amount, s.Fee, s.Tax,
			s.Worded, int64(s.State), int64(s.Left), int64(s.proof.scheme), s.proof.keyID, s.proof.salt, s.proof.mac,
			s.MadeAt.UnixMicro(), s.ExpiresAt.UnixMicro(), microsOrNull(s.EndedAt), orNull(s.EndedBy), due)
	}
	return db.InsertMany(`
		INSERT INTO codes (id, drawn_from, kind, owner, phone, record, amount, fee, tax, worded, state, tries_left, scheme, key_id,
		                   salt, mac, made_at, expires_at, ended_at, ended_by, due_at) VALUES `, columns, args, d.Upsert(slipKey, slipSet))
}

// idColumn is what a column of an ID holds, and where it goes.
type idColumn struct {
	from []byte
	to   *id.ID
}

// scanIDs reads columns that hold an ID or nothing.
func scanIDs(columns ...idColumn) error {
	for _, c := range columns {
		if c.from == nil {
			continue
		}
		read, err := id.FromBytes(c.from)
		if err != nil {
			return fmt.Errorf("voucher: a key column of %d bytes", len(c.from))
		}
		*c.to = read
	}
	return nil
}

func orNull(i id.ID) any {
	if i.IsZero() {
		return nil
	}
	return i
}

func microsOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func orZero(micros sql.NullInt64) time.Time {
	if !micros.Valid {
		return time.Time{}
	}
	return time.UnixMicro(micros.Int64).UTC()
}
