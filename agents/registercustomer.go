package agents

import (
	"context"
	"time"

	"senti/agents/commission"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// RegisterRequest is what an operator wrote down of a person at the counter, with the ID document in hand.
type RegisterRequest struct {
	Operator msisdn.Number
	Phone    msisdn.Number
	Name     string
	ID       wallet.IDDraft // of ParseIDNumber for Phone
	Photo    string         // a reference to the photo of the document, or ""
	Language string
	Origin   wallet.Origin
}

// registerTerms are what was shown to the operator, and all that RegisterCustomer goes by.
type registerTerms struct {
	Brief    wallet.Brief    `json:"brief"`
	At       Counter         `json:"at"`
	Newcomer wallet.Newcomer `json:"newcomer"`
	Checked  bool            `json:"checked,omitempty"` // there is a wallet already, whose ID is checked
	Earned   Earned          `json:"earned"`
	Rules    string          `json:"rules"`
	PricedAt time.Time       `json:"priced_at"`
}

// RegisterQuote is what the operator is to see before the PIN.
type RegisterQuote struct {
	Intent id.ID
	Name   string
	Phone  msisdn.Number
	New    bool  // a wallet is opened; otherwise the ID of one opened on the phone was checked
	Earned int64 // by the agent, minor units
}

// QuoteRegister says whether that person can be registered, and opens the intent that RegisterCustomer goes through with.
//
// Faults: not_operator, operator_suspended, stopped, customer_open, customer_id_used, customer_to_office, bad_name, bad_id_number,
// bad_reference, bad_choice (language), id_mismatch.
func (a *Agents) QuoteRegister(ctx context.Context, r RegisterRequest) (RegisterQuote, error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return RegisterQuote{}, err
	}
	now, at := a.now(), a.counterAt(post)
	if stopped := a.registeringStopped(ctx, at, r.Phone); stopped != nil {
		return RegisterQuote{}, stopped
	}
	at.Store = post.Store.ID
	rules := a.market.At(now)
	t := registerTerms{
		Brief: wallet.Brief{Whom: r.Phone.Masked(), Shop: at.Code}, At: at,
		Newcomer: wallet.Newcomer{Phone: r.Phone, Language: r.Language, Name: r.Name, ID: r.ID, Photo: r.Photo, Shop: at.Shop},
		Earned:   earned(rules, commission.Register, 1, at), Rules: rules.CounterVersions(), PricedAt: now,
	}
	counter, err := a.wallet.CounterRegistration(ctx, t.Newcomer)
	if err != nil {
		return RegisterQuote{}, ofNewcomer(err)
	}
	t.Checked = !counter.New
	in := a.wallet.NewIntent(ledger.Commission, actor(post), r.Origin, t)
	if t.Earned.Total() == 0 {
		in.Kind = ledger.Register
	}
	if in, err = a.wallet.OpenIntent(ctx, in); err != nil {
		return RegisterQuote{}, err
	}
	return RegisterQuote{in.ID, counter.Customer.Name, r.Phone, counter.New, t.Earned.Agent}, nil
}

// RegisterCustomer opens the wallet, which can only receive until its owner sets a PIN on that phone, or raises the one that the
// person opened on the phone; it books the commission in the same posting and returns the text the conversation ends with.
//
// Faults: wrong_pin (left), pin_locked, operator_suspended, stopped, customer_open, customer_id_used, conflict (begin again), busy;
// outcome_unknown.
func (a *Agents) RegisterCustomer(ctx context.Context, intentID id.ID, typed pin.PIN) (end string, err error) {
	var t registerTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.Commission, ledger.Register)
	if err != nil {
		return "", err
	}
	done := a.registeredEnd(t)
	if o, found, err := a.ledger.Posting(ctx, in.ID); err == nil && found && o.Accepted {
		return done(o), nil // a repeat: the person has a wallet by now, which is no reason to say that it failed
	}
	counter, err := a.wallet.CounterRegistration(ctx, t.Newcomer)
	if err != nil {
		return "", ofNewcomer(err)
	}
	if counter.New == t.Checked { // the person has opened a wallet meanwhile
		return "", fault.New(fault.Conflict)
	}
	plan := counter.Plan
	plan.ID, plan.Kind, plan.Request, plan.Rules = in.ID, in.Kind, wallet.Request(in), t.Rules
	plan.Stopped = a.registeringStopped(ctx, t.At, t.Newcomer.Phone)
	plan.Legs = wallet.WithoutZero(append(plan.Legs, t.Earned.legs(t.At)...))
	own := append(append(a.works(t.At, t.PricedAt, 0, 0), a.open(t.At)...),
		a.wallet.Intents().Close(in, a.ended(t.At.Language, fault.AtCounter, done, ofNewcomer)),
		a.wallet.PINs().Check(wallet.OperatorPIN(t.At.Operator), typed))
	plan.Companions = append(own, plan.Companions...)
	if t.Earned.Total() > 0 {
		plan.Companions = append(plan.Companions, a.deals.Add(t.deal(in.ID, counter)))
	}
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return "", ofNewcomer(err)
	}
	a.wallet.Wake()
	return done(outcome), nil
}

// registeringStopped says that the operator may not register now, or nobody with such a number or of the tier that the wallet would have.
func (a *Agents) registeringStopped(ctx context.Context, at Counter, newcomer msisdn.Number) *fault.Error {
	if stopped := a.wallet.StoppedAtCounter(switches.Register, at.Phone, at.Language); stopped != nil {
		return stopped
	}
	return a.wallet.StoppedPerson(ctx, newcomer, at.Language)
}

// deal is the deed as it is kept: no money of the customer's is in it.
func (t registerTerms) deal(posting id.ID, c wallet.CounterPlan) deal.Deal {
	return deal.Deal{
		ID: posting, Kind: ledger.Commission, State: deal.Done, Till: t.At.Till, Operator: t.At.Operator, Agent: t.At.Agent, Super: t.At.Super,
		Customer: c.Customer.ID, Phone: t.Newcomer.Phone, Name: shortName(c.Customer.Name),
		Earned: t.Earned.Total(), EarnedSuper: t.Earned.Super,
	}
}

func (a *Agents) registeredEnd(t registerTerms) text {
	key := "counter.registered"
	if t.Checked {
		key = "counter.checked"
	}
	return a.wallet.Afterwards(t.At.Language, key, t.At.Float,
		i18n.Text("name", t.Newcomer.Name), i18n.Text("phone", t.Newcomer.Phone.Plain()), a.wallet.Money("earned", t.Earned.Agent))
}
