package deal

import (
	"senti/wallet/db"
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
func (s *Store) Shown(deal id.ID, d Document) ledger.Companion {
	return appending{s.documents, func(*ledger.Outcome) any { return shown{deal, d} }}
}

type shown struct {
	deal     id.ID
	document Document
}

// documentTable is the IDs as the ledger writes them.
type documentTable struct{ onlyAppended }

// Name is the table's name.
func (*documentTable) Name() string { return "deal_documents" }

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
