package wallet

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

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
// the person's limits besides their own rules, which are the wallet's; what the person may hold is held by the leg's own rule, which sees
// the other wallets' accounts beside it. Call it on a plan that is otherwise complete: what it adds to the companions must come after the
// one that compares a PIN.
func (w *Wallet) Jointly(p *ledger.Plan, sides ...Party) *ledger.Plan {
	for _, side := range sides {
		i := slices.IndexFunc(p.Legs, func(l ledger.Leg) bool { return l.Account == side.Account })
		if i < 0 {
			continue
		}
		leg := &p.Legs[i]
		if side.Joint == "" {
			leg.Rule = alone(leg.Rule)
			continue
		}
		document, beside := side.Joint.parts()
		leg.Beside = beside
		m := customer.Movement{Document: document, Wallets: 1 + len(beside), Class: side.Tier, Rule: leg.Rule, In: leg.Counted}
		if leg.Amount < 0 {
			m.Out, m.In = leg.Counted, 0
		}
		p.Companions = append(p.Companions, w.customers.Moved(m, w.market.Day))
	}
	return p
}

// JointlyBack returns the companion that takes off what the people behind a wallet have moved with it on that day (yyyymmdd) what was undone
// of it; none for somebody with one wallet. out and in are minor units counted.
func (w *Wallet) JointlyBack(side Party, out, in int64, day int32) []ledger.Companion {
	if side.Joint == "" {
		return nil
	}
	document, _ := side.Joint.parts()
	return []ledger.Companion{w.customers.MovedBack(customer.Movement{Document: document, Out: out, In: in}, day)}
}

// Joint is what the terms of an act keep of a person with several wallets: the document, and the accounts of the other wallets. It is
// short, as terms have little room: "q83vEjRWeJASNFZ4kBI0Vg.rs.rt".
type Joint string

func jointOf(c customer.Customer) Joint {
	key := c.Document.Key()
	text := base64.RawURLEncoding.EncodeToString(key[:])
	for _, account := range c.Beside {
		text += "." + strconv.FormatInt(account, jointBase)
	}
	return Joint(text)
}

const jointBase = 36

// parts are what jointOf has written. What is no such text names a document that there is not, which the commit refuses.
func (j Joint) parts() (document id.ID, beside []int64) {
	words := strings.Split(string(j), ".")
	if key, err := base64.RawURLEncoding.DecodeString(words[0]); err == nil && len(key) == len(document) {
		document = id.ID(key)
	}
	for _, word := range words[1:] {
		account, _ := strconv.ParseInt(word, jointBase, 64)
		beside = append(beside, account)
	}
	return document, beside
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
