package agents_test

import (
	"testing"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// threeShops are in one ward: MAMA NJERI, WAFULA STORES, KWA AMINA.
func (w *town) threeShops() {
	w.t.Helper()
	w.stranger(50_000_00)
	w.shop(amina, "KWA AMINA", w.wallet.Market().Wards[0].Code, "AMINA HASSAN", 40_000_00)
}

// reservesAtAny reserves at the first of the shops, and at the others if it does not say yes.
func (w *town) reservesAtAny(from msisdn.Number, amount int64, at ...msisdn.Number) id.ID {
	w.t.Helper()
	var others []network.ShopCode
	for _, o := range at[1:] {
		others = append(others, w.tills[o].Code)
	}
	q, err := w.agents.QuoteReserve(bg, agents.CashOutRequest{From: from, Shop: w.tills[at[0]].Code, Others: others, Amount: amount})
	w.must(err)
	_, err = w.agents.Reserve(bg, q.Intent, w.pin(from))
	w.must(err)
	return q.Intent
}

// asksNow asserts which shop is asked by a customer now, and returns the offer.
func (w *town) asksNow(from, at msisdn.Number) offer.Offer {
	w.t.Helper()
	open, err := w.agents.Offers().OpenFor(bg, w.people[from].ID, w.clock.Now())
	w.must(err)
	if len(open) != 1 || open[0].Till != w.tills[at].ID || open[0].State != offer.Waiting {
		w.t.Fatalf("asked: %+v", open)
	}
	return open[0]
}

func (w *town) saysNo(at msisdn.Number, which id.ID) {
	w.t.Helper()
	_, err := w.agents.RefuseOffer(bg, agents.OfferRequest{Operator: at, Offer: which})
	w.must(err)
}

// One says no, one says nothing, the third keeps the cash: the PIN was typed once, and the money was set aside once.
func TestReservationGoesFromShopToShop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.threeShops()
		first := w.reservesAtAny(john, 2_000_00, njeri, wafula, amina)
		w.saysNo(njeri, first)
		w.told(map[msisdn.Number]string{
			john:   "did not say yes to Ksh 2,000. Now WAFULA STORES is asked, until 14:07. Ksh 2,029 stays set aside.",
			wafula: "JOHN K asks you to keep Ksh 2,000 cash",
		})
		w.holds(john, 2_029_00)
		second := w.asksNow(john, wafula)
		_, err := w.agents.QuoteReserve(bg, agents.CashOutRequest{From: john, Shop: w.tills[otieno].Code, Amount: 100_00})
		w.refused(err, fault.OfferPending)
		_, err = w.agents.PromiseCash(bg, agents.OfferRequest{Operator: njeri, Offer: first})
		w.refused(err, fault.OfferGone) // too late
		w.clock.Advance(5 * time.Minute)
		w.expires(1)
		third := w.asksNow(john, amina)
		_, err = w.agents.PromiseCash(bg, agents.OfferRequest{Operator: wafula, Offer: second.ID})
		w.refused(err, fault.OfferGone)
		w.expires(0)
		_, err = w.agents.PromiseCash(bg, agents.OfferRequest{Operator: amina, Offer: third.ID})
		w.must(err)
		r, there, err := w.agents.Reserved(bg, john)
		w.must(err)
		if !there || !r.Agreed || r.Offer != third.ID {
			t.Errorf("%+v, %t", r, there)
		}
		own, _ := w.customersCode(john)
		_, err = w.paysOut(amina, third.ID, own)
		w.must(err)
		w.has(john, 2_971_00)
		w.holds(john, 0)
		w.has(amina, 42_000_00)
		w.told(map[msisdn.Number]string{john: "TAKEN OUT at KWA AMINA"})
		records, err := w.agents.Offers().RecordsOf(bg, []int64{w.tills[njeri].ID, w.tills[wafula].ID, w.tills[amina].ID, w.tills[otieno].ID}, 20)
		w.must(err)
		for phone, want := range map[msisdn.Number]offer.Record{njeri: {Of: 1}, wafula: {Of: 1}, amina: {Kept: 1, Of: 1}, otieno: {}} {
			one, err := w.agents.Offers().RecordOf(bg, w.tills[phone].ID, 20)
			if got := records[w.tills[phone].ID]; got != want || one != want || err != nil {
				t.Errorf("%s has kept %+v, one by one %+v, %v; want %+v", phone, got, one, err, want)
			}
		}
		w.right()
	})
}

// Nobody says yes, the customer takes it back on the way, or has gone on to something else: the money is free again, once.
func TestReservationThatNobodyKeeps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.threeShops()
		first := w.reservesAtAny(john, 2_000_00, njeri, wafula)
		w.saysNo(njeri, first)
		w.saysNo(wafula, w.asksNow(john, wafula).ID)
		w.told(map[msisdn.Number]string{john: "WAFULA STORES, Kangemi cannot keep Ksh 2,000 for you. Ksh 2,029 is free again."})
		w.holds(john, 0)

		first = w.reservesAtAny(john, 2_000_00, njeri, wafula)
		w.saysNo(njeri, first)
		_, err := w.agents.CancelReserve(bg, agents.Cancellation{Customer: john, Offer: w.asksNow(john, wafula).ID})
		w.must(err)
		w.holds(john, 0)

		// Who cannot pay is passed over: a shop that is closed, and one whose float is full.
		first = w.reservesAtAny(john, 2_000_00, njeri, wafula, amina)
		_, err = w.agents.ShutDay(bg, agents.SwitchRequest{Operator: wafula})
		w.must(err)
		w.saysNo(njeri, first)
		_, err = w.agents.CancelReserve(bg, agents.Cancellation{Customer: john, Offer: w.asksNow(john, amina).ID})
		w.must(err)

		// Its time is over, nobody has ended it yet, and John asks again: the old one is not put to another shop beside the new one.
		w.reservesAtAny(john, 2_000_00, njeri, amina)
		w.clock.Advance(5 * time.Minute)
		again := w.reservesAtAny(john, 1_000_00, njeri)
		w.expires(1)
		if o := w.asksNow(john, njeri); o.ID != again {
			t.Errorf("%+v", o)
		}
		w.holds(john, 1_029_00)
		w.saysNo(njeri, again)
		w.holds(john, 0)
		w.has(john, 5_000_00)
		w.right()
	})
}

// The shop says no on one node in the instant in which its time is over on another, or in which the customer takes it back.
func TestReservationPassedOnAtOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.threeShops()
		two.tills = one.tills
		for round := range raceRounds {
			first := one.reservesAtAny(john, 100_00, njeri, wafula)
			no := func() error {
				_, err := one.agents.RefuseOffer(bg, agents.OfferRequest{Operator: njeri, Offer: first})
				return err
			}
			other := func() error {
				_, err := two.agents.CancelReserve(bg, agents.Cancellation{Customer: john, Offer: first})
				return err
			}
			if round%2 == 1 {
				one.clock.Advance(5*time.Minute - time.Microsecond)
				other = func() error {
					two.clock.Advance(time.Microsecond)
					_, err := two.agents.ExpireOffers(bg, 10)
					return err
				}
			}
			a, b := atOnce(no, other)
			if b != nil && !fault.HasCode(b, fault.OfferGone) && !fault.HasCode(b, fault.OfferChanged) || a != nil && !fault.HasCode(a, fault.OfferGone) && !fault.HasCode(a, fault.OfferChanged) {
				t.Errorf("%v, %v", a, b)
			}
			open, err := one.agents.Offers().OpenFor(bg, one.people[john].ID, one.clock.Now())
			one.must(err)
			held := int64(0)
			if len(open) > 0 {
				held = 111_00
			}
			if len(open) > 1 || round%2 == 1 && len(open) != 1 {
				t.Errorf("open: %+v", open)
			}
			one.holds(john, held)
			for _, o := range open {
				one.saysNo(wafula, o.ID)
			}
			one.holds(john, 0)
		}
		one.has(john, 5_000_00)
	})
}

// A wrong code that the telco repeats at another node is one try, whoever was first to type.
func TestSwapCodeTypedOnTwoNodes(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		which := one.swaps(otieno, njeri, 1_000_00)
		right := one.codeFor(njeri, which)
		wrong := "0000"
		if right == wrong {
			wrong = "1111"
		}
		for left := int64(2); left >= 1; left-- {
			r := agents.TypeRequest{Operator: agents.OfferRequest{Operator: otieno, Offer: which, Origin: nextTurn()}, Code: one.code(wrong)}
			types := func(w *town) func() error {
				return func() error { _, err := w.agents.TypeSwapCode(bg, r); return err }
			}
			a, b := atOnce(types(one), types(two))
			for _, err := range []error{a, b, types(two)()} {
				if !fault.HasCode(err, fault.WrongCode) || fault.As(err).Int("left") != left {
					t.Errorf("%v; want %d left", err, left)
				}
			}
		}
		r := agents.TypeRequest{Operator: agents.OfferRequest{Operator: otieno, Offer: which, Origin: nextTurn()}, Code: one.code(right)}
		first, err := one.agents.TypeSwapCode(bg, r)
		one.must(err)
		one.must(one.typing(njeri, which, one.codeFor(otieno, which))())
		again, err := two.agents.TypeSwapCode(bg, r) // the swap is over by now
		if err != nil || again != first {
			t.Errorf("again %+v, %v; the first time %+v", again, err, first)
		}
		one.has(otieno, 1_800_00)
	})
}

// A till keeps what one of its class must: it cannot begin without it, nor sell or swap it away to another agent.
func TestLeastFloat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.stranger(34_000_00)
		_, err := w.agents.AskSwap(bg, agents.FloatRequest{Operator: otieno, Shop: w.tills[wafula].Code, Amount: 4_000_01})
		w.must(err)
		swap := func() error {
			q, err := w.agents.QuoteSwap(bg, agents.OfferRequest{Operator: wafula, Offer: w.askedAt(wafula, offer.Swap).Offer})
			w.must(err)
			_, err = w.agents.AgreeSwap(bg, q.Intent, w.pin(wafula))
			return err
		}
		err = swap()
		w.refused(err, fault.FloatMin)
		if fault.As(err).Int("min") != 30_000_00 {
			t.Errorf("%v", err)
		}
		w.holds(wafula, 0)
		w.issues(wafula, 1)
		w.must(swap())
		w.holds(wafula, 4_000_01)

		own := w.agent
		w.agent = w.bank
		w.shop(amina, "SIMBA BRANCH", w.wallet.Market().Wards[2].Code, "AMINA HASSAN", 510_000_00)
		w.agent = own
		_, err = w.sells(amina, njeri, 10_000_01)
		w.refused(err, fault.FloatMin) // the bank keeps 500,000
		_, err = w.sells(amina, njeri, 10_000_00)
		w.must(err)
		_, err = w.sells(njeri, otieno, 60_000_00)
		w.must(err) // between the tills of one agent all of it
		w.right()
	})
}

func TestOpensWithTheLeastFloat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		opens := func(want fault.Code) {
			t.Helper()
			_, err := w.agents.OpenDay(bg, agents.SwitchRequest{Operator: otieno, Cash: 5_000_00})
			w.refused(err, want)
		}
		_, err := w.agents.ShutDay(bg, agents.SwitchRequest{Operator: otieno})
		w.must(err)
		w.issues(otieno, 29_199_99)
		opens(fault.OpeningShort)
		if is, err := w.agents.TillOpen(bg, otieno); is || err != nil {
			t.Errorf("open %t, %v", is, err)
		}
		w.issues(otieno, 1)
		opens("")
		_, err = w.agents.ShutDay(bg, agents.SwitchRequest{Operator: otieno})
		w.must(err)
		_, err = w.sells(otieno, njeri, 29_000_00)
		w.must(err)
		opens("") // it has begun; on other days it has what it has
	})
}
