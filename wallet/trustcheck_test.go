package wallet

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/trust"
)

// A month of one bank: what came in late, what a payment is matched by, what never came.
func TestReconcile(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		own := h.payee(shopFloat)
		h.bank(Trust, "OLD 10")
		h.clock.Advance(31 * 24 * time.Hour)
		h.issued(h.bank(Trust, "A 1000")["A"])
		first, second := h.ordered(own, 200), h.ordered(own, 50)
		h.clock.Advance(3 * 24 * time.Hour)
		paid := "PAYOUT-" + first.Reference()
		lines := h.bank(Trust, paid+" -200, LUMP -60")
		r, err := h.ReconcileTrust(ctx)
		if err != nil {
			t.Fatal(err)
		}
		in, out, ordered := r.Aged()
		// Until somebody says what the bank took 60 for, all of it is missing: it is no payment of 50 that has not been seen yet, and
		// that 10 came in, for somebody else, does not make it good.
		if r.Books != 800_00 || r.Statements != 750_00 || r.Short != 60_00 || r.Surplus != 10_00 || r.Ordered != 50_00 || r.Banks[0].Unexplained != 0 {
			t.Errorf("reconciled as %s", r)
		}
		if in != [4]int64{60_00, 0, 0, 10_00} || out != [4]int64{} || ordered != [4]int64{0, 50_00, 0, 0} {
			t.Errorf("lines by age %v, postings %v, payments %v", in, out, ordered)
		}
		if h.left("LUMP") != 60_00 || lines["LUMP"].Amount != -60_00 || h.left(paid) != 0 {
			t.Error("the payment was not matched by its reference")
		}
		if _, code := h.approved(RequestMatch, MatchArgs{Line: lines["LUMP"].ID, Payouts: []int64{first.No}}); code != fault.LineExceeded && code != fault.PayoutClosed {
			t.Errorf("a payment matched with a smaller line: %q", code)
		}
		if _, code := h.approved(RequestMatch, MatchArgs{Line: lines["LUMP"].ID, Payouts: []int64{second.No}}); code != "" || h.left("LUMP") != 10_00 {
			t.Errorf("matched by hand: %q, %d left", code, h.left("LUMP"))
		}
		if r, err := h.ReconcileTrust(ctx); err != nil || r.Short != 10_00 {
			t.Errorf("the bank took 10 more than was paid out: reconciled as %s, %v", r, err)
		}
		h.whole()
	})
}

// left is how much of a line of bank 10 is left.
func (h *head) left(reference string) int64 {
	h.t.Helper()
	all, err := h.w.trust.LastLines(ctx, Trust, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, l := range all {
		if l.Reference == reference {
			return l.Left()
		}
	}
	h.t.Fatalf("no line %s", reference)
	return 0
}

// The bank took money that the books know nothing of: nothing is issued until that is mended.
func TestShortfallStopsIssuing(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		lines := h.bank(Trust, "A 1000, B 500")
		h.issued(lines["A"])
		h.issued(lines["B"])
		lines = h.bank(Trust, "THEFT -300, C 200")
		r, err := h.ReconcileTrust(ctx)
		if err != nil || r.Short != 300_00 || r.Surplus != 200_00 {
			t.Fatalf("short by %d, %d too much, %v; what is to be issued covers nothing", r.Short, r.Surplus, err)
		}
		args := IssueArgs{Line: lines["C"].ID, To: []IssueTo{{shopFloat, 200_00}}}
		if _, code := h.approved(RequestIssue, args); code != fault.IssuingStopped {
			t.Errorf("issued while short: %q", code)
		}
		if _, err := h.ReconcileTrust(ctx); err != nil { // nothing new: no further entry
			t.Fatal(err)
		}
		lines = h.bank(Trust, "PAIDIN 300")
		if _, code := h.approved(RequestCancel, CancelArgs{A: lines["THEFT"].ID, B: lines["PAIDIN"].ID}); code != "" {
			t.Errorf("what was paid in for it: %q", code)
		}
		if r, err := h.ReconcileTrust(ctx); err != nil || r.Short != 0 {
			t.Fatalf("short by %d, %v", r.Short, err)
		}
		if _, code := h.approved(RequestIssue, args); code != "" {
			t.Errorf("issued after it was mended: %q", code)
		}
		entries := strings.Join(h.acts(100), "\n")
		if strings.Count(entries, "job:trust trust.short") != 1 || strings.Count(entries, "job:trust trust.resolved") != 1 {
			t.Errorf("recorded\n%s", entries)
		}
		h.whole()
	})
}

// Money between two trust banks is nowhere for a day or two, and that stops nothing. If it does not arrive at all, it is missing.
func TestMovedMoneyIsInTransit(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		h.issued(h.bank(Trust, "A 1000, C 200")["A"])
		h.bank(11, "FIRST 1")
		moved, code := h.approved(RequestMove, MoveArgs{From: Trust, To: 11, Amount: 400_00})
		if code != "" {
			t.Fatal(code)
		}
		check := func(when string, transit, short int64) {
			t.Helper()
			r, err := h.ReconcileTrust(ctx)
			if err != nil || r.Transit != transit || r.Short != short {
				t.Errorf("%s: %s, %v; want %d in transit, short by %d", when, r, err, transit, short)
			}
		}
		check("before the bank did anything", 0, 0)
		lines := h.bank(Trust, "RTGS-"+moved.Outcome.Receipt+" -400")
		check("it has left", 400_00, 0)
		if _, code := h.approved(RequestIssue, IssueArgs{Line: lines["C"].ID, To: []IssueTo{{shopFloat, 100_00}}}); code != "" {
			t.Errorf("issued meanwhile: %q", code)
		}
		h.clock.Advance(5 * 24 * time.Hour)
		check("still in time", 400_00, 0)
		h.clock.Advance(24 * time.Hour)
		check("lost on the way", 0, 400_00)
		rest := IssueArgs{Line: lines["C"].ID, To: []IssueTo{{Suspense, 100_00}}, Rest: true}
		if _, code := h.approved(RequestIssue, rest); code != fault.IssuingStopped {
			t.Errorf("issued while it is lost: %q", code)
		}
		there := h.bank(11, "RTGS-"+moved.Outcome.Receipt+" 400")
		check("there", 0, 0)
		if _, code := h.approved(RequestIssue, rest); code != "" {
			t.Errorf("issued when it had come: %q", code)
		}
		arrived := there["RTGS-"+moved.Outcome.Receipt]
		if _, code := h.approved(RequestIssue, IssueArgs{Line: arrived.ID, To: []IssueTo{{shopFloat, 400_00}}}); code != fault.LineUsed {
			t.Errorf("issued against what came from the other bank: %q", code)
		}
		h.whole()
	})
}

// A payment that the bank has not made yet hides no theft of its size.
func TestAnOpenPaymentHidesNoTheft(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		own := h.payee(shopFloat)
		h.issued(h.bank(Trust, "A 1000")["A"])
		if _, code := h.approved(RequestDestroy, PayArgs{Bank: Trust, From: shopFloat, Amount: 300_00, To: own}); code != "" {
			t.Fatal(code)
		}
		h.bank(Trust, "THEFT -300")
		if r, err := h.ReconcileTrust(ctx); err != nil || r.Short != 300_00 {
			t.Errorf("reconciled as %s, %v", r, err)
		}
	})
}

// What a statement tells stops issuing at once, and what mends it lets it go on at once: nobody runs a check.
func TestIssuingStopsWithTheImport(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		lines := h.bank(Trust, "A 1000, C 200, D 50")
		h.issued(lines["A"])
		issue := func(when string, l trust.Line, want fault.Code) {
			t.Helper()
			if _, got := h.approved(RequestIssue, IssueArgs{Line: l.ID, To: []IssueTo{{shopFloat, l.Amount}}}); got != want {
				t.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		theft := h.bank(Trust, "THEFT -300")["THEFT"]
		issue("the statement tells of a theft", lines["C"], fault.IssuingStopped)
		paidIn := h.bank(Trust, "PAIDIN 300")["PAIDIN"]
		issue("paid in, but by whom", lines["C"], fault.IssuingStopped)
		if _, code := h.approved(RequestCancel, CancelArgs{A: theft.ID, B: paidIn.ID}); code != "" {
			t.Fatal(code)
		}
		if short, _, err := h.w.trust.Short(ctx, trust.Statements); err != nil || short != 0 {
			t.Errorf("short by %d when it was mended, %v", short, err)
		}
		issue("mended", lines["C"], "")
		if _, err := h.db.Exec(ctx, `UPDATE accounts SET balance = balance + 1 WHERE id = ?`, shopFloat); err != nil {
			t.Fatal(err)
		}
		issue("a cent out of nothing", lines["D"], fault.IssuingStopped)
	})
}

// What is read while others write is read as of one moment: business is no break.
func TestReconcileBesideBusiness(t *testing.T) {
	eachPair(t, func(t *testing.T, h, other *head) {
		h.bank(Trust, "A 1")
		var wg sync.WaitGroup
		wg.Go(func() {
			for n := range 60 {
				if _, err := other.w.Issue(ctx, shopFloat, 1_00, fmt.Sprint("seed ", n)); err != nil {
					t.Error(err)
				}
			}
		})
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		for busy := true; busy; {
			select {
			case <-done:
				busy = false
			default:
			}
			r, err := h.ReconcileTrust(ctx)
			if err != nil || r.Short != 0 || r.Surplus != 1_00 || r.Books != r.Statements-1_00 || r.Banks[0].Unexplained != 0 {
				t.Errorf("%s, %v", r, err)
			}
		}
	})
}

func TestCheckLiabilities(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		h.issued(h.bank(Trust, "A 1000")["A"])
		r, err := h.CheckLiabilities(ctx)
		if err != nil || !r.OK() || r.Total != 1000_00 || r.Owed[ledger.Float].Balance != 1000_00 {
			t.Errorf("checked: %s, %v", r, err)
		}
		if _, err := h.db.Exec(ctx, `UPDATE accounts SET balance = balance + 1 WHERE id = ?`, shopFloat); err != nil {
			t.Fatal(err)
		}
		if r, err := h.CheckLiabilities(ctx); err != nil || r.Short != 1 {
			t.Errorf("a cent out of nothing: %s, %v", r, err)
		}
		args := IssueArgs{Line: h.bank(Trust, "B 5")["B"].ID, To: []IssueTo{{shopFloat, 5_00}}}
		if _, code := h.approved(RequestIssue, args); code != fault.IssuingStopped {
			t.Errorf("issued all the same: %q", code)
		}
	})
}

// What seeds issue has its line too: a demo reconciles.
func TestSeedsReconcile(t *testing.T) {
	eachHead(t, func(t *testing.T, h *head) {
		if _, err := h.w.Issue(ctx, shopFloat, 700_00, "seed"); err != nil {
			t.Fatal(err)
		}
		r, err := h.ReconcileTrust(ctx)
		if err != nil || r.Books != 700_00 || r.Statements != 700_00 || len(r.Banks[0].Breaks) != 0 || r.Banks[0].Unexplained != 0 {
			t.Errorf("reconciled as %s, %v", r, err)
		}
	})
}
