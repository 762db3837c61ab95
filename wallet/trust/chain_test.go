package trust

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

// booked is a statement written as "day reference amount, …", which opens with that balance.
func booked(opening int64, text string) *Statement {
	s := &Statement{Opening: opening}
	for i, line := range strings.Split(text, ", ") {
		l := StatementLine{Row: i + 2, Balance: opening}
		if _, err := fmt.Sscan(line, &l.Day, &l.Reference, &l.Amount); err != nil {
			panic(err)
		}
		opening += l.Amount
		l.Balance = opening
		s.Lines = append(s.Lines, l)
	}
	return s
}

// takes imports a statement of bank 10 and returns how many lines were new, or why none was.
func (v *vault) takes(s *Statement) (fresh int, err error) {
	v.t.Helper()
	head, err := v.Head(ctx, 10)
	if err != nil {
		v.t.Fatal(err)
	}
	known, err := v.Since(ctx, 10, s.Lines[0].Day)
	if err != nil {
		v.t.Fatal(err)
	}
	lines, err := s.New(known, head, shillings)
	if err != nil {
		return 0, err
	}
	companions, _ := v.Import(head, lines, 0)
	if code := v.commit(companions...); code != "" {
		return 0, fault.New(code)
	}
	return len(lines), nil
}

// One after another, statements of one account that overlap, come again, come with other columns, and do not join.
func TestStatementsOverlap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVault(t, d)
		for _, c := range []struct {
			name    string
			opening int64
			lines   string
			fresh   int
			says    string
		}{
			{"not from the beginning", 700, "12 A 500", 0, "the first statement begins with Ksh 7"},
			{"the first", 0, "12 A 500, 12 B 500", 2, ""},
			{"again", 0, "12 A 500, 12 B 500", 0, ""},
			{"again, with references from another column", 0, "12 CASH 500, 12 CASH 500", 0, ""},
			{"more of that day", 0, "12 A 500, 12 B 500, 12 C -100", 1, ""},
			{"less of that day", 0, "12 A 500", 0, ""},
			{"the next day", 900, "13 D 500", 1, ""},
			{"the next day, more of it", 900, "13 D 500, 13 D 500", 1, ""},
			{"both days", 0, "12 A 500, 12 B 500, 12 C -100, 13 D 500, 13 D 500, 14 E 1", 1, ""},
			{"from the middle of a day", 1000, "12 C -100, 13 D 500", 0, ""},
			{"from the middle of a day and on", 1400, "13 D 500, 14 E 1, 14 F 1", 1, ""},
			{"a day is missing", 2000, "16 G 1", 0, "the account had Ksh 19.02 after the last line that is known, of 14, and the statement begins with Ksh 20"},
			{"a day that is known, and is said to be otherwise", 0, "12 A 500, 12 B 400", 0, "row 3 contradicts what was imported before"},
			{"of the last day too", 1900, "14 E 2", 0, "row 2 contradicts what was imported before"},
			{"there and back", 1902, "15 H 7, 15 I -7", 2, ""},
			{"again there and back", 1902, "15 H 7, 15 I -7", 0, ""},
			{"there once more, or the same?", 1902, "15 K 7", 0, "row 2 may be a line that is known or a new one"},
			{"the whole day tells", 1902, "15 H 7, 15 I -7, 15 K 7", 1, ""},
		} {
			fresh, err := v.takes(booked(c.opening, c.lines))
			if fresh != c.fresh || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %d new, %v; want %d, %q", c.name, fresh, err, c.fresh, c.says)
			}
		}
		head, err := v.Head(ctx, 10)
		if err != nil || head != (Head{10, 10, 1909, 15}) {
			t.Errorf("known to %+v, %v", head, err)
		}
		all, err := v.Since(ctx, 10, 1)
		if err != nil || len(all) != 10 {
			t.Errorf("%d lines, %v", len(all), err)
		}
		for i, l := range all {
			if l.Seq != int64(i+1) {
				t.Errorf("line %d is number %d", i+1, l.Seq)
			}
		}
	})
}

func TestLineNames(t *testing.T) {
	for reference, names := range map[string]bool{"RTGS/SENTI1007 KCB": true, "pay senti1007": true, "SENTI 1007": true, "SENTI-1007": true,
		"SENTI10071": false, "XSENTI1007": false, "SENTI1 007": true, "1007": false, "SENTI 10071": false, "": false} {
		if got := (Line{Reference: reference}).Names("SENTI1007"); got != names {
			t.Errorf("%q names it: %t", reference, got)
		}
	}
	if (Line{Reference: "A"}).Names("") {
		t.Error("a posting without a receipt is named")
	}
}

// What lies between two statements becomes a line, if somebody says that it cannot be had.
func TestGapBecomesALine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := newVault(t, d)
		if _, err := v.takes(booked(0, "12 A 500")); err != nil {
			t.Fatal(err)
		}
		head, err := v.Head(ctx, 10)
		if err != nil {
			t.Fatal(err)
		}
		s := booked(300, "14 B 1")
		_, err = s.New(nil, head, shillings)
		var misfit *Misfit
		if !errors.As(err, &misfit) || misfit.Gap != -200 {
			t.Fatalf("%v", err)
		}
		companions, lines := v.Import(head, s.Lines, misfit.Gap)
		if code := v.commit(companions...); code != "" {
			t.Fatal(code)
		}
		if len(lines) != 2 || lines[0].Amount != -200 || lines[0].Balance != 300 || lines[1].Balance != 301 {
			t.Errorf("%+v", lines)
		}
		if short, _, err := v.Short(ctx, Debits); err != nil || short != 200 {
			t.Errorf("%d left unexplained, %v", short, err)
		}
	})
}

// Two people import the same file, or two files that go on from the same line, at one moment in two processes.
func TestTwoImportsAtOnce(t *testing.T) {
	dbtest.EachPair(t, func(t *testing.T, a, b *db.DB) {
		one, other := newVault(t, a), newVault(t, b)
		for round := range 8 {
			head, err := one.Head(ctx, 10)
			if err != nil || head.Seq != int64(round) {
				t.Fatalf("round %d: known to %+v, %v", round, head, err)
			}
			files := []string{fmt.Sprintf("%d A 500", 12+round), fmt.Sprintf("%d A 500", 12+round)}
			if round%2 == 1 {
				files[1] = fmt.Sprintf("%d B 400", 12+round)
			}
			var fresh [2]int
			var heard [2]error
			var wg sync.WaitGroup
			for i, v := range []*vault{one, other} {
				wg.Go(func() { fresh[i], heard[i] = v.takes(booked(head.Balance, files[i])) })
			}
			wg.Wait()
			if fresh[0]+fresh[1] != 1 {
				t.Errorf("round %d: %d and %d new, %v", round, fresh[0], fresh[1], heard)
			}
		}
	})
}
