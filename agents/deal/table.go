package deal

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// dealTable is the deals as the ledger commits them.
type dealTable struct{ _ byte } // not of size zero: the ledger tells tables apart by their addresses

// Name is the table's name.
func (*dealTable) Name() string { return "deals" }

// Load reads deals.
func (*dealTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectDeal+` WHERE id IN`, idArgs(keys), func(rows *sql.Rows) error {
		d, err := scanDeal(rows)
		found[d.ID] = &d
		return err
	})
	return found, err
}

const insertDeal = `
	INSERT INTO deals (id, kind, state, till, operator, agent, super, customer, phone, name, amount, fee, tax, earned,
	                   earned_super, hold_id, receipt, asked_at, ended_at, due_at, day, marks, partner) VALUES `

var (
	dealKey = []string{"id"}
	dealSet = []string{"state", "fee", "tax", "earned", "earned_super", "hold_id", "receipt", "ended_at", "due_at", "marks", "partner"}
)

// Write inserts new deals, so that a second under the same ID cannot overwrite the first, and replaces changed ones.
func (*dealTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 23
	fresh := make([]any, 0, columns*len(rows))
	var changed []any
	for _, r := range rows {
		switch row := r.(type) {
		case *added:
			fresh = appendDeal(fresh, &row.Deal)
		case *Deal:
			changed = appendDeal(changed, row)
		}
	}
	return append(db.InsertMany(insertDeal, columns, fresh, ""),
		db.InsertMany(insertDeal, columns, changed, d.Upsert(dealKey, dealSet))...)
}

func appendDeal(args []any, d *Deal) []any {
	return append(args, d.ID[:], int64(d.Kind), int64(d.State), d.Till, d.Operator, d.Agent, d.Super, d.Customer,
		string(d.Phone), d.Name, d.Amount, d.Fee, d.Tax, d.Earned, d.EarnedSuper, orNull(d.Hold), d.Receipt,
		d.AskedAt.UnixMicro(), microsOrNull(d.EndedAt), microsOrNull(d.ExpiresAt), int64(d.Day), int64(d.Marks), orNull(d.Partner))
}

const selectDeal = `
	SELECT id, kind, state, till, operator, agent, super, customer, phone, name, amount, fee, tax, earned,
	       earned_super, hold_id, receipt, asked_at, ended_at, due_at, day, marks, partner
	  FROM deals`

func scanDeal(rows *sql.Rows) (d Deal, err error) {
	var key, hold, partner []byte
	var phone string
	var asked int64
	var ended, due sql.NullInt64
	err = rows.Scan(&key, &d.Kind, &d.State, &d.Till, &d.Operator, &d.Agent, &d.Super, &d.Customer, &phone, &d.Name, &d.Amount,
		&d.Fee, &d.Tax, &d.Earned, &d.EarnedSuper, &hold, &d.Receipt, &asked, &ended, &due, &d.Day, &d.Marks, &partner)
	if err != nil {
		return Deal{}, err
	}
	d.Phone = msisdn.Number(phone)
	d.AskedAt, d.EndedAt, d.ExpiresAt = time.UnixMicro(asked).UTC(), orZero(ended), orZero(due)
	return d, scanIDs(idColumn{key, &d.ID}, idColumn{hold, &d.Hold}, idColumn{partner, &d.Partner})
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
			return fmt.Errorf("deal: a key column of %d bytes", len(c.from))
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
