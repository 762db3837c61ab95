package wallet

import (
	"context"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

// BlockCustomer stops a wallet: it neither pays nor receives. By is the actor of the audit record, why is kept in it, and what
// comes with it is decided with it. Blocked twice is blocked. The fault is not_registered.
func (w *Wallet) BlockCustomer(ctx context.Context, phone msisdn.Number, by, why string, with ...ledger.Companion) error {
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil {
		return err
	}
	return w.act(ctx, c, by, "customer.block", why, &ledger.Plan{
		Change: []ledger.AccountChange{{Account: c.Account, Raise: ledger.DebitBlocked | ledger.CreditBlocked}},
		Companions: append(with, w.customers.Change(phone, func(c *customer.Customer) *fault.Error {
			if c.Status != customer.Blocked {
				c.Status, c.Was = customer.Blocked, c.Status
			}
			return nil
		})),
	})
}

// UnblockCustomer lets a wallet that staff had stopped go on as what it was: one that has to be opened by its owner, one that sleeps
// until its owner wakes it with PIN and ID, or an active one. The faults are not_registered and conflict for one that is not blocked.
func (w *Wallet) UnblockCustomer(ctx context.Context, phone msisdn.Number, by, why string, with ...ledger.Companion) error {
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil {
		return err
	}
	_, hasPIN, err := w.pins.SetAt(ctx, pinOf(c.ID))
	if err != nil {
		return err
	}
	next, lower := c.Was, ledger.CreditBlocked
	if !hasPIN {
		next = customer.Pending
	}
	if next != customer.Pending && next != customer.Dormant {
		next, lower = customer.Active, ledger.DebitBlocked|ledger.CreditBlocked
	}
	return w.act(ctx, c, by, "customer.unblock", why, &ledger.Plan{
		Change:     []ledger.AccountChange{{Account: c.Account, Lower: lower}},
		Companions: append(with, w.customers.Change(phone, unblocked(c.Was, next))),
	})
}

// unblocked makes a blocked customer what it was when the caller read it, or refuses with conflict.
func unblocked(was, next customer.Status) func(*customer.Customer) *fault.Error {
	return func(c *customer.Customer) *fault.Error {
		if c.Status != customer.Blocked || c.Was != was {
			return fault.New(fault.Conflict)
		}
		c.Status, c.Was = next, ""
		return nil
	}
}

// UnlockPIN gives a customer who is known to staff three tries again with the PIN that the wallet has, and tells the customer. The
// faults are not_registered and no_pin.
func (w *Wallet) UnlockPIN(ctx context.Context, phone msisdn.Number, by, why string, with ...ledger.Companion) error {
	c, err := w.customers.ByPhone(ctx, phone)
	if err != nil {
		return err
	}
	return w.act(ctx, c, by, "customer.unlock_pin", why, &ledger.Plan{Companions: append(with,
		w.pins.Unlock(pinOf(c.ID)),
		w.messages.Add(outbox.Notice, w.ids.New(), phone, w.afterwards(c.Language, "sms.pin.unlocked", c.Account)),
	)})
}

// act commits what somebody does to a customer, with its record.
func (w *Wallet) act(ctx context.Context, c customer.Customer, by, name, why string, p *ledger.Plan) error {
	p.Companions = append(w.record(by, name, c, "why", why), p.Companions...)
	_, err := w.ledger.Commit(ctx, p)
	w.known.Forget(c.Phone)
	if err == nil {
		w.wake()
	}
	return err
}
