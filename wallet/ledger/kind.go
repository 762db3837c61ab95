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
	{Issue, "issue", true, true, []AccountType{Trust, Wallet, Suspense}},
	{Destroy, "destroy", true, true, []AccountType{Trust, Wallet, Suspense}},
	{Send, "send", true, true, []AccountType{Wallet, FeeIncome, TaxPayable}},
	{HoldTake, "hold_take", false, false, nil},
	{HoldEnd, "hold_end", false, false, nil},
	{Capture, "capture", true, true, []AccountType{Wallet, FeeIncome, TaxPayable, Suspense}},
	{Adjust, "adjust", true, false, []AccountType{Wallet, FeeIncome, TaxPayable, Suspense, Trust}},
	{Register, "register", false, false, nil},
	{Enquiry, "enquiry", false, false, nil},
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

// String returns the kind's name, for logs and metrics.
func (k Kind) String() string {
	if s, ok := k.Spec(); ok {
		return s.Name
	}
	return "unknown"
}
