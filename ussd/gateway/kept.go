package gateway

import "sync"

// keptMost is how many sessions a gateway may have at once before the oldest one's is forgotten.
const keptMost = 1 << 16

// kept remembers something of each session: who holds it, for a gateway whose notices name only the session; or what we call it, where a
// network gives a session that we begin a name of its own.
type kept[V any] struct {
	mu     sync.Mutex
	of     map[string]V
	oldest []string // a ring of the sessions in of
	next   int
}

func (k *kept[V]) note(session string, value V) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.of[session]; known {
		k.of[session] = value
		return
	}
	if k.of == nil {
		k.of = map[string]V{}
	}
	if len(k.oldest) < keptMost {
		k.oldest = append(k.oldest, session)
	} else {
		delete(k.of, k.oldest[k.next])
		k.oldest[k.next], k.next = session, (k.next+1)%keptMost
	}
	k.of[session] = value
}

// get returns what was noted of a session; false for nothing.
func (k *kept[V]) get(session string) (V, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	value, ok := k.of[session]
	return value, ok
}
