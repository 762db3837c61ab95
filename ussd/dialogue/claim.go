package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
)

// claiming is for a deposit to a wrong number: nothing is taken, what is left of it is held on both sides.
var claiming = flow{ID: "claim", Says: fault.Claiming, Texts: dealLines, Steps: []step{
	{ID: "which", Choose: "Which deposit was wrong?", With: choices((*agents.Agents).Claimable), Options: choosing},
	{ID: "pin", Secret: "{amount} to\n{name}\n{phone}\nWRONG? What is left is held, and your float too.\nEnter PIN",
		With: quoteMend((*agents.Agents).QuoteClaim), Take: take{Do: mend((*agents.Agents).Claim)}, Moves: true},
	{ID: "again", Secret: "Enter PIN again", Take: take{Do: mend((*agents.Agents).Claim), Faults: pinFaults}, Moves: true,
		Options: []option{{Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. Nothing is held.", With: keepEnd("stopped")},
	{ID: "none", End: "There is no deposit to claim. It can be done once, for {minutes} minutes after a deposit.", With: sayClaimWithin},
	{ID: "over", End: "{end}"}, // message claim.done, as the intent keeps it
}}

func sayClaimWithin(t *turn) error {
	_, within := t.Env.agents.MendWithin()
	t.Say("minutes", int64(within.Minutes()))
	return nil
}
