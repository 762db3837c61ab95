package agents

import (
	"context"
	"time"

	"senti/agents/network"
	"senti/agents/offer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/voucher"
)

// aboutFloat names the other shop and the amount.
func (a *Agents) aboutFloat(shop, code string, amount int64) []i18n.Arg {
	return []i18n.Arg{i18n.Text("shop", shop), i18n.Text("code", code), a.wallet.Money("amount", amount), i18n.Text("service", a.market.ServiceCode)}
}

func (a *Agents) ofFloat(language, key string, account int64, other Counter, amount int64) text {
	return a.wallet.Afterwards(language, key, account, a.aboutFloat(other.Shop, other.Code, amount)...)
}

// floatSold ends the conversation of the operator who gives float.
func (a *Agents) floatSold(t FloatTerms) text {
	return a.ofFloat(t.At.Language, "float.moved", t.At.Float, t.To, t.Amount)
}

// floatMessages tell both tills what went over: the operator who gave it, and whoever works at the other till.
func (a *Agents) floatMessages(plan *ledger.Plan, t FloatTerms, takers []network.Operator) []ledger.Companion {
	out := []ledger.Companion{a.message(plan, 1, t.At.Phone, a.ofFloat(t.At.Language, "sms.float.out", t.At.Float, t.To, t.Amount))}
	for i, o := range takers {
		out = append(out, a.message(plan, byte(2+i), o.Phone, a.ofFloat(o.Language, "sms.float.in", t.To.Float, t.At, t.Amount)))
	}
	return out
}

// swapMessages tell the operators of both tills that a swap is done.
func (a *Agents) swapMessages(ctx context.Context, plan *ledger.Plan, t FloatTerms) ([]ledger.Companion, error) {
	givers, err := a.whoWorks(ctx, t.At.Till)
	if err != nil {
		return nil, err
	}
	takers, err := a.whoWorks(ctx, t.To.Till)
	if err != nil {
		return nil, err
	}
	var out []ledger.Companion
	for i, o := range givers {
		out = append(out, a.message(plan, byte(1+i), o.Phone, a.ofFloat(o.Language, "sms.float.out", t.At.Float, t.To, t.Amount)))
	}
	for i, o := range takers {
		out = append(out, a.message(plan, byte(1+hearMost+i), o.Phone, a.ofFloat(o.Language, "sms.float.in", t.To.Float, t.At, t.Amount)))
	}
	return out, nil
}

// swapAgreed ends the conversation of the operator who has said yes to a swap.
func (a *Agents) swapAgreed(t FloatTerms, until time.Time) text {
	return a.wallet.Afterwards(t.At.Language, "swap.agreed", t.At.Float,
		append(a.aboutFloat(t.To.Shop, t.To.Code, t.Amount), i18n.Text("time", a.market.Hour(until)))...)
}

// ofSwap tells one side of a swap what was agreed with the other, and its code.
func (a *Agents) ofSwap(language, key string, other Counter, amount int64, until time.Time, code voucher.Code) string {
	return a.texts.Say(language, key, append(a.aboutFloat(other.Shop, other.Code, amount),
		i18n.Text("time", a.market.Hour(until)), i18n.Text("secret", code.Show()))...)
}

// swapTyped ends the conversation of who was the first to type.
func (a *Agents) swapTyped(language string, side offer.Side, t FloatTerms) string {
	other := t.At
	if side == offer.Asked {
		other = t.To
	}
	return a.texts.Say(language, "swap.typed", a.aboutFloat(other.Shop, other.Code, t.Amount)...)
}

// swapDone ends the conversation of who was the second.
func (a *Agents) swapDone(language string, side offer.Side, t FloatTerms) text {
	if side == offer.Asked {
		return a.ofFloat(language, "swap.gave", t.At.Float, t.To, t.Amount)
	}
	return a.ofFloat(language, "swap.got", t.To.Float, t.At, t.Amount)
}

// floatPage tells what a till holds.
func (a *Agents) floatPage(language string, f FloatNow) string {
	args := []i18n.Arg{a.wallet.Money("balance", f.Balance), a.wallet.Money("held", f.Held), a.wallet.Money("available", f.Balance-f.Held),
		a.wallet.Bare("low", f.Low), a.wallet.Bare("high", f.High)}
	page := a.texts.Say(language, "float.now", args...)
	if f.Held != 0 {
		page = a.texts.Say(language, "float.part", args...)
	}
	if !f.RunsOut.IsZero() {
		page += "\n" + a.texts.Say(language, "float.soon", i18n.Text("time", a.market.Hour(f.RunsOut)))
	}
	return page
}

// aboutCash names a reservation: to the customer the shop, to the operator the customer.
func (a *Agents) aboutCash(o offer.Offer, shop, code string) []i18n.Arg {
	return a.aboutTotal(o, shop, code, o.Amount+o.Fee)
}

func (a *Agents) aboutTotal(o offer.Offer, shop, code string, total int64) []i18n.Arg {
	return []i18n.Arg{i18n.Text("shop", shop), i18n.Text("code", code), i18n.Text("name", o.Name), a.wallet.Money("amount", o.Amount),
		a.wallet.Money("total", total), a.wallet.Bare("fee", o.Fee), i18n.Text("service", a.market.ServiceCode)}
}

// aboutFreed is aboutCash of a reservation that is over: the total is what the customer can use again.
func (a *Agents) aboutFreed(ctx context.Context, o offer.Offer, shop, code string) ([]i18n.Arg, error) {
	f, err := a.freedBy(ctx, o, 0)
	if err != nil {
		return nil, err
	}
	_, free, err := a.wanted(ctx, f, id.ID{})
	return a.aboutTotal(o, shop, code, free), err
}

func (a *Agents) ofReservation(language, key string, t CashOutTerms, o offer.Offer, until time.Time, more ...i18n.Arg) string {
	return a.texts.Say(language, key, append(append(more, i18n.Text("time", a.market.Hour(until))), a.aboutCash(o, t.At.Shop, t.At.Code)...)...)
}

func (c ReservedCodes) args() []i18n.Arg {
	return []i18n.Arg{i18n.Text("secret", c.Own), i18n.Text("theirs", c.Shop)}
}

// reserveAsked ends the conversation of the customer who has asked for cash.
func (a *Agents) reserveAsked(t CashOutTerms, until time.Time) text {
	return a.wallet.Afterwards(t.From.Language, "reserve.asked", t.From.Account, a.wallet.Money("amount", t.Amount),
		a.wallet.Money("total", t.Total()), i18n.Text("shop", t.At.Shop), i18n.Text("time", a.market.Hour(until)))
}

// tellPassedOn are the messages when another shop is asked to keep the cash: to the customer, and to whoever works there.
func (a *Agents) tellPassedOn(ctx context.Context, o offer.Offer, t CashOutTerms, next network.Place) ([]ledger.Companion, error) {
	c, err := a.wallet.Holder(ctx, o.Customer, o.Phone)
	if err != nil {
		return nil, err
	}
	to := t
	to.At = a.counterOf(next)
	operators, err := a.tellTill(ctx, o.ID, toOperator, next.Till.ID, func(language string) string {
		return a.ofReservation(language, "sms.reserve.asked", to, o, o.ExpiresAt)
	})
	told := a.sms(o.ID, toCustomer, o.Phone, a.ofReservation(c.Language, "sms.reserve.next", t, o, o.ExpiresAt, i18n.Text("near", next.Store.Name)))
	return append(operators, told), err
}

// reservePaid ends the conversation of the operator who pays reserved cash.
func (a *Agents) reservePaid(t CashOutTerms) text {
	return a.wallet.Afterwards(t.At.Language, "reserve.paid", t.At.Float, a.wallet.Money("amount", t.Amount),
		i18n.Text("name", shortName(t.From.Name)), a.wallet.Money("earned", t.Earned.Agent))
}

// tellEnd are the messages about an offer that ends without its money having moved: to whoever did not end it, and to both when
// only its time did.
func (a *Agents) tellEnd(ctx context.Context, of id.ID, o offer.Offer, n offer.Next) ([]ledger.Companion, error) {
	if o.Kind == offer.Cash {
		return a.tellCash(ctx, of, o, n)
	}
	places, err := a.places.Places(ctx, []int64{o.Till, o.Asker})
	if err != nil {
		return nil, err
	}
	say := func(first byte, to, about int64, key string) ([]ledger.Companion, error) {
		other := places[about]
		return a.tellTill(ctx, of, first, to, func(language string) string {
			return a.texts.Say(language, key, a.aboutFloat(a.shop(other), string(other.Till.Code), o.Amount)...)
		})
	}
	switch n.State {
	case offer.Refused:
		return say(1, o.Asker, o.Till, "sms.floatask.refused")
	case offer.Unanswered:
		return say(1, o.Asker, o.Till, "sms.floatask.unanswered")
	case offer.Broken:
		return say(1, o.Asker, o.Till, "sms.swap.cancelled")
	case offer.Withdrawn:
		if o.State == offer.Waiting {
			return say(1, o.Till, o.Asker, "sms.floatask.withdrawn")
		}
		return say(1, o.Till, o.Asker, "sms.swap.cancelled")
	case offer.Lapsed:
		asking, err := say(1, o.Asker, o.Till, "sms.swap.lapsed")
		if err != nil {
			return nil, err
		}
		asked, err := say(1+hearMost, o.Till, o.Asker, "sms.swap.lapsed")
		return append(asking, asked...), err
	}
	return nil, nil
}

// tellCash are those about a reservation.
func (a *Agents) tellCash(ctx context.Context, of id.ID, o offer.Offer, n offer.Next) ([]ledger.Companion, error) {
	c, err := a.wallet.Holder(ctx, o.Customer, o.Phone)
	if err != nil {
		return nil, err
	}
	place, err := a.places.ByTill(ctx, o.Till)
	if err != nil {
		return nil, err
	}
	about, err := a.aboutFreed(ctx, o, a.shop(place), string(place.Till.Code))
	if err != nil {
		return nil, err
	}
	customer := func(key string) []ledger.Companion {
		return []ledger.Companion{a.sms(of, 1, o.Phone, a.texts.Say(c.Language, key, about...))}
	}
	operators := func(key string) ([]ledger.Companion, error) {
		return a.tellTill(ctx, of, 2, o.Till, func(language string) string { return a.texts.Say(language, key, about...) })
	}
	switch {
	case n.State == offer.Refused:
		return customer("sms.reserve.refused"), nil
	case n.State == offer.Unanswered:
		return customer("sms.reserve.unanswered"), nil
	case n.State == offer.Broken && n.Operator != 0:
		return customer("sms.reserve.broken"), nil
	case n.State == offer.Broken:
		return operators("sms.reserve.notpaid")
	case n.State == offer.Withdrawn:
		return operators("sms.reserve.cancelled")
	case n.State == offer.Lapsed:
		out, err := operators("sms.reserve.noshow")
		return append(out, customer("sms.reserve.lapsed")...), err
	}
	return nil, fault.New(fault.Internal)
}
