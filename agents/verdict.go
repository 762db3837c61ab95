package agents

import (
	"context"
	"time"

	"senti/agents/deal"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// A verdict decides a case that is about what a till does again and again, and not about one sum of money: what customers say it takes,
// deposits made in parts. Nothing moves; it is written down, and the till's managers hear of it.
type verdict struct {
	word  string // of its text
	close deal.CaseState
}

// verdicts are all there are, by the case's kind and whom they are for.
var verdicts = map[deal.CaseKind]map[string]verdict{
	deal.Overcharged:   {ForCustomer: {"overcharged", deal.CaseGranted}, ForShop: {"fair", deal.CaseDenied}},
	deal.SplitDeposits: {ForSenti: {"split", deal.CaseGranted}, ForShop: {"whole", deal.CaseDenied}},
}

// decidable reports whether a case of that kind can be decided for somebody.
func decidable(kind deal.CaseKind, whom string) bool {
	_, about := verdicts[kind][whom]
	return about || rulings[kind] != nil && (whom == ForCustomer || whom == ForShop)
}

// DecideFor returns whom a case of that kind can be decided for.
func DecideFor(kind deal.CaseKind) []string {
	var out []string
	for _, whom := range []string{ForCustomer, ForShop, ForSenti} {
		if decidable(kind, whom) {
			out = append(out, whom)
		}
	}
	return out
}

// decidePlan is what deciding a case commits, whatever it is about. The fault is case_not_found for what it cannot be decided for.
func (a *Agents) decidePlan(ctx context.Context, posting id.ID, by string, c deal.Case, whom string) (*ledger.Plan, error) {
	v, ok := verdicts[c.Kind][whom]
	if !ok {
		return a.decisionPlan(ctx, posting, by, c, whom == ForCustomer)
	}
	place, err := a.places.ByTill(ctx, c.Till)
	if err != nil {
		return nil, err
	}
	managers, err := a.managers(ctx, c.Till)
	if err != nil {
		return nil, err
	}
	plan := &ledger.Plan{Companions: []ledger.Companion{
		a.deals.ChangeCase(c.ID, func(c *deal.Case, _ time.Time) *fault.Error {
			c.State, c.Note = v.close, v.word+" by "+by
			return nil
		}),
	}}
	about := &ledger.Plan{ID: id.Derive(c.ID, "senti.verdict.v1")} // the plan posts nothing; this one only names the messages
	plan.Companions = append(plan.Companions, a.tell(about, managers, func(language string) text {
		said := a.texts.Say(language, "sms.verdict."+v.word, i18n.Text("shop", a.shop(place)))
		return func(*ledger.Outcome) string { return said }
	})...)
	plan.Companions = append(plan.Companions, a.audit.Add(audit.Act{Actor: by, Act: "case.decide", Object: "case:" + c.ID.String(),
		Detail: audit.Detail(map[string]any{"decision": v.word, "till": c.Till})})...)
	return plan, nil
}
