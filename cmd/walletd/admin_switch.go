package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"senti/wallet/clock"
	"senti/wallet/msisdn"
	"senti/wallet/switches"
)

// adminSwitchCmd stops things, and lets them go on.
type adminSwitchCmd struct {
	List  switchListCmd  `cmd:"" default:"withargs" help:"What is stopped, or limited to a pilot, and since when."`
	Off   switchOffCmd   `cmd:"" help:"Stop it for everybody, on every walletd, within a minute. What is under way goes on."`
	Pilot switchPilotCmd `cmd:"" help:"Stop it for everybody but these phones."`
	On    switchOnCmd    `cmd:"" help:"Let it go on."`
}

type switchListCmd struct {
	deskFlags
	All bool `help:"Also what was switched once and is on."`
}

// Run lists the switches. Nobody need say who they are: everybody who dials can see them.
func (c switchListCmd) Run(ctx context.Context) error {
	return c.sit(ctx, func(d *desk) error {
		all, err := d.office.Switches().List(ctx)
		if err != nil {
			return err
		}
		rows, words, now := [][]string{{"SCOPE", "NAME", "STATE", "FROM", "UNTIL", "PHONES", "SET BY", "AT", "WHY"}}, []string{}, clock.System{}.Now()
		for _, s := range all {
			if s.State == switches.On && !c.All {
				continue
			}
			rows = append(rows, []string{string(s.Scope), s.Name, standing(s, now), d.when(s.From), d.when(s.Until), fmt.Sprint(len(s.Pilot)), s.By, d.when(s.At), s.Why})
			for _, language := range slices.Sorted(maps.Keys(s.Words)) {
				words = append(words, fmt.Sprintf("%s says in %s: %s", s.Object(), language, s.Words[language]))
			}
		}
		if len(rows) == 1 {
			d.say("nothing is stopped")
			return nil
		}
		if err := d.table(rows...); err != nil {
			return err
		}
		for _, line := range words {
			d.say("%s", line)
		}
		return nil
	})
}

// standing is a switch's state, and whether it holds at all.
func standing(s switches.Switch, now time.Time) string {
	switch {
	case s.State == switches.On || s.InForce(now):
		return s.State.String()
	case now.Before(s.From):
		return s.State.String() + ", not yet"
	}
	return s.State.String() + ", over"
}

// switchedThing is what every change of a switch names.
type switchedThing struct {
	deskFlags
	Scope string `arg:"" enum:"service,gateway,route,tier,numbers" help:"service, gateway, route, tier or numbers."`
	Name  string `arg:"" help:"Which: send, voucher, withdraw, deposit, float, register, newpin or text; a gateway's or route's name; a tier's number; how numbers begin (+25471)."`
	Why   string `help:"For the record." required:""`
}

// stopping is what a change says that stops something.
type stopping struct {
	switchedThing
	Say   map[string]string `help:"The line that phones show, by language, instead of our own: en='Sending stops until 6 am.'" mapsep:"none" placeholder:"LANGUAGE=LINE"`
	From  string            `help:"From when, in the market's time: '2026-03-12 22:00'. Now, if not given." placeholder:"TIME"`
	Until string            `help:"Until when. Until it is switched again, if not given." placeholder:"TIME"`
	For   time.Duration     `help:"For how long, instead of until: 2h." placeholder:"TIME"`
}

type switchOffCmd struct{ stopping }

// Run stops it.
func (c switchOffCmd) Run(ctx context.Context) error { return c.set(ctx, switches.Off, nil) }

type switchPilotCmd struct {
	stopping
	Phones []string `help:"The phones that go on, with commas between." required:""`
}

// Run limits it to the phones.
func (c switchPilotCmd) Run(ctx context.Context) error { return c.set(ctx, switches.Pilot, c.Phones) }

type switchOnCmd struct{ switchedThing }

// Run lets it go on.
func (c switchOnCmd) Run(ctx context.Context) error {
	return stopping{switchedThing: c.switchedThing}.set(ctx, switches.On, nil)
}

func (c stopping) set(ctx context.Context, state switches.State, phones []string) error {
	return c.prove(ctx, func(d *desk) error {
		s := switches.Switch{Scope: switches.Scope(c.Scope), Name: c.Name, State: state, Words: c.Say, Why: c.Why}
		var err error
		if s.From, s.Until, err = c.period(d); err == nil {
			s.Pilot, err = d.phones(phones)
		}
		if err == nil {
			err = cmp.Or(s.Tidied().Check(), d.there(s))
		}
		if err != nil {
			return fmt.Errorf("nothing was switched: %w", err)
		}
		if s, err = d.office.SetSwitch(ctx, d.who, s); err != nil {
			return err
		}
		d.say("%s %s is %s; every walletd knows within a minute (readyz and walletd admin switch show it)", s.Scope, s.Name, standing(s, clock.System{}.Now()))
		return nil
	})
}

// period reads from when and until when, zero for open ends.
func (c stopping) period(d *desk) (from, until time.Time, err error) {
	if from, err = d.moment(c.From); err != nil {
		return from, until, err
	}
	if until, err = d.moment(c.Until); err != nil || c.For == 0 {
		return from, until, err
	}
	if !until.IsZero() || c.For < 0 {
		return from, until, errors.New("say until when or for how long, and not both")
	}
	begin := from
	if begin.IsZero() {
		begin = clock.System{}.Now()
	}
	return from, begin.Add(c.For), nil
}

// moment reads a time of the market; "" is none.
func (d *desk) moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", text, d.market.Zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time: write it like 2026-03-12 22:00", text)
	}
	return t, nil
}

func (d *desk) phones(texts []string) (all []msisdn.Number, err error) {
	for _, text := range texts {
		phone, err := d.wallet.ParsePhone(text)
		if err != nil {
			return nil, fmt.Errorf("%q is no phone number", text)
		}
		all = append(all, phone)
	}
	return all, nil
}

// there refuses a name that this configuration and market do not have: whoever mistypes one would believe that something is stopped.
func (d *desk) there(s switches.Switch) error {
	var known []string
	switch s.Scope {
	case switches.Gateway:
		known = d.config.gatewayNames()
	case switches.Route:
		for _, r := range d.config.routing() {
			known = append(known, r.Name)
		}
	case switches.Tier:
		for _, t := range d.market.At(clock.System{}.Now()).Limits.Tiers {
			known = append(known, strconv.Itoa(int(t.Number)))
		}
	}
	if len(known) == 0 || slices.Contains(known, s.Name) || s.State == switches.On {
		return nil
	}
	return fmt.Errorf("there is no %s %q; there are: %s", s.Scope, s.Name, strings.Join(known, ", "))
}

// gatewayNames are the names of the gateways that phones can dial by.
func (c *Config) gatewayNames() (names []string) {
	if c.AfricasTalkingSecret != "" || len(c.AfricasTalkingAllow) > 0 {
		names = append(names, "africastalking")
	}
	if c.SentiToken != "" {
		names = append(names, "senti")
	}
	for _, g := range c.USSD {
		names = append(names, cmp.Or(g.Door.Name, g.Door.Type))
	}
	for _, s := range c.SMPP {
		if s.Role != roleSMS {
			names = append(names, s.Name)
		}
	}
	return names
}
