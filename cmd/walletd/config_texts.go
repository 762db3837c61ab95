package main

import (
	"fmt"
	"net/netip"

	smsgateway "senti/sms/gateway"
	"senti/wallet/webhook"
)

// textSettings is one entry of the list texts. The documentation of each is in walletd.yaml.
type textSettings struct {
	Door doorSettings `yaml:",inline"`

	URL string `yaml:"url"`
}

// textList can also be given in the environment, as YAML in one line.
type textList []textSettings

// UnmarshalYAML reads the list in a file.
func (l *textList) UnmarshalYAML(into func(any) error) error { return into((*[]textSettings)(l)) }

// UnmarshalText reads the list in the environment.
func (l *textList) UnmarshalText(text []byte) error { return parseList(text, (*[]textSettings)(l)) }

// textDoors resolves who may bring texts and reports: those with settings of their own, and those of the list.
func (c *Config) textDoors() ([]smsgateway.Instance, error) {
	africasTalking, senti, err := c.guards()
	if err != nil {
		return nil, err
	}
	var on []smsgateway.Instance
	if !africasTalking.Empty() {
		on = append(on, smsgateway.Instance{Type: "africastalking", Guard: africasTalking})
	}
	if !senti.Empty() {
		on = append(on, smsgateway.Instance{Type: "senti", Guard: senti})
	}
	for i, t := range c.Texts {
		instance, err := t.instance(fmt.Sprintf("texts %d (%s)", i+1, t.Door.Type), africasTalking.Proxies)
		if err != nil {
			return nil, err
		}
		on = append(on, instance)
	}
	return on, nil
}

// instance resolves the references of one provider. Where is how its mistakes are named.
func (t textSettings) instance(where string, proxies []netip.Prefix) (i smsgateway.Instance, err error) {
	i = smsgateway.Instance{Type: t.Door.Type, Name: t.Door.Name, URL: t.URL}
	d, err := t.Door.resolve(where, proxies)
	if err != nil {
		return i, err
	}
	i.Guard = d.guard
	if len(d.logins) > 0 {
		i.Guard.Locks = append(i.Guard.Locks, webhook.Lock{Proof: webhook.BasicLogin, Secrets: d.logins})
	}
	if d.sign.Header == "" { // signed in the provider's own way
		i.Keys = d.sign.Keys
		return i, nil
	}
	i.Guard.Signature = d.sign
	return i, nil
}
