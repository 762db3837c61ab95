package dialogue

import (
	"context"

	"senti/ussd/menu"
	"senti/wallet"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// pinPages are where the PIN is asked for of an act that was begun elsewhere: by SMS (wallet.ByText). The page shows the quote that was made
// there and goes through with that intent, so that the act is done once however often its page is shown. All that may follow, a PIN typed
// again or another amount, is as in a call.
var pinPages = map[ledger.Kind]menu.Mark{
	ledger.Send:        {Flow: send.ID, Step: "pin"},
	ledger.CashOut:     {Flow: cashOut.ID, Step: "pin"},
	ledger.VoucherSend: {Flow: sendCode.ID, Step: "pin"},
	ledger.CashIn:      {Flow: cashIn.ID, Step: "split"},
	ledger.HoldTake:    {Flow: cashIn.ID, Step: "split"}, // a deposit that the customer is asked about
}

// keptBegun is the intent of such an act, until its page has been made.
const keptBegun = "begun"

// takeBegun returns it, once: what is quoted after that is of this session.
func takeBegun(t *turn) (id.ID, bool) {
	begun, err := id.Parse(t.Kept(keptBegun))
	t.Keep(keptBegun, "")
	if err == nil {
		t.Keep(keptTexted, "1")
	}
	return begun, err == nil
}

// begunAt is the PIN page of the caller's last act, which waits for the PIN; false when it has none. Behind it is the caller's own menu.
func begunAt(home menu.Place, last wallet.Last) (menu.Place, bool) {
	page, ok := pinPages[last.Kind]
	if !ok {
		return home, false
	}
	at := home
	at.Flow, at.Step = page.Flow, page.Step
	at.Answers = map[string]string{keptBegun: last.Intent.String()}
	at.Trail = []menu.Mark{{Flow: home.Home, Step: homeStep}}
	return at, true
}

// homeStep is the first page of both menus.
const homeStep = "top"

// PushIntent begins a session that the caller has not dialled, on the PIN page of an act that was asked for by SMS; false when that is not
// the caller's last act, no longer waits, or has no such page.
func (d *Dialogues) PushIntent(ctx context.Context, c Caller, act id.ID) (Answer, bool) {
	e := &env{Dialogues: d, caller: c}
	home, err := e.home(ctx)
	if err != nil {
		return Answer{}, false
	}
	last, ok, err := d.wallet.LastAct(ctx, c.Phone)
	if err != nil || !ok || !last.WaitsByText() || last.Intent != act {
		return Answer{}, false
	}
	at, ok := begunAt(home, last)
	if !ok {
		return Answer{}, false
	}
	answer := e.start(ctx, at, nil)
	answer.Intent = id.ID{} // it is not this page's to be told of: a dial shows it as well
	return answer, !answer.Reply.End
}
