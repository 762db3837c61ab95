package ledger

// Kind says what act a posting records. Numbers are stored in the database: never reuse one, never renumber.
type Kind int16

// The kinds of posting.
const (
	Issue    Kind = 1 // e-money made against money that arrived in trust
	Destroy  Kind = 2 // e-money unmade, money left trust
	Send     Kind = 3 // person to person
	HoldTake Kind = 4 // money set aside
	HoldEnd  Kind = 5 // a hold released or expired
	Capture  Kind = 6 // held money paid out
	Adjust   Kind = 7 // a correction that names the posting it corrects
	Register Kind = 8 // a wallet opened; moves nothing
	Enquiry  Kind = 9 // a look at a wallet, or a change that moves nothing; of intents only, never of a posting

	CashIn         Kind = 10 // cash over a counter, e-money from the till's float to a wallet
	CashOut        Kind = 11 // e-money from a wallet to the till's float, cash over the counter
	CashOutReturn  Kind = 12 // a cash-out undone, fee and all; corrects it
	CashInReversal Kind = 13 // what is still there of a wrong cash-in, back to the float; corrects it
	VoucherSend    Kind = 14 // money for a number without a wallet, put aside in escrow
	VoucherRedeem  Kind = 15 // a voucher paid out over a counter, escrow to float
	VoucherReturn  Kind = 16 // a voucher cancelled or expired, escrow back to its sender
	FloatMove      Kind = 17 // float from one till to another: bought, sold, swapped
	Commission     Kind = 18 // what a deed without a price earned its agent, such as a registration
	CommissionPay  Kind = 19 // commission released: owed becomes e-money, out of the fund, less tax
	Sweep          Kind = 21 // fees earned and tax collected paid out of trust, to whom they belong
	Reserve        Kind = 20 // cash reserved at a till; of intents and of the posting that holds the money
	TrustMove      Kind = 22 // money moved from one trust bank to another
	CodeTyped      Kind = 23 // a code compared, before anything moves: so that a repeat of the turn counts no try again
	NumberEvent    Kind = 28 // what a telco told of a number, such as another SIM: told twice, it is done once
)

// KindSpec is what the ledger enforces for a kind.
type KindSpec struct {
	Kind       Kind
	Name       string        // snake_case; logs, metrics, exports
	Money      bool          // moves money and so gets a receipt
	Reversible bool          // a later Adjust may name it; for use cases to ask, the ledger takes their word
	Accounts   []AccountType // the only account types its legs may touch
}

// Kinds is the one table of kinds.
var Kinds = []KindSpec{
	{Issue, "issue", true, true, []AccountType{Trust, Wallet, Suspense, Float, Fund}},
	{Destroy, "destroy", true, true, []AccountType{Trust, Wallet, Suspense, Float, Fund}},
	{Send, "send", true, true, []AccountType{Wallet, FeeIncome, TaxPayable}},
	{HoldTake, "hold_take", false, false, nil},
	{HoldEnd, "hold_end", false, false, nil},
	{Capture, "capture", true, true, []AccountType{Wallet, FeeIncome, TaxPayable, Suspense}},
	{Adjust, "adjust", true, false, []AccountType{Wallet, FeeIncome, TaxPayable, Suspense, Trust, Float, Escrow, Fund, Payable, Expense, Paid}},
	{Register, "register", false, false, nil},
	{Enquiry, "enquiry", false, false, nil},
	{CashIn, "cash_in", true, true, []AccountType{Float, Wallet, FeeIncome, TaxPayable, Expense, Payable}},
	{CashOut, "cash_out", true, true, []AccountType{Wallet, Float, FeeIncome, TaxPayable, Expense, Payable}},
	{CashOutReturn, "cash_out_return", true, false, []AccountType{Wallet, Float, FeeIncome, TaxPayable, Expense, Payable}},
	{CashInReversal, "cash_in_reversal", true, false, []AccountType{Wallet, Float, FeeIncome, TaxPayable, Expense, Payable}},
	{VoucherSend, "voucher_send", true, false, []AccountType{Wallet, Escrow, FeeIncome, TaxPayable}},
	{VoucherRedeem, "voucher_redeem", true, false, []AccountType{Escrow, Float, Expense, Payable}},
	{VoucherReturn, "voucher_return", true, false, []AccountType{Escrow, Wallet, FeeIncome, TaxPayable}},
	{FloatMove, "float_move", true, true, []AccountType{Float}},
	{Commission, "commission", true, true, []AccountType{Expense, Payable}},
	{CommissionPay, "commission_pay", true, false, []AccountType{Payable, Paid, Fund, Float, TaxPayable}},
	{Sweep, "sweep", true, true, []AccountType{Trust, FeeIncome, TaxPayable}},
	{Reserve, "reserve", false, false, nil},
	{TrustMove, "trust_move", true, true, []AccountType{Trust}},
	{CodeTyped, "code_typed", false, false, nil},
	{NumberEvent, "number_event", false, false, nil},
}

// Spec returns the kind's row, and false for a number that is not in the table.
func (k Kind) Spec() (KindSpec, bool) {
	for _, s := range Kinds {
		if s.Kind == k {
			return s, true
		}
	}
	return KindSpec{}, false
}

// Undoes reports whether the kind gives back what an earlier posting took. An account that is blocked does not stop it: nobody
// profits from the block of whoever owes the money. A closed one does.
func (k Kind) Undoes() bool { return k == CashOutReturn || k == CashInReversal }

// Follows reports whether the kind writes down what has happened outside already: money that a bank has paid. That somebody is
// blocked by now does not bring it back.
func (k Kind) Follows() bool { return k == Destroy || k == Sweep }

// String returns the kind's name, for logs and metrics.
func (k Kind) String() string {
	if s, ok := k.Spec(); ok {
		return s.Name
	}
	return "unknown"
}
