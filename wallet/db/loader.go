package db

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Loader reads one row for each of many callers with few queries: while a query is under way, whoever comes waits for the next
// one and shares it. A lone caller is served at once; there is no timer. It keeps nothing: what Get returns was read by a
// query that began after Get was called, so it shows every commit that the caller knows of.
type Loader[K comparable, V any] struct {
	// Read returns the rows that exist, by key.
	Read func(ctx context.Context, keys []K) (map[K]V, error)

	mu      sync.Mutex
	waiting map[K][]chan loaded[V]
	reading bool
}

type loaded[V any] struct {
	row   V
	found bool
	err   error
}

// readLimit bounds a shared query, which no single caller's context may end: nobody on a phone waits longer for a page.
const readLimit = 2 * time.Second

// Get returns the row with that key; found is false if there is none.
func (l *Loader[K, V]) Get(ctx context.Context, key K) (row V, found bool, err error) {
	answer := make(chan loaded[V], 1)
	l.mu.Lock()
	if l.waiting == nil {
		l.waiting = map[K][]chan loaded[V]{}
	}
	l.waiting[key] = append(l.waiting[key], answer)
	first := !l.reading
	l.reading = true
	l.mu.Unlock()
	if first {
		go l.serve()
	}
	select {
	case a := <-answer:
		return a.row, a.found, a.err
	case <-ctx.Done():
		return row, false, ctx.Err()
	}
}

// Waiting returns how many callers wait for the next query.
func (l *Loader[K, V]) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, callers := range l.waiting {
		n += len(callers)
	}
	return n
}

// serve reads for all who wait until nobody does.
func (l *Loader[K, V]) serve() {
	for {
		l.mu.Lock()
		asked := l.waiting
		l.waiting = nil
		l.reading = len(asked) > 0
		l.mu.Unlock()
		if len(asked) == 0 {
			return
		}
		keys := make([]K, 0, len(asked))
		for k := range asked {
			keys = append(keys, k)
		}
		rows, err := l.read(keys)
		for k, callers := range asked {
			row, found := rows[k]
			for _, c := range callers {
				c <- loaded[V]{row, found, err}
			}
		}
	}
}

// read is Read within its time. A panic in it is told to those who asked: it must not take the process with it.
func (l *Loader[K, V]) read(keys []K) (rows map[K]V, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("db: a shared read panicked: %v", v)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), readLimit)
	defer cancel()
	return l.Read(ctx, keys)
}
