package agents

import (
	"context"
	"slices"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/audit"
	"senti/wallet/fault"
	"senti/wallet/i18n"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/proof"
)

// HelpRequest is a manager's, who stands beside a colleague that is locked out.
type HelpRequest struct {
	Manager   msisdn.Number
	Colleague msisdn.Number
	Origin    wallet.Origin
}

// Colleague returns whom a manager could help: with the PIN, or, if another SIM has the number (network.Swapped), by saying that it is still
// he. Faults: not_operator, operator_suspended, not_manager, not_colleague.
func (a *Agents) Colleague(ctx context.Context, manager, colleague msisdn.Number) (network.Operator, error) {
	_, locked, err := a.colleagues(ctx, manager, colleague)
	return locked.Operator, err
}

// HelpWithPIN lets a manager with his own PIN help a colleague of the same agent: the colleague has three tries again, and gets a
// code on the own phone with which, and with the end of the ID number, a new PIN is chosen there. At most three codes a day. It
// returns the text the manager's conversation ends with.
//
// Faults: not_operator, operator_suspended, not_manager, not_colleague, wrong_pin (left), operator_pin_locked, no_pin,
// operator_codes_spent.
func (a *Agents) HelpWithPIN(ctx context.Context, r HelpRequest, typed pin.PIN) (end string, err error) {
	manager, locked, err := a.colleagues(ctx, r.Manager, r.Colleague)
	if err != nil {
		return "", err
	}
	if locked.Operator.Status != network.Active {
		return "", fault.New(fault.OperatorSuspended)
	}
	help, err := a.helpPIN(ctx, audit.Operator(manager.Operator.ID), locked, proof.Shown, "")
	if err != nil {
		return "", err
	}
	end = a.texts.Say(manager.Operator.Language, "counterpin.helped", i18n.Text("name", locked.Operator.Name))
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: slices.Concat([]ledger.Companion{
		a.wallet.PINs().Check(wallet.OperatorPIN(manager.Operator.ID), typed),
		a.places.Manages(manager.Operator.ID, locked.Agent.ID),
		a.places.Stands(locked.Operator),
	}, help, a.wallet.Noted(actor(manager), manager.Operator.Language, r.Origin, end))})
	if err != nil {
		return "", err
	}
	a.wallet.Wake()
	return end, nil
}

// UnlockOperator is HelpWithPIN by staff, however many codes were sent. Faults: not_operator, operator_suspended.
func (a *Agents) UnlockOperator(ctx context.Context, by string, phone msisdn.Number, why string, with ...ledger.Companion) error {
	post, err := a.employed(ctx, phone)
	if err != nil {
		return err
	}
	help, err := a.helpPIN(ctx, by, post, proof.Office, why)
	if err != nil {
		return err
	}
	_, err = a.ledger.Commit(ctx, &ledger.Plan{Companions: slices.Concat(with, []ledger.Companion{a.places.Stands(post.Operator)}, help)})
	if err == nil {
		a.wallet.Wake()
	}
	return err
}

// colleagues are a manager, and another operator of the same agent.
func (a *Agents) colleagues(ctx context.Context, manager, colleague msisdn.Number) (m, c network.Post, err error) {
	if m, err = a.employed(ctx, manager); err != nil {
		return m, c, err
	}
	if m.Operator.Role != network.Manager {
		return m, c, fault.New(fault.NotManager)
	}
	c, err = a.Post(ctx, colleague)
	switch {
	case fault.HasCode(err, fault.NotOperator),
		err == nil && (c.Agent.ID != m.Agent.ID || c.Operator.ID == m.Operator.ID || !helpable(c.Operator)):
		err = fault.New(fault.NotColleague)
	}
	return m, c, err
}

// helpable reports whether a manager can do anything for an operator: one who may work, or is stopped for nothing but another SIM.
func helpable(o network.Operator) bool {
	return o.Status == network.Active || o.Status == network.Swapped
}

// helpPIN gives an operator three tries again, and sends a code for a new PIN.
func (a *Agents) helpPIN(ctx context.Context, by string, locked network.Post, way proof.Way, why string) ([]ledger.Companion, error) {
	had, err := a.HasPIN(ctx, locked.Operator)
	if err != nil {
		return nil, err
	}
	text := "sms.counterpin.first"
	if had {
		text = "sms.counterpin.help"
	}
	code, err := a.pinCode(locked, way, text)
	if err != nil {
		return nil, err
	}
	if had {
		code = append(code, a.wallet.PINs().Unlock(wallet.OperatorPIN(locked.Operator.ID)))
	}
	return append(code, a.audit.Add(act(by, "operator.unlock", "operator", locked.Operator.ID, reason{why}))...), nil
}
