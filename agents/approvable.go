package agents

import (
	"context"
	"fmt"

	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/approval"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/id"
)

// RequestCase asks for a case to be decided: CaseArgs.
const RequestCase = "case.decide"

// CaseArgs is which case, and for whom.
type CaseArgs struct {
	Case id.ID  `json:"case"`
	For  string `json:"for"` // one of DecideFor
}

// Whom a case can be decided for.
const (
	ForCustomer = "customer"
	ForShop     = "shop"
	ForSenti    = "senti" // which pays for deposits that were split
)

func (a *Agents) sayDecision(ctx context.Context, r approval.Request) (string, error) {
	args, v, err := a.decision(ctx, r)
	if err != nil {
		return "", err
	}
	if r.MadeAt.IsZero() && v.State != deal.CaseOpen { // it is being asked for
		return "", fault.New(fault.CaseClosed)
	}
	if verdicts[v.Kind] != nil {
		return fmt.Sprintf("decide case %s for the %s: %s, at %s. %s", v.ID.String()[:8], args.For, v.Kind, v.Shop, v.Evidence), nil
	}
	return fmt.Sprintf("decide case %s for the %s: %s, %s, %s at %s", v.ID.String()[:8], args.For, v.Kind,
		a.market.Style.Format(v.Amount), v.Of.Name, v.Shop), nil
}

func (a *Agents) planDecision(ctx context.Context, r approval.Request) (wallet.Deed, error) {
	args, v, err := a.decision(ctx, r)
	if err != nil {
		return wallet.Deed{}, err
	}
	plan, err := a.decidePlan(ctx, approval.PostingID(r.No, r.Attempts), audit.Staff(r.Checker), v.Case, args.For)
	if err != nil {
		return wallet.Deed{}, err
	}
	return wallet.Deed{Plan: *plan}, nil
}

func (a *Agents) decision(ctx context.Context, r approval.Request) (args CaseArgs, v CaseView, err error) {
	if err = wallet.DecodeArgs(r, &args); err != nil {
		return args, v, err
	}
	v, err = a.Case(ctx, args.Case)
	if err == nil && !decidable(v.Kind, args.For) {
		err = fault.New(fault.BadRequest, "field", "for")
	}
	return args, v, err
}
