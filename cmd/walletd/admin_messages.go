package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"senti/wallet/audit"
	"senti/wallet/clock"
	"senti/wallet/id"
	"senti/wallet/ledger"
	"senti/wallet/outbox"
	"senti/wallet/staff"
)

// adminMessagesCmd is about the SMS that Senti sends.
type adminMessagesCmd struct {
	Of     messagesOfCmd     `cmd:"" help:"Show what a phone was sent and what became of it; that you looked is recorded."`
	Dead   messagesDeadCmd   `cmd:"" help:"Show messages that nobody took on or that did not arrive, and why."`
	Retry  messagesRetryCmd  `cmd:"" help:"Send one of those once more."`
	Routes messagesRoutesCmd `cmd:"" help:"What became of the messages, by the route that they left by."`
}

// sinceFlags say how far back is looked. The messages are read through, so a long time takes long.
type sinceFlags struct {
	Since time.Duration `help:"Of the last so long." default:"24h"`
	All   bool          `help:"Look through all that there are instead: slow."`
}

func (f sinceFlags) from() time.Time {
	if f.All {
		return time.Time{}
	}
	return clock.System{}.Now().Add(-f.Since)
}

type messagesOfCmd struct {
	deskFlags
	sinceFlags
	Phone string `arg:"" help:"The number."`
	Limit int    `help:"At most so many." default:"50"`
}

// Run lists a phone's messages, newest first, and records who looked.
func (c messagesOfCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		phone, err := d.wallet.ParsePhone(c.Phone)
		if err != nil {
			return err
		}
		plan := &ledger.Plan{Companions: append(
			d.office.Audit().Add(audit.Act{Actor: d.me(), Act: "messages.show", Object: "phone:" + phone.Masked()}),
			d.may(staff.Maker|staff.Checker|staff.Support|staff.Auditor))}
		if _, err := d.ledger.Commit(ctx, plan); err != nil {
			return err
		}
		all, err := d.wallet.Messages().Of(ctx, phone, c.from(), c.Limit)
		if err != nil {
			return err
		}
		rows := [][]string{{"MESSAGE", "WRITTEN", "KIND", "STATE", "SINCE", "ROUTE", "TRIES", "SMS", "REASON", "TEXT"}}
		for _, l := range all {
			rows = append(rows, []string{l.ID.String(), d.when(l.At), l.Kind.String(), fateOf(l), d.when(l.DoneAt), dash(l.Route),
				fmt.Sprint(l.Attempts), fmt.Sprint(l.Segments), dash(l.Reason), d.textOf(l)})
		}
		return d.table(rows...)
	})
}

// textOf is as much of a message as its reader needs: who helps people reads it to them, others see which message it is. A code is
// for its owner alone.
func (d *desk) textOf(l outbox.Letter) string {
	text := strings.ReplaceAll(l.Text, "\n", " ")
	switch {
	case l.Kind == outbox.Code:
		return "(holds a code)"
	case d.who.Has(staff.Support):
		return text
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '*'
		}
		return r
	}, text)
}

// fateOf says how far a message got, and when it is tried next.
func fateOf(l outbox.Letter) string {
	switch {
	case l.State == outbox.Waiting && l.Attempts > 0:
		return "waiting, again"
	case l.State.Lost() && !l.ToldAt.IsZero():
		return l.State.String() + ", told otherwise"
	}
	return l.State.String()
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

type messagesDeadCmd struct {
	deskFlags
	sinceFlags
	Limit int `help:"At most so many." default:"50"`
}

// Run lists dead letters, newest first. There are no texts among them, and no whole numbers.
func (c messagesDeadCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		all, err := d.wallet.Messages().Dead(ctx, c.from(), c.Limit)
		if err != nil {
			return err
		}
		rows := [][]string{{"MESSAGE", "WRITTEN", "TO", "KIND", "STATE", "GIVEN UP", "ROUTE", "TRIES", "REASON"}}
		for _, l := range all {
			rows = append(rows, []string{l.ID.String(), d.when(l.At), l.To.Masked(), l.Kind.String(), fateOf(l), d.when(l.DoneAt), dash(l.Route),
				fmt.Sprint(l.Attempts), dash(l.Reason)})
		}
		return d.table(rows...)
	})
}

type messagesRetryCmd struct {
	deskFlags
	Message string `arg:"" help:"The message, as messages dead shows it."`
	Why     string `help:"The reason, for the audit chain." required:""`
}

// Run sends a dead letter once more.
func (c messagesRetryCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		if err := why(c.Why); err != nil {
			return err
		}
		message, err := id.Parse(c.Message)
		if err != nil {
			return fmt.Errorf("nothing was done: %q is no message: see walletd admin messages dead", c.Message)
		}
		again, err := d.wallet.RetryMessage(ctx, message, d.me(), c.Why, d.may(whoMayRun))
		if err != nil {
			return err
		}
		d.say("done: it waits again, as message %s", again)
		return nil
	})
}

type messagesRoutesCmd struct {
	deskFlags
	sinceFlags
}

// Run lists the routes that messages have left by.
func (c messagesRoutesCmd) Run(ctx context.Context) error {
	return c.prove(ctx, func(d *desk) error {
		all, err := d.wallet.Messages().Routes(ctx, c.from())
		if err != nil {
			return err
		}
		rows := [][]string{{"ROUTE", "WAITING", "SENT", "DELIVERED", "UNDELIVERED", "UNKNOWN", "FAILED", "ARRIVED", "SMS", "TOOK"}}
		for _, f := range all {
			of := func(s outbox.State) string { return strconv.FormatInt(f.By[s], 10) }
			rows = append(rows, []string{dash(f.Route), of(outbox.Waiting), of(outbox.Sent), of(outbox.Delivered), of(outbox.Undelivered),
				of(outbox.Unknown), of(outbox.Failed), arrived(f), fmt.Sprint(f.Segments), f.Waited.Round(time.Millisecond).String()})
		}
		return d.table(rows...)
	})
}

// arrived is the part of those of which something was reported that reached their phones.
func arrived(f outbox.RouteFigures) string {
	known := f.By[outbox.Delivered] + f.By[outbox.Undelivered]
	if known == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", float64(100*f.By[outbox.Delivered])/float64(known))
}
