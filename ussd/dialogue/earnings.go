package dialogue

import (
	"senti/agents"
	"senti/wallet/fault"
	"senti/wallet/ledger"
	"senti/wallet/pin"
)

// earnings is what the till has earned, at once and deal by deal; one that was undone is there a second time, with a minus. What the agent
// is owed is for its managers.
var earnings = flow{ID: "earnings", Says: fault.AtCounter, Texts: map[string]string{
	"in": "{day} {time} IN {amount} {earned}", "out": "{day} {time} OUT {amount} {earned}",
	"voucher": "{day} {time} CODE {amount} {earned}", "customer": "{day} {time} CUSTOMER {earned}",
	"owed": "\nTo be paid out {amount}",
}, Steps: []step{
	{ID: "pin", Secret: "Enter PIN to see what you earn", Take: take{Do: withPIN(readEarnings), Faults: pinFaults}, Options: []option{counterForgotExit}},
	{ID: "list", List: "Today {today}\nThis month {month}{owed}", PerPage: 4, With: listEarnings},
}}

// earningsMost is how many deals the list is made of at most.
const earningsMost = 24

func readEarnings(t *turn, p pin.PIN) error {
	e, err := t.Env.agents.Earnings(t.Ctx, t.Env.caller.Phone, p, earningsMost)
	t.Env.earned = e
	return err
}

// ways are the words for what earned, by its kind.
var ways = map[ledger.Kind]string{
	ledger.CashIn: "in", ledger.CashOut: "out", ledger.VoucherRedeem: "voucher", ledger.Commission: "customer",
}

func listEarnings(t *turn) error {
	e := t.Env.earned
	owed := ""
	if e.Manager {
		t.Say("amount", fault.Minor(e.Owed))
		owed = t.Text("owed")
	}
	for _, l := range e.Items {
		sayEarning(t, l)
	}
	t.Say("today", fault.Minor(e.Today))
	t.Say("month", fault.Minor(e.Month))
	t.Say("owed", owed)
	return nil
}

func sayEarning(t *turn, l agents.Earning) {
	t.Say("day", t.Env.market.DayMonth(l.At))
	t.Say("time", t.Env.market.Hour(l.At))
	sayBare(t, "amount", l.Amount)
	t.Say("earned", signed(t, l.Earned))
	t.Line(ways[l.Kind])
}
