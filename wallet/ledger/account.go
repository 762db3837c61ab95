package ledger

import "time"

// Account is a ledger account as one moment shows it.
type Account struct {
	ID       int64
	Type     AccountType
	Currency string // up to 12 ASCII characters; points are currencies too
	Class    int16  // whatever the limit rules tell tiers apart by
	Flags    Flags
	Balance  int64 // minor units; positive = Senti owes the holder
	Held     int64 // the part of Balance set aside by holds
	Turnover Turnover
	Seq      int64     // the last posting that touched it
	OpenedAt time.Time // UTC
}

// Available is what the holder can dispose of.
func (a Account) Available() int64 { return a.Balance - a.Held }

// Turnover is what was counted through an account in the market's current day and month. A day never goes backwards.
type Turnover struct {
	Day      int32 // yyyymmdd in the market's time zone
	Month    int32 // yyyymm
	OutDay   int64
	InDay    int64
	OutMonth int64
	InMonth  int64
}

// Flags stop an account in one direction or wholly.
type Flags uint16

// What can be stopped.
const (
	DebitBlocked  Flags = 1 << iota // nothing may leave
	CreditBlocked                   // nothing may arrive
	Closed                          // neither, for good
)

// AccountType tells accounts apart by whose money is on them. Numbers are stored: never reuse one.
type AccountType int16

// The types of account.
const (
	Wallet     AccountType = 1 // a customer's
	FeeIncome  AccountType = 2 // what Senti earned
	TaxPayable AccountType = 3 // what Senti owes the tax office
	Trust      AccountType = 4 // the bank account behind the e-money: zero or below
	Suspense   AccountType = 5 // money whose owner is being found out
)

// Floored reports whether available money of such an account may not fall below zero.
func (t AccountType) Floored() bool { return t != Trust }

// Ceilinged reports whether the balance may not rise above zero: money enters and leaves only against such an account.
func (t AccountType) Ceilinged() bool { return t == Trust }

// System accounts have fixed numbers under 1,000; customers' accounts begin there.
const FirstNumber = 1000
