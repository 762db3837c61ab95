package agents

import (
	"context"
	"fmt"
	"time"

	"senti/agents/deal"
	"senti/agents/survey"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/sweep"
)

// marked is a deal with the mark of one whose customer is asked later what the agent took. The lot is drawn by the deal's ID, so that a
// repeat draws the same.
func (a *Agents) marked(d deal.Deal, at time.Time) deal.Deal {
	if a.drawn(d, at) {
		d.Marks |= deal.Sampled
	}
	return d
}

// asksLater is the companion that plans the question about a deal whose money moves with it, if it was drawn.
func (a *Agents) asksLater(d deal.Deal, at time.Time) []ledger.Companion {
	if !a.drawn(d, at) {
		return nil
	}
	q := survey.Question{Deal: d.ID, Kind: d.Kind, Customer: d.Customer, Phone: d.Phone, Till: d.Till}
	return []ledger.Companion{a.surveys.Plan(q, a.askable(a.market.At(at).Agents))}
}

// drawn reports whether the customer of a deal is to be asked about it. Nobody is asked about the own counter.
func (a *Agents) drawn(d deal.Deal, at time.Time) bool {
	lot := id.Derive(d.ID, "senti.survey.v1")
	return d.Customer != 0 && !d.Marks.Has(deal.Own) && sampled(lot[:], a.market.At(at).Agents.SurveySample)
}

// No phone is disturbed from the hour quietFrom to the hour quietTo, by the market's clock. Who withdraws in the evening is asked in
// the morning: an agent who took more by night would otherwise never be found out.
const (
	quietFrom = 20
	quietTo   = 7
)

// askable says when a question about a deal may be asked, by the time of the deal.
func (a *Agents) askable(rules *market.AgentRules) func(at time.Time) (due, until time.Time) {
	return func(at time.Time) (due, until time.Time) {
		due, until = at.Add(rules.SurveyAfter), at.Add(rules.SurveyWithin)
		if morning, quiet := a.quiet(due); quiet {
			return morning, morning.Add(rules.SurveyWithin - rules.SurveyAfter)
		}
		return due, until
	}
}

// quiet reports whether no phone is disturbed at a moment, and until when.
func (a *Agents) quiet(at time.Time) (morning time.Time, quiet bool) {
	local := at.In(a.market.Zone)
	y, m, d := local.Date()
	switch hour := local.Hour(); {
	case hour >= quietFrom:
		d++
	case hour >= quietTo:
		return time.Time{}, false
	}
	return time.Date(y, m, d, quietTo, 0, 0, 0, a.market.Zone).UTC(), true
}

// AskCustomers asks customers by SMS what the agent took, half an hour to an hour after their deal, and returns how many it has asked;
// page is how many are read at once. Nobody is asked at night, nor twice in a week, nor about a deal that was undone. It may run
// twice at the same time.
func (a *Agents) AskCustomers(ctx context.Context, page int) (asked int, err error) {
	now := a.now()
	asked, err = sweep.All(ctx, func(after questionDue) ([]questionDue, error) { return a.questionsDue(ctx, now, after, page) },
		func(q questionDue) (bool, error) {
			plan, asks, err := a.questionPlan(ctx, q.Question, q.deal, now)
			if err == nil {
				_, err = a.ledger.Commit(ctx, plan)
			}
			if fault.HasCode(err, fault.CounterChanged) { // another process was there
				return false, nil
			}
			return asks, err
		})
	a.wallet.Wake()
	return asked, err
}

// questionDue is a question and what it is about.
type questionDue struct {
	survey.Question
	deal deal.Deal
}

func (a *Agents) questionsDue(ctx context.Context, now time.Time, after questionDue, page int) ([]questionDue, error) {
	due, err := a.surveys.Due(ctx, now, after.Question, page)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	ids := make([]id.ID, len(due))
	for i, q := range due {
		ids[i] = q.Deal
	}
	deals, err := a.deals.Among(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]questionDue, len(due))
	for i, q := range due {
		out[i] = questionDue{q, deals[q.Deal]}
	}
	return out, nil
}

// questionPlan is what becomes of a question whose time has come, and whether it is asked.
func (a *Agents) questionPlan(ctx context.Context, q survey.Question, d deal.Deal, now time.Time) (plan *ledger.Plan, asks bool, err error) {
	only := func(c ledger.Companion) (*ledger.Plan, bool, error) {
		return &ledger.Plan{Companions: []ledger.Companion{c}}, false, nil
	}
	if morning, quiet := a.quiet(now); quiet && now.Before(q.Until) {
		return only(a.surveys.Postpone(q, morning, morning.Add(q.Until.Sub(q.Due))))
	}
	if !now.Before(q.Until) {
		return only(a.surveys.Drop(q, survey.Late))
	}
	last, found, err := a.surveys.LastOf(ctx, q.Customer)
	switch {
	case err != nil:
		return nil, false, err
	case d.State != deal.Done, found && now.Sub(last.AskedAt) < survey.Again:
		return only(a.surveys.Drop(q, survey.Dropped))
	}
	c, err := a.wallet.Customer(ctx, q.Phone)
	if fault.HasCode(err, fault.NotRegistered) { // the wallet is gone since
		return only(a.surveys.Drop(q, survey.Dropped))
	}
	if err != nil {
		return nil, false, err
	}
	quiet, err := a.wallet.Customers().IsQuiet(ctx, c.ID)
	if err != nil {
		return nil, false, err
	}
	if quiet || c.ID != d.Customer { // wants no messages but those about money, or has the number since
		return only(a.surveys.Drop(q, survey.Dropped))
	}
	place, err := a.places.ByTill(ctx, q.Till)
	if err != nil {
		return nil, false, err
	}
	key := "sms.survey.in"
	if q.Kind != ledger.CashIn {
		key = "sms.survey.out"
	}
	text := a.texts.Say(c.Language, key, i18n.Text("shop", a.shop(place)), a.wallet.Money("fee", d.Fee), i18n.Text("reply", a.market.ReplyTo), i18n.Text("code", q.Code))
	return &ledger.Plan{Companions: append(a.surveys.Ask(q), a.wallet.Messages().Add(
		outbox.Survey, outbox.MessageID(id.Derive(q.Deal, "senti.survey.sms.v1"), toCustomer), q.Phone, func(*ledger.Outcome) string { return text }))}, true, nil
}

// AnswerSurvey takes what a customer answers by SMS to the question with that code, "" for the one there is, and reports whether it was
// open. It counts once: the same answer again is taken and changes nothing, another one is not taken. When a till's answers
// weigh enough, a case is opened for staff.
func (a *Agents) AnswerSurvey(ctx context.Context, phone msisdn.Number, code string, yes bool) (taken bool, err error) {
	c, err := a.wallet.Customer(ctx, phone)
	if fault.HasCode(err, fault.NotRegistered) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for range answerTries {
		q, found, err := a.surveys.LastOf(ctx, c.ID)
		switch {
		case err != nil:
			return false, err
		case !found, q.Phone != phone, code != "" && code != q.Code, !a.now().Before(q.Until):
			return false, nil
		case q.State.Answered():
			return (q.State == survey.Yes) == yes, nil
		}
		if err := a.countAnswer(ctx, q, yes); !fault.HasCode(err, fault.CounterChanged) {
			return err == nil, err
		}
	}
	return false, fault.New(fault.Busy)
}

// answerTries is how often an answer is counted anew because others were counted in the same moment.
const answerTries = 20

func (a *Agents) countAnswer(ctx context.Context, q survey.Question, yes bool) error {
	was, err := a.surveys.Record(ctx, q.Till)
	if err != nil {
		return err
	}
	after := was.With(yes, a.now())
	plan := &ledger.Plan{Companions: a.surveys.Answer(q, was, yes, after.Weighs())}
	if after.Weighs() {
		plan.Companions = append(plan.Companions, a.deals.OpenCase(deal.Case{
			Kind: deal.Overcharged, Deal: q.Deal, Customer: q.Customer, Till: q.Till,
			Evidence: fmt.Sprintf("%d of %d customers who answered since %s say that more than the fee was taken at this till.",
				after.Yes, after.Yes+after.No, a.market.DayMonth(after.Since)),
		}))
	}
	_, err = a.ledger.Commit(ctx, plan)
	return err
}

// Surveys returns what customers were asked about deals, and what they say of tills.
func (a *Agents) Surveys() *survey.Store { return a.surveys }
