package network

import (
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// What is closed stays closed, and is closed from below: the fault is place_not_empty (args: left) while something under it is
// not, place_closed when it is closed already. That floats and commission are paid out first is for the caller to see to.

// CloseOperator returns the companions that close an operator, as just read; his phone is free again. The fault is conflict when
// he was moved meanwhile.
func (d *Directory) CloseOperator(o Operator) []ledger.Companion {
	return []ledger.Companion{
		alter(d.operators, o.ID, fault.NotOperator, func(row *Operator) *fault.Error {
			if refusal := notClosed(row.Status); refusal != nil {
				return refusal
			}
			if row.Till != o.Till {
				return fault.New(fault.Conflict)
			}
			row.Status = Closed
			return nil
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
			if refusal := notClosed(row.Status); refusal != nil {
				return refusal
			}
			row.Status, row.Open = Closed, false
			return empty(row.Parts)
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
			if refusal := notClosed(row.Status); refusal != nil {
				return refusal
			}
			row.Status = Closed
			return empty(row.Parts)
		}),
		d.agentParts(s.Agent, -1, func(*Agent) *fault.Error { return nil }),
	}
}

// CloseAgent returns the companions that close an agent.
func (d *Directory) CloseAgent(a Agent) []ledger.Companion {
	out := []ledger.Companion{alter(d.agents, a.ID, fault.AgentNotFound, func(row *Agent) *fault.Error {
		if refusal := notClosed(row.Status); refusal != nil {
			return refusal
		}
		row.Status = Closed
		return empty(row.Parts)
	})}
	if a.Parent == 0 {
		return out
	}
	return append(out, d.agentParts(a.Parent, -1, func(*Agent) *fault.Error { return nil }))
}
