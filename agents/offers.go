package agents

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/sweep"
	"senti/wallet/voucher"
)

// OfferRequest is an operator who does something about an offer: answers it, or takes it back.
type OfferRequest struct {
	Operator msisdn.Number
	Offer    id.ID
	Origin   wallet.Origin
}

// TillOffer is an offer as the operator of one of its sides sees it.
type TillOffer struct {
	Offer  id.ID
	Kind   offer.Kind
	Side   offer.Side // the operator's; Asked for a reservation
	Agreed bool
	Whom   string // the other shop, or the customer as an operator sees the name
	Amount int64  // minor units
	Until  time.Time
	Code   string       // Agreed only: this side's, to be told to the other
	Typed  bool         // this side has typed the other's code
	Came   offer.Record // of a reservation: how often the customer came before
}

// Asked is what somebody asks of the operator's till and nobody there has answered: customers' cash first, and then what must be answered
// soonest. The fault is not_operator.
func (a *Agents) Asked(ctx context.Context, operator msisdn.Number) ([]TillOffer, error) {
	all, err := a.tillOffers(ctx, operator, a.offers.OpenAt, func(o offer.Offer) bool { return o.State == offer.Waiting })
	slices.SortStableFunc(all, func(x, y TillOffer) int {
		return cmp.Or(rank(x.Kind)-rank(y.Kind), x.Until.Compare(y.Until))
	})
	return all, err
}

// rank is who waits: a customer in the street before a shop.
func rank(k offer.Kind) int {
	if k == offer.Cash {
		return 0
	}
	return 1
}

// Reservations are those that the operator's till has said yes to, the oldest first. The fault is not_operator.
func (a *Agents) Reservations(ctx context.Context, operator msisdn.Number) ([]TillOffer, error) {
	return a.tillOffers(ctx, operator, a.offers.OpenAt, func(o offer.Offer) bool { return o.State == offer.Agreed && o.Kind == offer.Cash })
}

// Swaps are those of the operator's till that are agreed and not yet over, on either side, and what the till itself has asked of another
// and waits for; the oldest first. The fault is not_operator.
func (a *Agents) Swaps(ctx context.Context, operator msisdn.Number) ([]TillOffer, error) {
	own, err := a.tillOffers(ctx, operator, a.offers.OpenBy, func(offer.Offer) bool { return true })
	if err != nil {
		return nil, err
	}
	others, err := a.tillOffers(ctx, operator, a.offers.OpenAt, func(o offer.Offer) bool { return o.State == offer.Agreed && o.Kind == offer.Swap })
	return append(own, others...), err
}

func (a *Agents) tillOffers(ctx context.Context, operator msisdn.Number, read func(context.Context, int64, time.Time) ([]offer.Offer, error),
	wanted func(offer.Offer) bool) ([]TillOffer, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return nil, err
	}
	open, err := read(ctx, post.Till.ID, a.now())
	if err != nil {
		return nil, err
	}
	var out []TillOffer
	for _, o := range open {
		if !wanted(o) {
			continue
		}
		seen, err := a.seenBy(ctx, post.Till.ID, o)
		if err != nil {
			return nil, err
		}
		out = append(out, seen)
	}
	return out, nil
}

// seenBy is an offer as one of its tills sees it.
func (a *Agents) seenBy(ctx context.Context, till int64, o offer.Offer) (TillOffer, error) {
	side := o.SideOf(till)
	t := TillOffer{Offer: o.ID, Kind: o.Kind, Side: side, Agreed: o.State == offer.Agreed, Whom: o.Name, Amount: o.Amount,
		Until: o.ExpiresAt, Typed: o.Typed&side != 0}
	if o.Kind == offer.Cash {
		var err error
		if t.Came, err = a.offers.CameOf(ctx, o.Customer, a.rules().Reservation.Rated); err != nil {
			return TillOffer{}, err
		}
	} else {
		other := o.Till
		if side == offer.Asked {
			other = o.Asker
		}
		place, err := a.places.ByTill(ctx, other)
		if err != nil {
			return TillOffer{}, err
		}
		t.Whom = a.shop(place)
	}
	if !t.Agreed {
		return t, nil
	}
	code, err := a.codeOf(ctx, o, side)
	t.Code = code.Show()
	return t, err
}

// The sides of an offer, as the codes of both are named.
var codeSides = map[offer.Side]string{offer.Asking: "asking", offer.Asked: "asked"}

// codeOf is the code that one side of an agreed offer tells the other.
func (a *Agents) codeOf(ctx context.Context, o offer.Offer, side offer.Side) (voucher.Code, error) {
	slip, err := a.codes.Slip(ctx, voucher.RecordOf(o.ID, codeSides[side]))
	if err != nil {
		return voucher.Code{}, err
	}
	return a.codes.Again(slip)
}

// newCodes draws a code for each side of an offer that is agreed to, good as long as the agreement.
func (a *Agents) newCodes(o offer.Offer, until time.Time) (asking, asked voucher.Code, kept []ledger.Companion, err error) {
	draw := func(side offer.Side, kind voucher.Kind, owner int64) voucher.Code {
		code, made, failed := a.codes.New(voucher.Slip{
			ID: voucher.RecordOf(o.ID, codeSides[side]), Kind: kind, Owner: owner, Record: o.ID, Amount: o.Amount, ExpiresAt: until,
		}, "")
		if failed != nil {
			err = failed
		}
		kept = append(kept, made)
		return code
	}
	kind, owner := voucher.Swap, o.Asker
	if o.Kind == offer.Cash {
		kind, owner = voucher.Reserve, o.Customer
	}
	asking, asked = draw(offer.Asking, kind, owner), draw(offer.Asked, kind, o.Till)
	return asking, asked, kept, err
}

// proven are the companions that let a plan through only with the code of that side, and use it up.
func (a *Agents) proven(ctx context.Context, o offer.Offer, side offer.Side, typed voucher.Code, by id.ID) ([]ledger.Companion, error) {
	slip, err := a.codes.Slip(ctx, voucher.RecordOf(o.ID, codeSides[side]))
	if err != nil {
		return nil, err
	}
	_, proof, err := a.codes.Prove([]voucher.Slip{slip}, typed, "")
	return append(proof, a.codes.Use(slip.Ref(), by)), err
}

// onOffer finds who acts and on what. The offer must be open and put to that operator's till, or by it. Faults: not_operator,
// operator_suspended, offer_gone (state).
func (a *Agents) onOffer(ctx context.Context, r OfferRequest, side offer.Side, kinds ...offer.Kind) (network.Post, offer.Offer, error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return network.Post{}, offer.Offer{}, err
	}
	o, err := a.offers.Get(ctx, r.Offer)
	if err != nil {
		return network.Post{}, offer.Offer{}, err
	}
	for _, kind := range kinds {
		if o.Kind == kind && o.SideOf(post.Till.ID)&side != 0 {
			return post, o, nil
		}
	}
	return network.Post{}, offer.Offer{}, fault.New(fault.OfferGone, "state", "unknown")
}

// RefuseOffer says no to what is asked of the operator's till; a customer's money is free again. It returns the text the conversation
// ends with. Faults: not_operator, operator_suspended, offer_gone (state).
func (a *Agents) RefuseOffer(ctx context.Context, r OfferRequest) (end string, err error) {
	post, o, err := a.onOffer(ctx, r, offer.Asked, offer.Float, offer.Swap, offer.Cash)
	if err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "offer.refused")
	return end, a.endOffer(ctx, o, offer.Next{State: offer.Refused, Operator: post.Operator.ID},
		a.wallet.Noted(actor(post), post.Operator.Language, r.Origin, end))
}

// WithdrawOffer takes back what the operator's till has asked of another and what that has not answered; CancelSwap is for afterwards.
// Faults: not_operator, operator_suspended, offer_gone (state).
func (a *Agents) WithdrawOffer(ctx context.Context, r OfferRequest) (end string, err error) {
	post, o, err := a.onOffer(ctx, r, offer.Asking, offer.Float, offer.Swap)
	if err == nil && o.State != offer.Waiting {
		err = fault.New(fault.OfferGone, "state", o.State.String())
	}
	if err != nil {
		return "", err
	}
	end = a.texts.Say(post.Operator.Language, "offer.withdrawn")
	return end, a.endOffer(ctx, o, offer.Next{State: offer.Withdrawn}, a.wallet.Noted(actor(post), post.Operator.Language, r.Origin, end))
}

// endOffer ends an offer without its money having moved: what is held for it is free again, and who waits for it is told. Where another shop
// can be asked instead, it is. That it happens once is for the offer's own row to see to.
func (a *Agents) endOffer(ctx context.Context, o offer.Offer, n offer.Next, with []ledger.Companion) error {
	if o.Kind == offer.Cash && (n.State == offer.Refused || n.State == offer.Unanswered) {
		if passed, err := a.passOn(ctx, o, n, with); passed || err != nil {
			return err
		}
	}
	return steadily(func() error { return a.tryEndOffer(ctx, o, n, with) })
}

func (a *Agents) tryEndOffer(ctx context.Context, o offer.Offer, n offer.Next, with []ledger.Companion) error {
	plan := &ledger.Plan{Companions: append(a.offers.To(o, n), with...)}
	told := a.wallet.IDs().New()
	if !o.Hold.IsZero() {
		holder, err := a.holderOf(ctx, o)
		if err != nil {
			return err
		}
		plan.ID, plan.Kind, plan.Corrects = told, ledger.HoldEnd, o.Intent()
		plan.Holds = []ledger.HoldAct{{Verb: ledger.ReleaseHold, Hold: o.Hold, Account: holder}}
		if o.Kind == offer.Cash {
			f, err := a.freedBy(ctx, o, holder)
			if err != nil {
				return err
			}
			if _, err := a.refreeze(ctx, plan, f, id.ID{}); err != nil {
				return err
			}
		}
	}
	messages, err := a.tellEnd(ctx, told, o, n)
	if err != nil {
		return err
	}
	plan.Companions = append(plan.Companions, messages...)
	_, err = a.ledger.Commit(ctx, plan)
	if fault.HasCode(err, fault.HoldClosed) { // it waited so long that the ledger itself has given the money back
		_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: plan.Companions})
	}
	if err == nil {
		a.wallet.Wake()
	}
	return err
}

// freedBy is what comes free on the wallet of a customer when a reservation ends, whichever shop was asked last.
func (a *Agents) freedBy(ctx context.Context, o offer.Offer, account int64) (freed, error) {
	in, _, err := a.reservation(ctx, o)
	return freed{o.Customer, account, o.Amount + o.Fee, in.OpenedAt}, err
}

// holderOf is the account on which an offer's money is held: the float of the till that gives, or the customer's wallet.
func (a *Agents) holderOf(ctx context.Context, o offer.Offer) (int64, error) {
	if o.Kind == offer.Cash {
		c, err := a.wallet.Holder(ctx, o.Customer, o.Phone)
		return c.Account, err
	}
	place, err := a.places.ByTill(ctx, o.Till)
	return place.Till.Float, err
}

// ExpireOffers ends the offers whose time is over: what nobody answered, swaps that were not typed, cash that was not fetched. What was
// held for them is free again, and both sides are told. It returns how many there were; page is how many are read at once. It may run
// twice at the same time.
func (a *Agents) ExpireOffers(ctx context.Context, page int) (int, error) {
	now := a.now()
	done, err := sweep.All(ctx, func(after offer.Offer) ([]offer.Offer, error) { return a.offers.DueBefore(ctx, now, after, page) },
		func(o offer.Offer) (bool, error) { return a.expireOffer(ctx, o) })
	for _, kind := range []voucher.Kind{voucher.Swap, voucher.Reserve} { // those of offers that are over: they open nothing any more
		_, failed := sweep.All(ctx, a.codesDue(ctx, kind, page), func(slip voucher.Slip) (bool, error) {
			return a.endWait(ctx, &ledger.Plan{Companions: []ledger.Companion{a.codes.Expire(slip.Ref(), id.ID{})}})
		})
		err = errors.Join(err, failed)
	}
	return done, err
}

// expireOffer ends one, and reports whether it was this that did.
func (a *Agents) expireOffer(ctx context.Context, o offer.Offer) (bool, error) {
	n := offer.Next{State: offer.Unanswered}
	if o.State == offer.Agreed {
		n.State = offer.Lapsed
	}
	switch err := a.endOffer(ctx, o, n, nil); fault.CodeOf(err) {
	case "":
		return true, nil
	case fault.OfferGone, fault.OfferChanged, fault.OfferLive: // by somebody else meanwhile, or the clock stepped back
		return false, nil
	default:
		return false, err
	}
}

// sms is a message that goes with an offer; of names the act, number tells its messages apart.
func (a *Agents) sms(of id.ID, number byte, to msisdn.Number, said string) ledger.Companion {
	return a.wallet.Messages().Add(outbox.Notice, outbox.MessageID(of, number), to, func(*ledger.Outcome) string { return said })
}

// smsCodes is sms for one that holds codes: there is no point in it once they are over.
func (a *Agents) smsCodes(until time.Time, of id.ID, number byte, to msisdn.Number, said string, codes ...voucher.Code) ledger.Companion {
	shown := make([]string, len(codes))
	for i, c := range codes {
		shown[i] = c.Show()
	}
	return a.wallet.Messages().AddCode(until, outbox.MessageID(of, number), to, func(*ledger.Outcome) string { return said }, shown...)
}

// tellTill says something to the operators of a till.
func (a *Agents) tellTill(ctx context.Context, of id.ID, first byte, till int64, say func(language string) string) ([]ledger.Companion, error) {
	return a.toTill(ctx, till, func(i int, o network.Operator) ledger.Companion {
		return a.sms(of, first+byte(i), o.Phone, say(o.Language))
	})
}

// tellCode is tellTill for a text that holds a code.
func (a *Agents) tellCode(ctx context.Context, of id.ID, first byte, till int64, until time.Time, code voucher.Code,
	say func(language string) string,
) ([]ledger.Companion, error) {
	return a.toTill(ctx, till, func(i int, o network.Operator) ledger.Companion {
		return a.smsCodes(until, of, first+byte(i), o.Phone, say(o.Language), code)
	})
}

func (a *Agents) toTill(ctx context.Context, till int64, message func(int, network.Operator) ledger.Companion) ([]ledger.Companion, error) {
	staff, err := a.whoWorks(ctx, till)
	if err != nil {
		return nil, err
	}
	out := make([]ledger.Companion, len(staff))
	for i, o := range staff {
		out[i] = message(i, o)
	}
	return out, nil
}
