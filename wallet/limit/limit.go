// Package limit says how much a wallet of each KYC tier may move and hold, as rules the ledger applies to the account itself.
//
// The rules are pure: turnover is kept on the account row and counted by the ledger inside the commit, so two payments at once
// cannot both use the last of a limit. The class of a wallet's account is its tier's number, and 100 more in the small day after
// its PIN was set anew; that of a float is its agent class. The package does not store or look up anything.
package limit

import (
	"fmt"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/market"
)

// Sender returns the rule of the account that pays the amount (minor units), which is also what the leg counts as turnover.
// It refuses with limit_single (max), limit_day or limit_month (max and what was left before this payment).
func Sender(m *market.Market, at time.Time, amount int64) ledger.Rule {
	limits := m.At(at).Limits
	return func(after ledger.Account) *fault.Error {
		tier, ok := tierOf(limits, after.Class)
		if !ok {
			return unknownTier(limits, after)
		}
		if amount > tier.Single {
			return fault.New(fault.LimitSingle, "max", fault.Minor(tier.Single))
		}
		if after.Turnover.OutDay > tier.DayOut {
			return passed(fault.LimitDay, tier.DayOut, after.Turnover.OutDay-amount)
		}
		if after.Turnover.OutMonth > tier.MonthOut {
			return passed(fault.LimitMonth, tier.MonthOut, after.Turnover.OutMonth-amount)
		}
		return nil
	}
}

// Receiver returns the rule of the account that another person pays the amount into. Whichever limit it meets, the fault is
// cannot_receive: the payer learns nothing about somebody else's wallet.
func Receiver(m *market.Market, at time.Time, amount int64) ledger.Rule {
	limits := m.At(at).Limits
	return func(after ledger.Account) *fault.Error {
		if why := full(limits, after, amount); why != nil {
			return fault.Wrap(why, fault.CannotReceive) // the reason is for the log
		}
		return nil
	}
}

// Depositor returns the rule of the wallet that cash is paid into over a counter: that of any receiver. The operator learns no
// more about it than a payer would.
func Depositor(m *market.Market, at time.Time, amount int64) ledger.Rule {
	return Receiver(m, at, amount)
}

func full(limits *market.Limits, after ledger.Account, amount int64) *fault.Error {
	tier, ok := tierOf(limits, after.Class)
	switch {
	case !ok:
		return unknownTier(limits, after)
	case after.Balance+after.Beside > tier.Balance: // on all wallets of the person together
		return fault.New(fault.LimitBalance, "max", fault.Minor(tier.Balance))
	case after.Turnover.InDay > tier.DayIn:
		return passed(fault.LimitDay, tier.DayIn, after.Turnover.InDay-amount)
	case after.Turnover.InMonth > tier.MonthIn:
		return passed(fault.LimitMonth, tier.MonthIn, after.Turnover.InMonth-amount)
	}
	return nil
}

// Describe returns what a class may move and hold at a moment, for the page of fees and limits; false for an unknown tier.
func Describe(m *market.Market, at time.Time, class int16) (market.Tier, bool) {
	return tierOf(m.At(at).Limits, class)
}

// smallDay is added to a tier's number while its wallet pays out little.
const smallDay = 100

// Small returns the class of a wallet's account in the small day after its PIN was set anew, and Full that of any other day.
// Either may be given what it would return.
func Small(class int16) int16 { return Full(class) + smallDay }

// Full returns the class a wallet's account has when no small day is on: the number of its tier.
func Full(class int16) int16 {
	if class >= smallDay {
		return class - smallDay
	}
	return class
}

// tierOf is the tier of a class, with what it may pay out capped in a small day. What it may receive and hold stays.
func tierOf(limits *market.Limits, class int16) (market.Tier, bool) {
	tier, ok := limits.Tier(Full(class))
	if ok && class >= smallDay {
		tier.Single = min(tier.Single, limits.Small.Single)
		tier.DayOut = min(tier.DayOut, limits.Small.DayOut)
	}
	return tier, ok
}

func passed(code fault.Code, most, before int64) *fault.Error {
	return fault.New(code, "max", fault.Minor(most), "left", fault.Minor(max(0, most-before)))
}

// unknownTier refuses rather than lets an account through unlimited. It is our mistake, not the customer's.
func unknownTier(l *market.Limits, a ledger.Account) *fault.Error {
	return fault.Wrap(fmt.Errorf("account %d has class %d, which %s has no tier for", a.ID, a.Class, l.Version), fault.Internal)
}
