package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"

	"github.com/labstack/echo/v4"

	"senti/agents"
	"senti/wallet/clock"
	"senti/wallet/feed"
	"senti/wallet/id"
	"senti/wallet/msisdn"
	"senti/wallet/webhook"
)

// numberSettings is one entry of the list numbers. The documentation of each is in walletd.yaml.
type numberSettings struct {
	Name string `yaml:"name"`

	Secret     string   `yaml:"secret"`
	Token      string   `yaml:"token"`
	Login      string   `yaml:"login"`
	Sign       string   `yaml:"sign"`
	SignHeader string   `yaml:"sign_header"`
	Allow      []string `yaml:"allow"`
}

// numberList can also be given in the environment, as YAML in one line.
type numberList []numberSettings

// UnmarshalYAML reads the list in a file.
func (l *numberList) UnmarshalYAML(into func(any) error) error { return into((*[]numberSettings)(l)) }

// UnmarshalText reads the list in the environment.
func (l *numberList) UnmarshalText(text []byte) error { return parseList(text, (*[]numberSettings)(l)) }

// numberFeeds resolves who may tell what happened to numbers.
func (c *Config) numberFeeds() ([]feed.Instance, error) {
	proxies, err := prefixes("proxies", c.Proxies)
	if err != nil {
		return nil, err
	}
	var on []feed.Instance
	for i, n := range c.Numbers {
		guard, err := n.guard(fmt.Sprintf("numbers %d (%s)", i+1, n.Name), proxies)
		if err != nil {
			return nil, err
		}
		on = append(on, feed.Instance{Name: n.Name, Guard: guard})
	}
	return on, nil
}

// guard resolves the references of one partner. Where is how its mistakes are named.
func (n numberSettings) guard(where string, proxies []netip.Prefix) (webhook.Guard, error) {
	d, err := doorSettings{Secret: n.Secret, Token: n.Token, Login: n.Login, Sign: n.Sign, SignHeader: n.SignHeader, Allow: n.Allow}.
		resolve(where, proxies)
	g := d.guard
	g.Signature = d.sign
	if len(d.logins) > 0 {
		g.Locks = append(g.Locks, webhook.Lock{Proof: webhook.BasicLogin, Secrets: d.logins})
	}
	return g, err
}

// takeNumbers opens the doors for what partners tell of numbers.
func (a *app) takeNumbers(on []feed.Instance) (err error) {
	a.feeds, err = feed.New(feed.Config{Region: a.market.Region, On: on, Take: a.agents.TakeNumberEvent, Clock: clock.System{},
		Log: slog.Default(), Count: a.countCallback})
	return err
}

// swapSIM is the telco of the demo's phones telling that one has another SIM.
func (a *app) swapSIM(ctx context.Context, phone msisdn.Number) error {
	return a.agents.TakeNumberEvent(ctx, agents.NumberEvent{Feed: "simulator", ID: id.Random{}.New().String(), Kind: agents.NumberSwapped,
		Number: phone, At: clock.System{}.Now()})
}

// numberRoutes are the doors' routes: with a secret in the path, and without one for partners that prove themselves otherwise.
func (a *app) numberRoutes(e *echo.Echo) {
	for _, f := range a.feeds {
		serve := func(c echo.Context) error {
			f.Serve(c.Response(), c.Request(), c.Param("secret"))
			return nil
		}
		e.POST(f.Path(), serve)
		e.POST(f.Path()+"/:secret", serve)
	}
}
