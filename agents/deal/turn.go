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

// Turn is what a deal earned at another time than that at which it was made: with its customer's yes, or, below zero, when it was
// undone. A deal that waited earns by its turn alone, and any other from the moment it was made; so what was earned in a time is the deals
// and the turns of that time.
type Turn struct {
	Deal        id.ID
	State       State // it came to
	Kind        ledger.Kind
	Till        int64
	Amount      int64 // the deal's
	Earned      int64 // by all agents together
	EarnedSuper int64 // the super-agent's part of Earned
	At          time.Time
	Day         int32 // yyyymmdd of At in the market's zone
}

// Turned returns the companion that notes a turn when the plan is accepted, at the time of the commit.
func (s *Store) Turned(t Turn) ledger.Companion {
	return appending{s.late, func(o *ledger.Outcome) any {
		next := t
		next.At, next.Day = o.At, s.dayOf(o.At)
		return &next
	}}
}

// TurnsOfTill returns the newest turns at a till at or after from and before to, newest first.
func (s *Store) TurnsOfTill(ctx context.Context, till int64, from, to time.Time, limit int) ([]Turn, error) {
	var all []Turn
	err := s.db.Each(ctx, `
		SELECT deal, state, kind, till, amount, earned, earned_super, at, day
		  FROM deal_turns
		 WHERE till = ? AND at >= ? AND at < ?
		 ORDER BY at DESC, deal DESC
		 LIMIT ?`, []any{till, from.UnixMicro(), to.UnixMicro(), int64(limit)}, func(rows *sql.Rows) error {
		var t Turn
		var deal []byte
		var at int64
		err := rows.Scan(&deal, &t.State, &t.Kind, &t.Till, &t.Amount, &t.Earned, &t.EarnedSuper, &at, &t.Day)
		t.At = time.UnixMicro(at).UTC()
		err = errors.Join(err, scanIDs(idColumn{deal, &t.Deal}))
		all = append(all, t)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("deal: read turns: %w", err)
	}
	return all, nil
}

// EarnedOfTill returns the newest deals of a till that earned when they were made, at or after from and before to, newest first.
func (s *Store) EarnedOfTill(ctx context.Context, till int64, from, to time.Time, limit int) ([]Deal, error) {
	return s.read(ctx, selectDeal+`
		 WHERE till = ? AND asked_at >= ? AND asked_at < ? AND hold_id IS NULL
		 ORDER BY asked_at DESC, id DESC
		 LIMIT ?`, till, from.UnixMicro(), to.UnixMicro(), int64(limit))
}

// Earning is what was earned at a till on a day, and taken back there.
type Earning struct {
	Till        int64
	Day         int32 // yyyymmdd
	Deals       int64 // that earned
	Earned      int64 // by all agents together
	EarnedSuper int64 // the super-agent's part of Earned
	Taken       int64 // of what was earned at any time, as a number above zero
	TakenSuper  int64 // the super-agent's part of Taken
}

// Earnings adds up what was earned at tills at or after from and before to, by till and day, in no order.
func (s *Store) Earnings(ctx context.Context, tills []int64, from, to time.Time) ([]Earning, error) {
	type key struct {
		till int64
		day  int32
	}
	sums := map[key]Earning{}
	add := func(rows *sql.Rows) error {
		var e Earning
		if err := rows.Scan(&e.Till, &e.Day, &e.Deals, &e.Earned, &e.EarnedSuper, &e.Taken, &e.TakenSuper); err != nil {
			return err
		}
		k := key{e.Till, e.Day}
		was := sums[k]
		sums[k] = Earning{e.Till, e.Day, was.Deals + e.Deals, was.Earned + e.Earned, was.EarnedSuper + e.EarnedSuper,
			was.Taken + e.Taken, was.TakenSuper + e.TakenSuper}
		return nil
	}
	values := make([]any, len(tills))
	for i, t := range tills {
		values[i] = t
	}
	for _, list := range db.Lists(values) {
		args := append([]any{from.UnixMicro(), to.UnixMicro()}, list...)
		for _, query := range []string{`
			SELECT till, day, COUNT(*), SUM(earned), SUM(earned_super), 0, 0
			  FROM deals
			 WHERE asked_at >= ? AND asked_at < ? AND hold_id IS NULL AND till IN (` + db.Marks(len(list)) + `)
			 GROUP BY till, day`, `
			SELECT till, day, SUM(CASE WHEN earned > 0 THEN 1 ELSE 0 END),
			       SUM(CASE WHEN earned > 0 THEN earned ELSE 0 END), SUM(CASE WHEN earned > 0 THEN earned_super ELSE 0 END),
			       SUM(CASE WHEN earned < 0 THEN -earned ELSE 0 END), SUM(CASE WHEN earned < 0 THEN -earned_super ELSE 0 END)
			  FROM deal_turns
			 WHERE at >= ? AND at < ? AND till IN (` + db.Marks(len(list)) + `)
			 GROUP BY till, day`} {
			if err := s.db.Each(ctx, query, args, add); err != nil {
				return nil, fmt.Errorf("deal: add up what was earned: %w", err)
			}
		}
	}
	out := make([]Earning, 0, len(sums))
	for _, e := range sums {
		out = append(out, e)
	}
	return out, nil
}

// lateTable is the turns as the ledger writes them.
type lateTable struct{ onlyAppended }

// Name is the table's name.
func (*lateTable) Name() string { return "deal_turns" }

// Write inserts turns.
func (*lateTable) Write(_ *db.Dialect, rows []any) []db.Stmt {
	const columns = 9
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		t := r.(*Turn)
		args = append(args, t.Deal[:], int64(t.State), int64(t.Kind), t.Till, t.Amount, t.Earned, t.EarnedSuper, t.At.UnixMicro(), int64(t.Day))
	}
	return db.InsertMany(`
		INSERT INTO deal_turns (deal, state, kind, till, amount, earned, earned_super, at, day) VALUES `, columns, args, "")
}
