package wallet

import (
	"fmt"
	"sync"
	"testing"

	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/trust"
)

// payee nominates a bank account for a ledger account.
func (h *head) payee(account int64) int64 {
	h.t.Helper()
	d, code := h.approved(RequestPayeeAdd, PayeeArgs{Account: account, Bank: "Equity", Number: "0170", Holder: "MAMA NJERI LTD"})
	if code != "" {
		h.t.Fatal(code)
	}
	return d.No
}

func TestPaidToANominatedAccountOnly(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		h.issued(h.bank(Trust, "A 1000")["A"])
		own, other := h.payee(shopFloat), h.payee(CommissionFund)
		pay := func(amount, to int64) (Decided, fault.Code) {
			return h.approved(RequestDestroy, PayArgs{Bank: Trust, From: shopFloat, Amount: amount, To: to})
		}
		for _, c := range []struct {
			name       string
			amount, to int64
			want       fault.Code
		}{
			{"to nobody", 100_00, 0, fault.NotNominated},
			{"to another's", 100_00, other, fault.NotNominated},
			{"more than there is", 1000_01, own, fault.Insufficient},
			{"less than nothing", -1, own, fault.BadAmount},
			{"to its own", 100_00, own, ""},
		} {
			if _, got := pay(c.amount, c.to); got != c.want {
				t.Errorf("%s: heard %q, want %q", c.name, got, c.want)
			}
		}
		r := h.ask("alice", RequestDestroy, PayArgs{Bank: Trust, From: shopFloat, Amount: 100_00, To: own})
		if _, code := h.approved(RequestPayeeDrop, PayeeArgs{No: own}); code != "" {
			t.Fatal(code)
		}
		if _, err := h.Approve(ctx, h.who("bob"), r.No); !fault.HasCode(err, fault.NotNominated) {
			t.Errorf("dropped between asking and approving: %v", err)
		}
		if h.balance(shopFloat) != 1000_00 || h.held(shopFloat) != 100_00 || h.balance(Trust) != -1000_00 {
			t.Errorf("%d on the float, %d of it held, %d in trust", h.balance(shopFloat), h.held(shopFloat), h.balance(Trust))
		}
		h.whole()
	})
}

// held is what is set aside on an account.
func (h *head) held(account int64) int64 {
	h.t.Helper()
	a, err := h.w.ledger.Account(ctx, account)
	if err != nil {
		h.t.Fatal(err)
	}
	return a.Held
}

// ordered has a bank told to pay so many shillings of the shop's float, and returns the order.
func (h *head) ordered(payee, shillings int64) trust.Payout {
	h.t.Helper()
	d, code := h.approved(RequestDestroy, PayArgs{Bank: Trust, From: shopFloat, Amount: shillings * 100, To: payee})
	if code != "" {
		h.t.Fatal(code)
	}
	return h.payout(d.No)
}

func (h *head) payout(no int64) trust.Payout {
	h.t.Helper()
	p, err := h.w.trust.Payout(ctx, no)
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

// E-money is unmade against a line of a statement, and not before: until the bank has paid it is only held.
func TestDestroyedAgainstALine(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		own := h.payee(shopFloat)
		h.issued(h.bank(Trust, "A 1000")["A"])
		is := func(when string, balance, held int64) {
			t.Helper()
			if b, a := h.balance(shopFloat), h.held(shopFloat); b != balance || a != held || h.balance(Trust) != -balance {
				t.Errorf("%s: %d on the float, %d of it held, %d in trust; want %d and %d", when, b, a, h.balance(Trust), balance, held)
			}
		}
		p := h.ordered(own, 400)
		is("ordered", 1000_00, 400_00)
		if _, code := h.approved(RequestDestroy, PayArgs{Bank: Trust, From: shopFloat, Amount: 601_00, To: own}); code != fault.Insufficient {
			t.Errorf("what is held ordered again: %q", code)
		}
		h.bank(Trust, "XSENTI"+fmt.Sprint(p.No)+" -400")
		is("a line that does not quite name it", 1000_00, 400_00)
		other := h.bank(Trust, "RTGS/"+p.Reference()+" -399")["RTGS/"+p.Reference()]
		is("a line of less", 1000_00, 400_00)
		if _, code := h.approved(RequestMatch, MatchArgs{Line: other.ID, Payouts: []int64{p.No}}); code != fault.LineExceeded {
			t.Errorf("more than the line: %q", code)
		}
		line := h.bank(Trust, p.Reference()+" -400")[p.Reference()]
		is("paid", 600_00, 0)
		if p = h.payout(p.No); p.State != trust.Paid || p.Line != line.ID || line.Left() != 0 {
			t.Errorf("%+v, %d of the line are left", p, line.Left())
		}
		h.bank(Trust, p.Reference()+" -400")
		is("paid once more by the bank", 600_00, 0)
		if r, err := h.ReconcileTrust(ctx); err != nil || r.Short != 1199_00 {
			t.Errorf("%s, %v", r, err)
		}
		for name, args := range map[string]MatchArgs{
			"what is paid":     {Line: other.ID, Payouts: []int64{p.No}},
			"nothing":          {Line: other.ID},
			"no such payment":  {Line: other.ID, Payouts: []int64{1}},
			"a line with what": {Line: line.ID, Payouts: []int64{h.ordered(own, 1).No}},
		} {
			if _, code := h.approved(RequestMatch, args); code == "" {
				t.Errorf("matched with %s", name)
			}
		}
		h.whole()
	})
}

// Whoever imports does not judge: what a line does not name is matched by two.
func TestMatchedByTwo(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		own := h.payee(shopFloat)
		h.issued(h.bank(Trust, "A 1000")["A"])
		one, two := h.ordered(own, 100), h.ordered(own, 200)
		lump := h.bank(Trust, "BULK -310")["BULK"]
		r := h.ask("carol", RequestMatch, MatchArgs{Line: lump.ID, Payouts: []int64{one.No, two.No}})
		if _, err := h.Approve(ctx, h.who("carol"), r.No); !fault.HasCode(err, fault.SamePerson) {
			t.Errorf("approved by who asked: %v", err)
		}
		d, err := h.Approve(ctx, h.who("bob"), r.No)
		if err != nil || d.Outcome.Receipt == "" {
			t.Fatalf("%+v, %v", d.Outcome, err)
		}
		if h.balance(shopFloat) != 700_00 || h.held(shopFloat) != 0 || h.left("BULK") != 10_00 {
			t.Errorf("%d on the float, %d held, %d of the line left", h.balance(shopFloat), h.held(shopFloat), h.left("BULK"))
		}
		_, err = h.w.ledger.Commit(ctx, &ledger.Plan{ID: h.w.ids.New(), Kind: ledger.Adjust,
			Legs: []ledger.Leg{{Account: shopFloat, Amount: -50_00}, {Account: FeeIncome, Amount: 50_00}}})
		if err != nil {
			t.Fatal(err)
		}
		charge := PayArgs{Bank: Trust, From: FeeIncome, Amount: 10_00, Line: lump.ID}
		if _, code := h.approved(RequestSweep, charge); code != fault.LineUsed {
			t.Errorf("the line a second time: %q", code)
		}
		charge.Rest = true
		if _, code := h.approved(RequestSweep, charge); code != "" {
			t.Errorf("what the bank took for it: %q", code)
		}
		if r, err := h.ReconcileTrust(ctx); err != nil || r.Short != 0 || r.Books != r.Statements {
			t.Errorf("%s, %v", r, err)
		}
		h.whole()
	})
}

// A payment that the bank will not make is called off; one that it made is not, and of both at once one wins.
func TestCallOff(t *testing.T) {
	eachPair(t, func(t *testing.T, h, other *head) {
		own := h.payee(shopFloat)
		h.issued(h.bank(Trust, "A 1000")["A"])
		p := h.ordered(own, 100)
		if _, code := h.approved(RequestCallOff, CallOffArgs{No: p.No}); code != "" || h.held(shopFloat) != 0 || h.balance(shopFloat) != 1000_00 {
			t.Errorf("called off: %q, %d held", code, h.held(shopFloat))
		}
		if _, code := h.approved(RequestCallOff, CallOffArgs{No: p.No}); code != fault.PayoutClosed {
			t.Errorf("called off again: %q", code)
		}
		spent := int64(0)
		for range 6 {
			p := h.ordered(own, 50)
			off := h.ask("alice", RequestCallOff, CallOffArgs{No: p.No})
			bob := h.who("bob")
			var wg sync.WaitGroup
			var heard error
			wg.Go(func() { _, heard = h.Approve(ctx, bob, off.No) })
			wg.Go(func() { other.bank(Trust, p.Reference()+" -50") })
			wg.Wait()
			state := h.payout(p.No).State
			if (heard == nil) != (state == trust.CalledOff) || (heard != nil) != (state == trust.Paid) {
				t.Errorf("%v, and the payment is %s", heard, state)
			}
			if state == trust.Paid {
				spent += 50_00
			}
			if h.balance(shopFloat) != 1000_00-spent || h.held(shopFloat) != 0 {
				t.Errorf("%d on the float, %d held, %d paid", h.balance(shopFloat), h.held(shopFloat), spent)
			}
		}
		h.whole()
	})
}

// What the bank has paid is gone, also of a float that was stopped meanwhile; and a float can be closed when it is.
func TestPaidOutThenClosed(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		own := h.payee(shopFloat)
		h.issued(h.bank(Trust, "A 1000")["A"])
		p := h.ordered(own, 1000)
		closes := func() fault.Code {
			_, err := h.w.ledger.Commit(ctx, &ledger.Plan{Change: []ledger.AccountChange{{Account: shopFloat, Raise: ledger.Closed, Empty: true}}})
			return fault.CodeOf(err)
		}
		if code := closes(); code != fault.AccountNotEmpty {
			t.Errorf("closed before the bank has paid: %q", code)
		}
		if _, err := h.w.ledger.Commit(ctx, &ledger.Plan{Change: []ledger.AccountChange{{Account: shopFloat, Raise: ledger.DebitBlocked | ledger.CreditBlocked}}}); err != nil {
			t.Fatal(err)
		}
		h.bank(Trust, p.Reference()+" -1000")
		if h.balance(shopFloat) != 0 {
			t.Errorf("%d on a float that was paid out", h.balance(shopFloat))
		}
		if code := closes(); code != "" {
			t.Errorf("closed when it was paid out: %q", code)
		}
		h.whole()
	})
}

// A request refused for want of money is done when there is some.
func TestRefusedIsTriedAgain(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		own := h.payee(shopFloat)
		lines := h.bank(Trust, "A 1000")
		r := h.ask("alice", RequestDestroy, PayArgs{Bank: Trust, From: shopFloat, Amount: 400_00, To: own})
		if _, err := h.Approve(ctx, h.who("bob"), r.No); !fault.HasCode(err, fault.Insufficient) {
			t.Fatalf("an empty float: %v", err)
		}
		if a, err := h.Asked(ctx, r.No); err != nil || a.Attempts != 1 || a.Refusal != fault.Insufficient {
			t.Errorf("the request is %+v, %v", a, err)
		}
		h.issued(lines["A"])
		d, err := h.Approve(ctx, h.who("bob"), r.No)
		if err != nil || d.Outcome == nil || !d.Outcome.Accepted || h.held(shopFloat) != 400_00 {
			t.Errorf("tried again: %+v, %v, %d held", d, err, h.held(shopFloat))
		}
	})
}

func TestSweepMoveAndCancel(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		h.issued(h.bank(Trust, "A 1000")["A"])
		lines := h.bank(Trust, "CHARGE -30, WRONG 5, BACK -5")
		h.bank(11, "FIRST 200")
		_, err := h.w.ledger.Commit(ctx, &ledger.Plan{ID: h.w.ids.New(), Kind: ledger.Adjust, // as a day of business would
			Legs: []ledger.Leg{{Account: shopFloat, Amount: -200_00}, {Account: FeeIncome, Amount: 150_00}, {Account: TaxPayable, Amount: 50_00}}})
		if err != nil {
			t.Fatal(err)
		}
		taxman := h.payee(TaxPayable)
		for _, c := range []struct {
			name, kind string
			args       any
			want       fault.Code
		}{
			{"the tax to the tax office", RequestSweep, PayArgs{Bank: Trust, From: TaxPayable, Amount: 50_00, To: taxman}, ""},
			{"the fees to the tax office", RequestSweep, PayArgs{Bank: Trust, From: FeeIncome, Amount: 50_00, To: taxman}, fault.NotNominated},
			{"a float swept", RequestSweep, PayArgs{Bank: Trust, From: shopFloat, Amount: 50_00, To: taxman}, fault.CannotIssue},
			{"the fees destroyed", RequestDestroy, PayArgs{Bank: Trust, From: FeeIncome, Amount: 50_00, To: taxman}, fault.CannotIssue},
			{"a charge out of the tax", RequestSweep, PayArgs{Bank: Trust, From: TaxPayable, Amount: 30_00, Line: lines["CHARGE"].ID}, fault.CannotIssue},
			{"a charge, and more than that", RequestSweep, PayArgs{Bank: Trust, From: FeeIncome, Amount: 31_00, Line: lines["CHARGE"].ID}, fault.LineExceeded},
			{"a charge out of the fees", RequestSweep, PayArgs{Bank: Trust, From: FeeIncome, Amount: 30_00, Line: lines["CHARGE"].ID}, ""},
			{"the charge again", RequestSweep, PayArgs{Bank: Trust, From: FeeIncome, Amount: 30_00, Line: lines["CHARGE"].ID}, fault.LineUsed},
			{"two lines that undo each other", RequestCancel, CancelArgs{A: lines["WRONG"].ID, B: lines["BACK"].ID}, ""},
			{"two lines that do not", RequestCancel, CancelArgs{A: lines["A"].ID, B: lines["BACK"].ID}, fault.LineMismatch},
			{"to another bank", RequestMove, MoveArgs{From: Trust, To: 11, Amount: 400_00}, ""},
			{"more than the bank has", RequestMove, MoveArgs{From: Trust, To: 11, Amount: 571_00}, fault.Insufficient},
			{"to a bank that is none", RequestMove, MoveArgs{From: Trust, To: 12, Amount: 1_00}, fault.AccountNotFound},
			{"to an account that is none", RequestMove, MoveArgs{From: Trust, To: 20, Amount: 1_00}, fault.BankNotFound},
		} {
			if _, got := h.approved(c.kind, c.args); got != c.want {
				t.Errorf("%s: heard %q, want %q", c.name, got, c.want)
			}
		}
		if h.balance(Trust) != -570_00 || h.balance(11) != -400_00 || h.balance(FeeIncome) != 120_00 || h.held(TaxPayable) != 50_00 {
			t.Errorf("trust %d and %d, fees %d, tax held %d", h.balance(Trust), h.balance(11), h.balance(FeeIncome), h.held(TaxPayable))
		}
		ordered, err := h.w.trust.Ordered(ctx, Trust)
		if err != nil || len(ordered) != 1 {
			t.Fatalf("%+v, %v", ordered, err)
		}
		h.bank(Trust, ordered[0].Reference()+" -50")
		if h.balance(Trust) != -520_00 || h.balance(TaxPayable) != 0 {
			t.Errorf("when the bank has paid: trust %d, tax %d", h.balance(Trust), h.balance(TaxPayable))
		}
		h.whole()
	})
}

// Two people import one statement at the same moment: both hear that it is in, its lines are there once, and what they name is matched
// once.
func TestImportedByTwoAtOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, h, other *head) {
		own := h.payee(shopFloat)
		h.issued(h.bank(Trust, "A 1000")["A"])
		paid := int64(0)
		for round := range 5 {
			p := h.ordered(own, 50)
			before, err := h.w.trust.Head(ctx, Trust)
			if err != nil {
				t.Fatal(err)
			}
			s := &trust.Statement{Opening: before.Balance, Lines: []trust.StatementLine{
				{Day: h.w.market.Day(h.clock.Now()), Reference: fmt.Sprint("IN", round), Amount: 7_00, Balance: before.Balance + 7_00},
				{Day: h.w.market.Day(h.clock.Now()), Reference: p.Reference(), Amount: -50_00, Balance: before.Balance - 43_00}}}
			var found [2]Imported
			var heard [2]error
			var wg sync.WaitGroup
			for i, office := range []*head{h, other} {
				who := h.who([]string{"alice", "carol"}[i])
				wg.Go(func() {
					found[i], heard[i] = office.ImportStatement(ctx, who, Import{Bank: Trust, File: "x.csv", Statement: s})
				})
			}
			wg.Wait()
			paid += 50_00
			if heard[0] != nil || heard[1] != nil || found[0].New+found[1].New != 2 || found[0].Matched+found[1].Matched != 1 || h.balance(shopFloat) != 1000_00-paid {
				t.Errorf("%+v, %v, %d on the float", found, heard, h.balance(shopFloat))
			}
		}
		h.whole()
	})
}
