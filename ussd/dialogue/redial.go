package dialogue

import (
	"errors"
	"slices"

	"senti/agents/deal"
	"senti/ussd/menu"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/pin"
)

// redial tells what became of the last act, when the caller may not know it. The phone may be in anyone's hands, so there
// is no name, no amount and no balance on its pages.
var redial = flow{ID: "redial", Texts: map[string]string{
	"send":             "sending to {to}",
	"voucher_send":     "sending to {to}",
	"cash_out":         "withdrawing at {to}",
	"payout":           "withdrawal of {to}",
	"approval":         "withdrawing at {to}",
	"cash_code":        "withdrawal code",
	"cash_in":          "deposit for {to}",
	"cash_in_yes":      "deposit at {to}",
	"hold_take":        "deposit for {to}",
	"cash_back":        "deposit for {to}",
	"pay_no_cash":      "withdrawal of {to}",
	"returned":         "money back from {to}",
	"cash_out_return":  "returning cash of {to}",
	"cash_in_reversal": "wrong deposit {to}",
	"voucher_redeem":   "paying out to {to}",
	"float_move":       "float to {to}",
	"reserve":          "asking {to} for cash",
	"swap":             "swap with {to}",
	"commission":       "registering {to}",
	"notpaid":          "not paid at {to}",
	"claim":            "wrong deposit {to}",
	"receipt":          "your money",
	"once.send":        "Do not send again.",
	"once":             "Do not do it again.",
}, Steps: []step{
	{ID: "held", Choose: "{time} {what}: WAITS for the customer's yes. Keep the cash apart.", With: heldFor(deal.Waiting), Options: toldOf},
	{ID: "back", Choose: "{time} {what}: NOT DONE. No money has moved. Give the cash back.", With: cashBack, Options: toldOf},
	{ID: "unpaid", Choose: "{time} {what}: NOT DONE. No money has moved. Pay no cash.", With: isNews("pay_no_cash"), Options: toldOf},
	{ID: "lost", Choose: "{time}: an SMS about your money did not reach you.", With: isNews("receipt"), Options: toldOf},
	{ID: "done", Choose: "{time} {what}: DONE. {once}", With: lastIs(wallet.Done), Options: toldOf},
	{ID: "undone", Choose: "{time} {what}: NOT DONE. No money has moved.", With: lastIs(wallet.NotDone), Options: []option{
		{Key: "1", Text: "Continue", If: goesOn, Do: goOn, Start: "send", Go: "same"},
		{Key: "2", Text: "Menu", Do: toldHome, Start: "menu"},
	}},
	{ID: "waiting", Choose: "{time} {what}: NOT CERTAIN YET. {once} An SMS will tell you.", With: waiting, Options: []option{
		{Key: "2", Text: "Menu", Do: toAsked, Start: "menu"},
	}},
	{ID: "again", End: "The SMS is on its way to you again.", With: keepEnd("again")},
}}

var toldOf = []option{
	{Key: "1", Text: "See details (PIN)", Start: "details"},
	{Key: "2", Text: "Menu", Do: toldHome, Start: "menu"},
	{Key: "3", Text: "Send me the SMS again", If: smsLost, Do: sendAgain, Go: "again"},
}

// details shows, behind the PIN, the last page that was missed.
var details = flow{ID: "details", Steps: []step{
	{ID: "pin", Secret: "Enter PIN to see details", Take: take{Do: withPIN(readDetails), Faults: pinFaults}, Options: []option{
		{Key: "1", Text: "I forgot my PIN", If: typedWrong, Do: whoseForgot, Start: "forgot"},
	}},
	{ID: "shown", End: "{end}", With: keepDetails},
}}

// keptLast is the intent that the page is about, keptLost the SMS that was lost.
const (
	keptLast = "last"
	keptLost = "lost"
)

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
		t.Keep(keptLost, "")
		if last.MessageFailed {
			t.Keep(keptLost, last.Message.String())
		}
		t.Keep(keptTo, string(last.To))
		t.KeepNumber(keptAmount, last.Amount)
		t.Say("time", t.Env.market.Hour(last.At))
		t.Say("to", last.Whom)
		t.Say("what", t.Text(last.What))
		once := "once"
		if wasSend(t) {
			once = "once.send"
		}
		t.Say("once", t.Text(once))
		return nil
	}
}

// heldFor leaves its page out unless the last act is a deposit that had to wait for the customer, and that became of it.
func heldFor(states ...deal.State) func(*turn) error {
	return func(t *turn) error {
		last, ok, err := t.Env.lastOutcome(t)
		if err != nil {
			return err
		}
		if !ok || last.What != ledger.HoldTake.String() || last.State != wallet.Done {
			return menu.ErrSkip
		}
		d, err := t.Env.agents.Deals().Get(t.Ctx, last.Intent)
		switch {
		case fault.HasCode(err, fault.DealNotFound), err == nil && !slices.Contains(states, d.State):
			return menu.ErrSkip
		case err != nil:
			return fault.Wrap(err, fault.LookAgain)
		}
		return lastIs(wallet.Done)(t)
	}
}

// smsLost reports whether the caller did not get the SMS that the page is about.
func smsLost(t *turn) bool { return t.Kept(keptLost) != "" }

// sendAgain has that SMS sent again.
func sendAgain(t *turn) error {
	lost, err := id.Parse(t.Kept(keptLost))
	if err != nil {
		return err
	}
	if err := t.Env.wallet.Resend(t.Ctx, t.Env.caller.Phone, lost); err != nil {
		return err
	}
	return told(t)
}

// goesOn reports whether what was not done can be gone on with: a send, or what somebody still asks.
func goesOn(t *turn) bool {
	if wasSend(t) {
		return true
	}
	last, ok, err := t.Env.lastOutcome(t)
	return err == nil && ok && last.What == "approval" && t.Env.isAsked(t.Ctx)
}

func goOn(t *turn) error {
	if !wasSend(t) {
		t.Start(asked.ID)
	}
	return told(t)
}

// cashBack leaves its page out unless a deposit has come to nothing: the last act, or an earlier one.
func cashBack(t *turn) error {
	if err := isNews("cash_back")(t); !errors.Is(err, menu.ErrSkip) {
		return err
	}
	return heldFor(deal.Declined, deal.Expired, deal.Cancelled)(t)
}

// isNews leaves its page out unless that is what the caller is told.
func isNews(what string) func(*turn) error {
	return func(t *turn) error {
		last, ok, err := t.Env.lastOutcome(t)
		if err != nil || !ok || last.What != what {
			return orSkip(err)
		}
		return lastIs(last.State)(t)
	}
}

// wasSend reports whether the last act was a send to a wallet: that alone can be gone on with.
func wasSend(t *turn) bool { return t.Kept(keptTo) != "" }

// waiting is the last page there is: who asks again when it is settled, and told, comes to the menu.
func waiting(t *turn) error {
	err := lastIs(wallet.CannotTell)(t)
	if errors.Is(err, menu.ErrSkip) {
		return toAsked(t)
	}
	return err
}

// lastOutcome asks the wallet once in a turn.
func (e *env) lastOutcome(t *turn) (wallet.Last, bool, error) {
	if e.last != nil {
		return *e.last, true, nil
	}
	last, ok, err := e.agents.LastOutcome(t.Ctx, e.caller.Phone)
	if ok && err == nil {
		e.last = &last
	}
	return last, ok, err
}

// told notes that the caller has read the page; the next dial need not show it. Who asks for details has read it too, but only
// the page behind the PIN says so: it may not come to that.
func told(t *turn) error {
	if last, err := id.Parse(t.Kept(keptLast)); err == nil && !last.IsZero() {
		t.Env.wallet.EndShown(last)
	}
	toldInstead(t)
	return nil
}

// toldInstead notes that the page has said what a lost SMS would have.
func toldInstead(t *turn) {
	if lost, err := id.Parse(t.Kept(keptLost)); err == nil {
		t.Env.wallet.ToldInstead(t.Ctx, lost)
	}
}

// keepDetails keeps the page for repeated callbacks, as keepEnd does: but for a code that is on it.
func keepDetails(t *turn) error {
	last, _, err := t.Env.lastOutcome(t)
	if err == nil {
		t.Env.agents.KeepPage(t.Ctx, t.Env.actor(t.Ctx), t.Env.caller.Origin, last)
	}
	return err
}

// toldHome leads on from a page that was read.
func toldHome(t *turn) error {
	if err := told(t); err != nil {
		return err
	}
	return toAsked(t)
}

// whoseForgot leads an operator whose act it was to where the PIN for the counter is set anew.
func whoseForgot(t *turn) error {
	last, ok, err := t.Env.lastOutcome(t)
	if err != nil || !ok {
		return err
	}
	if post, err := t.Env.works(t); err == nil && post.Operator.ID == last.Actor {
		t.Start(counterForgot.ID)
	}
	return nil
}

// readDetails compares the PIN of whose act it was: one person may be a customer and work at a till.
func readDetails(t *turn, p pin.PIN) error {
	last, ok, err := t.Env.lastOutcome(t)
	if err != nil {
		return err
	}
	if err := t.Env.agents.CheckPIN(t.Ctx, t.Env.caller.Phone, last.Actor, p); err != nil {
		return err
	}
	if !ok || last.End == "" {
		return fault.New(fault.IntentExpired)
	}
	page, err := t.Env.agents.Page(t.Ctx, last)
	if err != nil {
		return err
	}
	t.Env.intent = last.Intent
	t.Say("end", page)
	toldInstead(t)
	return nil
}
