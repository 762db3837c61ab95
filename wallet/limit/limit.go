// Package limit says how much a wallet of each KYC tier may move and hold, as rules the ledger applies to the account itself.
//
// The rules are pure: turnover is kept on the account row and counted by the ledger inside the commit, so two payments at once
// cannot both use the last of a limit. The class of an account is its tier's number. The package does not store or look up anything.
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
		tier, ok := limits.Tier(after.Class)
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

func full(limits *market.Limits, after ledger.Account, amount int64) *fault.Error {
	tier, ok := limits.Tier(after.Class)
	switch {
	case !ok:
		return unknownTier(limits, after)
	case after.Balance > tier.Balance:
		return fault.New(fault.LimitBalance, "max", fault.Minor(tier.Balance))
	case after.Turnover.InDay > tier.DayIn:
		return passed(fault.LimitDay, tier.DayIn, after.Turnover.InDay-amount)
	case after.Turnover.InMonth > tier.MonthIn:
		return passed(fault.LimitMonth, tier.MonthIn, after.Turnover.InMonth-amount)
	}
	return nil
}

// Describe returns what a tier may move and hold at a moment, for the page of fees and limits; false for an unknown tier.
func Describe(m *market.Market, at time.Time, class int16) (market.Tier, bool) {
	return m.At(at).Limits.Tier(class)
}

func passed(code fault.Code, most, before int64) *fault.Error {
	return fault.New(code, "max", fault.Minor(most), "left", fault.Minor(max(0, most-before)))
}

// unknownTier refuses rather than lets an account through unlimited. It is our mistake, not the customer's.
func unknownTier(l *market.Limits, a ledger.Account) *fault.Error {
	return fault.Wrap(fmt.Errorf("account %d has class %d, which %s has no tier for", a.ID, a.Class, l.Version), fault.Internal)
}
