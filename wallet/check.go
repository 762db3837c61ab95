package wallet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/tally"
)

// A forged SMS says that money has come. So behind its receipt every true one has a code that only Senti can make, PMF79GCDW2-4821,
// and anybody who holds the message can ask whether the two belong together. Each side's code is its own: who pays one shilling and
// forges the receiver's message from the own one has a code that is no good for it. Nothing is kept of a code.

// checkDigits is how long a check code is. Guessing one is hopeless with the few tries that there are.
const checkDigits = 4

// besides is the side of whoever is told of a posting that moved nothing of theirs, as the sender of a voucher is when it is paid out.
const besides = 0

// checkCode is the code for a side of a posting: the holder of an account that it moved, or somebody besides.
func (w *Wallet) checkCode(o *ledger.Outcome, account int64) string {
	if _, ok := o.Balance(account); !ok {
		account = besides
	}
	return w.checkCodeUnder(w.keys.Current(key.Check), o.Receipt, account)
}

func (w *Wallet) checkCodeUnder(keyID, receipt string, side int64) string {
	mac, err := w.keys.MAC(key.Check, keyID, []byte("senti.check.v1"), []byte(receipt), binary.BigEndian.AppendUint64(nil, uint64(side)))
	if err != nil {
		panic("wallet: a key ring without a check key: " + err.Error()) // key.Load refuses such a ring
	}
	return fmt.Sprintf("%0*d", checkDigits, binary.BigEndian.Uint64(mac)%10_000)
}

// belongs reports whether it is the code of a side of the posting, under any key that the ring still has.
func (w *Wallet) belongs(o *ledger.Outcome, code string) (right bool) {
	sides := []int64{besides}
	for _, l := range o.Legs {
		if l.Account >= ledger.FirstNumber {
			sides = append(sides, l.Account)
		}
	}
	for _, keyID := range w.keys.IDs(key.Check) {
		for _, s := range sides {
			right = key.Equal([]byte(w.checkCodeUnder(keyID, o.Receipt, s)), []byte(code)) || right
		}
	}
	return right
}

// How often may be asked. Per phone, so that nobody tries codes one after the other; per receipt, so that many phones do not.
var (
	checksAsked  = tally.Rule{What: "check.asked", Most: 30, Per: 24 * time.Hour, Over: fault.ChecksSpent}
	checksWrong  = tally.Rule{What: "check.wrong", Most: 5, Per: 24 * time.Hour, Over: fault.ChecksSpent}
	receiptWrong = tally.Rule{What: "check.receipt", Most: 10, Per: 24 * time.Hour, Over: fault.ChecksSpent}
)

// Checked is a receipt that is true, as anybody may see it who holds its message.
type Checked struct {
	Posting  id.ID
	Kind     ledger.Kind
	Receipt  string
	At       time.Time
	Amount   int64 // minor units: what came over, without the fee
	From, To Side
	Back     int64     // how much of it a later posting brought back; 0 for nothing
	BackAt   time.Time // when
}

// Side is one side of a receipt. A zero Account is nobody's in particular: money of a voucher on its way, or Senti itself.
type Side struct {
	Account int64
	Till    bool   // it is a till's, of which package agents knows the shop
	Phone   string // masked, of a customer
}

// ParseReceipt reads a receipt and its code as people type them: PMF79GCDW2-4821, pmf79gcdw2 4821. The fault is bad_receipt.
func ParseReceipt(text string) (receipt, code string, err error) {
	both := strings.ToUpper(receiptNoise.ReplaceAllString(text, ""))
	if !receiptForm.MatchString(both) {
		return "", "", fault.New(fault.BadReceipt)
	}
	return both[:len(both)-checkDigits], both[len(both)-checkDigits:], nil
}

var (
	receiptNoise = regexp.MustCompile(`[^0-9A-Za-z]+`)
	receiptForm  = regexp.MustCompile(`^[0-9A-Z]{10}[0-9]{4}$`)
)

// CheckReceipt returns what a receipt is about, to whoever has it with its code. Whether the receipt or the code was wrong it does not say.
//
// Faults: bad_receipt, receipt_unknown, checks_spent, busy.
func (w *Wallet) CheckReceipt(ctx context.Context, asker msisdn.Number, receipt, code string) (Checked, error) {
	receipt, code, err := ParseReceipt(receipt + code)
	if err != nil {
		return Checked{}, err
	}
	o, right, err := w.ledger.ByReceipt(ctx, receipt)
	if err != nil && !errors.Is(err, ledger.ErrReceipt) {
		return Checked{}, err
	}
	right = right && w.belongs(o, code)
	weigh := w.tallies.Count
	if right {
		weigh = w.tallies.Look
	}
	_, err = w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{
		w.tallies.Count(checksAsked, string(asker)), weigh(checksWrong, string(asker)), weigh(receiptWrong, receipt)}})
	switch {
	case err != nil:
		return Checked{}, err // what is not counted is not answered
	case !right:
		return Checked{}, fault.New(fault.ReceiptUnknown)
	}
	return w.checked(ctx, o)
}

// checked reads both sides of a posting, and what became of it.
func (w *Wallet) checked(ctx context.Context, o *ledger.Outcome) (Checked, error) {
	c := Checked{Posting: o.ID, Kind: o.Kind, Receipt: o.Receipt, At: o.At}
	numbers := make([]int64, len(o.Legs))
	for i, l := range o.Legs {
		numbers[i] = l.Account
	}
	accounts, err := w.ledger.Accounts(ctx, numbers)
	if err != nil {
		return Checked{}, err
	}
	var gave, got int64
	for _, l := range o.Legs {
		party := &c.To
		if l.Amount < 0 {
			party = &c.From
		}
		switch accounts[l.Account].Type {
		case ledger.Wallet:
			owner, err := w.customers.ByAccount(ctx, l.Account)
			if err != nil {
				return Checked{}, err
			}
			*party = Side{Account: l.Account, Phone: owner.Phone.Masked()}
		case ledger.Float:
			*party = Side{Account: l.Account, Till: true}
		case ledger.Escrow:
		default:
			if o.Kind != ledger.CommissionPay || accounts[l.Account].Type != ledger.Payable { // what it earned somebody
				continue
			}
		}
		gave, got = gave+max(0, -l.Amount), got+max(0, l.Amount)
	}
	c.Amount = amountOf(o.Kind, gave, got)
	return c, w.broughtBack(ctx, o, &c)
}

// amountOf is the amount that the messages of a posting name: what came over, unless the fee came back with it, or a tax was kept.
func amountOf(kind ledger.Kind, gave, got int64) int64 {
	switch {
	case kind == ledger.CommissionPay, got == 0:
		return gave
	case kind == ledger.VoucherReturn, gave == 0:
		return got
	}
	return min(gave, got)
}

// broughtBack adds what later postings have brought back. Each of those moves something on a wallet.
func (w *Wallet) broughtBack(ctx context.Context, o *ledger.Outcome, c *Checked) error {
	for _, p := range []Side{c.From, c.To} {
		if p.Phone == "" {
			continue
		}
		later, err := w.ledger.Corrections(ctx, p.Account, o)
		for _, l := range later {
			amount, _ := l.Amount(p.Account)
			c.Back, c.BackAt = min(c.Amount, c.Back+max(amount, -amount)), l.At
		}
		return err
	}
	return nil
}
