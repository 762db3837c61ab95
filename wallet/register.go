package wallet

import (
	"context"
	"encoding/json"

	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// Registration is what a person told about themselves, as typed; Terms is the version they accepted.
type Registration struct {
	Phone    msisdn.Number
	Language string
	Terms    string
	Name     string
	ID       IDDraft   // of ParseIDNumber
	First    pin.Draft // of DraftPIN
	Again    pin.PIN
	Origin   Origin
}

// Registered is a wallet just opened.
type Registered struct {
	Customer customer.Customer
	End      string // the text the conversation ends with
}

// Terms returns the version of the terms that are in force.
func (w *Wallet) Terms() string { return string(w.market.At(w.clock.Now()).Terms.Version) }

// Register opens a wallet of the lowest tier: customer, account and PIN in one commit, with the intent that keeps how the
// conversation ended, and a welcome. Nobody has checked the name yet, and the row says so.
//
// Faults: already_open, id_number_used, bad_name, bad_id_number, bad_choice (language), pin_mismatch,
// weak_pin, stopped.
func (w *Wallet) Register(ctx context.Context, r Registration) (Registered, error) {
	if err := w.MayBegin(ctx, switches.Register, r.Phone, r.Language); err != nil {
		return Registered{}, err
	}
	if err := w.SamePIN(r.Phone, r.First, r.Again); err != nil {
		return Registered{}, err
	}
	c, err := w.newcomer(r)
	if err != nil {
		return Registered{}, err
	}
	if c.ID, err = w.ledger.Numbers(ctx); err != nil {
		return Registered{}, err
	}
	c.Account = c.ID
	in := w.newIntent(ledger.Register, c, r.Origin, registerTerms(c))
	end := w.ended(c.Language, fault.General, w.registeredEnd(c))
	plan, err := w.openingPlan(in, c, r.Again)
	if err != nil {
		return Registered{}, err
	}
	plan.Companions = append(plan.Companions,
		w.intents.Open(in),
		w.intents.Close(in, end),
		w.messages.Add(outbox.Notice, outbox.MessageID(in.ID, 1), c.Phone, w.welcome(c)))
	outcome, err := w.ledger.Commit(ctx, plan)
	if err != nil {
		return Registered{}, err
	}
	w.wake()
	c.CreatedAt, c.TermsAt = outcome.At, outcome.At
	return Registered{c, end(outcome)}, nil
}

// newcomer is the customer that a registration describes, without a number.
func (w *Wallet) newcomer(r Registration) (customer.Customer, error) {
	if !w.market.Speaks(r.Language) {
		return customer.Customer{}, fault.New(fault.BadChoice)
	}
	name, err := w.ParseName(r.Name)
	if err != nil {
		return customer.Customer{}, err
	}
	_, number, err := w.idNumber(r.Phone, r.ID)
	if err != nil {
		return customer.Customer{}, err
	}
	if r.Again.Weak(r.Phone.Plain(), number) {
		return customer.Customer{}, fault.New(fault.WeakPIN)
	}
	document, err := w.SealedID(r.Phone, r.ID)
	if err != nil {
		return customer.Customer{}, err
	}
	return customer.Customer{
		Phone: r.Phone, Name: name, Tier: w.market.LowestTier(w.clock.Now()), Status: customer.Active,
		Language: r.Language, Terms: r.Terms, Document: document,
	}, nil
}

// openingPlan is what every new wallet commits: account, customer and PIN.
func (w *Wallet) openingPlan(in intent.Intent, c customer.Customer, p pin.PIN) (*ledger.Plan, error) {
	set, err := w.pins.Set(pinOf(c.ID), p)
	if err != nil {
		return nil, err
	}
	return &ledger.Plan{
		ID:      in.ID,
		Request: request(in),
		Kind:    ledger.Register,
		Open: []ledger.NewAccount{{
			ID: c.Account, Type: ledger.Wallet, Currency: w.market.Currency.Code, Class: c.Tier,
		}},
		Companions: append(w.customers.Create(c), set),
	}, nil
}

// registerTerms is what the intent of a registration keeps: nothing that the customer's row does not say.
func registerTerms(c customer.Customer) []byte {
	b, err := json.Marshal(struct {
		Account int64  `json:"account"`
		Terms   string `json:"terms"`
	}{c.Account, c.Terms})
	if err != nil {
		panic("wallet: terms that are no JSON: " + err.Error()) // a number and a text always are
	}
	return b
}

func (w *Wallet) registeredEnd(c customer.Customer) func(*ledger.Outcome) string {
	return w.afterwards(c.Language, "register.done", c.Account,
		i18n.Text("name", c.Name), i18n.Text("phone", c.Phone.Plain()), i18n.Text("service", w.market.ServiceCode))
}

func (w *Wallet) welcome(c customer.Customer) func(*ledger.Outcome) string {
	return w.afterwards(c.Language, "sms.welcome", c.Account,
		i18n.Text("name", c.Name), i18n.Text("phone", c.Phone.Plain()), i18n.Text("service", w.market.ServiceCode))
}
