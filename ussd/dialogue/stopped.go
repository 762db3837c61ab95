package dialogue

import (
	"context"
	"errors"

	"senti/ussd/menu"
	"senti/wallet/switches"
)

// What staff have stopped for now shows in three places: as a line at the top of the menus, where there is room; above the menu again when
// it is chosen; and at the end of a conversation that was in the middle of it. The use cases are the guard; this is to say it in time.

// begins lets a customer's conversation begin unless its service is stopped.
func begins(service string) func(*turn) error {
	return func(t *turn) error {
		return t.Env.wallet.MayBegin(t.Ctx, service, t.Env.caller.Phone, t.Lang())
	}
}

// beginsAtCounter is begins for an operator.
func beginsAtCounter(service string) func(*turn) error {
	return func(t *turn) error {
		return t.Env.wallet.MayBeginAtCounter(service, t.Env.caller.Phone, t.Lang())
	}
}

// orBegins shows what there is already of a service. When there is nothing, the conversation goes on if the service is not stopped.
func orBegins(there, begins func(*turn) error) func(*turn) error {
	return func(t *turn) error {
		err := there(t)
		if errors.Is(err, menu.ErrSkip) {
			if stopped := begins(t); stopped != nil {
				return stopped
			}
		}
		return err
	}
}

// noticed puts a line about what is stopped at the top of a customer's menu, noticedAtCounter at that of an operator's.
func noticed(t *turn) {
	t.Notice(t.Env.wallet.StopNotice(t.Ctx, t.Env.caller.Phone, t.Lang(), true,
		switches.Send, switches.Withdraw, switches.Deposit))
}

func noticedAtCounter(t *turn) {
	t.Notice(t.Env.wallet.StopNotice(t.Ctx, t.Env.caller.Phone, t.Lang(), false,
		switches.Deposit, switches.Withdraw, switches.Register, switches.Float))
}

// barred is the answer to whoever calls by a gateway that is stopped. The rest of a long last page is still shown: what it tells of is done.
func (d *Dialogues) barred(ctx context.Context, c Caller, at menu.Place) (Answer, bool) {
	if at.Over || !d.wallet.Switches().Any(switches.Gateway) {
		return Answer{}, false
	}
	if at.Lang == "" {
		at.Lang = d.market.Languages[0]
		if holder, err := d.wallet.Customer(ctx, c.Phone); err == nil {
			at.Lang = holder.Language
		}
	}
	text := d.wallet.StoppedGateway(c.Origin.Gateway, c.Phone, at.Lang)
	if text == "" {
		return Answer{}, false
	}
	at.Flow, at.Step, at.Home = details.ID, "", mainMenu.ID
	place, reply := d.engine.Last(at, c.Page, text)
	return Answer{Place: place, Reply: reply}, true
}

// mayRegister accepts the terms of who opens a wallet, unless that is stopped.
func mayRegister(t *turn) error {
	if stopped := begins(switches.Register)(t); stopped != nil {
		return stopped
	}
	return acceptTerms(t)
}
