package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"slices"

	"senti/sms"
	smsgateway "senti/sms/gateway"
	"senti/sms/route"
)

// routeSettings is one entry of the list routes: one way that messages can leave by: an account with a provider, and for whom it is used.
type routeSettings struct {
	Name     string   `yaml:"name"`
	Sender   string   `yaml:"sender"`
	Networks []string `yaml:"networks"`
	Priority int      `yaml:"priority"`
	Cost     float64  `yaml:"cost"`
	Rate     int      `yaml:"rate"`

	URL      string `yaml:"url"`
	Username string `yaml:"username"`
	Secret   string `yaml:"secret"`
	From     string `yaml:"from"`
	Reports  string `yaml:"reports"`
}

// routeList can also be given in the environment, as YAML in one line.
type routeList []routeSettings

// UnmarshalYAML reads the list in a file.
func (l *routeList) UnmarshalYAML(into func(any) error) error {
	return into((*[]routeSettings)(l))
}

// UnmarshalText reads the list in the environment.
func (l *routeList) UnmarshalText(text []byte) error { return parseList(text, (*[]routeSettings)(l)) }

// implicit is the route of a configuration that lists none: the sender named by sms, for everybody.
func (c *Config) implicit() routeSettings {
	r := routeSettings{Name: c.SMS, Sender: c.SMS}
	if c.SMS == "africastalking" {
		r.URL, r.Username, r.Secret = c.AfricasTalkingURL, c.AfricasTalkingUsername, c.AfricasTalkingAPIKey
	}
	return r
}

// routing is the routes that the configuration has, or the one that it implies.
func (c *Config) routing() []routeSettings {
	if len(c.Routes) > 0 {
		return c.Routes
	}
	return []routeSettings{c.implicit()}
}

// setting is how a route's setting is called, for whoever is to mend it.
func (c *Config) setting(r routeSettings, name string) string {
	if len(c.Routes) > 0 {
		return "routes: " + r.Name + ": " + name
	}
	return map[string]string{"sender": "sms", "url": "africastalking_url", "secret": "africastalking_api_key"}[name]
}

// planRoutes checks every route before anything is opened, and returns what opens them.
func planRoutes(c *Config, senderID string) (func(*app) ([]route.Route, error), error) {
	if err := checkURL("africastalking_url", c.AfricasTalkingURL); err != nil {
		return nil, err
	}
	routes := c.routing()
	accounts := make([]smsgateway.Account, len(routes))
	for i, r := range routes {
		var err error
		a := smsgateway.Account{URL: r.URL, Username: r.Username, From: cmp.Or(r.From, senderID)}
		if a.Secret, err = secret(c.setting(r, "secret"), r.Secret); err != nil {
			return nil, err
		}
		if a.Reports, err = secret(c.setting(r, "reports"), r.Reports); err != nil {
			return nil, err
		}
		if err := checkURL(c.setting(r, "reports"), a.Reports); err != nil {
			return nil, fmt.Errorf("%s: what it refers to is not a URL", c.setting(r, "reports"))
		}
		accounts[i] = a
		if err := checkURL(c.setting(r, "url"), r.URL); err != nil {
			return nil, err
		}
	}
	return func(a *app) (opened []route.Route, err error) {
		for i, r := range routes {
			sender, err := r.open(a, accounts[i])
			if err != nil {
				return nil, fmt.Errorf("route %s: %w", r.Name, err)
			}
			opened = append(opened, route.Route{Name: r.Name, Sender: sender, Networks: r.Networks, Priority: r.Priority,
				Cost: int64(math.Round(r.Cost * costUnit)), Rate: r.Rate})
		}
		return opened, nil
	}, nil
}

// costUnit is how finely costs are compared: providers bill in fractions of a cent.
const costUnit = 1_000_000

// open opens the route's sender.
func (r routeSettings) open(a *app, account smsgateway.Account) (sms.Sender, error) {
	if slices.Contains(a.config.SMPP.senders(), r.Sender) {
		return a.smppSender(r.Sender)
	}
	return smsgateway.Open(r.Sender, smsgateway.Config{Name: r.Name, Log: slog.Default(), Reports: a.wallet.Messages().Report, Account: account})
}
