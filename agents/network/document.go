package network

import (
	"context"
	"fmt"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Document is an operator's ID document as package customer seals it, in a row of its own that no deal reads. The zero value is none.
type Document struct {
	Operator int64
	Type     int64
	Sealed   []byte
	Index    []byte // 32 bytes: equal for one document, whoever shows it
	SetAt    time.Time
}

// KeepDocument returns the companion that keeps an operator's document, in place of an earlier one.
func (d *Directory) KeepDocument(kept Document) ledger.Companion {
	return act[Document]{d.documents, numbered(kept.Operator), func(_ *Document, at time.Time) (*Document, *fault.Error) {
		next := kept
		next.SetAt = at
		return &next, nil
	}}
}

// Document returns an operator's document; that of operator 0 if there is none.
func (d *Directory) Document(ctx context.Context, operator int64) (Document, error) {
	found, err := d.documents.Load(ctx, d.db, []id.ID{numbered(operator)})
	if err != nil {
		return Document{}, fmt.Errorf("network: read a document: %w", err)
	}
	if kept, ok := found[numbered(operator)].(*Document); ok {
		return *kept, nil
	}
	return Document{}, nil
}

// WithDocument returns the operators, closed ones too, who were taken on with the document of that index, by ascending number.
func (d *Directory) WithDocument(ctx context.Context, index []byte) ([]Operator, error) {
	return listed(ctx, d, workFields, selectOperators+`
	  JOIN operator_documents i ON i.operator = o.id
	 WHERE i.id_index = ? ORDER BY o.id`, index)
}

func newDocuments() *table[Document] {
	return &table[Document]{
		name: "operator_documents", key: "operator", fixed: 1, arg: numberOf,
		columns: []string{"operator", "id_type", "id_sealed", "id_index", "set_at"},
		keyOf:   func(d *Document) id.ID { return numbered(d.Operator) },
		fields:  func(d *Document) []any { return []any{&d.Operator, &d.Type, &d.Sealed, &d.Index, moment{&d.SetAt}} },
		values:  func(d *Document) []any { return []any{d.Operator, d.Type, d.Sealed, d.Index, micros(d.SetAt)} },
	}
}
