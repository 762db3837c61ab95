package agents

import (
	"context"

	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// LastOutcome is the last act on that phone, as wallet.LastOutcome tells it, with what only the counter knows: a request that was shown
// and not approved on this page may have been approved on the page before. The fault is look_again when it cannot be seen.
func (a *Agents) LastOutcome(ctx context.Context, phone msisdn.Number) (wallet.Last, bool, error) {
	last, ok, err := a.wallet.LastOutcome(ctx, phone)
	if err != nil || !ok {
		return wallet.Last{}, false, err
	}
	if last.Kind == ledger.CashOut && last.State == wallet.NotDone {
		last, err = a.orApproved(ctx, last)
	}
	if err != nil && fault.As(err) == nil {
		err = fault.Wrap(err, fault.LookAgain)
	}
	return last, err == nil, err
}

// orApproved is the cash-out that the request has become which an act was about.
func (a *Agents) orApproved(ctx context.Context, last wallet.Last) (wallet.Last, error) {
	var t CashOutTerms
	if _, err := a.wallet.Recall(ctx, last.Intent, &t, ledger.CashOut); err != nil {
		return wallet.Last{}, err
	}
	ask, err := id.Parse(t.Ask)
	if err != nil {
		return last, nil // it answers no request
	}
	posting, err := a.becameOf(ctx, ask)
	if err != nil || posting.IsZero() {
		return last, err
	}
	return a.wallet.Outcome(ctx, posting)
}
