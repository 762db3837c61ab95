package deal

import (
	"context"
	"errors"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// appending is the companion that writes one more row when its plan is accepted. Rows of such tables are added and never changed, so
// nothing is locked or looked at before.
type appending struct {
	table ledger.Table
	row   func(o *ledger.Outcome) any
}

// Table is the row's table.
func (a appending) Table() ledger.Table { return a.table }

// Key is zero: nothing else can name the row.
func (appending) Key() id.ID { return id.ID{} }

// Check never refuses.
func (appending) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes the row if the plan was accepted.
func (a appending) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return a.row(o)
}

// onlyAppended is what the tables of such rows have in common.
type onlyAppended struct{ _ byte } // as dealTable

// Load is never called, as no companion names a row.
func (*onlyAppended) Load(context.Context, *db.DB, []id.ID) (map[id.ID]any, error) {
	return nil, errors.New("deal: these rows are added, never locked")
}
