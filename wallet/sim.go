package wallet

import (
	"context"
	"slices"
	"time"

	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/key"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

// Whoever has another SIM with a customer's number has the phone that PINs are typed on and codes are sent to. So from then on nothing
// leaves the wallet, and no new PIN is set, until the owner's ID was checked: at a counter (CheckID), or by two of the staff (RequestSIM).
// The ledger enforces it (ledger.Unproven), so a quote from before the change does not pay after it. Money may arrive.
//
// That the SIM is another one is heard from the gateway that a phone dials by (SeenSIM), or from the telco's own list (package feed).

// SIM is what a gateway tells of the SIM of a phone. The zero value says nothing.
type SIM struct {
	Card  customer.SIM // of SIMOf; zero when it was not told
	Moved time.Time    // when the number last moved to another SIM; zero when it was not told
}

// IsZero reports whether nothing was told.
func (s SIM) IsZero() bool { return s.Card.IsZero() && s.Moved.IsZero() }

// SIMOf is a SIM whose number (IMSI) and last move were told, either of them perhaps not. The number is not kept: what stands for it is made
// under the key of blind indexes, which never changes, as a SIM is recognised for years.
func (w *Wallet) SIMOf(imsi string, moved time.Time) SIM {
	s := SIM{Moved: moved}
	if imsi == "" {
		return s
	}
	sum, err := w.keys.Blind(key.Blind, []byte("senti.sim.v1:"+imsi))
	if err != nil {
		panic("wallet: a key ring without a blind key: " + err.Error()) // key.Load refuses such a ring
	}
	copy(s.Card[:], sum)
	return s
}

// SeenSIM notes with which SIM a phone calls. The first one that is told is kept. Another one, or a move since the wallet was opened and the ID
// last checked, stops what leaves the wallet. Nothing is read that a dial does not read, and only what is new is written.
func (w *Wallet) SeenSIM(ctx context.Context, phone msisdn.Number, seen SIM) error {
	c, err := w.Customer(ctx, phone)
	switch {
	case fault.HasCode(err, fault.NotRegistered):
		return nil
	case err != nil:
		return err
	}
	now := w.clock.Now()
	moved := !seen.Moved.IsZero() && !seen.Moved.After(now) && c.SwapIsNews(seen.Moved)
	other := !seen.Card.IsZero() && seen.Card != c.SIM
	switch {
	case moved:
		_, err = unlessConflict(w.swapped(ctx, c, seen.Card, seen.Moved))
	case c.SIMIsNews(seen.Card):
		_, err = unlessConflict(w.swapped(ctx, c, seen.Card, now))
	case other:
		_, err = unlessConflict(w.keepSIM(ctx, c, seen.Card))
	}
	return err
}

// keepSIM writes down which SIM a phone has: the first one that was told, or yet another one.
func (w *Wallet) keepSIM(ctx context.Context, c customer.Customer, card customer.SIM) error {
	_, err := w.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{
		w.customers.Change(c.Phone, func(row *customer.Customer) *fault.Error {
			if row.ID != c.ID || row.SIM != c.SIM {
				return fault.New(fault.Conflict)
			}
			row.SIM = card
			return nil
		})}})
	w.known.Forget(c.Phone)
	return err
}

// swapped stops a wallet for a SIM that a gateway has told of. The fault is conflict when it is known already.
func (w *Wallet) swapped(ctx context.Context, c customer.Customer, card customer.SIM, at time.Time) error {
	_, err := w.ledger.Commit(ctx, w.SwapPlan(c, card, at, audit.System, "a gateway"))
	w.known.Forget(c.Phone)
	if err == nil {
		w.wake()
	}
	return err
}

// SwapPlan is what stops a wallet whose number another SIM has since at (UTC); card is what is known of that, if anything. By is the
// actor of the audit record, from says who told. The new SIM gets a message, as it mostly is the owner's: it says what to do, and nothing
// of the wallet. The plan is refused with conflict if the wallet was stopped meanwhile, or the ID checked.
func (w *Wallet) SwapPlan(c customer.Customer, card customer.SIM, at time.Time, by, from string) *ledger.Plan {
	return &ledger.Plan{
		Change: []ledger.AccountChange{{Account: c.Account, Raise: ledger.Unproven}},
		Companions: append(w.record(by, "customer.sim_changed", c, "from", from),
			w.customers.Change(c.Phone, func(row *customer.Customer) *fault.Error {
				if row.ID != c.ID || !row.SwapIsNews(at) && !row.SIMIsNews(card) {
					return fault.New(fault.Conflict)
				}
				row.SIM, row.SIMChanged = card, at
				return nil
			}),
			w.messages.Add(outbox.Notice, w.ids.New(), c.Phone, w.afterwards(c.Language, "sms.sim.changed", c.Account)),
		),
	}
}

// CheckID lets money leave a wallet again whose number another SIM has, for a customer who shows the ID at a counter. A day of small limits
// follows, as after a new PIN. Three documents that are not the customer's end this way for a day. By is the actor of the audit record;
// what comes with it, such as the operator's PIN, is decided first.
//
// Faults: not_registered, sim_known, sender_blocked, no_document, bad_id_number, wrong_id_number (left), proof_locked, conflict.
func (w *Wallet) CheckID(ctx context.Context, d ShownDocument, by string, with ...ledger.Companion) error {
	c, err := w.customers.ByPhone(ctx, d.Phone)
	switch {
	case err != nil:
		return err
	case c.SIMChanged.IsZero():
		return fault.New(fault.SIMKnown)
	case c.Status == customer.Blocked:
		return fault.New(fault.SenderBlocked)
	case c.Document.Type == customer.NoDocument:
		return fault.New(fault.NoDocument)
	}
	right, err := w.shownIs(c.Document, d.Phone, d.ID)
	if err != nil {
		return err
	}
	changes, checked := w.simChecked(c, "sms.sim.checked", i18n.Text("shop", d.Where))
	_, err = w.ledger.Commit(ctx, &ledger.Plan{Change: changes, Companions: slices.Concat(with,
		w.record(by, "customer.sim_check", c, "where", d.Where),
		[]ledger.Companion{w.proofs.Compared(shownProof(c), right)},
		checked)})
	w.known.Forget(c.Phone)
	if err == nil {
		w.wake()
	}
	return err
}

// simChecked is what lets money leave a wallet again once the ID was checked, with a day of small limits. The commit refuses it with
// conflict if the SIM has changed once more.
func (w *Wallet) simChecked(c customer.Customer, text string, args ...i18n.Arg) ([]ledger.AccountChange, []ledger.Companion) {
	now := w.clock.Now()
	small := w.market.At(now).Limits.Small
	class := limit.Small(c.Tier)
	args = append(args, i18n.Text("until", w.market.Date(now.Add(small.Lasts))), w.money("single", small.Single), w.money("day", small.DayOut))
	return []ledger.AccountChange{{Account: c.Account, Class: &class, Lower: ledger.Unproven}},
		[]ledger.Companion{
			w.proofs.Limit(ownProof(c), small.Lasts),
			w.proven(c, now),
			w.messages.Add(outbox.Notice, w.ids.New(), c.Phone, w.afterwards(c.Language, text, c.Account, args...)),
		}
}

// proven notes that the ID was checked of a customer with another SIM.
func (w *Wallet) proven(c customer.Customer, now time.Time) ledger.Companion {
	same := unchanged(c)
	return w.customers.Change(c.Phone, func(row *customer.Customer) *fault.Error {
		if refusal := same(row); refusal != nil {
			return refusal
		}
		row.SIMChanged, row.SIMChecked = time.Time{}, now
		return nil
	})
}
