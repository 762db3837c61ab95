package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
)

// returning is the operator's key to undo a withdrawal: no cash in the drawer, or the wrong shop.
var returning = flow{ID: "return", Says: fault.Returning, Texts: dealLines, Steps: []step{
	{ID: "which", Choose: "Return which withdrawal?", With: choices((*agents.Agents).Returnable), Options: choosing},
	{ID: "pin", Secret: "Return {amount}, fee {fee} to\n{name}\n{phone}\nGive NO cash.\nEnter PIN",
		With: quoteMend((*agents.Agents).QuoteReturn), Take: take{Do: mend((*agents.Agents).Return)}, Moves: true},
	{ID: "again", Secret: "Enter PIN again", Take: take{Do: mend((*agents.Agents).Return), Faults: pinFaults}, Moves: true,
		Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. Nothing was returned.", With: keepEnd("stopped")},
	{ID: "none", End: "There is nothing to return. It can be done for {minutes} minutes after a withdrawal.", With: sayReturnWithin},
	{ID: "over", End: "{end}"}, // message return.done, as the intent keeps it
}}

func sayReturnWithin(t *turn) error {
	within, _ := t.Env.agents.MendWithin()
	t.Say("minutes", int64(within.Minutes()))
	return nil
}
