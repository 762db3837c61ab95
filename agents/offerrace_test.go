package agents_test

import (
	"strings"
	"testing"
	"time"

	"senti/agents"
	"senti/agents/offer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/msisdn"
)

// typing is one typing of a code, as a function for two to do at once.
func (w *town) typing(operator msisdn.Number, which id.ID, code string) func() error {
	r := agents.TypeRequest{Operator: agents.OfferRequest{Operator: operator, Offer: which, Origin: nextTurn()}, Code: w.code(code)}
	return func() error {
		_, err := w.agents.TypeSwapCode(bg, r)
		return err
	}
}

// The swap is cancelled in the instant in which the second code is typed: the float moves, or it is free again, and never both.
func TestSwapCancelledWhileTyped(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		has, round := int64(800_00), 0
		one.races(raceRounds, func(r *race) bool {
			which := one.swaps(otieno, njeri, 1_000_00)
			first, second := otieno, njeri
			if round++; round%2 == 0 {
				first, second = njeri, otieno
			}
			codes := map[msisdn.Number]string{otieno: one.codeFor(otieno, which), njeri: one.codeFor(njeri, which)}
			one.must(one.typing(first, which, codes[second])())
			a, b := r.atOnce(one.typing(second, which, codes[first]), func() error {
				_, err := two.agents.CancelSwap(bg, agents.OfferRequest{Operator: first, Offer: which})
				return err
			})
			typed := one.oneOf(a, b, fault.OfferGone, fault.OfferChanged)
			if typed {
				has += 1_000_00
			}
			one.has(otieno, has)
			one.holds(njeri, 0)
			return typed
		})
	})
}

// Both type in the same instant: each hears that the own code was right, and the float moves once.
func TestSwapTypedByBothAtOnce(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		has := int64(800_00)
		for range raceRounds {
			which := one.swaps(otieno, njeri, 1_000_00)
			a, b := atOnce(one.typing(otieno, which, one.codeFor(njeri, which)), two.typing(njeri, which, one.codeFor(otieno, which)))
			one.must(a)
			one.must(b)
			has += 1_000_00
			one.has(otieno, has)
			one.holds(njeri, 0)
		}
	})
}

// One side says yes to a swap in the instant in which the other takes it back.
func TestSwapAgreedAndWithdrawn(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.races(raceRounds, func(r *race) bool {
			_, err := one.agents.AskSwap(bg, agents.FloatRequest{Operator: otieno, Shop: one.tills[njeri].Code, Amount: 1_000_00})
			one.must(err)
			which := one.askedAt(njeri, offer.Swap).Offer
			q, err := one.agents.QuoteSwap(bg, agents.OfferRequest{Operator: njeri, Offer: which})
			one.must(err)
			a, b := r.atOnce(
				func() error { _, err := one.agents.AgreeSwap(bg, q.Intent, one.pin(njeri)); return err },
				func() error {
					_, err := two.agents.WithdrawOffer(bg, agents.OfferRequest{Operator: otieno, Offer: which})
					return err
				})
			held, agreed := int64(0), one.oneOf(a, b, fault.OfferGone, fault.OfferChanged)
			if agreed {
				held = 1_000_00
			}
			one.holds(njeri, held)
			if agreed {
				_, err = one.agents.CancelSwap(bg, agents.OfferRequest{Operator: otieno, Offer: which})
				one.must(err)
			}
			return agreed
		})
	})
}

// Reserved cash is paid in the instant in which the customer takes the money back; and it is paid once, though the code is typed on two
// nodes.
func TestReservationPaidAndCancelled(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		has := int64(5_000_00)
		race := func(twice bool) func(*race) bool {
			return func(r *race) bool {
				which := one.promised(john, njeri, 100_00)
				own, _ := one.customersCode(john)
				pay := func(w *town) func() error {
					r := agents.TypeRequest{Operator: agents.OfferRequest{Operator: njeri, Offer: which, Origin: nextTurn()}, Code: w.code(own)}
					return func() error { _, err := w.agents.PayReserved(bg, r); return err }
				}
				other := pay(two)
				if !twice {
					other = func() error {
						_, err := two.agents.CancelReserve(bg, agents.Cancellation{Customer: john, Offer: which})
						return err
					}
				}
				a, b := r.atOnce(pay(one), other)
				paid := one.oneOf(a, b, fault.OfferGone, fault.OfferChanged, fault.CodeGone, fault.CounterChanged)
				if paid || twice {
					has -= 111_00
				}
				one.has(john, has)
				one.holds(john, 0)
				return paid
			}
		}
		one.races(raceRounds/2, race(false))
		one.races(raceRounds/2, race(true))
	})
}

// The shop says yes in the instant in which the customer takes it back: the money is held for a promise, or free.
func TestReservationPromisedAndCancelled(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		for range raceRounds {
			which := one.reserves(john, njeri, 100_00)
			cancel := agents.Cancellation{Customer: john, Offer: which}
			a, b := atOnce(
				func() error {
					_, err := one.agents.PromiseCash(bg, agents.OfferRequest{Operator: njeri, Offer: which})
					return err
				},
				func() error { _, err := two.agents.CancelReserve(bg, cancel); return err })
			switch {
			case a == nil && b == nil: // the customer saw the yes, and took it back after it
			case one.oneOf(a, b, fault.OfferGone, fault.OfferChanged):
				one.holds(john, 111_00)
				_, err := one.agents.CancelReserve(bg, cancel)
				one.must(err)
			}
			one.holds(john, 0)
			one.has(john, 5_000_00)
		}
	})
}

// Two shops buy the same float at once.
func TestFloatSoldTwice(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		one.races(raceRounds, func(r *race) bool {
			sell := func(w *town) func() error {
				q, err := w.agents.QuoteFloat(bg, agents.FloatRequest{Operator: njeri, Shop: w.tills[otieno].Code, Amount: 30_000_00})
				w.must(err)
				return func() error { _, err := w.agents.MoveFloat(bg, q.Intent, w.pin(njeri)); return err }
			}
			a, b := r.atOnce(sell(one), sell(two))
			first := one.oneOf(a, b, fault.TillShort)
			one.has(njeri, 20_000_00)
			_, err := one.sells(otieno, njeri, 30_000_00)
			one.must(err)
			return first
		})
	})
}

// Two processes expire the same things, and warn the same tills: each is ended and told once.
func TestOffersExpiredByTwo(t *testing.T) {
	eachTwo(t, func(t *testing.T, one, two *town) {
		for range raceRounds {
			one.swaps(otieno, njeri, 1_000_00)
			one.promised(john, njeri, 100_00)
			one.clock.Advance(45 * time.Minute)
			var n, m int
			a, b := atOnce(
				func() (err error) { n, err = one.agents.ExpireOffers(bg, 10); return err },
				func() (err error) { m, err = two.agents.ExpireOffers(bg, 10); return err })
			one.must(a)
			one.must(b)
			if n+m != 2 {
				t.Errorf("%d and %d were ended, want 2 in all", n, m)
			}
			one.holds(njeri, 0)
			one.holds(john, 0)
			one.clock.Advance(6 * time.Hour)
			a, b = atOnce(
				func() (err error) { n, err = one.agents.FloatAlerts(bg, 10); return err },
				func() (err error) { m, err = two.agents.FloatAlerts(bg, 10); return err })
			one.must(a)
			one.must(b)
			if n+m != 1 {
				t.Errorf("%d and %d were warned, want 1 in all", n, m)
			}
		}
		if n := strings.Count(one.texts(otieno), "OTIENO KIOSK: float is LOW"); n != raceRounds {
			t.Errorf("warned %d times, want %d", n, raceRounds)
		}
	})
}
