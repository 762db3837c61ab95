package agents

import (
	"context"
	"slices"
	"time"

	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/sweep"
	"senti/wallet/switches"
	"senti/wallet/tariff"
	"senti/wallet/voucher"
)

// CashCodeRequest is a customer who wants a code for an amount of cash. Amount is minor units.
type CashCodeRequest struct {
	From   msisdn.Number
	Amount int64
	Origin wallet.Origin
}

// CashCodeTerms are what was shown to the customer, and all that CashCode and whoever pays on the code go by. Amounts are minor
// units.
type CashCodeTerms struct {
	Brief    wallet.Brief `json:"brief"`
	From     wallet.Party `json:"from"`
	Customer int64        `json:"customer"`
	Amount   int64        `json:"amount"`
	NetFee   int64        `json:"net_fee"`
	Tax      int64        `json:"tax"`
	PricedAt time.Time    `json:"priced_at"`
}

// Total is what is set aside: the amount and the fee.
func (t CashCodeTerms) Total() int64 { return t.Amount + t.NetFee + t.Tax }

// CashCodeQuote is what the customer is to see before the PIN. Amounts are minor units.
type CashCodeQuote struct {
	Intent             id.ID
	Amount, Fee, Total int64
}

// CashCode is a code for an amount of cash, good at any counter, once.
type CashCode struct {
	Intent id.ID
	Code   voucher.Code
	Amount int64 // minor units
	Until  time.Time
	End    string // the text the conversation ends with
}

// cashCodeWhat is how a redial speaks of a cash code.
const cashCodeWhat = "cash_code"

// QuoteCashCode says what cash on a code would cost, and opens the intent that CashCode goes through with.
//
// Faults: those of wallet.Payer, stopped, code_pending (there is one already), amount_too_small (min), amount_too_big (max).
func (a *Agents) QuoteCashCode(ctx context.Context, r CashCodeRequest) (CashCodeQuote, error) {
	c, err := a.wallet.Payer(ctx, r.From)
	if err != nil {
		return CashCodeQuote{}, err
	}
	if err := a.wallet.MayBegin(ctx, switches.Withdraw, r.From, c.Language); err != nil {
		return CashCodeQuote{}, err
	}
	if err := a.noCashCode(ctx, c.ID); err != nil {
		return CashCodeQuote{}, err
	}
	now := a.now()
	price, refusal := tariff.Price(a.market, tariff.Withdraw, r.Amount, now)
	if refusal != nil {
		return CashCodeQuote{}, refusal
	}
	t := CashCodeTerms{
		Brief: wallet.Brief{What: cashCodeWhat, Amount: r.Amount}, From: wallet.PartyOf(c), Customer: c.ID,
		Amount: r.Amount, NetFee: price.NetFee, Tax: price.Tax, PricedAt: now,
	}
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.HoldTake, wallet.Actor{Number: c.ID, Phone: c.Phone}, r.Origin, t))
	if err != nil {
		return CashCodeQuote{}, err
	}
	return CashCodeQuote{Intent: in.ID, Amount: t.Amount, Fee: price.Fee, Total: t.Total()}, nil
}

// CashCode sets the money of a quote aside and draws the code for it; sent again it returns the same code, while it can be used.
//
// Faults: wrong_pin (left), pin_locked, no_pin, insufficient (available, needed, fee, offer if anything fits), limit_single (max),
// limit_day and limit_month (max, left), code_pending, code_locked, sender_blocked, stopped, intent_expired, busy; outcome_unknown.
func (a *Agents) CashCode(ctx context.Context, intentID id.ID, typed pin.PIN) (CashCode, error) {
	var t CashCodeTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.HoldTake)
	if err == nil && in.Customer != t.Customer {
		err = fault.New(fault.BadRequest, "field", "intent")
	}
	if err != nil {
		return CashCode{}, err
	}
	account, err := a.ledger.Account(ctx, t.From.Account)
	if err != nil {
		return CashCode{}, err
	}
	until := a.now().Add(a.rules().Lives.Cash)
	plan, code, err := a.cashCodePlan(in, t, typed, until, a.overLimit(account, t.Amount, t.PricedAt))
	if err != nil {
		return CashCode{}, err
	}
	plan.Stopped = a.wallet.Stopped(ctx, switches.Withdraw, t.From.Phone, t.From.Language)
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return CashCode{}, a.withOffer(t.Total(), t.NetFee+t.Tax, err)
	}
	if outcome.Replayed {
		return a.cashCodeAgain(ctx, in, t)
	}
	return CashCode{Intent: in.ID, Code: code, Amount: t.Amount, Until: until, End: withCode(a.cashCodePage(t, until), code)}, nil
}

func (a *Agents) cashCodePlan(in intent.Intent, t CashCodeTerms, typed pin.PIN, until time.Time, over *fault.Error) (*ledger.Plan, voucher.Code, error) {
	code, made, err := a.codes.New(voucher.Slip{
		ID: voucher.CashOf(t.Customer), From: in.ID, Kind: voucher.Cash, Owner: t.Customer, Phone: t.From.Phone, Record: holdOf(in.ID),
		Amount: t.Amount, Fee: t.NetFee + t.Tax, Tax: t.Tax, ExpiresAt: until,
	}, "")
	page := a.cashCodePage(t, until)
	return &ledger.Plan{
		ID: in.ID, Kind: ledger.HoldTake, Request: wallet.Request(in),
		Holds: []ledger.HoldAct{{
			Verb: ledger.TakeHold, Hold: holdOf(in.ID), Account: t.From.Account, Amount: t.Total(), ExpiresAt: until.Add(holdMargin),
		}},
		Companions: []ledger.Companion{
			a.wallet.Intents().Close(in, a.wallet.Ended(t.From.Language, fault.SettingAside, func(*ledger.Outcome) string { return page })),
			provided{a.wallet.PINs().Check(wallet.CustomerPIN(t.Customer), typed), over},
			made,
		},
	}, code, err
}

// overLimit is the limit that cash on the code would pass as the account is now, nil for none. The money only moves when the code is
// used, and the ledger looks at the limits then; this is to say it in time.
func (a *Agents) overLimit(after ledger.Account, amount int64, pricedAt time.Time) *fault.Error {
	after.Turnover = after.Turnover.On(a.market.Day(a.now()))
	after.Turnover.OutDay += amount
	after.Turnover.OutMonth += amount
	return limit.Sender(a.market, pricedAt, amount)(after)
}

// provided lets a plan through on its companion's terms and then refuses it, if there is a reason to: one that only who passed the
// companion (the PIN) may hear.
type provided struct {
	ledger.Companion
	refusal *fault.Error
}

// Check asks the companion first.
func (p provided) Check(row any, at time.Time) (keep any, refusal *fault.Error) {
	keep, refusal = p.Companion.Check(row, at)
	if refusal == nil {
		refusal = p.refusal
	}
	return keep, refusal
}

func (a *Agents) cashCodePage(t CashCodeTerms, until time.Time) string {
	return a.texts.Say(t.From.Language, "cashcode.page", i18n.Text("code", codeMark), a.wallet.Money("amount", t.Amount),
		a.wallet.Bare("fee", t.NetFee+t.Tax), i18n.Text("until", a.market.Hour(until)))
}

// cashCodeAgain is the answer to a repeat. The fault is code_gone when the code is worth nothing any more.
func (a *Agents) cashCodeAgain(ctx context.Context, in intent.Intent, t CashCodeTerms) (CashCode, error) {
	code, err := a.liveCashCode(ctx, t.Customer, in.ID)
	if err != nil {
		return CashCode{}, err
	}
	slip, err := a.codes.Slip(ctx, voucher.CashOf(t.Customer))
	if err != nil {
		return CashCode{}, err
	}
	return CashCode{Intent: in.ID, Code: code, Amount: t.Amount, Until: slip.ExpiresAt, End: withCode(a.cashCodePage(t, slip.ExpiresAt), code)}, nil
}

// cashSlip is a customer's last cash code, and whether it can still be used.
func (a *Agents) cashSlip(ctx context.Context, owner int64) (voucher.Slip, bool, error) {
	slip, err := a.codes.Slip(ctx, voucher.CashOf(owner))
	if fault.HasCode(err, fault.CodeUnknown) {
		return voucher.Slip{}, false, nil
	}
	return slip, err == nil && slip.Usable(a.now()), err
}

// noCashCode makes sure that the customer has no code, and frees the money of one that is over. The fault is code_pending.
func (a *Agents) noCashCode(ctx context.Context, owner int64) error {
	slip, usable, err := a.cashSlip(ctx, owner)
	switch {
	case err != nil:
		return err
	case usable:
		return fault.New(fault.CodePending)
	case slip.State.Open():
		_, err = a.endCashCode(ctx, slip)
	}
	return err
}

// HasCashCode reports whether the customer has a code that can be used. It tells nothing of it: the phone may be in anyone's hands.
func (a *Agents) HasCashCode(ctx context.Context, phone msisdn.Number) (bool, error) {
	c, err := a.wallet.Customer(ctx, phone)
	if err != nil {
		return false, err
	}
	_, pending, err := a.cashSlip(ctx, c.ID)
	return pending, err
}

// SeeCashCode shows the customer's code again, behind the PIN. Faults: wrong_pin (left), pin_locked, no_pin, code_gone.
func (a *Agents) SeeCashCode(ctx context.Context, phone msisdn.Number, typed pin.PIN, o wallet.Origin) (CashCode, error) {
	c, in, t, err := a.codeToShow(ctx, phone)
	if err != nil {
		return CashCode{}, err
	}
	shown, err := a.cashCodeAgain(ctx, in, t)
	if err != nil {
		return CashCode{}, err
	}
	actor := wallet.Actor{Number: c.ID, Phone: c.Phone}
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(
		[]ledger.Companion{a.wallet.PINs().Check(wallet.CustomerPIN(c.ID), typed)},
		a.notedPage(actor, o, pageTerms{Of: cashPage, From: in.ID.String()}, a.cashCodePage(t, shown.Until))...)})
	if err != nil {
		return CashCode{}, err
	}
	return shown, nil
}

// CancelCashCode takes the customer's code back: the money is free again. There is no PIN in it. The fault is code_gone.
func (a *Agents) CancelCashCode(ctx context.Context, phone msisdn.Number, o wallet.Origin) (end string, err error) {
	c, in, t, err := a.codeToShow(ctx, phone)
	if err != nil {
		return "", err
	}
	err = steadily(func() error {
		plan, free, err := a.freeCashPlan(ctx, in.ID, t, in.OpenedAt)
		if err != nil {
			return err
		}
		end = a.texts.Say(c.Language, "cashcode.cancelled", a.wallet.Money("total", free))
		note := a.noted(a.wallet.NewIntent(ledger.Enquiry, wallet.Actor{Number: c.ID, Phone: c.Phone}, o, struct{}{}), end)
		plan.Companions = slices.Concat(note, []ledger.Companion{a.codes.Cancel(cashRef(t, in.ID), plan.ID), a.wallet.OwnAct(c.ID)}, plan.Companions)
		_, err = a.ledger.Commit(ctx, plan)
		return err
	})
	a.wallet.Wake()
	return end, err
}

// codeToShow is the customer's usable code: who has it, and the intent and terms it was made on. The fault is code_gone.
func (a *Agents) codeToShow(ctx context.Context, phone msisdn.Number) (c customer.Customer, in intent.Intent, t CashCodeTerms, err error) {
	if c, err = a.wallet.Customer(ctx, phone); err != nil {
		return c, in, t, err
	}
	slip, pending, err := a.cashSlip(ctx, c.ID)
	if err != nil || !pending {
		return c, in, t, orElse(err, fault.New(fault.CodeGone))
	}
	in, err = a.wallet.Recall(ctx, slip.From, &t, ledger.HoldTake)
	return c, in, t, err
}

// orElse is err, or the refusal when nothing went wrong.
func orElse(err error, refusal *fault.Error) error {
	if err != nil {
		return err
	}
	return refusal
}

func cashRef(t CashCodeTerms, from id.ID) voucher.Ref {
	return voucher.Ref{ID: voucher.CashOf(t.Customer), From: from}
}

// freeCashPlan gives back what stands behind a code since then, but for what a claim wants of it; free is what the customer can use again.
// That it happens once is for the code's own row to see to.
func (a *Agents) freeCashPlan(ctx context.Context, from id.ID, t CashCodeTerms, since time.Time) (plan *ledger.Plan, free int64, err error) {
	plan = &ledger.Plan{
		ID: a.wallet.IDs().New(), Kind: ledger.HoldEnd, Corrects: from,
		Holds: []ledger.HoldAct{{Verb: ledger.ReleaseHold, Hold: holdOf(from), Account: t.From.Account}},
	}
	free, err = a.refreeze(ctx, plan, freed{t.Customer, t.From.Account, t.Total(), since}, id.ID{})
	return plan, free, err
}

// freeLockedCode gives back what stands behind a code that was tried too often, and tells the customer at which shop.
func (a *Agents) freeLockedCode(ctx context.Context, slip voucher.Slip, at Counter) error {
	var t CashCodeTerms
	if _, err := a.wallet.Recall(ctx, slip.From, &t, ledger.HoldTake); err != nil {
		return err
	}
	_, err := a.endCash(ctx, slip, t, a.codes.Cancel, "sms.cashcode.locked", i18n.Text("shop", at.Shop))
	return err
}

// ExpireCashCodes gives back what stands behind codes that nobody has used in time, and tells their owners. It returns how many
// there were; page is how many are read at once. It may run twice at the same time.
func (a *Agents) ExpireCashCodes(ctx context.Context, page int) (int, error) {
	return sweep.All(ctx, a.codesDue(ctx, voucher.Cash, page), func(slip voucher.Slip) (bool, error) { return a.endCashCode(ctx, slip) })
}

// codesDue reads the codes of a kind whose time is over by now.
func (a *Agents) codesDue(ctx context.Context, kind voucher.Kind, page int) func(after voucher.Slip) ([]voucher.Slip, error) {
	now := a.now()
	return func(after voucher.Slip) ([]voucher.Slip, error) {
		return a.codes.DueBefore(ctx, kind, now, after, page)
	}
}

// endCashCode ends a code that is over but for its money.
func (a *Agents) endCashCode(ctx context.Context, slip voucher.Slip) (bool, error) {
	var t CashCodeTerms
	if _, err := a.wallet.Recall(ctx, slip.From, &t, ledger.HoldTake); err != nil {
		return false, err
	}
	ended := a.codes.Expire
	if slip.State == voucher.Locked { // and nobody came to freeLockedCode
		ended = a.codes.Cancel
	}
	return a.endCash(ctx, slip, t, ended, "sms.cashcode.expired")
}

// endCash ends a code in that way, gives back what stands behind it and tells its owner; it reports whether it was this that did.
func (a *Agents) endCash(ctx context.Context, slip voucher.Slip, t CashCodeTerms, end func(voucher.Ref, id.ID) ledger.Companion, key string, more ...i18n.Arg) (ended bool, err error) {
	to, err := a.reach(ctx, t.From)
	if err != nil {
		return false, err
	}
	err = steadily(func() error {
		plan, free, err := a.freeCashPlan(ctx, slip.From, t, slip.MadeAt)
		if err != nil {
			return err
		}
		plan.Companions = append([]ledger.Companion{end(slip.Ref(), plan.ID), a.message(plan, toCustomer, to,
			a.wallet.Afterwards(t.From.Language, key, t.From.Account, append(slices.Clip(more), a.wallet.Money("amount", t.Amount), a.wallet.Money("total", free))...))},
			plan.Companions...)
		ended, err = a.endWait(ctx, plan)
		return err
	})
	return ended, err
}
