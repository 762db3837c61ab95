package agents

import (
	"context"
	"slices"
	"strings"
	"time"

	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/switches"
	"senti/wallet/tariff"
	"senti/wallet/voucher"
)

// ReserveReceipt is what a customer is to see who has asked a shop to keep cash.
type ReserveReceipt struct {
	Intent id.ID
	End    string // the text the conversation ends with
}

// QuoteReserve says what cash at that shop costs, and opens the intent that Reserve goes through with.
//
// Faults: those of QuoteCashOut, and offer_pending while the customer has another reservation.
func (a *Agents) QuoteReserve(ctx context.Context, r CashOutRequest) (CashOutQuote, error) {
	c, err := a.wallet.Payer(ctx, r.From)
	if err != nil {
		return CashOutQuote{}, err
	}
	if err := a.wallet.MayBegin(ctx, switches.Withdraw, r.From, c.Language); err != nil {
		return CashOutQuote{}, err
	}
	switch open, err := a.offers.OpenFor(ctx, c.ID, a.now()); {
	case err != nil:
		return CashOutQuote{}, err
	case len(open) > 0:
		return CashOutQuote{}, fault.New(fault.OfferPending)
	}
	place, err := a.shopOf(ctx, r.Shop)
	if err != nil {
		return CashOutQuote{}, err
	}
	t, err := a.priceCashOut(c, a.counterOf(place), r.Amount)
	if err != nil {
		return CashOutQuote{}, err
	}
	t.Earned = Earned{} // it is earned when the cash is paid
	for _, other := range r.Others[:min(len(r.Others), a.rules().Reservation.Offers-1)] {
		t.Then = strings.TrimSpace(t.Then + " " + string(other))
	}
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.Reserve, wallet.Actor{Number: c.ID, Phone: c.Phone}, r.Origin, t))
	if err != nil {
		return CashOutQuote{}, err
	}
	return CashOutQuote{Intent: in.ID, Shop: t.At.Shop, Code: t.At.Code, Amount: t.Amount, Fee: t.Fee(), Tax: t.Tax, Total: t.Total()}, nil
}

// Reserve sets the amount and the fee of a quote aside and asks the shop to keep the cash, which it has a few minutes to say yes to. If it
// does not, the next shop of the quote is asked, and so on, with the same money set aside. Sent again it says the same and sets
// nothing more aside.
//
// Faults: wrong_pin (left), pin_locked, no_pin, insufficient (available, needed, fee, offer if anything fits), limit_single (max),
// limit_day and limit_month (max, left), offer_pending, sender_blocked, stopped, intent_expired, busy; outcome_unknown.
func (a *Agents) Reserve(ctx context.Context, intentID id.ID, typed pin.PIN) (ReserveReceipt, error) {
	var t CashOutTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.Reserve)
	if err != nil {
		return ReserveReceipt{}, err
	}
	account, err := a.ledger.Account(ctx, t.From.Account)
	if err != nil {
		return ReserveReceipt{}, err
	}
	until := in.OpenedAt.Add(a.market.At(t.PricedAt).Agents.Lives.Offer)
	plan, err := a.reservePlan(ctx, in, t, typed, until)
	if err != nil {
		return ReserveReceipt{}, err
	}
	plan.Stopped = a.wallet.Stopped(ctx, switches.Withdraw, t.From.Phone, t.From.Language)
	plan.Companions[1] = provided{plan.Companions[1], a.overLimit(account, t.Amount, t.PricedAt)}
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return ReserveReceipt{}, a.withOffer(t.Total(), t.Fee(), err)
	}
	a.wallet.Wake()
	if !outcome.Replayed {
		a.ringTill(ctx, t.At.Till)
	}
	return ReserveReceipt{in.ID, a.reserveAsked(t, until)(outcome)}, nil
}

func (a *Agents) reservePlan(ctx context.Context, in intent.Intent, t CashOutTerms, typed pin.PIN, until time.Time) (*ledger.Plan, error) {
	o := offer.Offer{
		ID: in.ID, Kind: offer.Cash, Till: t.At.Till, Customer: t.Customer, Phone: t.From.Phone, Name: shortName(t.From.Name),
		Amount: t.Amount, Fee: t.Fee(), Tax: t.Tax, Hold: holdOf(in.ID), ExpiresAt: until,
	}
	told, err := a.tellTill(ctx, in.ID, toOperator, t.At.Till, func(language string) string {
		return a.ofReservation(language, "sms.reserve.asked", t, o, until)
	})
	if err != nil {
		return nil, err
	}
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.Reserve, Request: wallet.Request(in), Rules: t.Rules,
		Holds: []ledger.HoldAct{{
			Verb: ledger.TakeHold, Hold: o.Hold, Account: t.From.Account, Amount: t.Total(), ExpiresAt: a.reserveEnds(in, t).Add(holdMargin),
		}},
		Companions: []ledger.Companion{
			a.wallet.Intents().Close(in, a.ended(t.From.Language, fault.Reserving, a.reserveAsked(t, until), ofShop)),
			a.wallet.PINs().Check(wallet.CustomerPIN(t.Customer), typed),
		},
	}
	plan.Companions = append(plan.Companions, a.offers.Ask(o)...)
	plan.Companions = append(plan.Companions, told...)
	return plan, nil
}

// reserveEnds is when a reservation is over at the latest: all shops were asked, and the last said yes and kept the cash.
func (a *Agents) reserveEnds(in intent.Intent, t CashOutTerms) time.Time {
	lives := a.market.At(t.PricedAt).Agents.Lives
	return in.OpenedAt.Add(time.Duration(1+len(t.then()))*(lives.Offer+passOnSlack) + lives.Reserve)
}

// passOnSlack is how late the job may be that asks the next shop.
const passOnSlack = time.Minute

// reservation is what was reserved, as the shop is to keep it that is asked now.
func (a *Agents) reservation(ctx context.Context, o offer.Offer) (in intent.Intent, t CashOutTerms, err error) {
	if in, err = a.wallet.Recall(ctx, o.Intent(), &t, ledger.Reserve); err != nil || t.At.Till == o.Till {
		return in, t, err
	}
	place, err := a.places.ByTill(ctx, o.Till)
	t.At = a.counterOf(place)
	return in, t, err
}

// passOn asks the next shop that can keep the cash, when one has not said yes; the customer's money stays set aside, and the customer is told.
// It is false when there is no such shop, or the customer has asked for something else meanwhile.
func (a *Agents) passOn(ctx context.Context, o offer.Offer, n offer.Next, with []ledger.Companion) (bool, error) {
	in, t, err := a.reservation(ctx, o)
	if err != nil {
		return false, err
	}
	next, number, found, err := a.nextShop(ctx, o)
	lives := a.market.At(t.PricedAt).Agents.Lives
	until := a.now().Add(lives.Offer)
	if err != nil || !found || until.Add(lives.Reserve).After(a.reserveEnds(in, t)) {
		return false, err
	}
	then := o.Then(next.Till.ID, number, until)
	messages, err := a.tellPassedOn(ctx, then, t, next)
	if err != nil {
		return false, err
	}
	companions := append(a.offers.PassOn(o, n, then), with...)
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(companions, messages...)})
	if fault.HasCode(err, fault.OfferPending) {
		return false, nil
	}
	if err == nil {
		a.wallet.Wake()
	}
	return err == nil, err
}

// nextShop is the first shop after the one that was asked, of those that the customer was offered, that can keep the cash now.
func (a *Agents) nextShop(ctx context.Context, o offer.Offer) (place network.Place, number int, found bool, err error) {
	var t CashOutTerms
	if _, err = a.wallet.Recall(ctx, o.Intent(), &t, ledger.Reserve); err != nil {
		return place, 0, false, err
	}
	asked, err := a.places.ByTill(ctx, o.Till)
	if err != nil {
		return place, 0, false, err
	}
	then := t.then()
	for i := slices.Index(then, asked.Till.Code) + 1; i < len(then); i++ {
		place, err := a.shopOf(ctx, then[i])
		if fault.HasCode(err, fault.ShopClosed) || fault.HasCode(err, fault.ShopNotFound) {
			continue
		}
		if err != nil {
			return place, 0, false, err
		}
		means, err := a.withMeans(ctx, []network.Place{place}, true)
		if err != nil {
			return place, 0, false, err
		}
		if place.Till.Open && len(means) == 1 && means[0].can(FindRequest{Purpose: TakeCash, Amount: o.Amount}) {
			return place, i + 1, true, nil
		}
	}
	return network.Place{}, 0, false, nil
}

// ReserveFor is how long a shop that says yes keeps the cash.
func (a *Agents) ReserveFor() time.Duration { return a.rules().Lives.Reserve }

// Reserved is a customer's reservation, as the page before the PIN may show it.
type Reserved struct {
	Offer  id.ID
	Shop   string // "MAMA NJERI, Kawangware"
	Agreed bool   // the shop has said yes
	Until  time.Time
}

// Reserved returns the customer's reservation; false when there is none. The fault is not_registered.
func (a *Agents) Reserved(ctx context.Context, phone msisdn.Number) (Reserved, bool, error) {
	c, err := a.wallet.Customer(ctx, phone)
	if err != nil {
		return Reserved{}, false, err
	}
	open, err := a.offers.OpenFor(ctx, c.ID, a.now())
	if err != nil || len(open) == 0 {
		return Reserved{}, false, err
	}
	o := open[0]
	place, err := a.places.ByTill(ctx, o.Till)
	return Reserved{o.ID, a.shop(place), o.State == offer.Agreed, o.ExpiresAt}, err == nil, err
}

// ReservedCodes are the codes of a reservation, for the customer: the own one, and the one by which the shop is known.
type ReservedCodes struct{ Own, Shop string }

// SeeReservation shows a customer the codes again, behind the PIN. Faults: wrong_pin (left), pin_locked, no_pin, offer_gone (state).
func (a *Agents) SeeReservation(ctx context.Context, phone msisdn.Number, typed pin.PIN) (Reserved, ReservedCodes, error) {
	r, there, err := a.Reserved(ctx, phone)
	if err == nil && (!there || !r.Agreed) {
		err = fault.New(fault.OfferGone, "state", "unknown")
	}
	if err != nil {
		return Reserved{}, ReservedCodes{}, err
	}
	if _, err := a.wallet.CheckPIN(ctx, phone, typed); err != nil {
		return Reserved{}, ReservedCodes{}, err
	}
	o := offer.Offer{ID: r.Offer}
	own, err := a.codeOf(ctx, o, offer.Asking)
	if err != nil {
		return Reserved{}, ReservedCodes{}, err
	}
	theirs, err := a.codeOf(ctx, o, offer.Asked)
	return r, ReservedCodes{own.Show(), theirs.Show()}, err
}

// Cancellation is a customer who does not want reserved cash any more.
type Cancellation struct {
	Customer msisdn.Number
	Offer    id.ID
	NotPaid  bool // the shop had said yes, and did not pay: it is noted on the shop
	Origin   wallet.Origin
}

// CancelReserve frees the customer's money and tells the shop. It returns the text the conversation ends with. Faults: not_registered,
// offer_gone (state), offer_changed (the shop answered just now).
func (a *Agents) CancelReserve(ctx context.Context, r Cancellation) (end string, err error) {
	c, o, err := a.reservationOf(ctx, r)
	if err != nil {
		return "", err
	}
	place, err := a.places.ByTill(ctx, o.Till)
	if err != nil {
		return "", err
	}
	n, said := offer.Next{State: offer.Withdrawn}, "reserve.cancelled"
	if r.NotPaid {
		n, said = offer.Next{State: offer.Broken}, "reserve.notpaid"
	}
	about, err := a.aboutFreed(ctx, o, a.shop(place), string(place.Till.Code))
	if err != nil {
		return "", err
	}
	end = a.texts.Say(c.Language, said, about...)
	who := wallet.Actor{Number: c.ID, Phone: c.Phone}
	return end, a.endOffer(ctx, o, n, a.wallet.Noted(who, c.Language, r.Origin, end))
}

func (a *Agents) reservationOf(ctx context.Context, r Cancellation) (customer.Customer, offer.Offer, error) {
	c, err := a.wallet.Customer(ctx, r.Customer)
	if err != nil {
		return customer.Customer{}, offer.Offer{}, err
	}
	o, err := a.offers.Get(ctx, r.Offer)
	if err == nil && o.Customer != c.ID {
		err = fault.New(fault.OfferGone, "state", "unknown")
	}
	return c, o, err
}

// PromiseCash says yes to a customer who asks the operator's till to keep cash: the customer's money stays set aside, and both get a
// code. It returns the text that is kept of it; what the operator needs is among Reservations. Faults: not_operator,
// operator_suspended, offer_gone (state).
func (a *Agents) PromiseCash(ctx context.Context, r OfferRequest) (end string, err error) {
	post, o, err := a.onOffer(ctx, r, offer.Asked, offer.Cash)
	if err != nil {
		return "", err
	}
	_, t, err := a.reservation(ctx, o)
	if err != nil {
		return "", err
	}
	until := a.now().Add(a.market.At(t.PricedAt).Agents.Lives.Reserve)
	asking, asked, kept, err := a.newCodes(o, until)
	if err != nil {
		return "", err
	}
	end = a.ofReservation(post.Operator.Language, "reserve.promised", t, o, until)
	told := a.wallet.IDs().New()
	codes := ReservedCodes{asking.Show(), asked.Show()}
	companions := append(a.works(a.counterAt(post), t.PricedAt, 0, 0), a.offers.To(o, offer.Next{
		State: offer.Agreed, Operator: post.Operator.ID, Until: until,
	})...)
	companions = append(companions, kept...)
	companions = append(companions, a.wallet.Noted(actor(post), post.Operator.Language, r.Origin, end)...)
	companions = append(companions,
		a.smsCodes(until, told, toCustomer, o.Phone,
			a.ofReservation(t.From.Language, "sms.reserve.promised", t, o, until, codes.args()...), asking, asked),
		a.smsCodes(until, told, toOperator, post.Operator.Phone,
			a.ofReservation(post.Operator.Language, "sms.reserve.keep", t, o, until, codes.args()...), asking, asked))
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: companions})
	if err == nil {
		a.wallet.Wake()
	}
	return end, err
}

// BreakPromise is the operator who cannot keep the cash after all: the customer's money is free again, the customer is told, and it
// counts against the till. Faults: not_operator, operator_suspended, offer_gone (state).
func (a *Agents) BreakPromise(ctx context.Context, r OfferRequest) (end string, err error) {
	post, o, err := a.onOffer(ctx, r, offer.Asked, offer.Cash)
	if err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "reserve.broken", a.aboutCash(o, "", "")...)
	return end, a.endOffer(ctx, o, offer.Next{State: offer.Broken, Operator: post.Operator.ID},
		a.wallet.Noted(actor(post), post.Operator.Language, r.Origin, end))
}

// PayReserved pays reserved cash out to the customer at the counter who has read out the code: the money that was set aside goes to the
// till's float, with the fee as it was told. Sent again in the same turn it says the same and moves nothing; a wrong code is counted, and
// the third locks it.
//
// Faults: not_operator, operator_suspended, operator_limit (max, left), wrong_code (left), code_locked, offer_gone (state), till_limit,
// float_full (max), busy; outcome_unknown.
func (a *Agents) PayReserved(ctx context.Context, r TypeRequest) (Typed, error) {
	post, o, err := a.onOffer(ctx, r.Operator, offer.Asked, offer.Cash)
	if err != nil {
		return Typed{}, err
	}
	_, t, err := a.reservation(ctx, o)
	if err != nil {
		return Typed{}, err
	}
	c, err := a.wallet.Holder(ctx, o.Customer, o.Phone)
	if err != nil {
		return Typed{}, err
	}
	t.At, t.From = a.counterAt(post), wallet.PartyOf(c)
	t.Brief.What, t.Brief.Whom, t.Brief.Mine = payoutWhat, c.Phone.Masked(), toOperator
	in := a.wallet.NewIntent(ledger.CashOut, actor(post), r.Operator.Origin, t)
	in.ID = a.typing(r)
	t.Earned = earned(a.market.At(t.PricedAt), tariff.Withdraw, t.Amount, t.At)
	if t.Marks, err = a.turned(ctx, c, t.At, 0, t.Amount, &t.Earned); err != nil {
		return Typed{}, err
	}
	plan, err := a.payPlan(ctx, in, o, t, r.Code)
	if err != nil {
		return Typed{}, err
	}
	outcome, err := a.ledger.Commit(ctx, plan)
	switch {
	case err != nil:
		return Typed{}, ofDrawer(err)
	case outcome.Replayed: // what it earned may look otherwise by now
		before, err := a.wallet.Intents().Get(ctx, in.ID)
		return Typed{in.ID, before.End}, err
	}
	a.wallet.Wake()
	return Typed{in.ID, a.reservePaid(t)(outcome)}, nil
}

func (a *Agents) payPlan(ctx context.Context, in intent.Intent, o offer.Offer, t CashOutTerms, typed voucher.Code) (*ledger.Plan, error) {
	proof, err := a.proven(ctx, o, offer.Asking, typed, in.ID)
	if err != nil {
		return nil, err
	}
	plan := a.cashOutLegs(in.ID, t)
	plan.Request = wallet.Request(in)
	plan.Holds = []ledger.HoldAct{{Verb: ledger.CaptureHold, Hold: o.Hold, Account: t.From.Account, Amount: t.Total(), Final: true}}
	plan.Companions = append(a.works(t.At, t.PricedAt, 0, t.Amount),
		a.wallet.Intents().Open(in), a.wallet.Intents().Close(in, a.ended(t.At.Language, fault.Promised, a.reservePaid(t), ofDrawer)))
	plan.Companions = append(plan.Companions, a.offers.To(o, offer.Next{State: offer.Done, Operator: t.At.Operator, Posting: in.ID})...)
	plan.Companions = append(plan.Companions, proof...)
	plan.Companions = append(plan.Companions, a.asksLater(t.deal(in.ID), t.PricedAt)...)
	plan.Companions = append(plan.Companions, a.addCashOut(in.ID, t)...)
	plan.Companions = append(plan.Companions, a.message(plan, toCustomer, t.From.Phone, a.tookOut(t)))
	return a.wallet.Jointly(plan, t.From), nil
}
