package agents_test

import (
	"database/sql"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/voucher"
)

const stranger = msisdn.Number("+254712000099") // has no wallet

// sendVoucher has John send 1,000 to the stranger, and returns the intent and the code as the stranger's SMS says it.
func (w *town) sendVoucher(word string) (id.ID, voucher.Code) {
	w.t.Helper()
	q, err := w.agents.QuoteVoucher(bg, agents.VoucherRequest{From: john, To: stranger, Amount: 1_000_00, Word: word})
	w.must(err)
	done, err := w.agents.SendVoucher(bg, q.Intent, w.pin(john))
	w.must(err)
	again, err := w.agents.SendVoucher(bg, q.Intent, w.pin(john))
	w.must(err)
	if done != again {
		w.t.Errorf("%+v, again %+v", done, again)
	}
	digits := regexp.MustCompile(`CASH CODE (\d{6})`).FindStringSubmatch(w.texts(stranger))
	if digits == nil {
		w.t.Fatalf("no code in %q", w.texts(stranger))
	}
	code, err := voucher.Parse(digits[1])
	w.must(err)
	return q.Intent, code
}

// texts are all messages to a phone, a line each.
func (w *town) texts(phone msisdn.Number) string {
	w.t.Helper()
	var all strings.Builder
	w.must(w.db.Each(bg, `SELECT body FROM messages WHERE phone = ?`, []any{string(phone)}, func(rows *sql.Rows) error {
		var body string
		err := rows.Scan(&body)
		all.WriteString(body + "\n")
		return err
	}))
	return all.String()
}

// redeem has an operator type a code for the stranger.
func (w *town) redeem(operator msisdn.Number, code voucher.Code, word string) error {
	w.t.Helper()
	document, err := w.wallet.ParseIDNumber(stranger, "23456789")
	w.must(err)
	q, err := w.agents.QuoteRedeem(bg, agents.RedeemRequest{Operator: operator, Phone: stranger, Code: code, Word: word, ID: document})
	if err != nil {
		return err
	}
	_, err = w.agents.Redeem(bg, q.Intent, w.pin(operator))
	return err
}

func (w *town) code(digits string) voucher.Code {
	w.t.Helper()
	c, err := voucher.Parse(digits)
	w.must(err)
	return c
}

func TestVoucherRedeemed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		_, code := w.sendVoucher("blue cow")
		fee := w.balance(wallet.FeeIncome) + w.balance(wallet.TaxPayable)
		if w.balance(wallet.VoucherEscrow) != 1_000_00 || fee == 0 {
			t.Errorf("escrow %d, fee %d", w.balance(wallet.VoucherEscrow), fee)
		}
		w.has(john, 4_000_00-fee)
		w.refused(w.redeem(njeri, code, "red cow"), fault.WrongCode)
		needed, err := w.agents.WordNeeded(bg, stranger)
		w.must(err)
		if !needed {
			t.Error("the word is not asked for")
		}
		w.must(w.redeem(njeri, code, "Blue  Cow"))
		w.has(njeri, 51_000_00)
		w.refused(w.redeem(otieno, code, "blue cow"), fault.CodeUnknown)
		if w.balance(wallet.VoucherEscrow) != 0 {
			t.Error("escrow is not empty")
		}
		w.right()
	})
}

func TestVoucherLockedAfterThreeWrongCodesAndCancelled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		sent, code := w.sendVoucher("")
		wrong := "000000"
		if code.Show() == wrong {
			wrong = "000001"
		}
		w.refused(w.redeem(njeri, w.code(wrong), ""), fault.WrongCode)
		w.refused(w.redeem(otieno, w.code(wrong), ""), fault.WrongCode)
		w.refused(w.redeem(njeri, w.code(wrong), ""), fault.CodeLocked)
		w.refused(w.redeem(njeri, code, ""), fault.CodeLocked)
		if got := w.texts(john); strings.Count(got, "locked and safe") != 1 {
			t.Errorf("the sender was told %q", got)
		}
		open, err := w.agents.VouchersOf(bg, john)
		w.must(err)
		if len(open) != 1 || open[0].ID != sent {
			t.Fatalf("open vouchers %v", open)
		}
		before := w.balance(w.people[john].Account)
		back, amount, err := w.agents.QuoteVoucherBack(bg, agents.CancelVoucherRequest{From: john, Voucher: sent})
		w.must(err)
		_, _, err = w.agents.QuoteVoucherBack(bg, agents.CancelVoucherRequest{From: jane, Voucher: sent})
		w.refused(err, fault.CodeUnknown)
		_, err = w.agents.CancelVoucher(bg, back, w.pin(john))
		w.must(err)
		_, err = w.agents.CancelVoucher(bg, back, w.pin(john))
		w.must(err)
		w.has(john, before+amount)
		w.right()
	})
}

func TestVoucherExpires(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		_, code := w.sendVoucher("")
		n, err := w.agents.ExpireVouchers(bg, 100)
		w.must(err)
		if n != 0 {
			t.Error("expired before its time")
		}
		w.clock.Advance(7 * 24 * time.Hour)
		for want := 1; want >= 0; want-- {
			n, err = w.agents.ExpireVouchers(bg, 100)
			w.must(err)
			if n != want {
				t.Errorf("%d expired, want %d", n, want)
			}
		}
		if err := w.redeem(njeri, code, ""); !fault.HasCode(err, fault.CodeUnknown) && !fault.HasCode(err, fault.CodeGone) {
			t.Errorf("redeemed after it went back: %v", err)
		}
		if w.balance(wallet.VoucherEscrow) != 0 {
			t.Error("escrow is not empty")
		}
		w.right()
	})
}

// Two tills, the sender and the clock reach for one voucher at the same instant, from two processes: one of them gets it.
func TestOneVoucherFourHands(t *testing.T) {
	a, b := dbtest.Two(t)
	w := newTown(t, a)
	other := openTown(t, b, w.clock)
	sent, code := w.sendVoucher("")
	document, err := w.wallet.ParseIDNumber(stranger, "23456789")
	w.must(err)
	quote := func(w *town, operator msisdn.Number) id.ID {
		q, err := w.agents.QuoteRedeem(bg, agents.RedeemRequest{Operator: operator, Phone: stranger, Code: code, ID: document})
		w.must(err)
		return q.Intent
	}
	first, second := quote(w, njeri), quote(other, otieno)
	back, _, err := w.agents.QuoteVoucherBack(bg, agents.CancelVoucherRequest{From: john, Voucher: sent})
	w.must(err)
	var wg sync.WaitGroup
	errs := make([]error, 3)
	wg.Go(func() { _, errs[0] = w.agents.Redeem(bg, first, w.pin(njeri)) })
	wg.Go(func() { _, errs[1] = other.agents.Redeem(bg, second, w.pin(otieno)) })
	wg.Go(func() { _, errs[2] = other.agents.CancelVoucher(bg, back, w.pin(john)) })
	wg.Wait()
	won := 0
	for i, err := range errs {
		switch {
		case err == nil:
			won++
		case !fault.HasCode(err, fault.CodeGone):
			t.Errorf("hand %d: %v", i, err)
		}
	}
	if won != 1 || w.balance(wallet.VoucherEscrow) != 0 {
		t.Errorf("%d hands got it; escrow %d", won, w.balance(wallet.VoucherEscrow))
	}
	w.right()
}
