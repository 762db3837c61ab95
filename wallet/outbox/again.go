package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// Copy is a message as it was written.
type Copy struct {
	ID    id.ID
	To    msisdn.Number
	Kind  Kind
	State State
	Text  string
	At    time.Time // when it was written
}

// Copies returns those of the messages that exist, in no order.
func (s *Store) Copies(ctx context.Context, messages []id.ID) ([]Copy, error) {
	values := make([]any, len(messages))
	for i := range messages {
		values[i] = messages[i]
	}
	var all []Copy
	err := s.db.EachIn(ctx, `SELECT id, phone, kind, state, body, created_at FROM messages WHERE id IN`, values, func(rows *sql.Rows) error {
		var c Copy
		var key []byte
		var phone string
		var at int64
		err := rows.Scan(&key, &phone, &c.Kind, &c.State, &c.Text, &at)
		if err != nil {
			return err
		}
		c.To, c.At = msisdn.Number(phone), time.UnixMicro(at).UTC()
		c.ID, err = id.FromBytes(key)
		all = append(all, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: read messages: %w", err)
	}
	return all, nil
}
