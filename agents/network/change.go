package network

import (
	"errors"

	"senti/wallet/fault"
	"senti/wallet/i18n"
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
		a.Name, a.Class, a.Status = i18n.Fold(next.Name), next.Class, next.Status
		return nil
	})
}

// ChangeStore returns the companion that alters a store's Name, Ward, Landmark or Status.
func (d *Directory) ChangeStore(store int64, change func(*Store) *fault.Error) ledger.Companion {
	return alter(d.stores, store, fault.StoreNotFound, func(s *Store) *fault.Error {
		next := *s
		if refusal := changed(s.Status, &next.Status, change(&next)); refusal != nil {
			return refusal
		}
		s.Name, s.Landmark = clip(sought(next.Name), StoreNameMax), Landmark(next.Landmark)
		s.Ward, s.Status = next.Ward, next.Status
		return nil
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
		o.Name, o.Language, o.Role, o.Status = i18n.Fold(next.Name), next.Language, next.Role, next.Status
		o.DayIn, o.DayOut = next.DayIn, next.DayOut
		return nil
	})
}

// changed judges a change of status.
func changed(before Status, after *Status, refusal *fault.Error) *fault.Error {
	switch {
	case before == Closed:
		return fault.New(fault.PlaceClosed)
	case refusal != nil:
		return refusal
	case *after != Active && *after != Suspended:
		return fault.Wrap(errors.New("network: a change to status "+string(*after)), fault.Internal)
	}
	return nil
}

// OpenTill returns the companion that opens a till for the day, or shuts it.
func (d *Directory) OpenTill(till int64, open bool) ledger.Companion {
	return d.ChangeTill(till, func(t *Till) *fault.Error { t.Open = open; return nil })
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

// MoveOperator returns the companions that move an operator, as just read, to another till of the same agent: another agent hires
// him anew. The fault is other_agent or till_not_found or place_closed for the till, conflict when he was moved or closed meanwhile.
func (d *Directory) MoveOperator(o Operator, to int64) []ledger.Companion {
	return []ledger.Companion{
		d.tillParts(o.Till, o.Agent, -1),
		d.tillParts(to, o.Agent, 1),
		alter(d.operators, o.ID, fault.NotOperator, func(row *Operator) *fault.Error {
			if row.Status == Closed || row.Till != o.Till {
				return fault.New(fault.Conflict)
			}
			row.Till = to
			return nil
		}),
	}
}

func notClosed(s Status) *fault.Error {
	if s == Closed {
		return fault.New(fault.PlaceClosed)
	}
	return nil
}
