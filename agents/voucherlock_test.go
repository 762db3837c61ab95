package agents_test

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"senti/agents"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
	"senti/wallet/voucher"
)

var sentCode = regexp.MustCompile(`CASH CODE (\d{6})`)

// gives has somebody send a voucher to the stranger, and returns its code.
func (w *town) gives(from msisdn.Number, amount int64, word string) voucher.Code {
	w.t.Helper()
	before := sentCode.FindAllStringSubmatch(w.texts(stranger), -1)
	q, err := w.agents.QuoteVoucher(bg, agents.VoucherRequest{From: from, To: stranger, Amount: amount, Word: word})
	w.must(err)
	_, err = w.agents.SendVoucher(bg, q.Intent, w.pin(from))
	w.must(err)
	old := map[string]bool{}
	for _, c := range before {
		old[c[1]] = true
	}
	for _, c := range sentCode.FindAllStringSubmatch(w.texts(stranger), -1) {
		if !old[c[1]] {
			return w.code(c[1])
		}
	}
	w.t.Fatal("no new code")
	return voucher.Code{}
}

// nobodys is a code that is none of these: the n-th such.
func (w *town) nobodys(n int, codes ...voucher.Code) voucher.Code {
	w.t.Helper()
	for i := 0; ; i++ {
		c := w.code([]string{"000000", "000001", "000002", "000003", "000004", "000005", "000006", "000007", "000008"}[i])
		taken := false
		for _, other := range codes {
			taken = taken || c == other
		}
		if !taken {
			if n--; n < 0 {
				return c
			}
		}
	}
}

// toldOfLocks is how often a sender was told of a lock.
func (w *town) toldOfLocks(sender msisdn.Number) int {
	w.t.Helper()
	return strings.Count(w.texts(sender), "locked and safe")
}

// Somebody sends a few shillings with a word that nobody was told. That must not keep the receiver from the money of another, which has
// none; and guesses at the one are no guesses at the other.
func TestAWordedVoucherIsNotInTheWay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		small := w.gives(jane, 101_00, "nobody knows")
		big := w.gives(john, 1_000_00, "")
		for range 2 {
			w.refused(w.redeem(njeri, small, "a guess"), fault.WrongCode)
		}
		w.refused(w.redeem(njeri, small, ""), fault.CodeLocked)
		if jane, john := w.toldOfLocks(jane), w.toldOfLocks(john); jane != 1 || john != 0 {
			t.Errorf("Jane was told %d times and John %d times", jane, john)
		}
		w.must(w.redeem(njeri, big, "whatever is typed for a word"))
		w.has(njeri, 51_000_00)
		w.right()
	})
}

// Wrong codes that may have been meant for either of two vouchers lock both in the end, and each sender is told as soon as the own is
// locked, whatever is said at the counter.
func TestEachSenderIsToldOfTheLock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		one := w.gives(jane, 101_00, "")
		wrong := w.nobodys(0, one)
		w.refused(w.redeem(njeri, wrong, ""), fault.WrongCode)
		other := w.gives(john, 1_000_00, "")
		wrong = w.nobodys(1, one, other)
		w.refused(w.redeem(njeri, wrong, ""), fault.WrongCode)
		if n := w.toldOfLocks(jane); n != 0 {
			t.Errorf("told %d times before it is locked", n)
		}
		w.refused(w.redeem(otieno, wrong, ""), fault.WrongCode) // John's has a try left, and says so
		if jane, john := w.toldOfLocks(jane), w.toldOfLocks(john); jane != 1 || john != 0 {
			t.Errorf("Jane was told %d times and John %d times", jane, john)
		}
		w.refused(w.redeem(otieno, wrong, ""), fault.CodeLocked)
		w.refused(w.redeem(otieno, wrong, ""), fault.CodeLocked)
		if jane, john := w.toldOfLocks(jane), w.toldOfLocks(john); jane != 1 || john != 1 {
			t.Errorf("Jane was told %d times and John %d times", jane, john)
		}
	})
}

// Four tills guess at the same moment, from two processes. Three are heard, the third locks, and in that same commit the sender is told.
func TestManyGuessAtOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		for round := range raceRounds / 2 {
			code := one.gives(john, 101_00, "")
			wrong := one.nobodys(0, code)
			guess := func(w *town, operator msisdn.Number) error {
				_, err := w.agents.QuoteRedeem(bg, agents.RedeemRequest{Operator: operator, Phone: stranger, Code: wrong, ID: one.idOfStranger()})
				return err
			}
			var wg sync.WaitGroup
			errs := make([]error, 4)
			start := make(chan struct{})
			for i, at := range []*town{one, two, one, two} {
				wg.Go(func() { <-start; errs[i] = guess(at, []msisdn.Number{njeri, otieno}[i%2]) })
			}
			close(start)
			wg.Wait()
			heard := map[fault.Code]int{}
			for _, err := range errs {
				heard[fault.CodeOf(err)]++
			}
			// Who reads the vouchers after all are locked is told so as well.
			if heard[fault.WrongCode] != 2 || heard[fault.CodeLocked] != 2 {
				t.Fatalf("round %d: %v", round, errs)
			}
			if n := one.toldOfLocks(john); n != round+1 {
				t.Fatalf("round %d: John was told %d times", round, n)
			}
			one.takesBack(john)
		}
	})
}

// takesBack has the sender cancel the newest voucher.
func (w *town) takesBack(sender msisdn.Number) {
	w.t.Helper()
	open, err := w.agents.VouchersOf(bg, sender)
	w.must(err)
	back, err := w.agents.QuoteVoucherBack(bg, agents.CancelVoucherRequest{From: sender, Voucher: open[0].ID})
	w.must(err)
	_, err = w.agents.CancelVoucher(bg, back.Intent, w.pin(sender))
	w.must(err)
}
