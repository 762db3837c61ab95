package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
)

// givingBack is the customer's yes to a shop that paid in to the wrong number. Money leaves, so it takes the PIN.
var givingBack = flow{ID: "giveback", Says: fault.GivingBack, Steps: []step{
	{ID: "pin", Secret: "Give back {held} to\n{shop}?\nEnter PIN",
		With: quoteMend((*agents.Agents).QuoteGiveBack), Take: take{Do: mend((*agents.Agents).GiveBack)}, Moves: true},
	{ID: "again", Secret: "Enter PIN again", Take: take{Do: mend((*agents.Agents).GiveBack), Faults: pinFaults}, Moves: true,
		Options: []option{forgotExit, {Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. Nothing was given back. It stays set aside.", With: keepEnd("stopped")},
	{ID: "over", End: "{end}"}, // message giveback.done, as the intent keeps it
}}
