package agents

import (
	"context"

	"senti/wallet"
	"senti/wallet/msisdn"
)

// reach is where the holder of a wallet is told what became of something begun long ago: at the number it was begun with, at another that the
// wallet has now, or nowhere (msisdn.NoNumber, to which nothing is sent), but not at the phone of whoever else has the number by now. A
// customer's number is that of the wallet's account.
func (a *Agents) reach(ctx context.Context, p wallet.Party) (msisdn.Number, error) {
	c, err := a.wallet.Holder(ctx, p.Account, p.Phone)
	return c.Phone, err
}
