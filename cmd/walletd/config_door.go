package main

import (
	"net/netip"

	"senti/wallet/webhook"
)

// doorSettings are how whoever calls us over HTTP shows who it is: a part of the entries of ussd, texts and numbers. The documentation of each is
// in walletd.yaml.
type doorSettings struct {
	Type string `yaml:"type"`
	Name string `yaml:"name"`

	Secret     string   `yaml:"secret"`
	Token      string   `yaml:"token"`
	Login      string   `yaml:"login"`
	Sign       string   `yaml:"sign"`
	SignHeader string   `yaml:"sign_header"`
	Allow      []string `yaml:"allow"`
}

// door is them with their references resolved. How a login is shown, and whether a signature is of a standard shape, is the type's own affair.
type door struct {
	guard  webhook.Guard // without logins and signature
	logins []string
	sign   webhook.Signature
}

// resolve reads what the references refer to. Where is how their mistakes are named.
func (s doorSettings) resolve(where string, proxies []netip.Prefix) (d door, err error) {
	d.guard.Proxies, d.sign.Header = proxies, s.SignHeader
	if d.guard.Allow, err = prefixes(where+": allow", s.Allow); err != nil {
		return d, err
	}
	var tokens []string
	for _, r := range []struct {
		name, source string
		into         *[]string
	}{{"secret", s.Secret, &d.guard.Secrets}, {"token", s.Token, &tokens}, {"login", s.Login, &d.logins}, {"sign", s.Sign, &d.sign.Keys}} {
		if *r.into, err = secrets(where+": "+r.name, r.source); err != nil {
			return d, err
		}
	}
	if len(tokens) > 0 {
		d.guard.Locks = []webhook.Lock{{Proof: webhook.BearerToken, Secrets: tokens}}
	}
	return d, nil
}
