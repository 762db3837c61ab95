package agents_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// waitingDeposit has Njeri take 20,000 from Jane, which waits for Jane's yes.
func (w *town) waitingDeposit() agents.AnswerRequest {
	w.t.Helper()
	q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 20_000_00})
	w.must(err)
	_, err = w.agents.CashIn(bg, q.Intent, w.pin(njeri))
	w.must(err)
	return agents.AnswerRequest{Customer: jane, Deal: q.Intent, Yes: true}
}

// A yes that was refused can be said again once the reason is gone: the refusal has spent one try, not the deposit.
func TestYesAgainAfterRefusal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		answer := w.waitingDeposit()
		w.must(w.wallet.BlockCustomer(bg, jane, "staff:test", "asked"))
		for range 2 {
			_, err := w.agents.Answer(bg, answer)
			w.refused(err, fault.WalletFull)
		}
		w.ends("No money has moved. Your wallet cannot take it now.", 2)
		w.must(w.wallet.UnblockCustomer(bg, jane, "staff:test", "asked"))
		told, err := w.agents.Answer(bg, answer)
		w.must(err)
		again, err := w.agents.Answer(bg, answer)
		w.must(err)
		if told != again {
			t.Errorf("%+v, again %+v", told, again)
		}
		w.has(jane, 21_200_00)
		w.has(njeri, 30_000_00)
		w.right()
	})
}

// ends asserts how many conversations ended with a text that begins like that.
func (w *town) ends(text string, want int) {
	w.t.Helper()
	got := 0
	w.must(w.db.Each(bg, `SELECT end_text FROM intent_closings`, nil, func(rows *sql.Rows) error {
		var end string
		err := rows.Scan(&end)
		if strings.HasPrefix(end, text) {
			got++
		}
		return err
	}))
	if got != want {
		w.t.Errorf("%d conversations ended with %q, want %d", got, text, want)
	}
}

// A customer who says yes to a deposit of a shop that was stopped meanwhile hears that of the shop, and not of a counter or a wallet of
// his own that may not work. It can be said again when the shop is open; the time does not wait.
func TestYesToAStoppedShop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		answer := w.waitingDeposit()
		agent := network.Ref{Kind: network.AnAgent, ID: w.agent.ID}
		w.must(w.agents.Suspend(bg, "staff:test", agent, "a complaint"))
		_, err := w.agents.Answer(bg, answer)
		w.refused(err, fault.ShopClosed)
		w.ends("No money has moved. This shop cannot do it now.", 1)
		w.must(w.agents.Resume(bg, "staff:test", agent, "cleared"))
		_, err = w.agents.Answer(bg, answer)
		w.must(err)
		w.has(jane, 21_200_00)
		w.right()
	})
}

// loop pays in at Njeri's on a code and takes the same out again.
func (w *town) loop(phone msisdn.Number, amount int64) {
	w.t.Helper()
	code, err := w.agents.DepositCode(bg, phone, wallet.Origin{})
	w.must(err)
	in, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, Code: code.Code, Amount: amount})
	w.must(err)
	_, err = w.agents.CashIn(bg, in.Intent, w.pin(njeri))
	w.must(err)
	out, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: phone, Shop: w.tills[njeri].Code, Amount: amount})
	w.must(err)
	_, err = w.agents.CashOut(bg, out.Intent, w.pin(phone))
	w.must(err)
}

// A deposit that would have earned when it was made, and no longer does when the customer says yes, goes through and earns nothing.
func TestYesAfterTooManyLoops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		answer := w.waitingDeposit()
		for range 3 {
			w.loop(jane, 100_00)
			w.clock.Advance(time.Minute)
		}
		before := w.balance(wallet.CommissionExpense)
		_, err := w.agents.Answer(bg, answer)
		w.must(err)
		made, err := w.agents.Deals().Get(bg, answer.Deal)
		w.must(err)
		if made.Earned != 0 || made.EarnedSuper != 0 || w.balance(wallet.CommissionExpense) != before {
			t.Errorf("earned %d, booked %d", made.Earned, before-w.balance(wallet.CommissionExpense))
		}
		w.right()
	})
}

// The money of a voucher whose sender is stopped waits, and comes back when the sender can receive again.
func TestVoucherOfBlockedSenderExpiresLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.sendVoucher("")
		w.must(w.wallet.BlockCustomer(bg, john, "staff:test", "asked"))
		w.clock.Advance(8 * 24 * time.Hour)
		for range 2 {
			n, err := w.agents.ExpireVouchers(bg, 100)
			w.must(err)
			if n != 0 || w.balance(wallet.VoucherEscrow) != 1_000_00 {
				t.Errorf("%d expired into a wallet that is stopped; escrow %d", n, w.balance(wallet.VoucherEscrow))
			}
		}
		w.must(w.wallet.UnblockCustomer(bg, john, "staff:test", "asked"))
		n, err := w.agents.ExpireVouchers(bg, 100)
		w.must(err)
		if n != 1 || w.balance(wallet.VoucherEscrow) != 0 {
			t.Errorf("%d expired; escrow %d", n, w.balance(wallet.VoucherEscrow))
		}
		w.right()
	})
}
