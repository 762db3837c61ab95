package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

// Lost is a message that its phone did not get, as far as is known, and whose owner was not told in another way.
type Lost struct {
	ID   id.ID
	Text string
	At   time.Time // when it was written
}

// LostAmong returns those of the messages that are lost, by ID.
func (s *Store) LostAmong(ctx context.Context, messages []id.ID) (map[id.ID]Lost, error) {
	values := make([]any, len(messages))
	for i := range messages {
		values[i] = messages[i]
	}
	found := map[id.ID]Lost{}
	err := s.db.EachIn(ctx, `SELECT id, state, body, created_at, told_at FROM messages WHERE id IN`, values, func(rows *sql.Rows) error {
		var key []byte
		var state State
		var text string
		var at int64
		var told sql.NullInt64
		if err := rows.Scan(&key, &state, &text, &at, &told); err != nil {
			return err
		}
		message, err := id.FromBytes(key)
		if state.Lost() && !told.Valid {
			found[message] = Lost{message, text, time.UnixMicro(at).UTC()}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: look for lost messages: %w", err)
	}
	return found, nil
}

// IsLost is LostAmong for one message. Callers at the same time share a query.
func (s *Store) IsLost(ctx context.Context, message id.ID) (bool, error) {
	_, lost, err := s.lost.Get(ctx, message)
	return lost, err
}

// Told notes that the owner of a lost message was told what it would have said.
func (s *Store) Told(ctx context.Context, message id.ID) error {
	err := s.db.Transact(ctx, func(tx *db.DB) error {
		_, err := tx.Exec(ctx, `UPDATE messages SET told_at = ? WHERE id = ?`, s.clock.Now().UnixMicro(), message)
		return err
	})
	if err != nil {
		return fmt.Errorf("outbox: note who was told: %w", err)
	}
	return nil
}
