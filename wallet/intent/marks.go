package intent

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

// Marks keeps which ends of conversations were shown. Marking costs a caller nothing: marks are gathered in memory and
// written in bulk every half second. A crash loses at most the last ones, and then a person who redials is told once more
// what became of the money; the other way round, silence about money, cannot happen.
type Marks struct {
	db      *db.DB
	flush   sync.Mutex // held through a Flush
	mu      sync.Mutex
	pending map[id.ID]Shown // not yet written
	writing map[id.ID]Shown // being written
}

// NewMarks returns the marks of the intents in a database. Run writes them.
func NewMarks(d *db.DB) *Marks { return &Marks{db: d, pending: map[id.ID]Shown{}} }

const (
	markEvery = 500 * time.Millisecond
	markLast  = 5 * time.Second // for the marks still in memory at shutdown
)

// Set marks the end of an intent; a later mark replaces an earlier one.
func (m *Marks) Set(intent id.ID, shown Shown) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pending[intent] = shown
}

// Latest returns the mark of the intent if it is not yet in the database, and stored otherwise.
func (m *Marks) Latest(intent id.ID, stored Shown) Shown {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.pending[intent]; ok {
		return s
	}
	if s, ok := m.writing[intent]; ok {
		return s
	}
	return stored
}

// Run writes marks until ctx is done, and then those that are left.
func (m *Marks) Run(ctx context.Context) {
	tick := time.NewTicker(markEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := m.Flush(ctx); err != nil && ctx.Err() == nil {
				slog.Error("intent: marks not written, trying again", "error", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), markLast)
			defer cancel()
			if err := m.Flush(last); err != nil {
				slog.Error("intent: last marks lost", "error", err)
			}
			return
		}
	}
}

var (
	markKey = []string{"intent"}
	markSet = []string{"shown"}
)

// Flush writes the marks made so far.
func (m *Marks) Flush(ctx context.Context) error {
	m.flush.Lock()
	defer m.flush.Unlock()
	m.mu.Lock()
	if len(m.pending) == 0 {
		m.mu.Unlock()
		return nil
	}
	m.writing, m.pending = m.pending, map[id.ID]Shown{}
	m.mu.Unlock()

	args := make([]any, 0, 2*len(m.writing))
	for intent, shown := range m.writing {
		args = append(args, intent, int64(shown))
	}
	stmts := db.InsertMany(`INSERT INTO intent_ends (intent, shown) VALUES `, 2, args, m.db.Dialect().Upsert(markKey, markSet))
	err := m.db.Transact(ctx, func(tx *db.DB) error { return tx.Run(ctx, stmts) })

	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		for intent, shown := range m.writing {
			if _, newer := m.pending[intent]; !newer {
				m.pending[intent] = shown
			}
		}
		err = fmt.Errorf("intent: write marks: %w", err)
	}
	m.writing = nil
	return err
}
