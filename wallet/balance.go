package wallet

import (
	"context"
	"time"

	"senti/wallet/customer"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Balance is what a wallet holds, in minor units.
type Balance struct {
	Balance   int64
	Held      int64 // the part of it that is set aside
	Available int64 // the part that can be used
	At        time.Time
}

// Balance tells what the wallet holds to whoever knows its PIN. Faults: not_registered, wrong_pin (left), pin_locked, no_pin.
func (w *Wallet) Balance(ctx context.Context, phone msisdn.Number, typed pin.PIN) (Balance, error) {
	c, at, err := w.provePIN(ctx, phone, typed)
	if err != nil {
		return Balance{}, err
	}
	a, err := w.ledger.Account(ctx, c.Account)
	if err != nil {
		return Balance{}, err
	}
	return Balance{Balance: a.Balance, Held: a.Held, Available: a.Available(), At: at}, nil
}

// provePIN compares a PIN and counts it, without anything else happening.
func (w *Wallet) provePIN(ctx context.Context, phone msisdn.Number, typed pin.PIN) (customer.Customer, time.Time, error) {
	c, err := w.Customer(ctx, phone)
	if err != nil {
		return customer.Customer{}, time.Time{}, err
	}
	outcome, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{w.pins.Check(pinOf(c.ID), typed)}})
	if err != nil {
		return customer.Customer{}, time.Time{}, err
	}
	return c, outcome.At, nil
}
