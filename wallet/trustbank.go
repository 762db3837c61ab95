package wallet

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"senti/wallet/approval"
	"senti/wallet/audit"
	"senti/wallet/db"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/staff"
	"senti/wallet/trust"
)

// Imported is what an import found.
type Imported struct {
	New, Known int   // lines that were new, and that were there already
	In, Out    int64 // minor units of the new ones
	First      int32 // yyyymmdd of all
	Last       int32
	Gap        int64 // what lay between the end that was known and the statement, and is a line now; minor units
	Closing    int64 // the balance of the bank account as it is known now
	Matched    int   // payments and moves that a line names, and that it was matched with
}

// Import is a statement and where it came from.
type Import struct {
	Bank      int64
	File      string
	Statement *trust.Statement
	// Gap says that what lies between the known end and the statement cannot be had: it is written down as a line of its own, which
	// is missing, or too much, until somebody explains it.
	Gap bool
}

// ImportStatement writes a bank's statement down behind those that are known of it. They may overlap, and the same one may come as
// often as it likes: each line is there once. What its lines name is matched with them. The error is a *trust.Misfit for a statement that does not join what is known.
//
// Faults: not_allowed, bank_not_found.
func (o *Office) ImportStatement(ctx context.Context, who staff.Staff, in Import) (found Imported, err error) {
	if err := o.knows(ctx, in.Bank); err != nil {
		return Imported{}, err
	}
	for range importTries {
		if found, err = o.importLines(ctx, who, in); !fault.HasCode(err, fault.Conflict) {
			break
		}
	}
	if err != nil {
		return Imported{}, err
	}
	found.Matched, err = o.matchNamed(ctx, who, in.Bank)
	o.recheck(ctx)
	return found, err
}

// importTries is how often it is looked what is known, when others import at the same moment.
const importTries = 5

func (o *Office) importLines(ctx context.Context, who staff.Staff, in Import) (Imported, error) {
	var found Imported
	for i, l := range in.Statement.Lines {
		if i == 0 {
			found.First = l.Day
		}
		found.First, found.Last = min(found.First, l.Day), max(found.Last, l.Day)
	}
	head, known, err := o.known(ctx, in.Bank, found.First)
	if err != nil {
		return Imported{}, err
	}
	found.Closing = head.Balance
	fresh, err := in.Statement.New(known, head, o.w.market.Style)
	var misfit *trust.Misfit
	if in.Gap && errors.As(err, &misfit) && misfit.Gap != 0 {
		fresh, found.Gap, err = in.Statement.Lines, misfit.Gap, nil
	}
	if err != nil {
		return Imported{}, err
	}
	companions, lines := o.w.trust.Import(head, fresh, found.Gap)
	found.New, found.Known = len(fresh), len(in.Statement.Lines)-len(fresh)
	for _, l := range lines {
		found.In, found.Out, found.Closing = found.In+max(l.Amount, 0), found.Out-min(l.Amount, 0), l.Balance
	}
	return found, o.commit(ctx, o.record(who, "statement.import", fmt.Sprintf("bank:%d", in.Bank), map[string]any{
		"file": in.File, "new": found.New, "known": found.Known, "in": found.In, "out": found.Out, "first": found.First, "last": found.Last,
		"gap": found.Gap, "closing": found.Closing,
	}), append(companions, o.staff.Acts(who.Name, staff.Maker|staff.Checker))...)
}

// known is how far the statements of a bank are known, and what they say since a day, as one moment shows both.
func (o *Office) known(ctx context.Context, bank int64, since int32) (head trust.Head, lines []trust.Line, err error) {
	err = o.db.Snapshot(ctx, func(view *db.DB) (err error) {
		store := trust.NewStore(view)
		if head, err = store.Head(ctx, bank); err == nil {
			lines, err = store.Since(ctx, bank, since)
		}
		return err
	})
	return head, lines, err
}

func (o *Office) knows(ctx context.Context, bank int64) error {
	banks, err := o.w.trust.Banks(ctx)
	if err != nil {
		return err
	}
	for _, b := range banks {
		if b.Account == bank {
			return nil
		}
	}
	return fault.New(fault.BankNotFound)
}

func (o *Office) readCancel(ctx context.Context, r approval.Request) (a, b trust.Line, err error) {
	var args CancelArgs
	if err = DecodeArgs(r, &args); err != nil {
		return a, b, err
	}
	if a, err = o.line(ctx, args.A); err != nil {
		return a, b, err
	}
	b, err = o.line(ctx, args.B)
	if err == nil && (a.Bank != b.Bank || a.Amount != -b.Amount) {
		err = fault.New(fault.LineMismatch)
	}
	return a, b, err
}

func (o *Office) sayCancel(ctx context.Context, r approval.Request) (string, error) {
	a, b, err := o.readCancel(ctx, r)
	return fmt.Sprintf("take line %s and line %s as undoing each other", o.SayLine(a), o.SayLine(b)), err
}

func (o *Office) planCancel(ctx context.Context, r approval.Request) (ledger.Plan, error) {
	a, b, err := o.readCancel(ctx, r)
	return ledger.Plan{Companions: o.w.trust.Cancel(a, b)}, err
}

func (o *Office) readBank(r approval.Request) (a BankArgs, err error) {
	if err := DecodeArgs(r, &a); err != nil {
		return a, err
	}
	a.Name, a.Number = strings.TrimSpace(a.Name), strings.TrimSpace(a.Number)
	switch {
	case !isBank(a.Account):
		return a, fault.New(fault.BadRequest, "field", "account")
	case !fits(a.Name, 60):
		return a, fault.New(fault.BadRequest, "field", "name")
	case !fits(a.Number, 34):
		return a, fault.New(fault.BadRequest, "field", "number")
	}
	return a, nil
}

// fits reports whether a text is printable ASCII of 1 to most characters, so that it reads the same everywhere.
func fits(text string, most int) bool {
	if text == "" || len(text) > most {
		return false
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

func (o *Office) sayBankAdd(_ context.Context, r approval.Request) (string, error) {
	a, err := o.readBank(r)
	return fmt.Sprintf("add trust bank %d: %s, account %s", a.Account, a.Name, a.Number), err
}

func (o *Office) planBankAdd(_ context.Context, r approval.Request) (ledger.Plan, error) {
	a, err := o.readBank(r)
	p := ledger.Plan{Companions: []ledger.Companion{o.w.trust.AddBank(trust.Bank{Account: a.Account, Name: a.Name, Number: a.Number})}}
	if a.Account != Trust { // which every ledger has from the start
		p.Kind = ledger.Register
		p.Open = []ledger.NewAccount{{ID: a.Account, Type: ledger.Trust, Currency: o.w.market.Currency.Code}}
	}
	return p, err
}

func (o *Office) readPayee(r approval.Request) (a PayeeArgs, err error) {
	if err := DecodeArgs(r, &a); err != nil {
		return a, err
	}
	a.Bank, a.Number, a.Holder = strings.TrimSpace(a.Bank), strings.TrimSpace(a.Number), strings.TrimSpace(a.Holder)
	for field, ok := range map[string]bool{"bank": fits(a.Bank, 60), "number": fits(a.Number, 34), "holder": fits(a.Holder, 60)} {
		if !ok {
			return a, fault.New(fault.BadRequest, "field", field)
		}
	}
	return a, nil
}

func (o *Office) sayPayeeAdd(ctx context.Context, r approval.Request) (string, error) {
	a, err := o.readPayee(r)
	if err != nil {
		return "", err
	}
	account, err := o.w.ledger.Account(ctx, a.Account)
	if err != nil {
		return "", err
	}
	if only(ledger.Float, ledger.Fund, ledger.Suspense, ledger.FeeIncome, ledger.TaxPayable)(account) != nil {
		return "", fault.New(fault.CannotIssue)
	}
	return fmt.Sprintf("nominate %s, %s %s, for the money of %s %d", a.Holder, a.Bank, a.Number, account.Type, a.Account), nil
}

func (o *Office) planPayeeAdd(_ context.Context, r approval.Request) (ledger.Plan, error) {
	a, err := o.readPayee(r)
	payee := trust.Payee{No: r.No, Account: a.Account, Bank: a.Bank, Number: a.Number, Holder: a.Holder}
	return ledger.Plan{Companions: []ledger.Companion{o.w.trust.AddPayee(payee)}}, err
}

func (o *Office) sayPayeeDrop(ctx context.Context, r approval.Request) (string, error) {
	var a PayeeArgs
	if err := DecodeArgs(r, &a); err != nil {
		return "", err
	}
	p, err := o.w.trust.Payee(ctx, a.No)
	return fmt.Sprintf("pay nothing more to %s, %s %s (payee %d)", p.Holder, p.Bank, p.Number, p.No), err
}

func (o *Office) planPayeeDrop(_ context.Context, r approval.Request) (ledger.Plan, error) {
	var a PayeeArgs
	err := DecodeArgs(r, &a)
	return ledger.Plan{Companions: []ledger.Companion{o.w.trust.DropPayee(a.No)}}, err
}

// job is the entry of what a check found.
func (o *Office) job(name, act string, detail any) []ledger.Companion {
	return o.audit.Add(audit.Act{Actor: audit.Job(name), Act: act, Detail: audit.Detail(detail)})
}
