package outbox

import (
	"context"
	"strings"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// Scrubbed stands where a code stood in the text of a message that is over.
const Scrubbed = "****"

// AddCode is AddUntil for a message with codes in it, which are worth something to whoever reads them until that moment. As soon as the
// message is over (taken on, refused for good or given up) they are not in the database any more: it must never be sent again.
func (s *Store) AddCode(until time.Time, message id.ID, to msisdn.Number, text func(*ledger.Outcome) string, codes ...string) ledger.Companion {
	a := addition{table: s.table, kind: Code, until: until, message: message, to: to, text: text}
	for _, code := range codes {
		a.scrub = append(a.scrub, code, Scrubbed)
	}
	return a
}

// Once reports whether messages of that kind hold a code, so that what is kept of one that is over is not what it said: it is not to be
// sent again or read out, but a new code drawn.
func (k Kind) Once() bool { return k == Code }

// mask is the text without the codes, or nil if there are none. Of a code whose place nobody has told, nothing is kept.
func (a addition) mask(text string) any {
	switch {
	case !a.kind.Once():
		return nil
	case len(a.scrub) == 0:
		return Scrubbed
	}
	return strings.NewReplacer(a.scrub...).Replace(text)
}

// scrub takes the codes out of messages that are over. Their rows are locked.
func scrub(ctx context.Context, tx *db.DB, messages []any) error {
	for _, list := range db.Lists(messages) {
		// In this order: MariaDB assigns from left to right.
		if _, err := tx.Exec(ctx, `
			UPDATE messages
			   SET body = masked, masked = NULL
			 WHERE masked IS NOT NULL AND id IN (`+db.Marks(len(list))+`)`, list...); err != nil {
			return err
		}
	}
	return nil
}
