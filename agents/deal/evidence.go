package deal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// Evidence is a deposit that was made although it looked like one of several parts, with what that looked like at the time: the
// evidence on which an agent may be spoken to.
type Evidence struct {
	Deal     id.ID
	Till     int64
	Agent    int64
	Super    int64
	Operator int64
	Customer int64
	At       time.Time
	Seen
	Warned bool // the operator was told before it was made
}

// Keep returns the companion that keeps what a deposit looked like, when the plan is accepted, at the time of the commit.
func (s *Store) Keep(e Evidence) ledger.Companion {
	return appending{s.splits, func(o *ledger.Outcome) any {
		next := e
		next.At = o.At
		return &next
	}}
}

// SplitsOfAgent returns the newest splits at an agent's tills that were made at or after since, newest first.
func (s *Store) SplitsOfAgent(ctx context.Context, agent int64, since time.Time, limit int) ([]Evidence, error) {
	return s.readSplits(ctx, ` WHERE agent = ? AND at >= ? ORDER BY at DESC, deal DESC LIMIT ?`, agent, since.UnixMicro(), int64(limit))
}

// Splits returns the newest splits at any till that were made at or after since, newest first.
func (s *Store) Splits(ctx context.Context, since time.Time, limit int) ([]Evidence, error) {
	return s.readSplits(ctx, ` WHERE at >= ? ORDER BY at DESC, deal DESC LIMIT ?`, since.UnixMicro(), int64(limit))
}

// SplitTotal is what the splits at a till come to.
type SplitTotal struct {
	Till   int64
	Count  int64
	Gain   int64
	Newest id.ID // the deal
	At     time.Time
}

// OftenSplit returns the tills at which at least so many deposits were split at or after since, by ascending number. One that was undone
// does not count.
func (s *Store) OftenSplit(ctx context.Context, since time.Time, least int) ([]SplitTotal, error) {
	var all []SplitTotal
	err := s.db.Each(ctx, `
		SELECT t.till, t.often, t.gain, s.deal, s.at
		  FROM (SELECT e.till, COUNT(*) AS often, SUM(e.gain) AS gain, MAX(e.at) AS newest
		          FROM deal_splits e
		          JOIN deals d ON d.id = e.deal
		         WHERE e.at >= ? AND d.state <> ?
		         GROUP BY e.till) t
		  JOIN deal_splits s ON s.till = t.till AND s.at = t.newest
		 WHERE t.often >= ?
		 ORDER BY t.till, s.deal`, []any{since.UnixMicro(), int64(Reversed), int64(least)}, func(rows *sql.Rows) error {
		var t SplitTotal
		var deal []byte
		var at int64
		err := rows.Scan(&t.Till, &t.Count, &t.Gain, &deal, &at)
		t.At = time.UnixMicro(at).UTC()
		if n := len(all); n > 0 && all[n-1].Till == t.Till {
			return err // two in one microsecond
		}
		err = errors.Join(err, scanIDs(idColumn{deal, &t.Newest}))
		all = append(all, t)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("deal: count splits: %w", err)
	}
	return all, nil
}

func (s *Store) readSplits(ctx context.Context, where string, args ...any) ([]Evidence, error) {
	var all []Evidence
	err := s.db.Each(ctx, `SELECT deal, till, agent, super, operator, customer, at, deposits, total, gain, warned FROM deal_splits`+where, args,
		func(rows *sql.Rows) error {
			var split Evidence
			var deal []byte
			var at, warned int64
			err := rows.Scan(&deal, &split.Till, &split.Agent, &split.Super, &split.Operator, &split.Customer, &at, &split.Deposits, &split.Sum,
				&split.Gain, &warned)
			split.At, split.Warned = time.UnixMicro(at).UTC(), warned != 0
			all = append(all, split)
			return errors.Join(err, scanIDs(idColumn{deal, &all[len(all)-1].Deal}))
		})
	if err != nil {
		return nil, fmt.Errorf("deal: read splits: %w", err)
	}
	return all, nil
}

// splitTable is the evidence as the ledger writes it.
type splitTable struct{ onlyAppended }

// Name is the table's name.
func (*splitTable) Name() string { return "deal_splits" }

// Write inserts splits.
func (*splitTable) Write(_ *db.Dialect, rows []any) []db.Stmt {
	const columns = 11
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		s := r.(*Evidence)
		warned := int64(0)
		if s.Warned {
			warned = 1
		}
		args = append(args, s.Deal[:], s.Till, s.Agent, s.Super, s.Operator, s.Customer, s.At.UnixMicro(), int64(s.Deposits), s.Sum, s.Gain, warned)
	}
	return db.InsertMany(`
		INSERT INTO deal_splits (deal, till, agent, super, operator, customer, at, deposits, total, gain, warned) VALUES `, columns, args, "")
}
