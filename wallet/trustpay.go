package wallet

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"senti/wallet/approval"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/staff"
	"senti/wallet/trust"
)

// Money leaves trust in two steps. An approval orders the payment: the e-money is held, and the bank is told to pay. When a line of its
// statement tells of the payment, what was held is unmade, against that line. So e-money is unmade when the money is gone, and not
// before, and never more of it than the bank has paid. An order that the bank will not carry out is called off, and frees the money.

// payoutKinds are the postings by which what was ordered is unmade, by the kind of the request that ordered it.
var payoutKinds = map[string]ledger.Kind{RequestDestroy: ledger.Destroy, RequestSweep: ledger.Sweep}

// paidFrom says out of which accounts money leaves trust.
func paidFrom(kind ledger.Kind) ledger.Rule {
	if kind == ledger.Sweep {
		return only(ledger.FeeIncome, ledger.TaxPayable)
	}
	return only(ledger.Float, ledger.Fund, ledger.Suspense)
}

func (o *Office) readPay(ctx context.Context, r approval.Request) (a PayArgs, from ledger.Account, err error) {
	if err = DecodeArgs(r, &a); err != nil {
		return a, from, err
	}
	if _, err = amounts(a.Amount); err != nil {
		return a, from, err
	}
	if !isBank(a.Bank) {
		return a, from, fault.New(fault.BankNotFound)
	}
	if from, err = o.w.ledger.Account(ctx, a.From); err != nil {
		return a, from, err
	}
	if refusal := paidFrom(payoutKinds[r.Kind])(from); refusal != nil {
		return a, from, refusal
	}
	if !a.Line.IsZero() && (r.Kind != RequestSweep || a.From != FeeIncome) { // a charge is Senti's own cost
		return a, from, fault.New(fault.CannotIssue)
	}
	return a, from, nil
}

func (o *Office) sayPay(ctx context.Context, r approval.Request) (string, error) {
	a, from, err := o.readPay(ctx, r)
	if err != nil {
		return "", err
	}
	what := fmt.Sprintf("%s %s of %s %d out of bank %d", r.Kind, o.w.market.Style.Format(a.Amount), from.Type, a.From, a.Bank)
	if !a.Line.IsZero() {
		l, err := o.line(ctx, a.Line)
		if err != nil {
			return "", err
		}
		return what + " for the charge on line " + o.SayLine(l), nil
	}
	payee, err := o.w.trust.Payee(ctx, a.To)
	if err != nil {
		return "", err
	}
	if payee.Account != a.From {
		return "", fault.New(fault.NotNominated)
	}
	return fmt.Sprintf("%s to %s", what, sayPayee(payee)), nil
}

func sayPayee(p trust.Payee) string {
	return fmt.Sprintf("%s, %s %s (payee %d)", p.Holder, p.Bank, p.Number, p.No)
}

// planPay orders the payment, or pays a charge that a line has told of.
func (o *Office) planPay(ctx context.Context, r approval.Request) (ledger.Plan, error) {
	a, _, err := o.readPay(ctx, r)
	if err != nil {
		return ledger.Plan{}, err
	}
	posting := approval.PostingID(r.No, r.Attempts)
	if !a.Line.IsZero() {
		p := unmade(ledger.Sweep, a.Bank, map[int64]int64{a.From: a.Amount})
		p.Companions = append(o.w.trust.Use(a.Line, a.Bank, -a.Amount, a.Rest),
			o.w.trust.AddEntry(posting, trust.PartWhole, trust.Entry{Bank: a.Bank, Amount: -a.Amount, Line: a.Line}))
		return p, nil
	}
	order := trust.Payout{No: r.No, Kind: payoutKinds[r.Kind], Bank: a.Bank, Account: a.From, Amount: a.Amount, Payee: a.To,
		Hold: id.Derive(posting, "senti.payout.hold.v1")}
	return ledger.Plan{
		Kind: ledger.HoldTake,
		Holds: []ledger.HoldAct{{Verb: ledger.TakeHold, Hold: order.Hold, Account: order.Account, Amount: order.Amount,
			ExpiresAt: o.w.clock.Now().AddDate(payoutYears, 0, 0), Stopped: true}},
		Companions: []ledger.Companion{o.w.trust.Pays(a.To, a.From), o.w.trust.Order(order)},
	}, nil
}

// payoutYears is as good as for ever: a bank that was told to pay may do so whenever it likes, and people call it off.
const payoutYears = 100

// unmade are the legs of e-money that leaves trust, by its account.
func unmade(kind ledger.Kind, bank int64, from map[int64]int64) ledger.Plan {
	p := ledger.Plan{Kind: kind}
	sum := int64(0)
	for _, account := range slices.Sorted(maps.Keys(from)) {
		p.Legs = append(p.Legs, ledger.Leg{Account: account, Amount: -from[account], Rule: paidFrom(kind)})
		sum += from[account]
	}
	p.Legs = append(p.Legs, ledger.Leg{Account: bank, Amount: sum, Rule: only(ledger.Trust)})
	return p
}

// MatchArgs is what a line of a statement tells of: payments that were ordered, and moves between trust banks by their receipts.
type MatchArgs struct {
	Line     id.ID    `json:"line"`
	Payouts  []int64  `json:"payouts,omitempty"`
	Receipts []string `json:"receipts,omitempty"`
}

// matched is what a line tells of.
type matched struct {
	line    trust.Line
	payouts []trust.Payout
	entries []trust.Entry
}

// sum is what all of it moves in the bank, with the line's sign.
func (m matched) sum() (sum int64, err error) {
	all := make([]int64, 0, len(m.payouts)+len(m.entries))
	for _, p := range m.payouts {
		all = append(all, -p.Amount)
	}
	for _, e := range m.entries {
		all = append(all, e.Amount)
	}
	for _, n := range all {
		if (n > 0) != (m.line.Amount > 0) || n > 0 && sum > math.MaxInt64-n || n < 0 && sum < math.MinInt64-n {
			return 0, fault.New(fault.LineMismatch)
		}
		sum += n
	}
	return sum, nil
}

func (o *Office) readMatch(ctx context.Context, r approval.Request) (m matched, err error) {
	var a MatchArgs
	if err = DecodeArgs(r, &a); err != nil {
		return m, err
	}
	if n := len(a.Payouts) + len(a.Receipts); n == 0 || n > 50 {
		return m, fault.New(fault.BadRequest, "field", "of")
	}
	if m.line, err = o.line(ctx, a.Line); err != nil {
		return m, err
	}
	for _, no := range a.Payouts {
		p, err := o.w.trust.Payout(ctx, no)
		if err != nil {
			return m, err
		}
		if p.Bank != m.line.Bank || p.Kind != payoutOr(m.payouts, p).Kind {
			return m, fault.New(fault.LineMismatch)
		}
		m.payouts = append(m.payouts, p)
	}
	for _, receipt := range a.Receipts {
		outcome, found, err := o.w.ledger.ByReceipt(ctx, receipt)
		if err != nil || !found {
			return m, fault.New(fault.LineMismatch)
		}
		e, found, err := o.w.trust.Entry(ctx, outcome.ID, m.line.Bank)
		if err != nil {
			return m, err
		}
		if !found {
			return m, fault.New(fault.LineMismatch)
		}
		m.entries = append(m.entries, e)
	}
	_, err = m.sum()
	return m, err
}

// payoutOr is the first of them, or that one.
func payoutOr(all []trust.Payout, p trust.Payout) trust.Payout {
	if len(all) > 0 {
		return all[0]
	}
	return p
}

func (o *Office) sayMatch(ctx context.Context, r approval.Request) (string, error) {
	m, err := o.readMatch(ctx, r)
	if err != nil {
		return "", err
	}
	if r.MadeAt.IsZero() { // being asked for: said early, decided in the commit
		sum, err := m.sum()
		switch {
		case err != nil:
			return "", err
		case m.line.Used > 0:
			return "", fault.New(fault.LineUsed)
		case max(sum, -sum) > m.line.Left():
			return "", fault.New(fault.LineExceeded, "left", fault.Minor(m.line.Left()))
		}
	}
	var of []string
	for _, p := range m.payouts {
		said, err := o.SayPayout(ctx, p)
		if err != nil {
			return "", err
		}
		of = append(of, said)
	}
	for _, e := range m.entries {
		of = append(of, fmt.Sprintf("%s of receipt %s", o.w.market.Style.Format(e.Amount), e.Receipt))
	}
	return fmt.Sprintf("take line %s as telling of %s", o.SayLine(m.line), strings.Join(of, " and ")), nil
}

// SayPayout tells a payment that was ordered in one line.
func (o *Office) SayPayout(ctx context.Context, p trust.Payout) (string, error) {
	payee, err := o.w.trust.Payee(ctx, p.Payee)
	return fmt.Sprintf("payment %d: %s %s of account %d out of bank %d to %s", p.No, p.Kind, o.w.market.Style.Format(p.Amount), p.Account, p.Bank,
		sayPayee(payee)), err
}

func (o *Office) planMatch(ctx context.Context, r approval.Request) (ledger.Plan, error) {
	m, err := o.readMatch(ctx, r)
	if err != nil {
		return ledger.Plan{}, err
	}
	return o.matchPlan(approval.PostingID(r.No, r.Attempts), m)
}

// matchPlan unmakes what the line tells was paid, of what was held for it, and notes which postings of before it tells of.
func (o *Office) matchPlan(posting id.ID, m matched) (ledger.Plan, error) {
	sum, err := m.sum()
	if err != nil {
		return ledger.Plan{}, err
	}
	p := ledger.Plan{}
	companions := o.w.trust.Use(m.line.ID, m.line.Bank, sum, false)
	if len(m.payouts) > 0 {
		from, paid, payee := map[int64]int64{}, int64(0), m.payouts[0].Payee
		for _, out := range m.payouts {
			from[out.Account] += out.Amount
			paid += out.Amount
			companions = append(companions, o.w.trust.Pay(out.No, m.line.ID))
		}
		if len(m.payouts) > 1 {
			payee = 0
		}
		p = unmade(m.payouts[0].Kind, m.line.Bank, from)
		for _, out := range m.payouts {
			p.Holds = append(p.Holds, ledger.HoldAct{Verb: ledger.CaptureHold, Hold: out.Hold, Account: out.Account, Amount: out.Amount, Final: true})
		}
		companions = append(companions, o.w.trust.AddEntry(posting, trust.PartWhole, trust.Entry{Bank: m.line.Bank, Amount: -paid, Payee: payee, Line: m.line.ID}))
	}
	for _, e := range m.entries {
		companions = append(companions, o.w.trust.Tells(m.line.ID, e))
	}
	p.Companions = companions
	return p, nil
}

// matchNamed matches what a new line names: payments by the reference that the bank was told to write on them, moves by their
// receipts. Two people have decided on each, and the line says the same bank and amount, so nobody is asked again.
func (o *Office) matchNamed(ctx context.Context, who staff.Staff, bank int64) (count int, err error) {
	lines, err := o.w.trust.OpenLines(ctx, bank)
	if err != nil {
		return 0, err
	}
	ordered, err := o.w.trust.Ordered(ctx, bank)
	if err != nil {
		return 0, err
	}
	entries, err := o.w.trust.OpenEntries(ctx, bank)
	if err != nil {
		return 0, err
	}
	for _, l := range lines {
		m, found := named(l, ordered, entries)
		if !found {
			continue
		}
		switch err := o.match(ctx, who, m); fault.CodeOf(err) {
		case "":
			count++
		case fault.LineUsed, fault.LineExceeded, fault.LineMismatch, fault.PayoutClosed, fault.HoldClosed: // by somebody else, just now
		default:
			return count, fmt.Errorf("the lines are in, but matching them was cut off, import them again: %w", err)
		}
	}
	return count, nil
}

// named is what an unused line of exactly that amount names.
func named(l trust.Line, ordered []trust.Payout, entries []trust.Entry) (matched, bool) {
	if l.Used > 0 {
		return matched{}, false
	}
	for _, p := range ordered {
		if l.Amount == -p.Amount && l.Names(p.Reference()) {
			return matched{line: l, payouts: []trust.Payout{p}}, true
		}
	}
	for _, e := range entries {
		if l.Amount == e.Amount && l.Names(e.Receipt) {
			return matched{line: l, entries: []trust.Entry{e}}, true
		}
	}
	return matched{}, false
}

func (o *Office) match(ctx context.Context, who staff.Staff, m matched) error {
	posting := o.w.ids.New() // the line's row sees to it that it is done once, however often it is refused
	p, err := o.matchPlan(posting, m)
	if err != nil {
		return err
	}
	detail := map[string]any{"amount": m.line.Amount}
	if len(m.payouts) > 0 {
		p.ID = posting
		detail["payout"] = m.payouts[0].No
	} else {
		detail["receipt"] = m.entries[0].Receipt
	}
	p.Companions = append(p.Companions, o.staff.Acts(who.Name, staff.Maker|staff.Checker))
	p.Companions = append(p.Companions, o.record(who, "statement.match", "line:"+m.line.ID.String(), detail)...)
	_, err = o.w.ledger.Commit(ctx, &p)
	return err
}

// CallOffArgs is a payment that the bank will not make.
type CallOffArgs struct {
	No int64 `json:"no"`
}

func (o *Office) readCallOff(ctx context.Context, r approval.Request) (trust.Payout, error) {
	var a CallOffArgs
	if err := DecodeArgs(r, &a); err != nil {
		return trust.Payout{}, err
	}
	return o.w.trust.Payout(ctx, a.No)
}

func (o *Office) sayCallOff(ctx context.Context, r approval.Request) (string, error) {
	p, err := o.readCallOff(ctx, r)
	if err == nil && r.MadeAt.IsZero() && p.State != trust.Ordered {
		err = fault.New(fault.PayoutClosed, "state", p.State.String())
	}
	if err != nil {
		return "", err
	}
	said, err := o.SayPayout(ctx, p)
	return "call off " + said, err
}

func (o *Office) planCallOff(ctx context.Context, r approval.Request) (ledger.Plan, error) {
	p, err := o.readCallOff(ctx, r)
	return ledger.Plan{
		Kind:       ledger.HoldEnd,
		Holds:      []ledger.HoldAct{{Verb: ledger.ReleaseHold, Hold: p.Hold, Account: p.Account}},
		Companions: []ledger.Companion{o.w.trust.CallOff(p.No)},
	}, err
}
