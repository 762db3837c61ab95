package network

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"senti/wallet/fault"
)

// Search says which tills to find. The zero value of a field asks for nothing.
type Search struct {
	Ward     string // of the stores in that ward
	Landmark string // of the stores whose name or landmark has that in it, however written; looks at every store, 25 ms for 10,000
	Store    int64
	Agent    int64 // of that agent
	Tree     int64 // of that agent and of those under it
	Serving  bool  // open for the day, nothing above suspended or closed, and somebody may work there: what a customer may be sent to
	After    int64 // of a higher number than this: the next page
	Limit    int   // at most so many; 0: mostFound
}

// mostFound bounds a search that names no bound.
const mostFound = 1000

// Find returns the tills that are as the search says, closed ones too unless it asks for those that serve, by ascending number.
func (d *Directory) Find(ctx context.Context, s Search) ([]Place, error) {
	where, args := s.conditions()
	query := `SELECT ` + placeFields + ` FROM tills t` + above + ` WHERE ` + strings.Join(where, " AND ") + ` ORDER BY t.id LIMIT ?`
	if s.Limit <= 0 {
		s.Limit = mostFound
	}
	var out []Place
	err := d.db.Each(ctx, query, append(args, s.Limit), func(rows *sql.Rows) error {
		out = append(out, Place{})
		return rows.Scan(out[len(out)-1].fields()...)
	})
	if err != nil {
		return nil, fmt.Errorf("network: find tills: %w", err)
	}
	return out, nil
}

func (s Search) conditions() (where []string, args []any) {
	add := func(condition string, values ...any) { where, args = append(where, condition), append(args, values...) }
	add(`t.id > ?`, s.After)
	if s.Ward != "" {
		add(`s.ward = ?`, s.Ward)
	}
	if text := sought(s.Landmark); text != "" {
		add(`s.sought LIKE ? ESCAPE '!'`, `%`+strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`).Replace(text)+`%`)
	}
	if s.Store != 0 {
		add(`t.store = ?`, s.Store)
	}
	if s.Agent != 0 {
		add(`t.agent = ?`, s.Agent)
	}
	if s.Tree != 0 {
		add(`(a.id = ? OR a.parent = ?)`, s.Tree, s.Tree)
	}
	if s.Serving {
		add(`t.is_open = 1 AND t.status = 'active' AND s.status = 'active' AND a.status = 'active' AND (p.id IS NULL OR p.status = 'active')`)
		add(`EXISTS (SELECT 1 FROM operators m WHERE m.till = t.id AND m.status = 'active')`)
	}
	return where, args
}

// OpenTills returns the tills of agents that are not closed, by agent, however many they are.
func (d *Directory) OpenTills(ctx context.Context, agents []int64) (map[int64][]Till, error) {
	values := make([]any, len(agents))
	for i, a := range agents {
		values[i] = a
	}
	out := make(map[int64][]Till, len(agents))
	err := d.db.EachIn(ctx, `SELECT `+columnsOf("t", tillColumns)+` FROM tills t WHERE t.status <> 'closed' AND t.agent IN`, values, func(rows *sql.Rows) error {
		var t Till
		err := rows.Scan(tillFields(&t)...)
		out[t.Agent] = append(out[t.Agent], t)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("network: read tills: %w", err)
	}
	return out, nil
}

// Agent returns the agent of that number, or agent_not_found.
func (d *Directory) Agent(ctx context.Context, agent int64) (Agent, error) {
	found, err := listed(ctx, d, agentFields, `SELECT `+columnsOf("a", agentColumns)+` FROM agents a WHERE a.id = ?`, agent)
	if err == nil && len(found) == 0 {
		return Agent{}, fault.New(fault.AgentNotFound)
	}
	if err != nil {
		return Agent{}, err
	}
	return found[0], nil
}

// Agents returns agents by ascending number, closed ones too: those of a higher number than after, at most limit.
func (d *Directory) Agents(ctx context.Context, after int64, limit int) ([]Agent, error) {
	return listed(ctx, d, agentFields, `SELECT `+columnsOf("a", agentColumns)+` FROM agents a WHERE a.id > ? ORDER BY a.id LIMIT ?`, after, limit)
}

// Store returns the store of that number, or store_not_found.
func (d *Directory) Store(ctx context.Context, store int64) (Store, error) {
	found, err := listed(ctx, d, storeFields, `SELECT `+columnsOf("s", storeColumns)+` FROM stores s WHERE s.id = ?`, store)
	if err == nil && len(found) == 0 {
		return Store{}, fault.New(fault.StoreNotFound)
	}
	if err != nil {
		return Store{}, err
	}
	return found[0], nil
}

// Operators returns the operators of a till who are not closed, by ascending number.
func (d *Directory) Operators(ctx context.Context, till int64) ([]Operator, error) {
	return listed(ctx, d, workFields, selectOperators+` WHERE o.till = ? AND o.status <> 'closed' ORDER BY o.id`, till)
}

// Managers returns the operators of an agent who are its managers and may work, by ascending number.
func (d *Directory) Managers(ctx context.Context, agent int64) ([]Operator, error) {
	return listed(ctx, d, workFields, selectOperators+` WHERE o.agent = ? AND o.role = 'manager' AND o.status = 'active' ORDER BY o.id`, agent)
}

// What returns what that number names: numbers are given once, to an agent or a store or a till or an operator; ID 0 when to none
// of them.
func (d *Directory) What(ctx context.Context, number int64) (Ref, error) {
	found, err := listed(ctx, d, func(r *Ref) []any { return []any{&r.Kind, &r.ID} }, `
		SELECT 'agent', id FROM agents WHERE id = ?
		UNION ALL SELECT 'store', id FROM stores WHERE id = ?
		UNION ALL SELECT 'till', id FROM tills WHERE id = ?
		UNION ALL SELECT 'operator', id FROM operators WHERE id = ?`, number, number, number, number)
	if err != nil || len(found) == 0 {
		return Ref{}, err
	}
	return found[0], nil
}

var selectOperators = `SELECT ` + columnsOf("o", operatorColumns) + `, COALESCE(w.day, 0), COALESCE(w.in_day, 0), COALESCE(w.out_day, 0),
	       COALESCE(w.refusals, 0), COALESCE(w.barred_until, 0)
	  FROM operators o
	  LEFT JOIN operator_duties w ON w.operator = o.id`

// Tree is an agent with all that is under it, closed ones too, each list by ascending number.
type Tree struct {
	Agent  Agent
	Under  []Tree // a super-agent's agents
	Stores []StoreTree
}

// StoreTree is a store with its tills.
type StoreTree struct {
	Store Store
	Tills []TillTree
}

// TillTree is a till with its operators.
type TillTree struct {
	Till      Till
	Operators []Operator
}

// Tree returns an agent and all under it, or agent_not_found.
func (d *Directory) Tree(ctx context.Context, agent int64) (Tree, error) {
	agents, err := listed(ctx, d, agentFields, `SELECT `+columnsOf("a", agentColumns)+` FROM agents a
		 WHERE a.id = ? OR a.parent = ? ORDER BY a.id`, agent, agent)
	if err != nil {
		return Tree{}, err
	}
	root := Tree{}
	for _, a := range agents {
		t := Tree{Agent: a}
		if t.Stores, err = d.storesOf(ctx, a.ID); err != nil {
			return Tree{}, err
		}
		if a.ID == agent {
			root.Agent, root.Stores = t.Agent, t.Stores
		} else {
			root.Under = append(root.Under, t)
		}
	}
	if root.Agent.ID == 0 {
		return Tree{}, fault.New(fault.AgentNotFound)
	}
	return root, nil
}

func (d *Directory) storesOf(ctx context.Context, agent int64) ([]StoreTree, error) {
	stores, err := listed(ctx, d, storeFields, `SELECT `+columnsOf("s", storeColumns)+` FROM stores s WHERE s.agent = ? ORDER BY s.id`, agent)
	if err != nil {
		return nil, err
	}
	tills, err := listed(ctx, d, tillFields, `SELECT `+columnsOf("t", tillColumns)+` FROM tills t WHERE t.agent = ? ORDER BY t.id`, agent)
	if err != nil {
		return nil, err
	}
	operators, err := listed(ctx, d, workFields, selectOperators+` WHERE o.agent = ? ORDER BY o.id`, agent)
	if err != nil {
		return nil, err
	}
	staff := map[int64][]Operator{}
	for _, o := range operators {
		staff[o.Till] = append(staff[o.Till], o)
	}
	counters := map[int64][]TillTree{}
	for _, t := range tills {
		counters[t.Store] = append(counters[t.Store], TillTree{t, staff[t.ID]})
	}
	out := make([]StoreTree, len(stores))
	for i, s := range stores {
		out[i] = StoreTree{s, counters[s.ID]}
	}
	return out, nil
}

// listed reads rows of one kind in the order the query has them.
func listed[T any](ctx context.Context, d *Directory, fields func(*T) []any, query string, args ...any) (out []T, err error) {
	err = d.db.Each(ctx, query, args, func(rows *sql.Rows) error {
		var row T
		err := rows.Scan(fields(&row)...)
		out = append(out, row)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("network: list: %w", err)
	}
	return out, nil
}
