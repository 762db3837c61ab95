package wallet

import (
	"context"
	"errors"
	"time"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
	"senti/wallet/sweep"
)

// WatchDormancy tells customers who have not typed their PIN for as long as the market says that their wallet will go to sleep, and
// puts it to sleep when they were told often enough: money may arrive, none may leave until WakeUp. It returns how many wallets it
// has dealt with; page is how many are read at once. Between two warnings there is as much time as the market puts there, however
// late the first came. Two processes may do it at once, and one that was cut off is gone on with by the next.
//
// What counts is the owner's own act: a PIN that was typed, which only the owner has, and what an owner does about money from the own
// phone without one, such as making a deposit code or answering a shop that has taken cash (OwnAct). What others pay into a wallet
// does not keep it awake. A call to the menu does not either: it may be a pocket's, or whoever's who has the number now.
func (w *Wallet) WatchDormancy(ctx context.Context, now time.Time, page int) (int, error) {
	rules := w.market.Dormancy
	stages := append(append([]time.Duration{0}, rules.Warn...), rules.After)
	dealt := 0
	var failed error
	for told := range len(rules.Warn) + 1 {
		before, left := now.Add(stages[told]-stages[told+1]), rules.After-stages[told+1]
		n, err := sweep.All(ctx, func(after pin.Quiet) ([]pin.Quiet, error) {
			return w.pins.Quiet(ctx, pin.Customer, told, before, after, page)
		},
			func(q pin.Quiet) (bool, error) { return unlessConflict(w.watch(ctx, q, left)) })
		dealt, failed = dealt+n, errors.Join(failed, err)
	}
	return dealt, failed
}

// unlessConflict reports whether something was done that another process, or the person meant, may have come before.
func unlessConflict(err error) (bool, error) {
	if fault.HasCode(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}

// watch deals with one quiet wallet, which is to sleep after so much more time: now, if that is none.
func (w *Wallet) watch(ctx context.Context, q pin.Quiet, left time.Duration) error {
	c, err := w.customers.ByID(ctx, q.Number)
	if err != nil {
		return err
	}
	plan := &ledger.Plan{}
	switch {
	case c.Status == customer.Blocked: // nothing is said meanwhile, and once it goes on all warnings are still to come
		return fault.New(fault.Conflict)
	case c.Status != customer.Active: // it sleeps already: nothing is left to say until the PIN is typed again
		plan.Companions = []ledger.Companion{w.pins.Tell(q, len(w.market.Dormancy.Warn)+1)}
	case left > 0:
		plan.Companions = []ledger.Companion{
			w.pins.Tell(q, q.Told+1),
			w.dormancyMessage(c, "sms.dormancy.warn", i18n.Text("until", w.market.Date(w.clock.Now().Add(left)))),
		}
	default:
		plan.Change = []ledger.AccountChange{{Account: c.Account, Raise: ledger.DebitBlocked}}
		plan.Companions = []ledger.Companion{
			w.pins.Tell(q, q.Told+1),
			w.customers.Change(c.Phone, turns(customer.Active, customer.Dormant)),
			w.dormancyMessage(c, "sms.dormancy.sleeps"),
		}
	}
	if _, err := w.ledger.Commit(ctx, plan); err != nil {
		return err
	}
	w.known.Forget(c.Phone)
	w.wake()
	return nil
}

func (w *Wallet) dormancyMessage(c customer.Customer, text string, args ...i18n.Arg) ledger.Companion {
	args = append(args, i18n.Text("service", w.market.ServiceCode))
	return w.messages.Add(outbox.Notice, w.ids.New(), c.Phone, w.afterwards(c.Language, text, c.Account, args...))
}

// turns changes a customer's status, or refuses with conflict if it is not what it was.
func turns(from, to customer.Status) func(*customer.Customer) *fault.Error {
	return func(c *customer.Customer) *fault.Error {
		if c.Status != from {
			return fault.New(fault.Conflict)
		}
		c.Status = to
		return nil
	}
}

// Waking is what the owner of a sleeping wallet types.
type Waking struct {
	Phone  msisdn.Number
	ID     IDDraft // of ParseIDNumber
	PIN    pin.PIN
	Origin Origin
}

// WakeUp lets money leave a wallet again that was not used for long, for whoever knows its PIN and its ID number. It returns the text
// that the conversation ends with.
//
// Faults: not_registered, already_open (it does not sleep), sim_changed, no_document, bad_id_number, wrong_pin (left), pin_locked,
// wrong_id_number (left), proof_locked.
func (w *Wallet) WakeUp(ctx context.Context, r Waking) (end string, err error) {
	c, err := w.customers.ByPhone(ctx, r.Phone)
	switch {
	case err != nil:
		return "", err
	case c.Status != customer.Dormant:
		return "", fault.New(fault.AlreadyOpen)
	case !c.SIMChanged.IsZero():
		return "", fault.New(fault.SIMChanged)
	case c.Document.Type == customer.NoDocument:
		return "", fault.New(fault.NoDocument)
	}
	right, err := w.shownIs(c.Document, r.Phone, r.ID)
	if err != nil {
		return "", err
	}
	end = w.texts.Say(c.Language, "wake.done")
	_, err = w.ledger.Commit(ctx, &ledger.Plan{
		Change: []ledger.AccountChange{{Account: c.Account, Lower: ledger.DebitBlocked}},
		Companions: append(w.noted(c, r.Origin, end),
			w.pins.Check(pinOf(c.ID), r.PIN),
			w.proofs.Compared(ownProof(c), right),
			w.customers.Change(c.Phone, turns(customer.Dormant, customer.Active)),
			w.messages.Add(outbox.Notice, w.ids.New(), c.Phone, w.afterwards(c.Language, "sms.wake.done", c.Account)),
		),
	})
	if err != nil {
		return "", err
	}
	w.wake()
	return end, nil
}

// OwnAct returns the companion that notes an act of the customer's own that took no PIN: it keeps the wallet awake, and wakes
// none. A wallet without a PIN is not watched.
func (w *Wallet) OwnAct(customer int64) ledger.Companion { return w.pins.Used(pinOf(customer)) }
