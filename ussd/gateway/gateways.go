// Package gateway speaks the wire formats of telcos and aggregators for USSD: one file each, and the explicit list.
//
// An adapter translates bytes to ussd.Request and ussd.Reply to bytes, and nothing else: it knows no session, no screen
// and no wallet. What all share is once: who may call and how much may be sent in package webhook, what is counted and
// logged in callback.go. What a person typed may be a PIN, so no request body is ever logged, counted or put into an error.
//
// To add a telco: one file in the order of africastalking.go, one line in All, one block of cases in the test table.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/labstack/echo/v4"

	"senti/ussd"
	"senti/wallet/webhook"
)

// Dialler answers callbacks; ussd.Service is one.
type Dialler interface {
	Handle(ctx context.Context, r ussd.Request) ussd.Reply
	Ended(ctx context.Context, n ussd.EndNotice)
}

// Config says which gateways are on and who may call them. A gateway whose Guard is empty is off.
type Config struct {
	Region         string // ISO 3166 code of the market, "KE": the numbers of which country call
	AfricasTalking webhook.Guard
	Senti          webhook.Guard

	Log   *slog.Logger
	Count func(gateway, outcome string) // called once per callback; nil = not counted. Outcomes are the constants below
}

// What became of a callback, for Count.
const (
	OutcomeContinue  = "continue"  // a screen that asks something
	OutcomeEnd       = "end"       // a last screen
	OutcomeNotice    = "notice"    // a notice that a session is over
	OutcomeRefused   = "refused"   // the caller did not prove who it is
	OutcomeMalformed = "malformed" // the bytes are not what the gateway documents
	OutcomeUnwritten = "unwritten" // the gateway hung up before it had the screen
	OutcomeOverlong  = "overlong"  // a screen longer than the gateway can show was sent: a bug of ours
)

// Gateway is one line of the list: what the router and the length proof need to know of a gateway.
type Gateway struct {
	Name   string
	Limit  int // longest screen, in characters
	Routes []Route
}

// Route is one HTTP route of a gateway. Path is in Echo's notation.
type Route struct {
	Method, Path string
	Handler      echo.HandlerFunc
}

// adapters lists every gateway there is.
func adapters(c Config) []adapter {
	return []adapter{
		africasTalking(c.AfricasTalking),
		senti(c.Senti),
	}
}

// All returns the gateways that are on, or an error that names the setting to mend.
func All(d Dialler, c Config) ([]Gateway, error) {
	if c.Log == nil {
		return nil, errors.New("ussd gateway: no logger")
	}
	if c.Count == nil {
		c.Count = func(string, string) {}
	}
	var on []Gateway
	for _, a := range adapters(c) {
		if a.guard.Empty() {
			continue
		}
		if err := a.guard.Check(a.proof == webhook.SecretInPath); err != nil {
			return nil, fmt.Errorf("ussd gateway %s: %w", a.name, err)
		}
		e := endpoint{a, c.Region, d, c.Log.With("gateway", a.name), c.Count}
		on = append(on, Gateway{a.name, a.limit, e.routes()})
	}
	return on, nil
}

// Limits returns the screen limit of every gateway there is, on or off, for the proof that every screen fits.
func Limits() map[string]int {
	limits := map[string]int{}
	for _, a := range adapters(Config{}) {
		limits[a.name] = a.limit
	}
	return limits
}
