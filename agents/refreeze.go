package agents

import (
	"context"
	"time"

	"senti/agents/deal"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/outbox"
)

// A claim of a wrong deposit holds what is still there of it. Money that its customer has set aside before, for a withdrawal code or a
// reservation, is there, but cannot be held a second time; when it comes free, within the time in which cases are to be decided, the
// claim holds what it lacks of it before anybody can spend it. What comes in later is not the deposit, and is never held.

// freed is money that comes free on a customer's wallet.
type freed struct {
	customer, account int64
	amount            int64     // minor units
	since             time.Time // when it was set aside
}

// want is what a claim still wants of money that comes free.
type want struct {
	claim deal.Case
	more  int64
}

// wanted is what open claims, but for that of one deal, want of it, and how much of it nobody wants.
func (a *Agents) wanted(ctx context.Context, f freed, but id.ID) (wants []want, free int64, err error) {
	free = f.amount
	claims, err := a.deals.OpenOf(ctx, f.customer, a.claimsSince())
	if err != nil {
		return nil, 0, err
	}
	for _, d := range claims {
		if d.State != deal.Claimed || d.ID == but {
			continue
		}
		c, err := a.deals.Case(ctx, deal.CaseOf(d.ID, deal.WrongDeposit))
		if err != nil {
			return nil, 0, err
		}
		more := min(free, c.Amount-c.Held)
		late := !a.now().Before(c.OpenedAt.Add(a.rules().DecideWithin))
		if c.State == deal.CaseOpen && !late && more > 0 && !f.since.After(c.OpenedAt) {
			wants, free = append(wants, want{c, more}), free-more
		}
	}
	return wants, free, nil
}

// refreeze adds to a plan that frees money what open claims, but for that of one deal, want of it, with a word to both sides, and
// returns what the customer can use again. The plan is then refused with conflict when one of the claims is not what it was: it is to
// be made anew.
func (a *Agents) refreeze(ctx context.Context, plan *ledger.Plan, f freed, but id.ID) (free int64, err error) {
	wants, free, err := a.wanted(ctx, f, but)
	for _, w := range wants {
		if err == nil {
			err = a.holdMore(ctx, plan, f.account, w.claim, w.more)
		}
	}
	return free, err
}

// claimsSince is since when deals are looked at that somebody may still have to say something about.
func (a *Agents) claimsSince() time.Time {
	rules := a.rules()
	return a.now().Add(-rules.WaitFor - rules.ClaimWithin - rules.DecideWithin)
}

// holdMore has the plan hold so much more for a claim, on both sides.
func (a *Agents) holdMore(ctx context.Context, plan *ledger.Plan, account int64, c deal.Case, more int64) error {
	_, t, err := a.mend(ctx, c.Deal)
	if err != nil {
		return err
	}
	operators, err := a.whoWorks(ctx, c.Till)
	if err != nil {
		return err
	}
	onWallet, onFloat := id.Derive(plan.ID, "senti.case.wallet.v1:"+c.ID.String()), id.Derive(plan.ID, "senti.case.float.v1:"+c.ID.String())
	for _, h := range []ledger.HoldAct{
		{Verb: ledger.ReleaseHold, Hold: c.WalletHold, Account: account},
		{Verb: ledger.ReleaseHold, Hold: c.FloatHold, Account: t.At.Float},
	} {
		if !h.Hold.IsZero() {
			plan.Holds = append(plan.Holds, h)
		}
	}
	alike := freeze(onFloat, t.At.Float, c.Held+more, a.now())
	alike.Like = onWallet
	plan.Holds = append(plan.Holds, freeze(onWallet, account, c.Held+more, a.now()), alike)
	plan.Companions = append(plan.Companions, a.deals.HoldMore(c.ID, c.Held, onWallet, onFloat),
		a.wallet.Messages().Add(outbox.Notice, outbox.MessageID(onWallet, toCustomer), t.Party.Phone, a.heldMore(t.Party.Language, "sms.claim.customer", onWallet, t)))
	for i, o := range operators {
		plan.Companions = append(plan.Companions,
			a.wallet.Messages().Add(outbox.Notice, outbox.MessageID(onWallet, byte(toOperator+i)), o.Phone, a.heldMore(o.Language, "sms.claim.operator", onWallet, t)))
	}
	return nil
}

// heldMore says what a claim holds by now; nothing, if the plan has taken nothing for it.
func (a *Agents) heldMore(language, key string, hold id.ID, t MendTerms) text {
	say := a.frozen(language, key, hold, a.ofMend(t))
	return func(o *ledger.Outcome) string {
		if o.Taken(hold) == 0 {
			return ""
		}
		return say(o)
	}
}

// steadily does something again when what it was made of has changed meanwhile.
func steadily(do func() error) (err error) {
	for range 3 {
		if err = do(); !fault.HasCode(err, fault.Conflict) {
			return err
		}
	}
	return err
}
