// Package tariff turns an amount into a price: the fee of its band and the tax on the fee, as the market's rules of that day
// have it.
//
// It is pure arithmetic over a loaded market. It knows no customer, no limit and no balance, and it moves nothing: the wallet
// puts the price into the legs of a posting and the versions into its rules.
package tariff

import (
	"fmt"
	"math"
	"sort"
	"time"

	"senti/wallet/fault"
	"senti/wallet/market"
)

// The services that have a price, as packs name them.
const (
	Send     = "send"     // to another wallet
	Withdraw = "withdraw" // cash from an agent
	Voucher  = "voucher"  // to a number without a wallet
	Deposit  = "deposit"  // cash to an agent
)

// Charge is what moving an amount costs. All of it is minor units.
type Charge struct {
	Fee    int64 // all the customer pays on top of the amount: NetFee + Tax
	NetFee int64 // Senti's part of the fee
	Tax    int64 // the tax office's part of the fee
	Total  int64 // amount + Fee: what leaves the customer's wallet

	TariffVersion market.Version
	TaxVersion    market.Version
}

// Price returns what moving the amount (minor units) by a service costs at a moment. The fault is amount_too_small with min or
// amount_too_big with max; a service the tariff does not have is an internal fault.
func Price(m *market.Market, service string, amount int64, at time.Time) (Charge, *fault.Error) {
	rules := m.At(at)
	prices, ok := rules.Tariff.Services[service]
	if !ok {
		return Charge{}, fault.Wrap(fmt.Errorf("tariff %s has no service %q", rules.Tariff.Version, service), fault.Internal)
	}
	if amount < prices.Least {
		return Charge{}, fault.New(fault.AmountTooSmall, "min", fault.Minor(prices.Least))
	}
	if amount > prices.Most() {
		return Charge{}, fault.New(fault.AmountTooBig, "max", fault.Minor(prices.Most()))
	}
	band := sort.Search(len(prices.Bands), func(i int) bool { return prices.Bands[i].UpTo >= amount })
	return charge(rules, amount, prices.Bands[band].Fee)
}

// charge splits a published fee: a tax that is included is taken out of it, one that is added comes on top.
func charge(rules market.Rules, amount, published int64) (Charge, *fault.Error) {
	tax := rules.Tax
	whole := market.RateWhole
	if tax.Included {
		whole += tax.Rate
	}
	taxed, err := tax.Halves.Share(published, int64(tax.Rate), int64(whole))
	if err != nil {
		return Charge{}, fault.Wrap(err, fault.Internal)
	}
	c := Charge{NetFee: published, Tax: taxed, TariffVersion: rules.Tariff.Version, TaxVersion: tax.Version}
	if tax.Included {
		c.NetFee -= taxed
	}
	c.Fee = c.NetFee + c.Tax
	if amount > math.MaxInt64-c.Fee {
		return Charge{}, fault.Wrap(fmt.Errorf("amount %d and fee %d pass 64 bits", amount, c.Fee), fault.Internal)
	}
	c.Total = amount + c.Fee
	return c, nil
}

// Largest returns the greatest amount a person can key for a service whose amount and fee together fit into what is available,
// and false when nothing does. It looks at the tariff alone; a limit may still refuse the amount.
func Largest(m *market.Market, service string, at time.Time, available int64) (amount int64, ok bool) {
	rules := m.At(at)
	prices, ok := rules.Tariff.Services[service]
	if !ok {
		return 0, false
	}
	for i := len(prices.Bands) - 1; i >= 0; i-- {
		begin := prices.Least
		if i > 0 {
			begin = prices.Bands[i-1].UpTo + 1
		}
		c, fault := charge(rules, 0, prices.Bands[i].Fee)
		if fault != nil {
			return 0, false
		}
		fits := min(prices.Bands[i].UpTo, available-c.Fee)
		fits -= fits % m.Style.Step
		if fits >= begin {
			return fits, true
		}
	}
	return 0, false
}
