package trust

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// on is a companion on one row of a table. check may refuse; next makes the row to be written of the one that is there (nil for
// none) when the plan is accepted, or returns nil to leave it. Both are pure.
type on[T any] struct {
	table *table[T]
	key   id.ID
	check func(row *T, at time.Time) *fault.Error
	next  func(row *T, o *ledger.Outcome) *T
}

// Table is the table.
func (c on[T]) Table() ledger.Table { return c.table }

// Key is the row's.
func (c on[T]) Key() id.ID { return c.key }

// Check asks whether it may be done.
func (c on[T]) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	r, _ := row.(*T)
	return nil, c.check(r, at)
}

// Finish does it if the plan was accepted.
func (c on[T]) Finish(row any, o *ledger.Outcome) any {
	if !o.Accepted || c.next == nil {
		return nil
	}
	r, _ := row.(*T)
	if next := c.next(r, o); next != nil {
		return next
	}
	return nil
}

// AddBank returns the companion that writes a bank down. The fault is bank_exists.
func (s *Store) AddBank(b Bank) ledger.Companion {
	return on[Bank]{banks, numbered(b.Account), func(row *Bank, _ time.Time) *fault.Error {
		if row != nil {
			return fault.New(fault.BankExists)
		}
		return tooLong(b.Name, 60, b.Number, 34)
	}, func(_ *Bank, o *ledger.Outcome) *Bank {
		next := b
		next.AddedAt = o.At
		return &next
	}}
}

// AddPayee returns the companion that nominates a bank account. The fault is conflict for a number that is taken.
func (s *Store) AddPayee(p Payee) ledger.Companion {
	return on[Payee]{payees, numbered(p.No), func(row *Payee, _ time.Time) *fault.Error {
		if row != nil {
			return fault.New(fault.Conflict)
		}
		return tooLong(p.Bank, 60, p.Holder, 60, p.Number, 34)
	}, func(_ *Payee, o *ledger.Outcome) *Payee {
		next := p
		next.AddedAt, next.DroppedAt = o.At, time.Time{}
		return &next
	}}
}

// DropPayee returns the companion after which nothing more is paid to a bank account. The fault is not_nominated.
func (s *Store) DropPayee(no int64) ledger.Companion {
	return on[Payee]{payees, numbered(no), func(row *Payee, _ time.Time) *fault.Error {
		if row == nil || !row.DroppedAt.IsZero() {
			return fault.New(fault.NotNominated)
		}
		return nil
	}, func(row *Payee, o *ledger.Outcome) *Payee {
		next := *row
		next.DroppedAt = o.At
		return &next
	}}
}

// Pays returns the companion that lets money of a ledger account go to that payee only if it is nominated for it now:
// not_nominated.
func (s *Store) Pays(no, account int64) ledger.Companion {
	return on[Payee]{payees, numbered(no), func(row *Payee, _ time.Time) *fault.Error {
		if row == nil || row.Account != account || !row.DroppedAt.IsZero() {
			return fault.New(fault.NotNominated)
		}
		return nil
	}, nil}
}

// AddLines returns the companions that write lines of a statement, and add to what has left unexplained. The fault is conflict
// for a line that is there.
func (s *Store) AddLines(all []Line) []ledger.Companion {
	var out []ledger.Companion
	var left int64
	for _, l := range all {
		out = append(out, addLine(l))
		if l.Amount < 0 {
			left += l.Left()
		}
	}
	return append(out, unexplained(left)...)
}

func addLine(l Line) ledger.Companion {
	return on[Line]{lines, l.ID, func(row *Line, _ time.Time) *fault.Error {
		switch {
		case row != nil:
			return fault.New(fault.Conflict)
		case l.Amount == 0 || l.Used < 0 || l.Left() < 0:
			return fault.Wrap(errors.New("trust: a line of nothing, or used beyond itself"), fault.Internal)
		}
		return tooLong(l.Reference, mostReference, l.Detail, mostDetail)
	}, func(_ *Line, o *ledger.Outcome) *Line {
		next := l
		next.ImportedAt = o.At
		return &next
	}}
}

// unexplained are the companions that add to what has left the banks without anything that accounts for it, or take from it.
func unexplained(by int64) []ledger.Companion {
	if by == 0 {
		return nil
	}
	return []ledger.Companion{on[alarmRow]{alarms, numbered(int64(Debits)), func(row *alarmRow, _ time.Time) *fault.Error {
		if row.amount()+by < 0 {
			return fault.Wrap(errors.New("trust: more was explained than had left"), fault.Internal)
		}
		return nil
	}, func(row *alarmRow, o *ledger.Outcome) *alarmRow { return row.after(Debits, row.amount()+by, o.At) }}}
}

// Use returns the companions that account for part of a line by the posting of this plan. A line is used once; rest says that
// exactly what an earlier use left over is meant. amount has the line's sign.
//
// Faults: line_not_found, line_mismatch, line_used, line_exceeded (left).
func (s *Store) Use(line id.ID, bank, amount int64, rest bool) []ledger.Companion {
	return append([]ledger.Companion{on[Line]{lines, line, func(row *Line, _ time.Time) *fault.Error {
		switch {
		case row == nil || row.Bank != bank:
			return fault.New(fault.LineNotFound)
		case amount == 0 || (amount > 0) != (row.Amount > 0):
			return fault.New(fault.LineMismatch)
		case row.Used > 0 && !rest, row.Left() == 0:
			return fault.New(fault.LineUsed)
		case rest && abs(amount) != row.Left():
			return fault.New(fault.LineMismatch)
		case abs(amount) > row.Left():
			return fault.New(fault.LineExceeded, "left", fault.Minor(row.Left()))
		}
		return nil
	}, func(row *Line, _ *ledger.Outcome) *Line { return row.after(amount) }}}, explained(amount)...)
}

// explained are the companions for money that a line tells of and that is accounted for by this plan; amount has the line's sign.
func explained(amount int64) []ledger.Companion { return unexplained(min(amount, 0)) }

// after is the line with so much more of it accounted for.
func (l *Line) after(amount int64) *Line {
	next := *l
	next.Used += abs(amount)
	return &next
}

// Part tells the two entries of a posting that moves two banks apart.
type Part string

// The parts of a posting.
const (
	PartWhole Part = "" // the only one
	PartOut   Part = "out"
	PartIn    Part = "in"
)

func partOf(posting id.ID, part Part) id.ID {
	if part == PartWhole {
		return posting
	}
	return id.Derive(posting, "senti.trust.entry.v1:"+string(part))
}

// AddEntry returns the companion that writes down what this plan's posting moves in a bank. The entry's Bank, Amount, Payee and
// Line are the caller's.
func (s *Store) AddEntry(posting id.ID, part Part, e Entry) ledger.Companion {
	e.ID, e.Posting = partOf(posting, part), posting
	return on[Entry]{entries, e.ID, func(row *Entry, _ time.Time) *fault.Error {
		if row != nil {
			return fault.New(fault.Conflict)
		}
		return nil
	}, func(_ *Entry, o *ledger.Outcome) *Entry {
		next := e
		next.At, next.Receipt = o.At, o.Receipt
		return &next
	}}
}

// Tells returns the companion that says that a line, of which Use accounts for the same amount, tells of an entry. Faults:
// line_mismatch, line_used.
func (s *Store) Tells(line id.ID, e Entry) ledger.Companion {
	return on[Entry]{entries, e.ID, func(row *Entry, _ time.Time) *fault.Error {
		switch {
		case row == nil || row.Amount != e.Amount || row.Bank != e.Bank:
			return fault.New(fault.LineMismatch)
		case !row.Line.IsZero():
			return fault.New(fault.LineUsed)
		}
		return nil
	}, func(row *Entry, _ *ledger.Outcome) *Entry {
		next := *row
		next.Line = line
		return &next
	}}
}

// Cancel returns the companions that say that two lines of one bank undo each other: a payment and its return, a charge and what
// Senti paid in for it. Faults: line_not_found, line_used, line_mismatch.
func (s *Store) Cancel(a, b Line) []ledger.Companion {
	undoes := func(one, other Line) ledger.Companion {
		return on[Line]{lines, one.ID, func(row *Line, _ time.Time) *fault.Error {
			switch {
			case row == nil:
				return fault.New(fault.LineNotFound)
			case row.Used > 0:
				return fault.New(fault.LineUsed)
			case row.Bank != other.Bank || row.Amount != -other.Amount:
				return fault.New(fault.LineMismatch)
			}
			return nil
		}, func(row *Line, _ *ledger.Outcome) *Line { return row.after(row.Amount) }}
	}
	return append([]ledger.Companion{undoes(a, b), undoes(b, a)}, unexplained(-abs(a.Amount))...)
}

// MayIssue returns the companions that refuse with issuing_stopped (needed) while trust was found to fall short, or money has left
// a bank that nothing accounts for.
func (s *Store) MayIssue() []ledger.Companion {
	unless := func(a Alarm) ledger.Companion {
		return on[alarmRow]{alarms, numbered(int64(a)), func(row *alarmRow, _ time.Time) *fault.Error {
			if row != nil && row.short > 0 {
				return fault.New(fault.IssuingStopped, "needed", fault.Minor(row.short))
			}
			return nil
		}, nil}
	}
	return []ledger.Companion{unless(Liabilities), unless(Statements), unless(Debits)}
}

// Found returns the companion that writes down by how much a check found trust to fall short; 0 for not at all.
func (s *Store) Found(a Alarm, short int64) ledger.Companion {
	return on[alarmRow]{alarms, numbered(int64(a)), func(*alarmRow, time.Time) *fault.Error { return nil },
		func(row *alarmRow, o *ledger.Outcome) *alarmRow { return row.after(a, short, o.At) }}
}

// amount is what the alarm says; of one that never rang, nothing.
func (r *alarmRow) amount() int64 {
	if r == nil {
		return 0
	}
	return r.short
}

// after is the alarm with what it is to say from then on. It goes on ringing since it began.
func (r *alarmRow) after(a Alarm, short int64, at time.Time) *alarmRow {
	next := alarmRow{a, short, at}
	if r.amount() > 0 && short > 0 {
		next.since = r.since
	}
	return &next
}

// Lengths of columns; SQLite does not enforce them.
const (
	mostReference = 140
	mostDetail    = 300
)

// tooLong refuses texts, each followed by the most characters it may have: a bug of the caller, who has to cut them.
func tooLong(pairs ...any) *fault.Error {
	for i := 0; i+1 < len(pairs); i += 2 {
		if text, most := pairs[i].(string), pairs[i+1].(int); utf8.RuneCountInString(text) > most {
			return fault.Wrap(fmt.Errorf("trust: a text of more than %d characters", most), fault.Internal)
		}
	}
	return nil
}
