package wallet

import (
	"context"
	"slices"
	"time"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/proof"
)

// Newcomer is a person whom somebody at a counter writes down, with the ID document in hand.
type Newcomer struct {
	Phone    msisdn.Number
	Language string
	Name     string  // as on the document
	ID       IDDraft // of ParseIDNumber for that phone
	Photo    string  // where the photo of the document is kept, as ParsePhoto reads it, or ""
	Shop     string  // where it happens, for the message
}

// CounterPlan is what a registration at a counter commits. The caller gives the plan its ID, request and kind, and may add
// legs (what the agent earns) and companions (the operator's PIN, which is to come first).
type CounterPlan struct {
	Customer customer.Customer // as it will be
	New      bool              // a wallet is opened; otherwise the ID of one opened on the phone was checked
	Plan     *ledger.Plan
}

// CounterRegistration returns the plan that registers a person at a counter, in the tier of those whose ID was checked.
//
// A number without a wallet gets one that can only receive, until its owner, on that phone, types the code it is sent and the end of
// the ID number, and sets the PIN (Activate). A wallet that its owner opened on the phone keeps its PIN: its name becomes that on
// the document, if that is the document it was opened with.
//
// Faults: already_open, id_number_used, bad_name, bad_id_number, bad_reference (max), bad_choice (language), id_mismatch,
// cannot_receive, sim_changed; and, when committed, conflict, after which the plan is to be asked for anew.
func (w *Wallet) CounterRegistration(ctx context.Context, n Newcomer) (CounterPlan, error) {
	c, err := w.written(n)
	if err != nil {
		return CounterPlan{}, err
	}
	known, err := w.customers.ByPhone(ctx, n.Phone)
	switch {
	case err == nil:
		return w.checkPlan(ctx, known, c, n)
	case fault.HasCode(err, fault.NotRegistered):
		return w.counterPlan(ctx, c, n)
	}
	return CounterPlan{}, err
}

// written is the customer that was written down, without a number.
func (w *Wallet) written(n Newcomer) (customer.Customer, error) {
	if !w.market.Speaks(n.Language) {
		return customer.Customer{}, fault.New(fault.BadChoice)
	}
	name, err := w.ParseName(n.Name)
	if err != nil {
		return customer.Customer{}, err
	}
	photo, err := w.ParsePhoto(n.Photo)
	if err != nil {
		return customer.Customer{}, err
	}
	document, err := w.SealedID(n.Phone, n.ID)
	if err != nil {
		return customer.Customer{}, err
	}
	return customer.Customer{
		Phone: n.Phone, Name: name, NameVerified: true, Tier: w.market.CheckedTier(w.clock.Now()), Status: customer.Pending,
		Language: n.Language, Document: document, Photo: photo,
	}, nil
}

// counterPlan opens a wallet that can only receive.
func (w *Wallet) counterPlan(ctx context.Context, c customer.Customer, n Newcomer) (CounterPlan, error) {
	var err error
	if c.ID, err = w.ledger.Numbers(ctx); err != nil {
		return CounterPlan{}, err
	}
	c.Account = c.ID
	changes, with, err := w.checkDocument(ctx, &c)
	if err != nil {
		return CounterPlan{}, err
	}
	sent, err := w.openingCode(c, "sms.opening.code", i18n.Text("shop", n.Shop))
	if err != nil {
		return CounterPlan{}, err
	}
	return CounterPlan{c, true, &ledger.Plan{
		Open: []ledger.NewAccount{{
			ID: c.Account, Type: ledger.Wallet, Currency: w.market.Currency.Code, Class: c.Tier,
		}},
		Change:     append(changes, ledger.AccountChange{Account: c.Account, Raise: ledger.DebitBlocked}),
		Companions: slices.Concat(w.customers.Create(c), with, sent),
	}}, nil
}

// checkPlan raises the wallet that somebody opened on the phone to that of a person whose ID was checked.
func (w *Wallet) checkPlan(ctx context.Context, was, written customer.Customer, n Newcomer) (CounterPlan, error) {
	if was.NameVerified || was.Status == customer.Pending {
		return CounterPlan{}, fault.New(fault.AlreadyOpen)
	}
	if !was.Status.Receives() {
		return CounterPlan{}, fault.New(fault.CannotReceive)
	}
	if !was.SIMChanged.IsZero() { // whose wallet it is is to be known before it gets another document
		return CounterPlan{}, fault.New(fault.SIMChanged)
	}
	c := was
	c.Name, c.NameVerified, c.Photo, c.Tier = written.Name, true, written.Photo, max(was.Tier, written.Tier)
	var with []ledger.Companion
	if was.Document.Type == customer.NoDocument {
		c.Document = written.Document
		with = append(with, w.customers.Name(c.Document))
	} else if is, err := w.shownIs(was.Document, n.Phone, n.ID); err != nil || !is {
		return CounterPlan{}, fault.Wrap(err, fault.IDMismatch)
	}
	changes, checked, err := w.checkDocument(ctx, &c)
	if err != nil {
		return CounterPlan{}, err
	}
	state, err := w.proofs.State(ctx, ownProof(c))
	if err != nil {
		return CounterPlan{}, err
	}
	class := c.Tier
	if !state.SmallUntil.IsZero() {
		class = limit.Small(c.Tier)
	}
	return CounterPlan{c, false, &ledger.Plan{
		Change: append(changes, ledger.AccountChange{Account: c.Account, Class: &class}),
		Companions: append(slices.Concat(with, checked),
			w.proofs.Stays(proof.Small{Subject: ownProof(c), Until: state.SmallUntil}),
			w.customers.Change(c.Phone, becomes(was, c)),
			w.messages.Add(outbox.Notice, w.ids.New(), c.Phone, w.afterwards(c.Language, "sms.checked", c.Account,
				i18n.Text("shop", n.Shop))),
		),
	}}, nil
}

// becomes writes what was found out of a customer, unless the row has changed since.
func becomes(was, is customer.Customer) func(*customer.Customer) *fault.Error {
	same := unchanged(was)
	return func(c *customer.Customer) *fault.Error {
		if refusal := same(c); refusal != nil {
			return refusal
		}
		c.Name, c.NameVerified, c.Photo, c.Tier, c.Document, c.Shared = is.Name, is.NameVerified, is.Photo, is.Tier, is.Document, is.Shared
		return nil
	}
}

// checkDocument is what notes that somebody has checked the customer's document. If other wallets were opened on it, they and this
// one are marked, and what they have moved so far this day and month begins the count of the document.
func (w *Wallet) checkDocument(ctx context.Context, c *customer.Customer) ([]ledger.AccountChange, []ledger.Companion, error) {
	others, err := w.customers.Checked(ctx, c.Document)
	if err != nil || len(others) == 0 {
		return nil, []ledger.Companion{w.customers.Check(c.Document, 0, ledger.Turnover{})}, err
	}
	c.Shared = true
	changes := []ledger.AccountChange{{Account: c.Account, Raise: ledger.Joint}}
	var with []ledger.Companion
	for _, other := range others {
		w.known.Forget(other.Phone)
		if other.Shared {
			continue
		}
		shared := other
		shared.Shared = true
		changes = append(changes, ledger.AccountChange{Account: other.Account, Raise: ledger.Joint})
		with = append(with, w.customers.Change(other.Phone, becomes(other, shared)))
	}
	uncounted := []int64{c.Account}
	if len(others) == 1 { // the document counts from now on
		uncounted = append(uncounted, others[0].Account)
	}
	moved, still, err := w.moved(ctx, uncounted)
	if err != nil {
		return nil, nil, err
	}
	return append(changes, still...), append(with, w.customers.Check(c.Document, len(others), moved)), nil
}

// moved adds up the turnover of accounts in the market's day and month, as far as they are there yet. A plan that goes by it must have
// the changes: they refuse it when something was moved since.
func (w *Wallet) moved(ctx context.Context, numbers []int64) (sum ledger.Turnover, still []ledger.AccountChange, err error) {
	accounts, err := w.ledger.Accounts(ctx, numbers)
	if err != nil {
		return ledger.Turnover{}, nil, err
	}
	day := w.market.Day(w.clock.Now())
	sum = ledger.Turnover{Day: day, Month: day / 100}
	for _, a := range accounts {
		t := a.Turnover.On(day)
		sum.OutDay, sum.InDay = sum.OutDay+t.OutDay, sum.InDay+t.InDay
		sum.OutMonth, sum.InMonth = sum.OutMonth+t.OutMonth, sum.InMonth+t.InMonth
		still = append(still, ledger.AccountChange{Account: a.ID, Unmoved: &a.Seq})
	}
	return sum, still, nil
}

// openingCode sends the code that opens a wallet registered at a counter.
func (w *Wallet) openingCode(c customer.Customer, text string, args ...i18n.Arg) ([]ledger.Companion, error) {
	return w.code(c, proof.Opening, w.market.At(w.clock.Now()).Agents.Lives.Activate, text, args...)
}

// SendOpeningCode sends a customer who was registered at a counter another code, because the first one was lost or has run out.
// Faults: not_registered, already_open, sms_codes_spent, proof_locked.
func (w *Wallet) SendOpeningCode(ctx context.Context, phone msisdn.Number, o Origin) error {
	c, err := w.pending(ctx, phone)
	if err != nil {
		return err
	}
	sent, err := w.openingCode(c, "sms.opening.again")
	if err != nil {
		return err
	}
	if err := w.answer(ctx, c, o, sent...); err != nil {
		return err
	}
	w.wake()
	return nil
}

// Activate opens a wallet that was registered at a counter, for a customer who has typed the code and the end of the ID number:
// the PIN is set, the terms in force are accepted, and money may leave. It returns the text that the conversation ends with.
//
// Faults: not_registered, already_open, pin_mismatch, weak_pin, sms_code_expired (nothing is proven, or no longer).
func (w *Wallet) Activate(ctx context.Context, r NewPIN, terms string) (end string, err error) {
	if _, err := w.pending(ctx, r.Phone); err != nil {
		return "", err
	}
	c, set, err := w.newPIN(ctx, r)
	if err != nil {
		return "", err
	}
	now := w.clock.Now()
	in := w.newIntent(ledger.Enquiry, c, r.Origin, []byte{})
	done := w.ended(c.Language, fault.General, w.registeredEnd(c))
	outcome, err := w.ledger.Commit(ctx, &ledger.Plan{
		Change: []ledger.AccountChange{{Account: c.Account, Lower: ledger.DebitBlocked}},
		Companions: append(w.intents.Note(in, done),
			w.proofs.Use(ownProof(c), proof.Opening, 0),
			w.customers.Change(c.Phone, activated(terms, now)),
			set,
			w.messages.Add(outbox.Notice, outbox.MessageID(in.ID, 1), c.Phone, w.welcome(c)),
		),
	})
	if err != nil {
		return "", err
	}
	w.wake()
	return done(outcome), nil
}

// activated makes a pending customer an active one.
func activated(terms string, now time.Time) func(*customer.Customer) *fault.Error {
	return func(c *customer.Customer) *fault.Error {
		switch {
		case c.Status != customer.Pending:
			return fault.New(fault.AlreadyOpen)
		case !c.SIMChanged.IsZero():
			return fault.New(fault.SIMChanged)
		}
		c.Status, c.Terms, c.TermsAt = customer.Active, terms, now
		return nil
	}
}

// pending is a customer who was registered at a counter and has not opened the wallet yet. The fault is already_open for another,
// and sim_changed when the code would go to another SIM.
func (w *Wallet) pending(ctx context.Context, phone msisdn.Number) (customer.Customer, error) {
	c, err := w.customers.ByPhone(ctx, phone)
	switch {
	case err != nil:
	case c.Status != customer.Pending:
		err = fault.New(fault.AlreadyOpen)
	case !c.SIMChanged.IsZero():
		err = fault.New(fault.SIMChanged)
	}
	return c, err
}
