package network

import (
	"time"

	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
)

// What is created gets its number, its accounts and its texts from the caller; texts are folded again here. The fault is
// agent_not_found, store_not_found or till_not_found when there is nothing to create it under, place_closed when that is closed.
// One plan creates one level: the commit looks at what stands above before anything of the plan is written.

// CreateAgent returns the companions that write a new agent, under its super-agent if it has one.
func (d *Directory) CreateAgent(a Agent) []ledger.Companion {
	a.Name, a.Parts, a.Nominated = i18n.Fold(a.Name), 0, 0
	out := []ledger.Companion{create(d.agents, a, func(a *Agent) *time.Time { return &a.CreatedAt })}
	if a.Parent == 0 {
		return out
	}
	return append(out, d.agentParts(a.Parent, 1, func(parent *Agent) *fault.Error {
		if parent.Kind != Super || a.Kind != Head {
			return fault.New(fault.OtherAgent)
		}
		return nil
	}))
}

// CreateStore returns the companions that write a new store of its agent.
func (d *Directory) CreateStore(s Store) []ledger.Companion {
	s.Name, s.Landmark, s.Parts = clip(sought(s.Name), StoreNameMax), Landmark(s.Landmark), 0
	return []ledger.Companion{
		d.agentParts(s.Agent, 1, func(*Agent) *fault.Error { return nil }),
		create(d.stores, s, func(s *Store) *time.Time { return &s.CreatedAt }),
	}
}

// CreateTill returns the companions that write a new till of its store, not open yet. The fault is shop_code_taken when another
// till has the code.
func (d *Directory) CreateTill(t Till) []ledger.Companion {
	t.Label, t.Open, t.Parts = clip(fold(t.Label), LabelMax), false, 0
	return []ledger.Companion{
		d.storeParts(t.Store, t.Agent, 1),
		take(d.codes, string(t.Code), t.ID, fault.ShopCodeTaken),
		create(d.tills, t, func(t *Till) *time.Time { return &t.CreatedAt }),
	}
}

// CreateOperator returns the companions that write a new operator of a till. The fault is operator_taken when the phone works at
// a till already; the phone of a closed operator is free.
func (d *Directory) CreateOperator(o Operator) []ledger.Companion {
	o.Name = i18n.Fold(o.Name)
	o.Today, o.Refusals, o.BarredUntil = Day{}, 0, time.Time{}
	return []ledger.Companion{
		d.tillParts(o.Till, o.Agent, 1),
		take(d.phones, string(o.Phone), o.ID, fault.OperatorTaken),
		create(d.operators, o, func(o *Operator) *time.Time { return &o.CreatedAt }),
	}
}
