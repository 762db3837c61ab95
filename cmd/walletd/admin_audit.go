package main

import (
	"context"
	"fmt"
	"time"

	"senti/wallet/audit"
	"senti/wallet/clock"
)

type adminAuditCmd struct {
	deskFlags
	Actor  string        `help:"Only this one's: staff:NAME, operator:NUMBER, job:NAME, system."`
	Act    string        `help:"Only this act, or with a dot at the end all of a family: request."`
	Object string        `help:"Only what was done to this: request:1004, staff:bob, line:…"`
	Since  time.Duration `help:"Only of the last so long: 24h." placeholder:"TIME"`
	Before int64         `help:"Only numbers below this one: the next page." placeholder:"N"`
	Limit  int           `help:"At most so many." default:"50"`
}

// Run lists entries of the audit chain, newest first, and says where the chain ends.
func (c adminAuditCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		f := audit.Filter{Actor: c.Actor, Act: c.Act, Object: c.Object, Before: c.Before, Limit: c.Limit}
		if c.Since > 0 {
			f.From = clock.System{}.Now().Add(-c.Since)
		}
		entries, err := d.office.Audit().List(ctx, f)
		if err != nil {
			return err
		}
		rows := [][]string{{"N", "AT", "WHO", "ACT", "ON", "REFUSED", "DETAIL"}}
		for _, e := range entries {
			rows = append(rows, []string{fmt.Sprint(e.N), d.when(e.At), e.Act.Actor, e.Act.Act, e.Act.Object, e.Refusal, e.Act.Detail})
		}
		if err := d.table(rows...); err != nil {
			return err
		}
		h, err := d.office.Audit().Head(ctx)
		if err != nil {
			return err
		}
		d.say("the chain ends at %d:%x", h.N, h.Hash)
		return nil
	})
}
