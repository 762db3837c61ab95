package intent

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// Store reads intents and makes the companions that write them. It is safe for concurrent use.
type Store struct {
	db       *db.DB
	intents  *table
	closings *table
}

// NewStore returns the store of the intents in a database.
func NewStore(d *db.DB) *Store { return &Store{d, newIntentsTable(), newClosingsTable()} }

const selectRecord = `
	SELECT i.id, i.kind, i.customer, i.phone, i.gateway, i.session, i.turn, i.terms, i.opened_at, i.expires_at,
	       c.state, c.code, c.receipt, c.end_text, c.closed_at, e.shown
	  FROM intents i
	  LEFT JOIN intent_closings c ON c.intent = i.id
	  LEFT JOIN intent_ends e ON e.intent = i.id`

// Get returns an intent. The fault is bad_request for an ID that was never opened.
func (s *Store) Get(ctx context.Context, intent id.ID) (Record, error) {
	all, err := s.ByID(ctx, []id.ID{intent})
	if err != nil {
		return Record{}, err
	}
	if len(all) == 0 {
		return Record{}, fault.New(fault.BadRequest, "field", "intent")
	}
	return all[0], nil
}

// ByID returns those of the intents that exist, in no order.
func (s *Store) ByID(ctx context.Context, intents []id.ID) ([]Record, error) {
	values := make([]any, len(intents))
	for i := range intents {
		values[i] = intents[i]
	}
	var all []Record
	if err := s.db.EachIn(ctx, selectRecord+` WHERE i.id IN`, values, scanInto(&all)); err != nil {
		return nil, fmt.Errorf("intent: read: %w", err)
	}
	return all, nil
}

// Latest returns the newest intents of a phone, of one of the kinds, that were opened at or after since, newest first.
func (s *Store) Latest(ctx context.Context, phone msisdn.Number, kinds []ledger.Kind, since time.Time, limit int) ([]Record, error) {
	args := []any{string(phone), since.UnixMicro()}
	for _, k := range kinds {
		args = append(args, int64(k))
	}
	return s.read(ctx, selectRecord+`
		 WHERE i.phone = ? AND i.opened_at >= ? AND i.kind IN (?`+strings.Repeat(", ?", len(kinds)-1)+`)
		 ORDER BY i.opened_at DESC, i.id DESC
		 LIMIT ?`, append(args, int64(limit))...)
}

// LateOf returns the newest intents of one kind of a phone that money has followed at or after since, or may yet follow, newest
// first.
func (s *Store) LateOf(ctx context.Context, phone msisdn.Number, kind ledger.Kind, since time.Time, limit int) ([]Record, error) {
	return s.read(ctx, selectRecord+`
		 WHERE i.phone = ? AND i.opened_at >= ? AND i.kind = ?
		   AND (c.state IS NULL OR c.state = ? AND c.closed_at >= ?)
		 ORDER BY i.opened_at DESC, i.id DESC
		 LIMIT ?`, string(phone), since.Add(-Life).UnixMicro(), int64(kind), int64(Accepted), since.UnixMicro(), int64(limit))
}

// LatestOfSession returns the newest intent of one session of a phone that was opened at or after since; false if there is none.
func (s *Store) LatestOfSession(
	ctx context.Context, phone msisdn.Number, gateway string, session [16]byte, since time.Time,
) (Record, bool, error) {
	all, err := s.read(ctx, selectRecord+`
		 WHERE i.phone = ? AND i.opened_at >= ? AND i.gateway = ? AND i.session = ?
		 ORDER BY i.opened_at DESC, i.id DESC
		 LIMIT 1`, string(phone), since.UnixMicro(), gateway, session[:])
	if err != nil || len(all) == 0 {
		return Record{}, false, err
	}
	return all[0], true, nil
}

// GatewayOf returns the gateway of the newest intent of a phone that came by one, but for that of the name not, and was opened at or after
// since; "" if there is none.
func (s *Store) GatewayOf(ctx context.Context, phone msisdn.Number, not string, since time.Time) (string, error) {
	var gateway string
	err := s.db.QueryRow(ctx, `
		SELECT gateway
		  FROM intents
		 WHERE phone = ? AND opened_at >= ? AND gateway NOT IN ('', ?)
		 ORDER BY opened_at DESC, id DESC
		 LIMIT 1`, string(phone), since.UnixMicro(), not).Scan(&gateway)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("intent: read a gateway: %w", err)
	}
	return gateway, nil
}

func (s *Store) read(ctx context.Context, query string, args ...any) ([]Record, error) {
	var all []Record
	if err := s.db.Each(ctx, query, args, scanInto(&all)); err != nil {
		return nil, fmt.Errorf("intent: read: %w", err)
	}
	return all, nil
}

func scanInto(all *[]Record) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		r, err := scan(rows)
		*all = append(*all, r)
		return err
	}
}

func scan(rows *sql.Rows) (Record, error) {
	var (
		r                   Record
		intent, session     []byte
		phone               string
		openedAt, expiresAt int64
		state, closedAt     sql.NullInt64
		code, receipt, end  sql.NullString
		shown               sql.NullInt64
	)
	err := rows.Scan(&intent, &r.Kind, &r.Customer, &phone, &r.Gateway, &session, &r.Turn, &r.Terms, &openedAt, &expiresAt,
		&state, &code, &receipt, &end, &closedAt, &shown)
	if err != nil {
		return Record{}, err
	}
	if len(intent) != len(r.ID) || len(session) != len(r.Session) {
		return Record{}, errors.New("a key column of the wrong length")
	}
	copy(r.ID[:], intent)
	copy(r.Session[:], session)
	r.Phone = msisdn.Number(phone)
	r.OpenedAt, r.ExpiresAt = time.UnixMicro(openedAt).UTC(), time.UnixMicro(expiresAt).UTC()
	if state.Valid {
		r.Closing = Closing{State(state.Int64), fault.Code(code.String), receipt.String, end.String,
			time.UnixMicro(closedAt.Int64).UTC()}
	}
	r.Shown = Shown(shown.Int64)
	return r, nil
}
