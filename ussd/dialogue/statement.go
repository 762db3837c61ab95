package dialogue

import "senti/wallet/pin"

// statement lists the last five payments, and the five before them on the next page.
var statement = flow{ID: "statement",
	Texts: map[string]string{
		"line": "{day} {amount} {other}", "mended": "{day} {amount} {other} {state}",
		"disputed": "not paid?", "claimed": "set aside", "returned": "returned", "reversed": "reversed",
	},
	Steps: []step{
		{ID: "pin", Secret: "Enter PIN to see your last payments", Take: take{Do: withPIN(readStatement), Faults: pinFaults}, Options: []option{forgotExit}},
		{ID: "list", List: "Last payments (with fee)", With: payments, PerPage: 5},
		{ID: "none", End: "There are no payments yet.", With: keepEnd("none")},
	},
}

// readStatement reads both pages at once: they are shown from what was read here, so that a payment that arrives meanwhile
// does not shift the lines under the reader.
func readStatement(t *turn, p pin.PIN) error {
	newest, err := t.Env.wallet.Statement(t.Ctx, t.Env.caller.Phone, p)
	if err != nil {
		return err
	}
	t.Env.lines = newest.Lines
	if newest.Next != 0 {
		before, err := t.Env.wallet.StatementMore(t.Ctx, t.Env.caller.Phone, newest.Next)
		if err != nil {
			return err
		}
		t.Env.lines = append(t.Env.lines, before.Lines...)
	}
	if len(t.Env.lines) == 0 {
		t.Go("none")
		return nil
	}
	t.Env.mended, err = t.Env.agents.Mended(t.Ctx, t.Env.caller.Phone, t.Env.lines[len(t.Env.lines)-1].At)
	return err
}

func payments(t *turn) error {
	for _, l := range t.Env.lines {
		t.Say("day", t.Env.market.DayMonth(l.At))
		t.Say("amount", signed(t, l.Amount))
		t.Say("other", l.Other)
		if state, ok := t.Env.mended[l.Posting]; ok {
			t.Say("state", t.Text(state.String()))
			t.Line("mended")
			continue
		}
		t.Line("line")
	}
	return nil
}

// signed writes what came in with a plus, what went out with a minus.
func signed(t *turn, minor int64) string {
	text := t.Env.market.Style.FormatBare(minor)
	if minor > 0 {
		return "+" + text
	}
	return text
}
