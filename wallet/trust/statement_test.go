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

// told writes a statement as "row day reference amount balance", one line each, after its opening balance.
func told(s *Statement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", s.Opening)
	for _, l := range s.Lines {
		fmt.Fprintf(&b, "%d %d %s %d %d\n", l.Row, l.Day, l.Reference, l.Amount, l.Balance)
	}
	return b.String()
}

// said is what somebody says: "" for nothing, or two amounts in minor units.
func said(text string) Said {
	var opening, closing int64
	if n, _ := fmt.Sscan(text, &opening, &closing); n == 2 {
		return Said{&opening, &closing}
	}
	return Said{}
}

func TestReadStatement(t *testing.T) {
	for _, c := range []struct {
		name, file, said, want string
		style                  money.Style
	}{
		{"one amount with a sign", `
Date,Reference,Description,Amount,Balance
2026-03-12,FT001,Deposit by Mama Njeri,"50,000.00","60,000.00"
2026-03-12,FT002,Ledger fee,-30.00,"59,970.00"
`, "", "1000000\n2 20260312 FT001 5000000 6000000\n3 20260312 FT002 -3000 5997000\n", shillings},
		{"a column for each direction, in another order, under a preamble", `
KCB BANK KENYA LIMITED
Account,1107-2233,Currency,KES

Narration;Value Date;Transaction Date;Debit (KES);Credit (KES);Balance;Ref. No.
TILL 600123;12/03/2026;12/03/2026;;"1,000.50";"1,000.50";T1
PAYOUT;13/03/2026;13/03/2026;500;0.00;"500.50";T2
;;;500;1,000.50;;Total
`, "", "0\n5 20260312 T1 100050 100050\n6 20260313 T2 -50000 50050\n", shillings},
		{"Dr and Cr in a column of their own", "Date\tDetails\tType\tAmount\n12 Mar 2026 14:02\tA\tCR\t5\n12 Mar 2026 14:03\tB\tDr\t5.50\n", "100 50",
			"100\n2 20260312 A 500 600\n3 20260312 B -550 50\n", shillings},
		{"Dr and Cr behind the amount, brackets, minus behind", "Date,Reference,Amount,Running Balance\n12-Mar-2026,A,Ksh 500.00 CR,500.00 Cr\n12-Mar-2026,B,500.00DR,0.00\n13-OCT-2026,C,(7.00),7.00DR\n13-Oct-2026,D,7-,14-\n", "",
			"0\n2 20260312 A 50000 50000\n3 20260312 B -50000 0\n4 20261013 C -700 -700\n5 20261013 D -700 -1400\n", shillings},
		{"debits written with a minus", "Date,Ref,Credit,Debit\n2026-03-12T09:00,A,,-5\n", "600 100", "600\n2 20260312 A -500 100\n", shillings},
		{"decimals that the currency has not", "Date,Ref,Amount,Balance\n12/03/2026,A,\"5,000,000.00\",\"5,000,000.00\"\n", "", "0\n2 20260312 A 5000000 5000000\n", noMinor},
		{"month before day, because one of them can be nothing else", "Date,Ref,Amount\n3/12/2026,A,1\n3/13/2026,B,1\n", "0 200", "0\n2 20260312 A 100 100\n3 20260313 B 100 200\n", shillings},
		{"day before month, because both would do", "Date,Ref,Amount\n3/12/2026,A,1\n", "0 100", "0\n2 20261203 A 100 100\n", shillings},
		{"lines of nothing, balances and a byte order mark", "\ufeffDate,Ref,Amount,Balance\n,Opening balance,1000,1000\n12/03/2026,A,0.00,1000\n12/03/2026,TOTAL ENERGIES,1,1001\nClosing balance 31/03/2026,,1001,1001\n", "",
			"100000\n4 20260312 TOTAL ENERGIES 100 100100\n", shillings},
		{"a description instead of a reference", "Date,Description,Amount,Balance\n12/03/2026,CASH  DEP 77,1,1\n", "", "0\n2 20260312 CASH DEP 77 100 100\n", shillings},
		{"the newest line first", "Date,Ref,Amount,Balance\n13/03/2026,C,-2,3\n12/03/2026,B,4,5\n12/03/2026,A,1,1\n", "", "0\n4 20260312 A 100 100\n3 20260312 B 400 500\n2 20260313 C -200 300\n", shillings},
		{"the newest line first, all on one day", "Date,Ref,Amount,Balance\n12/03/2026,B,4,5\n12/03/2026,A,1,1\n", "", "0\n3 20260312 A 100 100\n2 20260312 B 400 500\n", shillings},
		{"the same deposit twice, and the bank says so by its balance", "Date,Ref,Amount,Balance\n12/03/2026,CASH,5,5\n12/03/2026,CASH,5,10\n", "", "0\n2 20260312 CASH 500 500\n3 20260312 CASH 500 1000\n", shillings},
		{"the balance only with the last line of the day", "Date,Ref,Amount,Balance\n12/03/2026,A,5,\n12/03/2026,B,2,8\n13/03/2026,C,1,\n", "", "100\n2 20260312 A 500 600\n3 20260312 B 200 800\n4 20260313 C 100 900\n", shillings},
	} {
		s, err := ReadStatement(strings.NewReader(strings.TrimPrefix(c.file, "\n")), c.style, said(c.said))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := told(s); got != c.want {
			t.Errorf("%s: read\n%swant\n%s", c.name, got, c.want)
		}
	}
}

// What somebody says of a statement must be so, whatever the file says of itself.
func TestSaidOfAStatement(t *testing.T) {
	const bare, balanced = "Date,Ref,Amount\n12/03/2026,A,5\n12/03/2026,A,5\n", "Date,Ref,Amount,Balance\n12/03/2026,A,5,5\n"
	for _, c := range []struct{ file, said, want string }{
		{bare, "0 1000", ""},
		{bare, "0 500", "closes with Ksh 10, and not with Ksh 5: a line is missing or stands twice"},
		{balanced, "0 500", ""},
		{balanced, "100 600", "opens with Ksh 0, and not with Ksh 1"},
		{balanced, "0 600", "closes with Ksh 5, and not with Ksh 6"},
	} {
		_, err := ReadStatement(strings.NewReader(c.file), shillings, said(c.said))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q said to be %s: %v, want %q", c.file, c.said, err, c.want)
		}
	}
}

func TestReadStatementRefusesWithAMend(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"a line that stands twice", "Date,Ref,Amount,Balance\n12/03/2026,A,5,5\n12/03/2026,B,1,6\n12/03/2026,A,5,5\n", "row 4: the balance Ksh 5 does not follow from the line before, it should be Ksh 11"},
		{"a line that is missing", "Date,Ref,Amount,Balance\n12/03/2026,A,5,5\n13/03/2026,B,1,7\n", "row 3: the balance Ksh 7 does not follow"},
		{"no balances", "Date,Ref,Amount\n12/03/2026,A,5\n", "no column with the balance"},
		{"letters that grow in capitals", "Date,Ref,Amount\n12/03/2026,A,ɐɐɐ5CR\n", "is no amount as this market writes it"},
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
		s, err := ReadStatement(strings.NewReader(c.file), shillings, Said{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: read %+v, %v; want %q", c.name, s, err, c.want)
		}
	}
}

func FuzzReadStatement(f *testing.F) {
	f.Add("Date,Ref,Credit,Debit,Balance\n2026-03-12,A,1,,1\n")
	f.Add("Date;Details;Type;Amount;Balance\n12 Mar 2026 14:02;A;CR;(5);2\n")
	f.Add("Date,Ref,Amount,Balance\n2026-03-12,A,ɐɐ1CR,1\n")
	f.Fuzz(func(t *testing.T, file string) {
		s, err := ReadStatement(strings.NewReader(file), shillings, Said{})
		if err != nil {
			return
		}
		at := s.Opening
		for _, l := range s.Lines {
			if at += l.Amount; l.Amount == 0 || l.Reference == "" || l.Day < 1 || l.Balance != at {
				t.Errorf("read %+v after %d", l, at-l.Amount)
			}
		}
	})
}
