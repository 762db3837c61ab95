package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

func TestWrongDepositGivenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		in := w.paysIn(njeri, jane, 2_000_00)
		w.earned(11_00)
		list, err := w.agents.Claimable(bg, njeri)
		w.must(err)
		if len(list) != 1 || list[0].Deal != in || list[0].Whom != "JANE W" {
			t.Errorf("may be claimed: %+v", list)
		}
		_, err = claiming(w, otieno, in)
		w.refused(err, fault.DealNotFound)
		_, err = claiming(w, njeri, in)
		w.must(err)
		w.is(in, deal.Claimed)
		w.caseIs(in, deal.WrongDeposit, deal.CaseOpen, 2_000_00)
		w.holds(jane, 2_000_00)
		w.holds(njeri, 2_000_00)
		w.has(jane, 3_200_00)
		w.told(map[msisdn.Number]string{
			jane:  "MAMA NJERI, Kangemi says its Ksh 2,000 in your wallet is not yours. Ksh 2,000 is set aside, NOT taken.",
			njeri: "Wrong deposit Ksh 2,000 to JANE W 0712***002: Ksh 2,000 of it is held",
		})
		_, err = claiming(w, njeri, in)
		w.refused(err, fault.DealClosed)

		asked, err := w.agents.AskedOf(bg, jane)
		w.must(err)
		if len(asked) != 1 || !asked[0].Wrong || asked[0].Held != 2_000_00 {
			t.Fatalf("asked %+v", asked)
		}
		q, err := w.agents.QuoteGiveBack(bg, agents.MendRequest{Who: jane, Deal: in})
		w.must(err)
		_, err = w.agents.GiveBack(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.WrongPIN)
		_, err = givingBack(w, jane, in)
		w.must(err)
		w.has(jane, 1_200_00)
		w.has(njeri, 50_000_00)
		w.holds(jane, 0)
		w.holds(njeri, 0)
		w.earned(0)
		w.is(in, deal.Reversed)
		w.caseIs(in, deal.WrongDeposit, deal.CaseDropped, 2_000_00)
		w.told(map[msisdn.Number]string{jane: "You GAVE BACK Ksh 2,000 to MAMA NJERI", njeri: "JANE W 0712***002 GAVE BACK Ksh 2,000 of Ksh 2,000. Ksh 8.80 earned taken back."})
		_, err = givingBack(w, jane, in)
		w.refused(err, fault.DealClosed)
		w.right()
	})
}

// A deposit that waited for the customer's yes is undone where its money was posted.
func TestWrongDepositThatWaited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		in := w.paysIn(njeri, jane, 20_000_00)
		_, err := claiming(w, njeri, in)
		w.must(err)
		_, err = givingBack(w, jane, in)
		w.must(err)
		w.has(jane, 1_200_00)
		w.has(njeri, 50_000_00)
		w.earned(0)
		w.right()
	})
}

// What is spent is the agent's loss, and the till holds no more of its own than the wallet does, nor more than it has.
func TestWrongDepositSpent(t *testing.T) {
	for _, c := range []struct {
		name              string
		spend, left       int64 // by Jane of 3,200; what the till has left
		held, till, earns int64 // afterwards
	}{
		{"some of it", 1_500_00, 47_000_00, 1_700_00, 1_700_00, 0},
		{"some of it, and the till is short", 1_500_00, 300_00, 1_700_00, 300_00, 0},
		{"all of it", 3_200_00, 47_000_00, 0, 0, 0},
	} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newTown(t, d)
			in := w.paysIn(njeri, jane, 2_000_00)
			w.spends(jane, c.spend)
			w.empty(njeri, c.left)
			_, err := claiming(w, njeri, in)
			w.must(err)
			w.holds(jane, c.held)
			w.holds(njeri, c.till)
			opened := w.caseIs(in, deal.WrongDeposit, deal.CaseOpen, c.held)
			asked, err := w.agents.AskedOf(bg, jane)
			w.must(err)
			if c.held == 0 {
				if len(asked) != 0 {
					t.Errorf("%s: asked for what is spent: %+v", c.name, asked)
				}
				_, err = w.agents.DecideWrongDeposit(bg, "staff:WANJA", opened.ID, false)
			} else {
				_, err = givingBack(w, jane, in)
			}
			w.must(err)
			w.has(jane, 3_200_00-c.spend-c.held)
			w.has(njeri, c.left+c.held)
			w.holds(njeri, 0)
			w.earned(c.earns)
			w.is(in, deal.Reversed)
			w.right()
		})
	}
}

// spends moves money from a wallet to John's, without fee or limit.
func (w *town) spends(phone msisdn.Number, amount int64) {
	w.t.Helper()
	_, err := w.ledger.Commit(bg, w.spending(phone, amount))
	w.must(err)
}

func (w *town) spending(phone msisdn.Number, amount int64) *ledger.Plan {
	return &ledger.Plan{ID: w.wallet.IDs().New(), Kind: ledger.Send, Legs: []ledger.Leg{
		{Account: w.people[phone].Account, Amount: -amount}, {Account: w.people[john].Account, Amount: amount},
	}}
}

// Who says that the money is theirs is not asked again; it stays held, for as long as staff take.
func TestWrongDepositKept(t *testing.T) {
	for _, forCustomer := range []bool{true, false} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newTown(t, d)
			in := w.paysIn(njeri, jane, 2_000_00)
			_, err := claiming(w, njeri, in)
			w.must(err)
			keep := agents.MendRequest{Who: jane, Deal: in}
			end, err := w.agents.KeepDeposit(bg, keep)
			w.must(err)
			if end == "" {
				t.Error("nothing is said")
			}
			_, err = w.agents.KeepDeposit(bg, keep)
			w.refused(err, fault.DealClosed)
			if asked, err := w.agents.AskedOf(bg, jane); err != nil || len(asked) != 0 {
				t.Errorf("asked again: %+v, %v", asked, err)
			}
			w.told(map[msisdn.Number]string{njeri: "JANE W 0712***002 says the Ksh 2,000 was not a mistake."})
			w.clock.Advance(400 * 24 * time.Hour)
			_, err = w.ledger.Expire(bg, w.clock.Now(), 10)
			w.must(err)
			w.holds(jane, 2_000_00)
			w.overdue(1)
			_, err = w.agents.DecideWrongDeposit(bg, "staff:WANJA", deal.CaseOf(in, deal.WrongDeposit), forCustomer)
			w.must(err)
			w.holds(jane, 0)
			w.holds(njeri, 0)
			w.decidedOnce(deal.CaseOf(in, deal.WrongDeposit))
			if forCustomer {
				w.has(jane, 3_200_00)
				w.earned(11_00)
				w.is(in, deal.Upheld)
				w.told(map[msisdn.Number]string{jane: "the Ksh 2,000 from MAMA NJERI, Kangemi is yours", njeri: "the Ksh 2,000 stays with JANE W"})
			} else {
				w.has(jane, 1_200_00)
				w.has(njeri, 50_000_00)
				w.earned(0)
				w.is(in, deal.Reversed)
				w.told(map[msisdn.Number]string{jane: "Ksh 2,000 of Ksh 2,000, not yours, BACK", njeri: "Ksh 2,000 is back from JANE W"})
			}
			w.right()
		})
	}
}

func TestWrongDepositTooLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		in := w.paysIn(njeri, jane, 2_000_00)
		out := w.takesOut(john, njeri, 500_00)
		_, err := claiming(w, njeri, out)
		w.refused(err, fault.DealNotFound)
		w.clock.Advance(29 * time.Minute)
		q, err := w.agents.QuoteClaim(bg, agents.MendRequest{Who: njeri, Deal: in})
		w.must(err)
		w.clock.Advance(time.Minute + time.Second)
		_, err = w.agents.Claim(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.TooLate)
		w.holds(jane, 0)
		if list, err := w.agents.Claimable(bg, njeri); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// An intent of one act is no key to another.
func TestMendingIntentsDoNotMix(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		in, out := w.paysIn(njeri, jane, 500_00), w.takesOut(john, njeri, 500_00)
		claim, err := w.agents.QuoteClaim(bg, agents.MendRequest{Who: njeri, Deal: in})
		w.must(err)
		dispute, err := w.agents.QuoteNotPaid(bg, agents.MendRequest{Who: john, Deal: out})
		w.must(err)
		_, err = w.agents.NotPaid(bg, claim.Intent, w.pin(njeri))
		w.refused(err, fault.BadRequest)
		_, err = w.agents.Claim(bg, dispute.Intent, w.pin(john))
		w.refused(err, fault.BadRequest)
		_, err = w.agents.Return(bg, dispute.Intent, w.pin(john))
		w.refused(err, fault.BadRequest)
	})
}

// The terms fit their column even when every name and number in them is as long as it gets.
func TestTermsFit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		in := w.paysIn(njeri, jane, 20_000_00)
		_, err := claiming(w, njeri, in)
		w.must(err)
		q, err := w.agents.QuoteGiveBack(bg, agents.MendRequest{Who: jane, Deal: in})
		w.must(err)
		r, err := w.wallet.Intents().Get(bg, q.Intent)
		w.must(err)
		const grow = 9*5 + 2*22 + 20 + 3*9 + 60 // accounts, name and shop, amounts, an operator's limits
		if n := len(r.Terms) + grow; n > 1000 {
			t.Errorf("terms of up to %d bytes: %s", n, r.Terms)
		}
	})
}

// Jane has set all her money aside behind a withdrawal code or a reservation when a deposit to her is claimed. As soon as it is free
// again the claim holds it, on both sides, before she can spend it, and both hear so.
func TestClaimHoldsWhatComesFree(t *testing.T) {
	for name, aside := range map[string]func(w *town, amount int64) (end func()){
		"a code that runs out": func(w *town, amount int64) func() {
			code := w.cashCode(jane, amount)
			return func() {
				w.clock.Set(code.Until)
				n, err := w.agents.ExpireCashCodes(bg, 10)
				w.must(err)
				if n != 1 {
					w.t.Errorf("%d ended", n)
				}
			}
		},
		"a code that is taken back": func(w *town, amount int64) func() {
			w.cashCode(jane, amount)
			return func() {
				_, err := w.agents.CancelCashCode(bg, jane, wallet.Origin{})
				w.must(err)
			}
		},
		"a reservation that is taken back": func(w *town, amount int64) func() {
			q, err := w.agents.QuoteReserve(bg, agents.CashOutRequest{From: jane, Shop: w.tills[otieno].Code, Amount: amount})
			w.must(err)
			_, err = w.agents.Reserve(bg, q.Intent, w.pin(jane))
			w.must(err)
			return func() {
				_, err := w.agents.CancelReserve(bg, agents.Cancellation{Customer: jane, Offer: q.Intent})
				w.must(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newTown(t, d)
				in := w.paysIn(njeri, jane, 2_000_00)
				end := aside(w, 3_000_00)
				before := w.held(jane)
				there := 3_200_00 - before
				_, err := claiming(w, njeri, in)
				w.must(err)
				w.caseIs(in, deal.WrongDeposit, deal.CaseOpen, there)
				w.holds(njeri, there)
				end()
				w.caseIs(in, deal.WrongDeposit, deal.CaseOpen, 2_000_00)
				w.holds(jane, 2_000_00)
				w.holds(njeri, 2_000_00)
				w.told(map[msisdn.Number]string{
					jane:  "MAMA NJERI, Kangemi says its Ksh 2,000 in your wallet is not yours. Ksh 2,000 is set aside, NOT taken.",
					njeri: "Wrong deposit Ksh 2,000 to JANE W 0712***002: Ksh 2,000 of it is held",
				})
				_, err = givingBack(w, jane, in)
				w.must(err)
				w.has(jane, 1_200_00)
				w.holds(jane, 0)
				w.holds(njeri, 0)
				w.has(njeri, 50_000_00)
				w.right()
			})
		})
	}
}

// held is what is held of somebody's wallet.
func (w *town) held(phone msisdn.Number) int64 {
	w.t.Helper()
	a, err := w.ledger.Account(bg, w.people[phone].Account)
	w.must(err)
	return a.Held
}

// What was quoted before more was held is not done any more: it would leave a part of it. Money that comes in later is not the deposit,
// nor is what is set aside later; and after the time for a decision nothing more is held.
func TestClaimHoldsNoMoreThanTheDeposit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		in := w.paysIn(njeri, jane, 2_000_00)
		code := w.cashCode(jane, 3_000_00)
		_, err := claiming(w, njeri, in)
		w.must(err)
		w.clock.Set(code.Until.Add(-time.Minute))
		q, err := w.agents.QuoteGiveBack(bg, agents.MendRequest{Who: jane, Deal: in})
		w.must(err)
		w.clock.Set(code.Until)
		_, err = w.agents.ExpireCashCodes(bg, 10)
		w.must(err)
		_, err = w.agents.GiveBack(bg, q.Intent, w.pin(jane))
		w.refused(err, fault.Conflict)
		w.holds(jane, 2_000_00)
		_, err = givingBack(w, jane, in)
		w.must(err)
		w.has(jane, 1_200_00)
		w.right()

		in = w.paysIn(njeri, jane, 2_000_00)
		w.spends(jane, 3_200_00)
		_, err = claiming(w, njeri, in)
		w.must(err)
		w.holds(jane, 0)
		_, err = w.ledger.Commit(bg, &ledger.Plan{ID: w.wallet.IDs().New(), Kind: ledger.Send, Legs: []ledger.Leg{
			{Account: w.people[john].Account, Amount: -1_000_00}, {Account: w.people[jane].Account, Amount: 1_000_00}}})
		w.must(err)
		w.clock.Advance(time.Second)
		code = w.cashCode(jane, 500_00)
		w.clock.Set(code.Until)
		_, err = w.agents.ExpireCashCodes(bg, 10)
		w.must(err)
		w.holds(jane, 0)
		w.right()
	})
}

// A customer who takes the code back and spends at the same moment, at two nodes, does not get away with more than was free.
func TestClaimAgainstACodeTakenBack(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		for range raceRounds / 2 {
			one.clock.Advance(24 * time.Hour)
			in := one.paysIn(njeri, jane, 2_000_00)
			one.cashCode(jane, 3_000_00)
			_, err := claiming(one, njeri, in)
			one.must(err)
			spends := one.spending(jane, 2_900_00)
			a, b := atOnce(
				func() error { _, err := one.agents.CancelCashCode(bg, jane, wallet.Origin{}); return err },
				func() error { _, err := two.ledger.Commit(bg, spends); return err })
			one.must(a)
			if !fault.HasCode(b, fault.Insufficient) {
				t.Fatalf("spent: %v", b)
			}
			one.holds(jane, 2_000_00)
			one.caseIs(in, deal.WrongDeposit, deal.CaseOpen, 2_000_00)
			_, err = givingBack(one, jane, in)
			one.must(err)
			one.has(jane, 1_200_00)
			one.has(njeri, 50_000_00)
		}
	})
}

// Who read out a code was there: such a deposit did not go to a wrong number.
func TestDepositByCodeIsNotClaimed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		code, err := w.agents.DepositCode(bg, jane, wallet.Origin{})
		w.must(err)
		in, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, Code: code.Code, Amount: 2_000_00})
		w.must(err)
		_, err = w.agents.CashIn(bg, in.Intent, w.pin(njeri))
		w.must(err)
		_, err = w.agents.QuoteClaim(bg, agents.MendRequest{Who: njeri, Deal: in.Intent})
		w.refused(err, fault.DepositByCode)
		w.holds(jane, 0)
		byNumber := w.paysIn(njeri, jane, 2_000_00)
		_, err = claiming(w, njeri, byNumber)
		w.must(err)
	})
}
