package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/clock"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// ahead is one more process, whose clock is a microsecond ahead: what is just in time elsewhere is too late there.
func (w *town) ahead() *town {
	other := openTown(w.t, w.db, clock.NewFake(w.clock.Now().Add(time.Microsecond)))
	other.people, other.tills, other.bank, other.agent = w.people, w.tills, w.bank, w.agent
	return other
}

// sweep is one of the functions that end what nobody has answered in time, and how many it ended.
type sweep struct {
	expired int
	run     func() (int, error)
}

func (s *sweep) do() (err error) { s.expired, err = s.run(); return err }

// inTime asserts that either the act was done or the sweep ended what it was about, and reports whether it was the act.
func (w *town) inTime(act, swept error, s *sweep, other fault.Code) bool {
	w.t.Helper()
	if swept != nil || act != nil && !fault.HasCode(act, other) || (act == nil) == (s.expired == 1) {
		w.t.Fatalf("the act: %v; the sweep: %v, %d ended", act, swept, s.expired)
	}
	return act == nil
}

// One withdrawal code at two tills at once; at a till while its owner takes it back; at a till while its time runs out.
func TestOneCashCodeManyHands(t *testing.T) {
	for name, against := range map[string]func(two *town, pays func() error, there id.ID, r *race) (first, paid bool){
		"another till": func(two *town, pays func() error, there id.ID, r *race) (bool, bool) {
			a, b := r.atOnce(pays, func() error { _, err := two.agents.Payout(bg, there, two.pin(otieno)); return err })
			return two.oneOf(a, b, fault.CodeGone), true
		},
		"its owner": func(two *town, pays func() error, _ id.ID, r *race) (bool, bool) {
			a, b := r.atOnce(pays, func() error { _, err := two.agents.CancelCashCode(bg, john, wallet.Origin{}); return err })
			first := two.oneOf(a, b, fault.CodeGone)
			return first, first
		},
		"the clock": func(two *town, pays func() error, _ id.ID, r *race) (bool, bool) {
			two.clock.Advance(9*time.Minute - time.Microsecond)
			ahead := two.ahead()
			s := sweep{run: func() (int, error) { return ahead.agents.ExpireCashCodes(bg, 10) }}
			a, b := r.atOnce(pays, s.do)
			first := two.inTime(a, b, &s, fault.CodeGone)
			return first, first
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachTwo(t, func(_ *testing.T, one, two *town) {
				has := map[msisdn.Number]int64{john: 5_000_00, njeri: 50_000_00, otieno: 800_00}
				fees := int64(0)
				one.races(raceRounds/2, func(r *race) bool {
					one.clock.Advance(24 * time.Hour) // no limit of a day is in the way
					made := one.cashCode(john, 100_00)
					one.clock.Advance(time.Minute)
					here, err := one.types(njeri, john, made.Code)
					one.must(err)
					there, err := two.types(otieno, john, made.Code)
					one.must(err)
					pays := func() error { _, err := one.agents.Payout(bg, here.Intent, one.pin(njeri)); return err }
					first, paid := against(two, pays, there.Intent, r)
					if paid {
						has[john], fees = has[john]-111_00, fees+11_00
						payer := njeri
						if !first {
							payer = otieno
						}
						has[payer] += 100_00
					}
					one.holds(john, 0)
					for who, much := range has {
						one.has(who, much)
					}
					return first
				})
				one.fees(fees)
			})
		})
	}
}

// One deposit code at two tills at once.
func TestOneDepositCodeTwoTills(t *testing.T) {
	eachTwo(t, func(_ *testing.T, one, two *town) {
		deposits := int64(0)
		one.float(otieno, 5_000_00)
		one.races(raceRounds/2, func(r *race) bool {
			one.clock.Advance(24 * time.Hour)
			code, err := one.agents.DepositCode(bg, jane, wallet.Origin{})
			one.must(err)
			here, err := one.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, Code: code.Code, Amount: 100_00})
			one.must(err)
			there, err := two.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: otieno, Code: code.Code, Amount: 100_00})
			one.must(err)
			a, b := r.atOnce(
				func() error { _, err := one.agents.CashIn(bg, here.Intent, one.pin(njeri)); return err },
				func() error { _, err := two.agents.CashIn(bg, there.Intent, two.pin(otieno)); return err })
			deposits++
			one.has(jane, 1_200_00+deposits*100_00)
			return one.oneOf(a, b, fault.CodeGone)
		})
	})
}

// A request answered at two nodes at once: yes and no, yes and taken back, yes and too late. One counts, and both hear of it.
func TestOneAskManyAnswers(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		has, float := int64(5_000_00), int64(50_000_00)
		for _, other := range []func(elsewhere id.ID) (string, error){
			func(elsewhere id.ID) (string, error) { return two.agents.Refuse(bg, elsewhere, wallet.Origin{}) },
			func(id.ID) (string, error) { return two.agents.TakeBack(bg, njeri, john, wallet.Origin{}) },
			nil, // the clock
		} {
			one.races(raceRounds/2, func(r *race) (approved bool) {
				one.clock.Advance(24 * time.Hour)
				approval := one.requests(njeri, john, 100_00)
				elsewhere := two.sees(john)
				yes := func() error { _, err := one.agents.Approve(bg, approval, one.pin(john)); return err }
				if other != nil {
					end := ""
					a, b := r.atOnce(yes, func() (err error) { end, err = other(elsewhere); return err })
					one.must(b) // too late, it says that the customer has said yes
					approved = a == nil
					if approved == (strings.Contains(end, "Nothing was taken out")) || a != nil && !fault.HasCode(a, fault.AskGone) {
						t.Fatalf("approved: %v; the other heard %q", a, end)
					}
				} else {
					one.clock.Advance(5*time.Minute - time.Microsecond)
					ahead := two.ahead()
					s := sweep{run: func() (int, error) { return ahead.agents.ExpireAsks(bg, 10) }}
					a, b := r.atOnce(yes, s.do)
					approved = one.inTime(a, b, &s, fault.AskGone)
				}
				if approved {
					has, float = has-111_00, float+100_00
				}
				one.has(john, has)
				one.has(njeri, float)
				return approved
			})
		}
	})
}

// The same yes arrives at two nodes, and a yes from two pages: it is one act, and both hear of one receipt.
func TestOneYesTwice(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		for round := range raceRounds / 2 {
			one.clock.Advance(24 * time.Hour)
			approval := one.requests(njeri, john, 100_00)
			elsewhere := approval
			if round%2 == 1 {
				elsewhere = two.sees(john)
			}
			var receipts [2]agents.CashOutReceipt
			a, b := atOnce(
				func() (err error) { receipts[0], err = one.agents.Approve(bg, approval, one.pin(john)); return err },
				func() (err error) { receipts[1], err = two.agents.Approve(bg, elsewhere, two.pin(john)); return err })
			if a != nil || b != nil || receipts[0] != receipts[1] || receipts[0].Code == "" {
				t.Fatalf("%v, %v, %+v", a, b, receipts)
			}
		}
		one.has(njeri, 50_000_00+raceRounds/2*100_00)
	})
}

// Two operators ask one customer at once: there is one request, and it is the one that the customer sees.
func TestTwoAskAtOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.races(raceRounds/2, func(r *race) bool {
			one.clock.Advance(24 * time.Hour)
			a, b := r.atOnce(
				func() error {
					_, err := one.agents.Ask(bg, agents.AskRequest{Operator: njeri, From: john, Amount: 100_00})
					return err
				},
				func() error {
					_, err := two.agents.Ask(bg, agents.AskRequest{Operator: otieno, From: john, Amount: 200_00})
					return err
				})
			njeris := one.oneOf(a, b, fault.AskPending)
			p, pending, err := one.agents.PendingFor(bg, john)
			if one.must(err); !pending || (p.Amount == 100_00) != njeris {
				t.Errorf("%+v", p)
			}
			return njeris
		})
	})
}

// Two customers drain one till's float, from two processes: it goes to one of them, and the other keeps the cash.
func TestTwoCustomersOneFloat(t *testing.T) {
	eachTwo(t, func(_ *testing.T, one, two *town) {
		one.races(raceRounds/2, func(r *race) bool {
			one.clock.Advance(24 * time.Hour)
			one.empty(otieno, 500_00)
			var quotes [2]agents.CashInQuote
			for i, who := range []msisdn.Number{john, jane} {
				code, err := one.agents.DepositCode(bg, who, wallet.Origin{})
				one.must(err)
				quotes[i], err = []*town{one, two}[i].agents.QuoteCashIn(bg, agents.CashInRequest{Operator: otieno, Code: code.Code, Amount: 400_00})
				one.must(err)
			}
			a, b := r.atOnce(
				func() error { _, err := one.agents.CashIn(bg, quotes[0].Intent, one.pin(otieno)); return err },
				func() error { _, err := two.agents.CashIn(bg, quotes[1].Intent, two.pin(otieno)); return err })
			one.has(otieno, 100_00)
			return one.oneOf(a, b, fault.TillShort)
		})
	})
}

// A yes to a deposit at the moment its time runs out.
func TestYesAndTooLate(t *testing.T) {
	eachTwo(t, func(_ *testing.T, one, two *town) {
		has, float := int64(1_200_00), int64(50_000_00)
		one.races(raceRounds/2, func(r *race) bool {
			one.clock.Advance(24 * time.Hour)
			q, err := one.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 6_000_00})
			one.must(err)
			_, err = one.agents.CashIn(bg, q.Intent, one.pin(njeri))
			one.must(err)
			one.clock.Advance(24*time.Hour - time.Microsecond)
			ahead := two.ahead()
			s := sweep{run: func() (int, error) { return ahead.agents.ExpireCashIns(bg, 10) }}
			a, b := r.atOnce(func() error {
				_, err := one.agents.Answer(bg, agents.AnswerRequest{Customer: jane, Deal: q.Intent, Yes: true})
				return err
			}, s.do)
			state, yes := deal.Expired, one.inTime(a, b, &s, fault.DealClosed)
			if yes {
				has, float, state = has+6_000_00, float-6_000_00, deal.Done
			}
			one.is(q.Intent, state)
			one.has(jane, has)
			one.has(njeri, float)
			one.holds(njeri, 0)
			if float < 12_000_00 { // for the next rounds
				_, err := one.wallet.Issue(bg, one.tills[njeri].Float, 30_000_00, one.wallet.IDs().New().String())
				one.must(err)
				float += 30_000_00
			}
			return yes
		})
	})
}
