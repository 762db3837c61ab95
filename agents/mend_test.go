package agents_test

import (
	"context"
	"strings"

	"senti/agents"
	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// takesOut lets a customer withdraw at an operator's shop, and returns the deal.
func (w *town) takesOut(from, at msisdn.Number, amount int64) id.ID {
	w.t.Helper()
	q, err := w.agents.QuoteCashOut(bg, agents.CashOutRequest{From: from, Shop: w.tills[at].Code, Amount: amount})
	w.must(err)
	done, err := w.agents.CashOut(bg, q.Intent, w.pin(from))
	w.must(err)
	return done.Intent
}

// paysIn lets an operator deposit for a customer, and returns the deal. By lot the customer is asked first, and says yes.
func (w *town) paysIn(at, to msisdn.Number, amount int64) id.ID {
	w.t.Helper()
	q, err := w.agents.QuoteCashIn(bg, agents.CashInRequest{Operator: at, To: to, Amount: amount})
	w.must(err)
	done, err := w.agents.CashIn(bg, q.Intent, w.pin(at))
	w.must(err)
	if done.Waits {
		_, err := w.agents.Answer(bg, agents.AnswerRequest{Customer: to, Deal: q.Intent, Yes: true})
		w.must(err)
	}
	return q.Intent
}

// The four acts, from their quotes to their ends, by whoever has that phone.

func returning(w *town, who msisdn.Number, dealID id.ID) (agents.MendReceipt, error) {
	q, err := w.agents.QuoteReturn(bg, agents.MendRequest{Who: who, Deal: dealID})
	return w.done(w.agents.Return, q, err, who)
}

func notPaid(w *town, who msisdn.Number, dealID id.ID) (agents.MendReceipt, error) {
	q, err := w.agents.QuoteNotPaid(bg, agents.MendRequest{Who: who, Deal: dealID})
	return w.done(w.agents.NotPaid, q, err, who)
}

func claiming(w *town, who msisdn.Number, dealID id.ID) (agents.MendReceipt, error) {
	q, err := w.agents.QuoteClaim(bg, agents.MendRequest{Who: who, Deal: dealID})
	return w.done(w.agents.Claim, q, err, who)
}

func givingBack(w *town, who msisdn.Number, dealID id.ID) (agents.MendReceipt, error) {
	q, err := w.agents.QuoteGiveBack(bg, agents.MendRequest{Who: who, Deal: dealID})
	return w.done(w.agents.GiveBack, q, err, who)
}

type mendAct = func(context.Context, id.ID, pin.PIN) (agents.MendReceipt, error)

// done goes through with a quote, twice, and asserts that both hear the same.
func (w *town) done(act mendAct, q agents.MendQuote, err error, who msisdn.Number) (agents.MendReceipt, error) {
	w.t.Helper()
	if err != nil {
		return agents.MendReceipt{}, err
	}
	first, err := act(bg, q.Intent, w.pin(who))
	again, errAgain := act(bg, q.Intent, w.pin(who))
	if first != again || fault.CodeOf(err) != fault.CodeOf(errAgain) {
		w.t.Errorf("first %+v %v, again %+v %v", first, err, again, errAgain)
	}
	return first, err
}

// is asserts in what state a deal is.
func (w *town) is(dealID id.ID, state deal.State) {
	w.t.Helper()
	d, err := w.agents.Deals().Get(bg, dealID)
	w.must(err)
	if d.State != state {
		w.t.Errorf("the deal is %s, want %s", d.State, state)
	}
}

// caseIs asserts how the case about a deal stands, and returns it.
func (w *town) caseIs(dealID id.ID, kind deal.CaseKind, state deal.CaseState, held int64) deal.Case {
	w.t.Helper()
	c, err := w.agents.Deals().Case(bg, deal.CaseOf(dealID, kind))
	w.must(err)
	if c.State != state || c.Held != held {
		w.t.Errorf("case %+v, want state %d, held %d", c, state, held)
	}
	return c
}

// holds asserts what is set aside on the account of a customer or operator.
func (w *town) holds(phone msisdn.Number, want int64) {
	w.t.Helper()
	account := w.people[phone].Account
	if till, ok := w.tills[phone]; ok {
		account = till.Float
	}
	a, err := w.ledger.Account(bg, account)
	w.must(err)
	if a.Held != want {
		w.t.Errorf("of %s %d is held, want %d", phone, a.Held, want)
	}
}

// earned asserts what both agents are owed together.
func (w *town) earned(want int64) {
	w.t.Helper()
	if got := w.balance(w.bank.Payable) + w.balance(w.agent.Payable); got != want {
		w.t.Errorf("the agents have earned %d, want %d", got, want)
	}
}

// fees asserts what Senti and the tax office have of fees.
func (w *town) fees(want int64) {
	w.t.Helper()
	if got := w.balance(wallet.FeeIncome) + w.balance(wallet.TaxPayable); got != want {
		w.t.Errorf("fees and tax are %d, want %d", got, want)
	}
}

// told asserts what was said in some message to these phones.
func (w *town) told(want map[msisdn.Number]string) {
	w.t.Helper()
	for phone, text := range want {
		if !strings.Contains(w.texts(phone), text) {
			w.t.Errorf("%s was told\n%swant %q in it", phone, w.texts(phone), text)
		}
	}
}

// operator is who works with that phone.
func (w *town) operator(phone msisdn.Number) network.Operator {
	w.t.Helper()
	p, err := w.agents.Places().ByPhone(bg, phone)
	w.must(err)
	return p.Operator
}

// suspend stops an operator's till, and resume lets it work again.
func (w *town) suspend(phone msisdn.Number) {
	w.t.Helper()
	w.must(w.agents.Suspend(bg, "system", network.Ref{Kind: network.ATill, ID: w.tills[phone].ID}, "a test"))
}

func (w *town) resume(phone msisdn.Number) {
	w.t.Helper()
	w.must(w.agents.Resume(bg, "system", network.Ref{Kind: network.ATill, ID: w.tills[phone].ID}, "a test"))
}

// empty leaves only so much free on the float of an operator's till: the rest goes to the other till.
func (w *town) empty(phone msisdn.Number, left int64) {
	w.t.Helper()
	a, err := w.ledger.Account(bg, w.tills[phone].Float)
	w.must(err)
	w.float(phone, left-a.Available())
}

// float moves float from the other till to an operator's; below zero the other way.
func (w *town) float(phone msisdn.Number, more int64) {
	w.t.Helper()
	other := otieno
	if phone == otieno {
		other = njeri
	}
	_, err := w.ledger.Commit(bg, &ledger.Plan{ID: id.Random{}.New(), Kind: ledger.FloatMove,
		Legs: []ledger.Leg{{Account: w.tills[phone].Float, Amount: more}, {Account: w.tills[other].Float, Amount: -more}}})
	w.must(err)
}
