package command

import (
	"context"
	"time"

	"senti/agents"
	"senti/agents/network"
	"senti/sms/intake"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/intent"
	"senti/wallet/ledger"
	"senti/wallet/outbox"
	"senti/wallet/reply"
	"senti/wallet/voucher"
)

// What moves money opens an intent, in the commit that answers, and is confirmed with the PIN on the phone's own page of that intent. A
// text alone moves nothing.

// prepared is what a text asks for, ready to be opened.
type prepared struct {
	intent id.ID
	kinds  []ledger.Kind
	whom   string // the other side, as wallet.AskedLately has it
	amount int64
	opens  ledger.Companion
	answer intake.Answer // says what it is, and how it is confirmed
}

// money asks for what moves money. Again is whether the person knows that it may be the same once more.
func (c *Commands) money(ctx context.Context, w writer, asked Command, again bool) (intake.Answer, error) {
	switch asked := asked.(type) {
	case Send:
		return c.send(ctx, w, asked, again)
	case Withdraw:
		return c.withdraw(ctx, w, asked, again)
	case Deposit:
		return c.deposit(ctx, w, asked, again)
	}
	return intake.Answer{}, fault.New(fault.BadChoice)
}

// send asks to send money.
func (c *Commands) send(ctx context.Context, w writer, s Send, again bool) (intake.Answer, error) {
	q, opens, err := c.wallet.PrepareSend(ctx, wallet.SendRequest{From: w.phone, To: s.To, Amount: s.Amount, Origin: wallet.Origin{Gateway: wallet.ByText}})
	if err != nil {
		return intake.Answer{}, err
	}
	key := "sms.send.ask"
	if q.Unchecked {
		key = "sms.send.ask.unchecked"
	}
	code, keeps, err := c.wallet.OfferCode(ctx, w.holder, q.Intent, q.Total)
	if err != nil {
		return intake.Answer{}, err
	}
	life := intent.Life
	if code != "" {
		key, life = "sms.send.code", reply.Life
	}
	answer := c.say(w, key, c.wallet.Money("amount", q.Amount), i18n.Text("name", q.Name), i18n.Text("phone", q.To.Plain()),
		c.wallet.Bare("fee", q.Fee), i18n.Text("menu", c.wallet.TextedMenu()), c.until(life), i18n.Text("code", code))
	if code != "" {
		answer.Kind, answer.With = outbox.Code, append(answer.With, keeps)
	}
	return c.ask(ctx, w, again, s, prepared{q.Intent, []ledger.Kind{ledger.Send}, string(q.To), q.Amount, opens, answer})
}

// confirm moves the money of a small payment by the code that was sent for it. The answer is the receipt.
func (c *Commands) confirm(ctx context.Context, w writer, x Confirm) (intake.Answer, error) {
	return intake.Answer{}, c.wallet.SendByCode(ctx, w.phone, x.Code)
}

// withdraw asks for cash at a shop. The customer stands there: it is the operator who pays, on what Recent shows.
func (c *Commands) withdraw(ctx context.Context, w writer, x Withdraw, again bool) (intake.Answer, error) {
	code, err := network.ParseCode(x.Shop)
	if err != nil {
		return intake.Answer{}, err
	}
	q, opens, err := c.agents.PrepareCashOut(ctx, agents.CashOutRequest{From: w.phone, Shop: code, Amount: x.Amount, Origin: wallet.Origin{Gateway: wallet.ByText}})
	if err != nil {
		return intake.Answer{}, err
	}
	return c.ask(ctx, w, again, x, prepared{q.Intent, []ledger.Kind{ledger.CashOut}, q.Code, q.Amount, opens, c.say(w, "sms.withdraw.ask",
		c.wallet.Money("amount", q.Amount), i18n.Text("shop", q.Shop), c.wallet.Bare("fee", q.Fee),
		i18n.Text("menu", c.wallet.TextedMenu()), c.until(intent.Life))})
}

// deposit asks, for an operator, to put in a customer's cash.
func (c *Commands) deposit(ctx context.Context, w writer, d Deposit, again bool) (intake.Answer, error) {
	if !w.works() {
		return intake.Answer{}, fault.New(fault.NotOperator)
	}
	r := agents.CashInRequest{Operator: w.phone, To: d.To, Amount: d.Amount, Origin: wallet.Origin{Gateway: wallet.ByText}}
	if d.Code != "" {
		code, err := voucher.Parse(d.Code)
		if err != nil {
			return intake.Answer{}, err
		}
		r.Code = code
	}
	q, opens, err := c.agents.PrepareCashIn(ctx, r)
	if err != nil {
		return intake.Answer{}, err
	}
	if q.Warn != nil {
		return c.say(w, "sms.deposit.warn", i18n.Count("count", int64(q.Warn.Deposits)), c.wallet.Money("sum", q.Warn.Sum)), nil
	}
	phone := q.To.Plain()
	if d.Code != "" { // the operator knows no number, and learns none
		phone = q.To.Masked()
	}
	key := "sms.deposit.ask"
	if q.Waits {
		key = "sms.deposit.asks"
	}
	return c.ask(ctx, w, again, d, prepared{q.Intent, []ledger.Kind{ledger.CashIn, ledger.HoldTake}, q.To.Masked(), q.Amount, opens, c.say(w, key,
		c.wallet.Money("amount", q.Amount), i18n.Text("name", q.Name), i18n.Text("phone", phone),
		i18n.Text("menu", c.wallet.TextedMenu()), c.until(intent.Life))})
}

// until is until when what is asked for now waits.
func (c *Commands) until(life time.Duration) i18n.Arg {
	return i18n.Text("until", c.wallet.Market().Hour(c.wallet.Clock().Now().Add(life)))
}

// ask opens what was asked for and has its page shown. The same as a short while ago is first asked about: a text sent twice by mistake
// looks like two.
func (c *Commands) ask(ctx context.Context, w writer, again bool, asked Command, p prepared) (intake.Answer, error) {
	if !again {
		state, at, err := c.wallet.AskedLately(ctx, w.phone, p.kinds, p.whom, p.amount)
		if err != nil {
			return intake.Answer{}, err
		}
		if state != wallet.NotDone {
			return c.sameAgain(w, state, at, asked), nil
		}
	}
	p.answer.With = append(p.answer.With, p.opens)
	p.answer.Done = func() { c.parts.Ring(w.phone, p.intent) }
	return p.answer, nil
}

// sameAgain asks whether the same is meant once more.
func (c *Commands) sameAgain(w writer, state wallet.LastState, at time.Time, asked Command) intake.Answer {
	key := "sms.again.done"
	if state == wallet.StillOpen {
		key = "sms.again.waits"
	}
	a := c.say(w, key, i18n.Text("time", c.wallet.Market().Hour(at)), i18n.Text("menu", c.wallet.TextedMenu()))
	a.With = append(a.With, c.questions.ask(w.phone, c.grammar.Write(asked), c.wallet.Clock().Now().Add(questionLife)))
	return a
}
