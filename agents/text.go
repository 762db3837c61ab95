package agents

import (
	"senti/wallet/i18n"
	"senti/wallet/ledger"
)

// text is what is said once an act is committed.
type text = func(*ledger.Outcome) string

// cashInEnd ends the operator's conversation.
func (a *Agents) cashInEnd(waits bool, t CashInTerms) text {
	if waits {
		return a.wallet.Afterwards(t.At.Language, "cashin.waits", t.At.Float, a.wallet.Money("amount", t.Amount), i18n.Text("name", t.To.Name))
	}
	return a.wallet.Afterwards(t.At.Language, "cashin.done", t.At.Float,
		a.wallet.Money("amount", t.Amount), i18n.Text("name", t.To.Name), a.wallet.Money("earned", t.Earned.Agent))
}

// putIn tells the customer of a cash-in.
func (a *Agents) putIn(t CashInTerms) text {
	return a.wallet.Afterwards(t.To.Language, "sms.cashin.customer", t.To.Account,
		a.wallet.Money("amount", t.Amount), i18n.Text("shop", t.At.Shop), i18n.Text("code", t.At.Code))
}

// tookIn tells the operator of it.
func (a *Agents) tookIn(t CashInTerms) text {
	return a.wallet.Afterwards(t.At.Language, "sms.cashin.operator", t.At.Float, append(a.ofCustomer(t), a.wallet.Money("earned", t.Earned.Agent))...)
}

// pleaseSay asks the customer, who answers in the menu.
func (a *Agents) pleaseSay(t CashInTerms) text {
	return a.wallet.Afterwards(t.To.Language, "sms.cashin.ask", t.To.Account, a.wallet.Money("amount", t.Amount),
		i18n.Text("shop", t.At.Shop), i18n.Text("code", t.At.Code), i18n.Text("service", a.market.ServiceCode))
}

// waits tells the operator until when the cash is to be kept apart.
func (a *Agents) waits(t CashInTerms, until string) text {
	return a.wallet.Afterwards(t.At.Language, "sms.cashin.waits", t.At.Float, append(a.ofCustomer(t), i18n.Text("until", until))...)
}

// giveBack tells the operator to return the cash, and why.
func (a *Agents) giveBack(t CashInTerms, key string) text {
	return a.wallet.Afterwards(t.At.Language, key, t.At.Float, a.ofCustomer(t)...)
}

// notAnswered tells the customer that nothing came of it.
func (a *Agents) notAnswered(t CashInTerms) text {
	return a.wallet.Afterwards(t.To.Language, "sms.cashin.unanswered", t.To.Account,
		a.wallet.Money("amount", t.Amount), i18n.Text("shop", t.At.Shop))
}

// answerEnd ends the customer's conversation about a cash-in.
func (a *Agents) answerEnd(yes bool, t CashInTerms) text {
	key := "cashin.no"
	if yes {
		key = "cashin.yes"
	}
	return a.wallet.Afterwards(t.To.Language, key, t.To.Account, a.wallet.Money("amount", t.Amount), i18n.Text("shop", t.At.Shop))
}

// ofCustomer names the customer of a cash-in to the operator.
func (a *Agents) ofCustomer(t CashInTerms) []i18n.Arg {
	return []i18n.Arg{a.wallet.Money("amount", t.Amount), i18n.Text("name", t.To.Name), i18n.Text("phone", t.To.Phone.Masked())}
}

// cashOutEnd ends the customer's conversation.
func (a *Agents) cashOutEnd(t CashOutTerms) text { return a.ofCashOut(t, "cashout.done") }

// tookOut tells the customer of a cash-out, and that the agent may take no more than the fee.
func (a *Agents) tookOut(t CashOutTerms) text { return a.ofCashOut(t, "sms.cashout.customer") }

func (a *Agents) ofCashOut(t CashOutTerms, key string) text {
	cost := "cashout.fee"
	if t.Fee() == 0 {
		cost = "cashout.free"
	}
	return a.wallet.Afterwards(t.From.Language, key, t.From.Account,
		a.wallet.Money("amount", t.Amount), i18n.Text("shop", t.At.Shop), i18n.Text("code", t.At.Code),
		i18n.Text("cost", a.texts.Say(t.From.Language, cost, a.wallet.Bare("fee", t.Fee()))))
}

// paidOut tells the operator of a cash-out.
func (a *Agents) paidOut(t CashOutTerms) text { return a.ofDrawn(t, "sms.cashout.operator") }

// payoutEnd ends the operator's conversation about one.
func (a *Agents) payoutEnd(t CashOutTerms) text { return a.ofDrawn(t, "payout.done") }

func (a *Agents) ofDrawn(t CashOutTerms, key string) text {
	return a.wallet.Afterwards(t.At.Language, key, t.At.Float, append(a.drawnBy(t), a.wallet.Money("earned", t.Earned.Agent))...)
}

// drawnBy names the customer of a cash-out to the operator.
func (a *Agents) drawnBy(t CashOutTerms) []i18n.Arg {
	return []i18n.Arg{a.wallet.Money("amount", t.Amount), i18n.Text("name", shortName(t.From.Name)), i18n.Text("phone", t.From.Phone.Masked())}
}

// askedFor tells the operator what became of a request.
func (a *Agents) askedFor(t CashOutTerms, key string) text {
	return a.wallet.Afterwards(t.At.Language, key, t.At.Float, a.drawnBy(t)...)
}

// pleaseApprove tells the customer of a request.
func (a *Agents) pleaseApprove(t CashOutTerms) text {
	return a.wallet.Afterwards(t.From.Language, "sms.ask.customer", t.From.Account, i18n.Text("shop", t.At.Shop), i18n.Text("code", t.At.Code),
		a.wallet.Money("amount", t.Amount), a.wallet.Bare("total", t.Total()), i18n.Text("service", a.market.ServiceCode))
}
