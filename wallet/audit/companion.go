package audit

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// link is what the two companions of an entry have between them. The first one's Finish sets the entry and the second one's
// returns it, and the ledger calls the one right before the other, on one goroutine, each time it decides the plan: a batch that
// is decided again sets it anew from the head as it is then.
type link struct {
	act     Act
	invalid error
	entry   *Entry
}

// headKey is the key of the one row of the chain's end.
var headKey = id.Number('h', 1)

// advance moves the chain's end on, so that two entries never get one place.
type advance struct{ link *link }

// Table is the chain's end.
func (advance) Table() ledger.Table { return heads }

// Key is the one row.
func (advance) Key() id.ID { return headKey }

// Check refuses what cannot be kept.
func (c advance) Check(any, time.Time) (keep any, refusal *fault.Error) {
	if c.link.invalid != nil {
		return nil, fault.Wrap(c.link.invalid, fault.Internal)
	}
	return nil, nil
}

// Finish links the entry to the end of the chain, and returns the new end.
func (c advance) Finish(row any, o *ledger.Outcome) any {
	c.link.entry = nil
	if c.link.invalid != nil {
		return nil
	}
	var last Head
	if h, ok := row.(*Head); ok {
		last = *h
	}
	e := &Entry{N: last.N + 1, At: o.At, Act: c.link.act, Posting: o.ID}
	if !o.Accepted {
		e.Refusal = string(o.Refusal.Code)
	}
	e.Hash = e.chained(last.Hash)
	c.link.entry = e
	return &Head{e.N, e.Hash}
}

// addition writes the entry.
type addition struct{ link *link }

// Table is the entries.
func (addition) Table() ledger.Table { return entries }

// Key is zero: nothing else can name an entry.
func (addition) Key() id.ID { return id.ID{} }

// Check never refuses.
func (addition) Check(any, time.Time) (keep any, refusal *fault.Error) { return nil, nil }

// Finish writes the entry that was just linked.
func (c addition) Finish(any, *ledger.Outcome) any {
	if c.link.entry == nil {
		return nil
	}
	return c.link.entry
}
