package wallet

import (
	"context"
	"time"

	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/outbox"
	"senti/wallet/tally"
)

// retries is how often a message is sent once more.
var retries = tally.Rule{What: "message.retry", Most: 1, Per: 365 * 24 * time.Hour, Over: fault.ResentBefore}

// RetryMessage sends a message once more that nobody took on or that did not arrive, and returns the ID it has now: the first stays on
// record with its reason. Each is sent again once; if that comes to nothing too, it is the second's turn. Only receipts and notices are worth it: whatever else there
// is was for its moment.
//
// Faults: nothing_to_resend, resent_before, and those of with.
func (w *Wallet) RetryMessage(ctx context.Context, message id.ID, by, why string, with ...ledger.Companion) (id.ID, error) {
	l, found, err := w.messages.Letter(ctx, message)
	if err != nil {
		return id.ID{}, err
	}
	if !found || !l.State.Lost() || l.Kind != outbox.Receipt && l.Kind != outbox.Notice {
		return id.ID{}, fault.New(fault.NothingToResend)
	}
	again := id.Derive(message, "senti.message.retry.v1")
	plan := &ledger.Plan{}
	plan.Companions = append(w.audit.Add(audit.Act{Actor: by, Act: "message.retry", Object: "message:" + message.String(),
		Detail: audit.Detail(map[string]string{"to": l.To.Masked(), "reason": l.Reason, "why": why})}), with...)
	plan.Companions = append(plan.Companions, w.tallies.Count(retries, message.String()), w.messages.Add(l.Kind, again, l.To, func(*ledger.Outcome) string { return l.Text }))
	if _, err := w.ledger.Commit(ctx, plan); err != nil {
		return id.ID{}, err
	}
	w.ToldInstead(ctx, message)
	w.wake()
	return again, nil
}
