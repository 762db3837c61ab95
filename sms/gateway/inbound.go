package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"senti/sms"
	"senti/wallet/webhook"
)

// inbound is what one provider's file provides for what it brings us: the texts that phones send, and reports of what became of
// ours.
type inbound struct {
	name  string
	title string // of the provider, for the README
	proof webhook.Proof
	doors []door

	answer func(h heard, outcome string) webhook.Answer
	refuse func(status int, m *webhook.Malformed) webhook.Answer // m is nil when the caller did not prove who it is
	signed func(i Instance, r *http.Request, body []byte) bool   // nil for a provider that signs nothing, or as webhook.Signature has it
}

// door is one address of a provider's: what is added to its path, how it is called, and how what it brings reads.
type door struct {
	method string
	suffix string   // "" or "/reports"
	medias []string // content types of what it sends; none for GET
	hear   func(c call) (heard, *webhook.Malformed)
}

// call is what a provider sent.
type call struct {
	carried []byte // the body, or the query of a GET
	region  string // whose mobile numbers write to us
}

// heard is what a call brings. Gateway is filled in by the desk.
type heard struct {
	messages []sms.Inbound
	reports  []sms.Report
}

const reportsSuffix = "/reports"

var form, jsonBody = []string{"application/x-www-form-urlencoded"}, []string{"application/json"}

// inbounds lists every provider that brings something.
func inbounds() []inbound {
	return []inbound{
		africasTalkingInbound,
		infobipInbound,
		jasminInbound,
		kannelInbound,
		sentiInbound,
		twilioInbound,
	}
}

// InboundTypes returns the names of the providers that bring something.
func InboundTypes() (names []string) {
	for _, g := range inbounds() {
		names = append(names, g.name)
	}
	return names
}

// Instance is one provider that is on, or one of several accounts with it.
type Instance struct {
	Type  string // one of InboundTypes
	Name  string // ends the path /sms/NAME and stands in the log and metrics; the type if empty
	Guard webhook.Guard
	URL   string   // of a provider that signs addresses: ours, as it knows it, without what we add to it
	Keys  []string // what it signs with; while one is being replaced both are listed
}

// Receiver takes messages in; intake.Intake is one. After an error the message must come again.
type Receiver interface {
	Receive(ctx context.Context, m sms.Inbound) (fresh bool, err error)
}

// InboundConfig says which providers may bring something.
type InboundConfig struct {
	Region  string // ISO 3166 code of the market, "KE": the numbers of which country write
	On      []Instance
	Reports sms.ReportHandler
	Log     *slog.Logger
	Count   func(gateway, outcome string) // called once per message and report; nil = not counted. Outcomes are the constants below
}

// What became of what was brought, for Count.
const (
	OutcomeTaken     = "taken"     // it is dealt with
	OutcomeRepeated  = "repeated"  // it was before
	OutcomeFailed    = "failed"    // it is not, and must come again
	OutcomeReport    = "report"    // it tells of a message of ours
	OutcomeRefused   = "refused"   // the caller did not prove who it is
	OutcomeMalformed = "malformed" // the bytes are not what the provider documents, or the sender is no phone
)

// Route is one HTTP route of a provider. Path is in Echo's notation.
type Route struct {
	Method, Path string
	Handler      echo.HandlerFunc
}

// Inbound returns the routes of the providers that are on, or an error that names the setting to mend.
func Inbound(r Receiver, c InboundConfig) ([]Route, error) {
	if c.Log == nil || c.Reports == nil {
		return nil, errors.New("sms gateway: no logger, or nobody who takes reports")
	}
	if c.Count == nil {
		c.Count = func(string, string) {}
	}
	var routes []Route
	seen := map[string]bool{}
	for _, on := range c.On {
		if on.Name == "" {
			on.Name = on.Type
		}
		d, err := newDesk(r, c, on)
		if err != nil {
			return nil, fmt.Errorf("sms gateway %s: %w", on.Name, err)
		}
		if seen[on.Name] {
			return nil, fmt.Errorf("sms gateway %s: there are two of that name", on.Name)
		}
		seen[on.Name] = true
		routes = append(routes, d.routes()...)
	}
	return routes, nil
}
