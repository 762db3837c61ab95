package network

import (
	"errors"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// A change gets a copy of the row as it is at the commit, alters it, or refuses; it must be pure. It may suspend and make active
// again, but what else it does to a row than its function says is not written: closing, moving and nominating touch other rows too
// and have functions of their own. The fault is place_closed for what is closed, which nothing changes any more.

// ChangeAgent returns the companion that alters an agent's Name, Class or Status.
func (d *Directory) ChangeAgent(agent int64, change func(*Agent) *fault.Error) ledger.Companion {
	return alter(d.agents, agent, fault.AgentNotFound, func(a *Agent) *fault.Error {
		next := *a
		if refusal := changed(a.Status, &next.Status, change(&next)); refusal != nil {
			return refusal
		}
		a.Class, a.Status = next.Class, next.Status
		return setName(&a.Name, next.Name)
	})
}

// ChangeStore returns the companion that alters a store's Name, Ward, Landmark or Status.
func (d *Directory) ChangeStore(store int64, change func(*Store) *fault.Error) ledger.Companion {
	return alter(d.stores, store, fault.StoreNotFound, func(s *Store) *fault.Error {
		next := *s
		if refusal := changed(s.Status, &next.Status, change(&next)); refusal != nil {
			return refusal
		}
		s.Status = next.Status
		return s.set(next)
	})
}

// ChangeTill returns the companion that alters a till's Label, Status or Open. A till that is not active is not open.
func (d *Directory) ChangeTill(till int64, change func(*Till) *fault.Error) ledger.Companion {
	return alter(d.tills, till, fault.TillNotFound, func(t *Till) *fault.Error {
		next := *t
		if refusal := changed(t.Status, &next.Status, change(&next)); refusal != nil {
			return refusal
		}
		t.Label, t.Status = clip(fold(next.Label), LabelMax), next.Status
		t.Open = next.Open && next.Status == Active
		return nil
	})
}

// ChangeOperator returns the companion that alters an operator's Name, Language, Role, Status, DayIn or DayOut.
func (d *Directory) ChangeOperator(operator int64, change func(*Operator) *fault.Error) ledger.Companion {
	return alter(d.operators, operator, fault.NotOperator, func(o *Operator) *fault.Error {
		next := *o
		if refusal := changed(o.Status, &next.Status, change(&next)); refusal != nil {
			return refusal
		}
		o.Language, o.Role, o.Status = next.Language, next.Role, next.Status
		o.DayIn, o.DayOut = next.DayIn, next.DayOut
		return setName(&o.Name, strings.ToUpper(next.Name))
	})
}

// changed judges a change of status.
func changed(before Status, after *Status, refusal *fault.Error) *fault.Error {
	switch {
	case before == Closed:
		return fault.New(fault.PlaceClosed)
	case refusal != nil:
		return refusal
	case *after != before && *after != Active && *after != Suspended:
		return fault.Wrap(errors.New("network: a change to status "+string(*after)), fault.Internal)
	}
	return nil
}

// OpenTill returns the companion that opens a till for the day, or shuts it. The fault is operator_suspended for one that is not
// active and so cannot be opened.
func (d *Directory) OpenTill(till int64, open bool) ledger.Companion {
	return d.ChangeTill(till, func(t *Till) *fault.Error {
		t.Open = open
		if open && t.Status == Suspended {
			return fault.New(fault.OperatorSuspended)
		}
		return nil
	})
}

// Nominate returns the companions that have an agent's commission released to the float of one of its own tills.
func (d *Directory) Nominate(agent, till int64) []ledger.Companion {
	return []ledger.Companion{
		d.tillParts(till, agent, 0),
		alter(d.agents, agent, fault.AgentNotFound, func(a *Agent) *fault.Error {
			a.Nominated = till
			return notClosed(a.Status)
		}),
	}
}

// PaidTo returns the companion that lets a plan through only if the agent may do business and its commission is released to that
// till. The fault is conflict.
func (d *Directory) PaidTo(agent, till int64) ledger.Companion {
	return act[Agent]{d.agents, numbered(agent), func(row *Agent, _ time.Time) (*Agent, *fault.Error) {
		return nil, asRead(row != nil && row.Status == Active && row.Nominated == till)
	}}
}

// MoveOperator returns the companions that move an operator, as just read, to another till of the same agent: another agent hires
// him anew. The fault is other_agent, till_not_found or place_closed, or conflict when he was moved meanwhile.
func (d *Directory) MoveOperator(o Operator, to int64) []ledger.Companion {
	return []ledger.Companion{
		d.tillParts(o.Till, o.Agent, -1),
		d.tillParts(to, o.Agent, 1),
		alter(d.operators, o.ID, fault.NotOperator, func(row *Operator) *fault.Error {
			if row.Status == Closed {
				return fault.New(fault.PlaceClosed)
			}
			same := row.Till == o.Till && row.Agent == o.Agent
			row.Till = to
			return asRead(same)
		}),
	}
}

func notClosed(s Status) *fault.Error {
	if s == Closed {
		return fault.New(fault.PlaceClosed)
	}
	return nil
}

// asRead refuses to act on a row that is not as the caller read it.
func asRead(same bool) *fault.Error {
	if !same {
		return fault.New(fault.Conflict)
	}
	return nil
}
