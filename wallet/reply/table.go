package reply

import (
	"context"
	"database/sql"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

// table is the codes as the ledger writes them.
type table struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*table) Name() string { return "reply_codes" }

// Load reads rows.
func (*table) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	return found, q.EachIn(ctx, `
		SELECT customer, agreed_at, intent, key_id, salt, mac, until, wrong, wrong_since, locked, day, spent
		  FROM reply_codes
		 WHERE customer IN`, values, func(rows *sql.Rows) error {
		var customer, intent []byte
		var until, wrongSince, locked int64
		var r row
		err := rows.Scan(&customer, &r.agreed, &intent, &r.keyID, &r.salt, &r.mac, &until, &r.wrong, &wrongSince, &locked, &r.day, &r.spent)
		if err != nil {
			return err
		}
		if r.customer, err = id.FromBytes(customer); err != nil {
			return err
		}
		if r.intent, err = id.FromBytes(intent); err != nil {
			return err
		}
		r.until, r.wrongSince, r.locked = moment(until), moment(wrongSince), moment(locked)
		found[r.customer] = &r
		return nil
	})
}

// moment is a time as a column keeps it: microseconds, 0 for none.
func moment(us int64) time.Time {
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
	tableKey = []string{"customer"}
	tableSet = []string{"agreed_at", "intent", "key_id", "salt", "mac", "until", "wrong", "wrong_since", "locked", "day", "spent"}
)

// Write inserts or replaces rows.
func (*table) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 12
	args := make([]any, 0, columns*len(rows))
	for _, image := range rows {
		r := image.(*row)
		args = append(args, r.customer, r.agreed, r.intent[:], r.keyID, orNull(r.salt), orNull(r.mac), micros(r.until), r.wrong,
			micros(r.wrongSince), micros(r.locked), int64(r.day), r.spent)
	}
	return db.InsertMany(`
		INSERT INTO reply_codes (customer, agreed_at, intent, key_id, salt, mac, until, wrong, wrong_since, locked, day, spent) VALUES `,
		columns, args, d.Upsert(tableKey, tableSet))
}

func orNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}
