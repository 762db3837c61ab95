package agents

import (
	"context"
	"slices"
	"time"

	"senti/agents/commission"
	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/limit"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/voucher"
)

// RedeemRequest is what somebody without a wallet shows at a counter: the number the voucher is bound to, the code, the word if one
// belongs to it, and an ID.
type RedeemRequest struct {
	Operator msisdn.Number
	Phone    msisdn.Number
	Code     voucher.Code
	Word     string
	ID       wallet.IDDraft // of ParseIDNumber for Phone
	Origin   wallet.Origin
}

// redeemTerms are what was shown to the operator, and all that Redeem goes by.
type redeemTerms struct {
	Brief    wallet.Brief  `json:"brief"`
	At       Counter       `json:"at"`
	Phone    msisdn.Number `json:"phone"`
	Voucher  voucher.Ref   `json:"voucher"`
	Amount   int64         `json:"amount"`
	Earned   Earned        `json:"earned"`
	Document deal.Document `json:"document"`
	Rules    string        `json:"rules"`
	PricedAt time.Time     `json:"priced_at"`
}

// RedeemQuote is what the operator is to see before the PIN. Amounts are minor units.
type RedeemQuote struct {
	Intent id.ID
	Phone  msisdn.Number
	Amount int64
	Earned int64 // by the agent
}

// WordNeeded reports whether a secret word belongs to one of the vouchers for that number that can be redeemed. The fault is code_unknown when there is no voucher.
func (a *Agents) WordNeeded(ctx context.Context, phone msisdn.Number) (bool, error) {
	slips, err := a.codes.Bound(ctx, voucher.Voucher, phone)
	if err == nil && len(slips) == 0 {
		err = fault.New(fault.CodeUnknown)
	}
	now := a.now()
	return slices.ContainsFunc(slips, func(s voucher.Slip) bool { return s.Worded && s.Usable(now) }), err
}

// QuoteRedeem compares code and word, counting a wrong try in the commit, and opens the intent that Redeem goes through with. The third
// wrong try locks the voucher and tells its sender.
//
// Faults: not_operator, operator_suspended, code_unknown (no voucher for that number), wrong_code (left), code_locked, code_gone,
// bad_id_number.
func (a *Agents) QuoteRedeem(ctx context.Context, r RedeemRequest) (RedeemQuote, error) {
	post, err := a.serving(ctx, r.Operator)
	if err != nil {
		return RedeemQuote{}, err
	}
	document, err := a.wallet.SealedID(r.Phone, r.ID)
	if err != nil {
		return RedeemQuote{}, err
	}
	slips, err := a.codes.Bound(ctx, voucher.Voucher, r.Phone)
	if err != nil {
		return RedeemQuote{}, err
	}
	slip, tried, err := a.codes.Prove(slips, r.Code, r.Word)
	if err != nil {
		return RedeemQuote{}, err
	}
	if slip.ID.IsZero() {
		return RedeemQuote{}, a.wrongVoucher(ctx, tried)
	}
	now, at := a.now(), a.counterAt(post)
	rules := a.market.At(now)
	t := redeemTerms{
		Brief: wallet.Brief{Whom: r.Phone.Masked(), Shop: at.Code, Amount: slip.Amount, Mine: toOperator}, At: at, Phone: r.Phone, Voucher: slip.Ref(),
		Amount: slip.Amount, Earned: earned(rules, commission.Redeem, slip.Amount, at),
		Document: deal.Document{Type: int64(document.Type), Sealed: document.Sealed, Index: document.Index},
		Rules:    rules.CounterVersions(), PricedAt: now,
	}
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.VoucherRedeem, actor(post), r.Origin, t), tried...)
	return RedeemQuote{in.ID, r.Phone, t.Amount, t.Earned.Agent}, err
}

// wrongVoucher counts a wrong code, and tells the senders of the vouchers that it locks. No intent is opened: nobody has been shown
// anything to go through with.
func (a *Agents) wrongVoucher(ctx context.Context, tried []ledger.Companion) error {
	telling, err := voucher.Telling(tried, func(s voucher.Slip) (ledger.Companion, error) { return a.lockTold(ctx, s) })
	if err != nil {
		return err
	}
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: telling})
	a.wallet.Wake()
	return orElse(err, fault.New(fault.CodeGone))
}

// lockTold tells the sender of a voucher that wrong codes have locked it. It can still be cancelled, and comes back by itself.
func (a *Agents) lockTold(ctx context.Context, slip voucher.Slip) (ledger.Companion, error) {
	t, err := a.sentVoucher(ctx, slip.ID)
	if err != nil {
		return nil, err
	}
	to, err := a.reach(ctx, t.From)
	if err != nil {
		return nil, err
	}
	lock := &ledger.Plan{ID: id.Derive(slip.ID, "senti.voucher.locked.v1")}
	return a.notice(lock, toCustomer, to, a.voucherText(t, "sms.voucher.locked", i18n.Text("service", a.market.ServiceCode))), nil
}

// Redeem moves the money of a voucher from escrow to the till's float, once, and returns the text the conversation ends with: pay the
// cash. Faults: wrong_pin (left), pin_locked, operator_suspended, operator_limit (max, left), till_limit, float_full, code_gone, busy;
// outcome_unknown.
func (a *Agents) Redeem(ctx context.Context, intentID id.ID, typed pin.PIN) (end string, err error) {
	var t redeemTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.VoucherRedeem)
	if err != nil {
		return "", err
	}
	sent, err := a.sentVoucher(ctx, t.Voucher.ID)
	if err != nil {
		return "", err
	}
	to, err := a.reach(ctx, sent.From)
	if err != nil {
		return "", err
	}
	done := a.redeemed(t)
	plan := &ledger.Plan{
		ID: in.ID, Kind: ledger.VoucherRedeem, Request: wallet.Request(in), Rules: t.Rules,
		Legs: wallet.WithoutZero(append(t.Earned.legs(t.At),
			ledger.Leg{Account: wallet.VoucherEscrow, Amount: -t.Amount},
			ledger.Leg{Account: t.At.Float, Amount: t.Amount, Counted: t.Amount, Rule: limit.Float(a.market, t.PricedAt, t.Amount)})),
	}
	plan.Companions = append(a.works(t.At, t.PricedAt, 0, t.Amount),
		a.wallet.Intents().Close(in, a.ended(t.At.Language, fault.Redeeming, done, atCounter)),
		a.wallet.PINs().Check(wallet.OperatorPIN(t.At.Operator), typed),
		a.codes.Use(t.Voucher, in.ID),
		a.deals.Add(t.deal(in.ID)),
		a.deals.Shown(in.ID, t.Document),
		a.message(plan, toCustomer, to, a.voucherText(sent, "sms.voucher.paid", i18n.Text("shop", t.At.Shop))))
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return "", atCounter(err)
	}
	a.wallet.Wake()
	return done(outcome), nil
}

// deal is the deal as it is kept: that of somebody without a wallet.
func (t redeemTerms) deal(posting id.ID) deal.Deal {
	return deal.Deal{
		ID: posting, Kind: ledger.VoucherRedeem, State: deal.Done, Till: t.At.Till, Operator: t.At.Operator, Agent: t.At.Agent,
		Super: t.At.Super, Phone: t.Phone, Name: t.Phone.Masked(), Amount: t.Amount, Earned: t.Earned.Total(), EarnedSuper: t.Earned.Super,
	}
}

func (a *Agents) redeemed(t redeemTerms) text {
	return a.wallet.Afterwards(t.At.Language, "voucher.paid", t.At.Float, a.wallet.Money("amount", t.Amount),
		i18n.Text("phone", t.Phone.Masked()), a.wallet.Money("earned", t.Earned.Agent))
}
