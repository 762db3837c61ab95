package limit

import (
	"fmt"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/market"
)

// Float returns the rule of a till's float for a deal over the counter. The amount is the leg's (minor units), which is also
// counted as turnover: below zero for cash taken in, above zero for cash paid out. What is held on the float counts as if it went out
// today: most of it is cash that was taken for deposits that wait, and of the rest it is not known. The faults are till_limit (max
// and what was left of the day before this deal) and float_full (max); what is the wrong way round for a deal does not stop it.
func Float(m *market.Market, at time.Time, amount int64) ledger.Rule {
	rules := m.At(at).Agents
	room := FloatRoom(m, at)
	return func(after ledger.Account) *fault.Error {
		switch {
		case amount < 0: // e-money goes out where cash comes in
			return tillTakes(rules, after, -amount)
		case amount > 0 && after.Turnover.InDay > rules.TillDayOut:
			return passed(fault.TillLimit, rules.TillDayOut, after.Turnover.InDay-amount)
		case amount > 0:
			return room(after)
		}
		return nil
	}
}

// FloatAsked returns the rule of a float on which that amount is held for a deposit that waits for its customer, whose cash is taken now.
// The fault is till_limit, as Float has it. When the customer says yes there is nothing left to ask: the cash was taken long ago.
func FloatAsked(m *market.Market, at time.Time, amount int64) ledger.Rule {
	rules := m.At(at).Agents
	return func(after ledger.Account) *fault.Error { return tillTakes(rules, after, amount) }
}

// tillTakes refuses a till that would take more cash in a day than it may.
func tillTakes(rules *market.AgentRules, after ledger.Account, amount int64) *fault.Error {
	if taken := after.Turnover.OutDay + after.Held; taken > rules.TillDayIn {
		return passed(fault.TillLimit, rules.TillDayIn, taken-amount)
	}
	return nil
}

// FloatRoom returns the rule of a float that gets e-money otherwise, bought, swapped or earned: it may not pass what its class
// may hold. The fault is float_full (max).
func FloatRoom(m *market.Market, at time.Time) ledger.Rule {
	rules := m.At(at).Agents
	return func(after ledger.Account) *fault.Error {
		class, ok := rules.Class(after.Class)
		if !ok {
			return fault.Wrap(fmt.Errorf("float %d has class %d, which %s does not have", after.ID, after.Class, rules.Version), fault.Internal)
		}
		if after.Balance > class.FloatMax {
			return fault.New(fault.FloatFull, "max", fault.Minor(class.FloatMax))
		}
		return nil
	}
}

// FloatKept returns the rule of a float that gives e-money away, sold or swapped: what is left to dispose of may not be less than its
// class must keep. The fault is float_min (min).
func FloatKept(m *market.Market, at time.Time) ledger.Rule {
	rules := m.At(at).Agents
	return func(after ledger.Account) *fault.Error {
		class, ok := rules.Class(after.Class)
		if !ok {
			return fault.Wrap(fmt.Errorf("float %d has class %d, which %s does not have", after.ID, after.Class, rules.Version), fault.Internal)
		}
		if after.Available() < class.FloatMin {
			return fault.New(fault.FloatMin, "min", fault.Minor(class.FloatMin))
		}
		return nil
	}
}
