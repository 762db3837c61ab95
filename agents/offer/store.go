package offer

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// Store reads offers, drawers and warnings as last committed, and makes the companions that write them. It is safe for concurrent
// use.
type Store struct {
	db       *db.DB
	offers   *offerTable
	turns    *turnTable
	drawers  *drawerTable
	warnings *warningTable
}

// NewStore returns the store of the offers in a database.
func NewStore(d *db.DB) *Store {
	return &Store{db: d, offers: &offerTable{}, turns: &turnTable{}, drawers: &drawerTable{}, warnings: &warningTable{}}
}

// longest is how long any offer can be open, from the asking to the end of what was agreed: what is older is over.
const longest = 7 * 24 * time.Hour

// Get returns an offer, or offer_gone when there is none.
func (s *Store) Get(ctx context.Context, offer id.ID) (Offer, error) {
	all, err := s.read(ctx, ` WHERE id = ?`, offer)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.OfferGone, "state", "unknown")
	}
	if err != nil {
		return Offer{}, err
	}
	return all[0], nil
}

// OpenAt returns the offers that a till was asked and that are open at that time, the oldest first.
func (s *Store) OpenAt(ctx context.Context, till int64, at time.Time) ([]Offer, error) {
	return s.open(ctx, `till`, till, at)
}

// OpenBy returns the offers that a till has asked of others and that are open at that time, the oldest first.
func (s *Store) OpenBy(ctx context.Context, till int64, at time.Time) ([]Offer, error) {
	return s.open(ctx, `asker`, till, at)
}

// OpenFor returns the offers that a customer has asked and that are open at that time, the oldest first.
func (s *Store) OpenFor(ctx context.Context, customer int64, at time.Time) ([]Offer, error) {
	return s.open(ctx, `customer`, customer, at)
}

func (s *Store) open(ctx context.Context, column string, who int64, at time.Time) ([]Offer, error) {
	if who == 0 {
		return nil, nil
	}
	return s.read(ctx, ` WHERE `+column+` = ? AND asked_at > ? AND due_at > ? ORDER BY asked_at, id`,
		who, at.Add(-longest).UnixMicro(), at.UnixMicro())
}

// DueBefore returns the open offers whose time is over at t, the longest due first, from the one after that one on: the zero value for
// all.
func (s *Store) DueBefore(ctx context.Context, t time.Time, after Offer, limit int) ([]Offer, error) {
	from := after.ExpiresAt.UnixMicro()
	return s.read(ctx, ` WHERE due_at <= ? AND (due_at > ? OR due_at = ? AND id > ?) ORDER BY due_at, id LIMIT ?`,
		t.UnixMicro(), from, from, after.ID, int64(limit))
}

// Record is how often somebody has kept to what was agreed, of so many times.
type Record struct{ Kept, Of int }

// Permille is the share that was kept; who has no record yet is trusted.
func (r Record) Permille() int {
	if r.Of == 0 {
		return 1000
	}
	return r.Kept * 1000 / r.Of
}

// RecordOf returns how many of the last reservations that were put to a till it has said yes to and stood by.
func (s *Store) RecordOf(ctx context.Context, till int64, last int) (Record, error) {
	return s.record(ctx, `till`, till, last, State.Counts, State.Kept)
}

// CameOf returns how many of the last reservations that a customer was promised the customer came for.
func (s *Store) CameOf(ctx context.Context, customer int64, last int) (Record, error) {
	return s.record(ctx, `customer`, customer, last,
		func(is State) bool { return is == Done || is == Lapsed }, func(is State) bool { return is == Done })
}

func (s *Store) record(ctx context.Context, column string, who int64, last int, counts, kept func(State) bool) (Record, error) {
	var r Record
	err := s.db.Each(ctx, `
		SELECT state FROM offers
		 WHERE `+column+` = ? AND kind = ? AND state <> ?
		 ORDER BY asked_at DESC
		 LIMIT ?`, []any{who, int64(Cash), int64(Withdrawn), int64(last)}, func(rows *sql.Rows) error {
		var is State
		if err := rows.Scan(&is); err != nil {
			return err
		}
		if counts(is) {
			r.Of++
		}
		if kept(is) {
			r.Kept++
		}
		return nil
	})
	if err != nil {
		return Record{}, fmt.Errorf("offer: read a record: %w", err)
	}
	return r, nil
}

// Swapped adds up the cash that came to a till and left it by swaps that ended at or after since: what float it gave, and what it got.
func (s *Store) Swapped(ctx context.Context, till int64, since time.Time) (in, out int64, err error) {
	for column, sum := range map[string]*int64{`till`: &in, `asker`: &out} {
		err := s.db.QueryRow(ctx, `
			SELECT COALESCE(SUM(amount), 0) FROM offers
			 WHERE `+column+` = ? AND asked_at > ? AND kind = ? AND state = ? AND ended_at >= ?`,
			till, since.Add(-longest).UnixMicro(), int64(Swap), int64(Done), since.UnixMicro()).Scan(sum)
		if err != nil {
			return 0, 0, fmt.Errorf("offer: add up swaps: %w", err)
		}
	}
	return in, out, nil
}

// SwappedSince adds up the cash that swaps brought to tills, less what they took: of each since its own time. One query for all; a till
// that swapped nothing is absent.
func (s *Store) SwappedSince(ctx context.Context, since map[int64]time.Time) (map[int64]int64, error) {
	out := map[int64]int64{}
	if len(since) == 0 {
		return out, nil
	}
	for column, sign := range map[string]int64{`till`: 1, `asker`: -1} {
		var where []string
		args := []any{int64(Swap), int64(Done)}
		for _, till := range slices.Sorted(maps.Keys(since)) {
			where = append(where, column+` = ? AND asked_at > ? AND ended_at >= ?`)
			args = append(args, till, since[till].Add(-longest).UnixMicro(), since[till].UnixMicro())
		}
		err := s.db.Each(ctx, `
			SELECT `+column+`, SUM(amount)
			  FROM offers
			 WHERE kind = ? AND state = ? AND (`+strings.Join(where, ` OR `)+`)
			 GROUP BY `+column, args, func(rows *sql.Rows) error {
			var till, amount int64
			err := rows.Scan(&till, &amount)
			out[till] += sign * amount
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("offer: add up swaps: %w", err)
		}
	}
	return out, nil
}

// Promised adds up the cash that tills have promised to customers at that time, who have not come yet; a till that has promised none is
// absent.
func (s *Store) Promised(ctx context.Context, tills []int64, at time.Time) (map[int64]int64, error) {
	query := fmt.Sprintf(`
		SELECT till, amount FROM offers
		 WHERE kind = %d AND state = %d AND asked_at > %d AND due_at > %d AND till IN`, Cash, Agreed, at.Add(-longest).UnixMicro(), at.UnixMicro())
	out := map[int64]int64{}
	err := s.db.EachIn(ctx, query, numbers(tills), func(rows *sql.Rows) error {
		var till, amount int64
		err := rows.Scan(&till, &amount)
		out[till] += amount
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("offer: add up promises: %w", err)
	}
	return out, nil
}

// RecordsOf is RecordOf of several tills, in a few queries; a till to which nothing was put is absent.
func (s *Store) RecordsOf(ctx context.Context, tills []int64, last int) (map[int64]Record, error) {
	const atOnce = 100 // SQLite joins at most 500 selects
	out := map[int64]Record{}
	for some := range slices.Chunk(tills, atOnce) {
		var each []string
		var args []any
		for _, till := range some {
			each = append(each, `SELECT till, state FROM (SELECT till, state FROM offers WHERE till = ? AND kind = ? AND state <> ? ORDER BY asked_at DESC LIMIT ?) x`)
			args = append(args, till, int64(Cash), int64(Withdrawn), int64(last))
		}
		err := s.db.Each(ctx, strings.Join(each, ` UNION ALL `), args, func(rows *sql.Rows) error {
			var till int64
			var is State
			if err := rows.Scan(&till, &is); err != nil {
				return err
			}
			r := out[till]
			if is.Counts() {
				r.Of++
			}
			if is.Kept() {
				r.Kept++
			}
			out[till] = r
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("offer: read records: %w", err)
		}
	}
	return out, nil
}

func numbers(all []int64) []any {
	out := make([]any, len(all))
	for i, n := range all {
		out[i] = n
	}
	return out
}

func (s *Store) read(ctx context.Context, where string, args ...any) ([]Offer, error) {
	var all []Offer
	err := s.db.Each(ctx, selectOffer+where, args, func(rows *sql.Rows) error {
		o, err := scanOffer(rows)
		all = append(all, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("offer: read: %w", err)
	}
	return all, nil
}

// Purge deletes at most limit offers that ended before a moment, and returns how many.
func (s *Store) Purge(ctx context.Context, ended time.Time, limit int) (int, error) {
	return db.Prune(ctx, s.db, "offers", "id", `WHERE ended_at < ? ORDER BY ended_at`, []any{ended.UnixMicro()}, limit)
}
