// Package trust keeps what stands behind the e-money: the banks, what their statements say, what the books say of the same
// money, and to whom it may be paid out.
//
// E-money is made against a line of a bank's statement, once, and never more than the line says; money is paid out to a nominated
// account only. Both are decided in the commit of the posting that moves the money, on the line's and the payee's own rows. In
// the same way whatever tells of money that left, or explains it, keeps up how much of that is unexplained, and while any of it is
// nothing more is issued.
//
// The package moves no money and asks nobody: the postings, and who may order them, are the use cases'. It does not talk to
// banks; a statement comes as a file.
package trust

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"senti/wallet/id"
)

// The ledger accounts of trust banks.
const (
	FirstBank int64 = 10
	LastBank  int64 = 19
)

// Bank is one bank in which the money behind the e-money lies.
type Bank struct {
	Account int64  // its ledger account, FirstBank to LastBank
	Name    string // at most 60 characters
	Number  string // of the account there; ASCII, at most 34 characters
	AddedAt time.Time
}

// Payee is a bank account that money may be paid to, out of one ledger account.
type Payee struct {
	No        int64
	Account   int64 // the ledger account whose money may go there: a float, the fund, suspense, fees, tax
	Bank      string
	Number    string
	Holder    string
	AddedAt   time.Time
	DroppedAt time.Time // zero while it is nominated
}

// Line is one line of a bank's statement.
type Line struct {
	ID         id.ID
	Bank       int64
	Seq        int64 // its place among the lines of the bank's statements, from 1; 0 for one that no statement brought: a seed's
	Day        int32 // yyyymmdd, as the bank dates it
	Reference  string
	Detail     string
	Amount     int64 // minor units; positive = came in
	Balance    int64 // of the bank account after it
	Used       int64 // how much of it the books account for, without its sign
	ImportedAt time.Time
}

// Left is how much of the line the books do not account for yet, without its sign.
func (l Line) Left() int64 { return abs(l.Amount) - l.Used }

// SeedID is the ID of a line that a seed writes itself.
func SeedID(bank int64, day int32, reference string, amount int64) id.ID {
	return hashed("senti.trust.line.v1", reference, bank, int64(day), amount)
}

// chainID is the ID of a line by its place among those of its bank: two that are imported into one place at once are a conflict.
func chainID(bank, seq int64) id.ID { return hashed("senti.trust.line.v2", "", bank, seq) }

func hashed(what, text string, numbers ...int64) id.ID {
	b := []byte(what)
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	sum := sha256.Sum256(append(b, text...))
	return id.ID(sum[:16])
}

// Entry is what one posting moved into or out of one bank.
type Entry struct {
	ID      id.ID // the posting's, or derived from it when the posting moves two banks
	Bank    int64
	Amount  int64 // minor units as the bank sees it; positive = in
	At      time.Time
	Posting id.ID
	Receipt string
	Payee   int64 // to whom it was paid; 0 for none
	Line    id.ID // the line that says the same; zero while there is none
}

// Alarm is a check that may find trust to fall short. Numbers are stored: never reuse one.
type Alarm int64

// The alarms.
const (
	Liabilities Alarm = 1 // what is owed against the trust accounts of the ledger
	Statements  Alarm = 2 // the trust accounts of the ledger against the banks' statements
	Debits      Alarm = 3 // lines of statements by which money left that nothing accounts for: kept up in the commits that change it
)

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
