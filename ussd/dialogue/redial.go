package dialogue

import (
	"errors"

	"senti/ussd/menu"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/pin"
)

// redial tells what became of the last act, when the caller may not know it. The phone may be in anyone's hands, so there
// is no name, no amount and no balance on its pages.
var redial = flow{ID: "redial", Texts: map[string]string{
	"send":             "sending to {to}",
	"voucher_send":     "sending to {to}",
	"cash_out":         "withdrawing at {to}",
	"cash_in":          "deposit for {to}",
	"hold_take":        "deposit for {to}",
	"cash_out_return":  "returning cash of {to}",
	"cash_in_reversal": "wrong deposit {to}",
	"voucher_redeem":   "paying out to {to}",
	"float_move":       "float to {to}",
	"reserve":          "cash at {to}",
	"commission":       "registering {to}",
	"notpaid":          "not paid at {to}",
	"claim":            "wrong deposit {to}",
	"once.send":        "Do not send again.",
	"once":             "Do not do it again.",
}, Steps: []step{
	{ID: "done", Choose: "{time} {what}: DONE. {once}", With: lastIs(wallet.Done), Options: []option{
		{Key: "1", Text: "See details (PIN)", Start: "details"},
		{Key: "2", Text: "Menu", Do: told, Start: "menu"},
	}},
	{ID: "undone", Choose: "{time} {what}: NOT DONE. No money has moved.", With: lastIs(wallet.NotDone), Options: []option{
		{Key: "1", Text: "Continue", If: wasSend, Do: told, Start: "send", Go: "same"},
		{Key: "2", Text: "Menu", Do: told, Start: "menu"},
	}},
	{ID: "waiting", Choose: "{time} {what}: NOT CERTAIN YET. {once} An SMS will tell you.", With: waiting, Options: []option{
		{Key: "2", Text: "Menu", Start: "menu"},
	}},
}}

// details shows, behind the PIN, the last page that was missed.
var details = flow{ID: "details", Steps: []step{
	{ID: "pin", Secret: "Enter PIN to see details", Take: take{Do: withPIN(readDetails), Faults: pinFaults}, Options: []option{forgotExit}},
	{ID: "shown", End: "{end}", With: keepEnd("shown")},
}}

// keptLast is the intent that the page is about.
const keptLast = "last"

// lastIs leaves its page out unless that is the state of the caller's last payment.
func lastIs(state wallet.LastState) func(*turn) error {
	return func(t *turn) error {
		last, ok, err := t.Env.lastOutcome(t)
		if err != nil {
			return err
		}
		if !ok || last.State != state {
			return menu.ErrSkip
		}
		t.Keep(keptLast, last.Intent.String())
		t.Keep(keptTo, string(last.To))
		t.KeepNumber(keptAmount, last.Amount)
		t.Say("time", t.Env.market.Hour(last.At))
		t.Say("to", last.Whom)
		t.Say("what", t.Text(last.Kind.String()))
		once := "once"
		if wasSend(t) {
			once = "once.send"
		}
		t.Say("once", t.Text(once))
		return nil
	}
}

// wasSend reports whether the last act was a send to a wallet: that alone can be gone on with.
func wasSend(t *turn) bool { return t.Kept(keptTo) != "" }

// waiting is the last page there is: who asks again when it is settled, and told, comes to the menu.
func waiting(t *turn) error {
	err := lastIs(wallet.CannotTell)(t)
	if errors.Is(err, menu.ErrSkip) {
		t.Start(mainMenu.ID)
		return nil
	}
	return err
}

// lastOutcome asks the wallet once in a turn.
func (e *env) lastOutcome(t *turn) (wallet.Last, bool, error) {
	if e.last != nil {
		return *e.last, true, nil
	}
	last, ok, err := e.wallet.LastOutcome(t.Ctx, e.caller.Phone)
	if ok && err == nil {
		e.last = &last
	}
	return last, ok, err
}

// told notes that the caller has read the page; the next dial need not show it. Who asks for details has read it too, but only
// the page behind the PIN says so: it may not come to that.
func told(t *turn) error {
	if last, err := id.Parse(t.Kept(keptLast)); err == nil {
		t.Env.wallet.EndShown(last)
	}
	return nil
}

func readDetails(t *turn, p pin.PIN) error {
	if _, err := t.Env.wallet.CheckPIN(t.Ctx, t.Env.caller.Phone, p); err != nil {
		return err
	}
	last, ok, err := t.Env.lastOutcome(t)
	if err != nil {
		return err
	}
	if !ok || last.End == "" {
		return fault.New(fault.IntentExpired)
	}
	t.Env.intent = last.Intent
	t.Say("end", last.End)
	return nil
}
