package dialogue

import (
	"senti/agents/deal"
	"senti/wallet/fault"
)

// recent is what happened at the till today, newest first: the one place where an operator sees that money has come. An SMS can
// be forged.
var recent = flow{ID: "recent", Says: fault.AtCounter, Texts: map[string]string{
	"in": "{time} IN {amount} {name} {state}", "out": "{time} OUT {amount} {name} {state}",
	"waiting": "waits", "done": "OK", "declined": "refused", "expired": "not answered", "cancelled": "cancelled", "returned": "returned",
	"disputed": "NOT PAID?", "claimed": "WRONG?", "reversed": "reversed", "upheld": "OK",
	"asked": "no answer yet",
}, Steps: []step{
	{ID: "list", List: "{shop} {till}", With: listRecent, PerPage: 4},
	{ID: "none", End: "Nothing was done at this till today."},
}}

// recentMost is how many deals the list has at most.
const recentMost = 20

// askStates are what became of requests, in the words of the list.
var askStates = map[deal.AskState]string{
	deal.AskOpen: "asked", deal.AskRefused: "declined", deal.AskCancelled: "cancelled", deal.AskExpired: "expired",
}

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
		state := d.State.String()
		if d.Ask != 0 {
			state = askStates[d.Ask]
		}
		t.Say("state", t.Text(state))
		t.Line(d.Way)
	}
	return nil
}
