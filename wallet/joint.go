package wallet

import (
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// The limits of an ID document that somebody has checked hold across all the wallets opened on it. A person with one wallet is
// counted by that wallet's account and by nothing else. The commit that opens a second one on the document marks both: the
// customers (Shared), so that quotes from then on carry the document, and the accounts (Joint), so that a plan made from an
// older quote, or on a node that remembers the customer as it was, is refused instead of slipping through uncounted.

// Jointly is a leg on a customer's wallet as a plan must have it: with the limits of the person besides those of the wallet. The
// companions belong into the same plan, after the one that compares a PIN. The leg's own rule is that of the wallet.
func (w *Wallet) Jointly(p Party, leg ledger.Leg) (ledger.Leg, []ledger.Companion) {
	rule := leg.Rule
	if rule == nil {
		rule = func(ledger.Account) *fault.Error { return nil }
	}
	if p.Document.IsZero() {
		leg.Rule = func(after ledger.Account) *fault.Error {
			if after.Flags&ledger.Joint != 0 {
				return fault.New(fault.Conflict) // a second wallet was opened since this customer was read
			}
			return rule(after)
		}
		return leg, nil
	}
	m := customer.Movement{Document: p.Document, Class: p.Tier, Rule: rule, In: leg.Counted}
	if leg.Amount < 0 {
		m.Out, m.In = leg.Counted, 0
	}
	return leg, []ledger.Companion{w.customers.Moved(m, w.market.Day)}
}

// forgetParties makes the next quote read both sides anew, after one of them had changed under a quote.
func (w *Wallet) forgetParties(sides ...Party) {
	for _, p := range sides {
		w.known.Forget(p.Phone)
	}
}
