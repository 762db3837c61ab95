package agents

import (
	"cmp"
	"context"
	"slices"
	"time"

	"senti/agents/deal"
	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// A deal is mended when it was wrong: returned by the operator, said by the customer not to be paid, said by the operator to have
// gone to a wrong number, given back by whoever got it, or decided by staff. This file is what these have in common.

// MendRequest is who wants to mend which deal.
type MendRequest struct {
	Who    msisdn.Number
	Deal   id.ID
	Origin wallet.Origin
}

// MendTerms are what was shown before the PIN, and all that mending goes by. Amounts are minor units.
type MendTerms struct {
	Brief    wallet.Brief `json:"brief"`
	At       Counter      `json:"at"`
	Party    wallet.Party `json:"party"` // the customer, named as an operator sees him
	Customer int64        `json:"customer"`
	Deal     id.ID        `json:"deal"`
	Amount   int64        `json:"amount"`
	Fee      int64        `json:"fee,omitempty"`
	Earned   int64        `json:"earned,omitempty"` // by the agent, without the super-agent
	Corrects id.ID        `json:"corrects"`         // the posting that moved its money
	Back     undoing      `json:"back,omitempty"`   // the legs that undo it
	Opened   bool         `json:"opened,omitempty"` // there is a case about it
	Held     int64        `json:"held,omitempty"`   // what the case holds: of the float if it is about cash, else of the wallet
	Rules    string       `json:"rules"`
	PricedAt time.Time    `json:"priced_at"`
}

// MendQuote is what is to be seen before the PIN. Amounts are minor units.
type MendQuote struct {
	Intent id.ID
	Shop   string        // "MAMA NJERI, Kawangware"
	Name   string        // the customer's, as an operator sees it
	Phone  msisdn.Number // for the screen, masked
	Amount int64
	Fee    int64
	Held   int64 // what a case holds of it
}

// MendReceipt is what is to be seen afterwards.
type MendReceipt struct {
	Intent id.ID
	Code   string // "" when no money moved
	End    string // the text the conversation ends with
}

// Mendable is a deal that may be mended, as a list shows it.
type Mendable struct {
	Deal     id.ID
	At       time.Time
	Amount   int64
	Whom     string // the customer's name, or the shop's
	Disputed bool   // the customer says that it was not paid
}

// MendWithin returns how long after it the operator can return a withdrawal, and claim a deposit.
func (a *Agents) MendWithin() (returned, claimed time.Duration) {
	rules := a.rules()
	return rules.ReturnWithin, rules.ClaimWithin
}

// undoing are the legs that undo a posting, by account: its own, turned round.
type undoing map[int64]int64

func undo(o *ledger.Outcome) undoing {
	u := undoing{}
	for _, l := range o.Legs {
		u[l.Account] -= l.Amount
	}
	return u
}

// but leaves that much where it is: with from, which does not give it back to the other.
func (u undoing) but(left, from, to int64) {
	u[from] += left
	u[to] -= left
}

// legs are in the order of their accounts, so that a repeat is the same plan. No limit stops money that comes back, and what it had used
// up of limits comes back with it.
func (t MendTerms) legs() []ledger.Leg {
	var out []ledger.Leg
	in, paid := t.undone()
	for account, amount := range t.Back {
		leg := ledger.Leg{Account: account, Amount: amount}
		if account == t.At.Float || account == t.Party.Account {
			leg.Counted = -(in + paid)
		}
		out = append(out, leg)
	}
	slices.SortFunc(out, func(x, y ledger.Leg) int { return int(x.Account - y.Account) })
	return wallet.WithoutZero(out)
}

// undone is how much of the cash that was taken in, or paid out, the undoing is about: what moves on the float.
func (t MendTerms) undone() (in, out int64) {
	float := t.Back[t.At.Float]
	return max(0, float), max(0, -float)
}

// uncounts takes what is undone off the days that it was counted on: the operator's, the customer's at counters, and that of a person with
// several wallets. A day that is over stays as it was.
func (a *Agents) uncounts(ctx context.Context, t MendTerms) ([]ledger.Companion, error) {
	d, err := a.deals.Get(ctx, t.Deal)
	if err != nil {
		return nil, err
	}
	c, err := a.wallet.Holder(ctx, d.Customer, d.Phone)
	if err != nil {
		return nil, err
	}
	money, found, err := a.ledger.Posting(ctx, t.Corrects)
	if err != nil || !found {
		return nil, cmp.Or(err, error(fault.New(fault.DealNotFound)))
	}
	day := a.market.Day(money.At)
	in, out := t.undone()
	companions := append(a.wallet.JointlyBack(wallet.PartyOf(c), out, in, day),
		a.deals.Uncounted(deal.Count{Customer: d.Customer, In: in, Out: out}, d.Marks, day))
	if d.Operator != 0 {
		companions = append(companions, a.places.Undone(d.Operator, in, out, day))
	}
	return companions, nil
}

// mend reads a deal with both its sides, and what would undo it.
func (a *Agents) mend(ctx context.Context, which id.ID) (deal.Deal, MendTerms, error) {
	d, err := a.deals.Get(ctx, which)
	if err != nil {
		return deal.Deal{}, MendTerms{}, err
	}
	place, err := a.places.ByTill(ctx, d.Till)
	if err != nil {
		return deal.Deal{}, MendTerms{}, err
	}
	c, err := a.wallet.Holder(ctx, d.Customer, d.Phone)
	if err != nil {
		return deal.Deal{}, MendTerms{}, err
	}
	at, party, now := a.counterOf(place), wallet.PartyOf(c), a.now()
	at.Agent, at.Super, at.Payable, at.Above = 0, 0, 0, 0 // Back names the accounts
	party.Name, party.Tier = d.Name, 0                    // no limit stops what is mended
	t := MendTerms{
		Brief: wallet.Brief{Whom: d.Phone.Masked(), Shop: at.Code, Amount: d.Amount},
		At:    at, Party: party, Customer: d.Customer, Deal: d.ID, Amount: d.Amount, Fee: d.Fee, Earned: d.Earned - d.EarnedSuper,
		Corrects: moneyOf(d), Rules: a.market.At(now).CounterVersions(), PricedAt: now,
	}
	if d.State != deal.Done && d.State != deal.Disputed && d.State != deal.Claimed {
		return d, t, nil // there is nothing to undo, as whoever asked will be told
	}
	money, found, err := a.ledger.Posting(ctx, t.Corrects)
	if err == nil && (!found || !money.Accepted) {
		err = fault.New(fault.DealNotFound)
	}
	if err != nil {
		return deal.Deal{}, MendTerms{}, err
	}
	t.Back = undo(money)
	return d, t, nil
}

// mendAt is mend for a deal of the till at which somebody with that phone works now. Faults: not_operator, operator_suspended,
// deal_not_found.
func (a *Agents) mendAt(ctx context.Context, r MendRequest) (network.Post, deal.Deal, MendTerms, error) {
	post, err := a.serving(ctx, r.Who)
	if err != nil {
		return network.Post{}, deal.Deal{}, MendTerms{}, err
	}
	d, t, err := a.mend(ctx, r.Deal)
	if err == nil && d.Till != post.Till.ID {
		err = fault.New(fault.DealNotFound)
	}
	if err != nil {
		return network.Post{}, deal.Deal{}, MendTerms{}, err
	}
	at := a.counterAt(post)
	t.Brief.Mine = toOperator
	t.At.Operator, t.At.Phone, t.At.Language = at.Operator, at.Phone, at.Language
	t.At.DayIn, t.At.DayOut = at.DayIn, at.DayOut
	return post, d, t, nil
}

// mendOwn is mend for a deal of the customer with that phone. The fault is deal_not_found.
func (a *Agents) mendOwn(ctx context.Context, r MendRequest) (deal.Deal, MendTerms, error) {
	d, t, err := a.mend(ctx, r.Deal)
	if err == nil && d.Phone != r.Who {
		err = fault.New(fault.DealNotFound)
	}
	t.Brief.Whom = t.At.Code
	return d, t, err
}

// opened adds what the open case of that kind holds, and returns it. The fault is case_closed.
func (a *Agents) opened(ctx context.Context, t *MendTerms, kind deal.CaseKind) (deal.Case, error) {
	c, err := a.deals.Case(ctx, deal.CaseOf(t.Deal, kind))
	if err == nil && c.State != deal.CaseOpen {
		err = fault.New(fault.CaseClosed)
	}
	t.Opened, t.Held = true, c.Held
	return c, err
}

// heldFor is the case that terms were quoted with, if any, with what it held then.
func (a *Agents) heldFor(ctx context.Context, t MendTerms, kind deal.CaseKind) (deal.Case, error) {
	if !t.Opened {
		return deal.Case{}, nil
	}
	c, err := a.deals.Case(ctx, deal.CaseOf(t.Deal, kind))
	c.Held = t.Held
	return c, err
}

// openMend opens the intent that goes through with it.
func (a *Agents) openMend(ctx context.Context, kind ledger.Kind, who wallet.Actor, o wallet.Origin, t MendTerms) (MendQuote, error) {
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(kind, who, o, t))
	if err != nil {
		return MendQuote{}, err
	}
	return MendQuote{Intent: in.ID, Shop: t.At.Shop, Name: t.Party.Name, Phone: t.Party.Phone, Amount: t.Amount, Fee: t.Fee, Held: t.Held}, nil
}

// recallMend finds the intent again. Of the acts that hold money, what says which it is.
func (a *Agents) recallMend(ctx context.Context, intentID id.ID, kind ledger.Kind, what string) (in intent.Intent, t MendTerms, err error) {
	in, err = a.wallet.Recall(ctx, intentID, &t, kind)
	if err == nil && t.Brief.What != what {
		err = fault.New(fault.BadRequest, "field", "intent")
	}
	return in, t, err
}

// What an intent that only holds money is about, as the redial page says it.
const (
	aboutNotPaid = "notpaid"
	aboutClaim   = "claim"
)

// caseHold is how long a case can hold money: until somebody decides, and so for ever.
const caseHold = 10 * 365 * 24 * time.Hour

// floatHold and walletHold are the holds of a deal's case.
func floatHold(dealID id.ID) id.ID { return id.Derive(dealID, "senti.case.float.v1") }

func walletHold(dealID id.ID) id.ID { return id.Derive(dealID, "senti.case.wallet.v1") }

// freeze sets as much of the amount aside as is there.
func freeze(hold id.ID, account, amount int64, at time.Time) ledger.HoldAct {
	return ledger.HoldAct{Verb: ledger.TakeHold, Hold: hold, Account: account, Amount: amount, ExpiresAt: at.Add(caseHold), Freeze: true}
}

// thaw ends the holds of a case: the money goes back with the legs of the same plan, or is its holder's again.
func (t MendTerms) thaw(c deal.Case, back bool) []ledger.HoldAct {
	var acts []ledger.HoldAct
	end := func(hold id.ID, account int64, back bool) {
		act := ledger.HoldAct{Verb: ledger.ReleaseHold, Hold: hold, Account: account}
		if back {
			act = ledger.HoldAct{Verb: ledger.CaptureHold, Hold: hold, Account: account, Amount: c.Held, Final: true}
		}
		if !hold.IsZero() {
			acts = append(acts, act)
		}
	}
	if c.Kind == deal.WrongDeposit {
		end(c.WalletHold, t.Party.Account, back)
		back = false // what is held of the float is the till's again, whatever became of it
	}
	end(c.FloatHold, t.At.Float, back)
	return acts
}

// takenBack notes what a deal had earned and is taken back with it.
func (a *Agents) takenBack(t MendTerms, state deal.State, kind ledger.Kind) []ledger.Companion {
	total := t.Back[wallet.CommissionExpense] // it was booked below zero
	if total == 0 {
		return nil
	}
	return []ledger.Companion{a.deals.Turned(deal.Turn{Deal: t.Deal, State: state, Kind: kind, Till: t.At.Till, Amount: t.Amount,
		Earned: -total, EarnedSuper: t.Earned - total})}
}

// closes settles the case of a deal that is mended. The fault is conflict when it holds something else than whoever settles it knows of.
func (a *Agents) closes(was deal.Case, state deal.CaseState, note string) ledger.Companion {
	return a.deals.ChangeCase(was.ID, func(c *deal.Case, _ time.Time) *fault.Error {
		if c.Held != was.Held {
			return fault.New(fault.Conflict)
		}
		c.State, c.Note = state, note
		return nil
	})
}

// within lets a done deal go on to a state for so long after it was done; then the fault is too_late. What has become of it
// otherwise is deal_closed, also when the move itself would still be allowed: whoever asked did not know of it.
func within(state deal.State, life time.Duration, partner id.ID) func(*deal.Deal, time.Time) *fault.Error {
	to := deal.To(state, partner)
	return func(d *deal.Deal, at time.Time) *fault.Error {
		if d.State != deal.Done {
			return fault.New(fault.DealClosed, "state", d.State.String())
		}
		if at.After(d.EndedAt.Add(life)) {
			return fault.New(fault.TooLate)
		}
		return to(d, at)
	}
}

// whoWorks are the operators of a till who are to hear what happens to its float.
func (a *Agents) whoWorks(ctx context.Context, till int64) ([]network.Operator, error) {
	all, err := a.places.Operators(ctx, till)
	all = slices.DeleteFunc(all, func(o network.Operator) bool { return o.Status != network.Active })
	return all[:min(len(all), hearMost)], err
}

// hearMost is how many operators of a till get a message.
const hearMost = 5

// tell is a message to each of them in their language.
func (a *Agents) tell(plan *ledger.Plan, operators []network.Operator, say func(language string) text) []ledger.Companion {
	return toEach(a.message, plan, operators, say)
}

// toEach is what message or notice makes for each of them.
func toEach(of func(*ledger.Plan, byte, msisdn.Number, func(*ledger.Outcome) string) ledger.Companion, plan *ledger.Plan,
	operators []network.Operator, say func(language string) text) []ledger.Companion {
	out := make([]ledger.Companion, len(operators))
	for i, o := range operators {
		out[i] = of(plan, byte(toOperator+i), o.Phone, say(o.Language))
	}
	return out
}
