package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// block is a run of numbers this process may hand out.
type block struct{ next, end int64 }

// blockSize is how many numbers are claimed at once; a crash wastes at most this many.
const blockSize = 100

// Numbers returns a number nobody has had, for a new account or customer: 1000 and up, ascending, with gaps.
func (l *Ledger) Numbers(ctx context.Context) (int64, error) {
	return l.number(ctx, "account", FirstNumber)
}

func (l *Ledger) number(ctx context.Context, name string, first int64) (int64, error) {
	l.numbersMu.Lock()
	defer l.numbersMu.Unlock()
	b := l.numbers[name]
	for b.next == b.end {
		var err error
		if b, err = l.claimBlock(ctx, name, first); err != nil {
			return 0, err
		}
	}
	l.numbers[name] = block{b.next + 1, b.end}
	return b.next, nil
}

// claimBlock moves the counter on by compare-and-set; an empty block says that another process was quicker.
func (l *Ledger) claimBlock(ctx context.Context, name string, first int64) (block, error) {
	var next int64
	err := l.db.QueryRow(ctx, `SELECT next_free FROM numbers WHERE name = ?`, name).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = l.db.Exec(ctx, `INSERT INTO numbers (name, next_free) VALUES (?, ?)`, name, first)
		if err != nil && !l.db.Dialect().IsDuplicate(err) {
			return block{}, fmt.Errorf("ledger: begin the counter %s: %w", name, err)
		}
		return block{}, nil
	}
	if err != nil {
		return block{}, fmt.Errorf("ledger: read the counter %s: %w", name, err)
	}
	n, err := l.db.Exec(ctx, `UPDATE numbers SET next_free = ? WHERE name = ? AND next_free = ?`, next+blockSize, name, next)
	if err != nil {
		return block{}, fmt.Errorf("ledger: move the counter %s: %w", name, err)
	}
	if n != 1 {
		return block{}, nil
	}
	return block{next, next + blockSize}, nil
}

// Account returns an account as last committed, or account_not_found.
func (l *Ledger) Account(ctx context.Context, number int64) (Account, error) {
	found, err := l.Accounts(ctx, []int64{number})
	if err != nil {
		return Account{}, err
	}
	a, ok := found[number]
	if !ok {
		return Account{}, fault.New(fault.AccountNotFound)
	}
	return a, nil
}

// Accounts returns those of the accounts that exist, by number.
func (l *Ledger) Accounts(ctx context.Context, numbers []int64) (map[int64]Account, error) {
	return l.AccountsIn(ctx, l.db, numbers)
}

// AccountsIn is Accounts in a view of the database (db.Snapshot), for what must be seen at the same moment as other tables.
func (l *Ledger) AccountsIn(ctx context.Context, view *db.DB, numbers []int64) (map[int64]Account, error) {
	keys := make([]id.ID, len(numbers))
	for i, n := range numbers {
		keys[i] = accountKey(n)
	}
	rows, err := l.accounts.Load(ctx, view, keys)
	if err != nil {
		return nil, fmt.Errorf("ledger: read accounts: %w", err)
	}
	out := make(map[int64]Account, len(rows))
	for _, row := range rows {
		a := row.(*Account)
		out[a.ID] = *a
	}
	return out, nil
}

// Sum is all accounts of one type and currency together.
type Sum struct {
	Type     AccountType
	Currency string
	Accounts int64
	Balance  int64 // minor units; positive = Senti owes the holders
	Held     int64 // the part of Balance set aside by holds
}

// Sums adds up all accounts as one moment shows them, by type and currency.
func (l *Ledger) Sums(ctx context.Context) ([]Sum, error) {
	var out []Sum
	err := l.db.Each(ctx, `
		SELECT   type, currency, COUNT(*), SUM(balance), SUM(held)
		FROM     accounts
		GROUP BY type, currency
		ORDER BY type, currency`, nil, func(rows *sql.Rows) error {
		var s Sum
		err := rows.Scan(&s.Type, &s.Currency, &s.Accounts, &s.Balance, &s.Held)
		out = append(out, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: add up the accounts: %w", err)
	}
	return out, nil
}

// Posting returns what became of a posting ID; found is false if it was never spent.
func (l *Ledger) Posting(ctx context.Context, posting id.ID) (o *Outcome, found bool, err error) {
	records, err := loadRecords(ctx, l.db, []id.ID{posting})
	if err != nil {
		return nil, false, fmt.Errorf("ledger: read posting: %w", err)
	}
	r, ok := records[posting]
	if !ok {
		return nil, false, nil
	}
	o, err = r.outcome(l.receipts)
	return o, err == nil, err
}

// ByReceipt returns the posting of a receipt code as a person typed it. The error is ErrReceipt for a text that cannot be a
// code; found is false for a code that was never given out.
func (l *Ledger) ByReceipt(ctx context.Context, code string) (o *Outcome, found bool, err error) {
	no, err := l.receipts.Decode(code)
	if err != nil {
		return nil, false, err
	}
	var key []byte
	err = l.db.QueryRow(ctx, `SELECT id FROM postings WHERE receipt_no = ?`, no).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("ledger: look up receipt: %w", err)
	}
	return l.Posting(ctx, id.ID(key))
}

// Corrections returns the later postings that name o as what they correct, and moved something on that account, in their order.
func (l *Ledger) Corrections(ctx context.Context, account int64, o *Outcome) ([]*Outcome, error) {
	var found []id.ID
	err := l.db.Each(ctx, `
		SELECT   p.id
		FROM     legs l
		JOIN     postings p ON p.seq = l.seq
		WHERE    l.account = ? AND l.seq > ? AND l.amount <> 0 AND p.corrects = ?
		ORDER BY l.account, l.seq`, []any{account, o.Seq, o.ID}, func(rows *sql.Rows) error {
		var key []byte
		err := rows.Scan(&key)
		found = append(found, id.ID(key))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: look for corrections: %w", err)
	}
	outcomes, err := l.Outcomes(ctx, found)
	if err != nil {
		return nil, err
	}
	out := make([]*Outcome, len(found))
	for i, posting := range found {
		out[i] = outcomes[posting]
	}
	return out, nil
}

// Entry is one line of an account's statement.
type Entry struct {
	Seq     int64
	Posting id.ID
	Kind    Kind
	Amount  int64 // minor units, signed as the holder sees it
	Balance int64 // after it
	Held    int64 // after it
	At      time.Time
	Receipt string // "" if it moved no money

	Corrects id.ID // the posting that it corrects, zero for none; Statement leaves it out
}

// Statement returns up to limit entries of an account, newest first, older than the entry with Seq before (0: from the
// newest). Postings that moved nothing on the account are not among them.
func (l *Ledger) Statement(ctx context.Context, account, before int64, limit int) ([]Entry, error) {
	if before == 0 {
		before = 1 << 62
	}
	var out []Entry
	err := l.db.Each(ctx, `
		SELECT   l.seq, p.id, p.kind, l.amount, l.balance, l.held, p.at, p.receipt_no
		FROM     legs l
		JOIN     postings p ON p.seq = l.seq
		WHERE    l.account = ? AND l.seq < ? AND l.amount <> 0
		ORDER BY l.account DESC, l.seq DESC
		LIMIT    ?`, []any{account, before, limit}, func(rows *sql.Rows) error {
		var e Entry
		var posting []byte
		var at, receiptNo int64
		if err := rows.Scan(&e.Seq, &posting, &e.Kind, &e.Amount, &e.Balance, &e.Held, &at, &receiptNo); err != nil {
			return err
		}
		e.Posting, e.At = id.ID(posting), fromMicros(at)
		if receiptNo > 0 {
			e.Receipt = l.receipts.Encode(receiptNo)
		}
		out = append(out, e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: read statement: %w", err)
	}
	return out, nil
}

// Expire frees what is held by up to limit holds whose time had come at now, and returns how many. Each expiry is a posting
// whose ID is derived from the hold's, so that two processes that sweep at once still post it once. One that was refused as
// too early (its clock stepped back) has spent that ID; the next sweep goes on to the next one.
func (l *Ledger) Expire(ctx context.Context, now time.Time, limit int) (int, error) {
	if t := l.clock.Now(); now.After(t) {
		now = t // sooner would only be refused
	}
	var due []HoldAct
	err := l.db.Each(ctx, `
		SELECT   id, account
		FROM     holds
		WHERE    state = ? AND expires_at <= ?
		ORDER BY state, expires_at
		LIMIT    ?`, []any{int64(holdOpen), micros(now), limit}, func(rows *sql.Rows) error {
		var key []byte
		act := HoldAct{Verb: ExpireHold}
		err := rows.Scan(&key, &act.Account)
		if err == nil {
			act.Hold = id.ID(key)
			due = append(due, act)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("ledger: look for expired holds: %w", err)
	}
	expired := 0
	for _, act := range due {
		switch err := l.expire(ctx, act); fault.CodeOf(err) {
		case "":
			expired++
		case fault.HoldClosed: // captured or released since we looked
		case fault.HoldNotExpired: // the clock stepped back since we looked
		default:
			return expired, err
		}
	}
	return expired, nil
}

func (l *Ledger) expire(ctx context.Context, act HoldAct) error {
	name := "expire"
	for try := 2; ; try++ {
		o, err := l.Commit(ctx, &Plan{ID: id.Derive(act.Hold, name), Kind: HoldEnd, Holds: []HoldAct{act}})
		if o == nil || !o.Replayed || o.Accepted || o.Refusal.Code != fault.HoldNotExpired {
			return err
		}
		name = fmt.Sprintf("expire %d", try)
	}
}
