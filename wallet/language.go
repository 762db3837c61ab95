package wallet

import (
	"context"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// ChangeLanguage makes Senti speak another language of the market to the customer from now on. Faults: not_registered,
// bad_choice.
func (w *Wallet) ChangeLanguage(ctx context.Context, phone msisdn.Number, language string) error {
	if !w.market.Speaks(language) {
		return fault.New(fault.BadChoice)
	}
	change := w.customers.Change(phone, func(c *customer.Customer) *fault.Error {
		c.Language = language
		return nil
	})
	_, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{change}})
	w.known.Forget(phone)
	return err
}
