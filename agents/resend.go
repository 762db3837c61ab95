package agents

import (
	"context"

	"senti/agents/network"
	"senti/wallet/fault"
	"senti/wallet/msisdn"
)

// ResendLast sends the newest receipt of a phone again, be it its owner's as a customer or at the till where the owner works. The faults
// are those of wallet.ResendLast.
func (a *Agents) ResendLast(ctx context.Context, phone msisdn.Number) error {
	post, err := a.Post(ctx, phone)
	switch {
	case fault.HasCode(err, fault.NotOperator):
		return a.wallet.ResendLast(ctx, phone)
	case err != nil:
		return err
	case post.Operator.Status != network.Active: // the till's affairs are not for the phone now
		return a.wallet.ResendLast(ctx, phone)
	}
	return a.wallet.ResendLast(ctx, phone, post.Till.Float)
}
