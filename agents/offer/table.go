package offer

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// offerTable is the offers as the ledger commits them.
type offerTable struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*offerTable) Name() string { return "offers" }

const (
	offerFields = `id, kind, state, asker, till, operator, customer, phone, name, amount, fee, tax, hold_id, typed, posting,
	       asked_at, answered_at, ended_at, due_at, first_id`
	selectOffer = `
	SELECT ` + offerFields + `
	  FROM offers`
	insertOffer = `
	INSERT INTO offers (` + offerFields + `) VALUES `
)

func scanOffer(rows *sql.Rows) (o Offer, err error) {
	var key, hold, posting, first []byte
	var phone string
	var asked int64
	var answered, ended, due sql.NullInt64
	err = rows.Scan(&key, &o.Kind, &o.State, &o.Asker, &o.Till, &o.Operator, &o.Customer, &phone, &o.Name, &o.Amount, &o.Fee, &o.Tax,
		&hold, &o.Typed, &posting, &asked, &answered, &ended, &due, &first)
	if err != nil {
		return Offer{}, err
	}
	o.Phone, o.AskedAt = msisdn.Number(phone), time.UnixMicro(asked).UTC()
	o.AnsweredAt, o.EndedAt, o.ExpiresAt = orZero(answered), orZero(ended), orZero(due)
	return o, scanIDs(idColumn{key, &o.ID}, idColumn{hold, &o.Hold}, idColumn{posting, &o.Posting}, idColumn{first, &o.First})
}

// Load reads offers.
func (*offerTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectOffer+` WHERE id IN`, idArgs(keys), func(rows *sql.Rows) error {
		o, err := scanOffer(rows)
		found[o.ID] = &o
		return err
	})
	return found, err
}

var (
	offerKey = []string{"id"}
	offerSet = []string{"state", "operator", "hold_id", "typed", "posting", "answered_at", "ended_at", "due_at"}
)

// Write inserts new offers, so that a second under the same ID cannot overwrite the first, and replaces changed ones.
func (*offerTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 20
	var fresh, changed []any
	for _, r := range rows {
		switch row := r.(type) {
		case *added:
			fresh = appendOffer(fresh, &row.Offer)
		case *Offer:
			changed = appendOffer(changed, row)
		}
	}
	return append(db.InsertMany(insertOffer, columns, fresh, ""),
		db.InsertMany(insertOffer, columns, changed, d.Upsert(offerKey, offerSet))...)
}

func appendOffer(args []any, o *Offer) []any {
	return append(args, o.ID[:], int64(o.Kind), int64(o.State), o.Asker, o.Till, o.Operator, o.Customer, string(o.Phone), o.Name,
		o.Amount, o.Fee, o.Tax, orNull(o.Hold), int64(o.Typed), orNull(o.Posting), o.AskedAt.UnixMicro(),
		microsOrNull(o.AnsweredAt), microsOrNull(o.EndedAt), microsOrNull(o.ExpiresAt), orNull(o.First))
}

// turnTable is whose turn it is, as the ledger commits it: one row for each who has asked.
type turnTable struct{ _ byte } // as offerTable

// Name is the table's name.
func (*turnTable) Name() string { return "offer_turns" }

// Load reads turns.
func (*turnTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, `SELECT asker, offer, until_at FROM offer_turns WHERE asker IN`, idArgs(keys), func(rows *sql.Rows) error {
		var asker, offer []byte
		var until int64
		if err := rows.Scan(&asker, &offer, &until); err != nil {
			return err
		}
		t := Turn{Until: time.UnixMicro(until).UTC()}
		err := scanIDs(idColumn{asker, &t.Asker}, idColumn{offer, &t.Offer})
		found[t.Asker] = &t
		return err
	})
	return found, err
}

// Write inserts or replaces turns.
func (*turnTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 3
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		t := r.(*Turn)
		args = append(args, t.Asker, t.Offer, t.Until.UnixMicro())
	}
	return db.InsertMany(`INSERT INTO offer_turns (asker, offer, until_at) VALUES `, columns, args,
		d.Upsert([]string{"asker"}, []string{"offer", "until_at"}))
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
			return fmt.Errorf("offer: a key column of %d bytes", len(c.from))
		}
		*c.to = read
	}
	return nil
}

func idArgs(keys []id.ID) []any {
	args := make([]any, len(keys))
	for i := range keys {
		args[i] = keys[i][:]
	}
	return args
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
