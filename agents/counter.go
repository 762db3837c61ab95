package agents

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// Counter is a till and the operator at it, as the terms of an act keep them.
type Counter struct {
	Operator int64         `json:"op,omitempty"` // 0: nobody had a hand in it, as when a customer withdraws
	Phone    msisdn.Number `json:"phone,omitempty"`
	Language string        `json:"lang,omitempty"`
	DayIn    int64         `json:"day_in,omitempty"`
	DayOut   int64         `json:"day_out,omitempty"`
	Till     int64         `json:"till"`
	Code     string        `json:"code"` // the shop code
	Shop     string        `json:"shop"` // "MAMA NJERI, Kawangware"
	Float    int64         `json:"float"`
	Agent    int64         `json:"agent"`
	Super    int64         `json:"super,omitempty"` // 0: none
	Payable  int64         `json:"payable"`         // the agent's commission account
	Above    int64         `json:"above,omitempty"` // the super-agent's

	Store     int64 `json:"store,omitempty"`     // where no float has a part in it, and the commit looks at the shop itself
	Attendant int64 `json:"attendant,omitempty"` // who may work there, where money arrives without an operator's doing
}

func (a *Agents) counterOf(p network.Place) Counter {
	return Counter{
		Till: p.Till.ID, Code: string(p.Till.Code), Shop: a.shop(p), Float: p.Till.Float,
		Agent: p.Agent.ID, Super: p.Super.ID, Payable: p.Agent.Payable, Above: p.Super.Payable,
	}
}

// open lets a plan through only if all that stands above the counter may do business, as far as it is known.
func (a *Agents) open(c Counter) []ledger.Companion {
	return a.places.Serves(c.Till, c.Store, c.Agent, c.Super)
}

// attended is the counter where money is to arrive without its operator's doing: the commit sees to it that somebody is there.
func (a *Agents) attended(p network.Place) Counter {
	c := a.counterOf(p)
	c.Attendant = p.Attendant
	return c
}

func (a *Agents) counterAt(p network.Post) Counter {
	c := a.counterOf(p.Place)
	c.Operator, c.Phone, c.Language = p.Operator.ID, p.Operator.Phone, p.Operator.Language
	c.DayIn, c.DayOut = p.Operator.DayIn, p.Operator.DayOut
	return c
}

// shop is how people know the place: its name and its ward.
func (a *Agents) shop(p network.Place) string {
	w, _ := a.market.Ward(p.Store.Ward)
	return p.Shop(w.Name)
}

// actor is the operator, whose intent an act at the counter is.
func actor(p network.Post) wallet.Actor {
	return wallet.Actor{Number: p.Operator.ID, Phone: p.Operator.Phone}
}

// operator is the operator as the terms keep him: what the commit compares with who he is by then.
func (c Counter) operator() network.Operator {
	return network.Operator{ID: c.Operator, Till: c.Till, DayIn: c.DayIn, DayOut: c.DayOut}
}

// works lets a plan through only if its operator may do this deal, and counts it on his day.
func (a *Agents) works(c Counter, at time.Time, in, out int64) []ledger.Companion {
	rules := a.market.At(at).Agents
	return a.places.Works(c.operator(), in, out, network.Most{In: rules.OperatorDayIn, Out: rules.OperatorDayOut})
}

// serving returns who stands at which counter with that phone, if they may work now. Faults: not_operator, operator_suspended.
func (a *Agents) serving(ctx context.Context, phone msisdn.Number) (network.Post, error) {
	post, err := a.Post(ctx, phone)
	if err == nil && !post.Serving() {
		err = fault.New(fault.OperatorSuspended)
	}
	return post, err
}

// shopOf returns the place with that shop code, if it serves customers now: somebody may work there. Faults: shop_not_found, shop_closed.
func (a *Agents) shopOf(ctx context.Context, code network.ShopCode) (network.Place, error) {
	place, err := a.places.ByCode(ctx, code)
	if err == nil && !place.Attended() {
		err = fault.New(fault.ShopClosed)
	}
	return place, err
}

// drawer is a customer who may be paid cash, as an operator may know it: why one may not is nobody's business. Faults:
// not_registered, cannot_withdraw.
func (a *Agents) drawer(ctx context.Context, phone msisdn.Number) (customer.Customer, error) {
	c, err := a.wallet.Payer(ctx, phone)
	if e := fault.As(err); e != nil && e.Code != fault.NotRegistered {
		err = fault.Wrap(e, fault.CannotWithdraw)
	}
	return c, err
}

// CheckPIN compares the PIN of whoever did an act on that phone: its operator, if that was the one, or its customer. Faults:
// not_registered, wrong_pin (left), pin_locked, no_pin.
func (a *Agents) CheckPIN(ctx context.Context, phone msisdn.Number, actor int64, typed pin.PIN) error {
	post, err := a.Post(ctx, phone)
	if err != nil && !fault.HasCode(err, fault.NotOperator) {
		return err
	}
	if err == nil && post.Operator.ID == actor {
		_, err := a.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{a.wallet.PINs().Check(wallet.OperatorPIN(actor), typed)}})
		return err
	}
	_, err = a.wallet.CheckPIN(ctx, phone, typed)
	return err
}

// shortName is as much of a customer's name as an operator sees: enough to tell whether it is the person at the counter, too
// little to go looking for somebody. JANE ATIENO WANJIKU is JANE W
func shortName(name string) string {
	words := strings.Fields(name)
	if len(words) < 2 {
		return name
	}
	last, _ := utf8.DecodeRuneInString(words[len(words)-1])
	return words[0] + " " + string(last)
}
