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
	_, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{w.Speaks(phone, language)}})
	w.Reread(phone)
	return err
}

// Speaks returns the companion that makes Senti speak a language of the market to a customer; Reread follows. The fault is not_registered.
func (w *Wallet) Speaks(phone msisdn.Number, language string) ledger.Companion {
	return w.customers.Change(phone, func(c *customer.Customer) *fault.Error {
		c.Language = language
		return nil
	})
}

// Reread makes the next look at a customer read anew, after a plan has changed the row.
func (w *Wallet) Reread(phone msisdn.Number) { w.known.Forget(phone) }
