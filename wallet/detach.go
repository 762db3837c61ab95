package wallet

import (
	"context"
	"strconv"
	"time"

	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
)

// A number that was given to another person (recycled) is that person's from then on, to register with and to be paid on. The wallet that
// had it stays, with its money, its name and its PIN, under no number: it can be given back to, pays nothing, hears nothing, and nobody
// who dials comes to it. Its owner claims it with the ID: two people of the staff put it on another number of the owner's (RequestClaim).
// Other processes may know for knownFor whose the number was; a telco keeps it out of use for months.

// RecycledIsNews reports whether somebody else's having the number since at is after all that is known of the customer.
func RecycledIsNews(c customer.Customer, at time.Time) bool {
	return at.After(c.CreatedAt) && at.After(c.SIMChecked) && !c.Detached()
}

// DetachPlan is what takes a wallet off its number, since at (UTC). By is the actor of the audit record, which keeps the number, and why
// says what for. Nobody is told: whoever has the phone now is somebody else. The plan is refused with conflict if the customer's row has
// changed.
func (w *Wallet) DetachPlan(c customer.Customer, at time.Time, by, why string) (*ledger.Plan, error) {
	next := c
	next.SIM, next.SIMChanged = customer.SIM{}, at
	moved, err := w.moveTo(c, next, msisdn.NoNumber(c.ID))
	if err != nil {
		return nil, err
	}
	return &ledger.Plan{
		Change: []ledger.AccountChange{{Account: c.Account, Raise: ledger.Unproven}},
		Companions: append(append(w.recordMove(by, "customer.detach", c, map[string]string{"why": why, "number": string(c.Phone)}), moved...),
			w.messages.Recall(c.Phone)),
	}, nil
}

// claimPlan is what puts a detached wallet on another number of its owner's, with a day of small limits. It is refused with conflict or
// already_open as customer.Move says.
func (w *Wallet) claimPlan(c customer.Customer, to msisdn.Number, by, why string) (*ledger.Plan, error) {
	now := w.clock.Now()
	next := c
	next.SIM, next.SIMChanged, next.SIMChecked = customer.SIM{}, time.Time{}, now
	moved, err := w.moveTo(c, next, to)
	if err != nil {
		return nil, err
	}
	small := w.market.At(now).Limits.Small
	class := limit.Small(c.Tier)
	said := w.afterwards(c.Language, "sms.claimed", c.Account, i18n.Text("service", w.market.ServiceCode),
		i18n.Text("until", w.market.Date(now.Add(small.Lasts))))
	with := append(w.recordMove(by, "customer.claim", c, map[string]string{"why": why, "number": string(to)}), moved...)
	return &ledger.Plan{
		Change: []ledger.AccountChange{{Account: c.Account, Class: &class, Lower: ledger.Unproven}},
		Companions: append(with, w.proofs.Limit(ownProof(c), small.Lasts),
			w.messages.Add(outbox.Notice, w.ids.New(), to, said)),
	}, nil
}

// moveTo gives a customer another number. The sealed ID number is bound to the number that the customer has, and so sealed anew.
func (w *Wallet) moveTo(was, next customer.Customer, to msisdn.Number) ([]ledger.Companion, error) {
	next.Phone = to
	if was.Document.Type != customer.NoDocument {
		number, err := was.Document.Reveal(w.keys, was.Phone)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal)
		}
		if next.Document, err = customer.Seal(w.keys, to, was.Document.Type, number); err != nil {
			return nil, fault.Wrap(err, fault.Internal)
		}
	}
	return w.customers.Move(was, next), nil
}

func (w *Wallet) recordMove(by, name string, c customer.Customer, detail map[string]string) []ledger.Companion {
	return w.audit.Add(audit.Act{Actor: by, Act: name, Object: "customer:" + strconv.FormatInt(c.ID, 10), Detail: audit.Detail(detail)})
}

// Unclaimed returns the wallets under no number that were opened with the ID number of a draft of that phone.
func (w *Wallet) Unclaimed(ctx context.Context, phone msisdn.Number, draft IDDraft) ([]customer.Customer, error) {
	d, err := w.SealedID(phone, draft)
	if err != nil {
		return nil, err
	}
	return w.customers.Detached(ctx, d)
}

// ForgetNumber makes the next look-up of a number read it anew, after its holder has changed.
func (w *Wallet) ForgetNumber(phone msisdn.Number) { w.known.Forget(phone) }
