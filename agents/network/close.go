package network

import (
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// What is closed stays closed, and is closed from below: the fault is place_not_empty (args: left) while something under it is
// not, place_closed when it is closed already, conflict when it is not where it was read. That floats and commission are paid out
// first is for the caller to see to.

// CloseOperator returns the companions that close an operator, as just read; the phone is free again.
func (d *Directory) CloseOperator(o Operator) []ledger.Companion {
	return []ledger.Companion{
		alter(d.operators, o.ID, fault.NotOperator, func(row *Operator) *fault.Error {
			return closed(&row.Status, 0, row.Till == o.Till && row.Agent == o.Agent && row.Phone == o.Phone)
		}),
		d.free(o.Phone, o.ID),
		d.tillParts(o.Till, o.Agent, -1),
	}
}

// CloseTill returns the companions that close a till. Its code is never given again. If commission was released to it, the agent
// has no nominated till from then on.
func (d *Directory) CloseTill(t Till) []ledger.Companion {
	return []ledger.Companion{
		alter(d.tills, t.ID, fault.TillNotFound, func(row *Till) *fault.Error {
			row.Open = false
			return closed(&row.Status, row.Parts, row.Store == t.Store && row.Agent == t.Agent)
		}),
		d.storeParts(t.Store, t.Agent, -1),
		alter(d.agents, t.Agent, fault.AgentNotFound, func(a *Agent) *fault.Error {
			if a.Nominated == t.ID {
				a.Nominated = 0
			}
			return nil
		}),
	}
}

// CloseStore returns the companions that close a store.
func (d *Directory) CloseStore(s Store) []ledger.Companion {
	return []ledger.Companion{
		alter(d.stores, s.ID, fault.StoreNotFound, func(row *Store) *fault.Error {
			return closed(&row.Status, row.Parts, row.Agent == s.Agent)
		}),
		d.agentParts(s.Agent, -1, func(*Agent) *fault.Error { return nil }),
	}
}

// CloseAgent returns the companions that close an agent.
func (d *Directory) CloseAgent(a Agent) []ledger.Companion {
	out := []ledger.Companion{alter(d.agents, a.ID, fault.AgentNotFound, func(row *Agent) *fault.Error {
		return closed(&row.Status, row.Parts, row.Parent == a.Parent)
	})}
	if a.Parent == 0 {
		return out
	}
	return append(out, d.agentParts(a.Parent, -1, func(*Agent) *fault.Error { return nil }))
}

// closed closes a row that has no open parts and stands where it was read.
func closed(status *Status, parts int64, same bool) *fault.Error {
	if refusal := notClosed(*status); refusal != nil {
		return refusal
	}
	if parts > 0 {
		return fault.New(fault.PlaceNotEmpty, "left", parts)
	}
	*status = Closed
	return asRead(same)
}
