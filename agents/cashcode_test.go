package agents_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/voucher"
)

// cashCode has a customer make a withdrawal code.
func (w *town) cashCode(from msisdn.Number, amount int64) agents.CashCode {
	w.t.Helper()
	q, err := w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: from, Amount: amount})
	w.must(err)
	made, err := w.agents.CashCode(bg, q.Intent, w.pin(from))
	w.must(err)
	return made
}

// types has an operator type a code for a customer, and returns the quote.
func (w *town) types(operator, from msisdn.Number, code voucher.Code) (agents.PayoutQuote, error) {
	return w.agents.QuotePayout(bg, agents.PayoutRequest{Operator: operator, From: from, Code: code})
}

// wrong is a code that is not that one.
func (w *town) wrong(code voucher.Code) voucher.Code {
	digits := []byte(code.Show())
	digits[0] = '0' + (digits[0]-'0'+1)%10
	return w.code(string(digits))
}

// nowhere asserts that no kept text has the code in it.
func (w *town) nowhere(code voucher.Code) {
	w.t.Helper()
	for _, query := range []string{`SELECT end_text FROM intent_closings`, `SELECT terms FROM intents`, `SELECT body FROM messages`} {
		w.must(w.db.Each(bg, query, nil, func(rows *sql.Rows) error {
			var text string
			err := rows.Scan(&text)
			if strings.Contains(text, code.Show()) {
				w.t.Errorf("%s: the code stands in %q", query, text)
			}
			return err
		}))
	}
}

func TestDepositByCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		code, err := w.agents.DepositCode(bg, jane, wallet.Origin{})
		w.must(err)
		again, err := w.agents.DepositCode(bg, jane, wallet.Origin{})
		w.must(err)
		if code != again || len(code.Code.Show()) != 4 || !strings.Contains(code.End, code.Code.Show()) || !code.Until.Equal(w.clock.Now().Add(5*time.Minute)) {
			t.Errorf("%+v %q, asked again %+v", code, code.Code.Show(), again)
		}
		w.nowhere(code.Code)

		// Presence is proven: however much it is, nobody waits for a yes.
		q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, Code: code.Code, Amount: 20_000_00})
		w.must(err)
		if q.Waits || q.Name != "JANE W" || q.To != jane {
			t.Errorf("quote %+v", q)
		}
		done, err := w.agents.CashIn(bg, q.Intent, w.pin(njeri))
		w.must(err)
		repeat, err := w.agents.CashIn(bg, q.Intent, w.pin(njeri))
		w.must(err)
		if done != repeat || done.Waits {
			t.Errorf("%+v, again %+v", done, repeat)
		}
		w.has(jane, 21_200_00)
		w.has(njeri, 30_000_00)

		_, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: otieno, Code: code.Code, Amount: 100_00})
		w.refused(err, fault.CodeUnknown) // once
		next, err := w.agents.DepositCode(bg, jane, wallet.Origin{})
		w.must(err)
		if next.Code == code.Code && next.Until.Equal(code.Until) {
			t.Error("a used code was shown again")
		}
		w.right()
	})
}

// A code whose time runs out while the operator counts the cash moves nothing, and half-way through its time another is drawn.
func TestDepositCodeExpires(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		code, err := w.agents.DepositCode(bg, jane, wallet.Origin{})
		w.must(err)
		w.clock.Advance(3 * time.Minute)
		fresh, err := w.agents.DepositCode(bg, jane, wallet.Origin{})
		w.must(err)
		if !fresh.Until.After(code.Until) {
			t.Errorf("a code of two more minutes was shown for a new one: %v", fresh.Until)
		}
		q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, Code: code.Code, Amount: 100_00})
		w.must(err) // the older one is still good
		w.clock.Set(code.Until)
		_, err = w.agents.CashIn(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.CodeGone)
		_, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, Code: code.Code, Amount: 100_00})
		w.refused(err, fault.CodeUnknown)
		w.has(jane, 1_200_00)
		w.right()
	})
}

func TestCashByCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		q, err := w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: john, Amount: 2_000_00})
		w.must(err)
		if q.Fee != 29_00 || q.Total != 2_029_00 {
			t.Errorf("quote %+v", q)
		}
		made, err := w.agents.CashCode(bg, q.Intent, w.pin(john))
		w.must(err)
		again, err := w.agents.CashCode(bg, q.Intent, w.pin(john))
		w.must(err)
		if made != again || len(made.Code.Show()) != 6 || !strings.Contains(made.End, made.Code.Show()) {
			t.Errorf("%+v, again %+v", made, again)
		}
		w.has(john, 5_000_00)
		w.holds(john, 2_029_00)
		w.nowhere(made.Code)
		w.pagesOf(made)

		p, err := w.types(njeri, john, made.Code)
		w.must(err)
		if p.Amount != 2_000_00 || p.Name != "JOHN K" || !p.SeeID {
			t.Errorf("payout %+v", p)
		}
		_, err = w.agents.Payout(bg, p.Intent, w.pin(otieno))
		w.refused(err, fault.WrongPIN)
		p, err = w.types(njeri, john, made.Code)
		w.must(err)
		paid, err := w.agents.Payout(bg, p.Intent, w.pin(njeri))
		w.must(err)
		repeat, err := w.agents.Payout(bg, p.Intent, w.pin(njeri))
		w.must(err)
		if paid != repeat || paid.Code == "" {
			t.Errorf("%+v, again %+v", paid, repeat)
		}
		w.has(john, 2_971_00)
		w.holds(john, 0)
		w.has(njeri, 52_000_00)
		w.told(map[msisdn.Number]string{john: "TAKEN OUT at MAMA NJERI", njeri: "TAKEN OUT by JOHN K"})
		recent, err := w.agents.Recent(bg, njeri, 5)
		w.must(err)
		if len(recent) != 1 || recent[0].ID != p.Intent || recent[0].Way != "out" || recent[0].Ask != 0 {
			t.Errorf("recent %+v", recent)
		}
		_, err = w.types(otieno, john, made.Code)
		w.refused(err, fault.CodeGone)
		if end, err := w.agents.Page(bg, wallet.Last{Intent: q.Intent, End: "Code {code}"}); err != nil || strings.Contains(end, made.Code.Show()) {
			t.Errorf("a used code is shown: %q, %v", end, err)
		}
		w.right()
	})
}

// pagesOf asserts how the page with the code comes again: behind the PIN, and in no other way.
func (w *town) pagesOf(made agents.CashCode) {
	w.t.Helper()
	_, err := w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: john, Amount: 100_00})
	w.refused(err, fault.CodePending)
	if has, err := w.agents.HasCashCode(bg, john); err != nil || !has {
		w.t.Errorf("has a code: %v, %v", has, err)
	}
	_, err = w.agents.SeeCashCode(bg, john, w.pin(jane), wallet.Origin{})
	w.refused(err, fault.WrongPIN)
	o := wallet.Origin{Gateway: "africastalking", Session: [16]byte{7}, Turn: 3}
	shown, err := w.agents.SeeCashCode(bg, john, w.pin(john), o)
	w.must(err)
	if shown.Code != made.Code || shown.Until != made.Until {
		w.t.Errorf("shown %+v, made %+v", shown, made)
	}
	w.nowhere(made.Code)
	last, ok, err := w.wallet.SessionOutcome(bg, john, o.Gateway, o.Session)
	w.must(err)
	end, err := w.agents.Page(bg, last) // the same call-back, at another node
	w.must(err)
	if !ok || end != shown.End {
		w.t.Errorf("%q, want %q", end, shown.End)
	}
}

// Three wrong codes kill a code, whoever typed them; the money is free at once, and its owner is told where it was tried.
func TestThreeWrongCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		made := w.cashCode(john, 2_000_00)
		for i, operator := range []msisdn.Number{njeri, otieno} {
			_, err := w.types(operator, john, w.wrong(made.Code))
			w.refused(err, fault.WrongCode)
			if left := fault.As(err).Int("left"); left != int64(2-i) {
				t.Errorf("%d tries left", left)
			}
		}
		w.holds(john, 2_029_00)
		_, err := w.types(njeri, john, w.wrong(made.Code))
		w.refused(err, fault.CodeLocked)
		w.holds(john, 0)
		w.told(map[msisdn.Number]string{john: "is dead: 3 wrong codes were typed at MAMA NJERI"})
		_, err = w.types(njeri, john, made.Code)
		w.refused(err, fault.CodeGone)
		w.cashCode(john, 1_000_00) // another one at once
		w.holds(john, 1_029_00)
		w.right()
	})
}

func TestCashCodesExpire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		made := w.cashCode(john, 2_000_00)
		w.clock.Advance(time.Minute)
		p, err := w.types(njeri, john, made.Code)
		w.must(err)
		expires := func(want int) {
			t.Helper()
			if n, err := w.agents.ExpireCashCodes(bg, 10); err != nil || n != want {
				t.Errorf("%d expired, %v; want %d", n, err, want)
			}
		}
		w.clock.Set(made.Until.Add(-time.Microsecond))
		expires(0)
		w.clock.Set(made.Until)
		_, err = w.agents.Payout(bg, p.Intent, w.pin(njeri))
		w.refused(err, fault.CodeGone)
		w.holds(john, 2_029_00)
		expires(1)
		expires(0)
		w.holds(john, 0)
		w.told(map[msisdn.Number]string{john: "for Ksh 2,000 was not used"})

		// One that nobody has swept up yet makes way for the next, with its money.
		old := w.cashCode(john, 1_000_00)
		w.clock.Set(old.Until)
		w.cashCode(john, 500_00)
		w.holds(john, 529_00)
		expires(0)

		// One whose hold the ledger has given back itself can be ended all the same.
		w.clock.Advance(48 * time.Hour)
		_, err = w.ledger.Expire(bg, w.clock.Now(), 10)
		w.must(err)
		expires(1)
		w.holds(john, 0)
		w.has(john, 5_000_00)
		w.right()
	})
}

func TestCancelCashCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		made := w.cashCode(john, 2_000_00)
		end, err := w.agents.CancelCashCode(bg, john, wallet.Origin{})
		w.must(err)
		if !strings.Contains(end, "2,029") {
			t.Errorf("%q", end)
		}
		_, err = w.agents.CancelCashCode(bg, john, wallet.Origin{})
		w.refused(err, fault.CodeGone)
		w.holds(john, 0)
		_, err = w.types(njeri, john, made.Code)
		w.refused(err, fault.CodeGone)
		w.right()
	})
}

// What the wallet has and may is told to who knows the PIN, before the code is drawn and not at the counter.
func TestCashCodeWithinMeans(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		const amina = msisdn.Number("+254712000003")
		c, err := w.wallet.OpenWallet(bg, wallet.NewWallet{Phone: amina, Name: "AMINA HASSAN", Language: "en", Tier: 1, PIN: w.pin(john), Float: 30_000_00})
		w.must(err)
		w.people[amina] = c
		for _, v := range []struct {
			who    msisdn.Number
			amount int64
			pin    msisdn.Number
			code   fault.Code
		}{
			{amina, 10_001_00, jane, fault.WrongPIN}, {amina, 10_001_00, john, fault.LimitSingle},
			{jane, 1_200_00, john, fault.WrongPIN}, {jane, 1_200_00, jane, fault.Insufficient},
		} {
			q, err := w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: v.who, Amount: v.amount})
			w.must(err)
			_, err = w.agents.CashCode(bg, q.Intent, w.pin(v.pin))
			w.refused(err, v.code)
			w.holds(v.who, 0)
		}
		_, err = w.agents.QuoteCashCode(bg, agents.CashCodeRequest{From: jane, Amount: 10_00})
		w.refused(err, fault.AmountTooSmall)

		// The account is stopped after the code was drawn: the operator hears that it cannot be, and nothing of why.
		made := w.cashCode(john, 500_00)
		blocked := ledger.DebitBlocked
		_, err = w.ledger.Commit(bg, &ledger.Plan{Change: []ledger.AccountChange{{Account: w.people[john].Account, Flags: &blocked}}})
		w.must(err)
		p, err := w.types(njeri, john, made.Code)
		w.must(err)
		_, err = w.agents.Payout(bg, p.Intent, w.pin(njeri))
		w.refused(err, fault.CannotWithdraw)
		w.right()
	})
}

// The intents of a cash-out are one kind, whoever opened them: each act takes its own only.
func TestIntentsAreNotMixedUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		made := w.cashCode(john, 500_00)
		p, err := w.types(njeri, john, made.Code)
		w.must(err)
		_, err = w.agents.CashOut(bg, p.Intent, w.pin(john))
		w.refused(err, fault.BadRequest)
		q, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: john, Shop: w.tills[njeri].Code, Amount: 500_00})
		w.must(err)
		_, err = w.agents.Payout(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.BadRequest)
		in, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, To: jane, Amount: 20_000_00})
		w.must(err)
		_, err = w.agents.CashCode(bg, in.Intent, w.pin(jane))
		w.refused(err, fault.BadRequest)
		w.has(john, 5_000_00)
		w.right()
	})
}

// An operator who types wrong deposit codes one after the other is looking for somebody, and is heard no more for a while: right codes
// neither. Another operator is, and a deposit by number goes on.
func TestWrongDepositCodesStopAnOperator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		made, err := w.agents.DepositCode(bg, jane, wallet.Origin{})
		w.must(err)
		for range w.wallet.Market().At(w.clock.Now()).Agents.WrongCodes {
			_, err := w.agents.Depositor(bg, njeri, made.Code)
			w.must(err)
			_, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, Code: w.wrong(made.Code), Amount: 100_00})
			w.refused(err, fault.CodeUnknown)
		}
		_, err = w.agents.Depositor(bg, njeri, made.Code)
		w.refused(err, fault.CodesBarred)
		_, err = w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: njeri, Code: made.Code, Amount: 100_00})
		w.refused(err, fault.CodesBarred)
		_, err = w.agents.Depositor(bg, otieno, made.Code)
		w.must(err)
		w.byNumber(100_00)
		w.clock.Advance(w.wallet.Market().At(w.clock.Now()).Agents.WrongFor)
		_, err = w.agents.Depositor(bg, njeri, w.wrong(made.Code))
		w.refused(err, fault.CodeUnknown)
		made, err = w.agents.DepositCode(bg, jane, wallet.Origin{})
		w.must(err)
		_, err = w.agents.Depositor(bg, njeri, made.Code)
		w.must(err)
		w.right()
	})
}

// A customer who is asked again and again and never says yes is left in peace for the day: each request is an SMS.
func TestAskingInVain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		most := w.wallet.Market().At(w.clock.Now()).Agents.VainAsks
		for i := range most {
			w.requests(njeri, john, 500_00)
			if i%2 == 0 {
				_, err := w.agents.TakeBack(bg, njeri, john, wallet.Origin{})
				w.must(err)
			} else {
				w.clock.Advance(5 * time.Minute)
			}
		}
		_, err := w.agents.QuoteAsk(bg, agents.AskRequest{Operator: njeri, From: john, Amount: 500_00})
		w.refused(err, fault.AskedOften)
		_, err = w.agents.Ask(bg, agents.AskRequest{Operator: njeri, From: john, Amount: 500_00})
		w.refused(err, fault.AskedOften)
		w.requests(njeri, jane, 500_00)
		_, err = w.agents.Approve(bg, w.requests(otieno, john, 500_00), w.pin(john))
		w.must(err)
		w.clock.Advance(24 * time.Hour)
		w.requests(njeri, john, 500_00)
		w.right()
	})
}
