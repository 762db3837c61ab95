package agents_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

// A page full of vouchers that cannot come back yet, as their senders are stopped, and one whose sender nobody knows: none of them keeps
// those behind it from coming back.
func TestOneSenderDoesNotStopOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for range 3 {
			w.gives(john, 101_00, "")
		}
		w.clock.Advance(time.Second)
		w.gives(jane, 101_00, "")
		w.must(w.wallet.BlockCustomer(bg, john, "staff:test", "asked"))
		w.clock.Advance(8 * 24 * time.Hour)
		n, err := w.agents.ExpireVouchers(bg, 2)
		w.must(err)
		if n != 1 || w.balance(wallet.VoucherEscrow) != 303_00 {
			t.Errorf("%d came back; escrow %d", n, w.balance(wallet.VoucherEscrow))
		}
		w.has(jane, 1_200_00-47_00)
		w.right()
	})
}

// Withdrawal codes, deposits and requests whose terms cannot be read any more are told of, and keep nothing else waiting.
func TestOneBadRowDoesNotStopASweep(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		bad := w.cashCode(john, 100_00)
		w.clock.Advance(time.Second)
		good := w.cashCode(jane, 100_00)
		w.holds(jane, 111_00)
		_, err := d.Exec(bg, `DELETE FROM intents WHERE id = ?`, bad.Intent)
		w.must(err)
		w.clock.Set(good.Until)
		for want := 1; want >= 0; want-- {
			n, err := w.agents.ExpireCashCodes(bg, 1)
			if n != want || !fault.HasCode(err, fault.BadRequest) {
				t.Errorf("%d ended, %v; want %d", n, err, want)
			}
		}
		w.holds(jane, 0)
		w.holds(john, 111_00)
	})
}

// A till whose books cannot be read is told of, and keeps no other till's day from ending.
func TestOneBadTillDoesNotStopEndDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.opens(njeri, 10_000_00)
		w.endsDay(njeri, 10_000_00, "as it should be")
		w.clock.Advance(24 * time.Hour)
		w.opens(njeri, 10_000_00)
		w.opens(otieno, 5_000_00)
		w.clock.Advance(24 * time.Hour)
		spoil := func(day int64) {
			_, err := d.Exec(bg, `UPDATE till_days SET day = ? WHERE till = ?`, day, w.tills[njeri].ID)
			w.must(err)
		}
		spoil(99999999999)
		for want := 1; want >= 0; want-- {
			n, err := w.agents.EndDays(bg, 1+want) // by themselves, and together
			if n != want || err == nil || !strings.Contains(err.Error(), fmt.Sprintf("till %d: ", w.tills[njeri].ID)) {
				t.Errorf("%d days ended, %v; want %d", n, err, want)
			}
		}
		spoil(20261203)
		w.forgotten(1)
		w.right()
	})
}

// Every voucher that was sent and not fetched is listed, newest first, however many there were after it.
func TestAllVouchersAreListed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.gives(john, 101_00, "")
		first, err := w.agents.VouchersOf(bg, john)
		w.must(err)
		for range 21 {
			w.clock.Advance(time.Second)
			w.gives(john, 101_00, "")
			w.takesBack(john)
		}
		w.clock.Advance(time.Second)
		w.gives(john, 102_00, "")
		w.clock.Advance(10 * 24 * time.Hour) // long over, and nobody has run the clock
		open, err := w.agents.VouchersOf(bg, john)
		w.must(err)
		if len(open) != 2 || open[0].Amount != 102_00 || open[1].ID != first[0].ID {
			t.Fatalf("%+v", open)
		}
		q, err := w.agents.QuoteVoucherBack(bg, agents.CancelVoucherRequest{From: john, Voucher: open[1].ID})
		w.must(err)
		if q.To != stranger || q.Amount != 101_00 {
			t.Errorf("%+v", q)
		}
		_, err = w.agents.CancelVoucher(bg, q.Intent, w.pin(john))
		w.must(err)
		w.right()
	})
}
