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

// Document is an ID that was shown at a counter for a deal with somebody without a wallet, sealed as package customer seals it.
type Document struct {
	Type   int64
	Sealed []byte
	Index  []byte // 32 bytes: finds all deals of one document
}

// Shown returns the companion that keeps the ID that was shown for a deal, when the plan is accepted.
func (s *Store) Shown(deal id.ID, d Document) ledger.Companion { return shown{s, deal, d} }

type shown struct {
	store    *Store
	deal     id.ID
	document Document
}

// Table is the documents' table.
func (c shown) Table() ledger.Table { return c.store.documents }

// Key is zero: nothing else can name the row.
func (shown) Key() id.ID { return id.ID{} }

// Check never refuses.
func (shown) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes the row if the plan was accepted.
func (c shown) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	return c
}

// documentTable is the IDs as the ledger writes them: rows are added and never changed.
type documentTable struct{ _ byte } // as dealTable

// Name is the table's name.
func (*documentTable) Name() string { return "deal_documents" }

// Load is never called, as no companion names a row.
func (*documentTable) Load(context.Context, *db.DB, []id.ID) (map[id.ID]any, error) {
	return nil, errors.New("deal: documents are added, never locked")
}

// Write inserts documents.
func (*documentTable) Write(_ *db.Dialect, rows []any) []db.Stmt {
	const columns = 4
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		c := r.(shown)
		args = append(args, c.deal[:], c.document.Type, c.document.Sealed, c.document.Index)
	}
	return db.InsertMany(`INSERT INTO deal_documents (deal, id_type, id_sealed, id_index) VALUES `, columns, args, "")
}
