package wallet

import (
	"slices"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// The limits of an ID document that somebody has checked hold across all the wallets opened on it. A person with one wallet is
// counted by that wallet's account and by nothing else. The commit that opens a second one on the document marks both: the
// customers (Shared), so that quotes from then on carry the document, and the accounts (Joint), so that a plan made from an
// older quote, or on a node that remembers the customer as it was, is refused instead of slipping through uncounted.

// Jointly makes the plan hold for the people behind its wallets what their other wallets have moved too: the legs of these sides get
// the person's limits besides their own rules, which are the wallet's. Call it on a plan that is otherwise complete: what it adds to the
// companions must come after the one that compares a PIN.
func (w *Wallet) Jointly(p *ledger.Plan, sides ...Party) *ledger.Plan {
	for _, side := range sides {
		i := slices.IndexFunc(p.Legs, func(l ledger.Leg) bool { return l.Account == side.Account })
		if i < 0 {
			continue
		}
		leg := &p.Legs[i]
		if side.Document == "" {
			leg.Rule = alone(leg.Rule)
			continue
		}
		m := customer.Movement{Class: side.Tier, Rule: leg.Rule, In: leg.Counted}
		if leg.Amount < 0 {
			m.Out, m.In = leg.Counted, 0
		}
		m.Document, _ = id.Parse(side.Document) // PartyOf wrote it; a document that there is not is refused in the commit
		p.Companions = append(p.Companions, w.customers.Moved(m, w.market.Day))
	}
	return p
}

// JointlyBack returns the companion that takes off what the people behind a wallet have moved with it on that day (yyyymmdd) what was undone
// of it; none for somebody with one wallet. out and in are minor units counted.
func (w *Wallet) JointlyBack(side Party, out, in int64, day int32) []ledger.Companion {
	document, err := id.Parse(side.Document)
	if err != nil {
		return nil
	}
	return []ledger.Companion{w.customers.MovedBack(customer.Movement{Document: document, Out: out, In: in}, day)}
}

// alone is the rule of a wallet whose owner has no other, as far as the maker of the plan knew.
func alone(rule ledger.Rule) ledger.Rule {
	return func(after ledger.Account) *fault.Error {
		switch {
		case after.Flags&ledger.Joint != 0:
			return fault.New(fault.Conflict) // a second wallet was opened since the customer was read
		case rule == nil:
			return nil
		}
		return rule(after)
	}
}

// forgetParties makes the next quote read both sides anew, after one of them had changed under a quote.
func (w *Wallet) forgetParties(sides ...Party) {
	for _, p := range sides {
		w.known.Forget(p.Phone)
	}
}
