package network

import (
	"errors"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// act is the one companion of this package: what becomes of one row of a table.
type act[T any] struct {
	table *table[T]
	key   id.ID
	// decide gets the row as it is at the commit (nil when absent) and returns what to write, or nil to leave it. It is pure, and
	// does not alter what it is given.
	decide func(row *T, at time.Time) (*T, *fault.Error)
}

// Table is the row's table.
func (a act[T]) Table() ledger.Table { return a.table }

// Key is the row's key.
func (a act[T]) Key() id.ID { return a.key }

// Check asks whether it may be done.
func (a act[T]) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	old, _ := row.(*T)
	_, refusal = a.decide(old, at)
	return nil, refusal
}

// Finish does it if the plan was accepted.
func (a act[T]) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	old, _ := row.(*T)
	next, refusal := a.decide(old, o.At)
	if refusal != nil {
		panic("network: two companions of a plan are at odds: " + refusal.Error()) // the plan fails, and nothing of it is written
	}
	if next == nil {
		return nil
	}
	return next
}

// create writes a row that is not there yet. bad is what is wrong with it, or nil.
func create[T any](t *table[T], row T, bad *fault.Error, stamp func(*T) *time.Time) ledger.Companion {
	return act[T]{t, t.keyOf(&row), func(old *T, at time.Time) (*T, *fault.Error) {
		if bad != nil {
			return nil, bad
		}
		if old != nil {
			return nil, fault.Wrap(errors.New("network: "+t.name+": the number is taken"), fault.Conflict)
		}
		next := row
		*stamp(&next) = at
		return &next, nil
	}}
}

// alter changes a copy of a row that must be there.
func alter[T any](t *table[T], number int64, missing fault.Code, change func(row *T) *fault.Error) ledger.Companion {
	return act[T]{t, numbered(number), func(old *T, _ time.Time) (*T, *fault.Error) {
		if old == nil {
			return nil, fault.New(missing)
		}
		next := *old
		if refusal := change(&next); refusal != nil {
			return nil, refusal
		}
		return &next, nil
	}}
}

// take gives a phone or a code to its owner, unless somebody else has it.
func take(t *table[claim], text string, owner int64, taken fault.Code) ledger.Companion {
	mine := claim{text, owner}
	return act[claim]{t, t.keyOf(&mine), func(old *claim, _ time.Time) (*claim, *fault.Error) {
		if old != nil && old.owner != 0 {
			return nil, fault.New(taken)
		}
		return &mine, nil
	}}
}

// free takes an operator's phone back, for the next who works under it.
func (d *Directory) free(phone msisdn.Number, owner int64) ledger.Companion {
	return act[claim]{d.phones, phone.Bytes16(), func(old *claim, _ time.Time) (*claim, *fault.Error) {
		if old == nil || old.owner != owner {
			return nil, fault.New(fault.Conflict)
		}
		return &claim{old.text, 0}, nil
	}}
}

// The parts a row counts, so that nothing is opened under what is closed and nothing closed above what is open.

func (d *Directory) agentParts(agent, change int64, may func(*Agent) *fault.Error) ledger.Companion {
	return alter(d.agents, agent, fault.AgentNotFound, func(a *Agent) *fault.Error {
		return counted(&a.Parts, change, a.Status, func() *fault.Error { return may(a) })
	})
}

func (d *Directory) storeParts(store, agent, change int64) ledger.Companion {
	return alter(d.stores, store, fault.StoreNotFound, func(s *Store) *fault.Error {
		return counted(&s.Parts, change, s.Status, func() *fault.Error { return within(s.Agent, agent) })
	})
}

func (d *Directory) tillParts(till, agent, change int64) ledger.Companion {
	return alter(d.tills, till, fault.TillNotFound, func(t *Till) *fault.Error {
		return counted(&t.Parts, change, t.Status, func() *fault.Error { return within(t.Agent, agent) })
	})
}

func counted(parts *int64, change int64, status Status, may func() *fault.Error) *fault.Error {
	if change >= 0 && status == Closed {
		return fault.New(fault.PlaceClosed)
	}
	*parts += change
	return may()
}

func within(agent, expected int64) *fault.Error {
	if agent != expected {
		return fault.New(fault.OtherAgent)
	}
	return nil
}
