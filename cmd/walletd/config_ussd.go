package main

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	ussdgateway "senti/ussd/gateway"
	"senti/wallet/webhook"
)

// gatewaySettings is one entry of the list ussd. The documentation of each is in walletd.yaml.
type gatewaySettings struct {
	Door doorSettings `yaml:",inline"`

	Code     string        `yaml:"code"`
	Screen   int           `yaml:"screen"`
	Waits    time.Duration `yaml:"waits"`
	Answer   time.Duration `yaml:"answer"`
	Idle     time.Duration `yaml:"idle"`
	Alphabet string        `yaml:"alphabet"`
	SIM      string        `yaml:"sim"`
	Table    string        `yaml:"table"`

	Replies      string `yaml:"replies"`
	RepliesToken string `yaml:"replies_token"`
	RepliesLogin string `yaml:"replies_login"`

	Push      string   `yaml:"push"`
	PushToken string   `yaml:"push_token"`
	PushLogin string   `yaml:"push_login"`
	Phones    []string `yaml:"phones"`
}

// gatewayList can also be given in the environment, as YAML in one line.
type gatewayList []gatewaySettings

// UnmarshalYAML reads the list in a file.
func (l *gatewayList) UnmarshalYAML(into func(any) error) error {
	return into((*[]gatewaySettings)(l))
}

// UnmarshalText reads the list in the environment.
func (l *gatewayList) UnmarshalText(text []byte) error {
	return parseList(text, (*[]gatewaySettings)(l))
}

// gateways resolves the USSD gateways: those with settings of their own, and those of the list.
func (c *Config) gateways() ([]ussdgateway.Instance, error) {
	africasTalking, senti, err := c.guards()
	if err != nil {
		return nil, err
	}
	var on []ussdgateway.Instance
	if !africasTalking.Empty() {
		on = append(on, ussdgateway.Instance{Type: "africastalking", Guard: africasTalking})
	}
	if !senti.Empty() {
		locks := []webhook.Lock{{Proof: webhook.BearerToken, Secrets: senti.Secrets}}
		on = append(on, ussdgateway.Instance{Type: "senti", Guard: webhook.Guard{Locks: locks, Proxies: senti.Proxies}})
	}
	for i, g := range c.USSD {
		instance, err := g.instance(fmt.Sprintf("ussd gateway %d (%s)", i+1, g.Door.Type), africasTalking.Proxies)
		if err != nil {
			return nil, err
		}
		on = append(on, instance)
	}
	return on, nil
}

// instance resolves the references of one gateway. Where is how its mistakes are named.
func (g gatewaySettings) instance(where string, proxies []netip.Prefix) (i ussdgateway.Instance, err error) {
	i = ussdgateway.Instance{Type: g.Door.Type, Name: g.Door.Name, Code: g.Code, Limit: g.Screen, Waits: g.Waits, Answer: g.Answer, Idle: g.Idle}
	i.Replies.URL, i.Push.URL, i.Push.Phones = g.Replies, g.Push, g.Phones
	switch g.Alphabet {
	case "", "ucs2":
	case "gsm7":
		i.GSM7 = true
	default:
		return i, fmt.Errorf("%s: alphabet is %q: write gsm7, or leave it out", where, g.Alphabet)
	}
	if i.NoSIM = g.SIM == "ignore"; g.SIM != "" && !i.NoSIM {
		return i, fmt.Errorf("%s: sim is %q: write ignore, or leave it out", where, g.SIM)
	}
	d, err := g.Door.resolve(where, proxies)
	if err != nil {
		return i, err
	}
	i.Guard, i.Logins, i.Guard.Signature = d.guard, d.logins, d.sign
	for _, s := range []struct {
		name, source string
		into         *string
	}{{"replies_token", g.RepliesToken, &i.Replies.Token}, {"replies_login", g.RepliesLogin, &i.Replies.Login},
		{"push_token", g.PushToken, &i.Push.Token}, {"push_login", g.PushLogin, &i.Push.Login}} {
		if *s.into, err = secret(where+": "+s.name, s.source); err != nil {
			return i, err
		}
	}
	if g.Table != "" {
		if i.Table, err = os.ReadFile(g.Table); err != nil {
			return i, fmt.Errorf("%s: table: %w", where, err)
		}
	}
	return i, nil
}
