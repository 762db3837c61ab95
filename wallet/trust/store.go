package trust

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// Store reads what stands behind the e-money as last committed, and makes the companions that write it. It is safe for
// concurrent use.
type Store struct{ db *db.DB }

// NewStore returns the store of the trust banks in a database.
func NewStore(d *db.DB) *Store { return &Store{d} }

// Banks returns the banks in the order of their accounts.
func (s *Store) Banks(ctx context.Context) ([]Bank, error) {
	return banks.list(ctx, s.db, `ORDER BY account`)
}

// Payees returns the bank accounts nominated for a ledger account, or all for 0, dropped ones too.
func (s *Store) Payees(ctx context.Context, account int64) ([]Payee, error) {
	if account == 0 {
		return payees.list(ctx, s.db, `ORDER BY no`)
	}
	return payees.list(ctx, s.db, `WHERE account = ? ORDER BY no`, account)
}

// Payee returns the bank account with that number, or not_nominated.
func (s *Store) Payee(ctx context.Context, no int64) (Payee, error) {
	found, err := payees.list(ctx, s.db, `WHERE no = ?`, no)
	if err != nil {
		return Payee{}, err
	}
	if len(found) == 0 {
		return Payee{}, fault.New(fault.NotNominated)
	}
	return found[0], nil
}

// Lines returns those of the lines that exist.
func (s *Store) Lines(ctx context.Context, ids []id.ID) (map[id.ID]Line, error) {
	rows, err := lines.Load(ctx, s.db, ids)
	if err != nil {
		return nil, fmt.Errorf("trust: read trust_lines: %w", err)
	}
	found := make(map[id.ID]Line, len(rows))
	for key, row := range rows {
		found[key] = *row.(*Line)
	}
	return found, nil
}

// OpenLines returns the lines of a bank that the books do not account for wholly, oldest first.
func (s *Store) OpenLines(ctx context.Context, bank int64) ([]Line, error) {
	return lines.list(ctx, s.db, `WHERE bank = ? AND settled = 0 ORDER BY day, seq, id`, bank)
}

// LastLines returns the newest lines of a bank, at most so many, oldest first.
func (s *Store) LastLines(ctx context.Context, bank int64, limit int) ([]Line, error) {
	found, err := lines.list(ctx, s.db, `WHERE bank = ? ORDER BY day DESC, seq DESC, id DESC LIMIT ?`, bank, limit)
	slices.Reverse(found)
	return found, err
}

// Head returns how far the statements of a bank are known.
func (s *Store) Head(ctx context.Context, bank int64) (Head, error) {
	found, err := heads.list(ctx, s.db, `WHERE bank = ?`, bank)
	if err != nil || len(found) == 0 {
		return Head{Bank: bank}, err
	}
	return found[0], nil
}

// Since returns the lines that statements of a bank have brought, in their order, from the first of that day or later on.
func (s *Store) Since(ctx context.Context, bank int64, day int32) ([]Line, error) {
	var first sql.NullInt64
	err := s.db.QueryRow(ctx, `SELECT MIN(seq) FROM trust_lines WHERE bank = ? AND seq > 0 AND day >= ?`, bank, int64(day)).Scan(&first)
	if err != nil {
		return nil, fmt.Errorf("trust: look for the first line of a day: %w", err)
	}
	if !first.Valid {
		return nil, nil
	}
	return lines.list(ctx, s.db, `WHERE bank = ? AND seq >= ? ORDER BY seq`, bank, first.Int64)
}

// LineByPrefix returns the line whose ID, as 32 hexadecimal digits, begins so. The fault is line_not_found, also when there are
// several.
func (s *Store) LineByPrefix(ctx context.Context, prefix string) (Line, error) {
	prefix = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(prefix)), "-", "")
	const whole = 32
	if len(prefix) < 6 || len(prefix) > whole {
		return Line{}, fault.New(fault.LineNotFound)
	}
	from, err := id.Parse(prefix + strings.Repeat("0", whole-len(prefix)))
	if err != nil {
		return Line{}, fault.New(fault.LineNotFound)
	}
	to, err := id.Parse(prefix + strings.Repeat("f", whole-len(prefix)))
	if err != nil {
		return Line{}, fault.New(fault.LineNotFound)
	}
	found, err := lines.list(ctx, s.db, `WHERE id >= ? AND id <= ? LIMIT 2`, from, to)
	if err != nil {
		return Line{}, err
	}
	if len(found) != 1 {
		return Line{}, fault.New(fault.LineNotFound)
	}
	return found[0], nil
}

// OpenEntries returns what the books moved in a bank and no line has told of yet, oldest first.
func (s *Store) OpenEntries(ctx context.Context, bank int64) ([]Entry, error) {
	return entries.list(ctx, s.db, `WHERE bank = ? AND line IS NULL ORDER BY at, id`, bank)
}

// LeftOn returns the day on which the other bank's statement says that the money of a move left it, for the entry of the bank that
// is to get it; false when no statement says so yet.
func (s *Store) LeftOn(ctx context.Context, in Entry) (day int32, left bool, err error) {
	err = s.db.Each(ctx, `SELECT l.day FROM trust_entries e JOIN trust_lines l ON l.id = e.line WHERE e.id = ?`,
		[]any{partOf(in.Posting, PartOut)}, func(rows *sql.Rows) error {
			left = true
			return rows.Scan(&day)
		})
	if err != nil {
		return 0, false, fmt.Errorf("trust: look where moved money is: %w", err)
	}
	return day, left, nil
}

// Entry returns what the posting moved in the bank; false when it is not known to have moved anything there.
func (s *Store) Entry(ctx context.Context, posting id.ID, bank int64) (Entry, bool, error) {
	found, err := entries.list(ctx, s.db, `WHERE id IN (?, ?, ?) AND bank = ?`, posting, partOf(posting, PartOut), partOf(posting, PartIn), bank)
	if err != nil || len(found) == 0 {
		return Entry{}, false, err
	}
	return found[0], true, nil
}

// Sums is what is known of one bank.
type Sums struct {
	Lines   int64 // minor units: what its statements sum to
	Entries int64 // what the books moved there
	LastDay int32 // the newest day of its statements, yyyymmdd; 0 for none
}

// Sums adds up what is known of each bank.
func (s *Store) Sums(ctx context.Context) (map[int64]Sums, error) {
	found := map[int64]Sums{}
	err := s.db.Each(ctx, `SELECT bank, SUM(amount), MAX(day) FROM trust_lines GROUP BY bank`, nil, func(rows *sql.Rows) error {
		var bank int64
		var sums Sums
		err := rows.Scan(&bank, &sums.Lines, &sums.LastDay)
		found[bank] = sums
		return err
	})
	if err == nil {
		err = s.db.Each(ctx, `SELECT bank, SUM(amount) FROM trust_entries GROUP BY bank`, nil, func(rows *sql.Rows) error {
			var bank, amount int64
			err := rows.Scan(&bank, &amount)
			sums := found[bank]
			sums.Entries = amount
			found[bank] = sums
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("trust: add up: %w", err)
	}
	return found, nil
}

// Surplus adds up what came in and the books do not account for yet.
func (s *Store) Surplus(ctx context.Context) (minor int64, err error) {
	err = s.db.QueryRow(ctx, `
		SELECT COALESCE(SUM(amount - used), 0)
		FROM   trust_lines
		WHERE  bank IN (10, 11, 12, 13, 14, 15, 16, 17, 18, 19) AND settled = 0 AND amount > 0`).Scan(&minor)
	if err != nil {
		return 0, fmt.Errorf("trust: add up what came in: %w", err)
	}
	return minor, nil
}

// Short returns by how much a check found trust to fall short when it last ran, and since when.
func (s *Store) Short(ctx context.Context, a Alarm) (short int64, since time.Time, err error) {
	found, err := alarms.list(ctx, s.db, `WHERE id = ?`, int64(a))
	if err != nil || len(found) == 0 || found[0].short == 0 {
		return 0, time.Time{}, err
	}
	return found[0].short, found[0].since, nil
}
