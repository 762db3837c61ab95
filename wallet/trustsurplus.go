package wallet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/sweep"
	"senti/wallet/trust"
)

// SurplusToSuspense books what has come to the trust banks and was not issued to anybody for as long as the market allows: the
// rest of lines that were issued in part too. It becomes e-money on suspense, so that what is owed and what lies in trust are the
// same again; whose it is, people find out, and it is paid out of there. Nobody decides on it, because it becomes nobody's
// to spend. It returns how many lines there were. It may run twice at the same time. While trust falls short nothing is issued,
// this neither. A line that fails keeps no other waiting; the error tells of it.
func (o *Office) SurplusToSuspense(ctx context.Context) (int, error) {
	if err := o.checkTrust(ctx); err != nil {
		return 0, err
	}
	stopped := false
	book := func(l trust.Line) (bool, error) {
		if stopped {
			return false, nil
		}
		switch err := o.toSuspense(ctx, l); fault.CodeOf(err) {
		case "":
			return true, nil
		case fault.IssuingStopped:
			stopped = true
			return false, nil
		case fault.LineUsed, fault.LineExceeded, fault.LineMismatch: // somebody has just found its owner
			return false, nil
		default:
			return false, fmt.Errorf("line %s: %w", l.ID, err)
		}
	}
	done, failed := 0, []error(nil)
	for bank := trust.FirstBank; bank <= trust.LastBank; bank++ {
		lines, err := o.surplusOf(ctx, bank)
		n, bad := sweep.Each(ctx, lines, book)
		done, failed = done+n, append(failed, err, bad)
	}
	return done, errors.Join(failed...)
}

// surplusOf are the lines of a bank that have waited for their owners long enough.
func (o *Office) surplusOf(ctx context.Context, bank int64) ([]trust.Line, error) {
	lines, err := o.w.trust.OpenLines(ctx, bank)
	today := o.w.market.Day(o.w.clock.Now())
	return slices.DeleteFunc(lines, func(l trust.Line) bool {
		return l.Amount < 0 || time.Duration(daysBetween(l.Day, today))*24*time.Hour <= o.w.market.Trust.Suspense
	}), err
}

func (o *Office) toSuspense(ctx context.Context, l trust.Line) error {
	left := l.Left()
	p := &ledger.Plan{ID: o.w.ids.New(), Kind: ledger.Issue, // the line's row sees to it that it is done once, however often it is refused
		Legs: []ledger.Leg{{Account: l.Bank, Amount: -left}, {Account: Suspense, Amount: left}}}
	p.Companions = append(o.w.trust.MayIssue(), o.w.trust.Use(l.ID, l.Bank, left, l.Used > 0)...)
	p.Companions = append(p.Companions, o.w.trust.AddEntry(p.ID, trust.PartWhole, trust.Entry{Bank: l.Bank, Amount: left, Line: l.ID}))
	p.Companions = append(p.Companions, o.audit.Add(audit.Act{Actor: audit.Job("trust"), Act: "surplus.suspense", Object: "line:" + l.ID.String(),
		Detail: audit.Detail(map[string]any{"amount": left})})...)
	_, err := o.w.ledger.Commit(ctx, p)
	return err
}
