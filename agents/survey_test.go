package agents_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/survey"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/id"
	"senti/wallet/key"
	"senti/wallet/market"
	"senti/wallet/msisdn"
)

// askingTown is a town in which every customer is drawn to be asked.
func askingTown(t *testing.T, d *db.DB) *town {
	t.Helper()
	w := newTown(t, d)
	w.asksAll()
	return w
}

func (w *town) asksAll() {
	w.ruled(func(rules *market.AgentRules) { rules.SurveySample = market.RateWhole })
}

// ruled gives the town other rules of the counter.
func (w *town) ruled(change func(*market.AgentRules)) {
	m := *w.wallet.Market()
	m.Agents = slices.Clone(m.Agents)
	for i := range m.Agents {
		change(&m.Agents[i])
	}
	w.wallet = wallet.New(wallet.Parts{DB: w.db, Ledger: w.ledger, Market: &m, Texts: w.wallet.Texts(), Keys: key.Demo(), Clock: w.clock, IDs: id.Random{}})
	w.agents = agents.New(w.wallet, w.db)
}

// asks runs the job, and asserts how many customers it has asked.
func (w *town) asks(want int) {
	w.t.Helper()
	got, err := w.agents.AskCustomers(bg, 100)
	if err != nil || got != want {
		w.t.Errorf("asked %d (%v), want %d", got, err, want)
	}
}

// answers has a customer answer, and asserts whether it was taken.
func (w *town) answers(phone msisdn.Number, code string, yes, want bool) {
	w.t.Helper()
	taken, err := w.agents.AnswerSurvey(bg, phone, code, yes)
	if err != nil || taken != want {
		w.t.Errorf("%s %q %t: %t, %v", phone, code, yes, taken, err)
	}
}

// codeOf is the code that a customer was sent last.
func (w *town) codeOf(phone msisdn.Number) string {
	w.t.Helper()
	_, code, _ := strings.Cut(w.lastTexts()[phone], "code ")
	return strings.TrimSuffix(code, ".")
}

func (w *town) record(operator msisdn.Number) survey.Record {
	w.t.Helper()
	r, err := w.agents.Surveys().Record(bg, w.tills[operator].ID)
	w.must(err)
	return r
}

func TestSurvey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := askingTown(t, d)
		w.takesOut(john, njeri, 1_000_00)
		w.clock.Advance(29 * time.Minute)
		w.asks(0)
		w.clock.Advance(2 * time.Minute)
		w.asks(1)
		w.asks(0)
		code := w.codeOf(john)
		if want := "Did the agent at MAMA NJERI, Kangemi take more than the fee, Ksh 29? SMS to 20384: 1 (yes) or 2 (no), and the code " + code + "."; w.lastTexts()[john] != want || len(code) != 4 {
			t.Errorf("text %q", w.lastTexts()[john])
		}
		if w.newest(njeri).Marks&deal.Sampled == 0 {
			t.Error("the deal is not marked")
		}
		w.answers(jane, code, true, false)
		w.answers("+254799999999", code, true, false)
		w.answers(john, "0000", true, false)
		w.answers(john, code, true, true)
		w.answers(john, "", true, true)
		w.answers(john, code, false, false)
		if r := w.record(njeri); r.Yes != 1 || r.No != 0 || r.AllAsked != 1 || r.AllYes != 1 {
			t.Errorf("record %+v", r)
		}
		w.takesOut(john, njeri, 500_00) // within the week
		w.paysIn(otieno, jane, 500_00)
		w.clock.Advance(31 * time.Minute)
		w.asks(1)
		if text := w.lastTexts()[jane]; !strings.HasPrefix(text, "Did the agent at OTIENO KIOSK, Kawangware take money for your deposit? It is free.") {
			t.Errorf("text %q", text)
		}
		w.clock.Advance(survey.AnswerIn)
		w.answers(jane, "", false, false) // too late
		w.clock.Advance(survey.Again)
		w.takesOut(john, njeri, 500_00)
		w.clock.Advance(31 * time.Minute)
		w.asks(1)
		w.answers(john, "", false, true)
		if r := w.record(njeri); r.Yes != 1 || r.No != 1 || r.AllAsked != 2 {
			t.Errorf("record %+v", r)
		}
		asked, err := w.agents.Surveys().OfTill(bg, w.tills[njeri].ID, time.Time{}.Add(time.Hour), 10)
		if err != nil || len(asked) != 2 || asked[0].State != survey.No || asked[1].State != survey.Yes {
			t.Errorf("asked %+v, %v", asked, err)
		}
	})
}

// Nobody is asked at night, about what was undone, about the own counter, or too late.
func TestSurveySpares(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := askingTown(t, d)
		returned := w.takesOut(john, njeri, 500_00)
		q, err := w.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: returned})
		w.must(err)
		_, err = w.agents.Return(bg, q.Intent, w.pin(njeri))
		w.must(err)
		w.clock.Advance(31 * time.Minute)
		w.asks(0)

		w.clock.Set(time.Date(2026, 12, 3, 16, 45, 0, 0, time.UTC)) // 19:45 in Nairobi
		w.takesOut(john, njeri, 500_00)
		w.clock.Set(time.Date(2026, 12, 3, 16, 25, 0, 0, time.UTC).Add(time.Hour))
		w.asks(0) // 20:25
		w.clock.Set(time.Date(2026, 12, 4, 3, 59, 0, 0, time.UTC))
		w.asks(0) // 06:59
		w.clock.Set(time.Date(2026, 12, 4, 4, 1, 0, 0, time.UTC))
		w.asks(1)

		w.paysIn(njeri, jane, 500_00)
		w.clock.Advance(2 * time.Hour) // nobody looked for so long
		w.asks(0)
		w.paysIn(njeri, jane, 600_00)
		w.clock.Set(time.Date(2026, 12, 4, 16, 25, 0, 0, time.UTC)) // 19:25
		w.paysIn(njeri, jane, 700_00)
		w.clock.Set(time.Date(2026, 12, 4, 17, 5, 0, 0, time.UTC)) // 20:05: it was due, and is put off
		w.asks(0)
		w.clock.Set(time.Date(2026, 12, 5, 4, 10, 0, 0, time.UTC))
		w.asks(1)
	})
}

// When three say that the agent took more, and they are not few among those who answer, staff get a case, once in thirty days.
func TestSurveyOpensACase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := askingTown(t, d)
		for week, yes := range []bool{true, false, true, false, false, true, true} {
			for _, phone := range []msisdn.Number{john, jane} {
				w.takesOut(phone, njeri, 50_00)
			}
			w.clock.Advance(31 * time.Minute)
			w.asks(2)
			w.answers(john, "", yes, true)
			w.answers(jane, "", yes, true)
			w.clock.Advance(survey.Again)
			cases, err := w.agents.Deals().Cases(bg, deal.CaseOpen, 10)
			w.must(err)
			want := 0
			if week >= 2 {
				want = 1
			}
			if week >= 6 { // a new month began with week 5
				want = 2
			}
			if len(cases) != want {
				t.Fatalf("week %d: %d cases", week, len(cases))
			}
			if week == 2 && (cases[0].Kind != deal.Overcharged || cases[0].Till != w.tills[njeri].ID ||
				cases[0].Evidence != "3 of 5 customers who answered since 3/12 say that more than the fee was taken at this till.") {
				t.Errorf("case %+v", cases[0])
			}
		}
		open, err := w.agents.OpenCases(bg, 10)
		w.must(err)
		w.verdict(open[0], agents.ForSenti, agents.ForCustomer, "overcharged by staff:bob", deal.CaseGranted)
		if r := w.record(njeri); r.AllCases != 2 || r.AllYes != 8 || r.AllNo != 6 {
			t.Errorf("record %+v", r)
		}
	})
}

// Two processes ask, and texts answer through both, at the same moment: one question, one answer.
func TestSurveyByTwo(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.asksAll()
		two.asksAll()
		towns := []*town{one, two}
		const weeks = 4
		for range weeks {
			for _, phone := range []msisdn.Number{john, jane} {
				one.takesOut(phone, njeri, 50_00)
			}
			one.clock.Advance(31 * time.Minute)
			var group sync.WaitGroup
			asked, errs := make([]int, 4), make([]error, 4)
			for i := range asked {
				group.Go(func() { asked[i], errs[i] = towns[i%2].agents.AskCustomers(bg, 100) })
			}
			group.Wait()
			for _, err := range errs {
				one.must(err)
			}
			if asked[0]+asked[1]+asked[2]+asked[3] != 2 {
				t.Errorf("asked %v", asked)
			}
			taken, errs := make([]bool, 8), make([]error, 8)
			for i := range taken {
				group.Go(func() {
					taken[i], errs[i] = towns[i%2].agents.AnswerSurvey(bg, []msisdn.Number{john, jane}[i/2%2], "", i < 4)
				})
			}
			group.Wait()
			for i, phone := range []int{0, 2} { // of each: two texts say yes, and two no
				for _, j := range []int{phone, phone + 1, phone + 4, phone + 5} {
					one.must(errs[j])
				}
				if yes, no := taken[phone] && taken[phone+1], taken[phone+4] && taken[phone+5]; yes == no || taken[phone] != taken[phone+1] {
					t.Errorf("customer %d: taken %v", i, taken)
				}
			}
			one.clock.Advance(survey.Again)
		}
		if r := one.record(njeri); r.AllAsked != 2*weeks || r.AllYes+r.AllNo != 2*weeks {
			t.Errorf("record %+v", r)
		}
		if texts := one.rowsOf(`SELECT COUNT(*) FROM messages WHERE body LIKE 'Did the agent%'`); texts != 2*weeks {
			t.Errorf("%d texts", texts)
		}
	})
}
