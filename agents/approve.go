package agents

import (
	"cmp"
	"context"
	"time"

	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
	"senti/wallet/switches"
)

// Pending is a request that waits for a customer's PIN. Amounts are minor units.
type Pending struct {
	Intent             id.ID // of ApprovalQuote: what Approve and Refuse go through with
	Shop               string
	Amount, Fee, Total int64
	Until              time.Time
}

// PendingFor returns the request that waits for that customer's PIN; false when there is none. Nothing is opened by looking.
func (a *Agents) PendingFor(ctx context.Context, phone msisdn.Number) (Pending, bool, error) {
	c, err := a.wallet.Customer(ctx, phone)
	if err != nil {
		return Pending{}, false, err
	}
	ask, ok, err := a.deals.PendingAsk(ctx, c.ID, a.now())
	return pendingOf(ask), ok, err
}

func pendingOf(ask deal.Ask) Pending {
	return Pending{Shop: ask.Shop, Amount: ask.Amount, Fee: ask.Fee, Total: ask.Amount + ask.Fee, Until: ask.ExpiresAt}
}

// QuoteApproval shows the customer the request that waits for the PIN, and opens the intent that Approve goes through with; false when
// there is none. A request can be shown as often as it takes: each page has its intent, and one of them becomes the cash-out.
//
// Faults: those of wallet.Payer, busy.
func (a *Agents) QuoteApproval(ctx context.Context, phone msisdn.Number, o wallet.Origin) (Pending, bool, error) {
	c, err := a.wallet.Customer(ctx, phone)
	if err != nil {
		return Pending{}, false, err
	}
	ask, ok, err := a.deals.PendingAsk(ctx, c.ID, a.now())
	if err != nil || !ok {
		return Pending{}, false, err
	}
	var t CashOutTerms
	if _, err := a.wallet.Recall(ctx, ask.ID, &t, ledger.Enquiry); err != nil {
		return Pending{}, false, err
	}
	t.From, t.Ask, t.Brief.What = wallet.PartyOf(c), ask.ID.String(), approvalWhat
	if t.Marks, err = a.turned(ctx, c, t.At, 0, t.Amount, &t.Earned); err != nil {
		return Pending{}, false, err
	}
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.CashOut, wallet.Actor{Number: c.ID, Phone: c.Phone}, o, t))
	p := pendingOf(ask)
	p.Intent = in.ID
	return p, true, err
}

// approvalWhat is how a redial speaks of one.
const approvalWhat = "approval"

// Approve is the cash-out that the operator asked for; sent again it returns the same receipt and moves nothing. A PIN typed anew after a
// wrong one is a new try on a new intent (wallet.Reopen). However many there are, the request is approved once, and a later approval of
// the customer's gets the receipt of the first.
//
// Faults: wrong_pin (left), pin_locked, no_pin, ask_gone, insufficient (available, needed, fee), limit_single (max), limit_day and
// limit_month (max, left), shop_full, shop_closed, sender_blocked, stopped, counter_changed, intent_expired, busy; outcome_unknown.
func (a *Agents) Approve(ctx context.Context, intentID id.ID, typed pin.PIN) (CashOutReceipt, error) {
	in, t, ask, err := a.recallApproval(ctx, intentID)
	if err != nil {
		return CashOutReceipt{}, err
	}
	plan := a.approvalPlan(in, t, ask, typed)
	plan.Stopped = a.wallet.Stopped(ctx, switches.Withdraw, t.From.Phone, t.From.Language)
	outcome, err := a.ledger.Commit(ctx, plan)
	if fault.HasCode(err, fault.AskGone) {
		return a.approvedBefore(ctx, in, ask.ID, err)
	}
	if err != nil {
		return CashOutReceipt{}, a.withOffer(t.Total(), t.Fee(), err)
	}
	a.wallet.Wake()
	return a.cashOutReceipt(in.ID, t, outcome), nil
}

func (a *Agents) cashOutReceipt(posting id.ID, t CashOutTerms, o *ledger.Outcome) CashOutReceipt {
	balance, _ := o.Balance(t.From.Account)
	return CashOutReceipt{Intent: posting, Code: o.Receipt, Balance: balance, End: a.cashOutEnd(t)(o)}
}

// recallApproval finds what QuoteApproval has opened, and the request that it is about, as far as a companion needs it.
func (a *Agents) recallApproval(ctx context.Context, intentID id.ID) (in intent.Intent, t CashOutTerms, ask deal.Ask, err error) {
	if in, err = a.wallet.Recall(ctx, intentID, &t, ledger.CashOut); err != nil {
		return in, t, ask, err
	}
	which, err := id.Parse(t.Ask)
	if err != nil || in.Customer != t.Customer {
		return in, t, ask, fault.New(fault.BadRequest, "field", "intent")
	}
	return in, t, deal.Ask{ID: which, Customer: t.Customer, Operator: t.At.Operator}, nil
}

// approvedBefore is the receipt of the cash-out that a request has become, for who approves it once more: the page of the first approval
// may have been lost, or come too late. gone is the error that stands when it has become none. Kept with the session is the page that it
// now shows.
func (a *Agents) approvedBefore(ctx context.Context, in intent.Intent, which id.ID, gone error) (CashOutReceipt, error) {
	posting, err := a.becameOf(ctx, which)
	if err != nil || posting.IsZero() {
		return CashOutReceipt{}, cmp.Or(err, gone)
	}
	var t CashOutTerms
	if _, err := a.wallet.Recall(ctx, posting, &t, ledger.CashOut); err != nil {
		return CashOutReceipt{}, err
	}
	outcome, found, err := a.ledger.Posting(ctx, posting)
	if err != nil || !found {
		return CashOutReceipt{}, cmp.Or(err, gone)
	}
	receipt := a.cashOutReceipt(posting, t, outcome)
	a.wallet.KeepEnd(ctx, wallet.Actor{Number: in.Customer, Phone: in.Phone}, wallet.Origin{Gateway: in.Gateway, Session: in.Session, Turn: in.Turn}, receipt.End)
	return receipt, nil
}

// becameOf is the cash-out that a request has become, zero for none.
func (a *Agents) becameOf(ctx context.Context, ask id.ID) (id.ID, error) {
	was, err := a.deals.Ask(ctx, ask)
	if fault.HasCode(err, fault.AskGone) {
		return id.ID{}, nil // so old that nobody keeps it
	}
	return was.Posting, err
}

func (a *Agents) approvalPlan(in intent.Intent, t CashOutTerms, ask deal.Ask, typed pin.PIN) *ledger.Plan {
	plan := a.cashOutLegs(in.ID, t)
	plan.Request = wallet.Request(in)
	plan.Companions = []ledger.Companion{
		a.wallet.Intents().Close(in, a.approvalEnd(t)),
		a.wallet.PINs().Check(wallet.CustomerPIN(t.Customer), typed),
	}
	plan.Companions = append(plan.Companions, a.deals.AnswerAsk(ask, deal.AskApproved, in.ID)...)
	plan.Companions = append(plan.Companions, a.addCashOut(in.ID, t)...)
	plan.Companions = append(plan.Companions,
		a.message(plan, toCustomer, t.From.Phone, a.tookOut(t)),
		a.message(plan, toOperator, t.At.Phone, a.paidOut(t)))
	plan.Companions = append(plan.Companions, a.works(t.At, t.PricedAt, 0, t.Amount)...)
	plan.Companions = append(plan.Companions, a.asksLater(t.deal(in.ID), t.PricedAt)...)
	return a.wallet.Jointly(plan, t.From)
}

// approvalEnd is how the conversation ends. Of a request that is gone only approvedBefore knows what became of it.
func (a *Agents) approvalEnd(t CashOutTerms) text {
	end := a.ended(t.From.Language, fault.Answering, a.cashOutEnd(t), ofShop)
	return func(o *ledger.Outcome) string {
		if !o.Accepted && o.Refusal.Code == fault.AskGone {
			return ""
		}
		return end(o)
	}
}

// Refuse says no to a request that QuoteApproval has shown. It counts against the operator: of too many refusals the market makes a
// pause. There is no PIN in it. It returns the text the conversation ends with: of a request that was approved before, the receipt's. The
// fault is ask_gone.
func (a *Agents) Refuse(ctx context.Context, intentID id.ID, o wallet.Origin) (end string, err error) {
	in, t, ask, err := a.recallApproval(ctx, intentID)
	if err != nil {
		return "", err
	}
	rules := a.rules()
	end = a.texts.Say(t.From.Language, "ask.no", i18n.Text("shop", t.At.Shop))
	no := a.wallet.NewIntent(ledger.Enquiry, wallet.Actor{Number: t.Customer, Phone: t.From.Phone}, o, struct{}{})
	companions := append(a.noted(no, end), a.deals.AnswerAsk(ask, deal.AskRefused, id.ID{})...)
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(companions,
		a.wallet.OwnAct(t.Customer),
		a.places.Refused(t.At.Operator, rules.Refusals, rules.RefusalsFor),
		a.wallet.Messages().Add(outbox.Notice, outbox.MessageID(ask.ID, toOperator), t.At.Phone, a.askedFor(t, "sms.ask.refused")))})
	if fault.HasCode(err, fault.AskGone) {
		in.Gateway, in.Session, in.Turn = o.Gateway, o.Session, o.Turn
		receipt, err := a.approvedBefore(ctx, in, ask.ID, err)
		return receipt.End, err
	}
	if err != nil {
		return "", err
	}
	a.wallet.Wake()
	return end, nil
}
