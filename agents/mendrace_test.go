package agents_test

import (
	"sync"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// raceRounds is how often two people try each race. Which of them is first is for the databases to say.
const raceRounds = 8

// eachTwo runs fn on both databases with two processes on one of each.
func eachTwo(t *testing.T, fn func(t *testing.T, one, two *town)) {
	t.Helper()
	dbtest.EachPair(t, func(t *testing.T, a, b *db.DB) {
		one := newTown(t, a)
		two := openTown(t, b, one.clock)
		two.people, two.tills, two.bank, two.agent = one.people, one.tills, one.bank, one.agent
		fn(t, one, two)
		one.right()
	})
}

// atOnce does two things at the same moment, and returns what each heard.
func atOnce(first, second func() error) (a, b error) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	wg.Go(func() { <-start; a = first() })
	wg.Go(func() { <-start; b = second() })
	close(start)
	wg.Wait()
	return a, b
}

// mostRounds is how often two try a race at most, until each has been first.
const mostRounds = 40

// race is one that two run until each has been first. Who was first in the round before begins later in the next, by so many reads of
// an account, and twice as many each time it was first again: databases and machines are not even-handed.
type race struct {
	w    *town
	won  [2]int
	lags [2]int
}

// races runs a race round by round, at least as often as a test wants and until each side has been first. A round reports whether the
// first of the two it has run by r.atOnce was.
func (w *town) races(least int, round func(r *race) (first bool)) {
	w.t.Helper()
	r := &race{w: w}
	for n := 0; n < mostRounds && (n < least || r.won[0] == 0 || r.won[1] == 0); n++ {
		winner := 1
		if round(r) {
			winner = 0
		}
		if w.t.Failed() {
			w.t.Fatalf("round %d, won %v", n, r.won)
		}
		r.won[winner]++
		r.lags[winner] = min(2*r.lags[winner]+1, 1<<10)
		r.lags[1-winner] /= 2
	}
	w.t.Logf("won %v", r.won)
	if r.won[0] == 0 || r.won[1] == 0 {
		w.t.Errorf("won %v: no race", r.won)
	}
}

// atOnce runs the round.
func (r *race) atOnce(first, second func() error) (a, b error) {
	return atOnce(r.late(0, first), r.late(1, second))
}

func (r *race) late(side int, do func() error) func() error {
	return func() error {
		for range r.lags[side] {
			if _, err := r.w.ledger.Account(bg, wallet.FeeIncome); err != nil {
				return err
			}
		}
		return do()
	}
}

// oneOf asserts that exactly one of two was done, and that the other heard one of the codes. It reports whether the first was.
func (w *town) oneOf(a, b error, codes ...fault.Code) bool {
	w.t.Helper()
	lost := a
	if a == nil {
		lost = b
	}
	if (a == nil) == (b == nil) {
		w.t.Fatalf("both or neither: %v, %v", a, b)
	}
	for _, c := range codes {
		if fault.HasCode(lost, c) {
			return a == nil
		}
	}
	w.t.Errorf("the other heard %v", lost)
	return a == nil
}

// The operator returns a withdrawal in the instant in which the customer says that it was not paid.
func TestReturnAgainstNotPaid(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.races(raceRounds, func(r *race) bool {
			out := one.takesOut(john, njeri, 2_000_00)
			back, err := one.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: out})
			one.must(err)
			said, err := two.agents.QuoteNotPaid(bg, agents.MendRequest{Who: john, Deal: out})
			one.must(err)
			a, b := r.atOnce(
				func() error { _, err := one.agents.Return(bg, back.Intent, one.pin(njeri)); return err },
				func() error { _, err := two.agents.NotPaid(bg, said.Intent, two.pin(john)); return err })
			returned := one.oneOf(a, b, fault.DealClosed)
			if returned {
				one.is(out, deal.Returned)
				one.holds(njeri, 0)
			} else {
				one.is(out, deal.Disputed)
				one.holds(njeri, 2_000_00)
				_, err := returning(one, njeri, out)
				one.must(err)
			}
			one.has(john, 5_000_00)
			one.has(njeri, 50_000_00)
			return returned
		})
	})
}

// The customer spends in the instant in which the deposit is claimed: nothing is both held and spent.
func TestClaimAgainstSpending(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.races(raceRounds, func(r *race) bool {
			in := one.paysIn(njeri, jane, 2_000_00)
			q, err := one.agents.QuoteClaim(bg, agents.MendRequest{Who: njeri, Deal: in})
			one.must(err)
			a, b := r.atOnce(
				func() error { _, err := one.agents.Claim(bg, q.Intent, one.pin(njeri)); return err },
				func() error { _, err := two.ledger.Commit(bg, two.spending(jane, 3_000_00)); return err })
			one.must(a)
			held := int64(200_00)
			if b != nil {
				one.refused(b, fault.Insufficient)
				held = 2_000_00
			}
			one.caseIs(in, deal.WrongDeposit, deal.CaseOpen, held)
			one.holds(jane, held)
			one.holds(njeri, held)
			_, err = givingBack(one, jane, in)
			one.must(err)
			if b == nil { // John gives it back for the next round
				_, err := one.ledger.Commit(bg, &ledger.Plan{ID: one.wallet.IDs().New(), Kind: ledger.Send, Legs: []ledger.Leg{
					{Account: one.people[john].Account, Amount: -1_200_00}, {Account: one.people[jane].Account, Amount: 1_200_00}}})
				one.must(err)
			}
			one.has(jane, 1_200_00)
			return b != nil
		})
	})
}

// The customer agrees in the instant in which staff decide otherwise.
func TestGivingBackAgainstTheDecision(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		has, float := int64(1_200_00), int64(50_000_00)
		one.races(raceRounds, func(r *race) bool {
			in := one.paysIn(njeri, jane, 2_000_00)
			_, err := claiming(one, njeri, in)
			one.must(err)
			q, err := one.agents.QuoteGiveBack(bg, agents.MendRequest{Who: jane, Deal: in})
			one.must(err)
			a, b := r.atOnce(
				func() error { _, err := one.agents.GiveBack(bg, q.Intent, one.pin(jane)); return err },
				func() error {
					_, err := two.agents.DecideWrongDeposit(bg, "staff:WANJA", deal.CaseOf(in, deal.WrongDeposit), true)
					return err
				})
			agreed := one.oneOf(a, b, fault.CaseClosed, fault.DealClosed)
			if agreed {
				one.is(in, deal.Reversed)
			} else {
				one.is(in, deal.Upheld)
				has, float = has+2_000_00, float-2_000_00
			}
			one.has(jane, has)
			one.has(njeri, float)
			one.holds(jane, 0)
			one.holds(njeri, 0)
			return agreed
		})
	})
}

// The operator returns what was not paid in the instant in which staff decide that it was.
func TestAnswerAgainstTheDecision(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.races(raceRounds/2, func(r *race) bool {
			one.clock.Advance(24 * time.Hour) // no limit of a day is in the way
			out := one.takesOut(john, njeri, 100_00)
			_, err := notPaid(one, john, out)
			one.must(err)
			q, err := one.agents.QuoteReturn(bg, agents.MendRequest{Who: njeri, Deal: out})
			one.must(err)
			before := one.balance(one.people[john].Account)
			a, b := r.atOnce(
				func() error { _, err := one.agents.Return(bg, q.Intent, one.pin(njeri)); return err },
				func() error {
					_, err := two.agents.DecideNotPaid(bg, "staff:WANJA", deal.CaseOf(out, deal.NotPaid), false)
					return err
				})
			want, returned := int64(0), one.oneOf(a, b, fault.CaseClosed, fault.DealClosed)
			if returned {
				want = 111_00
			}
			if got := one.balance(one.people[john].Account) - before; got != want {
				t.Errorf("%d came back, want %d", got, want)
			}
			one.holds(njeri, 0)
			return returned
		})
	})
}
