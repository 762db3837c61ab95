package wallet

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/proof"
	"senti/wallet/sweep"
	"senti/wallet/switches"
)

// ForgotPIN begins a new PIN for whoever types the ID number that the wallet was opened with, on the wallet's own phone: a
// code is sent to that phone, for ProveCode. ResetPIN ends it. Three wrong answers in all lock this way for a day.
//
// Faults: not_registered, wallet_pending, sender_blocked, sim_changed, no_document, bad_id_number, wrong_id_number (left), proof_locked,
// sms_codes_spent, stopped.
func (w *Wallet) ForgotPIN(ctx context.Context, phone msisdn.Number, typedID string, o Origin) error {
	c, err := w.selfHelped(ctx, phone)
	if err == nil {
		err = w.MayBegin(ctx, switches.NewPIN, phone, c.Language)
	}
	if err != nil {
		return err
	}
	right, err := w.IsID(c.Document, typedID)
	if err != nil {
		return err
	}
	with := []ledger.Companion{w.customers.Change(c.Phone, unchanged(c)), w.proofs.Compared(ownProof(c), right)}
	if right {
		sent, err := w.code(c, proof.OwnPhone, w.market.At(w.clock.Now()).Agents.Lives.Reset, "sms.newpin.code")
		if err != nil {
			return err
		}
		with = append(with, sent...)
	}
	if err := w.answer(ctx, c, o, with...); err != nil {
		return err
	}
	w.wake()
	return nil
}

// MayResetPIN tells before anything is typed whether the customer can get a new PIN without the old one. Faults: not_registered,
// wallet_pending, sender_blocked, sim_changed, no_document, stopped.
func (w *Wallet) MayResetPIN(ctx context.Context, phone msisdn.Number) error {
	c, err := w.selfHelped(ctx, phone)
	if err == nil {
		err = w.MayBegin(ctx, switches.NewPIN, phone, c.Language)
	}
	return err
}

// ShownDocument is the ID document that a customer who forgot the PIN shows.
type ShownDocument struct {
	Phone msisdn.Number // the customer's
	ID    IDDraft       // of ParseIDNumber for that phone: what the document says
	Where string        // at a counter: the shop, for the message
	Why   string        // to staff: how they know that it is the customer, for the audit chain
}

// StartReset begins a new PIN for a customer whose document was compared at a counter: a code is sent to the customer's phone,
// where ProveCode, ProveIDEnd and ResetPIN follow. Wrong answers that the customer gave before are forgiven; three documents that
// are not the customer's, shown at any counters, end this way for a day, as do three codes. If another SIM has the number, the document
// was shown for that as well (CheckID). By is the actor of the audit record. What comes with it, such as the operator's PIN, is decided first.
//
// Faults: not_registered, wallet_pending, sender_blocked, no_document, bad_id_number, wrong_id_number (left), proof_locked,
// counter_codes_spent.
func (w *Wallet) StartReset(ctx context.Context, d ShownDocument, by string, with ...ledger.Companion) error {
	return w.startReset(ctx, d, shownTo{proof.Shown, shownProof, "sms.newpin.shown", "where", d.Where}, by, with)
}

// StartResetByStaff is StartReset for a customer who is before staff, who help however many codes were sent, and after too many wrong
// documents at counters. Three that staff type are counted too. Faults: those of StartReset but the last, and sim_changed: that takes two
// of them (RequestSIM).
func (w *Wallet) StartResetByStaff(ctx context.Context, d ShownDocument, by string, with ...ledger.Companion) error {
	return w.startReset(ctx, d, shownTo{proof.Office, officeProof, "sms.newpin.office", "why", d.Why}, by, with)
}

// shownTo is what differs with whom a document was shown to: what is counted, said and recorded.
type shownTo struct {
	way         proof.Way
	tries       func(customer.Customer) proof.Subject
	text        string
	name, value string // of the record
}

func (w *Wallet) startReset(ctx context.Context, d ShownDocument, to shownTo, by string, with []ledger.Companion) error {
	c, err := w.forgetful(ctx, d.Phone)
	if err != nil {
		return err
	}
	right, err := w.shownIs(c.Document, d.Phone, d.ID)
	if err != nil {
		return err
	}
	sent, err := w.code(c, to.way, w.market.At(w.clock.Now()).Agents.Lives.Reset, to.text, i18n.Text("shop", d.Where))
	if err != nil {
		return err
	}
	var changes []ledger.AccountChange
	if !c.SIMChanged.IsZero() {
		if to.way != proof.Shown {
			return fault.New(fault.SIMChanged)
		}
		lets, checked := w.simChecked(c, "sms.sim.checked", i18n.Text("shop", d.Where))
		changes, sent = lets, append(sent, checked...)
	}
	_, err = w.ledger.Commit(ctx, &ledger.Plan{Change: changes, Companions: slices.Concat(with,
		w.record(by, "customer.reset_pin", c, to.name, to.value),
		[]ledger.Companion{w.proofs.Compared(to.tries(c), right)},
		sent)})
	w.known.Forget(c.Phone)
	if err != nil {
		return err
	}
	w.wake()
	return nil
}

// ResetPIN sets a new PIN for a customer who has proven who they are, unlocks it, and begins a day of small limits: whoever has
// taken phone and papers shall not take the money as well. It returns the text that the conversation ends with.
//
// Faults: not_registered, pin_mismatch, weak_pin, sim_changed, sms_code_expired (nothing is proven, or no longer), conflict.
func (w *Wallet) ResetPIN(ctx context.Context, r NewPIN) (end string, err error) {
	c, set, err := w.newPIN(ctx, r)
	switch {
	case err != nil:
		return "", err
	case !c.SIMChanged.IsZero():
		return "", fault.New(fault.SIMChanged)
	}
	state, err := w.proofs.State(ctx, ownProof(c))
	if err != nil {
		return "", err
	}
	if state.Way == proof.Opening {
		return "", fault.New(fault.WalletPending)
	}
	now := w.clock.Now()
	small := w.market.At(now).Limits.Small
	class := limit.Small(c.Tier)
	args := []i18n.Arg{i18n.Text("until", w.market.Date(now.Add(small.Lasts))), w.money("single", small.Single), w.money("day", small.DayOut)}
	end = w.texts.Say(c.Language, "newpin.done", args...)
	_, err = w.ledger.Commit(ctx, &ledger.Plan{
		Change: []ledger.AccountChange{{Account: c.Account, Class: &class}},
		Companions: append(w.noted(c, r.Origin, end),
			w.proofs.Use(ownProof(c), state.Way, small.Lasts),
			w.customers.Change(c.Phone, unchanged(c)),
			set,
			w.messages.Add(outbox.Notice, w.ids.New(), c.Phone, w.afterwards(c.Language, "sms.newpin.done", c.Account, args...)),
		),
	})
	if err != nil {
		return "", err
	}
	w.wake()
	return end, nil
}

// LiftSmallLimits ends the days of small limits that are over at now, and returns how many; page is how many are read at once. Two
// processes may do it at once, and one that was cut off is gone on with by the next.
func (w *Wallet) LiftSmallLimits(ctx context.Context, now time.Time, page int) (int, error) {
	return sweep.All(ctx, func(after proof.Small) ([]proof.Small, error) { return w.proofs.SmallOver(ctx, now, after, page) },
		func(small proof.Small) (bool, error) { return unlessConflict(w.liftSmall(ctx, small)) })
}

// liftSmall ends one. The fault is conflict when another process was quicker, or a further PIN was set.
func (w *Wallet) liftSmall(ctx context.Context, small proof.Small) error {
	c, err := w.customers.ByID(ctx, small.Subject.Number)
	if err != nil {
		return err
	}
	_, err = w.ledger.Commit(ctx, &ledger.Plan{
		Change:     []ledger.AccountChange{{Account: c.Account, Class: &c.Tier}},
		Companions: []ledger.Companion{w.proofs.Lift(small), w.customers.Change(c.Phone, unchanged(c))},
	})
	return err
}

// forgetful is a customer who may set a new PIN without the old one.
func (w *Wallet) forgetful(ctx context.Context, phone msisdn.Number) (customer.Customer, error) {
	c, err := w.customers.ByPhone(ctx, phone)
	switch {
	case err != nil:
		return c, err
	case c.Status == customer.Pending:
		return c, fault.New(fault.WalletPending)
	case c.Status == customer.Blocked:
		return c, fault.New(fault.SenderBlocked)
	case c.Document.Type == customer.NoDocument:
		return c, fault.New(fault.NoDocument)
	}
	return c, nil
}

// selfHelped is a customer who may set a new PIN alone, on the own phone: nobody else has the number.
func (w *Wallet) selfHelped(ctx context.Context, phone msisdn.Number) (customer.Customer, error) {
	c, err := w.forgetful(ctx, phone)
	if err == nil && !c.SIMChanged.IsZero() {
		err = fault.New(fault.SIMChanged)
	}
	return c, err
}

// idForm is an ID number as it is kept: without spaces, in capitals.
func idForm(typed string) string { return strings.ToUpper(strings.Join(strings.Fields(typed), "")) }

// unchanged refuses with conflict when what limits the customer is no longer what it was when the caller read it.
func unchanged(was customer.Customer) func(*customer.Customer) *fault.Error {
	return func(c *customer.Customer) *fault.Error {
		if c.ID != was.ID || c.Tier != was.Tier || c.Status != was.Status || c.Shared != was.Shared || !c.SIMChanged.Equal(was.SIMChanged) {
			return fault.New(fault.Conflict)
		}
		return nil
	}
}

// record is the audit record of an act on a customer, with one detail.
func (w *Wallet) record(by, act string, c customer.Customer, name, value string) []ledger.Companion {
	return w.audit.Add(audit.Act{
		Actor: by, Act: act, Object: "customer:" + strconv.FormatInt(c.ID, 10), Detail: audit.Detail(map[string]string{name: value}),
	})
}
