package trust

import (
	"fmt"
	"strings"
	"testing"

	"senti/wallet/money"
)

var (
	shillings = money.Style{Symbol: "Ksh", Group: ",", Decimal: ".", Digits: 2, Step: 100}
	noMinor   = money.Style{Symbol: "UGX", Group: ",", Decimal: ".", Digits: 0, Step: 1}
)

// told writes a statement as "row day reference amount", one line each.
func told(s *Statement) string {
	var b strings.Builder
	for _, l := range s.Lines {
		fmt.Fprintf(&b, "%d %d %s %d\n", l.Row, l.Day, l.Reference, l.Amount)
	}
	return b.String()
}

func TestReadStatement(t *testing.T) {
	for _, c := range []struct {
		name, file, want string
		style            money.Style
	}{
		{"one amount with a sign", `
Date,Reference,Description,Amount
2026-03-12,FT001,Deposit by Mama Njeri,"50,000.00"
2026-03-12,FT002,Ledger fee,-30.00
`, "2 20260312 FT001 5000000\n3 20260312 FT002 -3000\n", shillings},
		{"a column for each direction, in another order, under a preamble", `
KCB BANK KENYA LIMITED
Account,1107-2233,Currency,KES

Narration;Value Date;Transaction Date;Debit (KES);Credit (KES);Balance;Ref. No.
TILL 600123;12/03/2026;12/03/2026;;"1,000.50";"1,000.50";T1
PAYOUT;13/03/2026;13/03/2026;500;0.00;"500.50";T2
;;;500;1,000.50;;Total
`, "5 20260312 T1 100050\n6 20260313 T2 -50000\n", shillings},
		{"Dr and Cr in a column of their own", "Date\tDetails\tType\tAmount\n12 Mar 2026 14:02\tA\tCR\t5\n12 Mar 2026 14:03\tB\tDr\t5.50\n",
			"2 20260312 A 500\n3 20260312 B -550\n", shillings},
		{"Dr and Cr behind the amount, brackets, minus behind", "Date,Reference,Amount\n12-Mar-2026,A,Ksh 500.00 CR\n12-Mar-2026,B,500.00DR\n13-OCT-2026,C,(7.00)\n13-Oct-2026,D,7-\n",
			"2 20260312 A 50000\n3 20260312 B -50000\n4 20261013 C -700\n5 20261013 D -700\n", shillings},
		{"debits written with a minus", "Date,Ref,Credit,Debit\n2026-03-12T09:00,A,,-5\n", "2 20260312 A -500\n", shillings},
		{"decimals that the currency has not", "Date,Ref,Amount\n12/03/2026,A,\"5,000,000.00\"\n", "2 20260312 A 5000000\n", noMinor},
		{"month before day, because one of them can be nothing else", "Date,Ref,Amount\n3/12/2026,A,1\n3/13/2026,B,1\n", "2 20260312 A 100\n3 20260313 B 100\n", shillings},
		{"day before month, because both would do", "Date,Ref,Amount\n3/12/2026,A,1\n", "2 20261203 A 100\n", shillings},
		{"lines of nothing, balances and a byte order mark", "\ufeffDate,Ref,Amount\n,Opening balance,1000\n12/03/2026,A,0.00\n12/03/2026,TOTAL ENERGIES,1\nClosing balance 31/03/2026,,1001\n",
			"4 20260312 TOTAL ENERGIES 100\n", shillings},
		{"a description instead of a reference", "Date,Description,Amount\n12/03/2026,CASH  DEP 77,1\n", "2 20260312 CASH DEP 77 100\n", shillings},
	} {
		s, err := ReadStatement(strings.NewReader(strings.TrimPrefix(c.file, "\n")), c.style)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := told(s); got != c.want {
			t.Errorf("%s: read\n%swant\n%s", c.name, got, c.want)
		}
	}
}

func TestRepeatsInAFile(t *testing.T) {
	s, err := ReadStatement(strings.NewReader("Date,Ref,Amount\n12/03/2026,A,1\n12/03/2026,A,2\n12/03/2026,A,1\n"), shillings)
	if err != nil || len(s.Lines) != 2 || fmt.Sprint(s.Repeats) != "[4]" {
		t.Errorf("read %+v, %v; want two lines and row 4 as a repeat", s, err)
	}
}

func TestReadStatementRefusesWithAMend(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"nothing", "", "no row names the columns"},
		{"no header", "12/03/2026,A,1\n", "no row names the columns"},
		{"no reference", "Date,Amount\n12/03/2026,1\n", "row 1: no column tells the lines apart"},
		{"only a header", "Date,Ref,Amount\n", "no lines"},
		{"a date that is none", "Date,Ref,Amount\n2026-03-12,A,1\nsoon,B,1\n", `row 3: "soon" is no date like those before it`},
		{"dates of two kinds", "Date,Ref,Amount\n2026-03-12,A,1\n13/03/2026,B,1\n", `row 3: "13/03/2026" is no date like those before it (2006-01-02): write all as 2026-03-12`},
		{"a line without a date", "Date,Ref,Amount\n2026-03-12,A,1\n,B,1\n", `row 3: "" is no date`},
		{"an amount that is none", "Date,Ref,Amount\n2026-03-12,A,12.3.4\n", `row 2: "12.3.4" is no amount`},
		{"another market's amount", "Date,Ref,Amount\n2026-03-12,A,\"1.000,00\"\n", "is no amount as this market writes it"},
		{"finer than a cent", "Date,Ref,Amount\n2026-03-12,A,1.005\n", "is no amount as this market writes it"},
		{"both directions", "Date,Ref,Credit,Debit\n2026-03-12,A,1,1\n", "both credit and debit"},
		{"an unknown direction", "Date,Ref,Amount,Type\n2026-03-12,A,1,transfer\n", `"transfer" is neither Dr nor Cr`},
		{"nothing to tell it by", "Date,Ref,Amount\n2026-03-12,,1\n", "neither reference nor description"},
		{"a spreadsheet", "PK\x03\x04\xff\xfe", "save it as CSV UTF-8"},
		{"too long a reference", "Date,Ref,Amount\n2026-03-12," + strings.Repeat("x", 141) + ",1\n", "shorten it"},
	} {
		s, err := ReadStatement(strings.NewReader(c.file), shillings)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: read %+v, %v; want %q", c.name, s, err, c.want)
		}
	}
}

func FuzzReadStatement(f *testing.F) {
	f.Add("Date,Ref,Credit,Debit\n2026-03-12,A,1,\n")
	f.Add("Date;Details;Type;Amount\n12 Mar 2026 14:02;A;CR;(5)\n")
	f.Fuzz(func(t *testing.T, file string) {
		s, err := ReadStatement(strings.NewReader(file), shillings)
		if err != nil {
			return
		}
		for _, l := range s.Lines {
			if l.Amount == 0 || l.Reference == "" || l.Day < 1 {
				t.Errorf("read %+v", l)
			}
		}
	})
}
