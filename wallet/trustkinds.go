package wallet

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"senti/wallet/approval"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/staff"
	"senti/wallet/trust"
)

// What can be asked for about trust.
const (
	RequestIssue     = "issue"           // IssueArgs
	RequestDestroy   = "destroy"         // PayArgs: e-money paid out to a nominated account, and unmade when the bank has paid
	RequestSweep     = "sweep"           // PayArgs: the same of fees or tax; or a bank's charges paid out of fees
	RequestCallOff   = "payout.cancel"   // CallOffArgs: a payment that the bank will not make
	RequestMatch     = "statement.match" // MatchArgs: what a line tells of
	RequestMove      = "trust.move"      // MoveArgs: from one trust bank to another
	RequestCancel    = "trust.cancel"
	RequestBankAdd   = "bank.add"   // BankArgs
	RequestPayeeAdd  = "payee.add"  // PayeeArgs
	RequestPayeeDrop = "payee.drop" // PayeeArgs with No
)

// IssueArgs is e-money to be made against a line of a statement.
type IssueArgs struct {
	Line id.ID     `json:"line"`
	To   []IssueTo `json:"to"`
	Rest bool      `json:"rest,omitempty"` // what an earlier issue left over of the line, to suspense
}

// IssueTo is an account and what is made on it.
type IssueTo struct {
	Account int64 `json:"account"`
	Amount  int64 `json:"amount"` // minor units
}

// PayArgs is money to be paid out of trust. To is the number of a nominated account; a sweep of a bank's own charges names the
// line of the statement that took them instead, or with Rest exactly what a payment left over of it.
type PayArgs struct {
	Bank   int64 `json:"bank"`
	From   int64 `json:"from"`   // the ledger account it is taken from
	Amount int64 `json:"amount"` // minor units
	To     int64 `json:"to,omitempty"`
	Line   id.ID `json:"line"`
	Rest   bool  `json:"rest,omitempty"`
}

// MoveArgs is money that goes from one trust bank to another.
type MoveArgs struct {
	From   int64 `json:"from"`
	To     int64 `json:"to"`
	Amount int64 `json:"amount"` // minor units
}

// CancelArgs is two lines of a statement that undo each other.
type CancelArgs struct {
	A id.ID `json:"a"`
	B id.ID `json:"b"`
}

// BankArgs is a trust bank to be added.
type BankArgs struct {
	Account int64  `json:"account"`
	Name    string `json:"name"`
	Number  string `json:"number"`
}

// PayeeArgs is a bank account to be nominated for a ledger account, or, by its number, dropped.
type PayeeArgs struct {
	No      int64  `json:"no,omitempty"`
	Account int64  `json:"account,omitempty"`
	Bank    string `json:"bank,omitempty"`
	Number  string `json:"number,omitempty"`
	Holder  string `json:"holder,omitempty"`
}

func (o *Office) trustKinds() []Approvable {
	kind := func(name string, say func(context.Context, approval.Request) (string, error), plan func(context.Context, approval.Request) (ledger.Plan, error)) Approvable {
		return Approvable{Kind: name, Asks: staff.Maker, Checks: staff.Checker, Say: say,
			Plan: func(ctx context.Context, r approval.Request) (Deed, error) {
				p, err := plan(ctx, r)
				return Deed{Plan: p}, err
			}, After: o.recheck}
	}
	return []Approvable{
		kind(RequestIssue, o.sayIssue, o.planIssue),
		kind(RequestDestroy, o.sayPay, o.planPay),
		kind(RequestSweep, o.sayPay, o.planPay),
		kind(RequestCallOff, o.sayCallOff, o.planCallOff),
		kind(RequestMatch, o.sayMatch, o.planMatch),
		kind(RequestMove, o.sayMove, o.planMove),
		kind(RequestCancel, o.sayCancel, o.planCancel),
		kind(RequestBankAdd, o.sayBankAdd, o.planBankAdd),
		kind(RequestPayeeAdd, o.sayPayeeAdd, o.planPayeeAdd),
		kind(RequestPayeeDrop, o.sayPayeeDrop, o.planPayeeDrop),
	}
}

// only is the rule that an account is of one of the types.
func only(types ...ledger.AccountType) ledger.Rule {
	return func(after ledger.Account) *fault.Error {
		if !slices.Contains(types, after.Type) {
			return fault.New(fault.CannotIssue)
		}
		return nil
	}
}

// madeOn says on which accounts e-money is made; a float may not pass what its class may hold.
func (o *Office) madeOn(at time.Time) ledger.Rule {
	types, room := only(ledger.Float, ledger.Fund, ledger.Suspense), limit.FloatRoom(o.w.market, at)
	return func(after ledger.Account) *fault.Error {
		if refusal := types(after); refusal != nil || after.Type != ledger.Float {
			return refusal
		}
		return room(after)
	}
}

// amounts refuses amounts that are none, and sums that overflow.
func amounts(all ...int64) (sum int64, err error) {
	for _, a := range all {
		if a <= 0 || sum > math.MaxInt64-a {
			return 0, fault.New(fault.BadAmount)
		}
		sum += a
	}
	return sum, nil
}

// issue is the arguments of an issue, with the line they name.
type issue struct {
	IssueArgs
	line trust.Line
	sum  int64
}

func (o *Office) readIssue(ctx context.Context, r approval.Request) (a issue, err error) {
	if err := DecodeArgs(r, &a.IssueArgs); err != nil {
		return a, err
	}
	var each []int64
	for i, to := range a.To {
		each = append(each, to.Amount)
		if slices.ContainsFunc(a.To[:i], func(other IssueTo) bool { return other.Account == to.Account }) {
			return a, fault.New(fault.BadRequest, "field", "to")
		}
	}
	if a.sum, err = amounts(each...); err != nil {
		return a, err
	}
	if len(a.To) == 0 || len(a.To) > 20 || a.Rest && (len(a.To) != 1 || a.To[0].Account != Suspense) {
		return a, fault.New(fault.BadRequest, "field", "to")
	}
	a.line, err = o.line(ctx, a.Line)
	return a, err
}

func (o *Office) line(ctx context.Context, line id.ID) (trust.Line, error) {
	found, err := o.w.trust.Lines(ctx, []id.ID{line})
	if err != nil {
		return trust.Line{}, err
	}
	l, ok := found[line]
	if !ok {
		return l, fault.New(fault.LineNotFound)
	}
	return l, nil
}

func (o *Office) sayIssue(ctx context.Context, r approval.Request) (string, error) {
	a, err := o.readIssue(ctx, r)
	if err != nil {
		return "", err
	}
	numbers := make([]int64, len(a.To))
	for i, to := range a.To {
		numbers[i] = to.Account
	}
	accounts, err := o.w.ledger.Accounts(ctx, numbers)
	if err != nil {
		return "", err
	}
	var targets []string
	for _, to := range a.To {
		account, ok := accounts[to.Account]
		if !ok {
			return "", fault.New(fault.AccountNotFound)
		}
		if refusal := only(ledger.Float, ledger.Fund, ledger.Suspense)(account); refusal != nil {
			return "", refusal
		}
		targets = append(targets, fmt.Sprintf("%s on %s %d", o.w.market.Style.Format(to.Amount), account.Type, to.Account))
	}
	if r.MadeAt.IsZero() { // being asked for: said early, decided in the commit
		switch {
		case a.line.Amount < 0:
			return "", fault.New(fault.LineMismatch)
		case a.line.Left() == 0, a.line.Used > 0 && !a.Rest:
			return "", fault.New(fault.LineUsed)
		case a.sum > a.line.Left():
			return "", fault.New(fault.LineExceeded, "left", fault.Minor(a.line.Left()))
		}
	}
	return fmt.Sprintf("issue %s against line %s", strings.Join(targets, ", "), o.SayLine(a.line)), nil
}

// SayLine tells a line of a statement in one line.
func (o *Office) SayLine(l trust.Line) string {
	return fmt.Sprintf("%s of bank %d: %d %s %s", l.ID.String()[:8], l.Bank, l.Day, l.Reference, o.w.market.Style.Format(l.Amount))
}

func (o *Office) planIssue(ctx context.Context, r approval.Request) (ledger.Plan, error) {
	a, err := o.readIssue(ctx, r)
	if err != nil {
		return ledger.Plan{}, err
	}
	p := ledger.Plan{Kind: ledger.Issue, Legs: []ledger.Leg{{Account: a.line.Bank, Amount: -a.sum}}}
	for _, to := range a.To {
		p.Legs = append(p.Legs, ledger.Leg{Account: to.Account, Amount: to.Amount, Rule: o.madeOn(o.w.clock.Now())})
	}
	if err := o.checkTrust(ctx); err != nil {
		return ledger.Plan{}, err
	}
	p.Companions = append(o.w.trust.MayIssue(), o.w.trust.Use(a.Line, a.line.Bank, a.sum, a.Rest)...)
	p.Companions = append(p.Companions, o.w.trust.AddEntry(approval.PostingID(r.No, r.Attempts), trust.PartWhole,
		trust.Entry{Bank: a.line.Bank, Amount: a.sum, Line: a.Line}))
	return p, nil
}

func (o *Office) sayMove(_ context.Context, r approval.Request) (string, error) {
	var a MoveArgs
	if err := DecodeArgs(r, &a); err != nil {
		return "", err
	}
	if _, err := amounts(a.Amount); err != nil {
		return "", err
	}
	if !isBank(a.From) || !isBank(a.To) || a.From == a.To {
		return "", fault.New(fault.BankNotFound)
	}
	return fmt.Sprintf("move %s from bank %d to bank %d", o.w.market.Style.Format(a.Amount), a.From, a.To), nil
}

func isBank(account int64) bool { return account >= trust.FirstBank && account <= trust.LastBank }

func (o *Office) planMove(_ context.Context, r approval.Request) (ledger.Plan, error) {
	var a MoveArgs
	if err := DecodeArgs(r, &a); err != nil {
		return ledger.Plan{}, err
	}
	posting := approval.PostingID(r.No, r.Attempts)
	return ledger.Plan{Kind: ledger.TrustMove,
		Legs: []ledger.Leg{{Account: a.From, Amount: a.Amount}, {Account: a.To, Amount: -a.Amount}}, // what Senti owes is less there, more here
		Companions: []ledger.Companion{
			o.w.trust.AddEntry(posting, trust.PartOut, trust.Entry{Bank: a.From, Amount: -a.Amount}),
			o.w.trust.AddEntry(posting, trust.PartIn, trust.Entry{Bank: a.To, Amount: a.Amount}),
		}}, nil
}
