package command

import "senti/wallet/switches"

// stopped is the fault that staff have stopped what people ask for by SMS, or nil. Who has typed a PIN is told so all the same, and
// an answer to a question of ours is taken, as is the wish to hear less from us.
func (c *Commands) stopped(w writer, asked Command) error {
	switch asked.(type) {
	case Secret, Survey, Stop:
		return nil
	}
	return c.wallet.MayBeginAtCounter(switches.Text, w.phone, w.language)
}
