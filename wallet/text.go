package wallet

import (
	"strings"

	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
)

// Explain returns an error's text for the person it happened to. What is not a fault is said to be internal.
func (w *Wallet) Explain(language string, err error) string {
	return w.explain(language, fault.General, err)
}

// explain is Explain in those words.
func (w *Wallet) explain(language string, in fault.Words, err error) string {
	e := fault.As(err)
	if e == nil {
		e = fault.New(fault.Internal)
	}
	return w.texts.FaultText(language, w.market.Style, in, e)
}

// The marks that stand in a text for what only the commit knows. No name or text holds such a character: it is not GSM-7.
const (
	balanceMark = "\x01"
	receiptMark = "\x02"
	whenMark    = "\x03"
	checkedMark = "\x04"
)

const marks = balanceMark + receiptMark + whenMark + checkedMark

// afterwards returns the function that says a text once the money has moved, with the balance of the account, the receipt and
// the time in it; in an SMS the receipt with its check code (check.go). All other work is done here and now, as the function runs inside the ledger's batch.
func (w *Wallet) afterwards(language, key string, account int64, args ...i18n.Arg) func(*ledger.Outcome) string {
	receipt := receiptMark
	if strings.HasPrefix(key, "sms.") {
		receipt = checkedMark
	}
	text := w.texts.Say(language, key, append(args,
		i18n.Text("balance", balanceMark), i18n.Text("receipt", receipt), i18n.Text("when", whenMark))...)
	return func(o *ledger.Outcome) string { return w.fill(text, account, o) }
}

func (w *Wallet) fill(text string, account int64, o *ledger.Outcome) string {
	var b strings.Builder
	b.Grow(len(text) + 40)
	for {
		i := strings.IndexAny(text, marks)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		switch text[i : i+1] {
		case balanceMark:
			balance, _ := o.Balance(account)
			b.WriteString(w.market.Style.Format(balance))
		case receiptMark:
			b.WriteString(o.Receipt)
		case checkedMark:
			b.WriteString(o.Receipt + "-" + w.checkCode(o, account))
		case whenMark:
			b.WriteString(w.market.Date(o.At))
		}
		text = text[i+1:]
	}
}

// ended returns the function that says how a conversation ends: as done says when the plan was accepted, with the fault when
// it was refused for good, in those words, and with nothing when the person may go on.
func (w *Wallet) ended(language string, in fault.Words, done func(*ledger.Outcome) string) func(*ledger.Outcome) string {
	return func(o *ledger.Outcome) string {
		switch {
		case o.Accepted:
			return done(o)
		case o.Refusal.Code.Spec().ReAsk && !NothingLeft(o.Refusal):
			return ""
		}
		return w.explain(language, in, o.Refusal)
	}
}

// NothingLeft reports whether a limit is used up: then there is no smaller amount to ask for.
func NothingLeft(f *fault.Error) bool {
	switch f.Code {
	case fault.LimitDay, fault.LimitMonth:
		return f.Int("left") <= 0
	}
	return false
}

// money writes an amount with its currency, bare without.
func (w *Wallet) money(name string, minor int64) i18n.Arg {
	return i18n.Text(name, w.market.Style.Format(minor))
}

func (w *Wallet) bare(name string, minor int64) i18n.Arg {
	return i18n.Text(name, w.market.Style.FormatBare(minor))
}
