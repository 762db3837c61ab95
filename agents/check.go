package agents

import (
	"context"

	"senti/agents/deal"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/voucher"
)

// CheckReceipt says in a language what a receipt is about and what became of it, to whoever has it with its check code: the amount, both
// sides masked, when, whether the money stands, went back, or is set aside. The faults are those of wallet.CheckReceipt.
func (a *Agents) CheckReceipt(ctx context.Context, asker msisdn.Number, language, receipt, code string) (string, error) {
	c, err := a.wallet.CheckReceipt(ctx, asker, receipt, code)
	if err != nil {
		return "", err
	}
	status, err := a.checkedStatus(ctx, language, c)
	if err != nil {
		return "", err
	}
	from, err := a.checkedParty(ctx, language, c, c.From)
	if err != nil {
		return "", err
	}
	to, err := a.checkedParty(ctx, language, c, c.To)
	if err != nil {
		return "", err
	}
	return a.texts.Say(language, "check.true", a.wallet.Money("amount", c.Amount), i18n.Text("from", from), i18n.Text("to", to),
		i18n.Text("when", a.market.Date(c.At)), i18n.Text("status", status)), nil
}

// checkedParty names a side of a receipt so that nobody learns more of it than a masked number, or the shop.
func (a *Agents) checkedParty(ctx context.Context, language string, c wallet.Checked, p wallet.Side) (string, error) {
	switch {
	case p.Till:
		place, err := a.places.ByFloat(ctx, p.Account)
		return a.texts.Say(language, "check.shop", i18n.Text("code", string(place.Till.Code))), err
	case p.Account != 0:
		return p.Phone, nil
	case c.Kind == ledger.VoucherSend, c.Kind == ledger.VoucherRedeem, c.Kind == ledger.VoucherReturn:
		return a.texts.Say(language, "check.code"), nil
	}
	return a.texts.Say(language, "check.senti"), nil
}

// checkedStatus is what became of the money of a receipt.
func (a *Agents) checkedStatus(ctx context.Context, language string, c wallet.Checked) (string, error) {
	if c.Back > 0 {
		return a.wentBack(language, c), nil
	}
	if c.Kind.Undoes() { // the deal went back by this one
		return a.texts.Say(language, "check.done"), nil
	}
	about, err := a.dealsOf(ctx, []ledger.Entry{{Posting: c.Posting}})
	if err != nil {
		return "", err
	}
	switch d := about[c.Posting]; d.State {
	case deal.Disputed, deal.Claimed:
		return a.setAside(ctx, language, d)
	case deal.Returned, deal.Reversed:
		c.Back, c.BackAt = c.Amount, d.EndedAt
		return a.wentBack(language, c), nil
	}
	if c.Kind == ledger.VoucherSend {
		return a.fetched(ctx, language, c)
	}
	return a.texts.Say(language, "check.done"), nil
}

func (a *Agents) wentBack(language string, c wallet.Checked) string {
	key := "check.back"
	if c.Back < c.Amount {
		key = "check.back.part"
	}
	return a.texts.Say(language, key, a.wallet.Money("held", c.Back), i18n.Text("when", a.market.Date(c.BackAt)))
}

// setAside says how much is set aside until the case about a deal is decided.
func (a *Agents) setAside(ctx context.Context, language string, d deal.Deal) (string, error) {
	kind := deal.NotPaid
	if d.State == deal.Claimed {
		kind = deal.WrongDeposit
	}
	open, err := a.deals.Case(ctx, deal.CaseOf(d.ID, kind))
	if err != nil && !fault.HasCode(err, fault.CaseNotFound) {
		return "", err
	}
	if open.Held == 0 { // it was spent before
		return a.texts.Say(language, "check.case.open"), nil
	}
	return a.texts.Say(language, "check.case", a.wallet.Money("held", open.Held)), nil
}

// fetched says whether the money of a voucher was fetched. A code that was thrown away since was used: one that expires brings it back.
func (a *Agents) fetched(ctx context.Context, language string, c wallet.Checked) (string, error) {
	slip, err := a.codes.Slip(ctx, c.Posting)
	if err != nil && !fault.HasCode(err, fault.CodeUnknown) {
		return "", err
	}
	key := "check.fetched"
	if err == nil && (slip.State == voucher.Live || slip.State == voucher.Locked) {
		key = "check.unfetched"
	}
	return a.texts.Say(language, key), nil
}
