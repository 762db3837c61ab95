package ledger

import "senti/wallet/id"

// generations is a bounded map: what was not touched while a whole generation filled up is forgotten. Both get and put are
// constant time, and memory is at most two generations.
type generations[V any] struct {
	young, old map[id.ID]V
	limit      int
}

func newGenerations[V any](limit int) *generations[V] {
	return &generations[V]{young: map[id.ID]V{}, limit: limit}
}

func (g *generations[V]) get(key id.ID) (V, bool) {
	if v, ok := g.young[key]; ok {
		return v, true
	}
	v, ok := g.old[key]
	if ok {
		g.put(key, v)
	}
	return v, ok
}

func (g *generations[V]) put(key id.ID, v V) {
	if len(g.young) >= g.limit {
		g.old, g.young = g.young, make(map[id.ID]V, g.limit/4)
	}
	g.young[key] = v
}

// Bounds of one generation, in rows. A table whose rows come back often asks for more through Keeper.
const (
	keepRows     = 20_000
	keepPostings = 20_000
	keepAccounts = 150_000
)

// Keeper is implemented by a Table whose rows are worth keeping in memory between batches in greater number than usual.
// Up to twice KeepRows images are kept, so a row of 300 bytes and 150,000 rows may come to 90 MB. Fewer than usual cannot be
// asked for: what the batch under way is writing must be found here, because the tables do not show it yet.
type Keeper interface{ KeepRows() int }

// KeepRows keeps the accounts of a busy hour.
func (*accountTable) KeepRows() int { return keepAccounts }

// images are the rows as this process last wrote or read them. They are the truth for as long as the sequencer row says
// that nobody else has written since; the committer checks that in every batch and forgets them all when it is not so.
type images struct {
	rows   map[Table]*generations[any]
	posted *generations[*record] // postings of late, so that a repeat is answered without asking the database
}

func newImages() *images {
	return &images{rows: map[Table]*generations[any]{}, posted: newGenerations[*record](keepPostings)}
}

func (m *images) table(t Table) *generations[any] {
	g, ok := m.rows[t]
	if !ok {
		limit := keepRows
		if k, ok := t.(Keeper); ok {
			limit = max(limit, k.KeepRows())
		}
		g = newGenerations[any](limit)
		m.rows[t] = g
	}
	return g
}
