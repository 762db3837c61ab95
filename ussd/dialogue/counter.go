package dialogue

import (
	"senti/wallet/customer"
	"senti/wallet/fault"
)

// counter is what an operator sees on dialling. Its numbers are fixed for good, as the main menu's are.
var counter = flow{ID: "counter", Says: fault.AtCounter, Texts: map[string]string{"earn": "You earn {earned}", "nothing": "Earns nothing"}, Steps: []step{
	{ID: "top", Choose: "{shop} {till}", With: atTill, Options: []option{
		{Key: "1", Text: "Deposit", Start: "cashin"},
		{Key: "2", Text: "Withdrawal", Start: "withdraw"},
		{Key: "3", Text: "Register customer", Start: "newcustomer"},
		{Key: "4", Text: "Recent (check here)", Start: "recent"},
		{Key: "5", Text: "Return a withdrawal", Start: "return"},
		{Key: "6", Text: "Float, earnings", Start: "float"},
		{Key: "7", Text: "More", Start: "more"},
		{Key: "9", Text: "My own wallet", Start: "menu", Do: ownWallet},
	}},
}}

// more is the rest of what an operator can do.
var more = flow{ID: "more", Says: fault.AtCounter, Steps: []step{
	{ID: "top", Choose: "More", Options: []option{
		{Key: "1", Text: "Pay a cash code", Start: "paycode"},
		{Key: "2", Text: "Wrong deposit", Start: "claim"},
		{Key: "3", Text: "Reservations", Do: fromMenu("more"), Start: "reservations"},
		{Key: "4", Text: "Open or close", Start: "tillday"},
		{Key: "5", Text: "End of day", Start: "dayend"},
		{Key: "6", Text: "Warnings", Start: "warnings"},
		{Key: "7", Text: "Work PIN", Start: "counterpin"},
		{Key: "8", Text: "Customer forgot PIN", Start: "resetcustomer"},
		{Key: "9", Text: "Customer has new SIM", Start: "simcheck"},
	}},
}}

// atTill says which till it is, to an operator who can work there.
func atTill(t *turn) error {
	if err := mayWork(t); err != nil {
		return err
	}
	noticedAtCounter(t)
	return sayTill(t)
}

func sayTill(t *turn) error {
	post, err := t.Env.works(t)
	if err != nil {
		return err
	}
	t.Say("shop", post.Store.Name)
	t.Say("till", post.Till.Label)
	return nil
}

// ownWallet leads an operator without a wallet to where one is opened, and one whose own wallet sleeps to where it is woken.
func ownWallet(t *turn) error {
	c, err := t.Env.wallet.Customer(t.Ctx, t.Env.caller.Phone)
	switch {
	case fault.HasCode(err, fault.NotRegistered):
		t.Start(first.ID)
		return nil
	case err == nil && c.Status == customer.Dormant:
		t.Start(asleep.ID)
	case err == nil && swapped(c):
		t.Start(simChanged.ID)
	}
	return err
}
