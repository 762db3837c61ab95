package agents

import (
	"context"
	"fmt"
	"time"

	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/pin"
	"senti/wallet/switches"
	"senti/wallet/voucher"
)

// A swap is float against cash between two tills, of whatever agents: one is short of e-money and long of cash, the other the
// other way round. The float of the giving side is held from its yes on; at the hand-over of the cash each side reads out its code and
// types the other's, and the second code that is right moves the float. Until then either side may take the swap back.

// AskSwap asks a shop to swap float for the asking till's cash. Nothing moves, and there is no PIN in it. It returns the text the
// conversation ends with.
//
// Faults: not_operator, operator_suspended, shop_not_found, shop_closed, own_shop, bad_amount, offer_pending.
func (a *Agents) AskSwap(ctx context.Context, r FloatRequest) (end string, err error) {
	post, other, err := a.dealers(ctx, r)
	if err != nil {
		return "", err
	}
	return a.askTill(ctx, post, other, offer.Offer{Kind: offer.Swap, ExpiresAt: a.now().Add(a.rules().Lives.Swap)}, r)
}

// QuoteSwap says with whom a swap would be, and opens the intent that AgreeSwap goes through with. Faults: not_operator,
// operator_suspended, offer_gone (state), shop_closed.
func (a *Agents) QuoteSwap(ctx context.Context, r OfferRequest) (FloatQuote, error) {
	post, o, err := a.onOffer(ctx, r, offer.Asked, offer.Swap)
	if err != nil {
		return FloatQuote{}, err
	}
	if err := a.wallet.MayBeginAtCounter(switches.Float, post.Operator.Phone, post.Operator.Language); err != nil {
		return FloatQuote{}, err
	}
	to, err := a.askerOf(ctx, o)
	if err != nil {
		return FloatQuote{}, err
	}
	now := a.now()
	t := FloatTerms{
		Brief: briefOf(swapWhat, to, o.Amount), At: a.counterAt(post), To: a.counterOf(to), Offer: o.ID.String(), Amount: o.Amount,
		Rules: a.market.At(now).CounterVersions(), PricedAt: now,
	}
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.HoldTake, actor(post), r.Origin, t))
	if err != nil {
		return FloatQuote{}, err
	}
	return FloatQuote{in.ID, t.To.Shop, t.To.Code, t.Amount}, nil
}

// AgreeSwap sets the float of a quote aside and draws a code for each side; sent again it says the same and sets nothing more aside.
// The code is on the page of Swaps and in an SMS.
//
// Faults: wrong_pin (left), pin_locked, no_pin, operator_suspended, till_short (available), float_min (min: it would keep less), offer_gone
// (state), intent_expired, busy; outcome_unknown.
func (a *Agents) AgreeSwap(ctx context.Context, intentID id.ID, typed pin.PIN) (FloatReceipt, error) {
	var t FloatTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.HoldTake)
	if err == nil && t.Brief.What != swapWhat {
		err = fault.New(fault.BadRequest, "field", "intent")
	}
	if err != nil {
		return FloatReceipt{}, err
	}
	until := in.OpenedAt.Add(a.market.At(t.PricedAt).Agents.Lives.Swap)
	plan, err := a.agreePlan(ctx, in, t, typed, until)
	if err != nil {
		return FloatReceipt{}, err
	}
	plan.Stopped = a.wallet.StoppedAtCounter(switches.Float, t.At.Phone, t.At.Language)
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return FloatReceipt{}, betweenShops(err)
	}
	a.wallet.Wake()
	return FloatReceipt{Intent: in.ID, End: a.swapAgreed(t, until)(outcome)}, nil
}

func (a *Agents) agreePlan(ctx context.Context, in intent.Intent, t FloatTerms, typed pin.PIN, until time.Time) (*ledger.Plan, error) {
	o, err := a.offerOf(ctx, t.Offer)
	if err != nil {
		return nil, err
	}
	asking, asked, kept, err := a.newCodes(o, until)
	if err != nil {
		return nil, err
	}
	told, err := a.tellCode(ctx, in.ID, 2, o.Asker, until, asking, func(language string) string {
		return a.ofSwap(language, "sms.swap.agreed", t.At, t.Amount, until, asking)
	})
	if err != nil {
		return nil, err
	}
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.HoldTake, Request: wallet.Request(in),
		Holds: []ledger.HoldAct{{
			Verb: ledger.TakeHold, Hold: holdOf(o.ID), Account: t.At.Float, Amount: t.Amount, ExpiresAt: until.Add(holdMargin), Rule: a.keeps(t),
		}},
	}
	plan.Companions = append(a.works(t.At, t.PricedAt, 0, 0),
		a.wallet.Intents().Close(in, a.ended(t.At.Language, fault.Swapping, a.swapAgreed(t, until), betweenShops)),
		a.wallet.PINs().Check(wallet.OperatorPIN(t.At.Operator), typed),
		a.smsCodes(until, in.ID, 1, t.At.Phone, a.ofSwap(t.At.Language, "sms.swap.kept", t.To, t.Amount, until, asked), asked))
	plan.Companions = append(plan.Companions,
		a.offers.To(o, offer.Next{State: offer.Agreed, Operator: t.At.Operator, Hold: holdOf(o.ID), Until: until})...)
	plan.Companions = append(plan.Companions, kept...)
	plan.Companions = append(plan.Companions, told...)
	return plan, nil
}

// TypeRequest is an operator who types the code that the other side has read out.
type TypeRequest struct {
	Operator OfferRequest
	Code     voucher.Code
}

// Typed is what came of a code that was typed.
type Typed struct {
	Intent id.ID  // of the money that moved, zero when none has yet
	End    string // the text the conversation ends with
}

// TypeSwapCode notes that an operator has typed the other side's code. When both have, the float moves. Each typing is one act: sent again in the same turn it says the same, and a wrong code is
// counted once. The third wrong one locks the code, and the swap can only be taken back.
//
// Faults: not_operator, operator_suspended, wrong_code (left), code_locked, offer_gone (state), float_full (max), busy; outcome_unknown.
func (a *Agents) TypeSwapCode(ctx context.Context, r TypeRequest) (done Typed, err error) {
	for range swapTries {
		done, err = a.typeSwapCode(ctx, r)
		if !fault.HasCode(err, fault.OfferChanged) {
			break
		}
	}
	return done, err
}

// swapTries is how often it is looked whose turn it is, when the other side types at the same moment: after one change there is no
// other but the end.
const swapTries = 3

func (a *Agents) typeSwapCode(ctx context.Context, r TypeRequest) (Typed, error) {
	post, o, err := a.onOffer(ctx, r.Operator, offer.Asking|offer.Asked, offer.Swap)
	if err != nil {
		return Typed{}, err
	}
	side := o.SideOf(post.Till.ID)
	t, err := a.swapTerms(ctx, o, side)
	if err != nil {
		return Typed{}, err
	}
	// Looked for after the offer was read: if this turn's code was counted while it was the first, that was before.
	before, found, err := a.ledger.Posting(ctx, a.typingFirst(r))
	switch {
	case err != nil:
		return Typed{}, err
	case found && before.Accepted:
		return Typed{End: a.swapTyped(post.Operator.Language, side, t)}, nil
	case found && before.Refusal.Code != fault.OfferChanged:
		return Typed{}, before.Refusal
	}
	switch {
	case o.State != offer.Agreed && o.Posting != a.typing(r):
		return Typed{}, fault.New(fault.OfferGone, "state", o.State.String())
	case o.State == offer.Agreed && o.Typed&side != 0:
		return Typed{End: a.swapTyped(post.Operator.Language, side, t)}, nil
	case o.Typed&side.Other() == 0:
		return a.swapTypedFirst(ctx, r, post, o, t)
	}
	return a.swapMoves(ctx, r, post, o, t)
}

// swapTypedFirst is the first code. Nothing moves, and still it has an ID: the telco may repeat the turn at another node, and a wrong
// code is one try.
func (a *Agents) swapTypedFirst(ctx context.Context, r TypeRequest, post network.Post, o offer.Offer, t FloatTerms) (Typed, error) {
	side := o.SideOf(post.Till.ID)
	end := a.swapTyped(post.Operator.Language, side, t)
	proof, err := a.proven(ctx, o, side.Other(), r.Code, id.ID{})
	if err != nil {
		return Typed{}, err
	}
	proof = append(append(a.offers.TypedFirst(o, side), proof...), a.wallet.Noted(actor(post), post.Operator.Language, r.Operator.Origin, end)...)
	_, err = a.ledger.Commit(ctx, &ledger.Plan{ID: a.typingFirst(r), Kind: ledger.CodeTyped, Companions: proof})
	return Typed{End: end}, err
}

// typing is the ID under which the float moves if this turn's code is the second that is right: a repeat of the turn has the same.
func (a *Agents) typing(r TypeRequest) id.ID {
	o := r.Operator.Origin
	return id.Derive(r.Operator.Offer, fmt.Sprintf("senti.offer.typed.v1.%s.%x.%d", r.Operator.Operator, o.Session, o.Turn))
}

// typingFirst is the ID under which this turn's code is compared if it is the first.
func (a *Agents) typingFirst(r TypeRequest) id.ID {
	return id.Derive(a.typing(r), "senti.offer.typed.first.v1")
}

// swapMoves is the second code: what was held goes over.
func (a *Agents) swapMoves(ctx context.Context, r TypeRequest, post network.Post, o offer.Offer, t FloatTerms) (Typed, error) {
	in := a.wallet.NewIntent(ledger.FloatMove, actor(post), r.Operator.Origin, t)
	in.ID = a.typing(r)
	side := o.SideOf(post.Till.ID)
	proof, err := a.proven(ctx, o, side.Other(), r.Code, in.ID)
	if err != nil {
		return Typed{}, err
	}
	done := a.swapDone(post.Operator.Language, side, t)
	plan := a.floatLegs(in.ID, t)
	plan.Request = wallet.Request(in)
	plan.Holds = []ledger.HoldAct{{Verb: ledger.CaptureHold, Hold: o.Hold, Account: t.At.Float, Amount: t.Amount, Final: true}}
	plan.Companions = append(a.works(a.counterAt(post), a.now(), 0, 0),
		a.wallet.Intents().Open(in), a.wallet.Intents().Close(in, a.ended(post.Operator.Language, fault.Swapping, done, betweenShops)))
	plan.Companions = append(plan.Companions, a.offers.TypedLast(o, side, in.ID)...)
	plan.Companions = append(plan.Companions, proof...)
	messages, err := a.swapMessages(ctx, plan, t)
	if err != nil {
		return Typed{}, err
	}
	plan.Companions = append(plan.Companions, messages...)
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return Typed{}, betweenShops(err)
	}
	a.wallet.Wake()
	return Typed{in.ID, done(outcome)}, nil
}

// swapTerms are who swaps what, as one side is told of it: the same whenever they are asked for.
func (a *Agents) swapTerms(ctx context.Context, o offer.Offer, side offer.Side) (FloatTerms, error) {
	places, err := a.places.Places(ctx, []int64{o.Till, o.Asker})
	if err != nil {
		return FloatTerms{}, err
	}
	t := FloatTerms{
		Brief: briefOf(swapWhat, places[o.Till], o.Amount), At: a.counterOf(places[o.Till]), To: a.counterOf(places[o.Asker]),
		Offer: o.ID.String(), Amount: o.Amount, Rules: a.market.At(o.AnsweredAt).CounterVersions(), PricedAt: o.AnsweredAt,
	}
	if side == offer.Asked {
		t.Brief = briefOf(swapWhat, places[o.Asker], o.Amount)
	}
	return t, nil
}

// CancelSwap takes a swap back that is agreed to and that not both have typed: the float is free again, and the other side is told. It
// returns the text the conversation ends with. Faults: not_operator, operator_suspended, offer_gone (state).
func (a *Agents) CancelSwap(ctx context.Context, r OfferRequest) (end string, err error) {
	post, o, err := a.onOffer(ctx, r, offer.Asking|offer.Asked, offer.Swap)
	if err != nil {
		return "", err
	}
	n := offer.Next{State: offer.Withdrawn}
	other := o.Till
	if o.SideOf(post.Till.ID) == offer.Asked {
		n, other = offer.Next{State: offer.Broken, Operator: post.Operator.ID}, o.Asker
	}
	place, err := a.places.ByTill(ctx, other)
	if err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "swap.cancelled", a.aboutFloat(a.shop(place), string(place.Till.Code), o.Amount)...)
	return end, a.endOffer(ctx, o, n, a.wallet.Noted(actor(post), post.Operator.Language, r.Origin, end))
}
