package wallet

import (
	"sync"
	"time"

	"senti/wallet/clock"
)

// Recent remembers values for a while and for a bounded number of keys: what was not put in again while a whole generation
// filled up is forgotten. It is safe for concurrent use.
type Recent[K comparable, V any] struct {
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

// NewRecent returns a memory in which a value lasts for life, of at most about twice that many keys.
func NewRecent[K comparable, V any](c clock.Clock, life time.Duration, most int) *Recent[K, V] {
	return &Recent[K, V]{clock: c, life: life, most: most, young: map[K]remembered[V]{}}
}

// Get returns what was put in for that key, if it is not too old.
func (r *Recent[K, V]) Get(key K) (V, bool) {
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

// Put remembers a value.
func (r *Recent[K, V]) Put(key K, value V) {
	until := r.clock.Now().Add(r.life)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.young) >= r.most {
		r.old, r.young = r.young, make(map[K]remembered[V])
	}
	r.young[key] = remembered[V]{value, until}
}

// Forget drops what is remembered for that key.
func (r *Recent[K, V]) Forget(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.young, key)
	delete(r.old, key)
}

// Clear drops everything.
func (r *Recent[K, V]) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.young)
	clear(r.old)
}
