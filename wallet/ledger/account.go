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

	Beside int64 // for a Rule: what will be on the accounts of Leg.Beside when the plan is done; kept nowhere
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

// On is the turnover as it stands on that day (yyyymmdd): a sum begins anew with its day or month, and no day goes backwards.
func (t Turnover) On(day int32) Turnover {
	roll(&t, day)
	return t
}

// Flags stop an account in one direction or wholly, or tell a plan's rules something of it.
type Flags uint16

// The flags. The ledger enforces all but Joint, which is for rules alone.
const (
	DebitBlocked  Flags = 1 << iota // nothing may leave
	CreditBlocked                   // nothing may arrive
	Closed                          // neither, for good
	Joint                           // its holder has other accounts, and limits that hold across them
	Unproven                        // nothing may leave until its holder has shown who they are: another SIM has the number
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
	Float      AccountType = 6 // a till's e-money
	Escrow     AccountType = 7 // vouchers nobody has redeemed yet
	Fund       AccountType = 8 // Senti's own e-money, out of which commission is paid

	// The books of commission, which are not e-money and sum to zero by themselves: Expense + Payable + Paid = 0.
	Payable AccountType = 9  // what an agent has earned and is owed; below zero when more was taken back than is owed
	Expense AccountType = 10 // all that agents have earned, as Senti's cost: zero or below
	Paid    AccountType = 11 // how much of that was released as e-money
)

// typeNames are the types as people read them.
var typeNames = map[AccountType]string{Wallet: "wallet", FeeIncome: "fees", TaxPayable: "tax", Trust: "trust", Suspense: "suspense",
	Float: "float", Escrow: "escrow", Fund: "fund", Payable: "payable", Expense: "expense", Paid: "paid"}

// String returns the type's name, for reports.
func (t AccountType) String() string { return typeNames[t] }

// Floored reports whether available money of such an account may not fall below zero.
func (t AccountType) Floored() bool { return t != Trust && t != Payable && t != Expense }

// Ceilinged reports whether the balance may not rise above zero: e-money enters and leaves only against trust, commission only
// against expense.
func (t AccountType) Ceilinged() bool { return t == Trust || t == Expense }

// EMoney reports whether a balance of that type is e-money, which money in trust must stand behind.
func (t AccountType) EMoney() bool { return t != Trust && t != Payable && t != Expense && t != Paid }

// System accounts have fixed numbers under 1,000; customers' accounts begin there.
const FirstNumber = 1000
