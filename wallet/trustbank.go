package wallet

import (
	"context"
	"fmt"
	"strings"

	"senti/wallet/approval"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/id"
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
	Repeats    []int // see trust.Statement
	Matched    int   // payments of the books that a new line told of, found by their receipt
}

// ImportStatement writes a bank's statement down, as often as it comes: a line that is there stays as it is. file names where it
// came from. Payments out of trust whose receipt stands in a line of the same amount are matched with it.
//
// Faults: not_allowed, bank_not_found.
func (o *Office) ImportStatement(ctx context.Context, who staff.Staff, bank int64, file string, s *trust.Statement) (Imported, error) {
	if err := o.knows(ctx, bank); err != nil {
		return Imported{}, err
	}
	found := Imported{Repeats: s.Repeats}
	var lines []trust.Line
	var ids []id.ID
	for _, l := range s.Lines {
		line := trust.Line{ID: trust.LineID(bank, l.Day, l.Reference, l.Amount), Bank: bank, Day: l.Day, Reference: l.Reference,
			Detail: l.Detail, Amount: l.Amount}
		lines, ids = append(lines, line), append(ids, line.ID)
	}
	there, err := o.w.trust.Lines(ctx, ids)
	if err != nil {
		return Imported{}, err
	}
	var fresh []trust.Line
	for _, l := range lines {
		if found.count(l, there) {
			fresh = append(fresh, l)
		}
	}
	err = o.commit(ctx, o.record(who, "statement.import", fmt.Sprintf("bank:%d", bank), map[string]any{
		"file": file, "new": found.New, "known": found.Known, "in": found.In, "out": found.Out, "first": found.First, "last": found.Last,
	}), append(o.w.trust.AddLines(fresh), o.staff.Acts(who.Name, staff.Maker|staff.Checker))...)
	if err != nil {
		return Imported{}, err
	}
	found.Matched, err = o.matchReceipts(ctx, who, bank)
	o.recheck(ctx)
	return found, err
}

// count adds a line to what an import found, and reports whether it is new.
func (i *Imported) count(l trust.Line, there map[id.ID]trust.Line) bool {
	if i.First == 0 || l.Day < i.First {
		i.First = l.Day
	}
	i.Last = max(i.Last, l.Day)
	if _, ok := there[l.ID]; ok {
		i.Known++
		return false
	}
	i.New++
	if l.Amount > 0 {
		i.In += l.Amount
	} else {
		i.Out -= l.Amount
	}
	return true
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

// matchReceipts matches payments of the books with lines of the same amount that name their receipt.
func (o *Office) matchReceipts(ctx context.Context, who staff.Staff, bank int64) (matched int, err error) {
	entries, err := o.w.trust.OpenEntries(ctx, bank)
	if err != nil {
		return 0, err
	}
	lines, err := o.w.trust.OpenLines(ctx, bank)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		for _, l := range lines {
			named := strings.Contains(strings.ToUpper(l.Reference+" "+l.Detail), e.Receipt)
			if e.Receipt == "" || l.Amount != e.Amount || l.Used > 0 || !named {
				continue
			}
			switch err := o.match(ctx, who, l, e); fault.CodeOf(err) {
			case "":
				matched++
			case fault.LineUsed, fault.LineExceeded, fault.LineMismatch: // by somebody else, just now
			default:
				return matched, fmt.Errorf("the lines are in, but matching them was cut off, import them again: %w", err)
			}
			break
		}
	}
	return matched, nil
}

// MatchLine says that a line of a statement tells of the posting with that receipt.
//
// Faults: not_allowed, line_not_found, line_mismatch, line_used, line_exceeded (left).
func (o *Office) MatchLine(ctx context.Context, who staff.Staff, l trust.Line, receipt string) error {
	outcome, found, err := o.w.ledger.ByReceipt(ctx, receipt)
	if err != nil || !found {
		return fault.New(fault.LineMismatch)
	}
	e, found, err := o.w.trust.Entry(ctx, outcome.ID, l.Bank)
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.LineMismatch)
	}
	if err := o.match(ctx, who, l, e); err != nil {
		return err
	}
	o.recheck(ctx)
	return nil
}

func (o *Office) match(ctx context.Context, who staff.Staff, l trust.Line, e trust.Entry) error {
	return o.commit(ctx, o.record(who, "statement.match", "line:"+l.ID.String(), map[string]any{"receipt": e.Receipt, "amount": e.Amount}),
		append(o.w.trust.Match(l.ID, e), o.staff.Acts(who.Name, staff.Maker|staff.Checker))...)
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
