package command

import (
	"context"
	"strings"

	"senti/agents/network"
	"senti/sms/intake"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/i18n"
)

// What a wallet or a till holds is told without a PIN, but to its own phone alone: the answer goes to the number that asked, whoever
// says to be it, and tells no more than the last receipt there does.

// balance tells what is in the wallet.
func (c *Commands) balance(ctx context.Context, w writer) (intake.Answer, error) {
	a, err := c.wallet.Ledger().Account(ctx, w.holder.Account)
	if err != nil {
		return intake.Answer{}, err
	}
	key := "sms.balance"
	if a.Held != 0 {
		key = "sms.balance.part"
	}
	return c.say(w, key, c.wallet.Money("balance", a.Balance), c.wallet.Money("available", a.Available()), c.now()), nil
}

// now is the time of the answer.
func (c *Commands) now() i18n.Arg {
	return i18n.Text("when", c.wallet.Market().Date(c.wallet.Clock().Now()))
}

// segment is how many septets one SMS has.
const segment = 160

// mini tells what happened of late, as much as one SMS holds.
func (c *Commands) mini(ctx context.Context, w writer) (intake.Answer, error) {
	page, err := c.wallet.StatementMore(ctx, w.phone, 0)
	if err != nil {
		return intake.Answer{}, err
	}
	if len(page.Lines) == 0 {
		return c.say(w, "sms.mini.none"), nil
	}
	balance := c.wallet.Money("balance", page.Lines[0].Balance)
	answer, lines := intake.Answer{}, ""
	for i, l := range page.Lines {
		if i > 0 {
			lines += ", "
		}
		lines += c.line(l)
		longer := c.say(w, "sms.mini", i18n.Text("lines", lines), balance)
		if n, _ := i18n.Septets(longer.Text); n > segment {
			break
		}
		answer = longer
	}
	return answer, nil
}

// line is one payment: "3/12 -507 0712***002".
func (c *Commands) line(l wallet.Line) string {
	m := c.wallet.Market()
	amount := m.Style.FormatBare(l.Amount)
	if l.Amount > 0 {
		amount = "+" + amount
	}
	return strings.TrimSpace(m.DayMonth(l.At) + " " + amount + " " + l.Other)
}

// fees tells what it costs to send an amount, and to take it out as cash; without an amount, the price list of sending, as far as one SMS
// holds it.
func (c *Commands) fees(w writer, f Fees) (intake.Answer, error) {
	if f.Amount == 0 {
		return c.feeList(w)
	}
	send, err := c.wallet.Fee(f.Amount)
	if err != nil {
		return intake.Answer{}, err
	}
	amount, fee := c.wallet.Money("amount", f.Amount), c.wallet.Bare("fee", send.Fee)
	out, err := c.wallet.WithdrawalFee(f.Amount)
	if err != nil {
		return c.say(w, "sms.fee.send", amount, fee), nil
	}
	return c.say(w, "sms.fee", amount, fee, c.wallet.Bare("out", out.Fee)), nil
}

func (c *Commands) feeList(w writer) (intake.Answer, error) {
	bands, err := c.wallet.FeeTable()
	if err != nil {
		return intake.Answer{}, err
	}
	answer, list := intake.Answer{}, ""
	for i, b := range bands {
		if i > 0 {
			list += ", "
		}
		list += c.wallet.Market().Style.FormatBare(b.UpTo) + ": " + c.wallet.Market().Style.FormatBare(b.Fee)
		longer := c.say(w, "sms.fees", i18n.Text("list", list), i18n.Text("example", c.example(w, "FEES")))
		if n, _ := i18n.Septets(longer.Text); n > segment {
			break
		}
		answer = longer
	}
	return answer, nil
}

// float tells an operator what the till holds.
func (c *Commands) float(ctx context.Context, w writer) (intake.Answer, error) {
	if err := atWork(w); err != nil {
		return intake.Answer{}, err
	}
	f, err := c.agents.TillFloat(ctx, w.phone)
	if err != nil {
		return intake.Answer{}, err
	}
	return intake.Answer{Text: strings.ReplaceAll(f.End, "\n", " ")}, nil
}

// earnings tells an operator what the till has earned. What the whole agency is owed stays behind the PIN.
func (c *Commands) earnings(ctx context.Context, w writer) (intake.Answer, error) {
	if err := atWork(w); err != nil {
		return intake.Answer{}, err
	}
	e, err := c.agents.TillEarnings(ctx, w.phone)
	if err != nil {
		return intake.Answer{}, err
	}
	return c.say(w, "sms.earned", i18n.Text("shop", w.post.Store.Name), c.wallet.Money("today", e.Today), c.wallet.Money("month", e.Month), c.now()), nil
}

// atWork refuses who works at no till, and who may not work now, if only because another SIM has the number. Faults: not_operator,
// operator_suspended.
func atWork(w writer) error {
	switch {
	case !w.works():
		return fault.New(fault.NotOperator)
	case w.post.Operator.Status != network.Active:
		return fault.New(fault.OperatorSuspended)
	}
	return nil
}

// check tells whether a receipt is true, to anybody who has its SMS.
func (c *Commands) check(ctx context.Context, w writer, x Check) (intake.Answer, error) {
	if x.Code == "" {
		return c.lacks(w, "CHECK"), nil
	}
	text, err := c.agents.CheckReceipt(ctx, w.phone, w.language, x.Receipt, x.Code)
	return intake.Answer{Text: text}, err
}

// last sends the last receipt of the wallet or the till again. It is the answer.
func (c *Commands) last(ctx context.Context, w writer) (intake.Answer, error) {
	return intake.Answer{}, c.agents.ResendLast(ctx, w.phone)
}
