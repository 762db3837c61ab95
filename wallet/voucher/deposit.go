package voucher

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// Deposit is a code by which a customer at a counter is found: for a few minutes, for one deposit. Whoever types it learns
// whose it is and can only give money, so it is kept as it is.
type Deposit struct {
	Code      Code
	Customer  int64
	Phone     msisdn.Number
	MadeAt    time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero while it is not
	UsedBy    id.ID     // the intent or posting that used it, zero for none
}

// Usable reports whether the code can be used at that time.
func (d Deposit) Usable(at time.Time) bool { return d.UsedAt.IsZero() && at.Before(d.ExpiresAt) }

const (
	drawsPerLength = 8
	// oneIn of the codes of a length may be live before longer ones are drawn: so most mistyped codes are nobody's.
	oneIn = 10
	// busyFor is how long a count of the live codes is believed.
	busyFor = time.Second
)

// busyness is how many deposit codes are live, by their lengths from the shortest, when last counted and since.
type busyness struct {
	live      [mostDigits - leastDigits]int64
	countedAt time.Time
}

// NewDeposit draws a deposit code for a customer that is nobody else's now: of four digits, or of five or six when many are
// live. It commits the code by itself, with what else that plan is to commit when the code is known (nil for nothing). The
// code, MadeAt and UsedAt of d are not looked at. The fault is busy when no code is free.
func (s *Store) NewDeposit(ctx context.Context, l *ledger.Ledger, d Deposit, with func(Code) []ledger.Companion) (Deposit, error) {
	shortest, err := s.shortest(ctx)
	if err != nil {
		return Deposit{}, err
	}
	for digits := shortest; digits <= mostDigits; digits++ {
		for range drawsPerLength {
			d.Code = random(digits)
			plan := &ledger.Plan{Companions: []ledger.Companion{depositCreation{s, d}}}
			if with != nil {
				plan.Companions = append(plan.Companions, with(d.Code)...)
			}
			outcome, err := l.Commit(ctx, plan)
			if fault.HasCode(err, fault.CodePending) {
				continue
			}
			if err != nil {
				return Deposit{}, err
			}
			s.noteDrawn(digits)
			d.MadeAt, d.UsedAt, d.UsedBy = outcome.At, time.Time{}, id.ID{}
			return d, nil
		}
	}
	return Deposit{}, fault.Wrap(errors.New("voucher: no deposit code is free"), fault.Busy)
}

// shortest is the length that codes are drawn at now.
func (s *Store) shortest(ctx context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if age := now.Sub(s.busy.countedAt); age < 0 || age >= busyFor {
		next := busyness{countedAt: now}
		for i := range next.live {
			err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM deposit_codes WHERE digits = ? AND live_until > ?`,
				int64(leastDigits+i), now.UnixMicro()).Scan(&next.live[i])
			if err != nil {
				return 0, fmt.Errorf("voucher: count deposit codes: %w", err)
			}
		}
		s.busy = next
	}
	room := int64(10_000 / oneIn)
	for i, live := range s.busy.live {
		if live < room {
			return leastDigits + i, nil
		}
		room *= 10
	}
	return mostDigits, nil
}

func (s *Store) noteDrawn(digits int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := digits - leastDigits; i < len(s.busy.live) {
		s.busy.live[i]++
	}
}

type depositCreation struct {
	store   *Store
	deposit Deposit
}

// Table is the deposit codes' table.
func (c depositCreation) Table() ledger.Table { return c.store.deposits }

// Key is the code.
func (c depositCreation) Key() id.ID { return depositKey(c.deposit.Code) }

// depositKey is a deposit code as its table's key.
func depositKey(c Code) id.ID {
	var k id.ID
	k[0] = 'd'
	copy(k[1:], c.digits)
	return k
}

// Check refuses a code that is somebody's now.
func (c depositCreation) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*Deposit); ok && was.Usable(at) {
		return nil, fault.New(fault.CodePending)
	}
	return nil, nil
}

// Finish writes the code if the plan was accepted.
func (c depositCreation) Finish(_ any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := c.deposit
	next.MadeAt, next.UsedAt, next.UsedBy = o.At, time.Time{}, id.ID{}
	return &next
}

// UseDeposit returns the companion that uses up a deposit code of that customer; by is the intent or posting that does. It
// refuses with code_gone when the code was used, is too old, or is another's by now.
func (s *Store) UseDeposit(c Code, customer int64, by id.ID) ledger.Companion {
	return depositUse{s, c, customer, by}
}

type depositUse struct {
	store    *Store
	code     Code
	customer int64
	by       id.ID
}

// Table is the deposit codes' table.
func (u depositUse) Table() ledger.Table { return u.store.deposits }

// Key is the code.
func (u depositUse) Key() id.ID { return depositKey(u.code) }

// Check refuses a code that cannot be used.
func (u depositUse) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	if was, ok := row.(*Deposit); !ok || was.Customer != u.customer || !was.Usable(at) {
		return nil, fault.New(fault.CodeGone)
	}
	return nil, nil
}

// Finish uses it up if the plan was accepted.
func (u depositUse) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted {
		return nil
	}
	next := *row.(*Deposit)
	next.UsedAt, next.UsedBy = o.At, u.by
	return &next
}

// Deposit returns whose a deposit code is at that time, or code_unknown.
func (s *Store) Deposit(ctx context.Context, c Code, at time.Time) (Deposit, error) {
	return s.oneDeposit(ctx, selectDeposit+` WHERE code = ? AND live_until > ?`, c.digits, at.UnixMicro())
}

// DepositOf returns the newest code that a customer can use at that time, or code_unknown.
func (s *Store) DepositOf(ctx context.Context, customer int64, at time.Time) (Deposit, error) {
	return s.oneDeposit(ctx, selectDeposit+` WHERE customer = ? AND live_until > ? ORDER BY live_until DESC LIMIT 1`,
		customer, at.UnixMicro())
}

func (s *Store) oneDeposit(ctx context.Context, query string, args ...any) (Deposit, error) {
	var found []Deposit
	err := s.db.Each(ctx, query, args, func(rows *sql.Rows) error {
		d, err := scanDeposit(rows)
		found = append(found, d)
		return err
	})
	if err != nil {
		return Deposit{}, fmt.Errorf("voucher: read a deposit code: %w", err)
	}
	if len(found) == 0 {
		return Deposit{}, fault.New(fault.CodeUnknown)
	}
	return found[0], nil
}

// depositTable is the deposit codes as the ledger commits them: one row for each code there can be, used again and again.
type depositTable struct{ _ byte } // as slipTable

// Name is the table's name.
func (*depositTable) Name() string { return "deposit_codes" }

const selectDeposit = `SELECT code, customer, phone, made_at, expires_at, used_at, used_by FROM deposit_codes`

func scanDeposit(rows *sql.Rows) (d Deposit, err error) {
	var phone string
	var by []byte
	var made, expires int64
	var used sql.NullInt64
	if err := rows.Scan(&d.Code.digits, &d.Customer, &phone, &made, &expires, &used, &by); err != nil {
		return Deposit{}, err
	}
	d.Phone = msisdn.Number(phone)
	d.MadeAt, d.ExpiresAt, d.UsedAt = time.UnixMicro(made).UTC(), time.UnixMicro(expires).UTC(), orZero(used)
	return d, scanIDs(idColumn{by, &d.UsedBy})
}

// Load reads deposit codes.
func (*depositTable) Load(ctx context.Context, q *db.DB, keys []id.ID) (map[id.ID]any, error) {
	values := make([]any, len(keys))
	for i, k := range keys {
		n := 1
		for n < len(k) && k[n] != 0 {
			n++
		}
		values[i] = string(k[1:n])
	}
	found := make(map[id.ID]any, len(keys))
	err := q.EachIn(ctx, selectDeposit+` WHERE code IN`, values, func(rows *sql.Rows) error {
		d, err := scanDeposit(rows)
		found[depositKey(d.Code)] = &d
		return err
	})
	return found, err
}

var (
	depositCode = []string{"code"}
	depositSet  = []string{"customer", "phone", "made_at", "expires_at", "used_at", "used_by", "live_until"}
)

// Write inserts or replaces deposit codes.
func (*depositTable) Write(d *db.Dialect, rows []any) []db.Stmt {
	const columns = 9
	args := make([]any, 0, columns*len(rows))
	for _, r := range rows {
		c := r.(*Deposit)
		live := int64(0)
		if c.UsedAt.IsZero() {
			live = c.ExpiresAt.UnixMicro()
		}
		args = append(args, c.Code.digits, int64(len(c.Code.digits)), c.Customer, string(c.Phone), c.MadeAt.UnixMicro(),
			c.ExpiresAt.UnixMicro(), microsOrNull(c.UsedAt), orNull(c.UsedBy), live)
	}
	return db.InsertMany(`
		INSERT INTO deposit_codes (code, digits, customer, phone, made_at, expires_at, used_at, used_by, live_until) VALUES `,
		columns, args, d.Upsert(depositCode, depositSet))
}
