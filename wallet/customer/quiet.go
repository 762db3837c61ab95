package customer

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Who has written STOP gets no more messages but those about the own money, until START. It stands beside the customer and not in it: no
// payment reads it.

// Quiet returns the companion that notes whether a customer wants no more messages but those about money.
func (s *Store) Quiet(customer int64, quiet bool) ledger.Companion {
	return quieting{s, quietKey(customer), quiet}
}

// IsQuiet reports whether a customer wants no more messages but those about money.
func (s *Store) IsQuiet(ctx context.Context, customer int64) (bool, error) {
	key := quietKey(customer)
	rows, err := s.quiet.Load(ctx, s.db, []id.ID{key})
	if err != nil {
		return false, fmt.Errorf("customer: read who wants no messages: %w", err)
	}
	row, ok := rows[key].(quietRow)
	return ok && row.since != 0, nil
}

func quietKey(customer int64) id.ID { return id.Number(1, customer) }

type quieting struct {
	store *Store
	key   id.ID
	quiet bool
}

type quietRow struct {
	key   id.ID
	since int64 // microseconds, 0 for not
}

// Table is the table of who wants no messages.
func (q quieting) Table() ledger.Table { return q.store.quiet }

// Key is the customer.
func (q quieting) Key() id.ID { return q.key }

// Check never refuses.
func (quieting) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish notes it if the plan was accepted.
func (q quieting) Finish(_ any, o *ledger.Outcome) any {
	switch {
	case !o.Accepted:
		return nil
	case q.quiet:
		return quietRow{q.key, o.At.UnixMicro()}
	}
	return quietRow{q.key, 0}
}

// quietTable is who wants no messages.
type quietTable struct{ _ byte } // as customerTable

// Name is the table's name.
func (*quietTable) Name() string { return "quiet_customers" }

// Load reads who wants no messages.
func (*quietTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	return found, q.EachIn(ctx, `SELECT customer, since FROM quiet_customers WHERE customer IN`, values, func(rows *sql.Rows) error {
		var key []byte
		var row quietRow
		err := rows.Scan(&key, &row.since)
		if err != nil {
			return err
		}
		row.key, err = id.FromBytes(key)
		found[row.key] = row
		return err
	})
}

// Write inserts or replaces.
func (*quietTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, 2*len(rows))
	for _, r := range rows {
		row := r.(quietRow)
		args = append(args, row.key, row.since)
	}
	return db.InsertMany(`INSERT INTO quiet_customers (customer, since) VALUES `, 2, args, d.Upsert([]string{"customer"}, []string{"since"}))
}
