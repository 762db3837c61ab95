package agents

import (
	"context"

	"senti/agents/network"
	"senti/wallet"
	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/msisdn"
)

// TillFloat tells what the till holds to the phone of its operator, by text and so without a PIN: the answer goes to that phone alone, and
// every receipt there says as much. The fault is not_operator.
func (a *Agents) TillFloat(ctx context.Context, operator msisdn.Number) (FloatNow, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return FloatNow{}, err
	}
	return a.floatNow(ctx, post)
}

// TillEarnings tells what the till has earned, likewise; what the agent is owed for all its tills is for who knows a manager's PIN. The
// fault is not_operator.
func (a *Agents) TillEarnings(ctx context.Context, operator msisdn.Number) (Earnings, error) {
	post, err := a.Post(ctx, operator)
	if err != nil {
		return Earnings{}, err
	}
	e, _, err := a.soFar(ctx, post)
	return e, err
}

// PrepareCashOut is QuoteCashOut that opens nothing yet: the companion does, in the commit that tells of it. The faults are those of
// QuoteCashOut.
func (a *Agents) PrepareCashOut(ctx context.Context, r CashOutRequest) (CashOutQuote, ledger.Companion, error) {
	c, t, err := a.newCashOut(ctx, r)
	if err != nil {
		return CashOutQuote{}, nil, err
	}
	in := a.wallet.NewIntent(ledger.CashOut, wallet.Actor{Number: c.ID, Phone: c.Phone}, r.Origin, t)
	return t.quote(in.ID), a.wallet.Intents().Open(in), nil
}

// PrepareCashIn is QuoteCashIn likewise. One that would be warned of (Warn) is not for a text: there is no companion then.
func (a *Agents) PrepareCashIn(ctx context.Context, r CashInRequest) (CashInQuote, ledger.Companion, error) {
	in, t, warn, err := a.newCashIn(ctx, r)
	if err != nil {
		return CashInQuote{}, nil, err
	}
	q := t.quote(in)
	if warn != nil {
		q.Warn = warn
		return q, nil, nil
	}
	return q, a.wallet.Intents().Open(in), nil
}

// CashInQuoted is a quote that was made before, to show it again. The fault is bad_request for an ID of none.
func (a *Agents) CashInQuoted(ctx context.Context, intentID id.ID) (CashInQuote, error) {
	var t CashInTerms
	in, err := a.wallet.Recall(ctx, intentID, &t, ledger.CashIn, ledger.HoldTake)
	if err != nil {
		return CashInQuote{}, err
	}
	return t.quote(in), nil
}

// CashNear returns the shops that can pay out that much now: at a place, or in the ward of the shop with that code. Faults: no_shops,
// shop_not_found.
func (a *Agents) CashNear(ctx context.Context, where string, shop network.ShopCode, amount int64) ([]Found, error) {
	if where == "" {
		place, err := a.places.ByCode(ctx, shop)
		if err != nil {
			return nil, err
		}
		where = place.Store.Ward
	}
	return a.FindShops(ctx, FindRequest{Where: where, Purpose: TakeCash, Amount: amount}, nearMost)
}

// nearMost is how many shops are named in a text.
const nearMost = 4

// Speaks returns the companion that makes Senti speak a language of the market to an operator; Reread follows. Faults: not_operator,
// place_closed.
func (a *Agents) Speaks(operator int64, language string) ledger.Companion {
	return a.places.ChangeOperator(operator, func(o *network.Operator) *fault.Error {
		o.Language = language
		return nil
	})
}

// Reread makes the next look at who works with a phone read anew, after a plan has changed it.
func (a *Agents) Reread(phone msisdn.Number) { a.posts.Forget(phone) }
