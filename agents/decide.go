package agents

import (
	"context"
	"slices"

	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// DecideNotPaid settles whether a withdrawal was paid: for the customer it is undone with what the case holds, and with what else
// the float has now if that was not all; else the money is the till's again. By is who decides, as the audit names people.
//
// Faults: case_not_found, case_closed (decided, or returned by the operator), deal_closed (state), till_short (the float went
// down meanwhile: decide again), busy; outcome_unknown.
func (a *Agents) DecideNotPaid(ctx context.Context, by string, caseID id.ID, forCustomer bool) (*ledger.Outcome, error) {
	return a.decideAs(ctx, by, caseID, deal.NotPaid, forCustomer)
}

// DecideWrongDeposit settles whose the money of a claimed deposit is: the customer's, or, as far as the case holds it, the agent's.
//
// Faults: case_not_found, case_closed (decided, or given back by the customer), deal_closed (state), busy; outcome_unknown.
func (a *Agents) DecideWrongDeposit(ctx context.Context, by string, caseID id.ID, forCustomer bool) (*ledger.Outcome, error) {
	return a.decideAs(ctx, by, caseID, deal.WrongDeposit, forCustomer)
}

func (a *Agents) decideAs(ctx context.Context, by string, caseID id.ID, kind deal.CaseKind, forCustomer bool) (*ledger.Outcome, error) {
	c, err := a.deals.Case(ctx, caseID)
	if err != nil {
		return nil, err
	}
	if c.Kind != kind {
		return nil, fault.New(fault.CaseNotFound)
	}
	plan, err := a.decisionPlan(ctx, a.wallet.IDs().New(), by, c, forCustomer)
	if err != nil {
		return nil, err
	}
	outcome, err := a.ledger.Commit(ctx, plan)
	if err == nil {
		a.wallet.Wake()
	}
	return outcome, atCounter(err)
}

// ruling is what a decision does.
type ruling struct {
	word  string // of its texts
	state deal.State
	close deal.CaseState
	back  ledger.Kind // of the posting that undoes the deal; 0 when it stands
}

// rulings are all decisions about money, by the case's kind and whether they are for the customer. About anything else there are
// verdicts.
var rulings = map[deal.CaseKind]map[bool]ruling{
	deal.NotPaid: {
		true:  {"repaid", deal.Reversed, deal.CaseGranted, ledger.CashOutReturn},
		false: {"paid", deal.Upheld, deal.CaseDenied, 0},
	},
	deal.WrongDeposit: {
		true:  {"yours", deal.Upheld, deal.CaseDenied, 0},
		false: {"wrong", deal.Reversed, deal.CaseGranted, ledger.CashInReversal},
	},
}

// decisionPlan is all that a decision commits: the money back or free again, deal and case settled, both sides told, and the record
// of who decided.
func (a *Agents) decisionPlan(ctx context.Context, posting id.ID, by string, c deal.Case, forCustomer bool) (*ledger.Plan, error) {
	rule, ok := rulings[c.Kind][forCustomer]
	if !ok {
		return nil, fault.New(fault.CaseNotFound)
	}
	_, t, err := a.mend(ctx, c.Deal)
	if err == nil {
		c, err = a.opened(ctx, &t, c.Kind)
	}
	if err != nil {
		return nil, err
	}
	operators, err := a.whoWorks(ctx, t.At.Till)
	if err != nil {
		return nil, err
	}
	plan := &ledger.Plan{ID: posting, Kind: ledger.HoldEnd, Corrects: t.Corrects, Holds: t.thaw(c, rule.back != 0)}
	if rule.back != 0 {
		if err := a.giveWhatIsThere(ctx, c.Kind, &t); err != nil {
			return nil, err
		}
		plan.Legs, plan.Rules = t.legs(), t.Rules
	}
	if len(plan.Legs) > 0 { // else nothing was left and nothing earned
		plan.Kind = rule.back
		back, err := a.uncounts(ctx, t)
		if err != nil {
			return nil, err
		}
		plan.Companions = append(a.explained(plan, t), back...)
	}
	note := rule.word + " by " + by
	if rule.state == deal.Reversed {
		kind := ledger.CashOut
		if c.Kind == deal.WrongDeposit {
			kind = ledger.CashIn
			plan.Companions = append(plan.Companions, a.deals.Undone(t.Customer, t.Deal))
		}
		plan.Companions = append(plan.Companions, a.takenBack(t, deal.Reversed, kind)...)
	}
	plan.Companions = append(plan.Companions,
		a.deals.Change(t.Deal, deal.To(rule.state, posting)),
		a.closes(c, rule.close, note),
		a.message(plan, toCustomer, t.Party.Phone, a.decided(t, rule.word)))
	if c.Kind == deal.WrongDeposit && rule.back == 0 {
		if _, err := a.refreeze(ctx, plan, freed{t.Customer, t.Party.Account, c.Held, c.OpenedAt}, c.Deal); err != nil {
			return nil, err
		}
	}
	plan.Companions = append(plan.Companions, a.tell(plan, operators, func(language string) text { return a.wasDecided(language, t, rule.word) })...)
	plan.Companions = append(plan.Companions, a.audit.Add(audit.Act{Actor: by, Act: "case.decide", Object: "case:" + c.ID.String(),
		Detail: audit.Detail(map[string]any{"decision": rule.word, "deal": c.Deal.String(), "amount": t.Amount, "back": t.given(rule)})})...)
	return plan, nil
}

// giveWhatIsThere makes the undoing as great as there is money for, and t.Held that sum: a wrong deposit goes back as far as it is
// held; a withdrawal that was not paid out of what is held and whatever else the float has now.
func (a *Agents) giveWhatIsThere(ctx context.Context, kind deal.CaseKind, t *MendTerms) error {
	if kind == deal.WrongDeposit {
		t.keepSpent()
		return nil
	}
	float, err := a.ledger.Account(ctx, t.At.Float)
	if err != nil {
		return err
	}
	there := min(t.Amount, t.Held+max(0, float.Available()))
	t.Back.but(t.Amount-there, t.At.Float, t.Party.Account)
	t.Held = there
	return nil
}

// given is how much of the amount went back.
func (t MendTerms) given(r ruling) int64 {
	if r.back == 0 {
		return 0
	}
	return t.Held
}

// explained is the intent that tells a statement where the money came from or went. It is nobody's act, so it is on nobody's phone.
func (a *Agents) explained(plan *ledger.Plan, t MendTerms) []ledger.Companion {
	in := a.wallet.NewIntent(plan.Kind, wallet.Actor{}, wallet.Origin{}, struct {
		Brief wallet.Brief `json:"brief"`
	}{t.Brief})
	in.ID = plan.ID
	return []ledger.Companion{a.wallet.Intents().Open(in), a.wallet.Intents().Close(in, func(*ledger.Outcome) string { return "" })}
}

// CaseView is a case as staff read it.
type CaseView struct {
	deal.Case
	Of      deal.Deal // as it is now
	Shop    string    // "MAMA NJERI, Kawangware"
	Code    string    // the shop code
	Overdue bool      // open for longer than the market wants
}

// Case returns a case with what it is about. The fault is case_not_found.
func (a *Agents) Case(ctx context.Context, caseID id.ID) (CaseView, error) {
	c, err := a.deals.Case(ctx, caseID)
	if err != nil {
		return CaseView{}, err
	}
	return a.caseView(ctx, c)
}

// OpenCases returns the cases that nobody has decided, the oldest first. Nothing decides them but people: money stays held for as long
// as it takes.
func (a *Agents) OpenCases(ctx context.Context, limit int) ([]CaseView, error) {
	open, err := a.deals.Cases(ctx, deal.CaseOpen, limit)
	if err != nil {
		return nil, err
	}
	out := make([]CaseView, len(open))
	for i, c := range open {
		if out[i], err = a.caseView(ctx, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// OverdueCases returns those that are open for longer than the market wants, the oldest first.
func (a *Agents) OverdueCases(ctx context.Context, limit int) ([]CaseView, error) {
	open, err := a.OpenCases(ctx, limit)
	return slices.DeleteFunc(open, func(v CaseView) bool { return !v.Overdue }), err
}

func (a *Agents) caseView(ctx context.Context, c deal.Case) (CaseView, error) {
	v := CaseView{Case: c, Overdue: c.State == deal.CaseOpen && a.now().After(c.OpenedAt.Add(a.rules().DecideWithin))}
	place, err := a.places.ByTill(ctx, c.Till)
	if err != nil {
		return CaseView{}, err
	}
	v.Shop, v.Code = a.shop(place), string(place.Till.Code)
	if !c.Deal.IsZero() {
		v.Of, err = a.deals.Get(ctx, c.Deal)
	}
	return v, err
}
