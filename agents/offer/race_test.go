package offer

import (
	"testing"
	"time"

	"senti/wallet/clock"
	"senti/wallet/db/dbtest"
	"senti/wallet/fault"
)

// Two processes do two things to one offer at the same moment: one of them happens, and the other is told so.
func TestOneOfTwoWins(t *testing.T) {
	d, e := dbtest.Two(t)
	now := clock.NewFake(noon)
	one, other := join(t, d, now), join(t, e, now)
	for _, c := range []struct {
		name        string
		begin       func() Offer
		first, last func(Offer) fault.Code
		loser       fault.Code
	}{
		{"agreed and refused", func() Offer { return one.asked(Swap) },
			func(o Offer) fault.Code {
				return one.becomes(o, Next{State: Agreed, Operator: 80, Until: now.Now().Add(life)})
			},
			func(o Offer) fault.Code {
				code := other.becomes(o, Next{State: Refused})
				if code == fault.OfferChanged {
					return fault.OfferGone
				}
				return code
			}, fault.OfferGone},
		{"both type first", func() Offer { return one.agreed(Swap) },
			func(o Offer) fault.Code { return one.commit(one.TypedFirst(o, Asking)...) },
			func(o Offer) fault.Code { return other.commit(other.TypedFirst(o, Asked)...) }, fault.OfferChanged},
		{"cancelled while the last code is typed", func() Offer {
			o := one.agreed(Swap)
			one.commit(one.TypedFirst(o, Asking)...)
			return one.get(o.ID)
		},
			func(o Offer) fault.Code { return one.commit(one.TypedLast(o, Asked, ids.New())...) },
			func(o Offer) fault.Code { return other.becomes(o, Next{State: Withdrawn}) }, fault.OfferGone},
		{"two offers of one till", func() Offer { return Offer{} },
			func(Offer) fault.Code {
				return one.commit(one.Ask(Offer{ID: ids.New(), Kind: Swap, Asker: 71, Till: 70, ExpiresAt: now.Now().Add(life)})...)
			},
			func(Offer) fault.Code {
				return other.commit(other.Ask(Offer{ID: ids.New(), Kind: Swap, Asker: 71, Till: 72, ExpiresAt: now.Now().Add(life)})...)
			}, fault.OfferPending},
		{"two warnings", func() Offer { return Offer{} },
			func(Offer) fault.Code { return one.commit(one.Warn(70, FloatShort, time.Hour)) },
			func(Offer) fault.Code { return other.commit(other.Warn(70, FloatShort, time.Hour)) }, fault.WarnedAlready},
	} {
		for range 8 {
			now.Advance(48 * time.Hour)
			o := c.begin()
			var first, last fault.Code
			together(func() { first = c.first(o) }, func() { last = c.last(o) })
			if (first == "") == (last == "") || first != "" && first != c.loser || last != "" && last != c.loser {
				t.Errorf("%s: %q and %q", c.name, first, last)
			}
		}
	}
}
