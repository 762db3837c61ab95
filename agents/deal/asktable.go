package deal

import (
	"context"
	"database/sql"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

// askTable is the requests as the ledger commits them.
type askTable struct{ _ byte } // as dealTable

// Name is the table's name.
func (*askTable) Name() string { return "asks" }

const selectAsk = `
	SELECT a.id, a.customer, a.till, a.operator, a.amount, a.fee, a.shop, a.state, a.asked_at, a.expires_at, a.posting
	  FROM asks a`

func scanAsk(rows *sql.Rows) (a Ask, err error) {
	var key, posting []byte
	var asked, expires int64
	err = rows.Scan(&key, &a.Customer, &a.Till, &a.Operator, &a.Amount, &a.Fee, &a.Shop, &a.State, &asked, &expires, &posting)
	if err != nil {
		return Ask{}, err
	}
	a.AskedAt, a.ExpiresAt = time.UnixMicro(asked).UTC(), time.UnixMicro(expires).UTC()
	return a, scanIDs(idColumn{key, &a.ID}, idColumn{posting, &a.Posting})
}

// Load reads requests.
func (*askTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectAsk+` WHERE a.id IN`, idArgs(keys), func(rows *sql.Rows) error {
		a, err := scanAsk(rows)
		found[a.ID] = &a
		return err
	})
	return found, err
}

var (
	askKey = []string{"id"}
	askSet = []string{"state", "posting"}
)

// Write inserts or replaces requests.
func (*askTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 11
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		a := r.(*Ask)
		args = append(args, a.ID[:], a.Customer, a.Till, a.Operator, a.Amount, a.Fee, a.Shop, int64(a.State),
			a.AskedAt.UnixMicro(), a.ExpiresAt.UnixMicro(), orNull(a.Posting))
	}
	return db.InsertMany(`
		INSERT INTO asks (id, customer, till, operator, amount, fee, shop, state, asked_at, expires_at, posting) VALUES `,
		columns, args, d.Upsert(askKey, askSet))
}

// turnTable is whose turn it is, as the ledger commits it: one row for each customer who was ever asked.
type turnTable struct{ _ byte } // as dealTable

// Name is the table's name.
func (*turnTable) Name() string { return "ask_turns" }

// Load reads turns.
func (*turnTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	customers := make([]any, len(keys))
	for i, k := range keys {
		customers[i] = customerOf(k)
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, `SELECT customer, ask, until_at FROM ask_turns WHERE customer IN`, customers, func(rows *sql.Rows) error {
		var t turn
		var ask []byte
		var until int64
		if err := rows.Scan(&t.customer, &ask, &until); err != nil {
			return err
		}
		t.until = time.UnixMicro(until).UTC()
		found[customerKey(t.customer)] = &t
		return scanIDs(idColumn{ask, &t.ask})
	})
	return found, err
}

// Write inserts or replaces turns.
func (*turnTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 3
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		t := r.(*turn)
		args = append(args, t.customer, t.ask[:], t.until.UnixMicro())
	}
	return db.InsertMany(`INSERT INTO ask_turns (customer, ask, until_at) VALUES `, columns, args,
		d.Upsert([]string{"customer"}, []string{"ask", "until_at"}))
}

// countTable is how often operators have asked customers in vain, as the ledger commits it: one row for each pair.
type countTable struct{ _ byte } // as dealTable

// Name is the table's name.
func (*countTable) Name() string { return "ask_counts" }

// Load reads counts.
func (*countTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, `SELECT pair, date, asked FROM ask_counts WHERE pair IN`, idArgs(keys), func(rows *sql.Rows) error {
		var c asked
		var pair []byte
		if err := rows.Scan(&pair, &c.date, &c.count); err != nil {
			return err
		}
		err := scanIDs(idColumn{pair, &c.key})
		found[c.key] = &c
		return err
	})
	return found, err
}

// Write inserts or replaces counts.
func (*countTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 3
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		c := r.(*asked)
		args = append(args, c.key[:], int64(c.date), c.count)
	}
	return db.InsertMany(`INSERT INTO ask_counts (pair, date, asked) VALUES `, columns, args,
		d.Upsert([]string{"pair"}, []string{"date", "asked"}))
}
