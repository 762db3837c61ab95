package wallet

import (
	"context"
	"fmt"

	"senti/wallet/fault"
	"senti/wallet/limit"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/tariff"
)

// Fee is what sending an amount (minor units) costs now. Faults: amount_too_small (min), amount_too_big (max).
func (w *Wallet) Fee(amount int64) (tariff.Charge, error) {
	price, refusal := tariff.Price(w.market, tariff.Send, amount, w.clock.Now())
	if refusal != nil {
		return tariff.Charge{}, refusal
	}
	return price, nil
}

// WithdrawalFee is what taking an amount (minor units) out as cash costs now. Faults: amount_too_small (min), amount_too_big (max).
func (w *Wallet) WithdrawalFee(amount int64) (tariff.Charge, error) {
	price, refusal := tariff.Price(w.market, tariff.Withdraw, amount, w.clock.Now())
	if refusal != nil {
		return tariff.Charge{}, refusal
	}
	return price, nil
}

// FeeBand is one line of the price list: the fee, tax in it, of the amounts from From to UpTo. All are minor units.
type FeeBand struct{ From, UpTo, Fee int64 }

// FeeTable is the price list of sending that is in force now, as customers pay it.
func (w *Wallet) FeeTable() ([]FeeBand, error) {
	prices := w.market.At(w.clock.Now()).Tariff.Services[tariff.Send]
	bands := make([]FeeBand, 0, len(prices.Bands))
	from := prices.Least
	for _, b := range prices.Bands {
		price, err := w.Fee(b.UpTo)
		if err != nil {
			return nil, err
		}
		bands = append(bands, FeeBand{from, b.UpTo, price.Fee})
		from = b.UpTo + 1
	}
	return bands, nil
}

// Limits returns what the customer may move and hold now: as the tier says, or less in a day of small limits. The fault is
// not_registered.
func (w *Wallet) Limits(ctx context.Context, phone msisdn.Number) (market.Tier, error) {
	c, err := w.Customer(ctx, phone)
	if err != nil {
		return market.Tier{}, err
	}
	a, err := w.ledger.Account(ctx, c.Account)
	if err != nil {
		return market.Tier{}, err
	}
	tier, ok := limit.Describe(w.market, w.clock.Now(), a.Class)
	if !ok {
		return market.Tier{}, fault.Wrap(fmt.Errorf("wallet: the market has no tier for class %d", a.Class), fault.Internal)
	}
	return tier, nil
}
