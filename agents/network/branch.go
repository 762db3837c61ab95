package network

import (
	"context"
	"maps"
	"slices"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// Branch is an agent, a store or a till as just read, with all that stands above and under it and is not closed: what has to be known
// to stop all that is under it, or to let it work again.
type Branch struct {
	root   Ref
	agents map[int64]Agent
	stores map[int64]Store
	tills  []Till // by ascending number
}

// Branch returns what stands above and under an agent, a store or a till, however much that is. Faults: agent_not_found,
// store_not_found, till_not_found, bad_request (an operator).
func (d *Directory) Branch(ctx context.Context, of Ref) (Branch, error) {
	b := Branch{root: of, agents: map[int64]Agent{}, stores: map[int64]Store{}}
	agent, err := d.trunk(ctx, &b)
	if err != nil {
		return Branch{}, err
	}
	if of.Kind == AnAgent {
		err = d.crown(ctx, &b)
	}
	for agent != 0 && err == nil { // what is above
		var a Agent
		if a, err = d.Agent(ctx, agent); err == nil {
			b.agents[a.ID], agent = a, a.Parent
		}
	}
	return b, err
}

// trunk reads the root of a branch, and what is under it if that is a store. It returns the agent above, or the root itself.
func (d *Directory) trunk(ctx context.Context, b *Branch) (agent int64, err error) {
	switch b.root.Kind {
	case AnAgent:
		return b.root.ID, nil
	case AStore:
		s, err := d.Store(ctx, b.root.ID)
		if err != nil {
			return 0, err
		}
		b.stores[s.ID] = s
		b.tills, err = listed(ctx, d, tillFields, `SELECT `+columnsOf("t", tillColumns)+` FROM tills t
			 WHERE t.store = ? AND t.status <> 'closed' ORDER BY t.id`, s.ID)
		return s.Agent, err
	case ATill:
		p, err := d.ByTill(ctx, b.root.ID)
		if err != nil {
			return 0, err
		}
		b.stores[p.Store.ID] = p.Store
		if p.Till.Status != Closed {
			b.tills = []Till{p.Till}
		}
		return p.Agent.ID, nil
	case AnOperator:
	}
	return 0, fault.New(fault.BadRequest, "field", "kind")
}

// crown reads all that is under an agent.
func (d *Directory) crown(ctx context.Context, b *Branch) error {
	const ofTree = ` WHERE (a.id = ? OR a.parent = ?)`
	agents, err := listed(ctx, d, agentFields, `SELECT `+columnsOf("a", agentColumns)+` FROM agents a`+ofTree+` AND a.status <> 'closed'`,
		b.root.ID, b.root.ID)
	if err != nil {
		return err
	}
	stores, err := listed(ctx, d, storeFields, `SELECT `+columnsOf("s", storeColumns)+` FROM agents a JOIN stores s ON s.agent = a.id`+ofTree+`
		   AND s.status <> 'closed'`, b.root.ID, b.root.ID)
	if err != nil {
		return err
	}
	for _, a := range agents {
		b.agents[a.ID] = a
	}
	for _, s := range stores {
		b.stores[s.ID] = s
	}
	b.tills, err = listed(ctx, d, tillFields, `SELECT `+columnsOf("t", tillColumns)+` FROM agents a JOIN tills t ON t.agent = a.id`+ofTree+`
		   AND t.status <> 'closed' ORDER BY t.id`, b.root.ID, b.root.ID)
	return err
}

// Places returns the tills of the branch that are not closed, by ascending number, as they would be if its root had that status.
func (b Branch) Places(root Status) []Place {
	out := make([]Place, len(b.tills))
	for i, t := range b.tills {
		p := Place{Till: t, Store: b.stores[t.Store], Agent: b.agents[t.Agent]}
		if p.Agent.Parent != 0 {
			p.Super = b.agents[p.Agent.Parent]
		}
		out[i] = p.With(b.root, root)
	}
	return out
}

// Unchanged returns the companions that let a plan through only if the branch is as it was read: nobody was suspended or resumed in it or
// above it, and nothing was opened or closed in it. The fault is conflict: read it again.
//
// No row is written. That nothing was opened needs no look at what is not there: every agent and every store counts what is open under
// it, and as long as all that was read is still open and the counts are the same, there is no more.
func (d *Directory) Unchanged(b Branch) []ledger.Companion {
	under := func(s Store) bool { return b.root.Kind == AnAgent || b.root == Ref{AStore, s.ID} }
	var out []ledger.Companion
	for _, number := range slices.Sorted(maps.Keys(b.agents)) {
		read := b.agents[number]
		counted := b.root.Kind == AnAgent && (read.ID == b.root.ID || read.Parent == b.root.ID)
		out = append(out, same(d.agents, read.ID, func(row *Agent) bool {
			return row.Status == read.Status && (!counted || row.Parts == read.Parts)
		}))
	}
	for _, number := range slices.Sorted(maps.Keys(b.stores)) {
		read := b.stores[number]
		out = append(out, same(d.stores, read.ID, func(row *Store) bool {
			return row.Status == read.Status && (!under(read) || row.Parts == read.Parts)
		}))
	}
	for _, read := range b.tills {
		out = append(out, same(d.tills, read.ID, func(row *Till) bool { return row.Status == read.Status }))
	}
	return out
}

// same looks at a row without writing it. The fault is conflict.
func same[T any](t *table[T], number int64, is func(row *T) bool) ledger.Companion {
	return act[T]{t, numbered(number), func(row *T, _ time.Time) (*T, *fault.Error) {
		return nil, asRead(row != nil && is(row))
	}}
}

// Above returns the companions that let a plan through only if the store of a place, its agent and its super-agent have the statuses that
// were read, and the agent its class: for what is opened in the store. The fault is conflict.
func (d *Directory) Above(p Place) []ledger.Companion {
	out := []ledger.Companion{
		same(d.stores, p.Store.ID, func(row *Store) bool { return row.Status == p.Store.Status }),
		same(d.agents, p.Agent.ID, func(row *Agent) bool { return row.Status == p.Agent.Status && row.Class == p.Agent.Class }),
	}
	if p.Super.ID != 0 {
		out = append(out, same(d.agents, p.Super.ID, func(row *Agent) bool { return row.Status == p.Super.Status }))
	}
	return out
}

// Serves returns the companions that let a plan through only if the till, its store, its agent and its super-agent may all do business, for
// acts in which no float has a part that would be stopped. A number of 0 is not looked at. The fault is operator_suspended.
func (d *Directory) Serves(till, store, agent, super int64) []ledger.Companion {
	var out []ledger.Companion
	if till != 0 {
		out = append(out, serving(d.tills, till, func(row *Till) Status { return row.Status }))
	}
	if store != 0 {
		out = append(out, serving(d.stores, store, func(row *Store) Status { return row.Status }))
	}
	for _, a := range []int64{agent, super} {
		if a != 0 {
			out = append(out, serving(d.agents, a, func(row *Agent) Status { return row.Status }))
		}
	}
	return out
}

// serving looks at a row without writing it.
func serving[T any](t *table[T], number int64, status func(*T) Status) ledger.Companion {
	return act[T]{t, numbered(number), func(row *T, _ time.Time) (*T, *fault.Error) {
		if row == nil || status(row) != Active {
			return nil, fault.New(fault.OperatorSuspended)
		}
		return nil, nil
	}}
}
