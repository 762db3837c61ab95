package wallet

import (
	"context"
	"crypto/sha256"
	"fmt"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/trust"
)

// The system's own accounts. Their numbers are fixed for good.
const (
	FeeIncome      int64 = 1
	TaxPayable     int64 = 2
	WithholdingTax int64 = 3  // taken from commission, owed to the tax office
	Trust          int64 = 10 // the first trust bank; others are 11 to 19
	Suspense       int64 = 20
	VoucherEscrow  int64 = 21 // vouchers nobody has redeemed yet

	// The books of commission.
	CommissionExpense int64 = 30 // all that agents have earned
	CommissionPaid    int64 = 31 // how much of it was released
	CommissionFund    int64 = 32 // the e-money it is released from
)

// EnsureSystemAccounts opens the system's own accounts on a new database; on any other it does nothing.
func (w *Wallet) EnsureSystemAccounts(ctx context.Context) error {
	currency := w.market.Currency.Code
	for version, accounts := range [][]ledger.NewAccount{
		{
			{ID: FeeIncome, Type: ledger.FeeIncome, Currency: currency},
			{ID: TaxPayable, Type: ledger.TaxPayable, Currency: currency},
			{ID: Trust, Type: ledger.Trust, Currency: currency},
			{ID: Suspense, Type: ledger.Suspense, Currency: currency},
		},
		{ // those that agents brought
			{ID: WithholdingTax, Type: ledger.TaxPayable, Currency: currency},
			{ID: VoucherEscrow, Type: ledger.Escrow, Currency: currency},
			{ID: CommissionExpense, Type: ledger.Expense, Currency: currency},
			{ID: CommissionPaid, Type: ledger.Paid, Currency: currency},
			{ID: CommissionFund, Type: ledger.Fund, Currency: currency},
		},
	} {
		_, err := w.ledger.Commit(ctx, &ledger.Plan{
			ID:   id.Derive(id.ID{}, fmt.Sprintf("senti.system_accounts.v%d.%s", version+1, currency)),
			Kind: ledger.Register,
			Open: accounts,
		})
		if err != nil && !fault.HasCode(err, fault.AccountExists) {
			return err
		}
	}
	return nil
}

// Issue makes e-money on an account for seeds of the demo, of benches and of tests, and writes down the line of the bank's
// statement that they would have had to import: staff issue against a real one, by a request (RequestIssue). The same reference
// issues once, however often it is asked for, and another amount under it is a conflict.
func (w *Wallet) Issue(ctx context.Context, account, amount int64, reference string) (*ledger.Outcome, error) {
	posting := id.Derive(id.ID{}, "senti.issue.v1:"+reference)
	day := w.market.Day(w.clock.Now())
	line := trust.Line{ID: trust.SeedID(Trust, day, reference, amount), Bank: Trust, Day: day, Reference: reference,
		Detail: "seed", Amount: amount, Used: amount}
	return w.ledger.Commit(ctx, &ledger.Plan{
		ID:      posting,
		Request: sha256.Sum256(fmt.Appendf(nil, "senti.issue.v1:%d:%d:%s", account, amount, reference)),
		Kind:    ledger.Issue,
		Legs:    []ledger.Leg{{Account: Trust, Amount: -amount}, {Account: account, Amount: amount}},
		Companions: append(w.trust.AddLines([]trust.Line{line}),
			w.trust.AddEntry(posting, trust.PartWhole, trust.Entry{Bank: Trust, Amount: amount, Line: line.ID})),
	})
}

// NewWallet is a wallet opened by the system itself: seeds of the demo, of benches and of tests.
type NewWallet struct {
	Phone    msisdn.Number
	Name     string
	Language string
	Tier     int16
	Verified bool   // somebody is taken to have checked the name
	IDNumber string // of the national ID, or "" for none
	PIN      pin.PIN
	Float    int64 // minor units issued to it; 0 for none
}

// OpenWallet opens a wallet without asking anybody anything, and funds it. Where the phone has one already, that is returned
// as it is, funded if an earlier call was cut off before it came to that.
func (w *Wallet) OpenWallet(ctx context.Context, n NewWallet) (c customer.Customer, err error) {
	if c, err = w.customers.ByPhone(ctx, n.Phone); fault.HasCode(err, fault.NotRegistered) {
		c, err = w.openSeed(ctx, n)
	}
	if err == nil && n.Float > 0 {
		_, err = w.Issue(ctx, c.Account, n.Float, "opening float of "+string(n.Phone))
	}
	return c, err
}

func (w *Wallet) openSeed(ctx context.Context, n NewWallet) (customer.Customer, error) {
	number, err := w.ledger.Numbers(ctx)
	if err != nil {
		return customer.Customer{}, err
	}
	c := customer.Customer{
		ID: number, Account: number, Phone: n.Phone, Name: n.Name, NameVerified: n.Verified, Tier: n.Tier,
		Status: customer.Active, Language: n.Language, Terms: w.Terms(),
	}
	changes, checked, err := w.seededDocument(ctx, &c, n)
	if err != nil {
		return customer.Customer{}, err
	}
	plan, err := w.openingPlan(w.newIntent(ledger.Register, c, Origin{}, registerTerms(c)), c, n.PIN)
	if err != nil {
		return customer.Customer{}, err
	}
	plan.Change, plan.Companions = changes, append(plan.Companions, checked...)
	outcome, err := w.ledger.Commit(ctx, plan)
	if fault.HasCode(err, fault.AlreadyOpen) { // by another, just now
		return w.customers.ByPhone(ctx, n.Phone)
	}
	if err != nil {
		return customer.Customer{}, err
	}
	c.CreatedAt, c.TermsAt = outcome.At, outcome.At
	return c, nil
}

// seededDocument gives the customer the document of a seed, as if it had been named or, if verified, checked.
func (w *Wallet) seededDocument(ctx context.Context, c *customer.Customer, n NewWallet) ([]ledger.AccountChange, []ledger.Companion, error) {
	if n.IDNumber == "" {
		return nil, nil, nil
	}
	var err error
	if c.Document, err = customer.Seal(w.keys, n.Phone, customer.NationalID, n.IDNumber); err != nil || !n.Verified {
		return nil, nil, err
	}
	return w.checkDocument(ctx, c)
}
