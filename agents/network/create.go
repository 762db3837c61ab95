package network

import (
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
)

// What is created gets its number, its accounts and its texts from the caller; texts are folded here. It is active unless it is to
// begin suspended. The fault is agent_not_found, store_not_found or till_not_found when there is nothing to create it under,
// place_closed when that is closed, and that of the text that is none. One plan creates one level: the commit looks at what stands
// above before anything of the plan is written.

// CreateAgent returns the companions that write a new agent, under its super-agent if it has one.
func (d *Directory) CreateAgent(a Agent) []ledger.Companion {
	bad := setName(&a.Name, a.Name)
	a.Status, a.Parts, a.Nominated = born(a.Status), 0, 0
	out := []ledger.Companion{create(d.agents, a, bad, func(a *Agent) *time.Time { return &a.CreatedAt })}
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
	bad := s.set(s)
	s.Status, s.Parts = born(s.Status), 0
	return []ledger.Companion{
		d.agentParts(s.Agent, 1, func(*Agent) *fault.Error { return nil }),
		create(d.stores, s, bad, func(s *Store) *time.Time { return &s.CreatedAt }),
	}
}

// CreateTill returns the companions that write a new till of its store, not open yet. The fault is shop_code_taken when another
// till has the code.
func (d *Directory) CreateTill(t Till) []ledger.Companion {
	t.Label, t.Status, t.Open, t.Parts = clip(fold(t.Label), LabelMax), born(t.Status), false, 0
	var bad *fault.Error
	if code, err := ParseCode(string(t.Code)); err != nil || code != t.Code {
		bad = fault.New(fault.BadShopCode)
	}
	return []ledger.Companion{
		d.storeParts(t.Store, t.Agent, 1),
		create(d.tills, t, bad, func(t *Till) *time.Time { return &t.CreatedAt }),
		take(d.codes, string(t.Code), t.ID, fault.ShopCodeTaken),
	}
}

// CreateOperator returns the companions that write a new operator of a till. The fault is operator_taken when the phone works at
// a till already; the phone of a closed operator is free.
func (d *Directory) CreateOperator(o Operator) []ledger.Companion {
	bad := setName(&o.Name, strings.ToUpper(o.Name))
	o.Status = born(o.Status)
	o.Today, o.Refusals, o.BarredUntil = Day{}, 0, time.Time{}
	return []ledger.Companion{
		d.tillParts(o.Till, o.Agent, 1),
		take(d.phones, string(o.Phone), o.ID, fault.OperatorTaken),
		create(d.operators, o, bad, func(o *Operator) *time.Time { return &o.CreatedAt }),
	}
}

// born is the status of something new.
func born(s Status) Status {
	if s == Suspended {
		return Suspended
	}
	return Active
}

// setName folds a name of a business or a person. The fault is bad_name.
func setName(name *string, text string) *fault.Error {
	*name = i18n.Fold(text)
	if *name == "" || strings.Contains(*name, "?") {
		return fault.New(fault.BadName)
	}
	return nil
}

// set folds what a store is called and found by. The fault is bad_store_name or bad_ward.
func (s *Store) set(to Store) *fault.Error {
	var err, wrongWard error
	s.Name, err = StoreName(to.Name)
	s.Ward, wrongWard = WardCode(to.Ward)
	s.Landmark = Landmark(to.Landmark)
	if err == nil {
		err = wrongWard
	}
	return fault.As(err)
}
