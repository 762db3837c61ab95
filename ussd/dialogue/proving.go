package dialogue

import (
	"context"

	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/market"
	"senti/wallet/msisdn"
	"senti/wallet/pin"
	"senti/wallet/proof"
)

// prover hears the answers of somebody who proves who he is without a PIN: the wallet a customer's, the agents an operator's.
type prover interface {
	Proving(ctx context.Context, phone msisdn.Number) (proof.Step, error)
	IDOf(ctx context.Context, phone msisdn.Number) (market.Document, error)
	MayResetPIN(ctx context.Context, phone msisdn.Number) error
	ForgotPIN(ctx context.Context, phone msisdn.Number, typedID string, o wallet.Origin) error
	ProveCode(ctx context.Context, phone msisdn.Number, typed string, o wallet.Origin) error
	ProveIDEnd(ctx context.Context, phone msisdn.Number, typed string, o wallet.Origin) error
	DraftNewPIN(ctx context.Context, phone msisdn.Number, typed pin.PIN) (pin.Draft, error)
	ResetPIN(ctx context.Context, r wallet.NewPIN) (end string, err error)
	ForgotMenu() string
}

// proving is the questions that such a person answers, in whatever flow: its steps are called id, code, end and new.
type proving func(*env) prover

// Who hears the answers.
var (
	ofWallet  proving = func(e *env) prover { return e.wallet }
	ofCounter proving = func(e *env) prover { return e.agents }
)

// goOn leads to the question that is open, if an earlier call left one.
func (p proving) goOn(t *turn) error {
	step, err := p(t.Env).Proving(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	switch {
	case step == proof.CodeSent && t.KeptNumber(keptAnew) == 0:
		t.Go("code")
	case step == proof.CodeGiven:
		t.Go("end")
	case step == proof.Proven:
		t.Go("new")
	default:
		if err := p(t.Env).MayResetPIN(t.Ctx, t.Env.caller.Phone); err != nil {
			return err
		}
	}
	return p.document(t)
}

func (p proving) takeForgotID(t *turn, typed string) error {
	return p(t.Env).ForgotPIN(t.Ctx, t.Env.caller.Phone, typed, t.Env.caller.Origin)
}

func (p proving) sayMenu(t *turn) error {
	t.KeepNumber(keptAnew, 0)
	t.Say("menu", p(t.Env).ForgotMenu())
	return nil
}

// takeCode asks again on the short page: above the long one there is no room to say what was wrong.
func (p proving) takeCode(t *turn, typed string) error {
	err := p(t.Env).ProveCode(t.Ctx, t.Env.caller.Phone, typed, t.Env.caller.Origin)
	if err != nil {
		return t.AskAgain("code", err)
	}
	t.Go("end")
	return nil
}

// ending passes the end of the ID number over for somebody who has typed all of it.
func (p proving) ending(t *turn) error {
	step, err := p(t.Env).Proving(t.Ctx, t.Env.caller.Phone)
	if err != nil {
		return err
	}
	if step == proof.Proven {
		t.Go("new")
	}
	return p.document(t)
}

func (p proving) takeIDEnd(t *turn, typed string) error {
	return p(t.Env).ProveIDEnd(t.Ctx, t.Env.caller.Phone, typed, t.Env.caller.Origin)
}

// takePIN keeps of the first typing of a new PIN only what tells whether the second is the same.
func (p proving) takePIN(t *turn, typed string) error {
	secret, err := pin.Parse(typed)
	if err != nil {
		return err
	}
	draft, err := p(t.Env).DraftNewPIN(t.Ctx, t.Env.caller.Phone, secret)
	if err != nil {
		return err
	}
	t.Keep("draft", string(draft))
	return nil
}

func (p proving) resetPIN(t *turn, typed string) error {
	twice, err := typedAgain(t, typed)
	if err != nil {
		return err
	}
	end, err := p(t.Env).ResetPIN(t.Ctx, twice)
	if fault.HasCode(err, fault.PINMismatch) {
		return t.AskAgain("new", err)
	}
	t.KeepNumber(keptWrong, 0)
	t.Say("end", end)
	return err
}
