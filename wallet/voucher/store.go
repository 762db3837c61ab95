package voucher

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/msisdn"
)

// Store reads what codes stand for as last committed, and makes the companions that write it. It is safe for concurrent use.
type Store struct {
	db       *db.DB
	keys     *key.Ring
	clock    clock.Clock
	slips    *slipTable
	deposits *depositTable

	mu   sync.Mutex
	busy busyness
}

// NewStore returns the store of the codes in a database, under the keys of the ring.
func NewStore(d *db.DB, keys *key.Ring, c clock.Clock) *Store {
	return &Store{db: d, keys: keys, clock: c, slips: &slipTable{}, deposits: &depositTable{}}
}

// Slip returns what a code stands for, or code_unknown. It may be over.
func (s *Store) Slip(ctx context.Context, slip id.ID) (Slip, error) {
	all, err := s.read(ctx, ` WHERE id = ?`, slip)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.CodeUnknown)
	}
	if err != nil {
		return Slip{}, err
	}
	return all[0], nil
}

// Bound returns the codes of a kind that are bound to a phone number and of which something can yet become, the oldest first.
func (s *Store) Bound(ctx context.Context, kind Kind, phone msisdn.Number) ([]Slip, error) {
	return s.read(ctx, ` WHERE phone = ? AND kind = ? AND due_at IS NOT NULL ORDER BY made_at, id`, string(phone), int64(kind))
}

// OpenOf returns the codes of a kind that belong to a number and of which something can yet become, newest first.
func (s *Store) OpenOf(ctx context.Context, owner int64, kind Kind) ([]Slip, error) {
	return s.read(ctx, ` WHERE owner = ? AND kind = ? AND due_at IS NOT NULL ORDER BY made_at DESC, id DESC`, owner, int64(kind))
}

// DueBefore returns the codes of a kind whose time is over at t and that nobody has ended, the longest due first, from the one after
// that one on: the zero value for all.
func (s *Store) DueBefore(ctx context.Context, kind Kind, t time.Time, after Slip, limit int) ([]Slip, error) {
	from := after.ExpiresAt.UnixMicro()
	return s.read(ctx, ` WHERE due_at <= ? AND kind = ? AND (due_at > ? OR due_at = ? AND id > ?) ORDER BY due_at, id LIMIT ?`,
		t.UnixMicro(), int64(kind), from, from, after.ID, int64(limit))
}

func (s *Store) read(ctx context.Context, where string, args ...any) ([]Slip, error) {
	var all []Slip
	err := s.db.Each(ctx, selectSlip+where, args, func(rows *sql.Rows) error {
		slip, err := scanSlip(rows)
		all = append(all, slip)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("voucher: read: %w", err)
	}
	return all, nil
}

// Purge deletes at most limit codes that ended before a moment, and returns how many. What they were good for, the ledger and the
// deals say; that a code once was, nobody needs to know any more.
func (s *Store) Purge(ctx context.Context, ended time.Time, limit int) (int, error) {
	return db.Prune(ctx, s.db, "codes", "id", `WHERE ended_at < ? ORDER BY ended_at`, []any{ended.UnixMicro()}, limit)
}
