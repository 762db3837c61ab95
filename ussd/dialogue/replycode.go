package dialogue

import (
	"senti/wallet/fault"
	"senti/wallet/pin"
)

// replyCode lets a customer agree, behind the PIN, to confirm small payments by a one-time code that is answered by SMS, or end that.
var replyCode = flow{ID: "replycode", Steps: []step{
	{ID: "begin", Confirm: "Pay up to {single} by SMS, {day} a day, with a code we send you instead of the PIN?", With: sayReplyCode,
		Options: []option{{Key: "1", Text: "Yes", Go: "allow"}}},
	{ID: "end", Confirm: "You pay small sums by SMS with a code we send you instead of the PIN.",
		Options: []option{{Key: "1", Text: "End that", Go: "stop"}}},
	{ID: "allow", Secret: "Enter PIN to allow it", Take: agreeToCodes(true), Options: []option{forgotExit}},
	{ID: "stop", Secret: "Enter PIN to end it", Take: agreeToCodes(false), Options: []option{forgotExit}},
	{ID: "over", End: "{end}"}, // message replycode.on or replycode.off, as the intent keeps it
}}

// sayReplyCode goes on to its end where it was agreed to.
func sayReplyCode(t *turn) error {
	agreed, err := t.Env.wallet.AgreesToCodes(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	if agreed {
		t.Go("end")
	}
	caps := t.Env.wallet.ReplyCaps()
	t.Say("single", fault.Minor(caps.Single))
	t.Say("day", fault.Minor(caps.Day))
	return nil
}

func agreeToCodes(yes bool) take {
	return take{Faults: pinFaults, Do: withPIN(func(t *turn, p pin.PIN) error {
		end, err := t.Env.wallet.AgreeToCodes(t.Ctx, t.Env.caller.Phone, yes, p, t.Env.caller.Origin)
		if err != nil {
			return err
		}
		t.Say("end", end)
		t.Go("over")
		return nil
	})}
}

// hasReplyCodes reports whether the market lets anything be paid so.
func hasReplyCodes(t *turn) bool { return t.Env.wallet.ReplyCaps().Single > 0 }
