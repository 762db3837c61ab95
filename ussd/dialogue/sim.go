package dialogue

import (
	"senti/agents"
	"senti/wallet/customer"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
)

// simChanged is the one page that tells a customer whose number another SIM has what to do: on dialling, and instead of whatever would
// take money out or set a new PIN. It comes before any PIN, as the phone may be a thief's, and says nothing of the wallet.
var simChanged = flow{ID: "simchanged", For: fault.SIMChanged, Steps: []step{
	{ID: "top", Choose: "No money can leave: your SIM was changed. Show your ID at any Senti shop and it can.", Options: []option{
		{Key: "1", Text: "Find a shop", Start: "find"},
		{Key: "2", Text: "Menu", Start: "menu"},
	}},
}}

// counterSwapped is what an operator sees whose number another SIM has.
var counterSwapped = flow{ID: "counterswapped", Says: fault.AtCounter, Steps: []step{
	{ID: "top", Choose: "Your SIM was changed, so you cannot work. Your manager, or Senti, can say it is you.", Options: []option{
		{Key: "9", Text: "My own wallet", Start: "menu", Do: ownWallet},
	}},
}}

// simCheck is how an operator helps a customer whose number another SIM has, and who shows the ID at the counter.
var simCheck = flow{ID: "simcheck", Says: fault.AtCounter, Steps: []step{
	{ID: "phone", Ask: "Customer's phone number", Take: take{Do: takeNewPhone, Faults: []fault.Code{fault.BadNumber, fault.NotRegistered}}},
	{ID: "id", Ask: "Look at the {document}. Type its number", With: theirDocument,
		Take: take{Do: takeHolderID, Faults: []fault.Code{fault.BadIDNumber, fault.WrongIDNumber}}},
	{ID: "pin", Secret: "Is it the owner of {phone}?\nYour PIN for yes", With: sayPhone, Take: take{Do: checkID, Faults: pinFaults}, Moves: true},
	{ID: "over", End: "{end}"}, // message counter.sim.checked
}}

// simConfirm is how a manager says that a colleague with another SIM is still he.
var simConfirm = flow{ID: "simconfirm", Says: fault.AtCounter, Steps: []step{
	{ID: "pin", Secret: "Do you see {name} there?\nYour PIN for yes", With: sayColleague,
		Take: take{Do: confirmSIM, Faults: pinFaults}},
	{ID: "done", End: "{end}"}, // message counter.sim.confirmed, as the intent keeps it
}}

func checkID(t *turn, typed string) error { return documentShown(t, typed, t.Env.agents.CheckID) }

func confirmSIM(t *turn, typed string) error {
	p, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	end, err := t.Env.agents.ConfirmSIM(t.Ctx, agents.HelpRequest{
		Manager: t.Env.caller.Phone, Colleague: msisdn.Number(t.Kept(keptTo)), Origin: t.Env.caller.Origin,
	}, p)
	if err != nil {
		return refusedPIN(t, err)
	}
	t.Say("end", end)
	return nil
}

// swapped reports whether another SIM has the customer's number, so that the page that says what to do comes first.
func swapped(c customer.Customer) bool { return !c.SIMChanged.IsZero() }
