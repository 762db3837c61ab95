package main

import (
	"context"

	"senti/wallet"
	"senti/wallet/approval"
)

type adminRequestsCmd struct {
	deskFlags
	All   bool `help:"Those that are decided too."`
	Limit int  `help:"At most so many." default:"50"`
}

// Run lists requests, newest first.
func (c adminRequestsCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		state := approval.Open
		if c.All {
			state = 0
		}
		all, err := d.office.AllAsked(ctx, state, c.Limit)
		if err != nil {
			return err
		}
		return d.asked(all)
	})
}

type adminApproveCmd struct {
	deskFlags
	No []int64 `arg:"" help:"Numbers of requests."`
}

// Run approves requests one after another, and stops at the first that is refused.
func (c adminApproveCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		for _, no := range c.No {
			decided, err := d.office.Approve(ctx, d.who, no)
			if err != nil {
				d.say("request %d: refused", no)
				return err
			}
			d.done(decided)
		}
		return nil
	})
}

// done says what an approval did.
func (d *desk) done(r wallet.Decided) {
	receipt := ""
	if r.Outcome != nil && r.Outcome.Receipt != "" {
		receipt = ", receipt " + r.Outcome.Receipt
	}
	d.say("request %d: done %s%s: %s", r.No, d.when(r.DecidedAt), receipt, r.Text)
	d.next(r)
	if r.Hand == "" {
		return
	}
	var about wallet.StaffArgs
	if err := wallet.DecodeArgs(r.Request, &about); err == nil && about.Name != "" {
		d.half(about.Name, r.Hand, "the other half from "+r.Maker)
		return
	}
	d.say("To be handed over, shown once: %s", r.Hand)
}

type adminRejectCmd struct {
	deskFlags
	No   int64  `arg:"" help:"Number of the request."`
	Note string `help:"Why." required:""`
}

// Run turns a request down.
func (c adminRejectCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := d.office.Reject(ctx, d.who, c.No, c.Note); err != nil {
			return err
		}
		d.say("request %d: rejected", c.No)
		return nil
	})
}

type adminWithdrawCmd struct {
	deskFlags
	No int64 `arg:"" help:"Number of the request."`
}

// Run takes a request back.
func (c adminWithdrawCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := d.office.Withdraw(ctx, d.who, c.No); err != nil {
			return err
		}
		d.say("request %d: withdrawn", c.No)
		return nil
	})
}
