package dialogue

import (
	"senti/wallet/fault"
)

// recent is what happened at the till today, newest first: the one place where an operator sees that money has come. An SMS can
// be forged.
var recent = flow{ID: "recent", Texts: map[string]string{
	"in": "{time} IN {amount} {name} {state}", "out": "{time} OUT {amount} {name} {state}",
	"waiting": "waits", "done": "OK", "declined": "refused", "expired": "not answered", "cancelled": "cancelled", "returned": "returned",
	"disputed": "NOT PAID?", "claimed": "WRONG?", "reversed": "reversed", "upheld": "OK",
}, Steps: []step{
	{ID: "list", List: "{shop} {till}", With: listRecent, PerPage: 4},
	{ID: "none", End: "Nothing was done at this till today."},
}}

// recentMost is how many deals the list has at most.
const recentMost = 20

func listRecent(t *turn) error {
	if err := sayTill(t); err != nil {
		return err
	}
	deals, err := t.Env.agents.Recent(t.Ctx, t.Env.caller.Phone, recentMost)
	if err != nil {
		return err
	}
	if len(deals) == 0 {
		t.Go("none")
		return nil
	}
	for _, d := range deals {
		t.Say("time", t.Env.market.Hour(d.AskedAt))
		t.Say("amount", fault.Minor(d.Amount))
		t.Say("name", d.Name)
		t.Say("state", t.Text(d.State.String()))
		t.Line(d.Way)
	}
	return nil
}
