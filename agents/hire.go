package agents

import (
	"context"
	"slices"
	"strings"
	"time"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/proof"
)

// Hiring is somebody taken on for a till, with the ID document in hand.
type Hiring struct {
	Operator network.Operator // Till, Phone, Name, Language, Role, DayIn and DayOut
	ID       wallet.IDDraft   // of ParseIDNumber for that phone
	PIN      *pin.PIN         // of whoever has one before the first day, as seeds do, who may also be without an ID; nil: chosen alone
}

// Hire takes somebody on for a till, without a PIN: a code is sent to the operator's own phone, who types it there with the end of the
// ID number, and chooses the PIN. Faults: operator_taken, till_not_found, place_closed, bad_name, bad_id_number, bad_choice (language),
// bad_request (role), weak_pin.
func (a *Agents) Hire(ctx context.Context, by string, h Hiring, with ...ledger.Companion) (network.Operator, error) {
	numbers, err := a.numbers(ctx, 1)
	if err != nil {
		return network.Operator{}, err
	}
	h.Operator.ID = numbers[0]
	o, plan, err := a.hirePlan(ctx, by, h)
	if err != nil {
		return network.Operator{}, err
	}
	outcome, err := a.register(ctx, plan, with)
	if err != nil {
		return network.Operator{}, err
	}
	a.posts.Forget(o.Phone)
	a.wallet.Wake()
	o.CreatedAt = outcome.At
	return o, nil
}

// hirePlan is the operator of that number as he will be, and what taking him on commits.
func (a *Agents) hirePlan(ctx context.Context, by string, h Hiring) (o network.Operator, plan ledger.Plan, err error) {
	o = h.Operator
	if err := a.mayBe(o); err != nil {
		return o, plan, err
	}
	if o.Name, err = network.Name(strings.ToUpper(o.Name)); err != nil {
		return o, plan, err
	}
	place, err := a.places.ByTill(ctx, o.Till)
	if err != nil {
		return o, plan, err
	}
	o.Agent, o.Status = place.Agent.ID, network.Active
	plan = a.registration(act(by, "operator.add", "operator", o.ID, o), nil, a.places.CreateOperator(o))
	if h.ID != "" || h.PIN == nil {
		document, err := a.wallet.SealedID(o.Phone, h.ID)
		if err != nil {
			return o, plan, err
		}
		plan.Companions = append(plan.Companions, a.places.KeepDocument(kept(o.ID, document)))
	}
	secret, err := a.firstPIN(network.Post{Operator: o, Place: place}, h.PIN)
	plan.Companions = append(plan.Companions, secret...)
	return o, plan, err
}

// firstPIN sets an operator's PIN that is known, or sends the code for choosing one. The fault is weak_pin.
func (a *Agents) firstPIN(post network.Post, known *pin.PIN) ([]ledger.Companion, error) {
	if known == nil {
		return a.pinCode(post, proof.Opening, "sms.counterpin.first")
	}
	if known.Weak(post.Operator.Phone.Plain()) {
		return nil, fault.New(fault.WeakPIN)
	}
	set, err := a.wallet.PINs().Set(wallet.OperatorPIN(post.Operator.ID), *known)
	return []ledger.Companion{set}, err
}

// mayBe refuses an operator in a language that the market does not speak, or of a role that there is not.
func (a *Agents) mayBe(o network.Operator) error {
	switch {
	case !slices.Contains(a.market.Languages, o.Language):
		return fault.New(fault.BadChoice)
	case o.Role != network.Manager && o.Role != network.Cashier:
		return fault.New(fault.BadRequest, "field", "role")
	}
	return nil
}

func kept(operator int64, d customer.Document) network.Document {
	return network.Document{Operator: operator, Type: int64(d.Type), Sealed: d.Sealed, Index: d.Index}
}

// documentOf returns the sealed ID document of an operator. The fault is no_document.
func (a *Agents) documentOf(ctx context.Context, operator int64) (customer.Document, error) {
	d, err := a.places.Document(ctx, operator)
	if err == nil && d.Operator == 0 {
		err = fault.New(fault.NoDocument)
	}
	return customer.Document{Type: customer.DocumentType(d.Type), Sealed: d.Sealed, Index: d.Index}, err
}

// WorkedBefore returns who was taken on before with the ID of a draft of that phone, closed ones too.
func (a *Agents) WorkedBefore(ctx context.Context, phone msisdn.Number, id wallet.IDDraft) ([]network.Operator, error) {
	document, err := a.wallet.SealedID(phone, id)
	if err != nil {
		return nil, err
	}
	return a.places.WithDocument(ctx, document.Index)
}

// pinCode draws a code for an operator's PIN, and returns what keeps it and what sends it.
func (a *Agents) pinCode(post network.Post, way proof.Way, text string) ([]ledger.Companion, error) {
	life := a.rules().Lives.Reset
	if way == proof.Opening {
		life = a.rules().Lives.Activate
	}
	drawn := proof.NewCode()
	begin, err := a.wallet.Proofs().Begin(operatorProof(post.Operator.ID), way, drawn, life)
	if err != nil {
		return nil, err
	}
	said := a.texts.Say(post.Operator.Language, text, i18n.Text("code", drawn.Tell()), i18n.Text("shop", a.shop(post.Place)),
		i18n.Text("service", a.market.ServiceCode), i18n.Text("menu", a.ForgotMenu()), i18n.Count("minutes", int64(life/time.Minute)))
	return []ledger.Companion{begin, a.wallet.Messages().AddCode(a.now().Add(life), a.wallet.IDs().New(), post.Operator.Phone,
		func(*ledger.Outcome) string { return said }, drawn.Tell())}, nil
}

// operatorProof is the row of an operator's own answers.
func operatorProof(operator int64) proof.Subject {
	return proof.Subject{Kind: proof.Operator, Number: operator}
}
