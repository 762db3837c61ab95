package dialogue

import (
	"senti/wallet"
	"senti/wallet/fault"
)

// checking tells whether a receipt is true, to anybody who has its SMS. It asks for no PIN: the page names nobody.
var checking = flow{ID: "check", Steps: []step{
	{ID: "which", Ask: "Type the receipt and its 4 digits, as in the SMS", Take: take{Do: checkReceipt, Faults: []fault.Code{fault.BadReceipt}}},
	{ID: "over", End: "{end}"}, // message check.true
}}

func checkReceipt(t *turn, typed string) error {
	receipt, code, err := wallet.ParseReceipt(typed)
	if err != nil {
		return err
	}
	end, err := t.Env.agents.CheckReceipt(t.Ctx, t.Env.caller.Phone, t.Lang(), receipt, code)
	t.Say("end", end)
	return err
}
