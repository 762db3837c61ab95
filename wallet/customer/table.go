package customer

import (
	"context"
	"database/sql"
	"errors"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// customerTable is the customers as the ledger commits them, keyed by phone: two registrations of one number meet in memory.
type customerTable struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*customerTable) Name() string { return "customers" }

// Load reads customers by phone.
func (*customerTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	phones := make([]any, len(keys))
	for i, k := range keys {
		phone, ok := msisdn.FromBytes16(k)
		if !ok {
			return nil, errors.New("customer: a key that is no phone number")
		}
		phones[i] = string(phone)
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectCustomer+` WHERE phone IN`, phones, func(rows *sql.Rows) error {
		c, err := scan(rows)
		found[c.Phone.Bytes16()] = &c
		return err
	})
	return found, err
}

var (
	customerKey = []string{"id"}
	customerSet = []string{"account", "phone", "name", "name_verified", "tier", "status", "language", "terms", "terms_at",
		"id_type", "id_sealed", "id_index", "photo", "shared", "was", "sim", "sim_changed", "sim_checked"}
)

// vacant is the image of a number that nobody has any more: nothing is written of it.
func vacant(row any) bool {
	c, ok := row.(*Customer)
	return ok && c.ID == 0
}

// Write inserts or replaces customers. Who has another number than before gives it up first, whatever comes in which order: else it
// could still be in the way of who has it now.
func (*customerTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 20
	args := make([]any, 0, columns*len(rows))
	var first []db.Stmt
	for _, r := range rows {
		if vacant(r) {
			continue
		}
		c := r.(*Customer)
		if c.moved {
			first = append(first, db.Stmt{SQL: `UPDATE customers SET phone = ? WHERE id = ?`, Args: []any{string(msisdn.NoNumber(c.ID)), c.ID}})
		}
		args = append(args, c.ID, c.Account, string(c.Phone), c.Name, c.NameVerified, int64(c.Tier), string(c.Status), c.Language,
			c.Terms, c.TermsAt.UnixMicro(), int64(c.Document.Type), orNull(c.Document.Sealed), orNull(c.Document.Index),
			c.Photo, c.Shared, string(c.Was), c.CreatedAt.UnixMicro(), c.SIM.orNull(), micros(c.SIMChanged), micros(c.SIMChecked))
	}
	return append(first, db.InsertMany(`
		INSERT INTO customers (id, account, phone, name, name_verified, tier, status, language, terms, terms_at,
		                       id_type, id_sealed, id_index, photo, shared, was, created_at, sim, sim_changed, sim_checked) VALUES `,
		columns, args, d.Upsert(customerKey, customerSet))...)
}

func (s SIM) orNull() any {
	if s.IsZero() {
		return nil
	}
	return s[:]
}

func orNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// documentTable is how many wallets name each document.
type documentTable struct{ _ byte } // as customerTable

// Name is the table's name.
func (*documentTable) Name() string { return "customer_documents" }

// Load reads the counts of documents.
func (*documentTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i := range keys {
		values[i] = keys[i]
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, `SELECT document, wallets FROM customer_documents WHERE document IN`, values, func(rows *sql.Rows) error {
		var document []byte
		var d documentRow
		err := rows.Scan(&document, &d.wallets)
		if err != nil {
			return err
		}
		d.key, err = id.FromBytes(document)
		found[d.key] = &d
		return err
	})
	return found, err
}

var (
	documentKeys = []string{"document"}
	documentSet  = []string{"wallets"}
)

// Write inserts or replaces counts.
func (*documentTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	args := make([]any, 0, 2*len(rows))
	for _, r := range rows {
		row := r.(*documentRow)
		args = append(args, row.key, row.wallets)
	}
	return db.InsertMany(`INSERT INTO customer_documents (document, wallets) VALUES `, 2, args,
		d.Upsert(documentKeys, documentSet))
}
