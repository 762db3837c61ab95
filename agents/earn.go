package agents

import (
	"senti/agents/commission"
	"senti/wallet"
	"senti/wallet/ledger"
	"senti/wallet/market"
)

// Earned is what a deal earns the agent and the super-agent, in minor units.
type Earned struct {
	Agent int64 `json:"agent,omitempty"`
	Super int64 `json:"super,omitempty"`
}

// Total is all of it, which is Senti's expense.
func (e Earned) Total() int64 { return e.Agent + e.Super }

// earned is what a service pays for an amount at that counter.
func earned(rules market.Rules, service string, amount int64, c Counter) Earned {
	total := commission.Earned(rules.Pay, service, amount)
	agent, super := commission.Split(total, rules.Pay.Split, c.Super != 0)
	return Earned{agent, super}
}

// legs are those that book what was earned: Senti's expense, and what each agent is owed. No e-money moves.
func (e Earned) legs(c Counter) []ledger.Leg {
	return []ledger.Leg{
		{Account: wallet.CommissionExpense, Amount: -e.Total()},
		{Account: c.Payable, Amount: e.Agent},
		{Account: c.Above, Amount: e.Super},
	}
}
