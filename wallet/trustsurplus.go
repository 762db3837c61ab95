package wallet

import (
	"context"
	"time"

	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/trust"
)

// SurplusToSuspense books what has come to the trust banks and was not issued to anybody for as long as the market allows: the
// rest of lines that were issued in part too. It becomes e-money on suspense, so that what is owed and what lies in trust are the
// same again; whose it is, people find out, and it is paid out of there. Nobody decides on it, because it becomes nobody's
// to spend. It returns how many lines there were; limit is the most at once. It may run twice at the same time. While trust falls
// short nothing is issued, this neither.
func (o *Office) SurplusToSuspense(ctx context.Context, limit int) (done int, err error) {
	if err := o.checkTrust(ctx); err != nil {
		return 0, err
	}
	today := o.w.market.Day(o.w.clock.Now())
	for bank := trust.FirstBank; bank <= trust.LastBank; bank++ {
		lines, err := o.w.trust.OpenLines(ctx, bank)
		if err != nil {
			return done, err
		}
		for _, l := range lines {
			if l.Amount < 0 || time.Duration(daysBetween(l.Day, today))*24*time.Hour <= o.w.market.Trust.Suspense {
				continue
			}
			if done == limit {
				return done, nil
			}
			switch err := o.toSuspense(ctx, l); fault.CodeOf(err) {
			case "":
				done++
			case fault.IssuingStopped:
				return done, nil
			case fault.LineUsed, fault.LineExceeded, fault.LineMismatch: // somebody has just found its owner
			default:
				return done, err
			}
		}
	}
	return done, nil
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
