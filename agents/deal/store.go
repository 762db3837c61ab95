package deal

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
	"senti/wallet/ledger"
)

// Store reads deals, days, asks and cases as last committed, and makes the companions that write them. It is safe for
// concurrent use.
type Store struct {
	db    *db.DB
	zone  *time.Location
	deals *dealTable
	days  *dayTable
	cases *caseTable

	asks   *askTable
	turns  *turnTable
	counts *countTable

	documents *documentTable
	splits    *splitTable
	late      *lateTable

	byCustomer db.Loader[int64, Day]
	askOf      db.Loader[int64, Ask]
}

// NewStore returns the store of the deals in a database; days begin at midnight in the market's zone.
func NewStore(d *db.DB, zone *time.Location) *Store {
	s := &Store{db: d, zone: zone, deals: &dealTable{}, days: &dayTable{}, cases: &caseTable{}, documents: &documentTable{},
		asks: &askTable{}, turns: &turnTable{}, counts: &countTable{}, splits: &splitTable{}, late: &lateTable{}}
	s.byCustomer.Read = s.daysOf
	s.askOf.Read = s.lastAsks
	return s
}

// dayOf is the market's day of a moment, yyyymmdd.
func (s *Store) dayOf(at time.Time) int32 {
	y, m, d := at.In(s.zone).Date()
	return int32(y*10000 + int(m)*100 + d)
}

// Get returns a deal, or deal_not_found.
func (s *Store) Get(ctx context.Context, deal id.ID) (Deal, error) {
	all, err := s.read(ctx, selectDeal+` WHERE id = ?`, deal)
	if err != nil {
		return Deal{}, err
	}
	if len(all) == 0 {
		return Deal{}, fault.New(fault.DealNotFound)
	}
	return all[0], nil
}

// Among returns those of the deals that there are, by ID.
func (s *Store) Among(ctx context.Context, deals []id.ID) (map[id.ID]Deal, error) {
	found := make(map[id.ID]Deal, len(deals))
	err := s.db.EachIn(ctx, selectDeal+` WHERE id IN`, idArgs(deals), func(rows *sql.Rows) error {
		d, err := scanDeal(rows)
		found[d.ID] = d
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("deal: read: %w", err)
	}
	return found, nil
}

// OfTill returns the newest deals of a till that were written at or after since, newest first.
func (s *Store) OfTill(ctx context.Context, till int64, since time.Time, limit int) ([]Deal, error) {
	return s.read(ctx, selectDeal+`
		 WHERE till = ? AND asked_at >= ?
		 ORDER BY asked_at DESC, id DESC
		 LIMIT ?`, till, since.UnixMicro(), int64(limit))
}

// LastOf returns the newest deal of a till of that kind and in that state that was written at or after since; of ID zero when there is none.
func (s *Store) LastOf(ctx context.Context, till int64, kind ledger.Kind, state State, since time.Time) (Deal, error) {
	found, err := s.read(ctx, selectDeal+`
		 WHERE till = ? AND asked_at >= ? AND kind = ? AND state = ?
		 ORDER BY asked_at DESC, id DESC
		 LIMIT 1`, till, since.UnixMicro(), int64(kind), int64(state))
	if err != nil || len(found) == 0 {
		return Deal{}, err
	}
	return found[0], nil
}

// OfCustomer returns the newest deals of a customer that were written at or after since, newest first.
func (s *Store) OfCustomer(ctx context.Context, customer int64, since time.Time, limit int) ([]Deal, error) {
	return s.read(ctx, selectDeal+`
		 WHERE customer = ? AND asked_at >= ?
		 ORDER BY asked_at DESC, id DESC
		 LIMIT ?`, customer, since.UnixMicro(), int64(limit))
}

// OpenFor returns the deals of a customer that were written at or after since and are in that open state, newest first: with
// Waiting, those that wait for the customer's yes or no.
func (s *Store) OpenFor(ctx context.Context, customer int64, state State, since time.Time) ([]Deal, error) {
	return s.read(ctx, selectDeal+`
		 WHERE customer = ? AND asked_at >= ? AND state = ?
		 ORDER BY asked_at DESC, id DESC`, customer, since.UnixMicro(), int64(state))
}

// OpenOf returns the deals of a customer that were written at or after since and that somebody has yet to decide, newest first.
func (s *Store) OpenOf(ctx context.Context, customer int64, since time.Time) ([]Deal, error) {
	return s.read(ctx, selectDeal+`
		 WHERE customer = ? AND asked_at >= ? AND state IN (?, ?, ?)
		 ORDER BY asked_at DESC, id DESC`, customer, since.UnixMicro(), int64(Waiting), int64(Disputed), int64(Claimed))
}

// WaitingFor returns the deals that wait for a customer's yes or no and were written at or after since, newest first.
func (s *Store) WaitingFor(ctx context.Context, customer int64, since time.Time) ([]Deal, error) {
	return s.OpenFor(ctx, customer, Waiting, since)
}

// DueBefore returns the deals in an open state whose ExpiresAt is at or before t, the longest due first, from the one after that one on:
// the zero value for all.
func (s *Store) DueBefore(ctx context.Context, state State, t time.Time, after Deal, limit int) ([]Deal, error) {
	from := after.ExpiresAt.UnixMicro()
	return s.read(ctx, selectDeal+`
		 WHERE due_at <= ? AND state = ? AND (due_at > ? OR due_at = ? AND id > ?)
		 ORDER BY due_at, id
		 LIMIT ?`, t.UnixMicro(), int64(state), from, from, after.ID, int64(limit))
}

func (s *Store) read(ctx context.Context, query string, args ...any) ([]Deal, error) {
	var all []Deal
	err := s.db.Each(ctx, query, args, func(rows *sql.Rows) error {
		d, err := scanDeal(rows)
		all = append(all, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("deal: read: %w", err)
	}
	return all, nil
}

// Line is what the deals of one kind and state come to.
type Line struct {
	Kind   ledger.Kind
	State  State
	Count  int64
	Amount int64
	Fee    int64
	Earned int64

	EarnedSuper int64 // the super-agent's part of Earned
}

// Sums are what a till did in a time: in and out as far as it stands, and every line for who wants to see more.
type Sums struct {
	Ins, Outs int64 // how many deals
	In        int64 // cash taken for deposits that stand
	Out       int64 // cash paid out for withdrawals and vouchers that stand
	Waiting   int64 // cash taken for deposits that wait for their customers
	Earned    int64 // by all agents together, with what stands
	Lines     []Line

	EarnedSuper int64 // the super-agent's part of Earned
}

// Sums adds up the deals of a till that were written at or after from and before to.
func (s *Store) Sums(ctx context.Context, till int64, from, to time.Time) (Sums, error) {
	var sums Sums
	err := s.db.Each(ctx, `
		SELECT kind, state, COUNT(*), SUM(amount), SUM(fee), SUM(earned), SUM(earned_super)
		  FROM deals
		 WHERE till = ? AND asked_at >= ? AND asked_at < ?
		 GROUP BY kind, state
		 ORDER BY kind, state`, []any{till, from.UnixMicro(), to.UnixMicro()}, func(rows *sql.Rows) error {
		var l Line
		if err := rows.Scan(&l.Kind, &l.State, &l.Count, &l.Amount, &l.Fee, &l.Earned, &l.EarnedSuper); err != nil {
			return err
		}
		sums.add(l)
		return nil
	})
	if err != nil {
		return Sums{}, fmt.Errorf("deal: add up: %w", err)
	}
	return sums, nil
}

// Taken adds up the cash that came into the drawers of tills by deals, less what was paid out of them: of each since its own time, and
// before to. One query for all; a till without deals is absent.
func (s *Store) Taken(ctx context.Context, since map[int64]time.Time, to time.Time) (map[int64]int64, error) {
	out := map[int64]int64{}
	if len(since) == 0 {
		return out, nil
	}
	var where []string
	var args []any
	for _, till := range slices.Sorted(maps.Keys(since)) {
		where = append(where, `till = ? AND asked_at >= ? AND asked_at < ?`)
		args = append(args, till, since[till].UnixMicro(), to.UnixMicro())
	}
	err := s.db.Each(ctx, `
		SELECT till, kind, state, SUM(amount)
		  FROM deals
		 WHERE `+strings.Join(where, ` OR `)+`
		 GROUP BY till, kind, state`, args, func(rows *sql.Rows) error {
		var till int64
		var l Line
		if err := rows.Scan(&till, &l.Kind, &l.State, &l.Amount); err != nil {
			return err
		}
		var sums Sums
		sums.add(l)
		out[till] += sums.In - sums.Out
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("deal: add up what drawers took: %w", err)
	}
	return out, nil
}

func (s *Sums) add(l Line) {
	s.Lines = append(s.Lines, l)
	if l.State == Waiting {
		s.Waiting += l.Amount
	}
	if !l.State.Stands() {
		return
	}
	s.Earned, s.EarnedSuper = s.Earned+l.Earned, s.EarnedSuper+l.EarnedSuper
	switch l.Kind {
	case ledger.CashIn:
		s.Ins, s.In = s.Ins+l.Count, s.In+l.Amount
	case ledger.CashOut, ledger.VoucherRedeem:
		s.Outs, s.Out = s.Outs+l.Count, s.Out+l.Amount
	}
}
