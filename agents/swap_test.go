package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/offer"
	"senti/wallet"
	"senti/wallet/db"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

var noOrigin wallet.Origin

// turns makes each request a turn of its own.
var turns int

func nextTurn() wallet.Origin {
	turns++
	return wallet.Origin{Gateway: "test", Turn: turns}
}

// swaps asks a shop for a swap, which says yes, and returns the offer.
func (w *town) swaps(asking, asked msisdn.Number, amount int64) id.ID {
	w.t.Helper()
	_, err := w.agents.AskSwap(bg, agents.FloatRequest{Operator: asking, Shop: w.tills[asked].Code, Amount: amount})
	w.must(err)
	waiting := w.askedAt(asked, offer.Swap)
	q, err := w.agents.QuoteSwap(bg, agents.OfferRequest{Operator: asked, Offer: waiting.Offer})
	w.must(err)
	done, err := w.agents.AgreeSwap(bg, q.Intent, w.pin(asked))
	w.must(err)
	again, err := w.agents.AgreeSwap(bg, q.Intent, w.pin(asked))
	w.must(err)
	if done != again || !strings.HasPrefix(done.End, "AGREED.") {
		w.t.Errorf("%+v, again %+v", done, again)
	}
	return waiting.Offer
}

// codeFor is the code that a till was given for its swap or reservation.
func (w *town) codeFor(operator msisdn.Number, which id.ID) string {
	w.t.Helper()
	all, err := w.agents.Swaps(bg, operator)
	w.must(err)
	more, err := w.agents.Reservations(bg, operator)
	w.must(err)
	for _, o := range append(all, more...) {
		if o.Offer == which && o.Agreed {
			return o.Code
		}
	}
	w.t.Fatalf("%s has no code", operator)
	return ""
}

// typesSwap types a code.
func (w *town) typesSwap(operator msisdn.Number, which id.ID, code string) (string, bool, error) {
	w.t.Helper()
	done, err := w.agents.TypeSwapCode(bg, agents.TypeRequest{
		Operator: agents.OfferRequest{Operator: operator, Offer: which, Origin: nextTurn()}, Code: w.code(code),
	})
	return done.End, !done.Intent.IsZero(), err
}

func TestSwap(t *testing.T) {
	for _, first := range []msisdn.Number{otieno, wafula} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := newTown(t, d)
			w.stranger(100_000_00)
			which := w.swaps(otieno, wafula, 20_000_00)
			w.holds(wafula, 20_000_00)
			codes := map[msisdn.Number]string{otieno: w.codeFor(otieno, which), wafula: w.codeFor(wafula, which)}
			for phone, code := range codes {
				if len(code) != 4 || !strings.Contains(w.texts(phone), "Your code "+code) {
					t.Errorf("%s has code %q, was told %s", phone, code, w.texts(phone))
				}
			}
			second := map[msisdn.Number]msisdn.Number{otieno: wafula, wafula: otieno}[first]
			end, moved, err := w.typesSwap(first, which, codes[second])
			w.must(err)
			if moved || !strings.HasPrefix(end, "RIGHT. When ") {
				t.Errorf("the first: %q, %t", end, moved)
			}
			end, moved, err = w.typesSwap(first, which, codes[second])
			w.must(err)
			if moved || !strings.HasPrefix(end, "RIGHT. When ") {
				t.Errorf("the first again: %q, %t", end, moved)
			}
			w.has(otieno, 800_00)

			last := agents.TypeRequest{Operator: agents.OfferRequest{Operator: second, Offer: which, Origin: nextTurn()}, Code: w.code(codes[first])}
			done, err := w.agents.TypeSwapCode(bg, last)
			w.must(err)
			again, err := w.agents.TypeSwapCode(bg, last)
			w.must(err)
			if done.Intent.IsZero() || done != again || !strings.HasPrefix(done.End, "SWAPPED. Ksh 20,000 float") {
				t.Errorf("the second: %+v; again %+v", done, again)
			}
			w.has(otieno, 20_800_00)
			w.has(wafula, 80_000_00)
			w.holds(wafula, 0)
			if !strings.Contains(w.texts(otieno), "FLOAT came from WAFULA") || !strings.Contains(w.texts(wafula), "FLOAT went to OTIENO") {
				t.Errorf("%s\n%s", w.texts(otieno), w.texts(wafula))
			}
			_, _, err = w.typesSwap(second, which, codes[first])
			w.refused(err, fault.OfferGone)
			_, err = w.agents.CancelSwap(bg, agents.OfferRequest{Operator: otieno, Offer: which})
			w.refused(err, fault.OfferGone)
			w.cash(otieno, 10_000_00-20_000_00)
			w.cash(wafula, 10_000_00+20_000_00)
			w.right()
		})
	}
}

// cash asserts what is thought to be in a drawer.
func (w *town) cash(operator msisdn.Number, want int64) {
	w.t.Helper()
	got, err := w.agents.CashAt(bg, w.tills[operator].ID)
	w.must(err)
	if got != want {
		w.t.Errorf("%s has %d in the drawer, want %d", operator, got, want)
	}
}

// Each side cancels, before and after one has typed; the float is free again, and nothing can be typed any more.
func TestSwapCancelled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for _, typed := range []bool{false, true} {
			for _, by := range []msisdn.Number{otieno, njeri} {
				which := w.swaps(otieno, njeri, 5_000_00)
				codes := map[msisdn.Number]string{otieno: w.codeFor(otieno, which), njeri: w.codeFor(njeri, which)}
				if typed {
					_, _, err := w.typesSwap(otieno, which, codes[njeri])
					w.must(err)
				}
				end, err := w.agents.CancelSwap(bg, agents.OfferRequest{Operator: by, Offer: which})
				w.must(err)
				if !strings.HasPrefix(end, "CANCELLED. No float has moved.") {
					t.Errorf("%q", end)
				}
				_, _, err = w.typesSwap(njeri, which, codes[otieno])
				w.refused(err, fault.OfferGone)
				w.holds(njeri, 0)
				w.has(otieno, 800_00)
				other := map[msisdn.Number]msisdn.Number{otieno: njeri, njeri: otieno}[by]
				if !strings.Contains(w.texts(other), "CANCELLED the swap of Ksh 5,000") {
					t.Errorf("%s was told %s", other, w.texts(other))
				}
			}
		}
		w.right()
	})
}

func TestSwapCodesAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		which := w.swaps(otieno, njeri, 5_000_00)
		right := w.codeFor(njeri, which)
		wrong := "0000"
		if right == wrong {
			wrong = "1111"
		}
		r := agents.TypeRequest{Operator: agents.OfferRequest{Operator: otieno, Offer: which, Origin: nextTurn()}, Code: w.code(wrong)}
		_, err := w.agents.TypeSwapCode(bg, r)
		w.refused(err, fault.WrongCode)
		_, _, err = w.typesSwap(otieno, which, w.codeFor(otieno, which)) // the own code opens nothing
		w.refused(err, fault.WrongCode)
		_, _, err = w.typesSwap(otieno, which, wrong)
		w.refused(err, fault.CodeLocked)
		_, _, err = w.typesSwap(otieno, which, right)
		w.refused(err, fault.CodeLocked)
		_, _, err = w.typesSwap(njeri, which, w.codeFor(otieno, which))
		w.must(err)
		w.has(otieno, 800_00)
		_, err = w.agents.CancelSwap(bg, agents.OfferRequest{Operator: njeri, Offer: which})
		w.must(err)
		w.holds(njeri, 0)
		w.right()
	})
}

func TestSwapLapses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		which := w.swaps(otieno, njeri, 5_000_00)
		_, _, err := w.typesSwap(otieno, which, w.codeFor(njeri, which))
		w.must(err)
		code := w.codeFor(otieno, which)
		w.clock.Advance(30*time.Minute - time.Microsecond)
		w.expires(0)
		w.clock.Advance(time.Microsecond)
		_, _, err = w.typesSwap(njeri, which, code)
		w.refused(err, fault.OfferGone)
		w.expires(1)
		w.expires(0)
		w.holds(njeri, 0)
		w.has(otieno, 800_00)
		for _, phone := range []msisdn.Number{otieno, njeri} {
			if !strings.Contains(w.texts(phone), "The time for the swap of Ksh 5,000 with ") {
				t.Errorf("%s was told %s", phone, w.texts(phone))
			}
		}
		if n := w.rowsOf("SELECT COUNT(*) FROM codes WHERE due_at IS NOT NULL"); n != 0 {
			t.Errorf("%d codes are left over", n)
		}
		w.right()
	})
}

func TestSwapRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		ask := agents.FloatRequest{Operator: otieno, Shop: w.tills[njeri].Code, Amount: 60_000_00}
		_, err := w.agents.AskSwap(bg, ask)
		w.must(err)
		waiting := w.askedAt(njeri, offer.Swap)
		r := agents.OfferRequest{Operator: njeri, Offer: waiting.Offer}
		q, err := w.agents.QuoteSwap(bg, r)
		w.must(err)
		_, err = w.agents.AgreeSwap(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.TillShort)
		_, err = w.agents.QuoteGive(bg, r)
		w.refused(err, fault.OfferGone) // it is no request for float
		_, _, err = w.typesSwap(otieno, waiting.Offer, "1234")
		w.refused(err, fault.OfferGone)
		_, err = w.agents.RefuseOffer(bg, r)
		w.must(err)

		ask.Amount = 5_000_00
		_, err = w.agents.AskSwap(bg, ask)
		w.must(err)
		r.Offer = w.askedAt(njeri, offer.Swap).Offer
		q, err = w.agents.QuoteSwap(bg, r)
		w.must(err)
		_, err = w.agents.CancelSwap(bg, agents.OfferRequest{Operator: otieno, Offer: r.Offer})
		w.must(err)
		_, err = w.agents.AgreeSwap(bg, q.Intent, w.pin(njeri))
		w.refused(err, fault.OfferGone)
		w.holds(njeri, 0)

		// Full when the last code is typed: nothing moves, and it can still be taken back.
		w.issues(otieno, 495_000_00)
		which := w.swaps(otieno, njeri, 5_000_00)
		_, _, err = w.typesSwap(otieno, which, w.codeFor(njeri, which))
		w.must(err)
		_, _, err = w.typesSwap(njeri, which, w.codeFor(otieno, which))
		w.refused(err, fault.FloatFull)
		w.holds(njeri, 5_000_00)
		_, err = w.agents.CancelSwap(bg, agents.OfferRequest{Operator: njeri, Offer: which})
		w.must(err)
		w.holds(njeri, 0)
		w.right()
	})
}

// Swapped with nobody in particular: the tills of a ward that have float to spare.
func TestSwapShops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.stranger(60_000_00) // in MAMA NJERI's ward
		ward := w.wallet.Market().Wards[0].Code
		for _, c := range []struct {
			amount int64
			want   []msisdn.Number
		}{
			{30_000_00, []msisdn.Number{wafula, njeri}},
			{40_000_00, []msisdn.Number{njeri}}, // of the same agent; another's till keeps what one of its class must
			{40_000_01, nil},
		} {
			got, err := w.agents.SwapShops(bg, otieno, ward, c.amount)
			if (len(c.want) == 0) != fault.HasCode(err, fault.NoShops) || len(got) != len(c.want) {
				t.Errorf("%d: %+v, %v", c.amount, got, err)
				continue
			}
			for i, s := range got {
				if s.Till != w.tills[c.want[i]].ID {
					t.Errorf("%d: %+v", c.amount, got)
				}
			}
		}
		got, err := w.agents.SwapShops(bg, njeri, ward, 1_00)
		if err != nil || len(got) != 1 || got[0].Till != w.tills[wafula].ID {
			t.Errorf("not one's own: %+v, %v", got, err)
		}
		own := w.agent // a till of the bank, which is low at 250,000, asks shops that are low at 10,000
		w.agent = w.bank
		w.shop(amina, "SIMBA BRANCH", w.wallet.Market().Wards[2].Code, "AMINA HASSAN", 1_00)
		w.agent = own
		got, err = w.agents.SwapShops(bg, amina, ward, 20_000_00)
		if err != nil || len(got) != 2 {
			t.Errorf("asked by a till of another class: %+v, %v", got, err)
		}
	})
}
