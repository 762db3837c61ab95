package agents_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/offer"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// reserves has a customer ask a shop to keep cash, and returns the offer.
func (w *town) reserves(from, at msisdn.Number, amount int64) id.ID {
	w.t.Helper()
	q, err := w.agents.QuoteReserve(bg, agents.CashOutRequest{From: from, Shop: w.tills[at].Code, Amount: amount})
	w.must(err)
	done, err := w.agents.Reserve(bg, q.Intent, w.pin(from))
	w.must(err)
	again, err := w.agents.Reserve(bg, q.Intent, w.pin(from))
	w.must(err)
	if done != again || !strings.HasPrefix(done.End, "ASKED. ") {
		w.t.Errorf("%+v, again %+v", done, again)
	}
	return q.Intent
}

// promised is cash that the shop has said yes to.
func (w *town) promised(from, at msisdn.Number, amount int64) id.ID {
	w.t.Helper()
	which := w.reserves(from, at, amount)
	_, err := w.agents.PromiseCash(bg, agents.OfferRequest{Operator: at, Offer: which})
	w.must(err)
	return which
}

// customersCode is the code that a customer was sent for reserved cash.
func (w *town) customersCode(from msisdn.Number) (own, shop string) {
	w.t.Helper()
	_, codes, err := w.agents.SeeReservation(bg, from, w.pin(from))
	w.must(err)
	return codes.Own, codes.Shop
}

// paysOut pays reserved cash on a code.
func (w *town) paysOut(operator msisdn.Number, which id.ID, code string) (string, error) {
	w.t.Helper()
	done, err := w.agents.PayReserved(bg, agents.TypeRequest{
		Operator: agents.OfferRequest{Operator: operator, Offer: which, Origin: nextTurn()}, Code: w.code(code),
	})
	return done.End, err
}

func TestReservation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		which := w.reserves(john, njeri, 2_000_00)
		w.holds(john, 2_029_00)
		w.told(map[msisdn.Number]string{njeri: "JOHN K asks you to keep Ksh 2,000 cash"})
		waiting := w.askedAt(njeri, offer.Cash)
		if waiting.Whom != "JOHN K" || waiting.Offer != which {
			t.Errorf("asked: %+v", waiting)
		}
		_, err := w.agents.QuoteReserve(bg, agents.CashOutRequest{From: john, Shop: w.tills[otieno].Code, Amount: 100_00})
		w.refused(err, fault.OfferPending)
		r, there, err := w.agents.Reserved(bg, john)
		w.must(err)
		if !there || r.Agreed || r.Offer != which {
			t.Errorf("reserved: %+v, %t", r, there)
		}
		_, _, err = w.agents.SeeReservation(bg, john, w.pin(john))
		w.refused(err, fault.OfferGone)

		_, err = w.agents.PromiseCash(bg, agents.OfferRequest{Operator: otieno, Offer: which})
		w.refused(err, fault.OfferGone) // it is not otieno's
		_, err = w.agents.PromiseCash(bg, agents.OfferRequest{Operator: njeri, Offer: which})
		w.must(err)
		own, shop := w.customersCode(john)
		if w.codeFor(njeri, which) != shop {
			t.Errorf("the shop shows %s, the customer is to look for %s", w.codeFor(njeri, which), shop)
		}
		w.told(map[msisdn.Number]string{john: "Your code " + own, njeri: "Show your code " + shop})

		_, err = w.paysOut(njeri, which, shop)
		if shop != own {
			w.refused(err, fault.WrongCode)
		}
		pay := agents.TypeRequest{Operator: agents.OfferRequest{Operator: njeri, Offer: which, Origin: nextTurn()}, Code: w.code(own)}
		done, err := w.agents.PayReserved(bg, pay)
		w.must(err)
		again, err := w.agents.PayReserved(bg, pay)
		w.must(err)
		if done != again || !strings.HasPrefix(done.End, "PAY Ksh 2,000 cash to JOHN K now.") {
			t.Errorf("%+v, again %+v", done, again)
		}
		w.has(john, 2_971_00)
		w.holds(john, 0)
		w.has(njeri, 52_000_00)
		w.fees(29_00)
		w.earned(15_00)
		_, err = w.paysOut(njeri, which, own)
		w.refused(err, fault.OfferGone)
		paid := w.newest(njeri)
		if paid.Kind != ledger.CashOut || paid.State != deal.Done || paid.Amount != 2_000_00 || paid.Fee != 29_00 {
			t.Errorf("the deal: %+v", paid)
		}
		w.right()

		// It is a withdrawal like any other, and can be returned.
		if _, err := returning(w, njeri, paid.ID); err != nil {
			t.Errorf("return it: %v", err)
		}
		w.has(john, 5_000_00)
		w.right()
	})
}

// Every way in which nothing comes of a reservation frees the money, tells the others, and is noted on whom it belongs to.
func TestReservationsThatEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		at := func(which id.ID) agents.OfferRequest { return agents.OfferRequest{Operator: njeri, Offer: which} }
		for _, c := range []struct {
			name           string
			agreed         bool
			end            func(which id.ID) (string, error)
			says           string
			told           map[msisdn.Number]string
			till, customer offer.Record
		}{
			{"refused", false, func(o id.ID) (string, error) { return w.agents.RefuseOffer(bg, at(o)) }, "You said no",
				map[msisdn.Number]string{john: "cannot keep Ksh 2,000 for you. Ksh 2,029 is free again."}, offer.Record{Of: 1}, offer.Record{}},
			{"not answered", false, func(id.ID) (string, error) { w.clock.Advance(5 * time.Minute); w.expires(1); return "", nil }, "",
				map[msisdn.Number]string{john: "did not answer about Ksh 2,000"}, offer.Record{Of: 2}, offer.Record{}},
			{"taken back before the answer", false, func(o id.ID) (string, error) {
				return w.agents.CancelReserve(bg, agents.Cancellation{Customer: john, Offer: o})
			}, "CANCELLED. Ksh 2,029 is free", map[msisdn.Number]string{njeri: "JOHN K does not come for Ksh 2,000"}, offer.Record{Of: 2}, offer.Record{}},
			{"taken back after it", true, func(o id.ID) (string, error) {
				return w.agents.CancelReserve(bg, agents.Cancellation{Customer: john, Offer: o})
			}, "CANCELLED. Ksh 2,029 is free", nil, offer.Record{Of: 2}, offer.Record{}},
			{"not fetched", true, func(id.ID) (string, error) { w.clock.Advance(45 * time.Minute); w.expires(1); return "", nil }, "",
				map[msisdn.Number]string{john: "You did not fetch Ksh 2,000", njeri: "JOHN K did not come for Ksh 2,000"},
				offer.Record{Kept: 1, Of: 3}, offer.Record{Of: 1}},
			{"the shop has none after all", true, func(o id.ID) (string, error) { return w.agents.BreakPromise(bg, at(o)) }, "JOHN K is told",
				map[msisdn.Number]string{john: "cannot pay you Ksh 2,000 after all"}, offer.Record{Kept: 1, Of: 4}, offer.Record{Of: 1}},
			{"the shop did not pay", true, func(o id.ID) (string, error) {
				return w.agents.CancelReserve(bg, agents.Cancellation{Customer: john, Offer: o, NotPaid: true})
			}, "We noted that", map[msisdn.Number]string{njeri: "JOHN K says you did not pay Ksh 2,000"}, offer.Record{Kept: 1, Of: 5}, offer.Record{Of: 1}},
		} {
			which := w.reserves(john, njeri, 2_000_00)
			if c.agreed {
				_, err := w.agents.PromiseCash(bg, at(which))
				w.must(err)
			}
			end, err := c.end(which)
			w.must(err)
			if !strings.HasPrefix(end, c.says) {
				t.Errorf("%s: %q", c.name, end)
			}
			w.told(c.told)
			w.holds(john, 0)
			w.has(john, 5_000_00)
			till, err := w.agents.Offers().RecordOf(bg, w.tills[njeri].ID, 20)
			w.must(err)
			customer, err := w.agents.Offers().CameOf(bg, w.people[john].ID, 20)
			w.must(err)
			if till != c.till || customer != c.customer {
				t.Errorf("%s: the till's record is %+v, the customer's %+v", c.name, till, customer)
			}
			_, err = w.agents.PromiseCash(bg, at(which))
			w.refused(err, fault.OfferGone)
			_, err = w.agents.RefuseOffer(bg, at(which))
			w.refused(err, fault.OfferGone)
			w.clock.Advance(time.Minute)
		}
		w.expires(0)
		w.right()
	})
}

func TestReserveRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		reserve := func(from msisdn.Number, amount int64, typed msisdn.Number) error {
			q, err := w.agents.QuoteReserve(bg, agents.CashOutRequest{From: from, Shop: w.tills[njeri].Code, Amount: amount})
			w.must(err)
			_, err = w.agents.Reserve(bg, q.Intent, w.pin(typed))
			return err
		}
		w.refused(reserve(john, 2_000_00, jane), fault.WrongPIN)
		err := reserve(john, 5_000_00, john)
		w.refused(err, fault.Insufficient)
		if offered := fault.As(err).Int("offer"); offered == 0 || offered >= 5_000_00 {
			t.Errorf("offered %d", offered)
		}
		w.refused(reserve(john, 2_000_00, john), "")

		// A limit is told before the customer walks to the shop.
		_, err = w.wallet.Issue(bg, w.people[jane].Account, 490_000_00, "a test")
		w.must(err)
		w.takesOut(jane, njeri, 240_000_00)
		w.takesOut(jane, njeri, 200_000_00)
		w.refused(reserve(jane, 61_000_00, jane), fault.LimitDay)
		w.holds(jane, 0)
		w.right()
	})
}

// The code is wrong three times: nothing is paid, and the customer takes the money back.
func TestReservationWithAWrongCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		which := w.promised(john, njeri, 2_000_00)
		own, _ := w.customersCode(john)
		wrong := "0000"
		if own == wrong {
			wrong = "1111"
		}
		for _, want := range []fault.Code{fault.WrongCode, fault.WrongCode, fault.CodeLocked, fault.CodeLocked} {
			_, err := w.paysOut(njeri, which, wrong)
			w.refused(err, want)
		}
		_, err := w.paysOut(njeri, which, own)
		w.refused(err, fault.CodeLocked)
		_, err = w.agents.CancelReserve(bg, agents.Cancellation{Customer: john, Offer: which})
		w.must(err)
		_, err = w.agents.CancelReserve(bg, agents.Cancellation{Customer: jane, Offer: which})
		w.refused(err, fault.OfferGone)
		w.has(john, 5_000_00)
		w.holds(john, 0)
		w.right()
	})
}

func TestFindShops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.stranger(3_000_00) // in MAMA NJERI's ward
		here, there := w.wallet.Market().Wards[0], w.wallet.Market().Wards[1]
		find := func(where string, purpose agents.Purpose, amount int64) string {
			t.Helper()
			found, err := w.agents.FindShops(bg, agents.FindRequest{Where: where, Purpose: purpose, Amount: amount}, 10)
			if fault.HasCode(err, fault.NoShops) {
				return ""
			}
			w.must(err)
			var names []string
			for _, f := range found {
				names = append(names, f.Name)
			}
			return strings.Join(names, ", ")
		}
		check := func(where string, purpose agents.Purpose, amount int64, want string) {
			t.Helper()
			if got := find(where, purpose, amount); got != want {
				t.Errorf("%s of %d in %s: %q, want %q", purpose, amount, where, got, want)
			}
		}
		check(here.Code, agents.AnyShop, 0, "MAMA NJERI, WAFULA STORES")
		check(strings.ToLower(there.Name), agents.AnyShop, 0, "OTIENO KIOSK")
		check("mama nj", agents.AnyShop, 0, "MAMA NJERI")
		check("ma", agents.AnyShop, 0, "") // too little to look for
		check(here.Code, agents.PutInCash, 10_000_00, "MAMA NJERI")
		check(here.Code, agents.TakeCash, 10_000_00, "MAMA NJERI, WAFULA STORES") // what a drawer of the class begins with
		check(here.Code, agents.TakeCash, 10_000_01, "")

		_, err := w.agents.OpenDay(bg, agents.SwitchRequest{Operator: wafula, Cash: 30_000_00})
		w.must(err)
		check(here.Code, agents.TakeCash, 30_000_00, "WAFULA STORES")
		which := w.promised(john, wafula, 2_000_00)
		check(here.Code, agents.TakeCash, 30_000_00, "") // some of it is promised
		check(here.Code, agents.TakeCash, 28_000_00, "WAFULA STORES")
		_, err = w.agents.BreakPromise(bg, agents.OfferRequest{Operator: wafula, Offer: which})
		w.must(err)
		check(here.Code, agents.TakeCash, 1_000_00, "MAMA NJERI, WAFULA STORES") // who did not keep a promise comes last
		w.clock.Advance(time.Minute)
		out := w.takesOut(john, njeri, 2_000_00)
		w.cash(njeri, 8_000_00)
		_, err = notPaid(w, john, out)
		w.must(err)
		check(here.Code, agents.TakeCash, 1_000_00, "WAFULA STORES") // a complaint is open
		_, err = w.agents.ShutDay(bg, agents.SwitchRequest{Operator: wafula})
		w.must(err)
		check(here.Code, agents.TakeCash, 1_000_00, "")
	})
}

// In a ward with more tills than are looked at at once the only one that can is found, wherever it stands in the list; and a till that has no
// room for the e-money is not sent anybody.
func TestFindShopsInALargeWard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		ward := w.wallet.Market().Wards[1].Code // OTIENO KIOSK's, with float of 800
		mine := w.tills[otieno]
		for n := range 450 { // tills as his, and float accounts without anything
			number, account := int64(100_000+n), int64(200_000+n)
			_, err := d.Exec(bg, `INSERT INTO accounts (id, type, currency, class, flags, balance, held, day, month, out_day, in_day, out_month, in_month, seq, opened_at)
				SELECT ?, type, currency, class, flags, 0, 0, day, month, out_day, in_day, out_month, in_month, seq, opened_at FROM accounts WHERE id = ?`, account, mine.Float)
			w.must(err)
			_, err = d.Exec(bg, `INSERT INTO tills (id, store, agent, code, float_account, created_at, label, status, is_open, parts)
				SELECT ?, store, agent, ?, ?, created_at, label, status, is_open, parts FROM tills WHERE id = ?`, number, fmt.Sprint(number), account, mine.ID)
			w.must(err)
			_, err = d.Exec(bg, `INSERT INTO operators (id, agent, phone, created_at, till, name, language, role, status, most_in, most_out)
				SELECT ?, agent, ?, created_at, ?, name, language, role, status, most_in, most_out FROM operators WHERE till = ?`,
				number, fmt.Sprintf("+254700%06d", n), number, mine.ID)
			w.must(err)
		}
		_, err := d.Exec(bg, `UPDATE accounts SET balance = 4000000 WHERE id = 200449`)
		w.must(err)
		found, err := w.agents.FindShops(bg, agents.FindRequest{Where: ward, Purpose: agents.PutInCash, Amount: 30_000_00}, 5)
		if err != nil || len(found) != 1 || found[0].Till != 100_449 {
			t.Errorf("the one that can: %+v, %v", found, err)
		}
		swap, err := w.agents.SwapShops(bg, njeri, ward, 10_000_00)
		if err != nil || len(swap) != 1 || swap[0].Till != 100_449 {
			t.Errorf("who can swap: %+v, %v", swap, err)
		}
		all, err := w.agents.FindShops(bg, agents.FindRequest{Where: ward, Purpose: agents.TakeCash, Amount: 5_000_00}, 150)
		if err != nil || len(all) != 150 {
			t.Errorf("%d can pay, %v", len(all), err)
		}
		_, err = d.Exec(bg, `UPDATE accounts SET balance = 49600000 WHERE id >= 200000`) // of 500,000 that they may hold
		w.must(err)
		if all, err = w.agents.FindShops(bg, agents.FindRequest{Where: ward, Purpose: agents.TakeCash, Amount: 5_000_00}, 1000); len(all) != 1 {
			t.Errorf("%d can pay when their floats are full, %v", len(all), err)
		}
	})
}

func TestTillsOpenAndClose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		open := func(want bool) {
			t.Helper()
			is, err := w.agents.TillOpen(bg, njeri)
			w.must(err)
			post, err := w.agents.Post(bg, njeri)
			w.must(err)
			if is != want || post.Till.Open != want {
				t.Errorf("open %t and %t, want %t", is, post.Till.Open, want)
			}
		}
		end, err := w.agents.ShutDay(bg, agents.SwitchRequest{Operator: njeri})
		w.must(err)
		if !strings.HasPrefix(end, "Your till is CLOSED.") {
			t.Errorf("%q", end)
		}
		open(false)
		end, err = w.agents.OpenDay(bg, agents.SwitchRequest{Operator: njeri, Cash: 12_000_00})
		w.must(err)
		if !strings.HasPrefix(end, "Your till is OPEN with Ksh 12,000 cash.") {
			t.Errorf("%q", end)
		}
		open(true)
		drawer, noted, err := w.agents.Offers().Drawer(bg, w.tills[njeri].ID)
		w.must(err)
		if !noted || drawer.Cash != 12_000_00 || drawer.Float != 50_000_00 || drawer.Operator != w.operator(njeri).ID {
			t.Errorf("the drawer: %+v", drawer)
		}
		w.paysIn(njeri, jane, 2_000_00)
		w.takesOut(john, njeri, 500_00)
		w.cash(njeri, 13_500_00)
		w.clock.Advance(21 * time.Hour) // the next morning nobody has counted
		w.cash(njeri, 10_000_00)
		if n := w.rowsOf("SELECT COUNT(*) FROM audit WHERE act IN ('till.open', 'till.shut')"); n != 2 {
			t.Errorf("%d entries in the audit", n)
		}
		w.suspend(njeri)
		w.clock.Advance(2 * time.Minute)
		_, err = w.agents.OpenDay(bg, agents.SwitchRequest{Operator: njeri})
		w.refused(err, fault.OperatorSuspended)
	})
}

// The terms fit their column even when every name and number in them is as long as it gets.
func TestTermsBetweenShopsFit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		_, err := w.agents.AskSwap(bg, agents.FloatRequest{Operator: otieno, Shop: w.tills[njeri].Code, Amount: 1_000_00})
		w.must(err)
		q, err := w.agents.QuoteSwap(bg, agents.OfferRequest{Operator: njeri, Offer: w.askedAt(njeri, offer.Swap).Offer})
		w.must(err)
		r, err := w.wallet.Intents().Get(bg, q.Intent)
		w.must(err)
		const grow = 16*5 + 2*30 + 2*9 + 2*9 // numbers, shops, an operator's limits, amounts
		if n := len(r.Terms) + grow; n > 1000 {
			t.Errorf("terms of up to %d bytes: %s", n, r.Terms)
		}
	})
}
