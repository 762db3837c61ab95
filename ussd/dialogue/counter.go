package dialogue

import (
	"senti/wallet/fault"
)

// counter is what an operator sees on dialling. Its numbers are fixed for good, as the main menu's are.
var counter = flow{ID: "counter", Steps: []step{
	{ID: "top", Choose: "{shop} {till}", With: sayTill, Options: []option{
		{Key: "1", Text: "Deposit", Start: "cashin"},
		{Key: "2", Text: "Withdrawal", Start: "withdraw"},
		// 3 Register customer
		{Key: "4", Text: "Recent (check here)", Start: "recent"},
		// 5 Return a withdrawal
		// 6 Float, earnings
		// 7 More
		{Key: "9", Text: "My own wallet", Start: "menu", Do: ownWallet},
	}},
}}

func sayTill(t *turn) error {
	post, err := t.Env.works(t)
	if err != nil {
		return err
	}
	t.Say("shop", post.Store.Name)
	t.Say("till", post.Till.Label)
	return nil
}

// ownWallet leads an operator without a wallet to where one is opened.
func ownWallet(t *turn) error {
	_, err := t.Env.wallet.Customer(t.Ctx, t.Env.caller.Phone)
	if fault.HasCode(err, fault.NotRegistered) {
		t.Start(first.ID)
		return nil
	}
	return err
}
