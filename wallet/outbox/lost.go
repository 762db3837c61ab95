package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// Lost is a message that its phone did not get, as far as is known, and whose owner was not told in another way.
type Lost struct {
	ID   id.ID
	Kind Kind
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
	err := s.db.EachIn(ctx, `SELECT id, kind, state, body, created_at, told_at FROM messages WHERE id IN`, values, func(rows *sql.Rows) error {
		var key []byte
		var kind Kind
		var state State
		var text string
		var at int64
		var told sql.NullInt64
		if err := rows.Scan(&key, &kind, &state, &text, &at, &told); err != nil {
			return err
		}
		message, err := id.FromBytes(key)
		if state.Lost() && !told.Valid {
			found[message] = Lost{message, kind, text, time.UnixMicro(at).UTC()}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: look for lost messages: %w", err)
	}
	return found, nil
}

// LostOf returns the receipts and notices of a phone that are lost and were written since then, in no order. Callers at the same time
// share a query, which finds nothing quickly.
func (s *Store) LostOf(ctx context.Context, phone msisdn.Number, since time.Time) ([]Lost, error) {
	all, _, err := s.missed.Get(ctx, phone)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(l Lost) bool { return l.At.Before(since) }), nil
}

// lostOf reads what the phones have lost.
func (s *Store) lostOf(ctx context.Context, phones []msisdn.Number) (map[msisdn.Number][]Lost, error) {
	values := make([]any, len(phones))
	for i, p := range phones {
		values[i] = string(p)
	}
	owners := map[id.ID]msisdn.Number{}
	var messages []id.ID
	err := s.db.EachIn(ctx, `SELECT message, phone FROM lost_messages WHERE phone IN`, values, func(rows *sql.Rows) error {
		var key []byte
		var phone string
		if err := rows.Scan(&key, &phone); err != nil {
			return err
		}
		message, err := id.FromBytes(key)
		owners[message] = msisdn.Number(phone)
		messages = append(messages, message)
		return err
	})
	if err != nil || len(messages) == 0 {
		return nil, err
	}
	lost, err := s.LostAmong(ctx, messages)
	found := map[msisdn.Number][]Lost{}
	for message, l := range lost {
		found[owners[message]] = append(found[owners[message]], l)
	}
	return found, err
}

// noteLost notes which messages were lost, and of which phones they are: two values each.
func noteLost(d *db.Dialect, lost []any) []db.Stmt {
	return db.InsertMany(`INSERT INTO lost_messages (message, phone) VALUES `, 2, lost, d.Upsert([]string{"message"}, nil))
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
