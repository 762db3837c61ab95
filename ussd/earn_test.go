package ussd_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/ledger"
	"senti/wallet/market"
)

// codeMeant is a code in a text that a person writes: the last one that phone was sent.
var codeMeant = regexp.MustCompile(`\(code [0-9]+\)`)

// asksAll is a market in which every customer is asked by SMS what the agent took.
func asksAll(m *market.Market) *market.Market {
	out := *m
	out.Agents = slices.Clone(m.Agents)
	for i := range out.Agents {
		out.Agents[i].SurveySample = market.RateWhole
	}
	return &out
}

// tightTills is a market in which a till takes in 8,000 a day and pays out 4,000.
func tightTills(m *market.Market) *market.Market {
	out := *m
	out.Agents = slices.Clone(m.Agents)
	for i := range out.Agents {
		out.Agents[i].TillDayIn, out.Agents[i].TillDayOut = 8_000_00, 4_000_00
	}
	return &out
}

// earnJobs are what is done on schedule, and by staff, about what agents earn and take.
func (w *world) earnJobs() {
	for name, run := range map[string]func(context.Context, int) (int, error){
		"ask_customers":      func(ctx context.Context, n int) (int, error) { return w.agents.AskCustomers(ctx, n) },
		"release_commission": func(ctx context.Context, _ int) (int, error) { return w.agents.ReleaseCommission(ctx) },
		"end_days":           func(ctx context.Context, n int) (int, error) { return w.agents.EndDays(ctx, n) },
	} {
		w.jobs[name] = func() string {
			n, err := run(context.Background(), 100)
			if err != nil {
				return w.wallet.Explain(w.lang, err)
			}
			return fmt.Sprint(n)
		}
	}
	w.staff["fund"] = func(amount string) []string { // staff fund 1000: money for commission arrives in trust
		minor, err := w.wallet.ParseAmount(amount)
		w.must(err)
		_, err = w.wallet.Issue(context.Background(), wallet.CommissionFund, minor, w.ids.New().String())
		w.must(err)
		return nil
	}
	w.staff["day"] = func(rest string) []string { // staff day 0712000012 1000: that operator may take in so much a day
		phone, amount, _ := strings.Cut(rest, " ")
		minor, err := w.wallet.ParseAmount(amount)
		w.must(err)
		post, err := w.agents.Post(context.Background(), w.number(phone))
		w.must(err)
		w.must(w.agents.ChangeOperator(context.Background(), "staff:ann", post.Operator.ID, agents.OperatorChange{DayIn: &minor}, false))
		return nil
	}
	w.staff["nominate"] = func(phone string) []string { // staff nominate 0712000011: commission is to be paid to that till
		post, err := w.agents.Post(context.Background(), w.number(strings.TrimSpace(phone)))
		w.must(err)
		_, err = w.ledger.Commit(context.Background(), &ledger.Plan{Companions: w.nomination(post)})
		w.must(err)
		return nil
	}
}

func (w *world) nomination(p network.Post) []ledger.Companion {
	return w.agents.Places().Nominate(p.Agent.ID, p.Till.ID)
}
