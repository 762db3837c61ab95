package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
)

// Purged is what Purge did.
type Purged struct {
	Last    id.ID // where to go on; zero when there is nothing more
	Deleted int
}

// Purge looks at the next messages in the order of their IDs, after one ID and before another, at most limit of them, and deletes those
// written before a moment that a provider took on or refused for good. One that still waits stays, however old. Nothing of the money
// is lost: what a person was told, word for word, and the provider's name for it are.
func (s *Store) Purge(ctx context.Context, after, before id.ID, limit int, written time.Time) (Purged, error) {
	var p Purged
	var old []any
	seen := 0
	err := s.db.Each(ctx, `
		SELECT id, state, created_at
		  FROM messages
		 WHERE id > ? AND id < ?
		 ORDER BY id
		 LIMIT ?`, []any{after, before, int64(limit)}, func(rows *sql.Rows) error {
		var key []byte
		var state State
		var created int64
		if err := rows.Scan(&key, &state, &created); err != nil {
			return err
		}
		message, err := id.FromBytes(key)
		seen, p.Last = seen+1, message
		if state != Waiting && created < written.UnixMicro() {
			old = append(old, message)
		}
		return err
	})
	if err != nil {
		return Purged{}, fmt.Errorf("outbox: look for old messages: %w", err)
	}
	if seen < limit {
		p.Last = id.ID{}
	}
	if p.Deleted = len(old); p.Deleted == 0 {
		return p, nil
	}
	err = s.db.Transact(ctx, func(tx *db.DB) error {
		for _, list := range db.Lists(old) {
			for _, query := range []string{`DELETE FROM messages WHERE id IN (`, `DELETE FROM lost_messages WHERE message IN (`} {
				if _, err := tx.Exec(ctx, query+db.Marks(len(list))+`)`, list...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return Purged{}, fmt.Errorf("outbox: delete old messages: %w", err)
	}
	return p, nil
}
