package dialogue

import "senti/wallet/fault"

// fees is the published price list. Anyone may see it, before there is a wallet too.
var fees = flow{ID: "fees",
	Texts: map[string]string{"line": "up to {most}: {fee}", "free": "up to {most}: free"},
	Steps: []step{
		{ID: "list", List: "Fee to send (tax included)", With: bands},
	},
}

// limits tells what the customer's tier may move and hold: the published rule, not what is left of it.
var limits = flow{ID: "limits", Steps: []step{
	{ID: "own", End: "You can send {single} at a time, {day} a day, {month} a month, and hold {balance}.", With: tierLimits},
}}

func bands(t *turn) error {
	table, err := t.Env.wallet.FeeTable()
	if err != nil {
		return err
	}
	for _, b := range table {
		sayBare(t, "most", b.UpTo)
		sayBare(t, "fee", b.Fee)
		if b.Fee == 0 {
			t.Line("free")
			continue
		}
		t.Line("line")
	}
	return nil
}

func tierLimits(t *turn) error {
	l, err := t.Env.wallet.Limits(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	t.Say("single", fault.Minor(l.Single))
	t.Say("day", fault.Minor(l.DayOut))
	t.Say("month", fault.Minor(l.MonthOut))
	t.Say("balance", fault.Minor(l.Balance))
	return nil
}
