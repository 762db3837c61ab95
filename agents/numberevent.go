package agents

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// NumberEventKind is what happened to a number.
type NumberEventKind string

// The kinds.
const (
	NumberSwapped  NumberEventKind = "swap"    // another SIM has it, in the same hands as far as the telco knows
	NumberRecycled NumberEventKind = "recycle" // another person has it
)

// NumberEvent is what a telco, or who stands between, tells of a number.
type NumberEvent struct {
	Feed   string // who tells: its name in the configuration
	ID     string // the event's own, of that feed
	Kind   NumberEventKind
	Number msisdn.Number
	At     time.Time // when it happened, UTC
}

// posting is the ID that the event is done under, once: told again it is the same. The n-th attempt, after one that was refused because
// the rows changed meanwhile, has an ID of its own.
func (e NumberEvent) posting(n int) id.ID {
	return id.Derive(id.ID{}, fmt.Sprintf("senti.number.v1:%s:%s:%s:%s:%d", e.Feed, e.ID, e.Kind, e.Number, n))
}

func (e NumberEvent) request() [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "senti.number.v1:%s:%s:%s:%s", e.Feed, e.ID, e.Kind, e.Number))
}

// eventTries is how often an event is done whose number others change all the while.
const eventTries = 5

// TakeNumberEvent does what an event asks for: a swap stops what leaves the number's wallet and its operator, a recycled number is taken off
// both. An event that was told before, is older than what is known, or is of a number that is nobody's here, does nothing; who tells
// cannot know which. When it returns nil, no quote of before pays any more.
func (a *Agents) TakeNumberEvent(ctx context.Context, e NumberEvent) error {
	var err error
	for n := range eventTries {
		if err = a.numberEvent(ctx, e, n); !fault.HasCode(err, fault.Conflict) {
			break
		}
	}
	a.wallet.ForgetNumber(e.Number)
	a.posts.Forget(e.Number)
	if err == nil {
		a.wallet.Wake()
	}
	return err
}

func (a *Agents) numberEvent(ctx context.Context, e NumberEvent, n int) error {
	plan := &ledger.Plan{ID: e.posting(n), Request: e.request(), Kind: ledger.NumberEvent}
	by := audit.System
	c, err := a.wallet.Customers().ByPhone(ctx, e.Number)
	switch {
	case fault.HasCode(err, fault.NotRegistered):
	case err != nil:
		return err
	default:
		if err := a.eventOfWallet(plan, c, e, by); err != nil {
			return err
		}
	}
	if err := a.eventOfOperator(ctx, plan, e, by); err != nil {
		return err
	}
	if len(plan.Companions) == 0 {
		return nil
	}
	_, err = a.ledger.Commit(ctx, plan)
	return err
}

// eventOfWallet adds what the event does to the wallet of its number.
func (a *Agents) eventOfWallet(plan *ledger.Plan, c customer.Customer, e NumberEvent, by string) error {
	from := "feed " + e.Feed
	switch {
	case e.Kind == NumberSwapped && c.SwapIsNews(e.At):
		swap := a.wallet.SwapPlan(c, customer.SIM{}, e.At, by, from)
		plan.Change, plan.Companions = swap.Change, swap.Companions
	case e.Kind == NumberRecycled && wallet.RecycledIsNews(c, e.At):
		detach, err := a.wallet.DetachPlan(c, e.At, by, from)
		if err != nil {
			return err
		}
		plan.Change, plan.Companions = detach.Change, detach.Companions
	}
	return nil
}

// eventOfOperator adds what the event does to the operator with its number. Who works under a number that is somebody else's has left, as far
// as the till knows: taken on again, under another number, by staff.
func (a *Agents) eventOfOperator(ctx context.Context, plan *ledger.Plan, e NumberEvent, by string) error {
	post, err := a.places.ByPhone(ctx, e.Number)
	switch {
	case fault.HasCode(err, fault.NotOperator), err == nil && !post.Operator.SwapIsNews(e.At):
		return nil
	case err != nil:
		return err
	}
	if e.Kind == NumberSwapped {
		with, err := a.swapped(ctx, post, [16]byte{}, e.At, by)
		plan.Companions = append(plan.Companions, with...)
		return err
	}
	plan.Companions = append(plan.Companions, a.places.CloseOperator(post.Operator)...)
	plan.Companions = append(plan.Companions, a.audit.Add(act(by, "operator.close", "operator", post.Operator.ID,
		closing{Why: "the number is somebody else's, says feed " + e.Feed, Was: post.Operator}))...)
	return nil
}
