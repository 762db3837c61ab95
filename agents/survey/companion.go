package survey

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// row is the one companion of this package: what becomes of one row of a table.
type row[T any] struct {
	table ledger.Table
	key   id.ID
	// decide gets the row as it is at the commit (nil when absent) and returns the next, nil to leave it, or false for a plan that was made
	// on what is no longer so. It is pure, and does not alter what it is given.
	decide func(was *T, at time.Time) (*T, bool)
}

// Table is the row's table.
func (r row[T]) Table() ledger.Table { return r.table }

// Key is the row's key.
func (r row[T]) Key() id.ID { return r.key }

// Check refuses a plan that was made on what is no longer so.
func (r row[T]) Check(image any, at time.Time) (keep any, refusal *fault.Error) {
	was, _ := image.(*T)
	if _, ok := r.decide(was, at); !ok {
		return nil, fault.New(fault.CounterChanged)
	}
	return nil, nil
}

// Finish writes the row if the plan was accepted.
func (r row[T]) Finish(image any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	was, _ := image.(*T)
	if next, _ := r.decide(was, o.At); next != nil {
		return next
	}
	return nil
}

// Plan returns the companion that writes a question with the deal it is about; when says the times by that of the commit.
func (s *Store) Plan(q Question, when func(at time.Time) (due, until time.Time)) ledger.Companion {
	return row[Question]{s.questions, q.Deal, func(was *Question, at time.Time) (*Question, bool) {
		if was != nil {
			return nil, false
		}
		next := q
		next.State, next.Code = Planned, CodeOf(q.Deal)
		next.Due, next.Until = when(at)
		return &next, true
	}}
}

// turn brings a question, as it was read, to what change makes of it.
func (s *Store) turn(q Question, change func(next *Question, at time.Time)) ledger.Companion {
	return row[Question]{s.questions, q.Deal, func(was *Question, at time.Time) (*Question, bool) {
		if was == nil || was.State != q.State || !was.Due.Equal(q.Due) {
			return nil, false
		}
		next := *was
		change(&next, at)
		return &next, true
	}}
}

// Postpone returns the companion that has a planned question wait longer. As all those below it refuses with counter_changed when the
// question is not as it was read.
func (s *Store) Postpone(q Question, due, until time.Time) ledger.Companion {
	return s.turn(q, func(next *Question, _ time.Time) { next.Due, next.Until = due, until })
}

// Drop returns the companion that ends a planned question unasked, as Dropped or Late.
func (s *Store) Drop(q Question, as State) ledger.Companion {
	return s.turn(q, func(next *Question, _ time.Time) { next.State, next.Due = as, time.Time{} })
}

// Ask returns the companions that note that a planned question is asked. They also refuse for a customer who was asked within the
// time of Again.
func (s *Store) Ask(q Question) []ledger.Companion {
	return []ledger.Companion{
		s.turn(q, func(next *Question, at time.Time) {
			next.State, next.Due, next.AskedAt, next.Until = Asked, time.Time{}, at, at.Add(AnswerIn)
		}),
		row[lastOf]{s.customers, numbered(q.Customer), func(was *lastOf, at time.Time) (*lastOf, bool) {
			if was != nil && at.Sub(was.askedAt) < Again {
				return nil, false
			}
			return &lastOf{q.Customer, q.Deal, at}, true
		}},
		s.record(q.Till, func(r *Record, at time.Time) bool {
			*r = r.At(at)
			r.AllAsked++
			return true
		}),
	}
}

// Answer returns the companions that answer a question that was asked, and count it on the record of the till as it was read. casing
// says that a case is opened with the same plan.
func (s *Store) Answer(q Question, was Record, yes, casing bool) []ledger.Companion {
	return []ledger.Companion{
		s.turn(q, func(next *Question, at time.Time) {
			next.AnsweredAt = at
			if next.State = No; yes {
				next.State = Yes
			}
		}),
		s.record(q.Till, func(r *Record, at time.Time) bool {
			if r.Yes != was.Yes || r.No != was.No || r.Cases != was.Cases || !r.Since.Equal(was.Since) {
				return false
			}
			*r = r.With(yes, at)
			if casing {
				r.Cases, r.AllCases = r.Cases+1, r.AllCases+1
			}
			return true
		}),
	}
}

func (s *Store) record(till int64, change func(r *Record, at time.Time) bool) ledger.Companion {
	return row[Record]{s.records, numbered(till), func(was *Record, at time.Time) (*Record, bool) {
		next := Record{Till: till}
		if was != nil {
			next = *was
		}
		return &next, change(&next, at)
	}}
}
