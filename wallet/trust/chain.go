package trust

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/money"
)

// inOrder puts the lines of a file into the order in which the bank booked them, with the balance after each, and proves that none
// stands twice and none is missing: by the balances in the file, or by what was said of it.
func inOrder(lines []StatementLine, said Said, style money.Style) (*Statement, error) {
	turned := slices.Clone(lines)
	slices.Reverse(turned)
	if lines[0].Day > lines[len(lines)-1].Day {
		lines, turned = turned, lines
	}
	s, wrong := follow(lines, said, style)
	if wrong != nil {
		var err error
		if s, err = follow(turned, said, style); err != nil {
			return nil, wrong
		}
	}
	for _, of := range []struct {
		what string
		said *int64
		is   int64
	}{{"opens", said.Opening, s.Opening}, {"closes", said.Closing, s.Closing()}} {
		if of.said != nil && *of.said != of.is {
			return nil, fmt.Errorf("the statement %s with %s, and not with %s: a line is missing or stands twice", of.what, style.Format(of.is), style.Format(*of.said))
		}
	}
	return s, nil
}

// follow goes from line to line by the balances.
func follow(lines []StatementLine, said Said, style money.Style) (*Statement, error) {
	s := &Statement{Lines: slices.Clone(lines)}
	if first := slices.IndexFunc(lines, func(l StatementLine) bool { return l.hasBalance }); first >= 0 {
		s.Opening = lines[first].Balance
		for _, l := range lines[:first+1] {
			s.Opening -= l.Amount
		}
	} else if said.Opening == nil || said.Closing == nil {
		return nil, errors.New("the statement has no column with the balance: add one, or say with which balance it opens and closes")
	} else {
		s.Opening = *said.Opening
	}
	at := s.Opening
	for i := range s.Lines {
		l := &s.Lines[i]
		at += l.Amount
		if l.hasBalance && l.Balance != at {
			return nil, fmt.Errorf("row %d: the balance %s does not follow from the line before, it should be %s: a line is missing there or stands twice",
				l.Row, style.Format(l.Balance), style.Format(at))
		}
		l.Balance = at
	}
	return s, nil
}

// Head is how far the statements of a bank are known.
type Head struct {
	Bank    int64
	Seq     int64 // of the last line, 0 for none
	Balance int64 // after it
	Day     int32 // of it
}

// Misfit is why a statement cannot be joined to what is known of its bank.
type Misfit struct {
	Gap  int64 // what lies between the known end and the statement, minor units, when nothing but that is wrong; else 0
	text string
}

// Error says it to the person who imports.
func (b *Misfit) Error() string { return b.text }

// New returns the lines of a statement that are not known yet. known are the bank's lines from the statement's first day on, as far
// as they are known, in their order; head is the last of all. Files may overlap: lines are told apart by day, amount and balance, so
// whatever columns the reference came from, a line is the same line; and one that differs in nothing but its balance is another.
//
// A statement is taken to begin with the first line of a day, as banks write them. One that begins in the middle is joined where
// there is only one way to. The error is a *Misfit.
func (s *Statement) New(known []Line, head Head, style money.Style) ([]StatementLine, error) {
	joins, follows := s.joins(known), s.Opening == head.Balance
	switch {
	case slices.Contains(joins, 0) && follows && !s.sameWords(known):
		return nil, &Misfit{text: fmt.Sprintf("row %d may be a line that is known or a new one that looks like it: export the statement from the day before", s.Lines[0].Row)}
	case slices.Contains(joins, 0):
		return s.Lines[min(len(known), len(s.Lines)):], nil
	case len(joins) == 1 && !follows:
		return s.Lines[min(len(known)-joins[0], len(s.Lines)):], nil
	case len(joins) == 0 && follows:
		return s.Lines, nil
	case len(joins) > 0:
		return nil, &Misfit{text: fmt.Sprintf("row %d may be one of several lines: export the statement from the beginning of a day", s.Lines[0].Row)}
	case head.Seq == 0:
		return nil, &Misfit{s.Opening, fmt.Sprintf("the first statement begins with %s in the account: import what came before it, from when the account was opened", style.Format(s.Opening))}
	case s.Lines[0].Day > head.Day:
		return nil, &Misfit{s.Opening - head.Balance, fmt.Sprintf("the account had %s after the last line that is known, of %d, and the statement begins with %s: import what lies between first",
			style.Format(head.Balance), head.Day, style.Format(s.Opening))}
	}
	return nil, &Misfit{text: fmt.Sprintf("row %d contradicts what was imported before: lines of that day are known, and they are others", s.contradicts(known))}
}

// joins are the places among the known lines where the statement may begin: from there on both say the same, until one of them ends.
func (s *Statement) joins(known []Line) (at []int) {
	for i := range known {
		if s.same(known[i:]) == min(len(known)-i, len(s.Lines)) {
			at = append(at, i)
		}
	}
	return at
}

// same is how many lines, from the first on, are the known ones.
func (s *Statement) same(known []Line) int {
	n := 0
	for n < len(known) && n < len(s.Lines) && s.Lines[n].is(known[n]) {
		n++
	}
	return n
}

func (l StatementLine) is(k Line) bool {
	return l.Day == k.Day && l.Amount == k.Amount && l.Balance == k.Balance
}

// sameWords reports whether the lines that are known have the words that they were imported with.
func (s *Statement) sameWords(known []Line) bool {
	for i := range min(len(known), len(s.Lines)) {
		if s.Lines[i].Reference != known[i].Reference {
			return false
		}
	}
	return true
}

// contradicts is the first row that is not the line that is known in its place.
func (s *Statement) contradicts(known []Line) int {
	return s.Lines[min(s.same(known), len(s.Lines)-1)].Row
}

// Import returns the companions that write new lines of a bank down behind those that are known, and the lines. gap is what lies
// between, 0 for nothing; it becomes a line of its own. The fault is conflict when others were imported meanwhile.
func (s *Store) Import(head Head, fresh []StatementLine, gap int64) ([]ledger.Companion, []Line) {
	if gap != 0 {
		balance := head.Balance + gap
		fresh = append([]StatementLine{{Day: fresh[0].Day, Reference: "GAP", Detail: "between two statements", Amount: gap, Balance: balance}}, fresh...)
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	all := make([]Line, len(fresh))
	next := head
	for i, l := range fresh {
		next.Seq++
		next.Balance, next.Day = l.Balance, max(next.Day, l.Day)
		all[i] = Line{ID: chainID(head.Bank, next.Seq), Bank: head.Bank, Seq: next.Seq, Day: l.Day, Reference: l.Reference, Detail: l.Detail,
			Amount: l.Amount, Balance: l.Balance}
	}
	return append(s.AddLines(all), moveHead(head, next)), all
}

// moveHead is the companion that goes on from what an import has read.
func moveHead(was, next Head) ledger.Companion {
	return on[Head]{heads, numbered(was.Bank), func(row *Head, _ time.Time) *fault.Error {
		if row == nil && was.Seq != 0 || row != nil && *row != was {
			return fault.New(fault.Conflict)
		}
		return nil
	}, func(*Head, *ledger.Outcome) *Head { return &next }}
}
