package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
)

// notPaid is for a customer whose cash was not paid: the sum is frozen at the shop.
var notPaid = flow{ID: "notpaid", Says: fault.NotPaid, Texts: dealLines, Steps: []step{
	{ID: "which", Choose: "What was not paid?", With: choices((*agents.Agents).Unpaid), Options: choosing},
	{ID: "pin", Secret: "{amount} at\n{shop}\nNOT paid to you? We freeze it there.\nEnter PIN",
		With: quoteMend((*agents.Agents).QuoteNotPaid), Take: take{Do: mend((*agents.Agents).NotPaid)}, Moves: true},
	{ID: "again", Secret: "Enter PIN again", Take: take{Do: mend((*agents.Agents).NotPaid), Faults: pinFaults}, Moves: true,
		Options: []option{forgotExit, {Key: "0", Text: "Stop", Go: "stopped"}}},
	{ID: "stopped", End: "You stopped. Nothing is frozen.", With: keepEnd("stopped")},
	{ID: "none", End: "There is no withdrawal of today that you can say this of.", With: keepEnd("none")},
	{ID: "over", End: "{end}"}, // message notpaid.done, as the intent keeps it
}}
