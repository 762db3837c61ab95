package intent

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Keep says what Purge leaves: an act that was gone through with if it was opened at Records or later, and of all others what
// was opened at Quotes or later.
type Keep struct{ Records, Quotes time.Time }

// Purged is what Purge did.
type Purged struct {
	Last    id.ID // where to go on; zero when there is nothing more
	Deleted int
}

// Purge looks at the next intents in the order of their IDs, after one ID and before another, at most limit of them, and deletes
// those that are not kept, each with all that is known of it.
//
// What is lost. Of an act that moved money or set it aside: whom it was with, which its line in a statement shows as long as the intent is
// there, and the terms it was priced and agreed by. That is why such intents are kept as long as records are. The posting,
// its receipt, its legs and the rules it was priced with stay for good; the statement goes on without the other side. Of a quote
// that nobody confirmed, one that was refused, and a page that moved nothing: that it was ever shown. Nothing follows from those
// any more after a day: a redial looks back a day, a quote stands ten minutes, and the ID of a refused one stays spent in
// the ledger.
func (s *Store) Purge(ctx context.Context, after, before id.ID, limit int, keep Keep) (Purged, error) {
	var p Purged
	var old []any
	seen := 0
	err := s.db.Each(ctx, `
		SELECT i.id, i.kind, i.opened_at, c.state
		  FROM intents i
		  LEFT JOIN intent_closings c ON c.intent = i.id
		 WHERE i.id > ? AND i.id < ?
		 ORDER BY i.id
		 LIMIT ?`, []any{after, before, int64(limit)}, func(rows *sql.Rows) error {
		var key []byte
		var kind ledger.Kind
		var opened int64
		var state sql.NullInt64
		if err := rows.Scan(&key, &kind, &opened, &state); err != nil {
			return err
		}
		intent, err := id.FromBytes(key)
		seen, p.Last = seen+1, intent
		until := keep.Quotes
		if State(state.Int64) == Accepted && kind != ledger.Enquiry {
			until = keep.Records
		}
		if opened < until.UnixMicro() {
			old = append(old, intent)
		}
		return err
	})
	if err != nil {
		return Purged{}, fmt.Errorf("intent: look for old ones: %w", err)
	}
	if seen < limit {
		p.Last = id.ID{}
	}
	p.Deleted = len(old)
	return p, s.delete(ctx, old)
}

// delete removes intents with their closings and marks: a mark or closing without its intent would never be found again.
func (s *Store) delete(ctx context.Context, intents []any) error {
	if len(intents) == 0 {
		return nil
	}
	err := s.db.Transact(ctx, func(tx *db.DB) error {
		for _, list := range db.Lists(intents) {
			in := ` IN (` + db.Marks(len(list)) + `)`
			for _, query := range []string{
				`DELETE FROM intent_ends WHERE intent` + in,
				`DELETE FROM intent_closings WHERE intent` + in,
				`DELETE FROM intents WHERE id` + in,
			} {
				if _, err := tx.Exec(ctx, query, list...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("intent: delete old ones: %w", err)
	}
	return nil
}
