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
	"senti/wallet/clock"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/market"
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
	q, err := w.agents.QuoteRedeem(bg, agents.RedeemRequest{Operator: operator, Phone: stranger, Code: code, Word: word, ID: w.idOfStranger()})
	if err != nil {
		return err
	}
	_, err = w.agents.Redeem(bg, q.Intent, w.pin(operator))
	return err
}

// idOfStranger is the ID that the stranger shows.
func (w *town) idOfStranger() wallet.IDDraft {
	w.t.Helper()
	document, err := w.wallet.ParseIDNumber(stranger, "23456789")
	w.must(err)
	return document
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
		back, err := w.agents.QuoteVoucherBack(bg, agents.CancelVoucherRequest{From: john, Voucher: sent})
		w.must(err)
		_, err = w.agents.QuoteVoucherBack(bg, agents.CancelVoucherRequest{From: jane, Voucher: sent})
		w.refused(err, fault.CodeUnknown)
		_, err = w.agents.CancelVoucher(bg, back.Intent, w.pin(john))
		w.must(err)
		_, err = w.agents.CancelVoucher(bg, back.Intent, w.pin(john))
		w.must(err)
		w.has(john, before+back.Amount)
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
		w.has(john, 5_000_00-51_00)
		w.told(map[msisdn.Number]string{john: "Nobody fetched Ksh 1,000 sent to 0712000099. Ksh 1,000 is back. Balance Ksh 4,949."})
		if n := strings.Count(w.texts(john), "Nobody fetched"); n != 1 {
			t.Errorf("told %d times", n)
		}
		w.right()
	})
}

// Where the market gives the fee back, the sender is whole again, and neither fee nor tax is left: after the time, and before it.
func TestVoucherComesBackWithItsFee(t *testing.T) {
	for _, expires := range []bool{true, false} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			m, err := market.Load("ke")
			if err != nil {
				t.Fatal(err)
			}
			m = m.WithVouchers()
			for i := range m.Agents {
				m.Agents[i].Voucher.FeeBack = true
			}
			w := openTownUnder(t, d, clock.NewFake(time.Date(2026, 12, 3, 11, 2, 0, 0, time.UTC)), m)
			w.settle()
			w.sendVoucher("")
			w.has(john, 5_000_00-1_051_00)
			if fee, tax := w.balance(wallet.FeeIncome), w.balance(wallet.TaxPayable); fee+tax != 51_00 || tax == 0 {
				t.Errorf("fee %d, tax %d", fee, tax)
			}
			if expires {
				w.clock.Advance(7 * 24 * time.Hour)
				n, err := w.agents.ExpireVouchers(bg, 100)
				w.must(err)
				if n != 1 {
					t.Errorf("%d expired", n)
				}
				w.told(map[msisdn.Number]string{john: "Nobody fetched Ksh 1,000 sent to 0712000099. Ksh 1,051 is back. Balance Ksh 5,000."})
			} else {
				w.takesBack(john)
				w.told(map[msisdn.Number]string{john: "CANCELLED: the cash code for 0712000099. Ksh 1,051 is back. Balance Ksh 5,000."})
			}
			w.has(john, 5_000_00)
			for _, account := range []int64{wallet.VoucherEscrow, wallet.FeeIncome, wallet.TaxPayable} {
				if left := w.balance(account); left != 0 {
					t.Errorf("account %d has %d", account, left)
				}
			}
			w.right()
		})
	}
}

// Two tills, the sender and the clock reach for one voucher at the same instant, from three processes: one of them gets it, and the money
// is where that one says.
func TestOneVoucherFourHands(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		const amount, fee = 101_00, 47_00
		has := map[msisdn.Number]int64{john: 5_000_00, njeri: 50_000_00, otieno: 800_00}
		one.races(raceRounds, func(r *race) (fetched bool) {
			winner := one.fourHands(two, r, amount)
			has[john] -= fee
			if fetched = winner != john; fetched {
				has[john] -= amount
				has[winner] += amount
			}
			for phone, want := range has {
				one.has(phone, want)
			}
			if left := one.balance(wallet.VoucherEscrow); left != 0 || t.Failed() {
				t.Fatalf("for %s: escrow %d", winner, left)
			}
			return fetched
		})
	})
}

// fourHands has John send a voucher and all four reach for it in its last microsecond. It returns who got the money: the operator that
// paid it out, or John.
func (w *town) fourHands(two *town, r *race, amount int64) msisdn.Number {
	w.t.Helper()
	code := w.gives(john, amount, "")
	open, err := w.agents.VouchersOf(bg, john)
	w.must(err)
	w.clock.Set(open[0].ExpiresAt.Add(-time.Minute))
	quote := func(at *town, operator msisdn.Number) id.ID {
		q, err := at.agents.QuoteRedeem(bg, agents.RedeemRequest{Operator: operator, Phone: stranger, Code: code, ID: w.idOfStranger()})
		w.must(err)
		return q.Intent
	}
	here, there := quote(w, njeri), quote(two, otieno)
	cancel, err := two.agents.QuoteVoucherBack(bg, agents.CancelVoucherRequest{From: john, Voucher: open[0].ID})
	w.must(err)
	w.clock.Set(open[0].ExpiresAt.Add(-time.Microsecond))
	ahead := two.ahead()
	expired := 0
	var wg sync.WaitGroup
	errs := make([]error, 4)
	start := make(chan struct{})
	for i, reach := range []func() error{
		r.late(0, func() error { _, err := w.agents.Redeem(bg, here, w.pin(njeri)); return err }),
		r.late(0, func() error { _, err := two.agents.Redeem(bg, there, two.pin(otieno)); return err }),
		r.late(1, func() error { _, err := two.agents.CancelVoucher(bg, cancel.Intent, two.pin(john)); return err }),
		r.late(1, func() (err error) { expired, err = ahead.agents.ExpireVouchers(bg, 10); return err }),
	} {
		wg.Go(func() { <-start; errs[i] = reach() })
	}
	close(start)
	wg.Wait()
	w.must(errs[3])
	var won []msisdn.Number
	for i, who := range []msisdn.Number{njeri, otieno, john} {
		switch {
		case errs[i] == nil:
			won = append(won, who)
		case !fault.HasCode(errs[i], fault.CodeGone):
			w.t.Fatalf("%s: %v", who, errs[i])
		}
	}
	if expired == 1 {
		won = append(won, john)
	}
	if len(won) != 1 {
		w.t.Fatalf("%v got it: %v, %d expired", won, errs, expired)
	}
	return won[0]
}
