package dialogue

import "senti/wallet/fault"

// warnings is what an agent may be spoken to about: deposits that were made although they looked like parts of one.
var warnings = flow{ID: "warnings", Texts: map[string]string{"line": "{day} {name}: {count} deposits, {sum} in all, earned {earned} more"}, Steps: []step{
	{ID: "list", List: "Split deposits you were warned of", With: listWarnings, PerPage: 2},
	{ID: "none", End: "There was no warning about this till for 30 days.", With: keepEnd("none")},
}}

// warningsMost is how many warnings the list has at most.
const warningsMost = 12

func listWarnings(t *turn) error {
	warned, err := t.Env.agents.Warnings(t.Ctx, t.Env.caller.Phone, warningsMost)
	if err != nil {
		return err
	}
	if len(warned) == 0 {
		t.Go("none")
		return nil
	}
	for _, w := range warned {
		t.Say("day", t.Env.market.DayMonth(w.At))
		t.Say("name", w.Name)
		t.Say("count", int64(w.Deposits))
		t.Say("sum", fault.Minor(w.Sum))
		sayBare(t, "earned", w.Gain)
		t.Line("line")
	}
	return nil
}
