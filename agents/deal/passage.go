package deal

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"senti/wallet/ledger"
)

// Passage is e-money that went out of a till's float over the counter at a time, minor units; below zero for what came in.
type Passage struct {
	At  time.Time
	Out int64
}

// Passages returns what went over a till's counter at or after from and before to, as far as it stands, the earliest first.
func (s *Store) Passages(ctx context.Context, till int64, from, to time.Time) ([]Passage, error) {
	var all []Passage
	err := s.db.Each(ctx, `
		SELECT kind, state, amount, asked_at
		  FROM deals
		 WHERE till = ? AND asked_at >= ? AND asked_at < ?
		 ORDER BY asked_at, id`, []any{till, from.UnixMicro(), to.UnixMicro()}, func(rows *sql.Rows) error {
		var kind ledger.Kind
		var state State
		var amount, at int64
		if err := rows.Scan(&kind, &state, &amount, &at); err != nil || !state.Stands() {
			return err
		}
		switch kind {
		case ledger.CashIn:
		case ledger.CashOut, ledger.VoucherRedeem:
			amount = -amount
		default:
			return nil
		}
		all = append(all, Passage{time.UnixMicro(at).UTC(), amount})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("deal: read passages: %w", err)
	}
	return all, nil
}
