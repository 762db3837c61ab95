package dialogue

import (
	"strconv"

	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/ledger"
)

// texted leads to what was asked for by SMS: straight on to the page of the PIN, or first to a choice if several things wait. From there
// on it is the dialogue of whoever dials the same.
var texted = flow{ID: "texted", Texts: map[string]string{"to": "{amount} to {other}", "at": "{amount} at {other}", "for": "{amount} for {other}"}, Steps: []step{
	{ID: "which", Choose: "You asked by SMS:", With: whichTexted, Options: textedPicks},
	{ID: "none", End: "Nothing waits for your PIN here. What you ask for by SMS waits 10 minutes.", With: keepEnd("none")},
}}

// textedKey is what is dialled for it, in the menu of customers and in that of operators, for good: both keep the number free.
const textedKey = wallet.TextedKey

// textedMost is how many are offered; older ones can be asked for again.
const textedMost = 4

var textedPicks = func() (out []option) {
	for i, name := range [textedMost]string{"{one}", "{two}", "{three}", "{four}"} {
		out = append(out, option{Key: strconv.Itoa(i + 1), Text: name, If: picked(i), Do: pickTexted(i)})
	}
	return out
}()

// keptTexted is set while the dialogue goes on with an intent that was asked for by SMS, until there is another price.
const keptTexted = "texted"

// whichTexted offers what waits, goes on with the only one, or leaves the row out.
func whichTexted(t *turn) error {
	all, err := t.Env.wallet.WaitingByText(t.Ctx, t.Env.caller.Phone)
	switch {
	case err != nil:
		return err
	case len(all) == 0:
		return nothingTexted(t)
	case len(all) == 1:
		return goOnTexted(t, all[0])
	}
	for i, name := range [textedMost]string{"one", "two", "three", "four"} {
		t.Keep(pickKey(i), "")
		if i < len(all) {
			t.Keep(pickKey(i), all[i].Intent.String())
			t.Say(name, textedLine(t, all[i]))
		}
	}
	return nil
}

func textedLine(t *turn, w wallet.Waiting) string {
	t.Say("amount", fault.Minor(w.Amount))
	t.Say("other", w.Whom)
	switch w.Kind {
	case ledger.Send:
		return t.Text("to")
	case ledger.CashOut:
		return t.Text("at")
	}
	return t.Text("for")
}

// nothingTexted tells what became of what was asked for, if the caller may not know it: the line may have gone dead on the page of the PIN.
func nothingTexted(t *turn) error {
	last, ok, err := t.Env.lastOutcome(t)
	if err != nil {
		return err
	}
	t.Go("none")
	if ok && last.Untold() {
		t.Start(redial.ID)
	}
	return nil
}

func pickTexted(i int) func(*turn) error {
	return func(t *turn) error {
		all, err := t.Env.wallet.WaitingByText(t.Ctx, t.Env.caller.Phone)
		if err != nil {
			return err
		}
		for _, w := range all {
			if w.Intent.String() == t.Kept(pickKey(i)) {
				return goOnTexted(t, w)
			}
		}
		return fault.New(fault.IntentExpired)
	}
}

// goOnTexted goes to the page of the PIN.
func goOnTexted(t *turn, w wallet.Waiting) error {
	page, ok := pinPages[w.Kind]
	if !ok {
		return fault.New(fault.IntentExpired)
	}
	t.Keep(keptBegun, w.Intent.String())
	t.StartAt(page.Flow, page.Step)
	return nil
}

// endTexted keeps the last page of a session whose intent is not its own, for repeated call-backs.
func endTexted(t *turn, end string) {
	if t.Kept(keptTexted) != "" {
		t.Env.wallet.KeepEnd(t.Ctx, t.Env.actor(t.Ctx), t.Env.caller.Origin, end)
	}
}
