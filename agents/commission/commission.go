// Package commission says what a deed at the counter earns, and how that is divided along the agents' tree.
//
// It is pure arithmetic over a market's rules. It knows no agent and no till and posts nothing: the use case puts the parts into
// the legs of the posting that earned them.
//
// # Splitting
//
// The bands of deposits end a little above those of withdrawals, in Kenya 10 shillings above round sums: who pays in 1,005, for
// 1,000 and a fee, stays in the band of 1,000. So padding a round sum up to 10 shillings earns nothing, nor does cutting that
// change off again, as it lies below the least that earns anything; and round sums in parts of 5,000 earn what the whole does,
// give or take 2 shillings.
//
// That is all that bands can do, because they pay more a shilling on small amounts than on great ones. 1,000 in two halves still
// earns 16 instead of 9, 10,000 in twenty parts 160 instead of 28, and 100,000 in two halves 300 instead of 190. Gain measures
// it. What is done about it (a warning before the commit, evidence, no pay for a third loop of a day) is for the use cases.
package commission

import "senti/wallet/market"

// What an agent can earn with, as packs name it.
const (
	Deposit  = "deposit"
	Withdraw = "withdraw"
	Redeem   = "redeem"
	Register = "register"
)

// Earned returns what a service of that amount earns, in minor units: zero where no band says anything.
func Earned(p *market.Pay, service string, amount int64) int64 {
	pay, _ := InOne(p, service, amount)
	return pay
}

// InOne is Earned for an amount of which it is not certain that there can be one deed of it: fits says whether a band holds it.
func InOne(p *market.Pay, service string, amount int64) (pay int64, fits bool) {
	for _, band := range p.Services[service] {
		if band.From <= amount && amount <= band.UpTo {
			return band.Pay, true
		}
	}
	return 0, false
}

// Gain returns how much more these amounts earn apart than in one, in minor units; zero when splitting did not pay, or when there is no
// one of that sum.
func Gain(p *market.Pay, service string, amounts ...int64) int64 {
	var sum, apart int64
	for _, amount := range amounts {
		sum += amount
		apart += Earned(p, service, amount)
	}
	one, fits := InOne(p, service, sum)
	if !fits {
		return 0
	}
	return max(0, apart-one)
}

// Split divides what was earned (zero or above) between an agent and the super-agent above, if there is one. The super-agent's
// part is rounded down to a whole minor unit, and the agent gets all the rest; the two always add up to the total.
func Split(total int64, shares []market.Share, hasSuper bool) (agent, super int64) {
	if !hasSuper {
		return total, 0
	}
	for _, share := range shares[1:] { // the first is the agent's own
		super += part(total, share.Part)
	}
	return total - super, super
}

// part rounds down without a product that could pass 64 bits.
func part(total int64, rate market.Rate) int64 {
	whole := int64(market.RateWhole)
	return total/whole*int64(rate) + total%whole*int64(rate)/whole
}

// Withheld is the tax that is held back of commission when it is released, rounded half up to a whole minor unit.
func Withheld(total int64, rate market.Rate) int64 {
	tax := part(total, rate)
	if rest := total % int64(market.RateWhole) * int64(rate) % int64(market.RateWhole); 2*rest >= int64(market.RateWhole) {
		tax++
	}
	return tax
}
