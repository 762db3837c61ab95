package wallet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"senti/wallet/db"
	"senti/wallet/ledger"
	"senti/wallet/trust"
)

// LiabilityReport is what Senti owes against what lies in trust, by the ledger. Amounts are minor units of the market's currency.
type LiabilityReport struct {
	At    time.Time
	Owed  map[ledger.AccountType]ledger.Sum // by whose e-money it is; holds are a part of each
	Total int64                             // all of it
	Trust int64                             // what the trust banks should hold, by the ledger
	Short int64                             // Total - Trust when above zero
	Over  int64                             // Trust - Total when above zero
}

// OK reports whether every cent that is owed lies in trust, and no more.
func (r LiabilityReport) OK() bool { return r.Short == 0 && r.Over == 0 }

// String is the report in one line, for a log.
func (r LiabilityReport) String() string {
	return fmt.Sprintf("owed %d, in trust %d, short %d, over %d", r.Total, r.Trust, r.Short, r.Over)
}

// CheckLiabilities compares all e-money (wallets, floats, escrow, suspense, unswept fees and tax, the fund) with the trust
// accounts of the ledger. If trust falls short no more is issued, until a later check finds that it does not.
func (o *Office) CheckLiabilities(ctx context.Context) (LiabilityReport, error) {
	sums, err := o.w.ledger.Sums(ctx)
	if err != nil {
		return LiabilityReport{}, err
	}
	r := LiabilityReport{At: o.w.clock.Now(), Owed: map[ledger.AccountType]ledger.Sum{}}
	for _, s := range sums {
		switch {
		case s.Currency != o.w.market.Currency.Code: // points stand for no money
		case s.Type.EMoney():
			r.Owed[s.Type] = s
			r.Total += s.Balance
		case s.Type == ledger.Trust:
			r.Trust -= s.Balance
		}
	}
	r.Short, r.Over = max(r.Total-r.Trust, 0), max(r.Trust-r.Total, 0)
	return r, o.alarm(ctx, trust.Liabilities, r.Short)
}

// TrustReport is the books against the banks' statements, as one moment shows them. Amounts are minor units.
//
// Nothing makes anything else good: money that left and that nothing accounts for is missing also while a payment is on its way to
// its line, or while money came in for somebody else.
type TrustReport struct {
	At         time.Time
	Banks      []BankReport
	Books      int64 // what the trust banks should hold, by the ledger
	Statements int64 // what they hold, by their statements
	Surplus    int64 // what came in and nothing was issued against: to be found an owner, or issued to suspense
	Transit    int64 // what has left one trust bank for another, and is awaited there
	Ordered    int64 // what the banks were told to pay, and no statement tells of yet; it is still owed, and held
	Short      int64 // what is missing: the three below together

	Debits      int64 // what has left, and nothing accounts for it
	Overdue     int64 // what was awaited for longer than the market allows
	Unexplained int64 // what the ledger moved into trust by postings that left no entry

	counted int64 // Debits, as the commits have kept it up
}

// BankReport is one bank of it.
type BankReport struct {
	trust.Bank        // without a name for a trust account that was never added
	Books       int64 // by the ledger
	Statement   int64 // by the lines of its statements
	LastDay     int32 // the newest line's, yyyymmdd; 0 when no statement was ever imported
	Unexplained int64 // moved in the ledger by a posting that left no entry
	Breaks      []Break
}

// Break is money that only one side knows of: a line nothing in the books accounts for, a posting no statement tells of, or a payment
// that was ordered and not made yet.
type Break struct {
	Line   *trust.Line // one of the three
	Entry  *trust.Entry
	Payout *trust.Payout
	Amount int64 // minor units as the bank sees it; positive = in
	Days   int   // its age

	Awaited bool // an entry of money that has left another trust bank
	Overdue bool // for longer than the market allows
}

// Ages are how old breaks are told apart, in days: up to 1, 7, 30, and more.
var Ages = []string{"0-1 days", "2-7 days", "8-30 days", "over 30 days"}

// Age is the break's place in Ages.
func (b Break) Age() int {
	for i, most := range []int{1, 7, 30} {
		if b.Days <= most {
			return i
		}
	}
	return len(Ages) - 1
}

// Aged adds up the breaks by age: lines, entries and payments apart, without their signs.
func (r TrustReport) Aged() (lines, entries, payouts [4]int64) {
	for _, bank := range r.Banks {
		for _, b := range bank.Breaks {
			amount := max(b.Amount, -b.Amount)
			switch {
			case b.Line != nil:
				lines[b.Age()] += amount
			case b.Entry != nil:
				entries[b.Age()] += amount
			default:
				payouts[b.Age()] += amount
			}
		}
	}
	return lines, entries, payouts
}

// String is the report in one line, for a log.
func (r TrustReport) String() string {
	lines, entries, payouts := r.Aged()
	return fmt.Sprintf("books %d, statements %d, short %d (unexplained debits %d, overdue %d, postings without entry %d), surplus %d, in transit %d, ordered %d; "+
		"unmatched by age: lines %v, postings %v, payments %v", r.Books, r.Statements, r.Short, r.Debits, r.Overdue, r.Unexplained, r.Surplus, r.Transit, r.Ordered,
		lines, entries, payouts)
}

// ReconcileTrust compares each trust account of the ledger with the bank's statements and lists what only one of them knows. While
// something is missing no more is issued. A surplus stays a break until an issue, to suspense if need be, accounts for it.
func (o *Office) ReconcileTrust(ctx context.Context) (TrustReport, error) {
	var r TrustReport
	err := o.db.Snapshot(ctx, func(view *db.DB) (err error) {
		r, err = o.reconciled(ctx, view)
		return err
	})
	if err != nil {
		return TrustReport{}, err
	}
	if r.counted != r.Debits {
		return r, errors.Join(o.alarm(ctx, trust.Statements, r.Short),
			fmt.Errorf("wallet: %d left the banks unexplained, by the lines; %d by what was kept up", r.Debits, r.counted))
	}
	return r, o.alarm(ctx, trust.Statements, r.Short)
}

// reconciled reads all of it in one view of the database: torn reads would be breaks.
func (o *Office) reconciled(ctx context.Context, view *db.DB) (TrustReport, error) {
	r, store := TrustReport{At: o.w.clock.Now()}, trust.NewStore(view)
	banks, err := o.trustBanks(ctx, view, store)
	if err != nil {
		return r, err
	}
	sums, err := store.Sums(ctx)
	if err != nil {
		return r, err
	}
	for _, b := range banks {
		s := sums[b.Account]
		b.Statement, b.LastDay, b.Unexplained = s.Lines, s.LastDay, b.Books-s.Entries
		if b.Breaks, err = o.breaks(ctx, store, b.Account, r.At); err != nil {
			return r, err
		}
		r.add(b)
	}
	r.counted, _, err = store.Short(ctx, trust.Debits)
	r.Short = max(r.Debits, r.counted) + r.Overdue + r.Unexplained
	return r, err
}

// add adds a bank to the report.
func (r *TrustReport) add(b BankReport) {
	for _, one := range b.Breaks {
		switch {
		case one.Payout != nil:
			r.Ordered -= one.Amount
		case one.Line != nil && one.Amount > 0:
			r.Surplus += one.Amount
		case one.Line != nil:
			r.Debits -= one.Amount
		case one.Overdue:
			r.Overdue += one.Amount
		case one.Awaited:
			r.Transit += one.Amount
		}
	}
	r.Books += b.Books
	r.Statements += b.Statement
	r.Unexplained += max(b.Unexplained, 0) // what one bank has too much of is not what another lacks
	r.Banks = append(r.Banks, b)
}

// checkTrust runs both checks because something is about to be issued: what they find stops it. In its commit only what has left
// unexplained is looked at again.
func (o *Office) checkTrust(ctx context.Context) error {
	if _, err := o.CheckLiabilities(ctx); err != nil {
		return err
	}
	_, err := o.ReconcileTrust(ctx)
	return err
}

// recheck holds the books against the statements again because one of them has just changed, so that what was mended or went
// missing is known at once. It is not what stops issuing, so a failure is for the log alone.
func (o *Office) recheck(ctx context.Context) {
	if _, err := o.ReconcileTrust(ctx); err != nil {
		slog.Error("trust was not reconciled", "err", err)
	}
}

// trustBanks returns every trust account there is, with its bank if it has one.
func (o *Office) trustBanks(ctx context.Context, view *db.DB, store *trust.Store) ([]BankReport, error) {
	named, err := store.Banks(ctx)
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for n := trust.FirstBank; n <= trust.LastBank; n++ {
		numbers = append(numbers, n)
	}
	accounts, err := o.w.ledger.AccountsIn(ctx, view, numbers)
	if err != nil {
		return nil, err
	}
	var all []BankReport
	for _, n := range numbers {
		a, ok := accounts[n]
		if !ok || a.Type != ledger.Trust {
			continue
		}
		b := BankReport{Bank: trust.Bank{Account: n}, Books: -a.Balance}
		for _, known := range named {
			if known.Account == n {
				b.Bank = known
			}
		}
		all = append(all, b)
	}
	return all, nil
}

// breaks lists what only one side of a bank knows, oldest first on each.
func (o *Office) breaks(ctx context.Context, store *trust.Store, bank int64, now time.Time) ([]Break, error) {
	lines, err := store.OpenLines(ctx, bank)
	if err != nil {
		return nil, err
	}
	entries, err := store.OpenEntries(ctx, bank)
	if err != nil {
		return nil, err
	}
	ordered, err := store.Ordered(ctx, bank)
	if err != nil {
		return nil, err
	}
	var all []Break
	today := o.w.market.Day(now)
	for _, l := range lines {
		left := l.Left()
		if l.Amount < 0 {
			left = -left
		}
		all = append(all, Break{Line: &l, Amount: left, Days: daysBetween(l.Day, today)})
	}
	for _, e := range entries {
		b := Break{Entry: &e, Amount: e.Amount, Days: daysBetween(o.w.market.Day(e.At), today)}
		if e.Amount > 0 {
			left, gone, err := store.LeftOn(ctx, e)
			if err != nil {
				return nil, err
			}
			b.Awaited = gone
			b.Overdue = gone && time.Duration(daysBetween(left, today))*24*time.Hour > o.w.market.Trust.Transit
		}
		all = append(all, b)
	}
	for _, p := range ordered {
		all = append(all, Break{Payout: &p, Amount: -p.Amount, Days: daysBetween(o.w.market.Day(p.OrderedAt), today)})
	}
	return all, nil
}

// daysBetween counts calendar days, each written yyyymmdd.
func daysBetween(from, to int32) int {
	return int(dateOf(to).Sub(dateOf(from)) / (24 * time.Hour))
}

// dateOf is a calendar day in a zone whose days all have 24 hours.
func dateOf(day int32) time.Time {
	return time.Date(int(day/10_000), time.Month(day/100%100), int(day%100), 0, 0, 0, 0, time.UTC)
}

// alarm keeps what a check found, if that has changed.
func (o *Office) alarm(ctx context.Context, a trust.Alarm, short int64) error {
	before, _, err := o.w.trust.Short(ctx, a)
	if err != nil || before == short {
		return err
	}
	act := "trust.short"
	if short == 0 {
		act = "trust.resolved"
	}
	check := "liabilities"
	if a == trust.Statements {
		check = "statements"
	}
	return o.commit(ctx, o.job("trust", act, map[string]any{"check": check, "short": short, "before": before}), o.w.trust.Found(a, short))
}
