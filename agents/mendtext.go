package agents

import (
	"slices"

	"senti/wallet/i18n"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// returnEnd ends the operator's conversation.
func (a *Agents) returnEnd(t MendTerms) text {
	return a.wallet.Afterwards(t.At.Language, "return.done", t.At.Float, a.ofMend(t)...)
}

// returned tells the customer that a withdrawal is undone.
func (a *Agents) returned(t MendTerms) text {
	return a.wallet.Afterwards(t.Party.Language, "sms.return.customer", t.Party.Account, a.ofMend(t)...)
}

// gaveBack tells the operator of it.
func (a *Agents) gaveBack(t MendTerms) text {
	return a.wallet.Afterwards(t.At.Language, "sms.return.operator", t.At.Float, a.ofMend(t)...)
}

// notPaidEnd ends the customer's conversation about cash that was not paid.
func (a *Agents) notPaidEnd(t MendTerms) text {
	return a.frozen(t.Party.Language, "notpaid.done", floatHold(t.Deal), a.ofMend(t))
}

// saidNotPaid confirms it to the customer.
func (a *Agents) saidNotPaid(t MendTerms, hold id.ID) text {
	return a.frozen(t.Party.Language, "sms.notpaid.customer", hold, a.ofMend(t))
}

// toldNotPaid tells an operator of the till.
func (a *Agents) toldNotPaid(language string, t MendTerms) text {
	return a.frozen(language, "sms.notpaid.operator", floatHold(t.Deal), a.ofMend(t))
}

// claimEnd ends the operator's conversation about a wrong deposit.
func (a *Agents) claimEnd(t MendTerms) text {
	return a.frozen(t.At.Language, "claim.done", walletHold(t.Deal), a.ofMend(t))
}

// claimed tells the customer in plain words what is held, that nothing is taken, and how to answer.
func (a *Agents) claimed(t MendTerms) text {
	return a.frozen(t.Party.Language, "sms.claim.customer", walletHold(t.Deal), a.ofMend(t))
}

// hasClaimed confirms it to the operator.
func (a *Agents) hasClaimed(t MendTerms) text {
	return a.frozen(t.At.Language, "sms.claim.operator", walletHold(t.Deal), a.ofMend(t))
}

// giveBackEnd ends the customer's conversation about a wrong deposit that was not theirs.
func (a *Agents) giveBackEnd(t MendTerms) text {
	return a.wallet.Afterwards(t.Party.Language, "giveback.done", t.Party.Account, a.ofHeld(t)...)
}

// hasGivenBack confirms it to the customer.
func (a *Agents) hasGivenBack(t MendTerms) text {
	return a.wallet.Afterwards(t.Party.Language, "sms.giveback.customer", t.Party.Account, a.ofHeld(t)...)
}

// gotBack tells an operator of the till.
func (a *Agents) gotBack(language string, t MendTerms) text {
	return a.wallet.Afterwards(language, "sms.giveback.operator", t.At.Float, a.ofHeld(t)...)
}

// keptEnd ends the customer's conversation about a deposit that is the customer's own.
func (a *Agents) keptEnd(t MendTerms) string {
	return a.texts.Say(t.Party.Language, "giveback.no", a.ofMend(t)...)
}

// hasKept tells an operator of the till.
func (a *Agents) hasKept(language string, t MendTerms) text {
	return a.wallet.Afterwards(language, "sms.giveback.no", t.At.Float, a.ofMend(t)...)
}

// decided tells the customer what staff have decided; more are the values of a text with others.
func (a *Agents) decided(t MendTerms, word string) text {
	return a.wallet.Afterwards(t.Party.Language, "sms.decided."+word+".customer", t.Party.Account, a.ofHeld(t)...)
}

// wasDecided tells an operator of the till.
func (a *Agents) wasDecided(language string, t MendTerms, word string) text {
	return a.wallet.Afterwards(language, "sms.decided."+word+".operator", t.At.Float, a.ofHeld(t)...)
}

// ofMend are the values of the texts about a deal that is mended.
func (a *Agents) ofMend(t MendTerms) []i18n.Arg {
	return []i18n.Arg{
		a.wallet.Money("amount", t.Amount), a.wallet.Bare("fee", t.Fee), a.wallet.Money("earned", t.Earned),
		i18n.Text("name", t.Party.Name), i18n.Text("phone", t.Party.Phone.Masked()),
		i18n.Text("shop", t.At.Shop), i18n.Text("code", t.At.Code), i18n.Text("service", a.market.ServiceCode),
	}
}

// ofHeld adds how much of the amount the case is about.
func (a *Agents) ofHeld(t MendTerms) []i18n.Arg {
	return append(a.ofMend(t), a.wallet.Money("held", t.Held))
}

// frozen says a text with how much the posting has frozen for a hold, which only the commit knows. Such postings are rare, so the text
// is made inside the ledger's batch.
func (a *Agents) frozen(language, key string, hold id.ID, args []i18n.Arg) text {
	return func(o *ledger.Outcome) string {
		return a.texts.Say(language, key, append(slices.Clip(args),
			a.wallet.Money("held", o.Taken(hold)), i18n.Text("when", a.market.Date(o.At)))...)
	}
}
