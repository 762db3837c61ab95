package deal

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Add returns the companion that writes a new deal when its plan is accepted, under the plan's ID. The commit fills in the
// receipt, the times and the day.
func (s *Store) Add(d Deal) ledger.Companion { return addition{s, d, nil} }

type addition struct {
	store  *Store
	deal   Deal
	looped *bool // nil, or whether it is to be marked Loop
}

// added is a deal that its table has not seen yet.
type added struct{ Deal }

// dealOf returns the deal of a row image, or nil.
func dealOf(row any) *Deal {
	switch d := row.(type) {
	case *Deal:
		return d
	case *added:
		return &d.Deal
	}
	return nil
}

// Table is the deals' table.
func (a addition) Table() ledger.Table { return a.store.deals }

// Key is the deal.
func (a addition) Key() id.ID { return a.deal.ID }

// BornWithPlan says that nobody can have written the row before its plan: the plan's ID is the row's.
func (addition) BornWithPlan() {}

// Check refuses a deal that is there already, and one that could not begin so.
func (a addition) Check(row any, _ time.Time) (keep any, refusal *fault.Error) {
	if row != nil || !allowed(begins, a.deal.Kind, 0, a.deal.State) {
		return nil, fault.New(fault.Conflict)
	}
	return nil, nil
}

// Finish writes the deal if the plan was accepted.
func (a addition) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := added{a.deal}
	next.AskedAt, next.Receipt, next.Day = o.At, o.Receipt, a.store.dayOf(o.At)
	if a.looped != nil {
		next.Marks &^= Loop
		if *a.looped {
			next.Marks |= Loop
		}
	}
	next.EndedAt = time.Time{}
	if next.State != Waiting {
		next.EndedAt, next.ExpiresAt = o.At, time.Time{}
	}
	return &next
}

// Change returns the companion that alters a deal: change gets a copy of the row as it is at the commit and the commit's time,
// alters it, or refuses. It must be pure, and must leave alone whose deal it is. A new state must be one that Moves allows,
// or the plan is refused with deal_closed (state); the commit then fills in EndedAt, and the receipt of a wait that ends in
// money. The fault is deal_not_found for a deal that there is not.
func (s *Store) Change(deal id.ID, change func(d *Deal, at time.Time) *fault.Error) ledger.Companion {
	return alteration{s, deal, change}
}

type alteration struct {
	store  *Store
	deal   id.ID
	change func(*Deal, time.Time) *fault.Error
}

// Table is the deals' table.
func (a alteration) Table() ledger.Table { return a.store.deals }

// Key is the deal.
func (a alteration) Key() id.ID { return a.deal }

// Check asks whether the change may be made.
func (a alteration) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	_, refusal = a.changed(dealOf(row), at)
	return nil, refusal
}

// Finish makes the change if the plan was accepted.
func (a alteration) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	was := dealOf(row)
	next, refusal := a.changed(was, o.At)
	if refusal != nil {
		return nil // cannot be: Check has asked it of this same row at this same time
	}
	if next.State != was.State {
		next.EndedAt = o.At
		if was.State == Waiting && next.State == Done {
			next.Receipt = o.Receipt
		}
	}
	if !next.State.Open() {
		next.ExpiresAt = time.Time{}
	}
	return next
}

// changed is the row after the change.
func (a alteration) changed(was *Deal, at time.Time) (*Deal, *fault.Error) {
	if was == nil {
		return nil, fault.New(fault.DealNotFound)
	}
	next := *was
	if refusal := a.change(&next, at); refusal != nil {
		return nil, refusal
	}
	return &next, move(was.Kind, was.State, next.State)
}

// To is the change that does nothing but bring a deal to a state, and name the posting that did it (zero for none).
func To(state State, partner id.ID) func(*Deal, time.Time) *fault.Error {
	return func(d *Deal, _ time.Time) *fault.Error {
		if refusal := move(d.Kind, d.State, state); refusal != nil || d.State == state {
			return fault.New(fault.DealClosed, "state", d.State.String())
		}
		d.State = state
		if !partner.IsZero() {
			d.Partner = partner
		}
		return nil
	}
}
