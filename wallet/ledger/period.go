package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"senti/wallet/id"
)

// What was on an account, and what moved it, between two places in the ledger's one order. A place is a Seq: the postings up to
// and including it are on one side, all others on the other. So two periods that meet at a place leave nothing out
// and count nothing twice, however many postings are written meanwhile.

// Before returns the place of a moment: the last posting before it, or 0. The books' time never goes backwards, so it is found by
// halving.
func (l *Ledger) Before(ctx context.Context, t time.Time) (seq int64, err error) {
	first, beyond := int64(0), int64(0) // the answer is at least first, and less than beyond
	err = l.db.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0) + 1 FROM postings`).Scan(&beyond)
	for err == nil && beyond-first > 1 {
		middle := first + (beyond-first)/2
		var found, at int64 // numbers without a posting belong to the one before
		err = l.db.QueryRow(ctx, `SELECT seq, at FROM postings WHERE seq <= ? ORDER BY seq DESC LIMIT 1`, middle).Scan(&found, &at)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			first, err = middle, nil
		case at < micros(t):
			first = middle
		default:
			beyond = found
		}
	}
	if err != nil {
		return 0, fmt.Errorf("ledger: find the place of a moment: %w", err)
	}
	return first, nil
}

// BalanceAt returns an account's balance at a place; 0 before its first posting.
func (l *Ledger) BalanceAt(ctx context.Context, account, seq int64) (int64, error) {
	var balance int64
	err := l.db.QueryRow(ctx, `
		SELECT   balance
		FROM     legs
		WHERE    account = ? AND seq <= ?
		ORDER BY account DESC, seq DESC
		LIMIT    1`, account, seq).Scan(&balance)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("ledger: read a balance: %w", err)
	}
	return balance, nil
}

// Between hands each entry of an account after one place and up to another to a function, oldest first. Postings that moved nothing
// on the account are not among them.
func (l *Ledger) Between(ctx context.Context, account, after, upTo int64, each func(Entry) error) error {
	err := l.db.Each(ctx, `
		SELECT   l.seq, p.id, p.corrects, p.kind, l.amount, l.balance, l.held, p.at, p.receipt_no
		FROM     legs l
		JOIN     postings p ON p.seq = l.seq
		WHERE    l.account = ? AND l.seq > ? AND l.seq <= ? AND l.amount <> 0
		ORDER BY l.account, l.seq`, []any{account, after, upTo}, func(rows *sql.Rows) error {
		var e Entry
		var posting, corrects []byte
		var at, receiptNo int64
		if err := rows.Scan(&e.Seq, &posting, &corrects, &e.Kind, &e.Amount, &e.Balance, &e.Held, &at, &receiptNo); err != nil {
			return err
		}
		e.Posting, e.At = id.ID(posting), fromMicros(at)
		if corrects != nil {
			e.Corrects = id.ID(corrects)
		}
		if receiptNo > 0 {
			e.Receipt = l.receipts.Encode(receiptNo)
		}
		return each(e)
	})
	if err != nil {
		return fmt.Errorf("ledger: read a period: %w", err)
	}
	return nil
}

// Moved is what the postings of one kind moved on an account.
type Moved struct {
	Count int64
	In    int64 // of what was added
	Out   int64 // of what was taken, as a number above zero
}

// Net is what they moved together, signed as the holder sees it.
func (m Moved) Net() int64 { return m.In - m.Out }

// MovedBetween adds up what moved an account after one place and up to another, by kind.
func (l *Ledger) MovedBetween(ctx context.Context, account, after, upTo int64) (map[Kind]Moved, error) {
	sums := map[Kind]Moved{}
	err := l.db.Each(ctx, `
		SELECT   p.kind, COUNT(*), SUM(CASE WHEN l.amount > 0 THEN l.amount ELSE 0 END),
		         SUM(CASE WHEN l.amount < 0 THEN -l.amount ELSE 0 END)
		FROM     legs l
		JOIN     postings p ON p.seq = l.seq
		WHERE    l.account = ? AND l.seq > ? AND l.seq <= ? AND l.amount <> 0
		GROUP BY p.kind`, []any{account, after, upTo}, func(rows *sql.Rows) error {
		var kind Kind
		var m Moved
		err := rows.Scan(&kind, &m.Count, &m.In, &m.Out)
		sums[kind] = m
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: add up a period: %w", err)
	}
	return sums, nil
}

// Outcomes returns what became of posting IDs; one that was never spent is absent.
func (l *Ledger) Outcomes(ctx context.Context, postings []id.ID) (map[id.ID]*Outcome, error) {
	records, err := loadRecords(ctx, l.db, postings)
	if err != nil {
		return nil, fmt.Errorf("ledger: read postings: %w", err)
	}
	out := make(map[id.ID]*Outcome, len(records))
	for key, r := range records {
		if out[key], err = r.outcome(l.receipts); err != nil {
			return nil, err
		}
	}
	return out, nil
}
