// Package gateway speaks the wire formats of text message providers: one file for each that sends, one for each that brings the
// texts of phones, and their two explicit lists (senders.go, inbound.go).
//
// A sender translates messages to a provider's wire format and the answers back, and nothing else: when to send, when to
// try again and what to do with a refusal is the outbox's business. What brings texts translates them too; what they are about,
// and that one is not taken in twice, is the receiver's. Nothing here logs a text or a whole phone number.
package gateway

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"senti/sms"
)

// Config holds the settings of every sender; only the chosen one's are looked at.
type Config struct {
	// Name is the route's. A sender whose provider's names for messages are its own only within an account goes by it: reports then
	// find their messages although another account has the same names.
	Name string

	Account Account           // with a provider that is called over HTTP
	Log     *slog.Logger      // where the log sender writes
	Reports sms.ReportHandler // takes what a provider reports over the connection that messages leave by
}

// Account is what providers that are called over HTTP want to know.
type Account struct {
	URL      string // the provider's address, where it is not the same for everybody
	Username string // twilio: the account's SID
	Secret   string // password, API key or auth token
	From     string
	Reports  string // the whole URL that the provider is to report to, ours with its secret; empty: it is not asked to
}

func openAfricasTalking(c Config) (sms.Sender, error) {
	a := c.Account
	return NewAfricasTalking(AfricasTalking{BaseURL: a.URL, Username: a.Username, APIKey: a.Secret, From: a.From})
}

func openTwilio(c Config) (sms.Sender, error) {
	a := c.Account
	return NewTwilio(Twilio{BaseURL: a.URL, Account: a.Username, Token: a.Secret, From: a.From, Reports: a.Reports})
}

func openInfobip(c Config) (sms.Sender, error) {
	a := c.Account
	return NewInfobip(Infobip{BaseURL: a.URL, Key: a.Secret, From: a.From, Reports: a.Reports})
}

func openKannel(c Config) (sms.Sender, error) {
	a := c.Account
	return NewKannel(Kannel{BaseURL: a.URL, Username: a.Username, Password: a.Secret, From: a.From, Reports: a.Reports})
}

func openJasmin(c Config) (sms.Sender, error) {
	a := c.Account
	return NewJasmin(Jasmin{BaseURL: a.URL, Username: a.Username, Password: a.Secret, From: a.From, Reports: a.Reports})
}

// provider is one line of the list of senders.
type provider struct {
	name string
	open func(Config) (sms.Sender, error)
}

// providers lists every sender there is.
func providers() []provider {
	return []provider{
		{"africastalking", openAfricasTalking},
		{"infobip", openInfobip},
		{"jasmin", openJasmin},
		{"kannel", openKannel},
		{"log", openLog},
		{"twilio", openTwilio},
	}
}

// Names returns the names that Open knows.
func Names() []string {
	var names []string
	for _, p := range providers() {
		names = append(names, p.name)
	}
	return names
}

// Open returns the sender of that name, or an error that says which setting to mend.
func Open(name string, c Config) (sms.Sender, error) {
	all := providers()
	i := slices.IndexFunc(all, func(p provider) bool { return p.name == name })
	if i < 0 {
		return nil, fmt.Errorf("sms: no sender is called %q; choose one of %s", name, strings.Join(Names(), ", "))
	}
	return all[i].open(c)
}
