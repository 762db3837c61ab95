package agents

import (
	"context"
	"time"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/switches"
	"senti/wallet/voucher"
)

// DepositCode is what a customer reads out at a counter instead of a number: whoever is told it can find the customer, and do
// nothing but pay in.
type DepositCode struct {
	Code  voucher.Code
	Until time.Time
	End   string // the text the conversation ends with
}

// DepositCode returns the customer's code for one deposit: that of before while it is good for at least half of its time, so that
// who lost the page sees the same again, and otherwise a new one. There is no PIN in it.
//
// Faults: not_registered, cannot_receive, stopped, busy.
func (a *Agents) DepositCode(ctx context.Context, phone msisdn.Number, o wallet.Origin) (DepositCode, error) {
	c, err := a.wallet.Payee(ctx, phone)
	if err != nil {
		return DepositCode{}, err
	}
	if err := a.wallet.MayBegin(ctx, switches.Deposit, phone, c.Language); err != nil {
		return DepositCode{}, err
	}
	now, life := a.now(), a.rules().Lives.Deposit
	d, err := a.codes.DepositOf(ctx, c.ID, now)
	switch {
	case err == nil && d.ExpiresAt.Sub(now) >= life/2:
		_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: a.notedDeposit(c, o, d.ExpiresAt)})
	case err == nil || fault.HasCode(err, fault.CodeUnknown):
		until := now.Add(life)
		with := func(voucher.Code) []ledger.Companion { return a.notedDeposit(c, o, until) }
		d, err = a.codes.NewDeposit(ctx, a.ledger, voucher.Deposit{Customer: c.ID, Phone: c.Phone, ExpiresAt: until}, with)
	}
	if err != nil {
		return DepositCode{}, err
	}
	return DepositCode{Code: d.Code, Until: d.ExpiresAt, End: withCode(a.depositCodePage(c.Language, d.ExpiresAt), d.Code)}, nil
}

// notedDeposit keeps the page, but for the code, and that its owner uses the wallet.
func (a *Agents) notedDeposit(c customer.Customer, o wallet.Origin, until time.Time) []ledger.Companion {
	return append(a.notedPage(wallet.Actor{Number: c.ID, Phone: c.Phone}, o, pageTerms{Of: depositPage}, a.depositCodePage(c.Language, until)),
		a.wallet.OwnAct(c.ID))
}

func (a *Agents) depositCodePage(language string, until time.Time) string {
	return a.texts.Say(language, "depositcode.page", i18n.Text("code", codeMark), i18n.Text("until", a.market.Hour(until)))
}

// depositor is the customer whom an operator means: by the code that was read out, or by number.
func (a *Agents) depositor(ctx context.Context, post network.Post, r CashInRequest) (customer.Customer, error) {
	if r.Code.IsZero() {
		return a.wallet.Payee(ctx, r.To)
	}
	phone, err := a.depositorOf(ctx, post, r.Code)
	if err != nil {
		return customer.Customer{}, err
	}
	return a.wallet.Payee(ctx, phone)
}

// Depositor returns whose a deposit code is now that an operator types. Wrong ones are counted: after too many the market makes a pause.
//
// Faults: not_operator, operator_suspended, code_unknown, codes_barred.
func (a *Agents) Depositor(ctx context.Context, operator msisdn.Number, code voucher.Code) (msisdn.Number, error) {
	post, err := a.serving(ctx, operator)
	if err != nil {
		return "", err
	}
	return a.depositorOf(ctx, post, code)
}

func (a *Agents) depositorOf(ctx context.Context, post network.Post, code voucher.Code) (msisdn.Number, error) {
	if err := a.places.MayGuess(ctx, post.Operator.ID, a.now()); err != nil {
		return "", err
	}
	d, err := a.codes.Deposit(ctx, code, a.now())
	if !fault.HasCode(err, fault.CodeUnknown) {
		return d.Phone, err
	}
	rules := a.rules()
	_, uncounted := a.ledger.Commit(ctx, &ledger.Plan{Companions: []ledger.Companion{
		a.places.Guessed(post.Operator.ID, rules.WrongCodes, rules.WrongFor)}})
	if uncounted != nil {
		return "", uncounted // what is not counted is not answered
	}
	return "", err
}
