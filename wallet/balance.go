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
	End       string // the text the conversation ends with; an intent keeps the same
}

// Balance tells what the wallet holds to whoever knows its PIN. Faults: not_registered, wrong_pin (left), pin_locked, no_pin.
func (w *Wallet) Balance(ctx context.Context, phone msisdn.Number, typed pin.PIN, o Origin) (Balance, error) {
	c, err := w.Customer(ctx, phone)
	if err != nil {
		return Balance{}, err
	}
	// Read before the PIN is compared, so that the commit which compares it can keep what is told.
	a, err := w.ledger.Account(ctx, c.Account)
	if err != nil {
		return Balance{}, err
	}
	end := w.balanceEnd(c.Language, a)
	at, err := w.provePIN(ctx, c, typed, w.noted(c, o, end)...)
	if err != nil {
		return Balance{}, err
	}
	return Balance{Balance: a.Balance, Held: a.Held, Available: a.Available(), At: at, End: end}, nil
}

func (w *Wallet) balanceEnd(language string, a ledger.Account) string {
	key := "balance.all"
	if a.Held != 0 {
		key = "balance.part"
	}
	return w.texts.Say(language, key, w.money("balance", a.Balance), w.money("available", a.Available()))
}

// provePIN compares a PIN and counts it, and nothing else happens but what is to commit with it.
func (w *Wallet) provePIN(ctx context.Context, c customer.Customer, typed pin.PIN, with ...ledger.Companion) (time.Time, error) {
	outcome, err := w.ledger.Commit(ctx, &ledger.Plan{
		Companions: append([]ledger.Companion{w.pins.Check(pinOf(c.ID), typed)}, with...),
	})
	if err != nil {
		return time.Time{}, err
	}
	return outcome.At, nil
}
