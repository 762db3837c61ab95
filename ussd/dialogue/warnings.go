package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// warnings is what an agent may be spoken to about: what customers say who were asked, and deposits that were made although they looked like parts of one, as they looked
// then. A manager sees those at all tills of the agent. Names and sums are behind the PIN, as all that is kept of customers.
var warnings = flow{ID: "warnings", Says: fault.AtCounter, Texts: map[string]string{
	"line": "{day} {name}: {count} deposits, {sum} in all, earned {earned} more",
	"at":   "{day} {shop}, {name}: {count} deposits, {sum} in all, earned {earned} more",
	"said": "Of {answers} customers we asked, {more} say you took more than the fee",
}, Steps: []step{
	{ID: "pin", Secret: "Enter PIN to see warnings", Take: take{Do: withPIN(readWarnings), Faults: pinFaults}, Options: []option{counterForgotExit}},
	{ID: "list", List: "Warnings of 30 days", With: listWarnings, PerPage: 2},
	{ID: "none", End: "There is no warning for 30 days.", With: keepEnd("none")},
}}

// warningsMost is how many warnings the list has at most.
const warningsMost = 12

func readWarnings(t *turn, p pin.PIN) error {
	warned, err := t.Env.agents.Warnings(t.Ctx, t.Env.caller.Phone, p, warningsMost)
	t.Env.warned = warned
	return err
}

func listWarnings(t *turn) error {
	post, err := t.Env.works(t)
	if err != nil {
		return err
	}
	said, enough, err := t.Env.agents.Said(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	if len(t.Env.warned) == 0 && !enough {
		t.Go("none")
		return nil
	}
	if enough {
		t.Say("answers", said.Answers)
		t.Say("more", said.More)
		t.Line("said")
	}
	for _, w := range t.Env.warned {
		sayWarned(t, w)
		if w.Till == post.Till.ID {
			t.Line("line")
			continue
		}
		t.Line("at")
	}
	return nil
}

func sayWarned(t *turn, w agents.Warned) {
	t.Say("day", t.Env.market.DayMonth(w.At))
	t.Say("name", w.Of.Name)
	t.Say("shop", w.Place.Store.Name)
	t.Say("count", int64(w.Deposits))
	t.Say("sum", fault.Minor(w.Sum))
	sayBare(t, "earned", w.Gain)
}
