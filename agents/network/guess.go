package network

import (
	"context"
	"fmt"
	"time"

	"senti/wallet/fault"
	"senti/wallet/id"
	"senti/wallet/ledger"
)

// A deposit code is short, and says whose it is. So wrong ones are counted: who types one after the other is looking for somebody.

// Guessed returns the companion that counts a wrong deposit code of an operator. The one that makes it most stops him from typing any
// for that long, and the count begins anew.
func (d *Directory) Guessed(operator int64, most int, pause time.Duration) ledger.Companion {
	return act[guess]{d.guesses, numbered(operator), func(old *guess, at time.Time) (*guess, *fault.Error) {
		next := guess{operator: operator}
		if old != nil {
			next = *old
		}
		next.wrong++
		if next.wrong >= int64(most) {
			next.wrong = 0
			next.until = at.Add(pause)
		}
		return &next, nil
	}}
}

// MayGuess returns codes_barred while an operator may type no deposit codes.
func (d *Directory) MayGuess(ctx context.Context, operator int64, at time.Time) error {
	found, err := d.guesses.Load(ctx, d.db, []id.ID{numbered(operator)})
	if err != nil {
		return fmt.Errorf("network: read wrong codes: %w", err)
	}
	if g, ok := found[numbered(operator)].(*guess); ok && at.Before(g.until) {
		return fault.New(fault.CodesBarred)
	}
	return nil
}
