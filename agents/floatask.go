package agents

import (
	"context"

	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet"
	"senti/wallet/ledger"
	"senti/wallet/switches"
)

// AskFloat asks a shop of the own tree for float; its operators are told, and see it on their next call. Nothing moves, and there is
// no PIN in it. It returns the text the conversation ends with.
//
// Faults: not_operator, operator_suspended, shop_not_found, shop_closed, own_shop, other_agent, bad_amount, offer_pending.
func (a *Agents) AskFloat(ctx context.Context, r FloatRequest) (end string, err error) {
	post, other, err := a.dealers(ctx, r)
	if err == nil {
		err = relatives(post.Place, other)
	}
	if err != nil {
		return "", err
	}
	return a.askTill(ctx, post, other, offer.Offer{Kind: offer.Float, ExpiresAt: a.now().Add(a.rules().Lives.Float)}, r)
}

// askTill puts an offer from one till to another.
func (a *Agents) askTill(ctx context.Context, post network.Post, other network.Place, o offer.Offer, r FloatRequest) (string, error) {
	if err := a.wallet.MayBeginAtCounter(switches.Float, post.Operator.Phone, post.Operator.Language); err != nil {
		return "", err
	}
	o.ID, o.Asker, o.Till, o.Amount = a.wallet.IDs().New(), post.Till.ID, other.Till.ID, r.Amount
	said := map[offer.Kind]string{offer.Float: "floatask", offer.Swap: "swap"}[o.Kind]
	end := a.texts.Say(post.Operator.Language, said+".asked", a.aboutFloat(a.shop(other), string(other.Till.Code), o.Amount)...)
	messages, err := a.tellTill(ctx, o.ID, 1, o.Till, func(language string) string {
		return a.texts.Say(language, "sms."+said+".asked", a.aboutFloat(a.shop(post.Place), string(post.Till.Code), o.Amount)...)
	})
	if err != nil {
		return "", err
	}
	companions := append(a.works(a.counterAt(post), a.now(), 0, 0), a.offers.Ask(o)...)
	companions = append(companions, a.wallet.Noted(actor(post), post.Operator.Language, r.Origin, end)...)
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(companions, messages...)})
	if err == nil {
		a.wallet.Wake()
		a.ringTill(ctx, other.Till.ID)
	}
	return end, err
}

// QuoteGive says to which shop float would go that it has asked for, and opens the intent that MoveFloat goes through with. Faults:
// not_operator, operator_suspended, offer_gone (state), shop_closed.
func (a *Agents) QuoteGive(ctx context.Context, r OfferRequest) (FloatQuote, error) {
	post, o, err := a.onOffer(ctx, r, offer.Asked, offer.Float)
	if err != nil {
		return FloatQuote{}, err
	}
	to, err := a.askerOf(ctx, o)
	if err != nil {
		return FloatQuote{}, err
	}
	return a.openFloat(ctx, post, to, o.Amount, o.ID.String(), r.Origin)
}

// askerOf is the till that asks, if it still serves. The fault is shop_closed.
func (a *Agents) askerOf(ctx context.Context, o offer.Offer) (network.Place, error) {
	place, err := a.places.ByTill(ctx, o.Asker)
	if err != nil {
		return network.Place{}, err
	}
	return a.shopOf(ctx, place.Till.Code)
}

// swapWhat is how a redial speaks of a swap that was agreed to.
const swapWhat = "swap"

// briefOf is the head of the terms of an act between shops.
func briefOf(what string, other network.Place, amount int64) wallet.Brief {
	return wallet.Brief{What: what, Whom: string(other.Till.Code), Shop: string(other.Till.Code), Amount: amount}
}
