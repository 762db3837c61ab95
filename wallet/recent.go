package wallet

import (
	"sync"
	"time"

	"senti/wallet/clock"
)

// recent remembers values for a while and for a bounded number of keys: what was not put in again while a whole generation
// filled up is forgotten. It is safe for concurrent use.
type recent[K comparable, V any] struct {
	clock clock.Clock
	life  time.Duration
	most  int

	mu         sync.Mutex
	young, old map[K]remembered[V]
}

type remembered[V any] struct {
	value V
	until time.Time
}

func newRecent[K comparable, V any](c clock.Clock, life time.Duration, most int) *recent[K, V] {
	return &recent[K, V]{clock: c, life: life, most: most, young: map[K]remembered[V]{}}
}

func (r *recent[K, V]) get(key K) (V, bool) {
	r.mu.Lock()
	v, ok := r.young[key]
	if !ok {
		v, ok = r.old[key]
	}
	r.mu.Unlock()
	if !ok || !r.clock.Now().Before(v.until) {
		var none V
		return none, false
	}
	return v.value, true
}

func (r *recent[K, V]) put(key K, value V) {
	until := r.clock.Now().Add(r.life)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.young) >= r.most {
		r.old, r.young = r.young, make(map[K]remembered[V])
	}
	r.young[key] = remembered[V]{value, until}
}

func (r *recent[K, V]) forget(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.young, key)
	delete(r.old, key)
}
