package command

import (
	"slices"
	"strings"

	"senti/sms/intake"
	"senti/wallet/fault"
	"senti/wallet/i18n"
)

// taught are the commands that help tells of, each with a text of its own.
var taught = []string{"SEND", "WITHDRAW", "DEPOSIT", "CASH", "FEES", "CHECK", "LANG", "STOP"}

// help tells what can be written; about a command, what it does.
func (c *Commands) help(w writer, h Help) intake.Answer {
	switch {
	case slices.Contains(taught, h.About):
		return c.say(w, "sms.help."+strings.ToLower(h.About), i18n.Text("example", c.example(w, h.About)))
	case w.works() && w.hasWallet():
		return c.say(w, "sms.help.both")
	case w.works():
		return c.say(w, "sms.help.counter")
	}
	return c.say(w, "sms.help")
}

// lacks says how a command is written that lacks something.
func (c *Commands) lacks(w writer, keyword string) intake.Answer {
	switch keyword {
	case "PAY", "BILL", "AIRTIME", "REQ":
		return c.notYet(w, keyword)
	}
	return c.say(w, "sms.lacks", i18n.Text("example", c.example(w, keyword)))
}

// notYet answers for a service that Senti does not have yet.
func (c *Commands) notYet(w writer, keyword string) intake.Answer {
	return c.say(w, "sms.notyet."+strings.ToLower(keyword), i18n.Text("example", c.example(w, "SEND")))
}

// quiet stops the messages that are not about money, or has them come again.
func (c *Commands) quiet(w writer, stop bool) intake.Answer {
	key, back := "sms.stop.done", "START"
	if !stop {
		key, back = "sms.start.done", "STOP"
	}
	a := c.say(w, key, i18n.Text("example", c.example(w, back)))
	a.With = append(a.With, c.wallet.Customers().Quiet(w.holder.ID, stop))
	return a
}

// speak changes the language of all that Senti says to this phone. The answer is in the new one, as its proof.
func (c *Commands) speak(w writer, l Language) intake.Answer {
	if l.Code == "" {
		var names []string
		for _, code := range c.wallet.Market().Languages {
			names = append(names, strings.ToUpper(code)+" "+c.wallet.Market().NativeName(code))
		}
		return c.say(w, "sms.lang.which", i18n.Text("names", strings.Join(names, ", ")), i18n.Text("example", c.example(w, "LANG")))
	}
	was := w
	w.language = l.Code
	answer := c.say(w, "sms.lang.done", i18n.Text("language", c.wallet.Market().NativeName(l.Code)))
	if w.hasWallet() {
		answer.With = append(answer.With, c.wallet.Speaks(w.phone, l.Code))
	}
	if w.works() {
		answer.With = append(answer.With, c.agents.Speaks(w.post.Operator.ID, l.Code))
	}
	answer.Refused = func(f *fault.Error) string { return c.wallet.Explain(was.language, f) }
	answer.Done = func() {
		c.wallet.Reread(w.phone)
		c.agents.Reread(w.phone)
	}
	return answer
}
