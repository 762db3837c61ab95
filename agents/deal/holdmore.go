package deal

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// HoldMore returns the companion that notes that the plan has taken other holds for an open case in place of those it had, which held so
// much: what is held is then what was taken, of the wallet or, if that has no part in it, of the float. Of a plan that took nothing it
// notes nothing. The fault is conflict when the case is not what it was.
func (s *Store) HoldMore(which id.ID, held int64, wallet, float id.ID) ledger.Companion {
	return holdingMore{s, which, held, wallet, float}
}

type holdingMore struct {
	store         *Store
	which         id.ID
	held          int64
	wallet, float id.ID
}

// Table is the cases' table.
func (h holdingMore) Table() ledger.Table { return h.store.cases }

// Key is the case.
func (h holdingMore) Key() id.ID { return h.which }

// Check looks whether the case is still what it was.
func (h holdingMore) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*Case); !ok || was.State != CaseOpen || was.Held != h.held {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish notes it if the plan was accepted.
func (h holdingMore) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted || o.Taken(h.wallet)+o.Taken(h.float) == 0 {
		return nil
	}
	next := *row.(*Case)
	next.WalletHold, next.FloatHold = h.wallet, h.float
	next.hold(o)
	return &next
}
