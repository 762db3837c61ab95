package agents

import (
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// A refusal of the ledger says what stood in the way. Who hears of it, and in which words, depends on who is at fault: the till, or
// the customer, whose affairs an operator is not told.

// words say an error to one of the people at the counter.
type words = func(error) error

// atCounter says a refusal of a cash-in to the operator: what is short is the till, not the customer.
func atCounter(err error) error {
	e := fault.As(err)
	if e == nil {
		return err
	}
	switch e.Code {
	case fault.Insufficient:
		return fault.New(fault.TillShort, "available", fault.Minor(e.Int("available")))
	case fault.SenderBlocked:
		return fault.Wrap(e, fault.OperatorSuspended)
	}
	return err
}

// ofDepositor says a refusal of a cash-in to the customer who said yes to it: the shop may be stopped, or the own wallet full.
func ofDepositor(err error) error {
	e := fault.As(err)
	if e == nil {
		return err
	}
	switch e.Code {
	case fault.SenderBlocked:
		return fault.Wrap(e, fault.ShopClosed)
	case fault.CannotReceive:
		return fault.Wrap(e, fault.WalletFull)
	}
	return err
}

// ofDrawer says a refusal of a cash-out to the operator: what the wallet may and has is the customer's own affair.
func ofDrawer(err error) error {
	e := fault.As(err)
	if e == nil {
		return err
	}
	switch e.Code {
	case fault.Insufficient, fault.SenderBlocked, fault.SIMChanged, fault.LimitSingle, fault.LimitDay, fault.LimitMonth:
		return fault.Wrap(e, fault.CannotWithdraw)
	case fault.CannotReceive:
		return fault.Wrap(e, fault.OperatorSuspended) // the float is stopped
	}
	return err
}

// ofHelped says to the operator why a customer cannot be helped with the PIN at the counter: what the matter is, is the customer's own
// affair.
func ofHelped(err error) error {
	e := fault.As(err)
	if e == nil {
		return err
	}
	switch e.Code {
	case fault.ProofLocked:
		return fault.Wrap(e, fault.CounterProofLocked)
	case fault.SenderBlocked, fault.NoDocument:
		return fault.Wrap(e, fault.CustomerToOffice)
	case fault.WalletPending:
		return fault.Wrap(e, fault.CustomerPending)
	}
	return err
}

// ofNewcomer says to the operator why a person is not registered.
func ofNewcomer(err error) error {
	e := fault.As(err)
	if e == nil {
		return err
	}
	switch e.Code {
	case fault.AlreadyOpen:
		return fault.Wrap(e, fault.CustomerOpen)
	case fault.IDNumberUsed:
		return fault.Wrap(e, fault.CustomerIDUsed)
	case fault.SIMChanged:
		return fault.Wrap(e, fault.CustomerSIM)
	case fault.CannotReceive:
		return fault.Wrap(e, fault.CustomerToOffice)
	}
	return atCounter(err)
}

// ofShop says a refusal of a cash-out to the customer: what the shop may not or cannot is not the customer's fault.
func ofShop(err error) error {
	e := fault.As(err)
	if e == nil {
		return err
	}
	switch e.Code {
	case fault.CannotReceive, fault.OperatorSuspended, fault.NotOperator:
		return fault.Wrap(e, fault.ShopClosed)
	case fault.TillLimit, fault.FloatFull, fault.OperatorLimit:
		return fault.Wrap(e, fault.ShopFull)
	}
	return err
}

// ended says how a conversation ends, as wallet.Ended does, with a refusal as it is said to that person, in those words.
func (a *Agents) ended(language string, in fault.Words, done text, say words) text {
	return func(o *ledger.Outcome) string {
		if o.Accepted {
			return done(o)
		}
		said := *o
		said.Refusal = fault.As(say(o.Refusal))
		return a.wallet.Ended(language, in, done)(&said)
	}
}
