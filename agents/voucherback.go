package agents

import (
	"context"

	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/sweep"
	"senti/wallet/voucher"
)

// VouchersOf returns the vouchers that the customer sent and nobody has redeemed, newest first.
func (a *Agents) VouchersOf(ctx context.Context, phone msisdn.Number) ([]voucher.Slip, error) {
	c, err := a.wallet.Customer(ctx, phone)
	if err != nil {
		return nil, err
	}
	return a.codes.OpenOf(ctx, c.ID, voucher.Voucher)
}

// CancelVoucherRequest is whose voucher is to come back.
type CancelVoucherRequest struct {
	From    msisdn.Number
	Voucher id.ID // the intent it was sent with
	Origin  wallet.Origin
}

// voucherBackTerms are what a voucher's return goes by.
type voucherBackTerms struct {
	Brief   wallet.Brief `json:"brief"`
	Voucher id.ID        `json:"voucher"`
	Sent    VoucherTerms `json:"sent"`
	Amount  int64        `json:"amount"` // what comes back, minor units
}

// VoucherBackQuote is what the sender is to see before the PIN. Amounts are minor units.
type VoucherBackQuote struct {
	Intent id.ID
	To     msisdn.Number
	Amount int64 // what comes back
}

// QuoteVoucherBack opens the intent to cancel a voucher, and says what would come back. Faults: code_unknown (or somebody else's),
// code_gone (redeemed or back already).
func (a *Agents) QuoteVoucherBack(ctx context.Context, r CancelVoucherRequest) (VoucherBackQuote, error) {
	t, err := a.sentVoucher(ctx, r.Voucher)
	if err != nil {
		return VoucherBackQuote{}, err
	}
	slip, err := a.codes.Slip(ctx, r.Voucher)
	switch {
	case err != nil:
		return VoucherBackQuote{}, err
	case t.From.Phone != r.From:
		return VoucherBackQuote{}, fault.New(fault.CodeUnknown)
	case !slip.State.Open():
		return VoucherBackQuote{}, fault.New(fault.CodeGone)
	}
	t.Word = nil // its sender may take it back without; and a long one would not fit
	back := voucherBackTerms{Brief: t.Brief, Voucher: r.Voucher, Sent: t, Amount: t.back()}
	in, err := a.wallet.OpenIntent(ctx, a.wallet.NewIntent(ledger.VoucherReturn, wallet.Actor{Number: t.Customer, Phone: t.From.Phone}, r.Origin, back))
	return VoucherBackQuote{in.ID, t.To, back.Amount}, err
}

// CancelVoucher brings the money of a voucher back to its sender, unless it was redeemed at that moment, and returns the text the
// conversation ends with. Faults: wrong_pin (left), pin_locked, code_gone, busy; outcome_unknown.
func (a *Agents) CancelVoucher(ctx context.Context, intentID id.ID, typed pin.PIN) (end string, err error) {
	var t voucherBackTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.VoucherReturn)
	if err != nil {
		return "", err
	}
	plan := voucherBackPlan(in.ID, t.Voucher, t.Sent)
	plan.Request = wallet.Request(in)
	done := a.voucherText(t.Sent, "voucher.cancelled")
	plan.Companions = []ledger.Companion{
		a.wallet.Intents().Close(in, a.wallet.Ended(t.Sent.From.Language, fault.VoucherBack, done)),
		a.wallet.PINs().Check(wallet.CustomerPIN(t.Sent.Customer), typed),
		a.codes.Cancel(voucher.Ref{ID: t.Voucher, From: t.Voucher}, in.ID),
		a.message(plan, toCustomer, t.Sent.From.Phone, a.voucherText(t.Sent, "sms.voucher.cancelled", a.wallet.Money("back", t.Amount))),
		a.notice(plan, toReceiver, t.Sent.To, a.voucherText(t.Sent, "sms.voucher.gone")),
	}
	outcome, err := a.ledger.Commit(ctx, plan)
	if err != nil {
		return "", err
	}
	a.wallet.Wake()
	return done(outcome), nil
}

// back is what a voucher brings back when it is not redeemed.
func (t VoucherTerms) back() int64 {
	if t.FeeBack {
		return t.Total()
	}
	return t.Amount
}

// voucherBackPlan moves the money back, with the fee if the market says so. No limit stops one's own money.
func voucherBackPlan(posting, sent id.ID, t VoucherTerms) *ledger.Plan {
	p := &ledger.Plan{ID: posting, Kind: ledger.VoucherReturn, Corrects: sent, Rules: t.Rules, Legs: []ledger.Leg{
		{Account: wallet.VoucherEscrow, Amount: -t.Amount},
		{Account: t.From.Account, Amount: t.back()},
	}}
	if t.FeeBack {
		p.Legs = append(p.Legs, ledger.Leg{Account: wallet.FeeIncome, Amount: -t.NetFee}, ledger.Leg{Account: wallet.TaxPayable, Amount: -t.Tax})
	}
	p.Legs = wallet.WithoutZero(p.Legs)
	return p
}

// sentVoucher returns the terms a voucher was sent on, or code_unknown.
func (a *Agents) sentVoucher(ctx context.Context, sent id.ID) (VoucherTerms, error) {
	var t VoucherTerms
	_, err := a.wallet.Recall(ctx, sent, &t, ledger.VoucherSend)
	if fault.HasCode(err, fault.BadRequest) {
		err = fault.New(fault.CodeUnknown)
	}
	return t, err
}

// ExpireVouchers brings the money of vouchers back that nobody has redeemed in time, and tells their senders. It returns how many
// there were; page is how many are read at once. It may run twice at the same time. What belongs to a wallet that can receive nothing
// waits in escrow until it can.
func (a *Agents) ExpireVouchers(ctx context.Context, page int) (int, error) {
	return sweep.All(ctx, a.codesDue(ctx, voucher.Voucher, page), func(slip voucher.Slip) (bool, error) { return a.expireVoucher(ctx, slip) })
}

// expireVoucher ends one. That it happens once is for the code's own row to see to: a posting's ID that followed from the voucher would
// be spent by a refusal, and the money be in escrow for ever.
func (a *Agents) expireVoucher(ctx context.Context, slip voucher.Slip) (bool, error) {
	t, err := a.sentVoucher(ctx, slip.ID)
	if err != nil {
		return false, err
	}
	account, err := a.ledger.Account(ctx, t.From.Account)
	if err != nil || account.Flags&(ledger.CreditBlocked|ledger.Closed) != 0 {
		return false, err
	}
	to, err := a.reach(ctx, t.From)
	if err != nil {
		return false, err
	}
	plan := voucherBackPlan(a.wallet.IDs().New(), slip.ID, t)
	plan.Companions = []ledger.Companion{
		a.codes.Expire(slip.Ref(), plan.ID),
		a.message(plan, toCustomer, to, a.voucherText(t, "sms.voucher.expired", a.wallet.Money("back", t.back()))),
	}
	return a.endWait(ctx, plan)
}
