package main

import (
	"context"
	"database/sql"
	"fmt"

	"senti/agents/commission"
	"senti/wallet"
	"senti/wallet/ledger"
)

// commissionsRight adds up what every deal in the tables must have earned by the bands of its day, and compares it with what the
// ledger owes each agent and has spent in all. It is done apart from the deals' own sums.
func (r *agentsRun) commissionsRight(ctx context.Context) (bool, error) {
	owed := map[int64]int64{} // by agent
	rules := r.app.market.At(r.app.wallet.Clock().Now())
	var total int64
	err := r.app.db.Each(ctx, `SELECT kind, agent, super, amount FROM deals WHERE state = 2`, nil, func(rows *sql.Rows) error {
		var kind, agent, super, amount int64
		if err := rows.Scan(&kind, &agent, &super, &amount); err != nil {
			return err
		}
		service := commission.Withdraw
		if ledger.Kind(kind) == ledger.CashIn {
			service = commission.Deposit
		}
		earned := commission.Earned(rules.Pay, service, amount)
		own, above := commission.Split(earned, rules.Pay.Split, super != 0)
		owed[agent] += own
		owed[super] += above
		total += earned
		return nil
	})
	if err != nil {
		return false, err
	}
	expense, err := r.app.ledger.Account(ctx, wallet.CommissionExpense)
	if err != nil {
		return false, err
	}
	if -expense.Balance != total {
		fmt.Printf("bench: the bands make %d of commission, the ledger has spent %d\n", total, -expense.Balance)
		return false, nil
	}
	for agent, sum := range owed {
		if agent == 0 {
			continue
		}
		who, err := r.app.agents.Places().Agent(ctx, agent)
		if err != nil {
			return false, err
		}
		account, err := r.app.ledger.Account(ctx, who.Payable)
		if err != nil {
			return false, err
		}
		if account.Balance != sum {
			fmt.Printf("bench: the bands make %d for %s, the ledger owes %d\n", sum, who.Name, account.Balance)
			return false, nil
		}
	}
	fmt.Printf("bench: commission of %d agents, %d in all, is that of the bands to the cent\n", len(owed), total)
	return true, nil
}
