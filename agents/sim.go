package agents

import (
	"context"
	"slices"
	"time"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/outbox"
	"senti/wallet/pin"
)

// Another SIM with an operator's number is another person at the till's float, as far as anybody knows. So the operator is stopped
// (network.Swapped) until a manager of the same agent, who sees who stands there, or staff say that it is still he; and the managers hear
// of it. The same person's wallet is stopped as any other (wallet.SeenSIM).

// SeenSIM notes with which SIM a phone calls: its owner's wallet's, and the operator's. Nothing is read that a dial does not read.
func (a *Agents) SeenSIM(ctx context.Context, phone msisdn.Number, seen wallet.SIM) error {
	if err := a.wallet.SeenSIM(ctx, phone, seen); err != nil {
		return err
	}
	post, err := a.Post(ctx, phone)
	switch {
	case fault.HasCode(err, fault.NotOperator):
		return nil
	case err != nil:
		return err
	}
	o, now := post.Operator, a.now()
	moved := !seen.Moved.IsZero() && !seen.Moved.After(now) && o.SwapIsNews(seen.Moved)
	other := !seen.Card.IsZero() && [16]byte(seen.Card) != o.SIM
	var with []ledger.Companion
	switch {
	case moved:
		with, err = a.swapped(ctx, post, seen.Card, seen.Moved, audit.System)
	case o.SIMIsNews(seen.Card):
		with, err = a.swapped(ctx, post, seen.Card, now, audit.System)
	case other:
		with = []ledger.Companion{a.places.KeepSIM(o, seen.Card)}
	}
	if err != nil || len(with) == 0 {
		return err
	}
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: with})
	a.posts.Forget(phone)
	if fault.HasCode(err, fault.Conflict) { // it is known already
		return nil
	}
	if err == nil {
		a.wallet.Wake()
	}
	return err
}

// swapped is what stops an operator whose number another SIM has since at, and what tells the managers of the agent. By is the actor of the
// audit record.
func (a *Agents) swapped(ctx context.Context, post network.Post, card [16]byte, at time.Time, by string) ([]ledger.Companion, error) {
	with := append(a.audit.Add(act(by, "operator.sim_changed", "operator", post.Operator.ID, struct{}{})),
		a.places.SwapOperator(post.Operator.ID, card, at))
	managers, err := a.places.Managers(ctx, post.Agent.ID)
	if err != nil {
		return nil, err
	}
	managers = slices.DeleteFunc(managers, func(m network.Operator) bool { return m.ID == post.Operator.ID })
	for _, m := range managers[:min(len(managers), managersTold)] {
		said := a.texts.Say(m.Language, "sms.sim.operator", i18n.Text("name", post.Operator.Name), i18n.Text("shop", a.shop(post.Place)),
			i18n.Text("menu", a.HelpMenu()))
		with = append(with, a.wallet.Messages().Add(outbox.Notice, a.wallet.IDs().New(), m.Phone, func(*ledger.Outcome) string { return said }))
	}
	return with, nil
}

// HelpMenu is how a manager dials the page that helps a colleague: "*384*7*7*3#". The menu's numbers are fixed for good.
func (a *Agents) HelpMenu() string { return a.ForgotMenu()[:len(a.ForgotMenu())-len("2#")] + "3#" }

// Swapped reports whether the phone is that of an operator who is stopped for another SIM.
func (a *Agents) Swapped(ctx context.Context, phone msisdn.Number) (bool, error) {
	post, err := a.Post(ctx, phone)
	if fault.HasCode(err, fault.NotOperator) {
		return false, nil
	}
	return post.Operator.Status == network.Swapped, err
}

// ConfirmSIM lets a manager with his own PIN say that a colleague of the same agent, who is stopped for another SIM, is still he. It returns
// the text the manager's conversation ends with. Faults: not_operator, operator_suspended, not_manager, not_colleague, sim_known,
// wrong_pin (left), operator_pin_locked, no_pin.
func (a *Agents) ConfirmSIM(ctx context.Context, r HelpRequest, typed pin.PIN) (end string, err error) {
	manager, stopped, err := a.colleagues(ctx, r.Manager, r.Colleague)
	if err != nil {
		return "", err
	}
	by := audit.Operator(manager.Operator.ID)
	end = a.texts.Say(manager.Operator.Language, "counter.sim.confirmed", i18n.Text("name", stopped.Operator.Name))
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: slices.Concat([]ledger.Companion{
		a.wallet.PINs().Check(wallet.OperatorPIN(manager.Operator.ID), typed),
		a.places.Manages(manager.Operator.ID, stopped.Agent.ID),
	}, a.confirmed(stopped, by, ""), a.wallet.Noted(actor(manager), manager.Operator.Language, r.Origin, end))})
	a.posts.Forget(r.Colleague)
	if err != nil {
		return "", err
	}
	a.wallet.Wake()
	return end, nil
}

// ConfirmSIMByStaff is ConfirmSIM by staff. Faults: not_operator, sim_known.
func (a *Agents) ConfirmSIMByStaff(ctx context.Context, by string, phone msisdn.Number, why string, with ...ledger.Companion) error {
	post, err := a.places.ByPhone(ctx, phone)
	if err != nil {
		return err
	}
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: append(with, a.confirmed(post, by, why)...)})
	a.posts.Forget(phone)
	if err == nil {
		a.wallet.Wake()
	}
	return err
}

// confirmed lets an operator work again, and tells him.
func (a *Agents) confirmed(post network.Post, by, why string) []ledger.Companion {
	return append(a.audit.Add(act(by, "operator.sim_confirm", "operator", post.Operator.ID, reason{why})),
		a.places.ConfirmSIM(post.Operator.ID, a.now()),
		a.tellPIN(post, post.Operator, "sms.sim.confirmed"))
}

// CheckID lets money leave a customer's wallet again, once the ID was seen. It returns the text that the operator's conversation ends with.
//
// Faults: not_operator, operator_suspended, wrong_pin (left), pin_locked, not_registered, sim_known, customer_to_office,
// wrong_id_number (left), counter_proof_locked.
func (a *Agents) CheckID(ctx context.Context, r ResetRequest) (end string, err error) {
	return a.documentShown(ctx, r, "counter.sim.checked", a.wallet.CheckID)
}
